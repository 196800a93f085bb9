"""Where do the cells and voices of all episodes meet places and windows? As columns of rows.

Between the solved episodes and their roll-up: what is a loop over episodes, places and windows
on paper is sorting and adding of columns here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from displacement.reconcile.area_tree import AreaKey, AreaTree, Leaves
from displacement.reconcile.solved import WHOLE, Solved, Windows

Vector = NDArray[np.float64]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

MOST_ROWS: Final = 4_000_000
"""Crossings that are held in memory at once."""


@dataclass(frozen=True)
class Scopes:
    """Things with leaves and days that stand in rows: cells, or voices."""

    leaf_set: Numbers
    """Number of the set of leaves that each covers."""
    start: Numbers
    stop: Numbers

    def meetings(self, places: "PlacesOfSets", windows: Windows) -> "Meetings":
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
class PlacesOfSets:
    """The places that each set of leaves meets: from `first`, `count` entries of the others."""

    first: Numbers
    count: Numbers
    place: Numbers
    inside: Vector


class LeafSets:
    """Numbers sets of leaves, equal ones alike."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, ...], int] = {}

    def number(self, leaves: tuple[int, ...]) -> int:
        """The number of a set."""
        return self._numbers.setdefault(leaves, len(self._numbers))

    def leaves(self) -> list[tuple[int, ...]]:
        """The sets, in order of their numbers."""
        return [*self._numbers]

    def places(self, tree: AreaTree, places: Mapping[AreaKey, Leaves]) -> PlacesOfSets:
        """Which places each set meets, and which share of its residents live there."""
        sizes = np.array([len(leaves) for leaves in places.values()], dtype=np.int64)
        held = np.concatenate([np.zeros(0, dtype=np.int64), *places.values()])
        order = np.argsort(held, kind="stable")
        holder = np.repeat(np.arange(len(sizes)), sizes)[order]
        own = np.array([len(leaves) for leaves in self._numbers], dtype=np.int64)
        leaf = np.array([leaf for leaves in self._numbers for leaf in leaves], dtype=np.int64)
        first = np.searchsorted(held[order], leaf, side="left")
        member, number = spread(np.searchsorted(held[order], leaf, side="right") - first)
        of_set = np.repeat(np.arange(len(own)), own)
        keys = of_set[member] * max(len(sizes), 1) + holder[first[member] + number]
        met, which = np.unique(keys, return_inverse=True)
        weight = np.bincount(which, tree.weight[leaf[member]], minlength=len(met))
        leaves = np.bincount(which, minlength=len(met))
        set_of, place = np.divmod(met, max(len(sizes), 1))
        whole = np.bincount(of_set, tree.weight[leaf], minlength=len(own))
        inside = np.where(leaves == own[set_of], 1.0, weight / whole[set_of])
        count = np.bincount(set_of, minlength=len(own))
        return PlacesOfSets(np.cumsum(count) - count, count, place, inside)


@dataclass(frozen=True)
class Cells:
    """The cells of all episodes."""

    scopes: Scopes
    episode: Numbers
    kind: Numbers
    """Number of the kind among those of all episodes."""
    value: Vector


@dataclass(frozen=True)
class Kinds:
    """The kinds of cell of all episodes, and the bounds of their sums."""

    position: Numbers
    """In the row of the episode's chain; 0 where it has none."""
    cells: Numbers
    """How many cells are of the kind."""
    reach: Vector
    """The matrices of all chains, one after another."""
    reach_first: Numbers
    """By episode: where its matrix begins; -1 where it has none."""
    kinds_of: Numbers
    """By episode: how many kinds it has."""

    def extreme(self, episode: Numbers, first: Numbers, last: Numbers, *, highest: bool) -> Vector:
        """Bound of the kinds from position `first` to `last` (exclusive) of each episode's row."""
        size = self.kinds_of[episode] + 1
        row, column = (first, last) if highest else (last, first)
        found = self.reach[self.reach_first[episode] + row * size + column]
        return np.asarray(found if highest else 0.0 - found)

    def of_cells(self, cells: Cells) -> tuple[Vector, Vector]:
        """Low and high of every cell; not a number where there is no chain.

        A cell that shares its kind has no low of its own.
        """
        position, kind = self.position[cells.kind], cells.kind
        low, high = np.full((2, len(kind)), np.nan)
        sure = np.flatnonzero(self.reach_first[cells.episode] >= 0)
        ends = cells.episode[sure], position[sure], position[sure] + 1
        alone = self.cells[kind[sure]] == 1
        low[sure] = np.where(alone, self.extreme(*ends, highest=False), 0.0)
        high[sure] = self.extreme(*ends, highest=True)
        return low, high


