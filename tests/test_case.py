"""Is the answer from what hangs together with a question the answer from everything?"""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from displacement.answer import Question, explain, explain_snapshot
from displacement.case import read_case
from displacement.reach import MOST_BOXES, Boxes, bound_together, hanging_together
from displacement.reconcile import reconcile
from displacement.store.snapshots import Snapshot
from tests.benchmarks.large_snapshot import write_snapshot
from tests.benchmarks.speed.world import AS_OF, SYSTEM, World, make_world

MEASURE = "new_displacement"


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(2_000, seed=7)


@pytest.fixture(scope="module")
def snapshot(world: World, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return write_snapshot(world, tmp_path_factory.mktemp("large") / "snapshot")


@pytest.fixture(scope="module")
def everything(world: World):
    return reconcile(world.figures, world.figure_areas, world.areas, as_of=AS_OF)


def asked_of(world: World, row: int, wider: int) -> tuple[str, date, date]:
    """The area and the days of one figure, some days more or less."""
    code = world.figure_areas["area_code"][row]
    first, last = (world.figures[name][row] for name in ("start_date", "end_date"))
    return code, first - timedelta(days=wider), max(first, last + timedelta(days=wider))


@pytest.mark.parametrize(
    ("row", "level", "wider"),
    [(5, 0, 40), (305, 1, 0), (605, 3, 0), (905, 3, 90), (1205, 2, 30), (1505, 1, 400)],
)
def test_the_answer_is_that_from_all_figures(
    row: int, level: int, wider: int, *, world: World, snapshot: Snapshot, everything
) -> None:
    code, first, last = asked_of(world, row, wider)
    code = code[: 4 + 2 * level]
    found = explain_snapshot(snapshot, codes=[code], first=first, last=last, measure=MEASURE)
    whole = explain(everything, Question(((SYSTEM, code),), first, last, MEASURE))
    numbers = ("value", "low", "high", "naive_sum", "coverage")
    assert [found.pop(name) for name in numbers] == pytest.approx(
        [whole.pop(name) for name in numbers], rel=1e-6
    )
    found.pop("suppressed")
    for one in (found, whole):
        for figure in one["figures"]:
            figure["stretch"] = pytest.approx(figure["stretch"], abs=1e-6)
        for conflict in one["conflicts"]:
            del conflict["stretch"]
    assert found == whole


def test_little_of_a_large_snapshot_is_read(world: World, snapshot: Snapshot) -> None:
    code, first, last = asked_of(world, 5, 0)
    case = read_case(snapshot, MEASURE, [code], first, last)
    assert 0 < len(case.figures) < len(world.figures) / 20
    assert len(case.areas["country"].unique()) == 1


def test_revisions_parts_and_echoes_are_bound_together() -> None:
    figures = pd.DataFrame(
        {
            "figure_id": ["a", "b", "c", "d", "e"],
            "record": ["1", "1", "2", "3", "4"],
            "partition_id": ["", "", "p", "p", ""],
            "derived_from": ["", "", "b", "", "elsewhere"],
        }
    )
    assert bound_together(figures).tolist() == [0, 0, 0, 0, 1]


def test_a_chain_is_followed_through_areas_and_days() -> None:
    #        one figure around two others, and one that nobody meets
    boxes = Boxes(*map(np.array, ([0, 0, 1, 5], [2, 1, 2, 6], [0, 9, 3, 0], [4, 12, 10, 99])))
    asked = Boxes(*map(np.array, ([0], [1], [12], [20])))
    assert hanging_together(boxes, np.arange(4), asked) == {1}
    wider = Boxes(*map(np.array, ([0], [2], [8], [20])))
    assert hanging_together(boxes, np.arange(4), wider) == {0, 1, 2}


def test_where_very_many_hang_together_all_are_taken() -> None:
    many = np.arange(MOST_BOXES + 10)
    boxes = Boxes(np.zeros_like(many), np.ones_like(many), many, many)
    apart = Boxes(
        *(np.append(column, other) for column, other in zip(boxes, (7, 8, 0, 0), strict=True))
    )
    asked = Boxes(*map(np.array, ([0], [1], [0], [0])))
    assert len(hanging_together(apart, np.arange(len(many) + 1), asked)) == len(many) + 1
