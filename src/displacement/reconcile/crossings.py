"""Where do the cells and voices of all episodes meet places and windows? As columns of rows.

Between the solved episodes and their roll-up: what is a loop over episodes, places and windows
on paper is sorting and adding of columns here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from displacement.reconcile.columns import (
    Flags,
    Numbers,
    Vector,
    changes,
    firsts,
    of_texts,
    rows_of,
    spread,
)
from displacement.reconcile.episodes import Episodes
from displacement.reconcile.leaf_sets import PlacesOfSets
from displacement.reconcile.solutions import Solutions
from displacement.reconcile.solved import WHOLE, Windows

MOST_ROWS: Final = 4_000_000
"""Crossings that are held in memory at once."""


@dataclass(frozen=True)
class Scopes:
    """Things with leaves and days that stand in rows: cells, or voices."""

    leaf_set: Numbers
    """Number of the set of leaves that each covers."""
    start: Numbers
    stop: Numbers

    def meetings(self, places: PlacesOfSets, windows: Windows) -> "Meetings":
        """Every scope with each place that it meets, and the windows that it crosses."""
        owner, entry = spread(places.count[self.leaf_set])
        entry += places.first[self.leaf_set[owner]]
        order = np.argsort(places.place[entry], kind="stable")
        owner, entry = owner[order], entry[order]
        first = np.searchsorted(windows[:, 1], self.start, side="right")
        near = np.maximum(np.searchsorted(windows[:, 0], self.stop, side="left") - first, 0)
        return Meetings(
            scope=owner,
            place=places.place[entry],
            inside=places.inside[entry],
            first=first[owner],
            windows=near[owner],
        )

    def exposures(self, found: "Crossings", weight: Vector, windows: Windows) -> Vector:
        """Residents × days of the scopes, of each place and window that they cross, in order."""
        edges, scope = windows[found.window], found.scope
        days = np.minimum(self.stop[scope], edges[:, 1]) - np.maximum(
            self.start[scope], edges[:, 0]
        )
        order = np.lexsort((found.window, found.place))
        first = np.flatnonzero(changes(found.place[order], found.window[order]))
        return np.add.reduceat((days * found.inside * weight[scope])[order], first)


@dataclass(frozen=True)
class Meetings:
    """One row per scope and place that meet, in order of the places."""

    scope: Numbers
    place: Numbers
    inside: Vector
    """Share of the scope's residents that live inside the place."""
    first: Numbers
    """The first window that the scope crosses."""
    windows: Numbers
    """How many windows it crosses."""

    def portions(self) -> Iterator[tuple[int, int]]:
        """Places from the first to the last (exclusive), of about `MOST_ROWS` crossings."""
        rows = np.bincount(self.place, self.windows).cumsum()
        start = 0
        while start < len(rows):
            before = rows[start - 1] if start else 0.0
            stop = int(np.searchsorted(rows, before + MOST_ROWS, side="right"))
            stop = max(stop, start + 1)
            yield start, stop
            start = stop

    def crossings(self, first: int, last: int) -> "Crossings":
        """The scopes that meet places from `first` to `last` (exclusive), window by window."""
        here = slice(*np.searchsorted(self.place, (first, last)).tolist())
        pair, number = spread(self.windows[here])
        return Crossings(
            scope=self.scope[here][pair],
            place=self.place[here][pair],
            window=self.first[here][pair] + number,
            inside=self.inside[here][pair],
        )


@dataclass(frozen=True)
class Crossings:
    """One row per scope, place and window that meet."""

    scope: Numbers
    place: Numbers
    window: Numbers
    inside: Vector
    """Share of the scope's residents that live inside the place."""


@dataclass(frozen=True)
class Speakers:
    """The voices of all episodes."""

    scopes: Scopes
    figures: Numbers
    """How many figures speak with each voice."""
    counter: Numbers

    @staticmethod
    def of(episodes: Episodes) -> "Speakers":
        """The voices of some episodes."""
        voices = episodes.voices
        scopes = Scopes(voices.leaf_set, voices.start, voices.stop)
        return Speakers(scopes, voices.figures, of_texts(voices.counter))

    def of_kinds(self, episodes: Episodes) -> tuple[Numbers, Numbers]:
        """How many figures and how many counters speak of each kind of cell."""
        voice, kind = episodes.pair_voice, episodes.pair_kind
        kinds = len(episodes.exposure)
        figures = np.bincount(kind, self.figures[voice], minlength=kinds).astype(np.int64)
        counters = int(self.counter.max()) + 1
        different = np.unique(kind * counters + self.counter[voice]) // counters
        return figures, np.bincount(different, minlength=kinds)


