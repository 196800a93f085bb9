"""Which totals do the allowed ranges let be? Exact bounds by linear programming (HiGHS).

Serves `balance` (what is fixed, a point inside) and the bounds of every published total.
"""

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Incidence = NDArray[np.bool_]
Incidences = NDArray[np.bool_]
"""One incidence matrix per episode."""

FEASIBILITY_TOLERANCE = 1e-10


@dataclass(frozen=True)
class Extent:
    """The least and the greatest value of a sum, and a point where each is reached."""

    low: float
    high: float
    at_low: Vector
    at_high: Vector


class Polytope:
    """All x >= 0 whose sums over the rows of `incidence` lie within [low, high].

    Counts are handed in scaled, so that the largest sum is about one (see `largest_sum`).
    """

    def __init__(self, incidence: Incidence, low: Vector, high: Vector) -> None:
        self._size = incidence.shape[1]
        self._solver = highspy.Highs()
        self._solver.silent()
        for option in ("primal_feasibility_tolerance", "dual_feasibility_tolerance"):
            self._solver.setOptionValue(option, FEASIBILITY_TOLERANCE)
        self._solver.setOptionValue("threads", 1)
        self._solver.passModel(_model(incidence, low, high))

    def is_empty(self) -> bool:
        """Whether no x satisfies all rows."""
        self._solve(np.zeros(self._size), highspy.ObjSense.kMinimize)
        return bool(self._solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible)

    def extent(self, weights: Vector) -> Extent:
        """The exact minimum and maximum of `weights @ x`.

        Raises ArithmeticError where the solver does not end with an optimum.
        """
        at_low = self._optimum(weights, highspy.ObjSense.kMinimize)
        at_high = self._optimum(weights, highspy.ObjSense.kMaximize)
        return Extent(float(weights @ at_low), float(weights @ at_high), at_low, at_high)

    def minimum(self, weights: Vector) -> float:
        """The exact minimum of `weights @ x`."""
        return float(weights @ self._optimum(weights, highspy.ObjSense.kMinimize))

    def maximum(self, weights: Vector) -> float:
        """The exact maximum of `weights @ x`."""
        return float(weights @ self._optimum(weights, highspy.ObjSense.kMaximize))

    def binding(self, weights: Vector, *, highest: bool) -> NDArray[np.int64]:
        """The rows that together keep `weights @ x` from going any higher (or lower).

        Raises ArithmeticError where nothing keeps it.
        """
        sense = highspy.ObjSense.kMaximize if highest else highspy.ObjSense.kMinimize
        self._optimum(weights, sense)
        prices = np.asarray(self._solver.getSolution().row_dual, dtype=np.float64)
        return np.flatnonzero(np.abs(prices) > FEASIBILITY_TOLERANCE)

    def _optimum(self, weights: Vector, sense: highspy.ObjSense) -> Vector:
        self._solve(weights, sense)
        status = self._solver.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise ArithmeticError(f"bounds of an episode were not found: HiGHS ended with {status}")
        found: Vector = np.asarray(self._solver.getSolution().col_value, dtype=np.float64)
        return np.maximum(found, 0.0)

    def _solve(self, weights: Vector, sense: highspy.ObjSense) -> None:
        columns = np.arange(self._size, dtype=np.int32)
        self._solver.changeColsCost(self._size, columns, np.asarray(weights, dtype=np.float64))
        self._solver.changeObjectiveSense(sense)
        self._solver.run()


def largest_sum(incidence: Incidence, high: Vector) -> float:
    """The largest sum that the highs may let be, but at least one person: a unit of counting.

    No cell exceeds the least high above it, so that a count which others contradict by
    orders of magnitude does not blur theirs.
    """
    return float(largest_sums(incidence[None], high[None])[0])


def largest_sums(incidence: Incidences, high: NDArray[np.float64]) -> Vector:
    """The largest sum of each of several episodes of one shape."""
    cells = np.min(np.where(incidence, high[:, :, None], np.inf), axis=1)
    sums = (incidence @ cells[:, :, None])[:, :, 0]
    return np.asarray(np.maximum(np.minimum(sums, high).max(axis=1), 1.0))


def _model(incidence: Incidence, low: Vector, high: Vector) -> highspy.HighsLp:
    rows, columns = incidence.shape
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = rows, columns
    model.col_cost_ = np.zeros(columns)
    model.col_lower_ = np.zeros(columns)
    model.col_upper_ = np.full(columns, highspy.kHighsInf)
    model.row_lower_, model.row_upper_ = low, high
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    starts = np.concatenate([[0], np.cumsum(incidence.sum(axis=1))])
    model.a_matrix_.start_ = starts.astype(np.int32)
    model.a_matrix_.index_ = np.nonzero(incidence)[1].astype(np.int32)
    model.a_matrix_.value_ = np.ones(int(starts[-1]))
    return model
