"""Nobody gets a withheld number back: a linear program tries with everything that is published.

Protected means: of every withheld number of fewer than ten people at admin level 3 and below, a
reader must believe that it may be next to nothing, and that it may be ten or more.
"""

import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.disclosure.attacker import (
    attack_on_flows,
    attack_on_stocks,
    suppressed_rows,
    values_of,
)
from tests.disclosure.published import COUNTRY, THRESHOLD, Made, made_of
from tests.reconcile.cases import Row, figure, stock

SUB_DISTRICTS = [code for code in COUNTRY if len(code) == 8]
CLOSE = 0.01
NARROWEST = 1.0
"""Other withheld rows lie open by at least as many persons."""

FLOWS: dict[str, list[Row]] = {
    "a lone small figure": [figure("a", 5, 0, 1, areas="XX010101")],
    "a small and a large sibling": [
        figure("a", 5, 0, 1, areas="XX010101"),
        figure("b", 500, 0, 1, areas="XX010102"),
    ],
    "siblings of counters with different errors": [
        figure("a", 5, 0, 1, areas="XX010101", error=0.1),
        figure("b", 50, 0, 1, areas="XX010102", error=0.2),
        figure("c", 60, 0, 1, areas="XX010103", error=0.3),
    ],
    "two small siblings and a figure far away": [
        figure("a", 3, 0, 1, areas="XX010101"),
        figure("b", 4, 0, 1, areas="XX010102"),
        figure("c", 500, 0, 1, areas="XX0201"),
    ],
    "an only child in each district": [
        figure("a", 5, 0, 1, areas="XX010101"),
        figure("b", 40, 0, 1, areas="XX010201"),
        figure("c", 70, 0, 1, areas="XX020101"),
    ],
    "several months": [
        figure("a", 8, 0, 1, areas="XX010101"),
        figure("a2", 80, 31, 32, areas="XX010101"),
        figure("b", 70, 0, 1, areas="XX010102"),
        figure("c", 60, 31, 35, areas="XX010103"),
    ],
    "a small share of a month in a large figure": [
        figure("a", 90, 15, 31, areas="XX010101"),
        figure("b", 900, 15, 31, areas="XX010102"),
    ],
    "small days of large months": [
        figure("a", 200, 0, 30, areas="XX010101"),
        figure("b", 2_000, 0, 30, areas="XX010102"),
    ],
    "a small figure that a large one contradicts": [
        figure("a", 5, 0, 1, areas="XX010101"),
        figure("b", 5_000, 0, 1, areas="XX010101"),
        figure("c", 300, 0, 1, areas="XX010102"),
    ],
    "a small figure inside a figure of the governorate": [
        figure("a", 5, 0, 10, areas="XX010101"),
        figure("b", 5_000, 0, 20, areas="XX01"),
        figure("c", 300, 5, 15, areas="XX010102"),
    ],
    "a household": [
        figure("a", 5.6, 0, 1, areas="XX010101", unit="household", stated=1.0),
        figure("b", 560, 0, 1, areas="XX010102", unit="household", stated=100.0),
    ],
    "two measures": [
        figure("a", 5, 0, 1, areas="XX010101"),
        figure("b", 60, 0, 1, areas="XX010102", measure="return"),
        figure("c", 50, 0, 1, areas="XX010103"),
    ],
}
STOCKS: dict[str, list[Row]] = {
    "a small stock beside a sibling that is counted again": [
        stock("a", 5, 0, areas="XX010101", counter="A"),
        stock("b", 50, 0, areas="XX010102", counter="A"),
        stock("b2", 60, 10, areas="XX010102", counter="A"),
        stock("c", 30, 0, areas="XX010103", counter="A"),
    ],
    "a small stock that grows": [
        stock("a", 5, 0, areas="XX010101", counter="A"),
        stock("a2", 50, 10, areas="XX010101", counter="A"),
        stock("b", 700, 0, areas="XX010102", counter="A"),
    ],
    "two only children": [
        stock("a", 5, 0, areas="XX010101"),
        stock("b", 30, 0, areas="XX020101", error=0.2),
    ],
}


def failures(made: Made, *, stocks: bool = False) -> list[Any]:
    """What the attacker narrows down too far."""
    tables = made.tables
    truth = values_of(made.before)
    hidden = {
        key: level
        for key, level in suppressed_rows(tables).items()
        if (key[0] == "stocks") == stocks
    }
    totals = made.after.totals.to_dict("records")
    attacker = attack_on_stocks(tables) if stocks else attack_on_flows(tables, totals)
    ranges = attacker.ranges_of(hidden)
    found = []
    for (key, level), (low, high) in zip(hidden.items(), ranges, strict=True):
        assert low - CLOSE <= truth[key] <= high + CLOSE, "the attacker believes what is not so"
        is_small = level >= 3 and 0 < truth[key] < THRESHOLD
        is_open = low < CLOSE and high >= THRESHOLD - CLOSE if is_small else high - low > NARROWEST
        if not is_open:
            found.append((key, truth[key], low, high))
    return found


