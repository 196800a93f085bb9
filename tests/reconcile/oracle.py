"""What does DESIGN 5.3 say, computed by a general convex solver? The judge of `balance`.

Written from the formulas alone: pieces of area, time and event are cut as finely as any edge
goes, harmonising is a quadratic program, the estimate an exponential-cone program, bounds
are linear programs, and Clarabel solves them all.
"""

import contextlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cvxpy as cp
import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Flags = NDArray[np.bool_]

TOLERANCES = (1e-12, 1e-10, 1e-8, 1e-7, 1e-6)
NO_STRETCH = 1e-6
HOLDS = 1e-8
"""Ranges that need no more room than this, as a share of their ends, hold together."""
TIGHT = 1e-3
BENT = 1e-3
"""Sums of figures that were bent are the same for every x that is left, and so is their pull."""
ROOMS = (1e-7, 1e-6, 1e-5, 1e-8, 1e-4)
"""Room around stretched ranges, as a share of their ends: they hold but one point."""


class UndecidedError(Exception):
    """The solver did not end with an optimum."""


@dataclass(frozen=True)
class Claim:
    """One figure: what it covers, and what it says."""

    leaves: frozenset[int]
    start: int
    stop: int
    event: str | None
    stated: float
    low: float
    high: float
    error: float


@dataclass(frozen=True)
class Judgement:
    """Kinds are distinct sets of claims, in the order of `kinds` (kinds by claims)."""

    kinds: Flags
    values: Vector
    stretch: Vector
    low: Vector
    high: Vector
    total_low: float
    total_high: float


def judge(claims: Sequence[Claim], weight: Vector) -> Judgement:
    """Reconcile the claims of one episode, given the residents of every leaf."""
    kinds, exposure = _kinds(claims, weight)
    likely = (
        np.array([claim.low for claim in claims]),
        np.array([claim.high for claim in claims]),
    )
    error = np.array([claim.error for claim in claims])
    sums = kinds.T.astype(float)
    low, high = likely[0] * (1 - error), likely[1] * (1 + error)
    stretch = _least_stretches(sums, low, high, error)
    rooms = (0.0,)
    if stretch.any():
        bent = stretch > 0
        low = np.where(bent, low * np.maximum(1 - stretch, 0), low)
        high = np.where(bent, np.maximum(high, 1) * (1 + stretch), high)
        rooms = ROOMS
    elif _room_wanted(sums, low, high) > HOLDS:
        high = np.maximum(high, 1)
    even = _even_level(sums @ exposure, claims)
    for room in rooms:
        with contextlib.suppress(UndecidedError):
            within = low * (1 - room), high * (1 + room)
            values = (
                _most_even(sums, exposure, within, likely, error, stretch < BENT)
                if even is None
                else even * exposure
            )
            lows, highs = _bounds(sums, *within)
            break
    else:
        raise UndecidedError("no estimate within the ranges was found")
    return Judgement(
        kinds=kinds,
        values=values,
        stretch=np.where(stretch > NO_STRETCH, stretch, 0.0),
        low=lows[:-1],
        high=highs[:-1],
        total_low=float(lows[-1]),
        total_high=float(highs[-1]),
    )


def _kinds(claims: Sequence[Claim], weight: Vector) -> tuple[Flags, Vector]:
    """Which sets of claims cover a piece together, and the exposure of all such pieces."""
    edges = sorted({edge for claim in claims for edge in (claim.start, claim.stop)})
    events: list[str | None] = sorted({c.event for c in claims if c.event is not None})
    exposure: dict[tuple[bool, ...], float] = {}
    for first, last in pairwise(edges):
        for leaf in sorted({leaf for claim in claims for leaf in claim.leaves}):
            here = {
                tuple(
                    leaf in claim.leaves
                    and claim.start <= first < claim.stop
                    and claim.event in (None, event)
                    for claim in claims
                )
                for event in [*events, None]
            }
            for who in here:
                if any(who):
                    exposure[who] = exposure.get(who, 0.0) + float(weight[leaf]) * (last - first)
    return np.array(list(exposure), dtype=bool), np.array(list(exposure.values()))


def _least_stretches(sums: Vector, low: Vector, high: Vector, error: Vector) -> Vector:
    """Zero where the allowed ranges hold together."""
    floored = np.maximum(high, 1)
    if _room_wanted(sums, low, floored) < HOLDS:
        return np.zeros(len(sums))
    unit = _units(sums, floored)
    x = cp.Variable(len(unit), nonneg=True)
    rows = sums * unit / floored[:, None]
    weighed = cp.Variable(len(sums), nonneg=True)  # s / error
    problem = cp.Problem(
        cp.Minimize(cp.sum_squares(weighed)),
        [
            rows @ x >= low / floored - cp.multiply(low / floored * error, weighed),
            rows @ x <= 1 + cp.multiply(error, weighed),
        ],
    )
    _solved(problem)
    # What x wants is sharper than s itself, where a solver leaves a trace of every variable.
    reached = sums @ np.maximum(x.value * unit, 0)
    short = (low - reached) / np.where(low > 0, low, 1)
    stretch = np.maximum(short, reached / floored - 1)
    return np.maximum(stretch, 0.0)


