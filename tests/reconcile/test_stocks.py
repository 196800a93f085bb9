"""How long a stock is carried, and how stocks of nested areas are reconciled (DESIGN 5.4)."""

from datetime import date

import pandas as pd
import pytest

from displacement.reconcile import STOCK_EXPIRY_DAYS, reconcile
from tests.reconcile.cases import TWO_GOVERNORATES, Row, areas, day, frames, stock


def stocks(rows: list[Row], as_of: date, **expiry: int) -> pd.DataFrame:
    """The published stocks; `expiry` is by source."""
    return reconcile(
        *frames(rows), areas(TWO_GOVERNORATES), as_of=as_of, stock_expiry_days=expiry
    ).stocks


def country(frame: pd.DataFrame) -> pd.Series:
    """The country's values by date."""
    return frame[frame["area_code"] == "XX"].set_index("date")["value"]


def test_a_stock_is_carried_to_the_as_of_date_and_not_beyond() -> None:
    frame = stocks([stock("a", 1000, 0)], day(10))
    assert frame["date"].tolist() == [day(number) for number in range(11)]
    assert set(frame["value"]) == {1000}
    assert frame["age_days"].tolist() == list(range(11))
    assert set(frame["as_of"]) == {day(10)}


def test_a_stock_expires_after_180_days() -> None:
    frame = stocks([stock("a", 1000, 0)], day(400))
    assert STOCK_EXPIRY_DAYS == 180
    assert len(frame) == 180
    assert frame["date"].max() == day(179)


def test_a_source_declares_when_its_stocks_expire() -> None:
    rows = [stock("a", 1000, 0), stock("b", 300, 0, areas="XX02", source_id="monthly")]
    frame = stocks(rows, day(400), monthly=30)
    governorate = frame[frame["area_code"] == "XX02"]
    assert governorate["date"].max() == day(29)
    assert country(frame).index.max() == day(179)


def test_the_next_figure_of_the_counter_takes_over() -> None:
    rows = [stock("a", 1000, 0, counter="IOM"), stock("b", 1500, 5, counter="IOM")]
    frame = stocks(rows, day(8))
    assert country(frame).tolist() == [1000] * 5 + [1500] * 4
    assert frame["age_days"].tolist() == [0, 1, 2, 3, 4, 0, 1, 2, 3]
    assert set(frame["figures"]) == {1}


def test_a_next_figure_after_expiry_leaves_a_gap_of_nulls() -> None:
    rows = [stock("a", 1000, 0, counter="IOM"), stock("b", 1500, 10, counter="IOM")]
    dates = country(stocks(rows, day(12), files=4)).index.tolist()
    assert dates == [day(n) for n in (0, 1, 2, 3, 10, 11, 12)]


def test_figures_of_two_counters_are_reconciled_and_the_older_one_sets_the_age() -> None:
    rows = [stock("a", 1000, 0), stock("b", 1100, 5)]
    frame = stocks(rows, day(6)).set_index("date")
    assert frame.loc[day(4), "value"] == 1000
    assert 1000 <= frame.loc[day(6), "value"] <= 1100
    assert frame.loc[day(6), "counters"] == 2
    assert frame.loc[day(6), "age_days"] == 6


def test_another_area_of_the_counter_does_not_end_a_stock() -> None:
    rows = [
        stock("a", 1000, 0, counter="IOM", areas="XX01"),
        stock("b", 300, 5, counter="IOM", areas="XX02"),
    ]
    assert country(stocks(rows, day(6))).tolist() == [1000] * 5 + [1300] * 2


def test_stocks_of_nested_areas_are_reconciled_like_flows() -> None:
    rows = [
        stock("country", 1000, 0, areas="XX", error=0.1),
        stock("part", 700, 0, areas="XX01", error=0.1),
        stock("district", 650, 0, areas="XX0101", error=0.1),
    ]
    frame = stocks(rows, day(0)).set_index("area_code")
    values = frame["value"]
    assert values["XX0101"] <= values["XX01"] <= values["XX"]
    assert 900 <= values["XX"] <= 1100
    assert 630 <= values["XX01"] <= 770
    assert 585 <= values["XX0101"] <= 715
    assert ((frame["low"] <= values) & (values <= frame["high"])).all()
    assert frame.loc["XX", "coverage"] == 1.0
    assert frame.loc["XX", "admin_level"] == 0
    assert frame.loc["XX0101", "admin_level"] == 2


def test_a_part_larger_than_the_country_is_a_conflict() -> None:
    rows = [stock("country", 100, 0), stock("part", 150, 0, areas="XX01")]
    done = reconcile(*frames(rows), areas(TWO_GOVERNORATES), as_of=day(3))
    assert set(done.conflicts["figure_id"]) == {"country", "part"}
    assert country(done.stocks).tolist() == pytest.approx([120] * 4, rel=0.002)


def test_a_stock_of_one_governorate_covers_a_share_of_the_country() -> None:
    frame = stocks([stock("a", 600, 0, areas="XX01")], day(0)).set_index("area_code")
    assert frame.loc["XX", "value"] == 600
    assert frame.loc["XX", "coverage"] == pytest.approx(4000 / 6000)
    assert frame.loc["XX01", "coverage"] == 1.0
    assert "XX02" not in frame.index


def test_the_future_is_cut_off() -> None:
    rows = [stock("a", 1000, 0, counter="IOM"), stock("b", 1500, 5, counter="IOM")]
    frame = stocks(rows, day(4))
    assert country(frame).tolist() == [1000] * 5
    early = [rows[0], rows[1] | {"published_on": day(2)}]
    assert country(stocks(early, day(4))).tolist() == [1000] * 5


def test_stocks_never_enter_the_estimates_of_flows() -> None:
    done = reconcile(*frames([stock("a", 1000, 0)]), areas(TWO_GOVERNORATES))
    assert done.estimates.empty
    assert done.estimates_daily.empty
    assert done.estimates_monthly.empty
    assert len(done.contributions) == 1


def test_rounds_of_one_country_do_not_cut_the_stocks_of_another() -> None:
    known = pd.concat([areas(TWO_GOVERNORATES), areas({"YY": 10.0, "YY01": 10.0})])
    own = [stock("a", 1000, 0, counter="IOM"), stock("b", 900, 4, counter="IOM")]
    other = [stock(f"o{n}", 10 + n, n, counter="IOM", areas="YY01") for n in range(6)]
    done = reconcile(*frames([*own, *other]), known, as_of=day(6))
    pieces = done.standing["idps", "location"]
    assert sorted((piece.live[0].figure_ids[0], piece.last - piece.first) for piece in pieces) == [
        *[("a", 4), ("b", 3)],
        *[("o0", 1), ("o1", 1), ("o2", 1), ("o3", 1), ("o4", 1), ("o5", 2)],
    ]
    alone = reconcile(*frames(own), known, as_of=day(6)).stocks
    here = done.stocks[done.stocks["area_code"] == "XX"].reset_index(drop=True)
    assert here.equals(alone)


def test_a_stock_over_two_countries_links_them() -> None:
    known = pd.concat([areas(TWO_GOVERNORATES), areas({"YY": 6000.0})])
    rows = [stock("both", 1000, 0, areas="XX|YY"), stock("one", 900, 3, areas="YY")]
    done = reconcile(*frames(rows), known, as_of=day(4))
    assert [len(piece.live) for piece in done.standing["idps", "location"]] == [1, 2]
    assert set(done.contributions["figure_id"]) == {"both", "one"}
    assert country(done.stocks).iloc[0] == pytest.approx(500)
