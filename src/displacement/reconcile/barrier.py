"""How is a smooth convex function minimised inside linear bounds? By a log barrier and Newton.

Serves `harmonise` and `balance`; every episode is small, so that dense algebra is enough.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Objective = Callable[[Vector], tuple[float, Vector, Matrix]]
"""Value, gradient and Hessian at a point."""

FIRST_WEIGHT = 1.0
SHRINK = 0.02
NEWTON_TOLERANCE = 1e-6
ROUNDING = 1e-14
"""A smaller decrease, as a share of the value, is lost in rounding."""
SUFFICIENT_DECREASE = 0.01
MOST_NEWTON_STEPS = 200
SMALLEST_STEP = 1e-8
TINY = float(np.finfo(float).tiny)


def minimise(
    objective: Objective,
    rows: Matrix,
    ends: Vector,
    start: Vector,
    *,
    gap: float,
    unit: float = 1.0,
) -> tuple[Vector, float]:
    """The minimiser of `objective` over all v with `rows @ v >= ends`, and how good it is.

    `start` must lie strictly inside. The result is wanted within `gap` times its value of the
    minimum, or times `unit` where that is more (Boyd and Vandenberghe, Convex Optimization,
    11.2); beside it stands by how much it may really be above, rounding included. Raises
    ArithmeticError where `start` does not lie inside.
    """
    if np.any(rows @ start <= ends):
        raise ArithmeticError("the start of the barrier method does not lie inside the bounds")
    point, weight = start, FIRST_WEIGHT
    while True:
        point, decrease = _centre(objective, rows, ends, point, weight)
        if weight * len(ends) <= gap * max(abs(objective(point)[0]), unit):
            return point, weight * len(ends) + decrease
        weight *= SHRINK


def _centre(
    objective: Objective, rows: Matrix, ends: Vector, point: Vector, weight: float
) -> tuple[Vector, float]:
    """Newton's method on the objective plus `weight` times the log barrier.

    Beside the point stands the decrease that a further step would still promise.
    """
    decrease = 0.0
    for _ in range(MOST_NEWTON_STEPS):
        value, gradient, hessian = objective(point)
        slack = rows @ point - ends
        gradient = gradient - weight * (rows.T @ (1.0 / slack))
        step = _newton_step(hessian, rows, slack / np.sqrt(weight), gradient)
        decrease = float(-gradient @ step)
        barrier = weight * np.log(slack)
        merit = value - float(barrier.sum())
        if decrease <= max(
            NEWTON_TOLERANCE * weight, ROUNDING * (abs(value) + float(np.abs(barrier).sum()))
        ):
            break
        length = _longest_inside(rows @ step, slack)
        while length > SMALLEST_STEP:
            trial = point + length * step
            trial_slack = rows @ trial - ends
            if np.all(trial_slack > 0):
                trial_merit = objective(trial)[0] - weight * float(np.log(trial_slack).sum())
                if trial_merit <= merit - SUFFICIENT_DECREASE * length * decrease:
                    break
            length *= 0.5
        else:
            break
        point = trial
    return point, max(decrease, 0.0)


def _newton_step(hessian: Matrix, rows: Matrix, slack: Vector, gradient: Vector) -> Vector:
    """The step with (hessian + rows' slack^-2 rows) step = -gradient, however tight the rows.

    Bounds of one variable are added to its diagonal. The other rows stay in the system with
    their multipliers: the square of a slack near nothing would drown all the rest.
    """
    single = np.count_nonzero(rows, axis=1) == 1
    hessian = hessian + np.diag(((rows[single] / slack[single, None]) ** 2).sum(axis=0))
    rows, slack = rows[~single], slack[~single]
    # A diagonal scaling of variables and rows keeps tiny and huge counts apart.
    steepest = np.abs(rows / slack[:, None]).max(axis=0, initial=TINY)
    unit = 1.0 / np.maximum(np.sqrt(np.maximum(np.diag(hessian), TINY)), steepest)
    rows = rows * unit
    weight = np.minimum(1.0 / slack, 1.0 / np.abs(rows).max(axis=1, initial=TINY))
    rows = rows * weight[:, None]
    system = np.block(
        [[hessian * unit[:, None] * unit, rows.T], [rows, -np.diag((slack * weight) ** 2)]]
    )
    right = np.concatenate([-gradient * unit, np.zeros(len(rows))])
    try:
        solution = np.linalg.solve(system, right)
    except np.linalg.LinAlgError:
        solution = np.linalg.lstsq(system, right, rcond=None)[0]
    return np.asarray(solution[: len(unit)] * unit)


def _longest_inside(change: Vector, slack: Vector) -> float:
    """The longest step, at most one, that stays clear of every bound."""
    falling = change < 0
    if not falling.any():
        return 1.0
    return min(1.0, 0.99 * float(np.min(-slack[falling] / change[falling])))
