"""Would another objective than that of DESIGN 5.3 come nearer to the truth?

Cells, ranges and figures of simulated crises as they were reconciled, estimated again by a general
convex solver with the parts of the objective weighed or shaped differently:

    weight × [Σ x ln(x / w) − X ln(X / W)] + Σ pull_k KL(z_k ‖ t_k)

`weight` is 1 and pull_k = 1 / 2ε² in DESIGN 5.3. Run with
`python -m tests.benchmarks.accuracy.objectives --crises 40`. Crises in which figures contradict each
other are left out: what was stretched is not published as ranges.
"""

import argparse
import sys
from dataclasses import dataclass

import cvxpy as cp
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tests.benchmarks.accuracy.scores import (
    Crisis,
    crisis,
    difference,
    reconciled,
    spoken_of,
    truth_by_month,
)

Vector = NDArray[np.float64]

ROOM = 1e-6
"""Around every range, as a share of its end: some hold but one point."""


@dataclass(frozen=True)
class Objective:
    """One way to choose among all that the allowed ranges let be."""

    weight: float = 1.0
    """Of the evenness."""
    relative: bool = False
    """Every figure pulls alike, whatever its size: pull_k is divided by its share of the largest."""
    stated: bool = False
    """Figures pull to the stated number, not into the likely range."""


OBJECTIVES = {
    "as DESIGN 5.3": Objective(),
    "evenness × 3": Objective(weight=3.0),
    "evenness × 0.3": Objective(weight=0.3),
    "evenness × 0.1": Objective(weight=0.1),
    "evenness × 0.03": Objective(weight=0.03),
    "evenness × 0.01": Objective(weight=0.01),
    "evenness × 0.1, to the stated number": Objective(weight=0.1, stated=True),
    "as DESIGN 5.3, each figure pulls alike": Objective(relative=True),
    "evenness × 0.1, each figure pulls alike": Objective(weight=0.1, relative=True),
}


@dataclass(frozen=True)
class Episode:
    """What an objective is given of one episode, in units of its largest figure."""

    covers: NDArray[np.bool_]
    exposure: Vector
    low: Vector
    high: Vector
    stated: Vector
    error: Vector


def estimate(episode: Episode, objective: Objective) -> Vector | None:
    """Persons per cell, in the episode's unit; None where the solver finds nothing."""
    covers = episode.covers.astype(float)
    x = cp.Variable(len(episode.exposure), nonneg=True)
    low, high = episode.low, episode.high
    limits = [
        covers @ x >= low * (1 - episode.error) - ROOM * high,
        covers @ x <= high * (1 + episode.error) + ROOM * np.maximum(high, ROOM),
    ]
    counted = high > 0
    if objective.stated:
        target = episode.stated[counted]
    else:
        target = cp.Variable(int(counted.sum()), pos=True)
        limits += [target >= low[counted], target <= high[counted]]
    pull = 0.5 / episode.error[counted] ** 2
    if objective.relative:
        pull = pull / np.maximum(episode.stated[counted], 1e-4)
    share = episode.exposure / episode.exposure.sum()
    # x ln(x / w) - X ln(X / W) is the relative entropy of x to X w / W, convex in x.
    evenness = cp.sum(cp.rel_entr(x, cp.multiply(share, cp.sum(x))))
    pulls = pull @ cp.kl_div(covers[counted] @ x, target)
    problem = cp.Problem(cp.Minimize(objective.weight * evenness + pulls), limits)
    try:
        problem.solve(solver=cp.CLARABEL)
    except cp.SolverError:
        return None
    return None if x.value is None else np.asarray(np.maximum(x.value, 0.0))


def errors_of(one: Crisis) -> list[dict[str, object]]:
    """Errors of totals, months and cells per objective; nothing where a solver fails."""
    cells = one.cells
    spoken = spoken_of(one, cells)
    truth = truth_by_month(one.world, cells).sum(axis=1)
    table = one.reconciled.figures
    table = table[table["derived_from"].isna()]
    ends = [table[name].to_numpy(dtype=float) for name in ("persons_low", "persons_high")]
    found = {name: np.zeros(len(truth)) for name in OBJECTIVES}
    for number in np.unique(spoken.episode):
        here = spoken.episode == number
        own = spoken.covers[:, here].any(axis=1)
        unit = max(float(ends[1][own].max()), 1.0)
        episode = Episode(
            covers=spoken.covers[np.ix_(own, here)],
            exposure=spoken.exposure[here],
            low=ends[0][own] / unit,
            high=ends[1][own] / unit,
            stated=spoken.persons[own] / unit,
            error=spoken.error[own],
        )
        for name, objective in OBJECTIVES.items():
            estimated = estimate(episode, objective)
            if estimated is None:
                return []
            found[name][here] = estimated * unit
    found["the engine"] = cells["value"].to_numpy()
    episodes = np.arange(spoken.episode.max() + 1)[:, None] == spoken.episode
    return [
        {
            "objective": name,
            "totals": difference(episodes @ value, episodes @ truth),
            "cells": difference(value, truth),
            "level": float(value.sum() / max(truth.sum(), 1.0) - 1),
        }
        for name, value in found.items()
    ]


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crises", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0)
    arguments = parser.parse_args()
    rows: list[dict[str, object]] = []
    for number in range(arguments.first, arguments.first + arguments.crises):
        one = reconciled(*crisis(arguments.seed, number))
        if one.reconciled.conflicts.empty:
            rows += errors_of(one)
    frame = pd.DataFrame(rows)
    medians = frame.groupby("objective", sort=False).median()
    sys.stdout.write(f"{len(frame) // len(medians)} crises\n{medians.round(3).to_string()}\n")


if __name__ == "__main__":
    main()
