"""Exact bounds without linear programs: where figures are intervals of a row of cells.

A sum over neighbouring cells is a difference of two running totals, and a figure bounds one
such difference; the least and the greatest values of all of them are shortest paths (Cormen
et al., Introduction to Algorithms, 22.4). Time chains are such rows, and so is nearly every
small episode once its kinds of cell are put in order.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from displacement.reconcile.columns import Columns

Vector = NDArray[np.float64]
Flags = NDArray[np.bool_]

MOST_KINDS: Final = 400
"""Of longer rows, all pairs of ends would take longer than the few programs that are asked."""


@dataclass(frozen=True)
class Chain:
    """An episode whose figures are intervals: the extremes of the sum between any two ends."""

    position: NDArray[np.int64]
    """The place of each kind of cell in the row."""
    reach: Vector
    """`reach[i, j]` is the most that the kinds from i up to j (exclusive) can hold together;
    `-reach[j, i]` is the least."""

    def extreme(self, chosen: Flags, *, highest: bool) -> float | None:
        """The exact extreme of the sum of the chosen kinds; None where they are no interval."""
        positions = self.position[chosen]
        first, last = int(positions.min()), int(positions.max()) + 1
        if last - first != len(positions):
            return None
        return float(self.reach[first, last] if highest else 0.0 - self.reach[last, first])


@dataclass(frozen=True)
class Chains(Columns[Chain | None]):
    """The chains of episodes of one shape, a row each."""

    position: NDArray[np.int64]
    reach: Vector
    holds: Flags
    """False for what is no chain, or whose ranges are empty."""

    def __len__(self) -> int:
        return len(self.holds)

    def one(self, row: int) -> Chain | None:
        """The chain of an episode; None where there is none."""
        return Chain(self.position[row], self.reach[row]) if self.holds[row] else None


def one_kind(low: Vector, high: Vector) -> Chains:
    """The chains of episodes whose figures all sum the same cells, within some ends."""
    nothing = np.zeros(len(low))
    reach = np.stack([nothing, high, 0.0 - low, nothing], axis=1).reshape(-1, 2, 2)
    return Chains(np.zeros((len(low), 1), dtype=np.int64), reach, np.ones(len(low), dtype=bool))


def chains(incidence: Flags, low: Vector, high: Vector) -> Chains:
    """The chains of episodes of one shape.

    Args:
        incidence: episodes by figures by kinds of cell.
        low: least sum of each figure, episodes by figures.
        high: greatest sum.
    """
    count, _, kinds = incidence.shape
    if kinds > MOST_KINDS:
        nothing = np.zeros((count, 0, 0))
        return Chains(
            np.zeros((count, kinds), dtype=np.int64), nothing, np.zeros(count, dtype=bool)
        )
    order = _order(incidence)
    ordered = np.take_along_axis(incidence, order[:, None, :], axis=2)
    reach = _shortest(_steps(ordered, low, high))
    holds = _are_intervals(ordered) & (np.einsum("eii->ei", reach) >= 0).all(axis=1)
    return Chains(np.argsort(order, axis=1), reach, holds)


def _order(incidence: Flags) -> NDArray[np.int64]:
    """Kinds as they come, and where figures are no intervals of these, by their nearness.

    Sorting by the second eigenvector of the Laplacian of "how many figures sum both" finds an
    order with intervals wherever there is one and no two entries are equal (Atkins, Boman and
    Hendrickson, A spectral algorithm for seriation, 1998).
    """
    count, _, kinds = incidence.shape
    order = np.broadcast_to(np.arange(kinds), (count, kinds)).copy()
    rest = ~_are_intervals(incidence)
    if rest.any():
        shared = incidence[rest].astype(np.float64)
        near = shared.transpose(0, 2, 1) @ shared
        laplacian = np.eye(kinds) * near.sum(axis=2)[:, None, :] - near
        order[rest] = np.argsort(np.linalg.eigh(laplacian)[1][:, :, 1], axis=1, kind="stable")
    return order


def _are_intervals(incidence: Flags) -> Flags:
    """Episodes all of whose figures sum neighbouring kinds."""
    edges = np.diff(incidence.astype(np.int8), axis=2, prepend=0)
    return np.asarray(((edges == 1).sum(axis=2) <= 1).all(axis=1))


def _steps(ordered: Flags, low: Vector, high: Vector) -> Vector:
    """What one figure, or that no cell is negative, says of the difference of two totals."""
    count, figures, kinds = ordered.shape
    steps = np.full((count, kinds + 1, kinds + 1), np.inf)
    ends = np.arange(kinds + 1)
    steps[:, ends, ends] = 0.0
    steps[:, ends[1:], ends[:-1]] = 0.0
    first = np.argmax(ordered, axis=2)
    last = kinds - np.argmax(ordered[:, :, ::-1], axis=2)
    episode = np.arange(count)
    for figure in range(figures):
        here = (episode, first[:, figure], last[:, figure])
        there = (episode, last[:, figure], first[:, figure])
        steps[here] = np.minimum(steps[here], high[:, figure])
        steps[there] = np.minimum(steps[there], -low[:, figure])
    return steps


def _shortest(steps: Vector) -> Vector:
    """Shortest paths between all pairs of ends (Floyd and Warshall)."""
    for middle in range(steps.shape[1]):
        steps = np.minimum(steps, steps[:, :, middle, None] + steps[:, None, middle, :])
    return steps
