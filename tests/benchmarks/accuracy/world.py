"""What happens in a simulated crisis: who leaves which area on which day, known exactly.

Forms that crises have, chosen before anything was measured:

- *Areas.* A country of 2 to 4 areas at level 1, each of 2 to 4 at level 2, three in ten of which
  have 2 or 3 of their own at level 3. Residents per leaf are log-normal (median 80,000, σ 0.8);
  the published populations are off by a log-normal factor of σ 0.1.
- *Days.* The length of a crisis is log-normal (median 110 days, σ 0.45, from 45 to 270).
- *Bursts.* One, and a Poisson number (mean 2) more, each beginning on a uniform day of the first
  seven tenths. Its size is log-normal (median 12,000 persons, σ 1); its days follow a gamma curve
  (shape from 1, a sudden start, to 3, a slow rise) whose mean is log-normal (median 9 days, σ 0.6);
  its areas are a Dirichlet draw around the populations, whose concentration is log-uniform from
  0.5 (almost one area) to 5 (most areas) per leaf.
- *Between bursts.* A trickle of 2 to 15 % of all bursts, even over days and residents.
- *Households* of 5 or 6 persons leave together, their number per leaf and day is Poisson.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tests.reconcile.cases import areas, level_of

Vector = NDArray[np.float64]
Counts = NDArray[np.int64]

COUNTRY = "XX"
SMALLEST_HOUSEHOLD, LARGEST_HOUSEHOLD = 5, 6


@dataclass(frozen=True)
class World:
    """A country during one crisis."""

    areas: pd.DataFrame
    """As `displacement_schemas.Areas`."""
    codes: list[str]
    """All areas, the country first."""
    leaves: list[str]
    weight: Vector
    """Published residents per leaf."""
    persons: Counts
    """The truth: persons who leave, leaves by days."""
    households: Counts
    """The same people as households."""

    @property
    def days(self) -> int:
        """How long the crisis lasts."""
        return int(self.persons.shape[1])

    def inside(self, codes: list[str]) -> NDArray[np.bool_]:
        """Which leaves lie in any of some areas."""
        return np.array([leaf.startswith(tuple(codes)) for leaf in self.leaves])

    def at_level(self, level: int) -> list[str]:
        """The areas of a level, and the leaves that lie above it."""
        return [
            code
            for code in self.codes
            if level_of(code) == level or (level_of(code) < level and code in self.leaves)
        ]


def world(random: np.random.Generator) -> World:
    """One crisis of the forms described above."""
    codes = _codes(random)
    leaves = [code for code in codes if not any(_is_below(other, code) for other in codes)]
    residents = random.lognormal(np.log(80_000), 0.8, len(leaves))
    weight = np.rint(residents * random.lognormal(0, 0.1, len(leaves)))
    days = int(np.clip(random.lognormal(np.log(110), 0.45), 45, 270))
    expected = _expected(random, residents / residents.sum(), days)
    six = random.uniform(0.2, 0.9)
    households = random.poisson(expected / (SMALLEST_HOUSEHOLD + six))
    persons = SMALLEST_HOUSEHOLD * households + random.binomial(households, six)
    population = {
        code: float(sum(w for w, leaf in zip(weight, leaves, strict=True) if leaf.startswith(code)))
        for code in codes
    }
    return World(areas(population), codes, leaves, weight, persons, households)


def _codes(random: np.random.Generator) -> list[str]:
    codes = [COUNTRY]
    for first in _children(COUNTRY, int(random.integers(2, 5))):
        codes.append(first)
        for second in _children(first, int(random.integers(2, 5))):
            codes.append(second)
            if random.random() < 0.3:
                codes += _children(second, int(random.integers(2, 4)))
    return codes


def _children(code: str, count: int) -> list[str]:
    return [f"{code}{number:02}" for number in range(1, count + 1)]


def _is_below(code: str, above: str) -> bool:
    return code != above and code.startswith(above)


def _expected(random: np.random.Generator, share: Vector, days: int) -> Vector:
    """Persons expected to leave, leaves by days."""
    bursts = sum(_burst(random, share, days) for _ in range(1 + random.poisson(2)))
    trickle = random.uniform(0.02, 0.15) * np.sum(bursts) / days
    return np.asarray(bursts + trickle * share[:, None])


def _burst(random: np.random.Generator, share: Vector, days: int) -> Vector:
    size = random.lognormal(np.log(12_000), 1.0)
    onset = random.integers(0, max(int(0.7 * days), 1))
    shape = random.uniform(1, 3)
    mean = random.lognormal(np.log(9), 0.6)
    since = np.arange(days) - onset + 0.5
    after = np.maximum(since, 0.5)
    curve = np.where(since > 0, after ** (shape - 1) * np.exp(-after * shape / mean), 0.0)
    concentration = np.exp(random.uniform(np.log(0.5), np.log(5))) * len(share)
    where = random.dirichlet(concentration * share)
    return np.asarray(size * np.outer(where, curve / curve.sum()))
