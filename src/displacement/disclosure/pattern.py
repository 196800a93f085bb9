"""Which further rows must go, so that what is left gives no small number back?

Complementary suppression by linear programs, after Kelly and after Fischetti and Salazar: for
every small row, the cheapest way to move it while all rows that stay keep their numbers. What
moves along is withheld, so that a reader of the rest must believe any of it possible.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import highspy
import numpy as np
from numpy.typing import NDArray

from displacement.disclosure.lines import (
    COST_BY_LEVEL,
    FINE_LEVEL,
    SHARE_OF_BOUNDS,
    Block,
    Key,
    Line,
)
from displacement.reconcile.area_tree import AreaTree

Vector = NDArray[np.float64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]
Scope = tuple[int, int]
"""An interval of leaves: the pieces that may move."""

MOVED: Final = 1e-6
"""A smaller move, in persons, is rounding."""
UP: Final = 0
DOWN: Final = 1
COST_OF_WIDE_ROWS: Final = COST_BY_LEVEL[FINE_LEVEL - 1] * SHARE_OF_BOUNDS
"""What rows of wider areas than sub-districts cost, or their bounds: at least so much."""


def withheld_lines(block: Block, tree: AreaTree) -> set[Key]:
    """The keys of all lines that have to go: the small ones, and what would give them back."""
    lines = list(block.lines.values())
    hiding = _Hiding(_Sums.of(block, lines), tree, np.array([line.hidden for line in lines]))
    hiding.hidden |= np.array([line.room > 0 for line in lines])
    for number, line in enumerate(lines):
        if line.room:
            hiding.protect(number, UP, line.room)
            hiding.protect(number, DOWN, block.value(line.sums[0]))
    hidden = hiding.hidden | hiding.hidden[hiding.sums.owner]
    keys = {line.key for line, gone in zip(lines, hidden, strict=True) if gone}
    return keys | _bounds_of_loose_episodes(block, keys)


def loose_episodes(block: Block, keys: set[Key]) -> set[int]:
    """Episodes of which some cell or figure is withheld: what hangs on them is, too."""
    return {episode for episode, own in block.evidence.items() if own & keys}


def _bounds_of_loose_episodes(block: Block, keys: set[Key]) -> set[Key]:
    """The bounds of a part of several voices' episode follow from all of its figures."""
    loose = loose_episodes(block, keys)
    return {("bounds", *key) for key, episodes in block.partly.items() if episodes & loose}


@dataclass(frozen=True)
class _Sums:
    """All sums of all lines as one sparse matrix; columns are pieces, then episodes."""

    row: Numbers
    column: Numbers
    weight: Vector
    line: Numbers
    """The line of each sum."""
    first: Numbers
    """The first sum of each line."""
    owner: Numbers
    """The line whose bounds a line is, else itself: who loses its value loses its bounds."""
    people: Vector
    episode: Numbers
    cost: Vector
    leaf: Numbers

    @staticmethod
    def of(block: Block, lines: list[Line]) -> "_Sums":
        row: list[int] = []
        column: list[int] = []
        weight: list[float] = []
        line_of: list[int] = []
        first: list[int] = []
        pieces = len(block.people)
        number_of = {line.key: number for number, line in enumerate(lines)}
        for number, line in enumerate(lines):
            first.append(len(line_of))
            shifted = [{pieces + e: rate for e, rate in rates.items()} for rates in line.rates]
            for weights in [*line.sums, *shifted]:
                row += [len(line_of)] * len(weights)
                column += weights.keys()
                weight += weights.values()
                line_of.append(number)
        return _Sums(
            row=np.array(row, dtype=np.int64),
            column=np.array(column, dtype=np.int64),
            weight=np.array(weight),
            line=np.array(line_of, dtype=np.int64),
            first=np.array(first, dtype=np.int64),
            owner=np.array([number_of.get(line.key[1:], n) for n, line in enumerate(lines)]),
            people=np.array(block.people),
            episode=np.array(block.episode, dtype=np.int64),
            cost=np.array([line.cost for line in lines]),
            leaf=np.array(block.leaf, dtype=np.int64),
        )

    def moves(self, moved: Vector) -> Flags:
        """By line: whether any of its sums moves."""
        return np.bincount(self.line, np.abs(moved) > MOVED, len(self.cost)) > 0


