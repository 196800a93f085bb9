"""What do the figures of one episode say together? Harmonise and estimate (DESIGN 5.3).

Numbers in, numbers out: cells are columns, figures are rows of an incidence matrix.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from displacement.reconcile.barrier import minimise
from displacement.reconcile.polytope import Incidence, Polytope
from displacement_schemas.vocabulary import Method

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

MARGIN = 1e-9
"""Room given to every range, relative to the episode's largest count, against rounding."""
NO_STRETCH = 1e-7
"""A smaller stretch is rounding, not a contradiction."""
FIXED = 1e-7
"""A sum that can move by less than this share of the largest count is fixed."""
GAP = 1e-10
"""Optimality gap of the estimate, relative to the episode's largest count."""


@dataclass(frozen=True)
class Evidence:
    """The figures of one episode: row k of `incidence` says which cells figure k sums."""

    incidence: Incidence
    exposure: Vector
    stated: Vector
    low: Vector
    high: Vector
    error: Vector


@dataclass(frozen=True)
class Balance:
    """The estimate of every cell, each figure's stretch, and the ranges then allowed."""

    cells: Vector
    stretch: Vector
    lowered: NDArray[np.bool_]
    """True where a figure had to give way downwards."""
    allowed_low: Vector
    allowed_high: Vector
    method: Method


def balance(evidence: Evidence) -> Balance:
    """Harmonise the allowed ranges if they contradict each other, then estimate every cell.

    `cells` is the solution of DESIGN 5.3; sums of cells lie within the (stretched) allowed
    ranges. Raises ArithmeticError where a solver fails, which no input should cause.
    """
    low = evidence.low * (1 - evidence.error)
    high = evidence.high * (1 + evidence.error)
    count = len(low)
    nothing = np.zeros(count)
    even = _even_level(evidence)
    if even is not None:
        method = Method.STATED if count == 1 else Method.EVEN
        cells = even * evidence.exposure
        return Balance(cells, nothing, nothing.astype(bool), low, high, method)
    stretch, lowered = harmonise(evidence.incidence, low, high, evidence.error)
    bent = stretch > 0
    if bent.any():
        low = np.where(bent & lowered, low * np.maximum(1 - stretch, 0.0), low)
        high = np.where(bent & ~lowered, np.maximum(high, 1.0) * (1 + stretch), high)
    cells = _most_even(evidence, low, high)
    method = Method.STRETCHED if bent.any() else Method.BALANCED
    return Balance(cells, stretch, lowered, low, high, method)


def harmonise(
    incidence: Incidence, low: Vector, high: Vector, error: Vector
) -> tuple[Vector, NDArray[np.bool_]]:
    """The least stretches, weighed by 1 / error, under which all ranges can hold together.

    Returns s >= 0 per figure and whether it is the low end that gives way. Minimises
    sum((s / error)**2) subject to low (1 - s) <= z <= high (1 + s), x >= 0, where a high
    below one person counts as one.
    """
    scale = max(float(high.max()), 1.0)
    if not Polytope(incidence, low / scale - MARGIN, high / scale + MARGIN).is_empty():
        return np.zeros(len(low)), np.zeros(len(low), dtype=bool)
    floored = np.maximum(high, 1.0)
    figures, cells = incidence.shape
    sums = incidence / scale
    unit = np.eye(figures)
    # Variables: x in units of `scale`, then u = s / error, so that the objective is round.
    rows = np.block(
        [
            [incidence.astype(float), np.diag(low / scale * error)],
            [-incidence.astype(float), np.diag(floored / scale * error)],
            [np.eye(cells), np.zeros((cells, figures))],
            [np.zeros((figures, cells)), unit],
        ]
    )
    ends = np.concatenate([low / scale, -floored / scale, np.zeros(cells + figures)])
    least = float(floored.min()) / scale / (2 * max(int(incidence.sum(axis=1).max()), 1))
    start = np.concatenate([np.full(cells, least), 1.1 / error])

    def objective(point: Vector) -> tuple[float, Vector, Matrix]:
        weighed = np.concatenate([np.zeros(cells), point[cells:]])
        hessian = np.diag(np.concatenate([np.zeros(cells), np.ones(figures)]))
        return 0.5 * float(weighed @ weighed), weighed, hessian

    point = minimise(objective, rows, ends, start, gap=1e-13)
    stretch = point[cells:] * error
    reached = sums @ (point[:cells] * scale)
    lowered = reached < 0.5 * (low + floored) / scale
    return np.where(stretch > NO_STRETCH, stretch, 0.0), lowered


