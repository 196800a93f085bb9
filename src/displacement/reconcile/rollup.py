"""How many, where, between which days? Episodes rolled up to areas, days and months.

Last step of the reconciliation of flows; stocks use it for their one-day episodes too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from displacement.reconcile.area_tree import AreaKey, AreaTree, Leaves
from displacement.reconcile.columns import Numbers, changes, numbered, objects
from displacement.reconcile.crossings import Crossings, Cuts, Scopes, Speakers, cuts
from displacement.reconcile.episodes import Episodes
from displacement.reconcile.leaf_sets import places_of_sets
from displacement.reconcile.scopes import Voice
from displacement.reconcile.solutions import Solutions
from displacement.reconcile.solved import Solved, Windows
from displacement_schemas.vocabulary import Method

METHODS = tuple(method.value for method in Method)
"""From the plainest to the most worked."""

DECIMALS = 6


@dataclass(frozen=True)
class Total:
    """What all figures together say of one place and window; nulls where none speaks."""

    value: float | None
    low: float | None
    high: float | None
    figures: int
    counters: tuple[str, ...]
    coverage: float
    method: str | None
    """How the value came about, its most worked part."""


def roll_up(
    solved: Sequence[Solved],
    tree: AreaTree,
    places: Mapping[AreaKey, Leaves],
    windows: Windows,
    *,
    even: bool = False,
) -> pd.DataFrame:
    """One row per place and window that any voice speaks of; `even` as in `Solved.cut`.

    Columns: place (an AreaKey), number (of the place in `places`), window (row of `windows`),
    value, low, high (persons), figures, counters, coverage (0 to 1), method. Windows are sorted
    and do not overlap.
    """
    [rolled] = roll_ups(solved, tree, places, [windows], even=even)
    return rolled


def roll_ups(
    solved: Sequence[Solved],
    tree: AreaTree,
    places: Mapping[AreaKey, Leaves],
    several: Sequence[Windows],
    *,
    even: bool = False,
) -> list[pd.DataFrame]:
    """As `roll_up`, for several rows of windows."""
    if not solved:
        return [pd.DataFrame(columns=[*_ROLLED]) for _ in several]
    solutions = Solutions.of(solved)
    episodes = solutions.episodes
    cells = Scopes(episodes.cells.leaf_set, episodes.cells.start, episodes.cells.stop)
    speakers, covered = Speakers.of(episodes), covered_scopes(episodes)
    scopes = (cells, speakers.scopes, covered)
    sets = episodes.voices.sets
    met = places_of_sets(sets, np.concatenate([one.leaf_set for one in scopes]), tree, places)
    weight = sets.weights(covered.leaf_set, tree.weight)
    leaves, keys = [*places.values()], objects([*places])
    residents = np.array([float(tree.weight[own].sum()) for own in leaves])
    ranks = np.array([METHODS.index(method.value) for method in solutions.method])
    frames = []
    for windows in several:
        held, heard, around = (one.meetings(met, windows) for one in scopes)
        portions = []
        for part in held.portions():
            found = cuts(solutions, held.crossings(*part), windows)
            found = _bounded(found, solutions, even=even)
            rolled = _rolled(found, ranks, speakers, heard.crossings(*part))
            exposed = covered.exposures(around.crossings(*part), weight, windows)
            days = np.diff(windows[rolled["window"].to_numpy()], axis=1)[:, 0]
            shares = exposed / (residents[rolled["number"].to_numpy()] * days)
            portions.append(rolled.assign(coverage=np.minimum(shares.round(9), 1.0)))
        if not portions:
            frames.append(pd.DataFrame(columns=[*_ROLLED]))
            continue
        rolled = pd.concat(portions, ignore_index=True)
        rolled["place"] = keys[rolled["number"]]
        rolled["method"] = np.array(METHODS, dtype=object)[rolled["rank"]]
        frames.append(rolled[[*_ROLLED]])
    return frames


def total(
    solved: Sequence[Solved], tree: AreaTree, place: Leaves, window: tuple[int, int]
) -> Total:
    """The total of one place between two days (the second exclusive)."""
    key = ("", "")
    windows = np.array([window], dtype=np.int64)
    rolled = roll_up(solved, tree, {key: place}, windows)
    if rolled.empty:
        return Total(None, None, None, 0, (), 0.0, None)
    row = rolled.iloc[0]
    names = {voice.counter for voice in voices_within(solved, place, window)}
    return Total(
        value=float(row["value"]),
        low=float(row["low"]),
        high=float(row["high"]),
        figures=int(row["figures"]),
        counters=tuple(sorted(names)),
        coverage=float(row["coverage"]),
        method=str(row["method"]),
    )


def voices_within(solved: Sequence[Solved], place: Leaves, window: tuple[int, int]) -> list[Voice]:
    """The voices that speak of any part of the place in the window."""
    if not solved:
        return []
    voices = Solutions.of(solved).episodes.voices
    rows = np.flatnonzero((voices.start < window[1]) & (window[0] < voices.stop))
    owner, leaf = voices.sets.on_leaves(voices.leaf_set[rows])
    return [voices[row] for row in rows[np.unique(owner[np.isin(leaf, place)])].tolist()]


def named_places(solved: Iterable[Solved], tree: AreaTree) -> dict[AreaKey, Leaves]:
    """The areas that voices name, with everything they lie in, and their leaves."""
    named = {area for areas in set(_areas_of(solved)) for area in areas}
    keys = sorted({above for area in named for above in tree.ancestors(area)})
    return {key: tree.leaves[key] for key in keys}


def _areas_of(solved: Iterable[Solved]) -> Iterable[tuple[AreaKey, ...]]:
    if isinstance(solved, Solutions):
        return solved.episodes.voices.areas
    return (voice.areas for one in solved for voice in one.episode.voices)


_ROLLED = (
    *("place", "number", "window", "value", "low", "high"),
    *("figures", "counters", "coverage", "method"),
)


def _bounded(found: Cuts, solutions: Solutions, *, even: bool) -> Cuts:
    """The cuts with the bounds that no chain knows: those that take a linear program."""
    asked = np.flatnonzero(~found.is_bound | even)
    asked = asked[np.argsort(found.episode[asked], kind="stable")]
    low, high = found.low.copy(), found.high.copy()
    for rows in np.split(asked, np.flatnonzero(changes(found.episode[asked]))[1:]):
        if len(rows):
            solved, value = solutions[int(found.episode[rows[0]])], found.value[rows]
            held, touched = found.weights(rows, len(solved.balance.cells), even=even)
            low[rows] = np.minimum(solved.bounds_of(held, highest=False), value)
            high[rows] = np.maximum(solved.bounds_of(touched, highest=True), value)
    return replace(found, low=low, high=high)


def _rolled(
    found: Cuts, ranks: NDArray[np.int64], speakers: Speakers, heard: Crossings
) -> pd.DataFrame:
    """The cuts of all episodes added up by place and window, with who speaks there."""
    new = changes(found.place, found.window)
    rows = np.flatnonzero(new)
    columns = {
        name: np.add.reduceat(column, rows).round(DECIMALS)
        for name, column in (("value", found.value), ("low", found.low), ("high", found.high))
    }
    order = np.lexsort((speakers.counter[heard.scope], heard.window, heard.place))
    place, window = heard.place[order], heard.window[order]
    counter = speakers.counter[heard.scope[order]]
    spoken = np.flatnonzero(changes(place, window))
    return pd.DataFrame(
        {
            "number": found.place[rows],
            "window": found.window[rows],
            **columns,
            "figures": np.add.reduceat(speakers.figures[heard.scope[order]], spoken),
            "rank": np.maximum.reduceat(ranks[found.episode], rows),
            "counters": np.add.reduceat(changes(place, window, counter).astype(np.int64), spoken),
        }
    )


def covered_scopes(episodes: Episodes) -> Scopes:
    """What any voice covers, no leaf and day twice: the cells, but for events that overlap."""
    cells = episodes.cells
    if not pd.notna(episodes.voices.event).any():
        return Scopes(cells.leaf_set, cells.start, cells.stop)
    owner, leaf = cells.sets.on_leaves(cells.leaf_set)
    leaf, start, stop = covered_intervals(leaf, cells.start[owner], cells.stop[owner])
    span = numbered(start, stop)
    order = np.lexsort((leaf, span))
    begins = np.flatnonzero(changes(span[order]))
    together = np.split(leaf[order], begins[1:])
    leaf_set = cells.sets.numbers(tuple(leaves.tolist()) for leaves in together)
    return Scopes(leaf_set, start[order][begins], stop[order][begins])


def covered_intervals(
    key: Numbers, start: Numbers, stop: Numbers
) -> tuple[Numbers, Numbers, Numbers]:
    """Merge spans of equal key that overlap or touch: key, start and stop of each, in order."""
    order = np.lexsort((start, key))
    key, start, stop = key[order], start[order], stop[order]
    # Days that grow from key to key, so that spans of different keys never touch.
    far = numbered(key) * (int(stop.max(initial=0)) - int(start.min(initial=0)) + 2)
    reach = np.maximum.accumulate(far + stop)
    begins = np.ones(len(key), dtype=bool)
    begins[1:] = (far + start)[1:] > reach[:-1]
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(key)) - 1 if len(first) else first
    return key[first], start[first], reach[last] - far[last]
