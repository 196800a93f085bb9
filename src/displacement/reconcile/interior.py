"""The estimates of many small episodes at once: a primal-dual interior-point method in batches.

Solves the estimate of DESIGN 5.3 for episodes of one shape together (Boyd and Vandenberghe,
Convex Optimization, 11.7). Every episode is answered with a certificate and on its own terms:
which others stand in its batch changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float64]
"""One row per episode."""
Matrices = NDArray[np.float64]
"""One matrix per episode."""
Flags = NDArray[np.bool_]

MOST_STEPS: Final = 60
BOUNDARY: Final = 0.995
"""How far of the way to the nearest bound a step goes."""
INFEASIBLE: Final = 1e-12
"""Largest violation of a range, as a share of the episode's largest sum."""
UNSETTLED: Final = 1e-9
"""Largest slope that is left, relative to the largest pull."""
GAP: Final = 1e-13
"""Largest complementarity gap that is left, relative to the largest pull."""
NARROW: Final = 1e-9
"""A narrower likely range, relative to its end, is one number."""


class Rows:
    """Arrays with one row per episode, of which some can be taken."""

    def __getitem__(self, rows: Flags | NDArray[np.int64]) -> Self:
        return type(self)(**{name: value[rows] for name, value in vars(self).items()})


@dataclass(frozen=True)
class Standing(Rows):
    """Where a method stands."""

    cells: Vectors


@dataclass(frozen=True)
class Wrong(Rows):
    """What is still wrong there."""

    missing: Vectors
    """Of the slacks: by how much they differ from the sums' true distances."""
    gap: Vectors
    """Mean complementarity of each episode."""
    excess: Vectors
    """By how much the value of each episode may still be above the least, in its units."""
    is_settled: Flags
    """Whether nothing is wrong any more, episode by episode."""


Problem = TypeVar("Problem", bound=Rows)
Point = TypeVar("Point", bound=Standing)
Left = TypeVar("Left", bound=Wrong)


@dataclass(frozen=True)
class Batch(Rows):
    """Episodes with equally many figures and kinds of cell, in units of their largest sums."""

    incidence: Matrices
    """Episodes by figures by kinds, of zeros and ones."""
    exposure: Vectors
    """Share of each kind in the exposure of its episode."""
    low: Vectors
    high: Vectors
    """Likely range of each figure; highs are positive."""
    least: Vectors
    most: Vectors
    """Allowed range of each figure."""
    pull: Vectors
    """1 / (2 error²) of each figure."""


@dataclass(frozen=True)
class _Point(Standing):
    """Cells, targets, slacks of four bounds, and their multipliers."""

    target: Vectors
    slack: Vectors
    """Episodes by bounds by figures: above `least`, below `most`."""
    price: Vectors
    room_price: Vectors
    """Multipliers of the targets' bounds `low` and `high`."""


def most_even(batch: Batch) -> tuple[Vectors, Vectors]:
    """The most even cells that the figures let be, and by how much they may miss the optimum.

    Not a number where the answer is not certain: certain is one whose sums lie within the
    allowed ranges and whose slopes and gap have vanished. Others are left to slower methods:
    ranges that contradict each other, or that hold in one point only.
    """
    return settled(batch, _start(batch), _Residual.of, _stepped)


def settled(
    problem: Problem,
    point: Point,
    residual_of: Callable[[Problem, Point], Left],
    stepped: Callable[[Problem, Point, Left, Vectors], tuple[Point, Vectors]],
) -> tuple[Vectors, Vectors]:
    """The cells of every episode once nothing is wrong any more, and their `excess` then.

    Not a number where that did not come to be. Each episode stops on its own, so that who else
    is in the batch changes nothing.
    """
    found = np.zeros(point.cells.shape)
    excess = np.full(len(found), np.nan)
    open_rows, centring = np.arange(len(found)), np.full(len(found), 0.2)
    with np.errstate(all="ignore"):
        for _ in range(MOST_STEPS):
            residual = residual_of(problem, point)
            done = residual.is_settled
            broken = ~np.isfinite(point.cells).all(axis=1)
            if (done | broken).any():
                found[open_rows[done]] = point.cells[done]
                excess[open_rows[done]] = residual.excess[done]
                left = ~(done | broken)
                open_rows, problem, point = open_rows[left], problem[left], point[left]
                centring, residual = centring[left], residual[left]
            if not len(open_rows):
                break
            point, centring = stepped(problem, point, residual, centring)
    return found, excess


