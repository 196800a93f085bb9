"""What does an episode say of any piece of it? Its balance, cut to areas and days, with bounds.

Between the solver (kinds of cell) and the tables (areas and periods).
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from displacement.reconcile.area_tree import AreaTree, Leaves
from displacement.reconcile.balance import MARGIN
from displacement.reconcile.certificates import Certificate, certificate_of
from displacement.reconcile.chains import Chain
from displacement.reconcile.episodes import Episode
from displacement.reconcile.evidence import Balance
from displacement.reconcile.polytope import Polytope, largest_sum
from displacement_schemas.vocabulary import Method

Vector = NDArray[np.float64]
Flags = NDArray[np.bool_]
Windows = NDArray[np.int64]
"""One row per window: first day and the day after the last, as day numbers."""

WHOLE = 1 - 1e-12


@dataclass(frozen=True)
class Slice:
    """What an episode says of one place in a row of windows."""

    value: Vector
    low: Vector
    high: Vector
    voices: Flags
    """Windows by voices: who speaks of the place in the window."""


@dataclass(frozen=True)
class Solved:
    """An episode with its balance."""

    episode: Episode
    balance: Balance
    chain: Chain | None = field(default=None, repr=False, compare=False)
    """Its bounds at hand, where its figures are intervals of a row of cells."""
    _bounds: dict[bytes, float] = field(default_factory=dict, repr=False, compare=False)

    def __reduce__(self) -> tuple[type["Solved"], tuple[object, ...]]:
        """Carried from process to process without what was worked out by the way."""
        return Solved, (self.episode, self.balance, self.chain)

    @cached_property
    def certificate(self) -> Certificate:
        """How far the balance is from the right one at most."""
        return certificate_of(self.episode.evidence, self.balance)

    @cached_property
    def cell_values(self) -> Vector:
        """Persons per cell: each kind's estimate, spread by exposure."""
        return np.asarray(self.balance.cells[self._kinds] * self._share_of_kind)

    @property
    def span(self) -> tuple[int, int]:
        """First day and the day after the last."""
        cells = self.episode.cells
        return min(cell.start for cell in cells), max(cell.stop for cell in cells)

    def cut(self, tree: AreaTree, place: Leaves, windows: Windows, *, even: bool = False) -> Slice:
        """Value, exact bounds and voices of the episode within a place, window by window.

        A part of a cell can hold none or all of it. With `even` it holds its share instead:
        the bounds are then those of the level of an even spread, as charts draw it.
        """
        cells = self.episode.cells
        inside = np.array([share_inside(tree, cell.leaves, place) for cell in cells])
        start = np.array([cell.start for cell in cells])
        stop = np.array([cell.stop for cell in cells])
        first, last = windows[:, :1], windows[:, 1:]
        days = np.clip(np.minimum(stop, last) - np.maximum(start, first), 0, None)
        part = days / (stop - start) * inside
        touched = self._any_of_kind(part > 0)
        whole = ~self._any_of_kind(part < WHOLE)
        level = (part * self._share_of_kind) @ self._belongs
        value = part @ self.cell_values
        low = self.bounds_of(level if even else whole, highest=False)
        high = self.bounds_of(level if even else touched, highest=True)
        return Slice(
            value=value,
            low=np.minimum(low, value),
            high=np.maximum(high, value),
            voices=touched @ self.episode.evidence.incidence.T,
        )

    def cell_bounds(self) -> tuple[Vector, Vector]:
        """Low and high of every cell; a cell that shares its kind has no low of its own."""
        kinds = self._kinds
        alone = np.bincount(kinds, minlength=len(self.balance.cells))[kinds] == 1
        one = np.eye(len(self.balance.cells))
        low = np.array([self._bound(row, highest=False) for row in one])[kinds]
        high = np.array([self._bound(row, highest=True) for row in one])[kinds]
        value = self.cell_values
        return np.minimum(np.where(alone, low, 0.0), value), np.maximum(high, value)

    @cached_property
    def _kinds(self) -> NDArray[np.int64]:
        return np.array([cell.kind for cell in self.episode.cells])

    @cached_property
    def _share_of_kind(self) -> Vector:
        """Each cell's part of the exposure of its kind."""
        exposure = np.array([cell.exposure for cell in self.episode.cells])
        return np.asarray(exposure / self.episode.evidence.exposure[self._kinds])

    @cached_property
    def _belongs(self) -> Flags:
        """Cells by kinds."""
        return np.asarray(self._kinds[:, None] == np.arange(len(self.balance.cells)))

    def _any_of_kind(self, flags: Flags) -> Flags:
        """Windows by kinds: whether any cell of the kind is flagged in the window."""
        return np.asarray(flags @ self._belongs, dtype=np.bool_)

    def bounds_of(self, rows: Vector | Flags, *, highest: bool) -> Vector:
        """The bound of each row of weights; equal rows are asked once."""
        distinct, which = np.unique(rows, axis=0, return_inverse=True)
        return np.array([self._bound(row, highest=highest) for row in distinct])[which]

    def _bound(self, weights: Vector | Flags, *, highest: bool) -> float:
        """The exact extreme of a weighted sum of kinds that the allowed ranges let be."""
        weights = np.asarray(weights, dtype=np.float64)
        if not weights.any():
            return 0.0
        key = weights.tobytes() + bytes([highest])
        if key not in self._bounds:
            self._bounds[key] = self._extreme(weights, highest=highest)
        return self._bounds[key]

    def _extreme(self, weights: Vector, *, highest: bool) -> float:
        level = float(weights.max())
        if self.chain is not None and level == weights[weights > 0].min():
            found = self.chain.extreme(weights > 0, highest=highest)
            if found is not None:
                return level * found
        polytope, scale = self._polytope
        extreme = polytope.maximum(weights) if highest else polytope.minimum(weights)
        return extreme * scale

    @cached_property
    def _polytope(self) -> tuple[Polytope, float]:
        incidence = self.episode.evidence.incidence
        scale = largest_sum(incidence, self.balance.allowed_high)
        low, high = self.balance.allowed_low / scale, self.balance.allowed_high / scale
        exact = Polytope(incidence, low, high)
        if self.balance.method != Method.STRETCHED and not exact.is_empty():
            return exact, scale
        return Polytope(incidence, low - MARGIN, high + MARGIN), scale


def share_inside(tree: AreaTree, leaves: tuple[int, ...], place: Leaves) -> float:
    """The share of the cell's residents that live inside the place."""
    own = np.array(leaves)
    if len(place) and place[-1] - place[0] + 1 == len(place):
        inside = (place[0] <= own) & (own <= place[-1])
    else:
        inside = np.isin(own, place, assume_unique=True)
    if inside.all():
        return 1.0
    return float(tree.weight[own[inside]].sum() / tree.weight[own].sum())