def columns_of(solved: Sequence[Solved], sets: LeafSets) -> tuple[Cells, Kinds]:
    """The cells and the kinds of all episodes as columns."""
    kinds_of = np.array([len(one.balance.cells) for one in solved], dtype=np.int64)
    before = np.cumsum(kinds_of) - kinds_of
    cells = [(number, cell) for number, one in enumerate(solved) for cell in one.episode.cells]
    episode = np.array([number for number, _ in cells], dtype=np.int64)
    kind = before[episode] + np.array([cell.kind for _, cell in cells], dtype=np.int64)
    chained = [one.chain for one in solved]
    sizes = np.array([0 if chain is None else chain.reach.size for chain in chained])
    position = [
        np.zeros(count, dtype=np.int64) if chain is None else chain.position
        for count, chain in zip(kinds_of.tolist(), chained, strict=True)
    ]
    return (
        Cells(
            scopes=_scopes([(cell.leaves, cell.start, cell.stop) for _, cell in cells], sets),
            episode=episode,
            kind=kind,
            value=np.concatenate([one.cell_values for one in solved]),
        ),
        Kinds(
            position=np.concatenate(position),
            cells=np.bincount(kind, minlength=int(kinds_of.sum())),
            reach=np.concatenate(
                [np.zeros(0), *(chain.reach.ravel() for chain in chained if chain is not None)]
            ),
            reach_first=np.where(sizes > 0, np.cumsum(sizes) - sizes, -1),
            kinds_of=kinds_of,
        ),
    )


@dataclass(frozen=True)
class Speakers:
    """The voices of all episodes."""

    scopes: Scopes
    figures: Numbers
    """How many figures speak with each voice."""
    counter: Numbers

    def of_kinds(self, solved: Sequence[Solved]) -> tuple[Numbers, Numbers]:
        """How many figures and how many counters speak of each kind of cell of all episodes."""
        kinds = np.cumsum([0, *(one.episode.evidence.incidence.shape[1] for one in solved)])
        heard = np.cumsum([0, *(len(one.episode.voices) for one in solved)])
        pairs = [
            np.argwhere(one.episode.evidence.incidence) + np.array((voice, kind))
            for one, voice, kind in zip(solved, heard[:-1], kinds[:-1], strict=True)
        ]
        voice, kind = np.concatenate(pairs).T
        figures = np.bincount(kind, self.figures[voice], minlength=kinds[-1]).astype(np.int64)
        counters = int(self.counter.max()) + 1
        different = np.unique(kind * counters + self.counter[voice]) // counters
        return figures, np.bincount(different, minlength=kinds[-1])


def speakers_of(solved: Sequence[Solved], sets: LeafSets) -> Speakers:
    """The voices of all episodes as columns."""
    voices = [voice for one in solved for voice in one.episode.voices]
    return Speakers(
        scopes=_scopes([(voice.leaves, voice.start, voice.stop) for voice in voices], sets),
        figures=np.array([len(voice.figure_ids) for voice in voices], dtype=np.int64),
        counter=np.unique([voice.counter for voice in voices], return_inverse=True)[1],
    )


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


def cuts(cells: Cells, kinds: Kinds, found: Crossings, windows: Windows) -> Cuts:
    """The crossings of cells joined to rows of one episode, place and window."""
    scopes, scope = cells.scopes, found.scope
    start, stop = scopes.start[scope], scopes.stop[scope]
    edges = windows[found.window]
    days = np.minimum(stop, edges[:, 1]) - np.maximum(start, edges[:, 0])
    part = days / (stop - start) * found.inside
    order = np.lexsort((cells.kind[scope], cells.episode[scope], found.window, found.place))
    scope, place, window, part = scope[order], found.place[order], found.window[order], part[order]
    kind, episode = cells.kind[scope], cells.episode[scope]
    new_kind = changes(place, window, kind)
    new_row = changes(place, window, episode)
    of_kind = np.flatnonzero(new_kind)
    row_of_kind = np.cumsum(new_row)[of_kind] - 1
    whole = np.add.reduceat(part >= WHOLE, of_kind) == kinds.cells[kind[of_kind]]
    rows = np.flatnonzero(new_row)
    value = np.add.reduceat(part * cells.value[scope], rows)
    episode, position = episode[rows], kinds.position[kind[of_kind]]
    touched = _interval(row_of_kind, position, len(rows))
    held = _interval(row_of_kind[whole], position[whole], len(rows))
    chained = kinds.reach_first[episode] >= 0
    is_bound = chained & touched.is_one & held.is_one
    low, high = np.zeros(len(rows)), np.zeros(len(rows))
    sure, some = np.flatnonzero(is_bound), np.flatnonzero(is_bound & (held.count > 0))
    high[sure] = kinds.extreme(episode[sure], touched.first[sure], touched.last[sure], highest=True)
    low[some] = kinds.extreme(episode[some], held.first[some], held.last[some], highest=False)
    return Cuts(
        episode=episode,
        place=place[rows],
        window=window[rows],
        value=value,
        low=np.minimum(low, value),
        high=np.maximum(high, value),
        is_bound=is_bound,
    )


def spread(counts: Numbers) -> tuple[Numbers, Numbers]:
    """Rows for each owner as often as counted: the owner, and the number of the row from 0."""
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)


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


def changes(*columns: Numbers) -> Flags:
    """Rows that differ from the one before in any column."""
    different = np.zeros(len(columns[0]), dtype=bool)
    different[:1] = True
    for column in columns:
        different[1:] |= column[1:] != column[:-1]
    return different


def _scopes(given: Sequence[tuple[tuple[int, ...], int, int]], sets: LeafSets) -> Scopes:
    return Scopes(
        leaf_set=np.array([sets.number(leaves) for leaves, _, _ in given], dtype=np.int64),
        start=np.array([start for _, start, _ in given], dtype=np.int64),
        stop=np.array([stop for _, _, stop in given], dtype=np.int64),
    )
