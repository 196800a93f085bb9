"""What do all episodes say? Solved together, and held as columns for the roll-up.

Between the episodes and everything that is asked of them; one of them is a `Solved`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from displacement.reconcile.balance import MARGIN, balances
from displacement.reconcile.certificates import Certificate, certificates_of
from displacement.reconcile.chains import Chain, Chains, chains, one_kind
from displacement.reconcile.columns import (
    Columns,
    Flags,
    Numbers,
    Objects,
    Vector,
    changes,
    firsts,
    joined,
    numbered,
    objects,
    repeated,
    rows_of,
    taken,
)
from displacement.reconcile.episodes import Episode, Episodes
from displacement.reconcile.evidence import Balance, Balances, Evidences
from displacement.reconcile.polytope import largest_sums
from displacement.reconcile.solved import Solved
from displacement_schemas.vocabulary import Method


@dataclass(frozen=True, eq=False)
class Solutions(Columns[Solved]):
    """Episodes with their balances, as columns."""

    episodes: Episodes
    cells: Vector
    """Persons of each kind of cell."""
    stretch: Vector
    """Of each voice, as what follows."""
    lowered: Flags
    allowed_low: Vector
    allowed_high: Vector
    method: Objects
    """Of each episode."""
    gap: Vector
    position: Numbers
    """Of each kind in the row of its episode's chain; 0 where there is none."""
    reach: Vector
    """The matrices of all chains, one after another."""
    first_reach: Numbers
    """Of each episode: where its matrix begins; -1 where it has no chain."""
    _made: dict[int, Solved] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.episodes)

    def __getstate__(self) -> dict[str, Any]:
        """Carried from process to process without the episodes that were made by the way."""
        return {one.name: getattr(self, one.name) for one in fields(self)} | {"_made": {}}

    def one(self, row: int) -> Solved:
        """The solved episode of a row; it remembers the bounds that it was asked for."""
        if row not in self._made:
            self._made[row] = Solved(self.episodes.one(row), self._balance(row), self._chain(row))
        return self._made[row]

    @staticmethod
    def of(solved: Sequence[Solved]) -> "Solutions":
        """The columns of some solved episodes."""
        if isinstance(solved, Solutions):
            return solved
        episodes = Episodes.of([one.episode for one in solved])
        columns = {
            name: np.concatenate(
                [np.zeros(0, kind), *(getattr(one.balance, name) for one in solved)]
            )
            for name, kind in (
                *dict.fromkeys(("cells", "stretch", "allowed_low", "allowed_high"), float).items(),
                ("lowered", bool),
            )
        }
        sizes = np.array([0 if s.chain is None else s.chain.reach.size for s in solved], np.int64)
        return Solutions(
            episodes=episodes,
            **columns,
            method=objects([one.balance.method for one in solved]),
            gap=np.array([one.balance.gap for one in solved], dtype=np.float64),
            position=np.concatenate([np.zeros(0, dtype=np.int64), *map(_position, solved)]),
            reach=np.concatenate(
                [np.zeros(0), *(one.chain.reach.ravel() for one in solved if one.chain)]
            ),
            first_reach=np.where(sizes > 0, firsts(sizes), -1),
            _made=dict(enumerate(solved)),
        )

    @staticmethod
    def joined(several: Sequence["Solutions"]) -> "Solutions":
        """The solved episodes of several columns, in order of their first day."""
        if len(several) == 1:
            return several[0]
        episodes = Episodes.joined([one.episodes for one in several])
        reaches = firsts(np.array([len(one.reach) for one in several], dtype=np.int64))
        columns = joined(several, (*_OF_KINDS, *_OF_VOICES, *_OF_EPISODES, "reach"))
        first_reach = [
            np.where(one.first_reach < 0, -1, one.first_reach + first)
            for one, first in zip(several, reaches, strict=True)
        ]
        whole = Solutions(episodes, first_reach=np.concatenate(first_reach), **columns)
        return whole.take(episodes.in_time)

    def take(self, rows: Numbers) -> "Solutions":
        """Some of the solved episodes, in the order of the rows."""
        of = self.episodes
        kinds = rows_of(of.first_kind[rows], of.kinds_of[rows])
        voices = rows_of(of.first_voice[rows], of.voices_of[rows])
        sizes = np.where(self.first_reach[rows] < 0, 0, (of.kinds_of[rows] + 1) ** 2)
        return Solutions(
            episodes=of.take(rows),
            reach=self.reach[rows_of(self.first_reach[rows], sizes)],
            first_reach=np.where(sizes > 0, firsts(sizes), -1),
            **taken(self, _OF_KINDS, kinds),
            **taken(self, _OF_VOICES, voices),
            **taken(self, _OF_EPISODES, rows),
        )

    @cached_property
    def cell_values(self) -> Vector:
        """Persons of each cell: its kind's estimate, spread by exposure."""
        return np.asarray(self.cells[self.episodes.kind_of_cells] * self.share_of_kinds)

    @cached_property
    def share_of_kinds(self) -> Vector:
        """Each cell's part of the exposure of its kind."""
        kind = self.episodes.kind_of_cells
        return np.asarray(self.episodes.cells.exposure / self.episodes.exposure[kind])

    @cached_property
    def cells_of_kinds(self) -> Numbers:
        """How many cells are of each kind."""
        return np.bincount(self.episodes.kind_of_cells, minlength=len(self.cells))

    def extreme(self, episode: Numbers, first: Numbers, last: Numbers, *, highest: bool) -> Vector:
        """Bound of the kinds from position `first` to `last` (exclusive) of each episode's row."""
        size = self.episodes.kinds_of[episode] + 1
        row, column = (first, last) if highest else (last, first)
        found = self.reach[self.first_reach[episode] + row * size + column]
        return np.asarray(found if highest else 0.0 - found)

    def cell_bounds(self) -> tuple[Vector, Vector]:
        """Low and high of every cell; a cell that shares its kind has no low of its own."""
        of, value = self.episodes, self.cell_values
        kind = of.kind_of_cells
        episode = of.episode_of_cells
        low, high = np.full((2, len(kind)), np.nan)
        sure = np.flatnonzero(self.first_reach[episode] >= 0)
        ends = episode[sure], self.position[kind[sure]], self.position[kind[sure]] + 1
        alone = self.cells_of_kinds[kind[sure]] == 1
        low[sure] = np.where(alone, self.extreme(*ends, highest=False), 0.0)
        high[sure] = self.extreme(*ends, highest=True)
        for row in np.flatnonzero(self.first_reach < 0).tolist():
            own = slice(of.first_cell[row], of.first_cell[row] + of.cells_of[row])
            low[own], high[own] = self.one(row).cell_bounds()
        return np.minimum(low, value), np.maximum(high, value)

    def _balance(self, row: int) -> Balance:
        of = self.episodes
        voices = slice(of.first_voice[row], of.first_voice[row] + of.voices_of[row])
        kinds = slice(of.first_kind[row], of.first_kind[row] + of.kinds_of[row])
        return Balance(
            cells=self.cells[kinds],
            stretch=self.stretch[voices],
            lowered=self.lowered[voices],
            allowed_low=self.allowed_low[voices],
            allowed_high=self.allowed_high[voices],
            method=self.method[row],
            gap=float(self.gap[row]),
        )

    def _chain(self, row: int) -> Chain | None:
        first, kinds = int(self.first_reach[row]), int(self.episodes.kinds_of[row])
        if first < 0:
            return None
        own = slice(self.episodes.first_kind[row], self.episodes.first_kind[row] + kinds)
        reach = self.reach[first : first + (kinds + 1) ** 2].reshape(kinds + 1, kinds + 1)
        return Chain(self.position[own], reach)