def _even_level(evidence: Evidence) -> float | None:
    """Persons per unit of exposure, if one level puts every sum into its likely range.

    The level nearest the stated numbers: least squares of the relative differences.
    """
    reach = evidence.incidence @ evidence.exposure
    least = float(np.max(evidence.low / reach))
    most = float(np.min(evidence.high / reach))
    if least > most * (1 + 1e-12):
        return None
    if np.any(evidence.stated <= 0):
        return float(np.clip(0.0, least, most))
    relative = reach / evidence.stated
    nearest = float(relative.sum() / (relative @ relative))
    return float(np.clip(nearest, least, max(most, least)))


def _most_even(evidence: Evidence, low: Vector, high: Vector) -> Vector:
    """Minimise the divergence from evenness plus the pull into the likely ranges.

    Works in units of the largest count. What the ranges fix is eliminated first, so that
    the barrier method starts and stays strictly inside.
    """
    scale = max(float(high.max()), 1.0)
    incidence = evidence.incidence.astype(float)
    low, high = low / scale - MARGIN, high / scale + MARGIN
    polytope = Polytope(evidence.incidence, low, high)
    cells = [polytope.extent(row) for row in np.eye(incidence.shape[1])]
    sums = [polytope.extent(row) for row in incidence]
    corners = [point for extent in cells + sums for point in (extent.at_low, extent.at_high)]
    inside = np.mean(corners, axis=0)
    free_cell = np.array([e.high - e.low > FIXED for e in cells])
    if not free_cell.any():
        return np.asarray(inside * scale)
    free_sum = np.array([e.high - e.low > FIXED for e in sums])
    basis = _null_space(incidence[~free_sum][:, free_cell], int(free_cell.sum()))
    if basis.shape[1] == 0:
        return np.asarray(inside * scale)
    spread = np.zeros((len(inside), basis.shape[1]))
    spread[free_cell] = basis
    rows = np.vstack(
        [spread[free_cell], incidence[free_sum] @ spread, -incidence[free_sum] @ spread]
    )
    reached = incidence[free_sum] @ inside
    ends = np.concatenate([-inside[free_cell], low[free_sum] - reached, reached - high[free_sum]])
    divergence = _Divergence(evidence, scale)

    def objective(shift: Vector) -> tuple[float, Vector, Matrix]:
        value, gradient, hessian = divergence(inside + spread @ shift, free_cell)
        return value, spread.T @ gradient, spread.T @ hessian @ spread

    shift = minimise(objective, rows, ends, np.zeros(basis.shape[1]), gap=GAP)
    return np.asarray(np.maximum(inside + spread @ shift, 0.0) * scale)


class _Divergence:
    """The objective of DESIGN 5.3 with its derivatives, in units of `scale`.

    The target t of each figure is taken out: the nearest point of its likely range.
    """

    def __init__(self, evidence: Evidence, scale: float) -> None:
        self._incidence = evidence.incidence.astype(float)
        self._exposure = evidence.exposure / evidence.exposure.sum()
        self._low = evidence.low / scale
        self._high = evidence.high / scale
        self._pull = 0.5 / evidence.error**2

    def __call__(self, cells: Vector, free: NDArray[np.bool_]) -> tuple[float, Vector, Matrix]:
        """Value, gradient and Hessian; cells that are not free are constants."""
        tiny = np.finfo(float).tiny
        cells = np.maximum(cells, tiny)
        total = float(cells.sum())
        level = np.log(cells / self._exposure) - np.log(total)
        gradient = np.where(free, level, 0.0)
        hessian = np.diag(np.where(free, 1.0 / cells, 0.0)) - np.outer(free, free) / total
        reached = np.maximum(self._incidence @ cells, tiny)
        target = np.clip(reached, self._low, self._high)
        outside = (target != reached) & (target > 0)
        ratio = np.where(outside, np.log(reached / np.where(target > 0, target, 1.0)), 0.0)
        gap = np.where(target > 0, reached * ratio - reached + target, 0.0)
        value = float(cells @ level) + float(self._pull @ gap)
        gradient = gradient + self._incidence.T @ (self._pull * ratio)
        curve = np.where(outside, self._pull / reached, 0.0)
        hessian = hessian + (self._incidence.T * curve) @ self._incidence
        return value, gradient, hessian


def _null_space(rows: Matrix, size: int) -> Matrix:
    """An orthonormal basis of the directions that change none of the rows' sums."""
    if len(rows) == 0:
        return np.eye(size)
    _, singular, right = np.linalg.svd(rows)
    rank = int((singular > singular.max(initial=0.0) * 1e-10).sum())
    return right[rank:].T
