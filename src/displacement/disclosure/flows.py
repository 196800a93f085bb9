"""Which pieces do the published flows sum: cells, days, months and totals?

A run of days that no edge and no month parts is two pieces: any one of its days, and the rest.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from displacement.disclosure.evidence import (
    Member,
    add_cell,
    add_cuts,
    add_voices,
    parts_of,
    room_for_small_voices,
)
from displacement.disclosure.lines import (
    COST_OF_NAIVE_SUM,
    COST_OF_TOTAL,
    Block,
    Key,
    Scene,
    all_of,
    holders,
)
from displacement.reconcile.area_tree import AreaKey
from displacement.reconcile.episodes import Cell
from displacement.reconcile.solved import Solved

Days = NDArray[np.int64]


@dataclass(frozen=True)
class Flows(Scene):
    """The published flows of one measure and view."""

    places: Mapping[str, AreaKey]
    """The published places by their codes."""
    shown: frozenset[tuple[str, int]]
    """Places with the months (by their first day) that have rows."""

    def day(self, code: str, first: int, stop: int) -> Key:
        """The rows of a place on some days: they are alike."""
        return ("estimates_daily", self.measure, self.view, code, first, stop)

    def month(self, code: str, first: int) -> Key:
        """The row of a place in a month."""
        return ("estimates_monthly", self.measure, self.view, code, first)

    @property
    def total(self) -> Key:
        """The total of everything."""
        return ("totals", self.measure, self.view)

    @property
    def naive_sum(self) -> Key:
        """The sum of all figures."""
        return ("naive_sum", self.measure, self.view)


def cell_key(episode_id: str, codes: str, start: int, event: str | None) -> Key:
    """The row of a cell in `estimates`."""
    return ("estimates", episode_id, codes, start, event)


def month_of(day: int) -> int:
    """The first day of a day's month."""
    return int(first_of_month(np.array([day]))[0])


def first_of_month(days: Days, ahead: int = 0) -> Days:
    """The first day of each day's month, or of one some months ahead."""
    months = days.astype("datetime64[D]").astype("datetime64[M]") + ahead
    return months.astype("datetime64[D]").astype(np.int64)


def flow_block(
    group: Sequence[Solved],
    flows: Flows,
    sums_of_figures: Mapping[str, Sequence[tuple[str, ...]]],
) -> Block:
    """Everything that is published of some episodes of one measure and view.

    `sums_of_figures` tells which figures repeat the sum of which voices.
    """
    made = _Making(Block(), flows, _edges(group))
    for number, solved in enumerate(group):
        made.add_episode(Member(number, solved))
    made.add_rows()
    made.add_totals()
    _add_sums_of_figures(made.block, sums_of_figures)
    for number, solved in enumerate(group):
        made.add_bounds(Member(number, solved))
    return made.block


def _edges(group: Sequence[Solved]) -> Days:
    """The days on which a cell or a month begins, or the last one has ended."""
    cells = [cell for solved in group for cell in solved.episode.cells]
    own = np.unique([day for cell in cells for day in (cell.start, cell.stop)])
    months = np.unique(first_of_month(np.arange(own[0], own[-1])))
    return np.unique(np.concatenate([own, months[months > own[0]]]))