def left_small(made: Made) -> list[Any]:
    """Small numbers of the fine levels that were published all the same."""
    hidden = suppressed_rows(made.tables)
    fine = {key for key in values_of(made.before) if key not in hidden}
    level = {code: len(code) // 2 - 1 for code in COUNTRY}
    return [
        key
        for key in fine
        if 0 < values_of(made.tables)[key] < THRESHOLD
        and min(level[code] for code in (key[2] if key[0] == "estimates" else key[3]).split("|"))
        >= 3
    ]


@pytest.mark.parametrize("rows", FLOWS.values(), ids=FLOWS.keys())
def test_no_withheld_flow_can_be_worked_out(rows: list[Row]) -> None:
    made = made_of(rows)
    assert suppressed_rows(made.tables)
    assert left_small(made) == []
    assert failures(made) == []


@pytest.mark.parametrize("rows", STOCKS.values(), ids=STOCKS.keys())
def test_no_withheld_stock_can_be_worked_out(rows: list[Row]) -> None:
    made = made_of(rows)
    assert suppressed_rows(made.tables)
    assert left_small(made) == []
    assert failures(made, stocks=True) == []


def test_the_attacker_is_able_small_numbers_alone_withheld_are_found() -> None:
    made = made_of(FLOWS["a small and a large sibling"])
    for name in ("estimates", "estimates_daily", "estimates_monthly"):
        before = made.before[name]
        small = (before["value"] < THRESHOLD).to_numpy(bool)
        made.tables[name] = before.assign(
            suppressed=small, **{end: before[end].where(~small) for end in ("value", "low", "high")}
        )
    found = failures(made)
    assert {truth for _, truth, _, _ in found} == {5.0}
    assert all(math.isclose(low, high, abs_tol=CLOSE) for _, _, low, high in found)


def test_the_attacker_is_able_bounds_of_unequal_errors_are_two_equations() -> None:
    made = made_of(FLOWS["siblings of counters with different errors"][:2])
    monthly = made.tables["estimates_monthly"]
    assert monthly.loc[monthly["area_code"] == "XX", "low"].isna().all()
    given_back = {end: made.before["estimates_monthly"][end] for end in ("low", "high")}
    wide = (monthly["admin_level"] < 3).to_numpy(bool)
    made.tables["estimates_monthly"] = monthly.assign(
        **{end: monthly[end].where(~wide, column) for end, column in given_back.items()}
    )
    assert failures(made)


@st.composite
def small_crises(draw: Any) -> list[Row]:
    """Figures around the end of a month, many of them small."""
    rows = []
    for number in range(draw(st.integers(1, 6))):
        places = st.sampled_from([*SUB_DISTRICTS, *SUB_DISTRICTS, *COUNTRY])
        start = draw(st.integers(26, 32))
        rows.append(
            figure(
                f"f{number}",
                draw(st.sampled_from([1.0, 3.0, 5.0, 7.0, 9.0, 15.0, 30.0, 60.0, 200.0, 5_000.0])),
                start,
                start + draw(st.sampled_from([1, 1, 2, 4])),
                areas=draw(places),
                error=draw(st.sampled_from([0.1, 0.2])),
                counter=draw(st.sampled_from(["A", "B"])),
            )
        )
    return rows


@pytest.mark.slow
@given(rows=small_crises())
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_no_withheld_flow_of_any_crisis_can_be_worked_out(rows: list[Row]) -> None:
    made = made_of(rows)
    assert left_small(made) == []
    assert failures(made) == []


@st.composite
def small_camps(draw: Any) -> list[Row]:
    """One counter's stocks of sub-districts, counted now and then."""
    spots = draw(
        st.lists(
            st.tuples(st.sampled_from(SUB_DISTRICTS), st.integers(0, 5)),
            min_size=1,
            max_size=8,
            unique=True,
        )
    )
    return [
        stock(
            f"s{number}",
            draw(st.sampled_from([1.0, 3.0, 5.0, 9.0, 15.0, 60.0, 200.0, 5_000.0])),
            day,
            areas=place,
            counter="A",
            error=draw(st.sampled_from([0.1, 0.2])),
        )
        for number, (place, day) in enumerate(spots)
    ]


@pytest.mark.slow
@given(rows=small_camps())
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_no_withheld_stock_of_any_camps_can_be_worked_out(rows: list[Row]) -> None:
    made = made_of(rows)
    assert left_small(made) == []
    assert failures(made, stocks=True) == []
