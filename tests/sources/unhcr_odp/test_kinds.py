"""Stock, flow or cumulative: which days a figure is of."""

import pytest

from tests.sources.unhcr_odp.series import (
    CUMULATIVE,
    FIXTURE,
    FLOW,
    ORIGINS,
    STOCK,
    run,
    series_of,
    spans,
    standing,
)


def test_a_stock_holds_on_its_day(store, reference):
    run(store, reference, series_of(("2024-05-31", 900), ("2024-06-30", 0)), STOCK)

    assert spans(store) == [("2024-05-31", "2024-05-31", 900), ("2024-06-30", "2024-06-30", 0)]
    assert set(standing(store)["area_codes"]) == {"SYR"}


@pytest.mark.parametrize(
    ("frequency", "expected"),
    [
        ("day", [("2024-03-09", "2024-03-09", 70)]),
        ("month", [("2024-03-01", "2024-03-31", 70)]),
        ("year", []),
    ],
)
def test_a_flow_is_that_of_its_whole_step_once_that_is_over(store, reference, frequency, expected):
    series = FLOW | {"frequency": frequency}
    outcome, _ = run(store, reference, series_of(("2024-03-09", 70)), series)

    assert spans(store) == expected
    assert (outcome.rows_in, outcome.accepted) == (1, 1)


def test_months_without_a_day_are_read_from_year_and_month_as_text_or_number(store, reference):
    rows = [
        {"year": "2024", "month": "05", "individuals": "12"},
        {"year": 2024, "month": 6, "individuals": 13},
        {"year": 2024, "month": 7, "individuals": 1},
    ]
    run(store, reference, {"data": {"timeseries": rows}}, FLOW | {"frequency": "month"})

    assert spans(store) == [("2024-05-01", "2024-05-31", 12), ("2024-06-01", "2024-06-30", 13)]


def test_a_cumulative_series_gives_nested_figures_that_may_fall(store, reference):
    answer = series_of(("2024-02-29", 500), ("2024-03-31", 900), ("2024-04-30", 880))
    outcome, server = run(store, reference, answer, CUMULATIVE)

    assert spans(store) == [
        ("2024-01-15", "2024-02-29", 500),
        ("2024-01-15", "2024-03-31", 900),
        ("2024-01-15", "2024-04-30", 880),
    ]
    assert outcome.complete
    assert set(standing(store)["area_role"]) == {"destination"}
    assert server.requests[0].value("fromDate") == "2024-01-15"
    assert server.requests[0].value("frequency") == "month"


def test_a_count_from_before_its_beginning_is_rejected(store, reference):
    outcome, _ = run(store, reference, series_of(("2023-12-31", 5)), CUMULATIVE)

    assert (outcome.rejected, outcome.new) == (1, 0)


@pytest.mark.parametrize(
    ("code", "series", "held"),
    [("C", ORIGINS, False), ("N", ORIGINS, True), ("C", FLOW | {"endpoint": "origin"}, True)],
)
def test_a_code_that_contradicts_the_declared_kind_holds_the_answer_back(
    store, reference, code, series, held
):
    row = FIXTURE["origin"]["data"][0] | {"pop_frequency_cumulative_code": code}
    outcome, _ = run(store, reference, {"data": [row]}, series)

    assert any("is declared a" in one for one in outcome.signals) is held
    assert outcome.complete is not held
    assert len(standing(store)) == (0 if held else 1)