def _start(batch: Batch) -> _Point:
    """An even level near the middle of all ranges; slacks as wide as the ranges."""
    reach = sums_of(batch.incidence, batch.exposure)
    level = (np.clip((batch.low + batch.high) / 2, batch.least, batch.most) / reach).mean(axis=1)
    cells = np.maximum(level, 1e-12)[:, None] * batch.exposure
    sums = sums_of(batch.incidence, cells)
    width = np.maximum(batch.most - batch.least, 1e-3)
    slack = np.stack([sums - batch.least, batch.most - sums], axis=1)
    slack = np.maximum(slack, 0.1 * width[:, None, :])
    room = np.maximum(batch.high - batch.low, NARROW)[:, None, :].repeat(2, axis=1) / 2
    return _Point(
        cells=cells,
        target=(batch.low + batch.high) / 2,
        slack=slack,
        price=0.1 / slack,
        room_price=0.1 / room,
    )


@dataclass(frozen=True)
class _Residual(Wrong):
    """What is still wrong at a point, and what of it the next step needs."""

    sums: Vectors
    wide: Flags
    """Whose likely range is one worth the name: its target can move."""
    room: Vectors
    """Of the targets, above `low` and below `high`."""
    slope: Vectors
    """Of the cells."""

    @staticmethod
    def of(batch: Batch, point: _Point) -> "_Residual":
        sums = sums_of(batch.incidence, point.cells)
        wide = batch.high - batch.low > NARROW * batch.high
        room = np.stack([point.target - batch.low, batch.high - point.target], axis=1)
        room = np.where(wide[:, None, :], room, 1.0)
        distance = np.stack([sums - batch.least, batch.most - sums], axis=1)
        level = np.log(point.cells / batch.exposure)
        level -= np.log(point.cells.sum(axis=1, keepdims=True))
        push = batch.pull * np.log(sums / point.target) - point.price[:, 0] + point.price[:, 1]
        products = (point.slack * point.price).sum(axis=(1, 2))
        products += np.where(wide[:, None, :], room * point.room_price, 0.0).sum(axis=(1, 2))
        missing, slope = distance - point.slack, level + spread(batch.incidence, push)
        gap = products / (2 * sums.shape[1] + 2 * wide.sum(axis=1))
        hardest = np.maximum(batch.pull.max(axis=1), 1.0)
        pull = batch.pull * (point.target - sums) / point.target
        pull += -point.room_price[:, 0] + point.room_price[:, 1]
        pull = np.where(wide, np.abs(pull * point.target), 0.0).max(axis=1)
        steepest = np.maximum(np.abs(slope).max(axis=1), pull)
        # By convexity: no cell and no target exceeds one unit, here and at the optimum.
        variables = point.cells.shape[1] + sums.shape[1]
        return _Residual(
            sums=sums,
            wide=wide,
            room=room,
            missing=missing,
            slope=slope,
            gap=gap,
            excess=products + variables * steepest,
            is_settled=(np.abs(missing).max(axis=(1, 2)) <= INFEASIBLE)
            & (steepest <= UNSETTLED * hardest)
            & (gap <= GAP * hardest),
        )


