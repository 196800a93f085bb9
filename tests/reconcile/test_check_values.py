"""The numbers that DESIGN 5.3 promises, of the solver and of the published frames."""

import numpy as np
import pytest

from displacement.reconcile import reconcile
from displacement.reconcile.balance import balance
from displacement.reconcile.rollup import total
from displacement.reconcile.scopes import day_number
from tests.reconcile.cases import (
    ONE_AREA,
    SYSTEM,
    Row,
    areas,
    day,
    evidence,
    figure,
    frames,
    more_than,
    nearly,
)

WITHIN = 0.002

EXACT = (60_000.0, 60_000.0), (120_000.0, 120_000.0)
WORDED = (60_000.0, 70_000.0), (110_000.0, 120_000.0)

TABLE = [
    (EXACT, (0.10, 0.10), (35_959, 25_289, 92_030), 153_278, (108_000, 198_000)),
    (WORDED, (0.10, 0.10), (43_875, 27_283, 80_525), 151_682, (99_000, 209_000)),
    (WORDED, (0.10, 0.20), (44_386, 26_702, 75_058), 146_146, (88_000, 221_000)),
    (WORDED, (0.01, 0.01), (42_827, 27_185, 82_793), 152_805, (108_900, 191_900)),
]

CRISIS = day_number(day(0)), day_number(day(67))


def counters(words: tuple, errors: tuple[float, float]) -> list[Row]:
    """UNHCR on the first 54 days, volunteers from the 45th to the 67th."""
    (low, high), (least, most) = words
    return [
        figure("unhcr", 60_000, 0, 54, low=low, high=high, error=errors[0]),
        figure("volunteers", 120_000, 44, 67, low=least, high=most, error=errors[1]),
    ]


@pytest.mark.parametrize(("words", "errors", "cells", "whole", "bounds"), TABLE)
def test_the_solver_gives_the_check_values(words, errors, cells, whole, bounds) -> None:
    (low, high), (least, most) = words
    found = balance(
        evidence(
            [[1, 1, 0], [0, 1, 1]],
            [44, 10, 13],
            [(60_000, low, high, errors[0]), (120_000, least, most, errors[1])],
        )
    )
    assert found.cells == pytest.approx(cells, rel=WITHIN)
    assert found.cells.sum() == pytest.approx(whole, rel=WITHIN)
    assert not found.stretch.any()


@pytest.mark.parametrize(("words", "errors", "cells", "whole", "bounds"), TABLE)
def test_the_frames_give_the_check_values(words, errors, cells, whole, bounds) -> None:
    done = reconcile(*frames(counters(words, errors)), areas(ONE_AREA))
    estimates = done.estimates.sort_values("start_date")
    assert estimates["value"].tolist() == pytest.approx(cells, rel=WITHIN)
    assert estimates["start_date"].tolist() == [day(0), day(44), day(54)]
    assert estimates["end_date"].tolist() == [day(43), day(53), day(66)]
    answer = total(
        done.flows["new_displacement", "location"],
        done.tree,
        done.tree.leaves[SYSTEM, "XX"],
        CRISIS,
    )
    assert answer.value == pytest.approx(whole, rel=WITHIN)
    assert (answer.low, answer.high) == pytest.approx(bounds, rel=WITHIN)
    assert answer.counters == ("UNHCR", "VOLUNTEERS")
    assert done.conflicts.empty


def test_words_of_figures_become_the_ranges_of_the_table() -> None:
    assert (
        tuple(more_than(60_000, 10_000).values()),
        tuple(nearly(120_000, 10_000).values()),
    ) == WORDED


ONE_CELL = [
    figure("first", 100_000, 0, 10, low=95_000, high=105_000),
    figure("second", 150_000, 0, 10, low=145_000, high=155_000),
]
TWO_CELLS = [figure("whole", 100, 0, 20), figure("part", 150, 0, 10)]


def test_one_cell_of_two_contradicting_figures_lies_between_them() -> None:
    ranges = [(100_000, 95_000, 105_000, 0.1), (150_000, 145_000, 155_000, 0.1)]
    found = balance(evidence([[1], [1]], [10], ranges))
    assert found.cells.sum() == pytest.approx(122_089, rel=WITHIN)
    assert found.stretch == pytest.approx([0.057, 0.065], abs=0.001)
    assert found.lowered.tolist() == [False, True]


def test_a_part_larger_than_its_whole_leaves_nothing_beside_it() -> None:
    ranges = [(100, 100, 100, 0.1), (150, 150, 150, 0.1)]
    found = balance(evidence([[1, 1], [1, 0]], [10, 10], ranges))
    assert found.cells == pytest.approx([120, 0], abs=0.24)
    assert found.stretch == pytest.approx([0.091, 0.111], abs=0.0005)


@pytest.mark.parametrize(
    ("rows", "cells", "stretches"),
    [(ONE_CELL, [122_089], [0.057, 0.065]), (TWO_CELLS, [120, 0], [0.091, 0.111])],
    ids=["one cell", "two cells"],
)
def test_the_frames_give_the_contradictions_of_the_check_values(rows, cells, stretches) -> None:
    done = reconcile(*frames(rows), areas(ONE_AREA))
    values = done.estimates.sort_values("start_date")["value"].to_numpy(dtype=float)
    assert values == pytest.approx(cells, rel=WITHIN, abs=0.24)
    assert set(done.estimates["method"]) == {"stretched"}
    bent = dict(zip(done.conflicts["figure_id"], done.conflicts["stretch"], strict=True))
    assert [bent[row["figure_id"]] for row in rows] == pytest.approx(stretches, abs=0.001)


def test_bounds_of_a_contradiction_leave_no_room() -> None:
    done = reconcile(*frames(ONE_CELL), areas(ONE_AREA))
    row = done.estimates.iloc[0]
    assert row["low"] == pytest.approx(row["value"], rel=1e-6)
    assert row["high"] == pytest.approx(row["value"], rel=1e-6)


def test_the_values_do_not_depend_on_where_the_solver_starts() -> None:
    rows = [[1, 1, 0], [0, 1, 1]]
    ranges = [(60_000, 60_000, 70_000, 0.1), (120_000, 110_000, 120_000, 0.2)]
    once = balance(evidence(rows, [44, 10, 13], ranges)).cells
    order = [2, 0, 1]
    again = balance(
        evidence(np.array(rows)[::-1, order], np.array([44, 10, 13])[order], ranges[::-1])
    ).cells
    assert again == pytest.approx(once[order], rel=1e-6)