@dataclass
class _Hiding:
    """What is hidden so far, and how far each line is known to move without being seen."""

    sums: _Sums
    tree: AreaTree
    hidden: Flags
    _programs: dict[Scope, "_Program"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._reached = np.zeros((2, len(self.hidden)))
        self._wide = _wide_areas(self.tree)

    def protect(self, number: int, way: int, wanted: float) -> None:
        """Hide what has to be hidden for a line to move as far as wanted, up or down.

        What was found for other lines stays possible: then nothing needs to be done.
        """
        if self._reached[way, number] >= wanted - MOVED:
            return
        self.hidden |= self.hidden[self.sums.owner]
        moved = self._cheapest(number, way, wanted)
        self.hidden |= self.sums.moves(moved)
        firsts = moved[self.sums.first]
        self._reached = np.maximum(self._reached, [firsts, -firsts])

    def _cheapest(self, number: int, way: int, wanted: float) -> Vector:
        """How every sum moves where one line moves as wanted, at the least loss.

        Districts are tried before governorates before countries: a way that costs only rows of
        sub-districts is good enough.
        """
        target = int(self.sums.first[number])
        pieces = self.sums.column[self.sums.row == target]
        moved = np.zeros(len(self.sums.line))
        for scope in _scopes(self._wide, self.sums.leaf[pieces]):
            program = self._programs.setdefault(scope, _Program(self.sums, scope))
            moved = program.move(target, way, wanted, self.hidden)
            lost = self.sums.cost[self.sums.moves(moved) & ~self.hidden]
            if not (lost >= COST_OF_WIDE_ROWS).any():
                break
        return moved


def _wide_areas(tree: AreaTree) -> Numbers:
    """Intervals of leaves: of districts and wider areas, the narrow ones first; all at last."""
    spans = [span for key, span in tree.interval.items() if tree.level[key] < FINE_LEVEL]
    narrow_first = sorted(set(spans), key=lambda span: (span[1] - span[0], span))
    return np.array([*narrow_first, (0, len(tree.weight))], dtype=np.int64)


def _scopes(wide: Numbers, leaf: Numbers) -> list[Scope]:
    """The areas around some leaves, from the inside out."""
    around = (wide[:, 0] <= leaf.min()) & (leaf.max() < wide[:, 1])
    return [(int(left), int(right)) for left, right in wide[around]]


class _Program:
    """The linear program over the pieces of a scope, kept warm from one small row to the next.

    Columns: the change of each piece, of each episode, of each sum, and of each line at most.
    """

    def __init__(self, sums: _Sums, scope: Scope) -> None:
        self._sums, self._scope = sums, scope

    def move(self, target: int, way: int, wanted: float, hidden: Flags) -> Vector:
        """How all sums move where the target moves up or down as wanted, at the least loss.

        Where the solver fails, everything moves: too much is hidden rather than too little.
        """
        solver, endless = self._solver, highspy.kHighsInf
        column = self._first_sum + int(np.searchsorted(self._rows, target))
        low, high = (wanted, endless) if way == UP else (-endless, -wanted)
        cost = np.where(hidden[self._lines], 0.0, self._sums.cost[self._lines])
        places = np.arange(self._first_line, self._first_line + len(cost), dtype=np.int32)
        solver.changeColsCost(len(places), places, cost)
        solver.changeColBounds(column, low, high)
        solver.run()
        is_found = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        found = np.asarray(solver.getSolution().col_value)
        solver.changeColBounds(column, -endless, endless)
        if not is_found:
            return np.full(len(self._sums.line), np.inf)
        moved = np.zeros(len(self._sums.line))
        moved[self._rows] = found[self._first_sum : self._first_line]
        return moved

    @cached_property
    def _pieces(self) -> Numbers:
        left, right = self._scope
        return np.flatnonzero((self._sums.leaf >= left) & (self._sums.leaf < right))

    @cached_property
    def _episodes(self) -> Numbers:
        return np.unique(self._sums.episode[self._pieces])

    @cached_property
    def _columns(self) -> Numbers:
        """By column of all sums: its place here, or -1."""
        kept = np.concatenate([self._pieces, len(self._sums.people) + self._episodes])
        place = np.full(len(self._sums.people) + int(self._sums.episode.max()) + 1, -1)
        place[kept] = np.arange(len(kept))
        return place

    @cached_property
    def _entries(self) -> Numbers:
        return np.flatnonzero(self._columns[self._sums.column] >= 0)

    @cached_property
    def _rows(self) -> Numbers:
        """The sums that hold any piece of the scope."""
        return np.unique(self._sums.row[self._entries])

    @cached_property
    def _lines(self) -> Numbers:
        return np.unique(self._sums.line[self._rows])

    @property
    def _first_sum(self) -> int:
        return len(self._pieces) + len(self._episodes)

    @property
    def _first_line(self) -> int:
        return self._first_sum + len(self._rows)

    @cached_property
    def _solver(self) -> highspy.Highs:
        """Rows: what an episode is, what a sum is; a line moves as far as its sums, both ways."""
        sums, entries = self._sums, self._entries
        count, pieces, episodes = len(self._rows), len(self._pieces), len(self._episodes)
        each, one = np.arange(count), np.ones(count)
        own = np.searchsorted(self._episodes, sums.episode[self._pieces])
        row = episodes + np.searchsorted(self._rows, sums.row[entries])
        line = self._first_line + np.searchsorted(self._lines, sums.line[self._rows])
        parts = [
            (own, np.arange(pieces), np.ones(pieces)),
            (np.arange(episodes), pieces + np.arange(episodes), -np.ones(episodes)),
            (row, self._columns[sums.column[entries]], sums.weight[entries]),
            (episodes + each, self._first_sum + each, -one),
        ]
        for sign, start in ((-one, episodes + count), (one, episodes + 2 * count)):
            parts += [(start + each, line, one), (start + each, self._first_sum + each, sign)]
        lower = np.full(self._first_line + len(self._lines), -highspy.kHighsInf)
        lower[:pieces] = -sums.people[self._pieces]
        lower[self._first_line :] = 0.0
        row_upper = np.zeros(episodes + 3 * count)
        row_upper[episodes + count :] = highspy.kHighsInf
        return _solver_of(parts, lower, row_upper)


def _solver_of(
    parts: list[tuple[Numbers, Numbers, Vector]], lower: Vector, row_upper: Vector
) -> highspy.Highs:
    row, column, weight = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.argsort(row, kind="stable")
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = len(row_upper), len(lower)
    model.col_cost_ = np.zeros(len(lower))
    model.col_lower_ = lower
    model.col_upper_ = np.full(len(lower), highspy.kHighsInf)
    model.row_lower_, model.row_upper_ = np.zeros(len(row_upper)), row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    starts = np.searchsorted(row[order], np.arange(len(row_upper) + 1))
    model.a_matrix_.start_ = starts.astype(np.int32)
    model.a_matrix_.index_ = column[order].astype(np.int32)
    model.a_matrix_.value_ = weight[order]
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("threads", 1)
    solver.passModel(model)
    return solver
