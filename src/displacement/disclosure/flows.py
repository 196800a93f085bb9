"""Which pieces do the published flows sum: cells, days, months and totals?

A run of days that no edge and no month parts is two pieces: any one of its days, and the rest.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from displacement.disclosure.evidence import add_cell, add_voices, parts_of, speaks_small
from displacement.disclosure.lines import (
    COST_OF_NAIVE_SUM,
    COST_OF_TOTAL,
    FINE_LEVEL,
    Block,
    Cut,
    Key,
    Small,
    all_of,
    cost_of,
    holders,
)
from displacement.reconcile.area_tree import AreaKey, AreaTree, Leaves
from displacement.reconcile.episodes import Cell
from displacement.reconcile.solved import Solved

Days = NDArray[np.int64]


@dataclass(frozen=True)
class Flows:
    """The published flows of one measure and view."""

    measure: str
    view: str
    tree: AreaTree
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


def first_of_month(days: Days) -> Days:
    """The first day of each day's month."""
    months = days.astype("datetime64[D]").astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64)


def flow_block(
    group: Sequence[Solved],
    flows: Flows,
    small: Small,
    sums_of_figures: Mapping[str, Sequence[tuple[str, ...]]],
) -> Block:
    """Everything that is published of some episodes of one measure and view.

    `sums_of_figures` tells which figures repeat the sum of which voices.
    """
    block = Block()
    edges = _edges(group)
    holding = holders({code: flows.tree.leaves[key] for code, key in flows.places.items()})
    by_day: dict[tuple[str, int], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    everything: list[int] = []
    voices: list[int] = []
    for number, solved in enumerate(group):
        of_kind: dict[int, list[int]] = defaultdict(list)
        for cell, persons in zip(solved.episode.cells, solved.cell_values, strict=True):
            pieces = []
            for codes, leaf, share in parts_of(cell, flows.tree, holding):
                for run in range(*np.searchsorted(edges, (cell.start, cell.stop))):
                    days = int(edges[run + 1] - edges[run])
                    for part, length in enumerate((1, days - 1)):
                        people = float(persons) * share * length / (cell.stop - cell.start)
                        if length:
                            piece = block.add_piece(people, leaf, number)
                            pieces.append(piece)
                            for code in codes:
                                by_day[code, run][part].append(piece)
            of_kind[cell.kind] += pieces
            _add_cell(block, number, solved, cell, pieces, flows, small)
            counts = int(solved.episode.evidence.incidence[:, cell.kind].sum())
            everything += pieces
            voices += pieces * counts
        add_voices(block, number, solved, of_kind, flows.tree, small)
    _add_days_and_months(block, by_day, edges, flows, small)
    block.line(flows.total, COST_OF_TOTAL).sums.append(all_of(everything))
    block.line(flows.naive_sum, COST_OF_NAIVE_SUM).sums.append(all_of(voices))
    _add_sums_of_figures(block, sums_of_figures)
    for number, solved in enumerate(group):
        _add_bounds(block, number, solved, edges, flows, holding)
    return block


def _edges(group: Sequence[Solved]) -> Days:
    """The days on which a cell or a month begins, or the last one has ended."""
    cells = [cell for solved in group for cell in solved.episode.cells]
    own = np.unique([day for cell in cells for day in (cell.start, cell.stop)])
    months = np.unique(first_of_month(np.arange(own[0], own[-1])))
    return np.unique(np.concatenate([own, months[months > own[0]]]))


def _add_cell(
    block: Block,
    number: int,
    solved: Solved,
    cell: Cell,
    pieces: list[int],
    flows: Flows,
    small: Small,
) -> None:
    covering = flows.tree.covering(np.array(cell.leaves))
    levels = [flows.tree.level[key] for key in covering]
    codes = "|".join(code for _, code in covering)
    add_cell(
        block,
        number,
        cell_key(solved.episode.episode_id, codes, cell.start, cell.event),
        cost_of(min(levels), block.value(pieces)),
        pieces,
        is_fine=min(levels) >= FINE_LEVEL,
        is_sensitive=speaks_small(solved, cell.kind, small),
        small=small,
    )


def _add_days_and_months(
    block: Block,
    by_day: Mapping[tuple[str, int], tuple[list[int], list[int]]],
    edges: Days,
    flows: Flows,
    small: Small,
) -> None:
    by_month: dict[tuple[str, int], list[int]] = defaultdict(list)
    for (code, run), (one_day, rest) in by_day.items():
        first = int(edges[run])
        month = month_of(first)
        if (code, month) not in flows.shown:
            continue
        by_month[code, month] += one_day + rest
        key = flows.day(code, first, int(edges[run + 1]))
        _add_row(block, key, flows, code, [one_day, *([rest] if rest else [])], small)
    for (code, month), pieces in by_month.items():
        _add_row(block, flows.month(code, month), flows, code, [pieces], small)


def _add_row(
    block: Block, key: Key, flows: Flows, code: str, sums: list[list[int]], small: Small
) -> None:
    level = flows.tree.level[flows.places[code]]
    value = block.value(sums[0])
    line = block.line(key, cost_of(level, value))
    line.sums += [all_of(pieces) for pieces in sums]
    if level >= FINE_LEVEL and small.number(value):
        line.room = small.threshold


def _add_sums_of_figures(
    block: Block, sums_of_figures: Mapping[str, Sequence[tuple[str, ...]]]
) -> None:
    """A figure that repeats the sum of others tells that sum, whatever they tell."""
    for figure, voices in sums_of_figures.items():
        parts = [block.lines.get(("figures", voice)) for voice in voices]
        known = [part for part in parts if part is not None]
        if len(known) == len(parts):
            pieces = [piece for part in known for piece in part.sums[0]]
            cost = max(part.cost for part in known)
            block.line(("figures", (figure,)), cost).sums.append(all_of(pieces))


def _add_bounds(
    block: Block,
    number: int,
    solved: Solved,
    edges: Days,
    flows: Flows,
    holding: Mapping[int, tuple[str, ...]],
) -> None:
    first, last = solved.span
    starts = edges[slice(*np.searchsorted(edges, (first, last)))]
    months = np.unique(first_of_month(starts))
    next_months = (months.astype("datetime64[D]").astype("datetime64[M]") + 1).astype(
        "datetime64[D]"
    )
    windows = np.concatenate(
        [
            np.column_stack([starts, starts + 1]),
            np.column_stack([months, next_months.astype(np.int64)]),
        ]
    )
    stops = edges[np.searchsorted(edges, starts) + 1]
    leaves = np.unique([leaf for cell in solved.episode.cells for leaf in cell.leaves])
    for code in sorted({code for leaf in leaves.tolist() for code in holding.get(leaf, ())}):
        keys = [
            flows.day(code, int(start), int(stop))
            for start, stop in zip(starts, stops, strict=True)
        ]
        keys += [flows.month(code, int(month)) for month in months]
        _add_cuts(
            block, number, solved, keys, flows, flows.tree.leaves[flows.places[code]], windows
        )
    whole = np.array([[first, last]], dtype=np.int64)
    _add_cuts(block, number, solved, [flows.total], flows, leaves, whole)


def _add_cuts(
    block: Block,
    number: int,
    solved: Solved,
    keys: list[Key],
    flows: Flows,
    leaves: Leaves,
    windows: Days,
) -> None:
    cut = solved.cut(flows.tree, leaves, windows)
    people = float(solved.cell_values.sum())
    count = len(solved.episode.voices)
    for at, key in enumerate(keys):
        if key in block.lines and cut.voices[at].any():
            ends = (float(cut.value[at]), float(cut.low[at]), float(cut.high[at]))
            block.add_bounds(key, Cut(number, people, count, *ends))