def _stepped(
    batch: Batch, point: _Point, residual: _Residual, cautious: Vectors
) -> tuple[_Point, Vectors]:
    """One Newton step towards the centre at a smaller gap, and how cautious the next shall be."""
    goal = (cautious * residual.gap)[:, None]
    sums, target, pull, wide = residual.sums, point.target, batch.pull, residual.wide
    stiff = point.price / point.slack
    drift = goal[:, None, :] / point.slack - point.price - stiff * residual.missing
    firm = np.where(wide[:, None, :], point.room_price / residual.room, 0.0)
    aim = goal[:, None, :] / residual.room
    bend = pull * sums / target**2 + firm.sum(axis=1)
    want = np.where(wide, aim[:, 0] - aim[:, 1] - pull * (1 - sums / target), 0.0)
    give = np.where(wide, pull / target, 0.0)
    curve = pull / sums - give**2 / bend + stiff.sum(axis=1)
    force = give * want / bend + drift[:, 0] - drift[:, 1]
    cells = _solved(batch, point, curve, spread(batch.incidence, force) - residual.slope)
    change = sums_of(batch.incidence, cells)
    moved = np.where(wide, (want + pull / target * change) / bend, 0.0)
    both = np.stack([change, -change], axis=1)
    slack = both + residual.missing
    price = drift - stiff * both
    shift = np.stack([moved, -moved], axis=1)
    room_price = np.where(wide[:, None, :], aim - point.room_price - firm * shift, 0.0)
    length = length_inside(
        (point.cells, cells),
        (point.slack, slack),
        (point.price, price),
        (residual.room, np.where(wide[:, None, :], shift, 0.0)),
        (point.room_price, room_price),
    )
    one, two = length[:, None], length[:, None, None]
    stepped = _Point(
        cells=point.cells + one * cells,
        target=target + one * moved,
        slack=point.slack + two * slack,
        price=point.price + two * price,
        room_price=point.room_price + two * room_price,
    )
    return stepped, np.clip((1 - length) ** 2, 0.01, 0.5)


def _solved(batch: Batch, point: _Point, curve: Vectors, right: Vectors) -> Vectors:
    """The change of the cells: Newton's system, each cell in units of its own root."""
    root = np.sqrt(point.cells)
    system = curved(batch.incidence, curve, root)
    system -= root[:, :, None] * root[:, None, :] / (root**2).sum(axis=1)[:, None, None]
    return changes_of(system, right, root)


def curved(incidence: Matrices, curve: Vectors, root: Vectors) -> Matrices:
    """What the figures' curvature makes of Newton's system, each cell in units of its root."""
    rows = incidence * root[:, None, :]
    return np.asarray((rows * curve[:, :, None]).transpose(0, 2, 1) @ rows)


def changes_of(system: Matrices, right: Vectors, root: Vectors) -> Vectors:
    """The change of the cells, whose own curvature is one in units of their roots."""
    diagonal = np.arange(root.shape[1])
    system[:, diagonal, diagonal] += 1.0
    return answers(system, right * root) * root


def answers(systems: Matrices, right: Vectors) -> Vectors:
    """The solution of every system; not a number where there is none."""
    try:
        return np.asarray(np.linalg.solve(systems, right[:, :, None])[:, :, 0])
    except np.linalg.LinAlgError:
        if len(systems) == 1:
            return np.full_like(right, np.nan)
        halves = np.array_split(np.arange(len(systems)), 2)
        return np.concatenate([answers(systems[half], right[half]) for half in halves])


def length_inside(*pairs: tuple[Vectors, Vectors]) -> Vectors:
    """The longest step, at most one, that keeps everything positive."""
    longest = np.ones(len(pairs[0][0]))
    for value, change in pairs:
        way = np.where(change < 0, -value / np.where(change < 0, change, -1.0), np.inf)
        longest = np.minimum(longest, BOUNDARY * way.reshape(len(way), -1).min(axis=1))
    return longest


def sums_of(incidence: Matrices | Flags, cells: Vectors) -> Vectors:
    """The sum of every figure."""
    return np.asarray((incidence @ cells[:, :, None])[:, :, 0])


def spread(incidence: Matrices, weights: Vectors) -> Vectors:
    """For every kind the sum of the weights of its figures."""
    return np.asarray((weights[:, None, :] @ incidence)[:, 0, :])
