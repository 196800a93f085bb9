"""The least stretches of many small episodes at once: harmonising in batches (DESIGN 5.3).

A quadratic program per episode, solved for episodes of one shape together by a primal-dual
interior-point method (Boyd and Vandenberghe, Convex Optimization, 11.7), each on its own terms.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from displacement.reconcile.interior import (
    Matrices,
    Rows,
    Standing,
    Vectors,
    Wrong,
    changes_of,
    curved,
    length_inside,
    settled,
    spread,
    sums_of,
)

GAP: Final = 1e-15
"""Largest complementarity that is left."""
INFEASIBLE: Final = 1e-13
UNSETTLED: Final = 1e-11


@dataclass(frozen=True)
class Claims(Rows):
    """Ranges of episodes of one shape, in units of their largest sums.

    Figure k asks `low - give * u <= z <= high + take * u`, and u is to be small.
    """

    incidence: Matrices
    low: Vectors
    high: Vectors
    give: Vectors
    take: Vectors


@dataclass(frozen=True)
class _Point(Standing):
    """Cells and strains u, slacks of both ends, and the multipliers of all bounds."""

    strain: Vectors
    slack: Vectors
    price: Vectors
    cell_price: Vectors
    strain_price: Vectors


@dataclass(frozen=True)
class _Residual(Wrong):
    """What is still wrong at a point: also of the slopes of cells and strains."""

    cells: Vectors
    strain: Vectors

    @staticmethod
    def of(claims: Claims, point: _Point) -> "_Residual":
        sums = sums_of(claims.incidence, point.cells)
        ends = np.stack(
            [
                sums + claims.give * point.strain - claims.low,
                claims.high + claims.take * point.strain - sums,
            ],
            axis=1,
        )
        price = point.price
        products = (
            (point.slack * price).sum(axis=(1, 2))
            + (point.cells * point.cell_price).sum(axis=1)
            + (point.strain * point.strain_price).sum(axis=1)
        )
        figures, kinds = claims.incidence.shape[1:]
        missing, gap = ends - point.slack, products / (3 * figures + kinds)
        cells = spread(claims.incidence, price[:, 1] - price[:, 0]) - point.cell_price
        pushed = claims.give * price[:, 0] + claims.take * price[:, 1] + point.strain_price
        strain = point.strain - pushed
        room = np.maximum(point.strain, 1.0)
        return _Residual(
            missing=missing,
            cells=cells,
            strain=strain,
            gap=gap,
            excess=products + np.abs(cells).sum(axis=1) + (np.abs(strain) * room).sum(axis=1),
            is_settled=(np.abs(missing).max(axis=(1, 2)) <= INFEASIBLE)
            & (np.abs(cells).max(axis=1) <= UNSETTLED)
            & (np.abs(strain).max(axis=1) <= UNSETTLED)
            & (gap <= GAP),
        )


def least_strains(claims: Claims) -> tuple[Vectors, Vectors]:
    """Cells at which the sum of the squared strains is least, and by how much they may miss it.

    Not a number where they are not certain.
    """
    return settled(claims, _start(claims), _Residual.of, _stepped)


def _start(claims: Claims) -> _Point:
    """Everything in the middle: no episode holds more than one unit."""
    episodes, figures, kinds = claims.incidence.shape
    cells = np.ones((episodes, kinds))
    strain, slack = np.ones((episodes, figures)), np.ones((episodes, 2, figures))
    return _Point(
        cells=cells / kinds,
        strain=strain,
        slack=slack,
        price=slack / 10,
        cell_price=cells / 10,
        strain_price=strain / 10,
    )


def _stepped(
    claims: Claims, point: _Point, residual: _Residual, centring: Vectors
) -> tuple[_Point, Vectors]:
    goal = (centring * residual.gap)[:, None]
    stiff = point.price / point.slack
    drift = goal[:, None, :] / point.slack - point.price - stiff * residual.missing
    give, take = claims.give, claims.take
    cell_aim = goal / point.cells - point.cell_price
    strain_aim = goal / point.strain - point.strain_price
    bend = 1 + point.strain_price / point.strain + give**2 * stiff[:, 0] + take**2 * stiff[:, 1]
    cross = give * stiff[:, 0] - take * stiff[:, 1]
    want = strain_aim - residual.strain + give * drift[:, 0] + take * drift[:, 1]
    curve = stiff.sum(axis=1) - cross**2 / bend
    force = drift[:, 0] - drift[:, 1] - cross * want / bend
    right = spread(claims.incidence, force) - residual.cells + cell_aim
    root: Vectors = np.sqrt(point.cells / point.cell_price)
    cells = changes_of(curved(claims.incidence, curve, root), right, root)
    change = sums_of(claims.incidence, cells)
    strain = (want - cross * change) / bend
    slack = np.stack([change + give * strain, take * strain - change], axis=1) + residual.missing
    price = drift - stiff * (slack - residual.missing)
    cell_price = cell_aim - point.cell_price / point.cells * cells
    strain_price = strain_aim - point.strain_price / point.strain * strain
    length = length_inside(
        (point.cells, cells),
        (point.strain, strain),
        (point.slack, slack),
        (point.price, price),
        (point.cell_price, cell_price),
        (point.strain_price, strain_price),
    )
    one, two = length[:, None], length[:, None, None]
    stepped = _Point(
        cells=point.cells + one * cells,
        strain=point.strain + one * strain,
        slack=point.slack + two * slack,
        price=point.price + two * price,
        cell_price=point.cell_price + one * cell_price,
        strain_price=point.strain_price + one * strain_price,
    )
    return stepped, np.clip((1 - length) ** 2, 0.01, 0.5)