_OF_KINDS = ("cells", "position")
_OF_VOICES = ("stretch", "lowered", "allowed_low", "allowed_high")
_OF_EPISODES = ("method", "gap")


def solve_all(episodes: Sequence[Episode]) -> Solutions:
    """Balance all episodes, those of one shape together, each as if it were alone.

    Raises ArithmeticError where an answer's certificate does not hold: a wrong number is never
    published.
    """
    of = Episodes.of(episodes)
    found = _unsolved(of)
    shape = numbered(of.voices_of, of.kinds_of)
    order = np.argsort(shape, kind="stable")
    groups = np.split(order, np.flatnonzero(changes(shape[order]))[1:]) if len(order) else []
    reaches, sizes = [], np.zeros(len(of), dtype=np.int64)
    for rows in groups:
        evidence = of.evidence(rows)
        answers = balances(evidence)
        _stop_unless_right(of, rows, evidence, answers)
        chained = _chains(evidence, answers)
        kind = of.first_kind[rows][:, None] + np.arange(evidence.exposure.shape[1])
        voice = of.first_voice[rows][:, None] + np.arange(evidence.stated.shape[1])
        found.cells[kind] = answers.cells
        found.position[kind] = np.where(chained.holds[:, None], chained.position, 0)
        for name in _OF_VOICES:
            getattr(found, name)[voice] = getattr(answers, name)
        found.method[rows], found.gap[rows] = answers.method, answers.gap
        held = np.flatnonzero(chained.holds)
        size = (evidence.exposure.shape[1] + 1) ** 2
        sizes[rows[held]] = size
        reaches.append((rows[held], chained.reach[held].reshape(len(held), size)))
    first = np.where(sizes > 0, firsts(sizes), -1)
    reach = np.empty(int(sizes.sum()))
    for rows, matrices in reaches:
        reach[first[rows][:, None] + np.arange(matrices.shape[1])] = matrices
    return replace(found, reach=reach, first_reach=first)


