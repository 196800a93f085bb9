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
SHRINK = 0.1
NEWTON_TOLERANCE = 1e-12
ROUNDING = 1e-14
"""A smaller decrease, as a share of the value, is lost in rounding."""
SUFFICIENT_DECREASE = 0.01
MOST_NEWTON_STEPS = 200
SMALLEST_STEP = 1e-8


def minimise(
    objective: Objective,
    rows: Matrix,
    ends: Vector,
    start: Vector,
    *,
    gap: float,
    unit: float = 1.0,
) -> Vector:
    """The minimiser of `objective` over all v with `rows @ v >= ends`.

    `start` must lie strictly inside. The result is above the minimum by at most `gap` times
    its value, or times `unit` where that is more (Boyd and Vandenberghe, Convex
    Optimization, 11.2). Raises ArithmeticError where `start` does not lie inside.
    """
    if np.any(rows @ start <= ends):
        raise ArithmeticError("the start of the barrier method does not lie inside the bounds")
    point, weight = start, FIRST_WEIGHT
    while True:
        point = _centre(objective, rows, ends, point, weight)
        if weight * len(ends) <= gap * max(abs(objective(point)[0]), unit):
            return point
        weight *= SHRINK


def _centre(
    objective: Objective, rows: Matrix, ends: Vector, point: Vector, weight: float
) -> Vector:
    """Newton's method on the objective plus `weight` times the log barrier."""
    for _ in range(MOST_NEWTON_STEPS):
        value, gradient, hessian = objective(point)
        slack = rows @ point - ends
        gradient = gradient - weight * (rows.T @ (1.0 / slack))
        scaled = rows / slack[:, None]
        step = _newton_step(hessian + weight * (scaled.T @ scaled), gradient)
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
    return point


def _newton_step(hessian: Matrix, gradient: Vector) -> Vector:
    """Solve in a diagonal scaling, which keeps tiny and huge counts apart."""
    scale = 1.0 / np.sqrt(np.maximum(np.diag(hessian), np.finfo(float).tiny))
    scaled = hessian * scale[:, None] * scale[None, :]
    try:
        solution = np.linalg.solve(scaled, -gradient * scale)
    except np.linalg.LinAlgError:
        solution = np.linalg.lstsq(scaled, -gradient * scale, rcond=None)[0]
    return solution * scale


def _longest_inside(change: Vector, slack: Vector) -> float:
    """The longest step, at most one, that stays clear of every bound."""
    falling = change < 0
    if not falling.any():
        return 1.0
    return min(1.0, 0.99 * float(np.min(-slack[falling] / change[falling])))
