"""Episodes that are worked on together are answered as each would be alone."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from displacement.reconcile.balance import balance, balances, harmonised, tell_tense
from displacement.reconcile.chains import chains
from displacement.reconcile.conflicts import conflicts_of
from displacement.reconcile.episodes import episodes_of
from displacement.reconcile.evidence import Balance, Balances, Evidence, Evidences
from displacement.reconcile.polytope import Polytope, largest_sum
from displacement.reconcile.rollup import roll_up
from displacement.reconcile.scopes import day_number
from displacement.reconcile.solutions import solve_all
from displacement_schemas.vocabulary import Method
from tests.reconcile import stress
from tests.reconcile.cases import SYSTEM, TWO_GOVERNORATES, day, tree_of, voices
from tests.reconcile.strategies import DAYS, crises

SEEDS = st.integers(0, 2**32 - 1)
ALL_FROM = day_number(day(0))


def intervals(random: np.random.Generator, figures: int, kinds: int) -> np.ndarray:
    """Figures that sum neighbouring cells of a row; its different kinds, shuffled."""
    while True:
        ends = np.sort(random.integers(0, kinds + 1, (figures, 2)), axis=1)
        incidence = (np.arange(kinds) >= ends[:, :1]) & (np.arange(kinds) < ends[:, 1:])
        if incidence.any(axis=1).all() and incidence.any(axis=0).all():
            different = np.unique(incidence, axis=1)
            return different[:, random.permutation(different.shape[1])]


def evidence(random: np.random.Generator, incidence: np.ndarray) -> Evidence:
    exposure = random.uniform(1, 100, incidence.shape[1])
    stated = incidence @ exposure * random.lognormal(0, 0.2, len(incidence)) * 10
    error = random.choice([0.05, 0.1, 0.2], len(incidence))
    return Evidence(incidence, exposure, stated, stated * 0.98, stated * 1.02, error)


def answers(together: list[Evidence]) -> list[Balance]:
    found = balances(Evidences.of(together))
    return [found.one(row) for row in range(len(together))]


@given(SEEDS, st.integers(2, 5), st.integers(2, 7))
def test_shortest_paths_bound_every_interval_as_linear_programs_do(seed, figures, kinds):
    random = np.random.default_rng(seed)
    incidence = intervals(random, figures, kinds)
    one = evidence(random, incidence)
    low, high = one.low * (1 - one.error), one.high * (1 + one.error)
    unit = largest_sum(incidence, high)
    polytope = Polytope(incidence, low / unit, high / unit)
    [chain] = chains(incidence[None], low[None], high[None])
    assume(chain is not None and not polytope.is_empty())
    first, last = np.sort(random.choice(incidence.shape[1] + 1, 2, replace=False))
    chosen = (chain.position >= first) & (chain.position < last)
    extent = polytope.extent(chosen.astype(float))
    assert chain is not None
    assert chain.extreme(chosen, highest=False) == pytest.approx(extent.low * unit, abs=1e-6 * unit)
    assert chain.extreme(chosen, highest=True) == pytest.approx(extent.high * unit, abs=1e-6 * unit)


def test_nearly_every_shuffled_row_is_put_in_order_again():
    random = np.random.default_rng(3)
    rows = [intervals(random, figures, 6) for figures in random.integers(2, 6, 300)]
    wide = [(np.zeros((1, len(row))), np.full((1, len(row)), 9.0)) for row in rows]
    found = [chains(row[None], *ends)[0] for row, ends in zip(rows, wide, strict=True)]
    assert sum(chain is not None for chain in found) >= 0.9 * len(found)


def test_kinds_that_are_no_interval_are_left_to_a_linear_program():
    incidence = np.array([[1, 1, 0], [0, 1, 1]], dtype=bool)
    [chain] = chains(incidence[None], np.array([[5.0, 5.0]]), np.array([[9.0, 9.0]]))
    assert chain is not None
    assert chain.extreme(np.array([True, False, True]), highest=True) is None


def test_a_ring_of_figures_is_no_chain():
    incidence = np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]], dtype=bool)
    assert [*chains(incidence[None], np.full((1, 3), 5.0), np.full((1, 3), 9.0))] == [None]


def test_ranges_that_contradict_each_other_have_no_bounds():
    incidence = np.array([[1, 1], [1, 0]], dtype=bool)
    assert [*chains(incidence[None], np.array([[1.0, 5.0]]), np.array([[2.0, 9.0]]))] == [None]


@given(SEEDS, st.integers(1, 4), st.integers(2, 5))
def test_who_else_is_in_the_batch_changes_no_digit(seed, figures, kinds):
    random = np.random.default_rng(seed)
    incidence = intervals(random, figures, kinds)
    together = [evidence(random, incidence) for _ in range(7)]
    for one, alone in zip(answers(together), map(balance, together), strict=True):
        assert one.method == alone.method
        assert one.cells.tobytes() == alone.cells.tobytes()
        assert one.stretch.tobytes() == alone.stretch.tobytes()


@given(SEEDS, st.integers(2, 5), st.integers(2, 6))
def test_a_batch_finds_what_the_slow_method_finds(seed, figures, kinds):
    random = np.random.default_rng(seed)
    one = evidence(random, intervals(random, figures, kinds))
    fast = balance(one)
    if fast.method in {Method.STATED, Method.EVEN}:
        return
    alone = Balances.of([harmonised(one)])
    tell_tense(Evidences.of([one]), alone)
    slow = alone.one(0)
    assert fast.method == slow.method
    assert fast.cells == pytest.approx(slow.cells, abs=1e-5 * fast.cells.sum())
    assert fast.stretch == pytest.approx(slow.stretch, abs=1e-7)
    assert fast.allowed_low == pytest.approx(slow.allowed_low, rel=1e-7)
    assert fast.allowed_high == pytest.approx(slow.allowed_high, rel=1e-7)


@pytest.mark.parametrize("make", [stress.orders_of_magnitude, stress.chain, stress.nest])
def test_pathological_episodes_are_answered_alike_together_and_alone(make):
    random = np.random.default_rng(5)
    together = [make(random) for _ in range(3)]
    shapes = {one.incidence.shape for one in together}
    if len(shapes) == 1:
        for one, alone in zip(answers(together), map(balance, together), strict=True):
            assert one.cells.tobytes() == alone.cells.tobytes()


@given(crises(), st.lists(st.integers(0, DAYS), min_size=2, max_size=6, unique=True))
def test_episodes_rolled_up_together_say_what_each_says_cut_by_itself(rows, edges):
    tree = tree_of(TWO_GOVERNORATES)
    solved = solve_all(episodes_of(voices(rows, tree), tree))
    first = ALL_FROM
    edges = np.sort(np.array(edges)) + first
    windows = np.column_stack([edges[:-1], edges[1:]])
    places = {(SYSTEM, code): tree.leaves[SYSTEM, code] for code in TWO_GOVERNORATES}
    rolled = roll_up(solved, tree, places, windows)
    rolled = rolled.assign(code=[code for _, code in rolled["place"]]).set_index(["code", "window"])
    for (_, code), leaves in places.items():
        slices = [one.cut(tree, leaves, windows) for one in solved]
        spoken = np.any([one.voices.any(axis=1) for one in slices], axis=0)
        for window in np.flatnonzero(spoken):
            row = rolled.loc[(code, window)]
            for name in ("value", "low", "high"):
                alone = sum(getattr(one, name)[window] for one in slices)
                assert row[name] == pytest.approx(alone, rel=1e-9, abs=2e-6)
            assert row["figures"] == sum(one.voices[window].sum() for one in slices)
            counters = {
                voice.counter
                for one, cut in zip(solved, slices, strict=True)
                for voice, speaks in zip(one.episode.voices, cut.voices[window], strict=True)
                if speaks
            }
            assert row["counters"] == len(counters)
        assert sum(rolled.index.get_level_values("code") == code) == spoken.sum()


@given(crises())
def test_a_conflict_and_those_it_is_against_cannot_all_hold(rows):
    tree = tree_of(TWO_GOVERNORATES)
    for one in solve_all(episodes_of(voices(rows, tree), tree)):
        evidence = one.episode.evidence
        names = [voice.figure_ids[0] for voice in one.episode.voices]
        low = evidence.low * (1 - evidence.error)
        high = np.maximum(evidence.high * (1 + evidence.error), 1.0)
        for row in conflicts_of(one):
            members = [names.index(row["figure_id"])]
            members += [names.index(name) for name in row["against"].split("|")]
            unit = largest_sum(evidence.incidence, high)
            chosen = evidence.incidence[members], low[members] / unit, high[members] / unit
            assert Polytope(*chosen).is_empty()
