"""Does the table `balance` set the change of a stock beside the flows in between?"""

from datetime import date

import pandas as pd
import pytest

from displacement.reconcile import reconcile
from displacement.stock_and_flow import balance_of
from displacement_schemas import Balance
from tests.reconcile.cases import TWO_GOVERNORATES, areas, day, figure, frames, stock

AS_OF = date(2018, 6, 1)


def balance(*rows):
    done = reconcile(*frames(rows), areas(TWO_GOVERNORATES))
    tables = {
        name: getattr(done, name) for name in ("stocks", "estimates_daily", "estimates_monthly")
    }
    return balance_of(tables, AS_OF)


def round_of(name, persons, on, **more):
    return stock(name, persons, on, counter="DTM", publisher="DTM", **more)


BEFORE, AFTER = round_of("s1", 10_000, 0), round_of("s2", 14_000, 30)


def test_a_change_that_the_flows_explain_leaves_no_gap() -> None:
    came = figure("came", 5_000, 1, 31, measure="new_displacement")
    went = figure("went", 1_000, 1, 31, measure="return")
    [row] = balance(BEFORE, AFTER, came, went).to_dict("records")
    assert (row["start_date"], row["end_date"]) == (day(0), day(30))
    assert (row["opening"], row["closing"], row["change"]) == (10_000, 14_000, 4_000)
    assert row["inflow"] == pytest.approx(5_000)
    assert row["outflow"] == pytest.approx(1_000)
    assert row["gap"] == pytest.approx(0, abs=0.01)
    assert row["gap_low"] < 0 < row["gap_high"]
    assert row["agrees"] is True
    assert row["coverage"] == 1


def test_the_range_of_the_gap_is_that_of_stocks_and_flows_together() -> None:
    """Errors of a tenth: stocks of 9,000–11,000 and 12,600–15,400, a flow of 45,000–55,000."""
    came = figure("came", 50_000, 1, 31)
    [row] = balance(BEFORE, AFTER, came).to_dict("records")
    assert (row["change_low"], row["change_high"]) == pytest.approx((1_600, 6_400))
    assert row["gap"] == pytest.approx(-46_000)
    # The month of November, of which one day lies outside, knows no least of its own.
    assert row["gap_low"] == pytest.approx(1_600 - 2 * 55_000, abs=1)
    assert row["gap_high"] == pytest.approx(6_400)
    assert row["agrees"] is True
    assert pd.isna(row["outflow"])


def test_flows_of_part_of_the_days_say_how_much_of_them_they_cover() -> None:
    came = figure("came", 900, 1, 16)
    [row] = balance(BEFORE, AFTER, came).to_dict("records")
    assert row["coverage"] == pytest.approx(0.5)
    assert row["inflow"] == pytest.approx(900)


def test_districts_take_only_what_is_seen_from_where_people_came_to() -> None:
    before = round_of("s1", 1_000, 0, areas="XX01")
    after = round_of("s2", 1_500, 30, areas="XX01")
    left = figure("left", 700, 1, 31, areas="XX01", area_role="origin")
    assert balance(before, after, left)["area_code"].tolist() == []
    came = figure("came", 700, 1, 31, areas="XX01", area_role="destination")
    frame = balance(before, after, came).set_index("area_code")
    assert frame.loc["XX01", "inflow"] == pytest.approx(700)
    assert frame.loc["XX01", "gap"] == pytest.approx(-200)


def test_where_no_flow_or_only_one_count_is_known_there_is_no_row() -> None:
    assert balance(BEFORE, AFTER).empty
    assert balance(BEFORE, figure("came", 900, 1, 16)).empty
    assert list(balance(BEFORE).columns) == list(Balance.arrow_schema().names)


def test_a_withheld_flow_leaves_the_gap_unknown() -> None:
    rows = [BEFORE, AFTER, figure("came", 5_000, 1, 31)]
    done = reconcile(*frames(rows), areas(TWO_GOVERNORATES))
    daily = done.estimates_daily.copy()
    daily[["value", "low", "high"]] = None
    tables = {
        "stocks": done.stocks,
        "estimates_daily": daily,
        "estimates_monthly": done.estimates_monthly.iloc[:0],
    }
    [row] = balance_of(tables, AS_OF).to_dict("records")
    assert pd.isna([row[name] for name in ("inflow", "gap", "gap_low", "agrees")]).all()
