"""Which further rows must go, so that what is left gives no small number back?

Complementary suppression by linear programs, after Kelly and after Fischetti and Salazar: for
every small row, the cheapest way to move it while all rows that stay keep their numbers. What
moves along is withheld, so that a reader of the rest must believe any of it possible.
"""

from dataclasses import dataclass, field
from typing import Final

import highspy
import numpy as np
from numpy.typing import NDArray

from displacement.disclosure.lines import COST_BY_LEVEL, FINE_LEVEL, Block, Key, Line
from displacement.reconcile.area_tree import AreaTree

Vector = NDArray[np.float64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]

MOVED: Final = 1e-6
"""A smaller move, in persons, is rounding."""
UP: Final = 0
DOWN: Final = 1


def withheld_lines(block: Block, tree: AreaTree) -> set[Key]:
    """The keys of all lines that have to go: the small ones, and what would give them back."""
    lines = list(block.lines.values())
    sums = _Sums.of(block, lines)
    hidden = np.array([line.hidden or line.room > 0 for line in lines], dtype=bool)
    reached = np.zeros((2, len(lines)))
    programs: dict[tuple[int, int], _Program] = {}
    wide = _wide_areas(tree)
    for number, line in enumerate(lines):
        if not line.room:
            continue
        scopes = _scopes(wide, sums.leaf[list(line.sums[0])])
        for way, wanted in ((UP, line.room), (DOWN, block.value(line.sums[0]))):
            if reached[way, number] >= wanted - MOVED:
                continue
            hidden |= hidden[sums.owner]
            moved = _cheapest(sums, hidden, programs, scopes, number, way, wanted)
            hidden |= sums.moves(moved)
            firsts = moved[sums.first]
            reached = np.maximum(reached, [firsts, -firsts])
    hidden |= hidden[sums.owner]
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


def _wide_areas(tree: AreaTree) -> Numbers:
    """Intervals of leaves: of districts and wider areas, the narrow ones first; all at last."""
    spans = [span for key, span in tree.interval.items() if tree.level[key] < FINE_LEVEL]
    narrow_first = sorted(set(spans), key=lambda span: (span[1] - span[0], span))
    return np.array([*narrow_first, (0, len(tree.weight))], dtype=np.int64)


def _scopes(wide: Numbers, leaf: Numbers) -> list[tuple[int, int]]:
    """The areas around some leaves, from the inside out."""
    around = (wide[:, 0] <= leaf.min()) & (leaf.max() < wide[:, 1])
    return [(int(left), int(right)) for left, right in wide[around]]


def _cheapest(
    sums: _Sums,
    hidden: Flags,
    programs: dict[tuple[int, int], "_Program"],
    scopes: list[tuple[int, int]],
    number: int,
    way: int,
    wanted: float,
) -> Vector:
    """How every sum moves where one line moves as wanted at the least loss.

    Districts are tried before governorates before countries: a way that costs only rows of
    sub-districts is good enough.
    """
    moved = np.zeros(len(sums.line))
    for scope in scopes:
        if scope not in programs:
            programs[scope] = _Program(sums, (sums.leaf >= scope[0]) & (sums.leaf < scope[1]))
        moved = programs[scope].move(int(sums.first[number]), way, wanted, hidden)
        lost = sums.cost[sums.moves(moved) & ~hidden]
        if not (lost >= COST_BY_LEVEL[-2] / 4).any():
            break
    return moved


@dataclass
class _Program:
    """The linear program over some of the pieces, kept warm from one small row to the next.

    Columns: the change of each piece, of each episode, of each sum, and of each line at most.
    """

    sums: _Sums
    chosen: Flags
    _solver: highspy.Highs = field(init=False)

    def __post_init__(self) -> None:
        sums = self.sums
        pieces = np.flatnonzero(self.chosen)
        episodes = np.unique(sums.episode[pieces])
        total = len(sums.people)
        columns = np.concatenate([pieces, total + episodes])
        place = np.full(total + int(sums.episode.max()) + 1, -1)
        place[columns] = np.arange(len(columns))
        entries = np.flatnonzero(place[sums.column] >= 0)
        self.rows = np.unique(sums.row[entries])
        self.lines = np.unique(sums.line[self.rows])
        first_sum, first_line = len(columns), len(columns) + len(self.rows)
        row_place = np.searchsorted(self.rows, sums.row[entries])
        line_place = np.searchsorted(self.lines, sums.line[self.rows])
        count, many = len(self.rows), len(episodes)
        own = np.searchsorted(episodes, sums.episode[pieces])
        each = np.arange(count)
        ones = np.ones(count)
        # Rows: what an episode is, what a sum is, and a line moves as far as its sums, both ways.
        parts = [
            (own, np.arange(len(pieces)), np.ones(len(pieces))),
            (np.arange(many), len(pieces) + np.arange(many), -np.ones(many)),
            (many + row_place, place[sums.column[entries]], sums.weight[entries]),
            (many + each, first_sum + each, -ones),
            (many + count + each, first_line + line_place, ones),
            (many + count + each, first_sum + each, -ones),
            (many + 2 * count + each, first_line + line_place, ones),
            (many + 2 * count + each, first_sum + each, ones),
        ]
        size = first_line + len(self.lines)
        lower = np.full(size, -highspy.kHighsInf)
        lower[: len(pieces)] = -sums.people[pieces]
        lower[first_line:] = 0.0
        height = many + 3 * count
        row_upper = np.zeros(height)
        row_upper[many + count :] = highspy.kHighsInf
        self._first_sum, self._first_line = first_sum, first_line
        self._solver = _solver_of(parts, lower, row_upper)

    def move(self, target: int, way: int, wanted: float, hidden: Flags) -> Vector:
        """How all sums move where the target moves up or down as wanted."""
        solver, endless = self._solver, highspy.kHighsInf
        column = self._first_sum + int(np.searchsorted(self.rows, target))
        low, high = (wanted, endless) if way == UP else (-endless, -wanted)
        cost = np.where(hidden[self.lines], 0.0, self.sums.cost[self.lines])
        places = self._first_line + np.arange(len(self.lines), dtype=np.int32)
        solver.changeColsCost(len(places), places.astype(np.int32), cost)
        solver.changeColBounds(column, low, high)
        solver.run()
        status = solver.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise ArithmeticError(f"small numbers were not hidden: HiGHS ended with {status}")
        found = np.asarray(solver.getSolution().col_value)
        solver.changeColBounds(column, -endless, endless)
        moved = np.zeros(len(self.sums.line))
        moved[self.rows] = found[self._first_sum : self._first_line]
        return moved


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
