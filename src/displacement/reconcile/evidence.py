"""What do the figures of an episode say, and what is it answered? As arrays, one or many.

Cells are columns, figures are rows of an incidence matrix.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from displacement.reconcile.columns import Numbers, Objects, Vector, objects
from displacement.reconcile.interior import Rows
from displacement.reconcile.polytope import Incidence, Incidences
from displacement_schemas.vocabulary import Method

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Evidence:
    """The figures of one episode: row k of `incidence` says which cells figure k sums."""

    incidence: Incidence
    exposure: Vector
    stated: Vector
    low: Vector
    high: Vector
    error: Vector

    @property
    def allowed(self) -> tuple[Vector, Vector]:
        """The least and the greatest sum of each figure that its counter's error allows."""
        return self.low * (1 - self.error), self.high * (1 + self.error)


@dataclass(frozen=True)
class Evidences(Rows):
    """The evidence of several episodes of one shape, a row each; see `Evidence`."""

    incidence: Incidences
    """Episodes by figures by kinds."""
    exposure: Matrix
    stated: Matrix
    low: Matrix
    high: Matrix
    error: Matrix

    def __len__(self) -> int:
        return len(self.stated)

    @property
    def allowed(self) -> tuple[Matrix, Matrix]:
        """The least and the greatest sum of each figure that its counter's error allows."""
        return self.low * (1 - self.error), self.high * (1 + self.error)

    def one(self, row: int) -> Evidence:
        """The evidence of an episode."""
        return Evidence(**{name: value[row] for name, value in vars(self).items()})

    @staticmethod
    def of(together: Sequence[Evidence]) -> "Evidences":
        """The evidence of episodes of one shape."""
        columns = [field.name for field in fields(Evidence)]
        return Evidences(
            **{name: np.array([getattr(one, name) for one in together]) for name in columns}
        )


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
    gap: float
    """By how much the solvers' objectives may lie above their least values, in units of the
    largest count; zero where the answer has a closed form."""


@dataclass(frozen=True)
class Balances(Rows):
    """The balances of several episodes of one shape, a row each; see `Balance`."""

    cells: Matrix
    stretch: Matrix
    lowered: NDArray[np.bool_]
    allowed_low: Matrix
    allowed_high: Matrix
    method: Objects
    gap: Vector

    def one(self, row: int) -> Balance:
        """The balance of an episode."""
        return Balance(**{name: value[row] for name, value in vars(self).items()})

    @staticmethod
    def of(several: Sequence[Balance]) -> "Balances":
        """The columns of some balances."""
        columns: dict[str, Any] = {
            name: np.array([getattr(one, name) for one in several])
            for name in ("cells", "stretch", "lowered", "allowed_low", "allowed_high", "gap")
        }
        return Balances(method=objects([one.method for one in several]), **columns)

    def put(self, rows: Numbers | int, found: "Balances | Balance") -> None:
        """Take some answers in."""
        for name, column in vars(self).items():
            column[rows] = getattr(found, name)
