"""Pathological evidence: as `Evidence`, so that the numerics are met without any frames."""

from collections.abc import Iterator

import numpy as np

from displacement.reconcile.evidence import Evidence


def chain(random: np.random.Generator, figures: int = 30) -> Evidence:
    """Each figure shares one cell with the next."""
    incidence = np.zeros((figures, 2 * figures + 1), dtype=bool)
    for k in range(figures):
        incidence[k, 2 * k : 2 * k + 3] = True
    return _with_counts(random, incidence, 10 ** random.uniform(0, 6, figures))


def tight_chain(random: np.random.Generator, figures: int = 30) -> Evidence:
    """The same where nobody has a cell of its own, so that the chain contradicts itself."""
    incidence = np.eye(figures, figures + 1, dtype=bool) | np.eye(
        figures, figures + 1, 1, dtype=bool
    )
    return _with_counts(random, incidence, 10 ** random.uniform(0, 6, figures))


def nest(random: np.random.Generator, depth: int = 15) -> Evidence:
    """Each figure lies inside the one before, and some claim more than what they lie in."""
    incidence = np.array([[cell >= k for cell in range(depth)] for k in range(depth)])
    counts = 10.0 ** np.linspace(7, 0, depth) * random.lognormal(0, 0.5, depth)
    return _with_counts(random, incidence, counts)


def quarrel(random: np.random.Generator, figures: int = 12) -> Evidence:
    """One scope, and no two counters agree."""
    incidence = np.ones((figures, 1), dtype=bool)
    return _with_counts(random, incidence, 10.0 ** random.uniform(0, 7, figures))


def orders_of_magnitude(random: np.random.Generator, figures: int = 8) -> Evidence:
    """Counts from one to a thousand million on random cells."""
    incidence = _random_incidence(random, figures, 10)
    return _with_counts(random, incidence, 10.0 ** random.uniform(0, 9, figures))


def zeros(random: np.random.Generator, figures: int = 6) -> Evidence:
    """Counts of nobody beside large ones."""
    incidence = _random_incidence(random, figures, 8)
    counts = np.where(random.random(figures) < 0.5, 0.0, 10.0 ** random.uniform(3, 7, figures))
    return _with_counts(random, incidence, counts)


def nearly_even(random: np.random.Generator, figures: int = 6) -> Evidence:
    """Likely ranges that miss an even level by a hair, or meet it in one point."""
    incidence = _random_incidence(random, figures, 8)
    exposure = 10.0 ** random.uniform(0, 4, incidence.shape[1])
    even = incidence @ exposure * 10 ** random.uniform(-2, 3)
    off = 1 + random.choice([0, 1e-12, 1e-9, 1e-6, 1e-4], figures) * random.choice([-1, 1], figures)
    wide = even * random.choice([0, 1e-9, 1e-5, 0.1], figures)
    low = np.where(random.random(figures) < 0.5, even * off, even * off - wide)
    error = random.choice([0.0001, 0.01, 0.3], figures)
    return Evidence(incidence, exposure, low + wide / 2, low, low + wide, error)


def touching(random: np.random.Generator, figures: int = 6) -> Evidence:
    """Allowed ranges that meet in one point: parts and a whole, each at its very end."""
    parts = figures - 1
    incidence = np.vstack([np.eye(parts, dtype=bool), np.ones((1, parts), dtype=bool)])
    error = random.choice([0.05, 0.1, 0.3], figures)
    count = 10.0 ** random.uniform(0, 5, figures)
    count[-1] = (count[:-1] * (1 + error[:-1])).sum() / (1 - error[-1])
    return Evidence(incidence, np.ones(parts), count, count, count, error)


def twins(random: np.random.Generator, figures: int = 8) -> Evidence:
    """Equal scopes, equal and nearly equal counts, errors from almost none to almost all."""
    incidence = np.repeat(_random_incidence(random, figures // 2, 5), 2, axis=0)
    count = np.repeat(10.0 ** random.uniform(0, 6, len(incidence) // 2), 2)
    count = count * (1 + random.choice([0, 1e-9, 1e-3, 1], len(count)))
    error = random.choice([1e-6, 1e-3, 0.5, 0.99], len(count))
    exposure = 10.0 ** random.uniform(0, 8, incidence.shape[1])
    return Evidence(incidence, exposure, count, count, count, error)


FAMILIES = (
    chain,
    tight_chain,
    nest,
    quarrel,
    orders_of_magnitude,
    zeros,
    nearly_even,
    touching,
    twins,
)


def dense(random: np.random.Generator, figures: int, *, truthful: bool) -> Evidence:
    """Figures over random areas of 20 and random periods of 60 days, all in one episode."""
    member = np.zeros((figures, 20, 60), dtype=bool)
    truth = random.lognormal(3, 1, (20, 60))
    for k in range(figures):
        start = random.integers(0, 50)
        places = random.choice(20, random.integers(1, 8), replace=False)
        member[k, places, start : start + random.integers(5, 40)] = True
    flat = member.reshape(figures, -1)
    kinds, which = np.unique(flat[:, flat.any(axis=0)].T, axis=0, return_inverse=True)
    off = random.lognormal(0, 0.05 if truthful else 0.8, figures)
    return _with_counts(
        random,
        kinds.T.copy(),
        np.round(np.array([truth[row].sum() for row in member]) * off),
        np.bincount(which).astype(float),
    )


def every(seed: int, repeats: int) -> Iterator[tuple[str, int, Evidence]]:
    """All families, `repeats` times each."""
    for number in range(repeats):
        for family in FAMILIES:
            yield family.__name__, number, family(np.random.default_rng([seed, number]))


def _with_counts(
    random: np.random.Generator,
    incidence: np.ndarray,
    counts: np.ndarray,
    exposure: np.ndarray | None = None,
) -> Evidence:
    figures, cells = incidence.shape
    stated = np.round(counts)
    wide = stated * random.choice([0, 0.01, 0.25], figures)
    low = np.maximum(stated - wide, 0)
    error = random.choice([0.001, 0.05, 0.1, 0.2, 0.6], figures)
    if exposure is None:
        exposure = 10.0 ** random.uniform(0, 6, cells)
    return Evidence(incidence, exposure, stated, low, stated, error)


def _random_incidence(random: np.random.Generator, figures: int, cells: int) -> np.ndarray:
    """Every figure has a cell, every cell a figure, and no two cells the same figures."""
    incidence = random.random((figures, cells)) < 0.4
    incidence[np.arange(figures), random.integers(0, cells, figures)] = True
    incidence = incidence[:, incidence.any(axis=0)]
    return np.unique(incidence, axis=1)