def _unsolved(of: Episodes) -> Solutions:
    """Columns to fill."""
    voices, kinds = len(of.voices), len(of.exposure)
    return Solutions(
        episodes=of,
        cells=np.zeros(kinds),
        stretch=np.zeros(voices),
        lowered=np.zeros(voices, dtype=bool),
        allowed_low=np.zeros(voices),
        allowed_high=np.zeros(voices),
        method=repeated(Method.STATED, len(of)),
        gap=np.zeros(len(of)),
        position=np.zeros(kinds, dtype=np.int64),
        reach=np.zeros(0),
        first_reach=np.full(len(of), -1),
    )


def _stop_unless_right(of: Episodes, rows: Numbers, evidence: Evidences, answers: Balances) -> None:
    violation, gap = certificates_of(evidence, answers)
    for row, *measured in zip(rows.tolist(), violation.tolist(), gap.tolist(), strict=True):
        certificate = Certificate(*measured)
        if not certificate.holds:
            episode = of.one(row)
            figures = ", ".join(voice.figure_ids[0] for voice in episode.voices)
            raise ArithmeticError(
                f"the figures of episode {episode.episode_id} were not reconciled exactly "
                f"({certificate}); please report it with these figures: {figures}"
            )


def _chains(evidence: Evidences, answers: Balances) -> Chains:
    """The chains of episodes of one shape."""
    if evidence.exposure.shape[1] == 1:
        return one_kind(answers.allowed_low.max(axis=1), answers.allowed_high.min(axis=1))
    # Stretched ranges hold in one point only: room for rounding.
    bent = (answers.method == Method.STRETCHED)[:, None]
    units = largest_sums(evidence.incidence, answers.allowed_high)[:, None]
    room = np.where(bent, MARGIN * units, 0.0)
    return chains(evidence.incidence, answers.allowed_low - room, answers.allowed_high + room)


def _position(solved: Solved) -> Numbers:
    chain = solved.chain
    return np.zeros(len(solved.balance.cells), np.int64) if chain is None else chain.position
