"""How many, where, between which days? Episodes rolled up to areas, days and months.

Last step of the reconciliation of flows; stocks use it for their one-day episodes too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from displacement.reconcile.area_tree import AreaKey, AreaTree, Leaves
from displacement.reconcile.crossings import (
    Crossings,
    Cuts,
    LeafSets,
    Speakers,
    changes,
    columns_of,
    cuts,
    speakers_of,
)
from displacement.reconcile.scopes import Voice
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
    sets = LeafSets()
    cells, kinds = columns_of(solved, sets)
    speakers = speakers_of(solved, sets)
    met = sets.places(tree, places)
    covered = _covered(solved)
    leaves, keys = [*places.values()], np.empty(len(places), dtype=object)
    keys[:] = [*places]
    ranks = np.array([METHODS.index(one.balance.method.value) for one in solved])
    frames = []
    for windows in several:
        held, heard = cells.scopes.meetings(met, windows), speakers.scopes.meetings(met, windows)
        portions = []
        for part in held.portions():
            found = cuts(cells, kinds, held.crossings(*part), windows)
            found = _bounded(found, solved, tree, leaves, windows, even=even)
            portions.append(_rolled(found, ranks, speakers, heard.crossings(*part)))
        if not portions:
            frames.append(pd.DataFrame(columns=[*_ROLLED]))
            continue
        rolled = pd.concat(portions, ignore_index=True)
        rolled["coverage"] = _coverage(covered, tree, leaves, windows, rolled)
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
    return [
        voice
        for episode in solved
        for voice in episode.episode.voices
        if voice.start < window[1] and window[0] < voice.stop and np.isin(voice.leaves, place).any()
    ]


def named_places(solved: Iterable[Solved], tree: AreaTree) -> dict[AreaKey, Leaves]:
    """The areas that voices name, with everything they lie in, and their leaves."""
    named = {area for s in solved for voice in s.episode.voices for area in voice.areas}
    keys = sorted({above for area in named for above in tree.ancestors(area)})
    return {key: tree.leaves[key] for key in keys}


_ROLLED = (
    *("place", "number", "window", "value", "low", "high"),
    *("figures", "counters", "coverage", "method"),
)


def _bounded(
    found: Cuts,
    solved: Sequence[Solved],
    tree: AreaTree,
    places: Sequence[Leaves],
    windows: Windows,
    *,
    even: bool,
) -> Cuts:
    """The cuts with the bounds that no chain knows: those that take a linear program."""
    asked = np.flatnonzero(~found.is_bound | even)
    low, high = found.low.copy(), found.high.copy()
    pairs = pd.Series(range(len(asked))).groupby([found.episode[asked], found.place[asked]])
    for rows in pairs.indices.values():
        here = asked[rows]
        episode, place = solved[found.episode[here[0]]], places[found.place[here[0]]]
        cut = episode.cut(tree, place, windows[found.window[here]], even=even)
        low[here], high[here] = cut.low, cut.high
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


def _covered(solved: Sequence[Solved]) -> NDArray[np.int64]:
    """Unbroken runs of days that any voice covers, as rows of leaf, start and stop."""
    return covered_intervals(
        [
            (leaf, cell.start, cell.stop)
            for s in solved
            for cell in s.episode.cells
            for leaf in cell.leaves
        ]
    )


def _coverage(
    intervals: NDArray[np.int64],
    tree: AreaTree,
    places: Sequence[Leaves],
    windows: Windows,
    rolled: pd.DataFrame,
) -> NDArray[np.float64]:
    """Share of each place's exposure in each window that lies within covered intervals."""
    coverage = np.zeros(len(rolled))
    number = rolled["number"].to_numpy(dtype=np.int64)
    asked = windows[rolled["window"].to_numpy(dtype=np.int64)]
    for first, last in pairwise([*np.flatnonzero(changes(number)).tolist(), len(number)]):
        leaves = places[number[first]]
        here = intervals[_of_leaves(intervals[:, 0], leaves)]
        weight = tree.weight[here[:, 0]]
        edges = np.concatenate([here[:, 1], here[:, 2]])
        slopes = np.concatenate([weight, -weight])
        order = np.argsort(edges, kind="stable")
        edges, slopes = edges[order].astype(float), np.cumsum(slopes[order])
        exposed = np.concatenate([[0.0], np.cumsum(slopes[:-1] * np.diff(edges))])
        start, stop = asked[first:last].T
        reach = np.interp(stop, edges, exposed) - np.interp(start, edges, exposed)
        coverage[first:last] = reach / (tree.weight[leaves].sum() * (stop - start))
    return np.clip(np.round(coverage, 9), 0.0, 1.0)


def _of_leaves(sorted_leaves: NDArray[np.int64], leaves: Leaves) -> slice | NDArray[np.bool_]:
    """Where some leaves stand; those of an area stand together."""
    if len(leaves) and leaves[-1] - leaves[0] + 1 == len(leaves):
        return slice(*np.searchsorted(sorted_leaves, (leaves[0], leaves[-1] + 1)).tolist())
    return np.isin(sorted_leaves, leaves)


def covered_intervals(spans: Sequence[tuple[int, int, int]]) -> NDArray[np.int64]:
    """Merge (key, start, stop) spans of equal key that overlap or touch; sorted."""
    array = np.unique(np.array(spans, dtype=np.int64).reshape(-1, 3), axis=0)
    if not len(array):
        return array
    frame = pd.DataFrame(array, columns=["key", "start", "stop"])
    reach = frame.groupby("key")["stop"].cummax().groupby(frame["key"]).shift(1)
    run = (reach.isna() | (frame["start"] > reach)).cumsum()
    merged = frame.groupby(run).agg(
        key=("key", "first"), start=("start", "min"), stop=("stop", "max")
    )
    return merged.to_numpy(dtype=np.int64)
