"""Steps of the time charts: nothing known stays empty, and totals survive."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from displacement.report.comparison import Cell
from displacement.report.series import drawn, flow_steps, milliseconds, stock_steps
from displacement_schemas import Stocks
from tests.report import examples

FIRST = date(2017, 1, 1)


def cell(start: int, days: int, value: float) -> Cell:
    begins = FIRST + timedelta(days=start)
    return Cell(
        measure="new_displacement",
        view="origin",
        codes=("SY05",),
        start=begins,
        end=begins + timedelta(days=days - 1),
        value=value,
        low=value / 2,
        high=value * 2,
        method="stated",
        figures=(),
    )


spread = st.lists(
    st.builds(cell, st.integers(0, 900), st.integers(1, 60), st.floats(0, 1e6)),
    min_size=1,
    max_size=30,
)


@given(spread)
def test_steps_hold_as_many_people_as_their_cells(found: list[Cell]) -> None:
    steps = flow_steps(found)
    people = sum(step.value * (step.end - step.start).days for step in steps)
    assert people == pytest.approx(sum(one.value for one in found), rel=1e-6, abs=0.01)


@given(spread)
def test_days_without_a_cell_have_no_step(found: list[Cell]) -> None:
    covered = {one.start + timedelta(days=ahead) for one in found for ahead in range(one.days)}
    drawn_days = {
        step.start + timedelta(days=ahead)
        for step in flow_steps(found)
        for ahead in range((step.end - step.start).days)
    }
    assert drawn_days == covered


def test_a_gap_starts_a_new_run() -> None:
    steps = flow_steps([cell(0, 2, 10), cell(5, 2, 10)])
    assert len({step.run for step in steps}) == 2
    assert len(drawn(steps)) == 4


def test_ten_years_of_days_become_months_with_the_same_total() -> None:
    found = [cell(day, 1, float(day % 7)) for day in range(3_650)]
    steps = flow_steps(found)
    assert len(steps) == 120
    people = sum(step.value * (step.end - step.start).days for step in steps)
    assert people == pytest.approx(sum(one.value for one in found), rel=1e-6)


def test_a_carried_stock_is_one_step() -> None:
    steps = stock_steps(Stocks.from_rows(examples.stock_days(28)))
    assert len(steps) == 1
    assert (steps[0].start, steps[0].end) == (date(2018, 1, 4), date(2018, 2, 1))


def test_a_stock_that_expires_leaves_a_gap() -> None:
    days = [row for row in examples.stock_days(20) if not 5 <= row["age_days"] <= 9]
    steps = stock_steps(Stocks.from_rows(days))
    assert [(step.end - step.start).days for step in steps] == [5, 10]
    assert steps[0].run != steps[1].run


def test_no_cells_and_no_stocks_are_no_steps() -> None:
    assert flow_steps([]) == []
    assert stock_steps(Stocks.empty()) == []


def test_days_are_counted_in_utc() -> None:
    assert milliseconds(date(1970, 1, 2)) == 86_400_000
