"""Does the solver stand evidence that no sane crisis would give?"""

from dataclasses import replace

import numpy as np
import pytest

from displacement.reconcile.balance import _excess, balance
from displacement.reconcile.certificates import certificate_of
from displacement.reconcile.episodes import Episode
from displacement.reconcile.evidence import Balance, Evidence
from displacement.reconcile.polytope import Polytope, largest_sum
from displacement.reconcile.solved import Solved
from displacement_schemas.vocabulary import Method
from tests.reconcile.cases import evidence
from tests.reconcile.stress import FAMILIES, chain, dense

SLACK = 1e-6
"""How far a range may be missed, as a share of the largest count."""


def bounds(given: Evidence, found: Balance) -> tuple[np.ndarray, np.ndarray]:
    """Low and high of every kind of cell, and last of all together."""
    solved = Solved(Episode("", [], [], given), found)
    kinds = len(found.cells)
    rows = np.vstack([np.eye(kinds, dtype=bool), np.ones((1, kinds), dtype=bool)])
    return (
        np.array([solved._bound(row, highest=False) for row in rows]),
        np.array([solved._bound(row, highest=True) for row in rows]),
    )


def holds(given: Evidence) -> Balance:
    """Balance the evidence and check what must hold of any."""
    found = balance(given)
    slack = SLACK * max(float(given.high.max()), 1.0)
    sums = given.incidence @ found.cells
    assert np.all(np.isfinite(found.cells))
    assert np.all(found.cells >= 0)
    assert np.all(sums >= found.allowed_low - slack)
    assert np.all(sums <= found.allowed_high + slack)
    unbent = found.stretch == 0
    floored = np.maximum(given.high * (1 + given.error), 1.0)
    assert np.all(sums[unbent] >= (given.low * (1 - given.error))[unbent] - slack)
    assert np.all(sums[unbent] <= floored[unbent] + slack)
    assert certificate_of(given, found).holds
    low, high = bounds(given, found)
    values = np.append(found.cells, found.cells.sum())
    assert np.all(low <= values + slack)
    assert np.all(values <= high + slack)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_pathological_evidence_is_balanced(family, seed: int) -> None:
    for number in range(3):
        holds(family(np.random.default_rng([seed, number])))


@pytest.mark.slow
@pytest.mark.parametrize("truthful", [True, False])
def test_a_dense_episode_is_balanced(truthful: bool) -> None:
    found = holds(dense(np.random.default_rng(8), 20, truthful=truthful))
    assert found.method == (Method.BALANCED if truthful else Method.STRETCHED)


def divergence(given: Evidence, cells: np.ndarray) -> float:
    """The objective of DESIGN 5.3, each target the nearest that its likely range lets be."""
    even = float(cells @ np.log(cells / given.exposure))
    even -= cells.sum() * np.log(cells.sum() / given.exposure.sum())
    sums = given.incidence @ cells
    targets = np.clip(sums, given.low, given.high)
    off = sums * np.log(sums / targets) - sums + targets
    return even + float((off / (2 * given.error**2)).sum())


@pytest.mark.parametrize("seed", range(20))
def test_no_answer_is_further_from_the_optimum_than_its_gap_says(seed: int) -> None:
    """Measured against the batch's own optimum, at points between it and a worse one inside."""
    random = np.random.default_rng(seed)
    given = chain(random, 6)
    found = balance(given)
    low, high = found.allowed_low, found.allowed_high
    scale = largest_sum(given.incidence, high)
    inside = Polytope(given.incidence, low / scale, high / scale)
    corner = inside.extent(random.normal(size=len(found.cells))).at_low * scale
    for step in (0.0, 0.01, 0.5):
        point = np.maximum((1 - step) * found.cells + step * corner, 1e-300)
        gap = _excess(given, point, low, high) * scale
        above = divergence(given, point) - divergence(given, found.cells)
        assert gap >= above - 1e-6 * scale
        assert step == 0 or gap > 0


def test_an_answer_outside_its_ranges_or_far_from_the_optimum_is_no_answer() -> None:
    given = evidence([[1, 1, 0], [0, 1, 1]], [1, 1, 1], [(10, 10, 10, 0.1), (40, 40, 40, 0.1)])
    found = balance(given)
    assert certificate_of(given, found).holds
    for wrong in (replace(found, cells=found.cells * 1.2), replace(found, gap=1.0)):
        assert not certificate_of(given, wrong).holds


def test_a_tiny_contradiction_with_a_sure_counter_is_found() -> None:
    sure, unsure = (105, 104.5, 105.5, 1e-4), (177, 176.5, 177.5, 0.15)
    found = holds(evidence([[1], [1]], [1], [sure, unsure]))
    assert found.stretch[1] == pytest.approx(1 - 105.5 * 1.0001 / (176.5 * 0.85), rel=1e-3)
    assert found.cells[0] == pytest.approx(105.5, rel=2e-4)


def test_a_count_of_nobody_gives_way_to_less_than_a_person() -> None:
    ranges = [(1, 0.75, 1, 0.2), (0, 0, 0, 0.15), (1, 0.75, 1.25, 0.1)]
    found = holds(evidence([[1, 1], [1, 0], [1, 0]], [1, 1], ranges))
    assert not found.stretch.any()
    assert found.cells[0] >= 0.675 - SLACK


def test_a_contradiction_elsewhere_leaves_a_count_of_nobody_alone() -> None:
    ranges = [(100, 100, 100, 0.1), (500, 500, 500, 0.1), (0, 0, 0, 0.1)]
    found = holds(evidence([[1, 1], [1, 1], [0, 1]], [1, 1], ranges))
    assert found.cells[1] == pytest.approx(0, abs=1e-5)
    assert found.stretch[2] == 0


def test_everything_zero_is_zero() -> None:
    found = holds(evidence([[1, 1], [0, 1]], [1, 5], [(0, 0, 0, 0.1), (0, 0, 0, 0.3)]))
    assert found.cells.tolist() == [0, 0]


def test_a_small_contradiction_is_seen_beside_a_count_of_a_thousand_million() -> None:
    huge, low, high = (1e9, 1e9, 1e9, 0.1), (10, 10, 10, 0.1), (40, 40, 40, 0.1)
    found = holds(evidence([[1, 1, 1], [0, 1, 0], [0, 1, 0]], [5, 1, 1], [huge, low, high]))
    alone = holds(evidence([[1], [1]], [1], [low, high]))
    assert found.stretch[1:] == pytest.approx(alone.stretch, abs=0.05)


def test_ranges_that_meet_in_one_point_are_no_contradiction() -> None:
    # Two parts at their very highest are the whole at its very lowest.
    parts, whole = (100, 100, 100, 0.1), (220 / 0.9, 220 / 0.9, 220 / 0.9, 0.1)
    found = holds(evidence([[1, 0], [0, 1], [1, 1]], [1, 1], [parts, parts, whole]))
    assert not found.stretch.any()
    assert found.cells == pytest.approx([110, 110], rel=1e-6)


@pytest.mark.parametrize("gap", [1e-12, 1e-9, 1e-6, 1e-4])
def test_ranges_that_just_miss_an_even_level_stay_nearly_even(gap: float) -> None:
    ranges = [(100, 90, 100, 0.1), (200 * (1 + gap), 200 * (1 + gap), 210, 0.1)]
    found = holds(evidence([[1, 0], [1, 1]], [1, 1], ranges))
    assert found.cells == pytest.approx([100, 100], rel=2 * gap + 1e-4)