def _room_wanted(sums: Vector, low: Vector, high: Vector) -> float:
    """How far all ranges have to be widened to hold together, as a share of their highs."""
    ends = np.maximum(high, 1)
    unit = _units(sums, high)
    x, room = cp.Variable(len(unit), nonneg=True), cp.Variable(nonneg=True)
    reach = (sums * unit / ends[:, None]) @ x
    return _solved(
        cp.Problem(cp.Minimize(room), [reach >= low / ends - room, reach <= high / ends + room])
    )


def _units(sums: Vector, high: Vector) -> Vector:
    """A unit of counting per kind: the least high above it, so that solutions are about one."""
    return np.min(np.where(sums > 0, np.maximum(high, 1)[:, None], np.inf), axis=0)


def _even_level(reach: Vector, claims: Sequence[Claim]) -> float | None:
    """Persons per unit of exposure where every sum then lies within its likely range."""
    least = max(claim.low / own for claim, own in zip(claims, reach, strict=True))
    most = min(claim.high / own for claim, own in zip(claims, reach, strict=True))
    if least > most * (1 + 1e-9):
        return None
    stated = np.array([claim.stated for claim in claims])
    if (stated == 0).any():
        return float(least)
    # sum((level * reach / stated - 1)**2) is least where its derivative is zero.
    level = float((reach / stated).sum() / ((reach / stated) ** 2).sum())
    return float(min(max(level, least), most))


def _most_even(  # noqa: PLR0917 - six plain vectors
    sums: Vector,
    exposure: Vector,
    allowed: tuple[Vector, Vector],
    likely: tuple[Vector, Vector],
    error: Vector,
    pulls: Flags,
) -> Vector:
    (low, high), (likely_low, likely_high) = allowed, likely
    unit = _units(sums, high)
    scale = float(unit.max())
    y, t = cp.Variable(len(unit), nonneg=True), cp.Variable(len(sums))
    x = cp.multiply(unit / scale, y)
    rows = np.maximum(high, 1)
    reach = sums @ x
    share = exposure / exposure.sum()
    unevenness = cp.sum(cp.rel_entr(x, share * cp.sum(x)))
    # Nothing can be pulled towards a count of nobody: KL(z || 0) is infinite or zero.
    pulls = pulls & (likely_high > 0)
    loose = np.flatnonzero(pulls & (error > TIGHT))
    pull = cp.sum(cp.multiply(0.5 / error[loose] ** 2, cp.kl_div(reach[loose], t[loose])))
    # Where z is within so little of t, KL is its quadratic term but for a share of `TIGHT`,
    # and a cone that the solver can scale.
    for k in np.flatnonzero(pulls & (error <= TIGHT)):
        pull += cp.quad_over_lin((reach[k] - t[k]) / (2 * error[k]), t[k])
    problem = cp.Problem(
        cp.Minimize(unevenness + pull),
        [
            (sums * unit / rows[:, None]) @ y >= low / rows,
            (sums * unit / rows[:, None]) @ y <= high / rows,
            t >= likely_low / scale,
            t <= likely_high / scale,
        ],
    )
    _solved(problem)
    return np.asarray(y.value * unit)


def _bounds(sums: Vector, low: Vector, high: Vector) -> tuple[Vector, Vector]:
    """Least and greatest value of every kind, and last of all of them together."""
    unit, rows = _units(sums, high), np.maximum(high, 1)
    y, weights = cp.Variable(len(unit), nonneg=True), cp.Parameter(len(unit))
    reach = (sums * unit / rows[:, None]) @ y
    within = [reach >= low / rows, reach <= high / rows]
    least = cp.Problem(cp.Minimize(weights @ y), within)
    most = cp.Problem(cp.Maximize(weights @ y), within)
    lows, highs = [], []
    for row in [*np.eye(len(unit)), np.ones(len(unit))]:
        own = float((row * unit).max())
        weights.value = row * unit / own
        lows.append(_solved(least) * own)
        highs.append(_solved(most) * own)
    return np.array(lows), np.array(highs)


def _solved(problem: cp.Problem) -> float:
    """Solve as exactly as the solver can, else to its usual tolerance."""
    for tolerance in TOLERANCES:
        with warnings.catch_warnings(), contextlib.suppress(cp.SolverError):
            warnings.simplefilter("ignore", UserWarning)
            problem.solve(
                solver=cp.CLARABEL,
                tol_gap_abs=tolerance,
                tol_gap_rel=tolerance,
                tol_feas=tolerance,
                max_iter=300,
            )
            if problem.status == cp.OPTIMAL:
                return float(problem.value)
    raise UndecidedError(problem.status)
