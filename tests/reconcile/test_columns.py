"""Episodes worked on as columns are what a loop over figures, days and leaves would find."""

from dataclasses import fields, replace
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from displacement.reconcile.cells import cut
from displacement.reconcile.episodes import episodes_of
from displacement.reconcile.labelled import cut_by_events
from displacement.reconcile.meetings import linked
from displacement.reconcile.scopes import Voice, Voices
from displacement.reconcile.solutions import Solutions, solve_all
from tests.reconcile.cases import tree_of, voices
from tests.reconcile.episodes import random_figures, random_tree

SEEDS = st.integers(0, 2**32 - 1)


def heard(seed: int, *, parted: bool = False) -> tuple[Voices, list[Voice]]:
    """Voices of a random crisis; in half of these with events, and `parted` in their parts."""
    random = np.random.default_rng(seed)
    tree = random_tree(random)
    rows = [
        row for _ in range(3) for row in random_figures(random, [code for _, code in tree.leaves])
    ]
    found = [
        replace(voice, figure_ids=(f"f{number:02}",), part=int(random.integers(0, 3)))
        if parted and voice.event
        else replace(voice, figure_ids=(f"f{number:02}",))
        for number, voice in enumerate(voices(rows, tree))
    ]
    return Voices.of(found), found


def meet(one: Voice, other: Voice) -> bool:
    """Whether two voices overlap in a leaf, a day and an event."""
    events = (
        one.event is None
        or other.event is None
        or (one.event == other.event and (one.part == other.part or 0 in {one.part, other.part}))
    )
    days = one.start < other.stop and other.start < one.stop
    return events and days and not set(one.leaves).isdisjoint(other.leaves)


@given(SEEDS)
def test_voices_are_linked_where_some_chain_of_pairs_overlaps(seed: int) -> None:
    columns, found = heard(seed, parted=True)
    leader = list(range(len(found)))
    for one, other in combinations(range(len(found)), 2):
        if meet(found[one], found[other]):
            low, high = sorted((leader[one], leader[other]))
            leader = [low if own == high else own for own in leader]
    assert linked(columns).tolist() == leader


@given(SEEDS)
def test_cells_of_many_episodes_at_once_are_those_of_each_alone(seed: int) -> None:
    _, found = heard(seed)
    plain = Voices.of([replace(voice, event=None) for voice in found])
    leader = linked(plain)
    order = np.argsort(leader, kind="stable")
    plain, leader = plain.take(order), leader[order]
    together = cut(plain, leader, np.arange(len(plain)))
    for episode in np.unique(leader).tolist():
        alone = cut_by_events(plain, leader, np.flatnonzero(leader == episode))
        own = together.episode == episode
        for name in ("leaf_set", "start", "stop", "kind"):
            assert getattr(together, name)[own].tolist() == getattr(alone, name).tolist()
        pairs = leader[together.voice] == episode
        summed = zip(together.voice[pairs].tolist(), together.sums[pairs].tolist(), strict=True)
        assert set(summed) == set(zip(alone.voice.tolist(), alone.sums.tolist(), strict=True))


def test_an_episode_of_more_voices_than_bits_is_cut_alike() -> None:
    tree = tree_of({"XX": 10.0})
    random = np.random.default_rng(1)
    rows = [row for _ in range(40) for row in random_figures(random, ["XX"])]
    found = [
        replace(voice, figure_ids=(f"f{number:03}",), event=None)
        for number, voice in enumerate(voices(rows, tree))
    ]
    columns = Voices.of(found)
    nothing, rows_of_all = np.zeros(len(found), dtype=np.int64), np.arange(len(found))
    assert len(found) > 64
    together, alone = (one(columns, nothing, rows_of_all) for one in (cut, cut_by_events))
    assert together.kind.tolist() == alone.kind.tolist()
    assert together.start.tolist() == alone.start.tolist()


@settings(max_examples=20)
@given(SEEDS)
def test_solved_episodes_become_the_columns_again_that_they_were_made_from(seed: int) -> None:
    tree = random_tree(np.random.default_rng(seed))
    rows = random_figures(np.random.default_rng(seed), [code for _, code in tree.leaves])
    solutions = solve_all(episodes_of(voices(rows, tree), tree))
    again = Solutions.of([*solutions])
    for field in fields(Solutions):
        if field.name not in ("episodes", "_made"):
            ours, theirs = getattr(solutions, field.name), getattr(again, field.name)
            assert ours.tolist() == theirs.tolist()
    assert [*again] == [*solutions]