@dataclass(frozen=True)
class Cuts:
    """What each episode says of each place and window that it meets, as `Solved.cut` does."""

    episode: Numbers
    place: Numbers
    window: Numbers
    value: Vector
    low: Vector
    high: Vector
    is_bound: Flags
    """False where the bounds are no interval of a chain, and have still to be found."""
    kinds: Numbers
    """How many kinds of cell each row touches; what follows is of each of these."""
    kind: Numbers
    """Number of the kind within its episode."""
    whole: Flags
    """Whether all of its cells lie within the place and window."""
    level: Vector
    """Which share of it lies there, were it spread evenly."""

    @cached_property
    def first_kind(self) -> Numbers:
        """Where the kinds of each row begin."""
        return firsts(self.kinds)

    def weights(self, rows: Numbers, kinds: int, *, even: bool) -> tuple[Vector, Vector]:
        """What the low and the high of some rows sum: which kinds, or their shares if `even`."""
        own, owner = (
            rows_of(self.first_kind[rows], self.kinds[rows]),
            spread(self.kinds[rows])[0],
        )
        held, touched = np.zeros((2, len(rows), kinds))
        held[owner, self.kind[own]] = self.level[own] if even else self.whole[own]
        touched[owner, self.kind[own]] = self.level[own] if even else 1.0
        return held, touched


def cuts(solutions: Solutions, found: Crossings, windows: Windows) -> Cuts:
    """The crossings of cells joined to rows of one episode, place and window."""
    cells, scope = solutions.episodes.cells, found.scope
    start, stop = cells.start[scope], cells.stop[scope]
    edges = windows[found.window]
    days = np.minimum(stop, edges[:, 1]) - np.maximum(start, edges[:, 0])
    part = days / (stop - start) * found.inside
    kind_of, episode_of = solutions.episodes.kind_of_cells, solutions.episodes.episode_of_cells
    order = np.lexsort((kind_of[scope], episode_of[scope], found.window, found.place))
    scope, place, window, part = scope[order], found.place[order], found.window[order], part[order]
    kind, episode = kind_of[scope], episode_of[scope]
    new_kind = changes(place, window, kind)
    new_row = changes(place, window, episode)
    of_kind = np.flatnonzero(new_kind)
    row_of_kind = np.cumsum(new_row)[of_kind] - 1
    whole = np.add.reduceat(part >= WHOLE, of_kind) == solutions.cells_of_kinds[kind[of_kind]]
    level = np.add.reduceat(part * solutions.share_of_kinds[scope], of_kind)
    kinds = np.bincount(row_of_kind)
    rows = np.flatnonzero(new_row)
    value = np.add.reduceat(part * solutions.cell_values[scope], rows)
    episode, position = episode[rows], solutions.position[kind[of_kind]]
    touched = _interval(row_of_kind, position, len(rows))
    held = _interval(row_of_kind[whole], position[whole], len(rows))
    is_bound = (solutions.first_reach[episode] >= 0) & touched.is_one & held.is_one
    low, high = np.zeros(len(rows)), np.zeros(len(rows))
    sure, some = np.flatnonzero(is_bound), np.flatnonzero(is_bound & (held.count > 0))
    ends = episode[sure], touched.first[sure], touched.last[sure]
    high[sure] = solutions.extreme(*ends, highest=True)
    ends = episode[some], held.first[some], held.last[some]
    low[some] = solutions.extreme(*ends, highest=False)
    return Cuts(
        episode=episode,
        place=place[rows],
        window=window[rows],
        value=value,
        low=np.minimum(low, value),
        high=np.maximum(high, value),
        is_bound=is_bound,
        kinds=kinds,
        kind=solutions.episodes.cells.kind[scope[of_kind]],
        whole=whole,
        level=level,
    )


@dataclass(frozen=True)
class _Interval:
    """Positions from `first` to `last` (exclusive) of each row."""

    first: Numbers
    last: Numbers
    count: Numbers

    @property
    def is_one(self) -> Flags:
        """Whether no position in between is missing."""
        return np.asarray((self.count == 0) | (self.last - self.first == self.count))


def _interval(row: Numbers, position: Numbers, rows: int) -> _Interval:
    first = np.full(rows, np.iinfo(np.int64).max)
    last = np.full(rows, -1)
    np.minimum.at(first, row, position)
    np.maximum.at(last, row, position)
    return _Interval(first, last + 1, np.bincount(row, minlength=rows))