@dataclass
class _Making:
    """A block in the making."""

    block: Block
    flows: Flows
    edges: Days
    one_day: dict[tuple[str, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    """By place and run of days: the pieces of one of these days."""
    rest: dict[tuple[str, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    """The same of its other days."""
    counted: list[int] = field(default_factory=list)
    """Every piece as often as a figure counts it."""

    def __post_init__(self) -> None:
        leaves = self.flows.tree.leaves
        self.holding = holders({code: leaves[key] for code, key in self.flows.places.items()})

    def add_episode(self, member: Member) -> None:
        """The pieces of an episode, and the lines of its cells and figures."""
        solved = member.solved
        of_kind: dict[int, list[int]] = defaultdict(list)
        for cell, persons in zip(solved.episode.cells, solved.cell_values, strict=True):
            pieces = self._cut(member.number, cell, float(persons))
            of_kind[cell.kind] += pieces
            self._add_cell(member, cell, pieces)
            self.counted += pieces * int(solved.episode.evidence.incidence[:, cell.kind].sum())
        add_voices(self.block, member, of_kind, self.flows)

    def add_rows(self) -> None:
        """The lines of days and months."""
        by_month: dict[tuple[str, int], list[int]] = defaultdict(list)
        for code, run in self.one_day:
            first = int(self.edges[run])
            spot = (code, month_of(first))
            if spot not in self.flows.shown:
                continue
            one_day, rest = self.one_day[code, run], self.rest.get((code, run), [])
            by_month[spot] += one_day + rest
            key = self.flows.day(code, first, int(self.edges[run + 1]))
            self._add_row(key, code, [one_day, rest] if rest else [one_day])
        for (code, month), pieces in by_month.items():
            self._add_row(self.flows.month(code, month), code, [pieces])

    def add_totals(self) -> None:
        """The lines of the total of everything, and of the sum of all figures."""
        everything = range(len(self.block.people))
        self.block.line(self.flows.total, COST_OF_TOTAL).sums.append(all_of(everything))
        naive_sum = self.block.line(self.flows.naive_sum, COST_OF_NAIVE_SUM)
        naive_sum.sums.append(all_of(self.counted))

    def add_bounds(self, member: Member) -> None:
        """What an episode adds to the bounds of all lines."""
        flows, (first, last) = self.flows, member.solved.span
        runs = np.arange(*np.searchsorted(self.edges, (first, last)))
        starts, stops = self.edges[runs], self.edges[runs + 1]
        months = np.unique(first_of_month(starts))
        windows = np.column_stack(
            [
                np.concatenate([starts, months]),
                np.concatenate([starts + 1, first_of_month(months, ahead=1)]),
            ]
        )
        cells = member.solved.episode.cells
        leaves = np.unique([leaf for cell in cells for leaf in cell.leaves])
        codes = {code for leaf in leaves.tolist() for code in self.holding.get(leaf, ())}
        for code in sorted(codes):
            keys = [
                flows.day(code, *span) for span in zip(starts.tolist(), stops.tolist(), strict=True)
            ]
            keys += [flows.month(code, month) for month in months.tolist()]
            place = flows.tree.leaves[flows.places[code]]
            add_cuts(self.block, member, keys, flows, (place, windows))
        whole = np.array([[first, last]], dtype=np.int64)
        add_cuts(self.block, member, [flows.total], flows, (leaves, whole))

    def _cut(self, number: int, cell: Cell, persons: float) -> list[int]:
        """The pieces of a cell."""
        pieces = []
        for codes, leaf, share in parts_of(cell, self.flows.tree, self.holding):
            for run in range(*np.searchsorted(self.edges, (cell.start, cell.stop))):
                days = int(self.edges[run + 1] - self.edges[run])
                for kept, length in ((self.one_day, 1), (self.rest, days - 1)):
                    if length:
                        people = persons * share * length / (cell.stop - cell.start)
                        pieces.append(self.block.add_piece(people, leaf, number))
                        for code in codes:
                            kept[code, run].append(pieces[-1])
        return pieces

    def _add_cell(self, member: Member, cell: Cell, pieces: list[int]) -> None:
        covering = self.flows.tree.covering(np.array(cell.leaves))
        level = min(self.flows.tree.level[key] for key in covering)
        codes = "|".join(code for _, code in covering)
        key = cell_key(member.solved.episode.episode_id, codes, cell.start, cell.event)
        value = self.block.value(pieces)
        room = self.flows.room(level, value) or room_for_small_voices(
            member.solved, cell.kind, self.flows.small
        )
        line = self.block.line(key, self.flows.cost(level, value))
        add_cell(self.block, member, line, pieces, room)

    def _add_row(self, key: Key, code: str, sums: list[list[int]]) -> None:
        level = self.flows.tree.level[self.flows.places[code]]
        self.block.add_row(key, self.flows, level, sums)


def _add_sums_of_figures(
    block: Block, sums_of_figures: Mapping[str, Sequence[tuple[str, ...]]]
) -> None:
    """A figure that repeats the sum of others tells that sum, whatever they tell."""
    for figure, voices in sums_of_figures.items():
        parts = [block.lines[key] for key in (("figures", voice) for voice in voices)]
        pieces = [piece for part in parts for piece in part.sums[0]]
        cost = max(part.cost for part in parts)
        block.line(("figures", (figure,)), cost).sums.append(all_of(pieces))
