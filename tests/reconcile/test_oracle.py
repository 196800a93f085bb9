"""Do the episodes agree with a general convex solver, five hundred times over?"""

from dataclasses import dataclass, field

import numpy as np
import pytest

from displacement.reconcile import reconcile
from displacement.reconcile.area_tree import AreaTree
from displacement.reconcile.rollup import total
from displacement.reconcile.solutions import solve_all
from displacement.reconcile.solved import Solved
from displacement_schemas.vocabulary import Method
from tests.reconcile.cases import SYSTEM, Row, areas, figure, frames
from tests.reconcile.episodes import claims_of, random_episodes
from tests.reconcile.oracle import Judgement, UndecidedError, judge

CHUNKS = 5
PER_CHUNK = 112
WITHIN = 0.002
STRETCH_WITHIN = 1e-3
MOST_UNDECIDED = 0.02
"""Share of the episodes that the oracle may leave undecided."""


@dataclass
class Tally:
    """What one chunk of episodes was made of."""

    undecided: int = 0
    methods: list[str] = field(default_factory=list)


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_random_episodes_agree_with_the_oracle(chunk: int) -> None:
    tally = Tally()
    for episode, tree in random_episodes(300 + chunk, wanted=PER_CHUNK):
        [solved] = solve_all([episode])
        tally.methods.append(solved.balance.method)
        try:
            judgement = judge(claims_of(episode), tree.weight)
        except UndecidedError:
            tally.undecided += 1
            continue
        agree(solved, judgement)
    assert tally.undecided < MOST_UNDECIDED * PER_CHUNK, "the oracle fails too often to be one"
    contradictions = tally.methods.count(Method.STRETCHED)
    assert contradictions >= 0.25 * len(tally.methods)


def agree(solved: Solved, judgement: Judgement) -> None:
    """Cells, totals, stretches and bounds are those of the oracle."""
    ours = solved.episode.evidence.incidence.T
    place = {row.tobytes(): position for position, row in enumerate(judgement.kinds)}
    assert len(ours) == len(place)
    order = [place[np.ascontiguousarray(row).tobytes()] for row in ours]
    theirs = judgement.values[order]
    slack = WITHIN * max(float(theirs.sum()), 1.0)
    if somebody_where_nobody_was_counted(solved):
        # No estimate below one person is better than another there: KL(z | 0) is infinite.
        slack = max(slack, 1.0)
    assert solved.balance.cells.sum() == pytest.approx(theirs.sum(), abs=slack)
    assert solved.balance.cells == pytest.approx(theirs, abs=slack)
    assert solved.balance.stretch == pytest.approx(judgement.stretch, abs=STRETCH_WITHIN)
    room = WITHIN * max(judgement.total_high, 1.0)
    low, high = bounds_of_kinds(solved)
    assert low[:-1] == pytest.approx(judgement.low[order], abs=room)
    assert high[:-1] == pytest.approx(judgement.high[order], abs=room)
    assert low[-1] == pytest.approx(judgement.total_low, abs=room)
    assert high[-1] == pytest.approx(judgement.total_high, abs=room)


def somebody_where_nobody_was_counted(solved: Solved) -> bool:
    """Whether a count of zero counts as up to one person, for the others to hold."""
    evidence = solved.episode.evidence
    sums = evidence.incidence @ solved.balance.cells
    return bool(np.any((evidence.high == 0) & (sums > WITHIN)))


def bounds_of_kinds(solved: Solved) -> tuple[np.ndarray, np.ndarray]:
    """Low and high of every kind of cell, and last of all together."""
    kinds = len(solved.balance.cells)
    rows = np.vstack([np.eye(kinds, dtype=bool), np.ones((1, kinds), dtype=bool)])
    low = np.array([solved._bound(row, highest=False) for row in rows])
    high = np.array([solved._bound(row, highest=True) for row in rows])
    return low, high


POPULATION = {
    "XX": None,
    "XX01": 40_000.0,
    "XX0101": 10_000.0,
    "XX0102": None,
    "XX02": 8_000.0,
}
CRISES: list[list[Row]] = [
    [
        figure("a", 5000, 0, 30, areas="XX", low=4500, high=5500),
        figure("b", 1200, 10, 20, areas="XX0101", error=0.2),
        figure("c", 900, 15, 45, areas="XX02", low=900, high=1000, error=0.3),
    ],
    [
        figure("a", 500, 0, 30, areas="XX01"),
        figure("b", 1200, 10, 20, areas="XX0101|XX02", error=0.2),
        figure("c", 90, 5, 25, areas="XX01", event_id="flood", error=0.3),
        figure("d", 0, 5, 8, areas="XX0102", error=0.15),
    ],
]


@pytest.mark.parametrize("rows", CRISES, ids=["consistent", "contradicting"])
def test_published_totals_agree_with_the_oracle(rows: list[Row]) -> None:
    done = reconcile(*frames(rows), areas(POPULATION))
    (solved,) = done.flows["new_displacement", "location"]
    judgement = judge(claims_of(solved.episode), weights(done.tree))
    agree(solved, judgement)
    country = done.tree.leaves[SYSTEM, "XX"]
    answer = total([solved], done.tree, country, solved.span)
    assert answer.value == pytest.approx(judgement.values.sum(), rel=WITHIN)
    assert answer.low == pytest.approx(judgement.total_low, rel=WITHIN)
    assert answer.high == pytest.approx(judgement.total_high, rel=WITHIN)
    assert done.estimates["value"].sum() == pytest.approx(judgement.values.sum(), rel=WITHIN)


def weights(tree: AreaTree) -> np.ndarray:
    """Residents by leaf: XX0102 has what its governorate has beyond its sister."""
    residents = {"XX0101": 10_000.0, "XX0102": 30_000.0, "XX02": 8_000.0}
    weight = np.empty(len(tree.weight))
    for code, count in residents.items():
        weight[tree.leaves[SYSTEM, code]] = count
    return weight
