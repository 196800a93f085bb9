"""Ways to make one number of several figures, each given the same figures and the same cells.

The figures are those that speak once revisions and echoes are settled, so that what is compared
is how they are combined. Every method gives persons per cell; where it takes a figure for a cell,
the figure is spread over its scope by residents × days.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Spoken:
    """The figures and the cells of one crisis, both as columns."""

    covers: Flags
    """Figures by cells."""
    exposure: Vector
    """Residents × days per cell."""
    episode: NDArray[np.int64]
    """Number of each cell's episode."""
    persons: Vector
    error: Vector
    published: Vector
    """Day of publication."""

    @property
    def spread(self) -> Vector:
        """Each figure spread over its cells, figures by cells."""
        reach = self.covers @ self.exposure
        return np.asarray(self.covers * self.exposure * (self.persons / reach)[:, None])


def naive_sum(spoken: Spoken) -> Vector:
    """All figures added up."""
    return np.asarray(spoken.spread.sum(axis=0))


def most_trusted_wins(spoken: Spoken) -> Vector:
    """Each cell from the counter with the smallest error; of equals the finest, then the latest."""
    fineness = spoken.covers @ spoken.exposure
    return _winner(spoken, np.lexsort((-spoken.published, fineness, spoken.error)))


def latest_wins(spoken: Spoken) -> Vector:
    """Each cell from the figure published last; of equals the most trusted, then the finest."""
    fineness = spoken.covers @ spoken.exposure
    return _winner(spoken, np.lexsort((fineness, spoken.error, -spoken.published)))


def mean_per_event(spoken: Spoken) -> Vector:
    """Each event (an episode) is the mean of all of its figures, whatever they are of."""
    answer = np.zeros(len(spoken.exposure))
    for number in np.unique(spoken.episode):
        here = spoken.episode == number
        mean = spoken.persons[spoken.covers[:, here].any(axis=1)].mean()
        answer[here] = mean * spoken.exposure[here] / spoken.exposure[here].sum()
    return answer


def mean_per_cell(spoken: Spoken) -> Vector:
    """Each cell is the mean of what the figures that cover it put there: a kinder mean."""
    return np.asarray(spoken.spread.sum(axis=0) / spoken.covers.sum(axis=0))


def least_squares(spoken: Spoken) -> Vector:
    """Least squares of the relative differences over ε, no range and no sign observed.

    Of all solutions the one of least Σ x² / exposure: what the figures leave open is spread as
    evenly as squares can.
    """
    root = np.sqrt(spoken.exposure)
    weight = 1 / (spoken.error * np.maximum(spoken.persons, 1.0))
    rows = spoken.covers * root * weight[:, None]
    answer = np.zeros(len(root))
    for number in np.unique(spoken.episode):
        here = spoken.episode == number
        own = spoken.covers[:, here].any(axis=1)
        target = (spoken.persons * weight)[own]
        answer[here] = np.linalg.lstsq(rows[np.ix_(own, here)], target, rcond=1e-10)[0]
    return answer * root


BASELINES: dict[str, Callable[[Spoken], Vector]] = {
    "least squares": least_squares,
    "most trusted wins": most_trusted_wins,
    "latest wins": latest_wins,
    "mean per cell": mean_per_cell,
    "mean per event": mean_per_event,
    "naive sum": naive_sum,
}


def _winner(spoken: Spoken, ranking: NDArray[np.int64]) -> Vector:
    """Each cell from the first figure of the ranking that covers it."""
    first = spoken.covers[ranking].argmax(axis=0)
    return np.asarray(spoken.spread[ranking[first], np.arange(len(first))])
