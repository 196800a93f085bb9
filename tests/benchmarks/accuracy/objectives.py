"""Would another objective than that of DESIGN 5.3 come nearer to the truth?

Cells, ranges and figures of simulated crises as they were reconciled, estimated again by a general
convex solver with the parts of the objective weighed or shaped differently:

    weight × [Σ x ln(x / w) − X ln(X / W)] + Σ pull_k KL(z_k ‖ t_k)

`weight` is 1 and pull_k = 1 / 2ε² in DESIGN 5.3. Run with
`python -m tests.benchmarks.accuracy.objectives --crises 40`. Crises in which figures contradict
each other are left out: what was stretched is not published as ranges.
"""

import argparse
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context

import cvxpy as cp
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tests.benchmarks.accuracy.page import markdown
from tests.benchmarks.accuracy.scores import (
    Crisis,
    Setting,
    crisis,
    difference,
    reconciled,
    spoken_of,
    truth_by_month,
)

Vector = NDArray[np.float64]

ROOM = 1e-6
"""Around every range, as a share of its end: some hold but one point."""
LEAST = 1e-6
"""What is learned never rules a cell out."""
NEARER = 1e-3
"""Less is the solver's tolerance."""


@dataclass(frozen=True)
class Objective:
    """One way to choose among all that the allowed ranges let be."""

    weight: float = 1.0
    """Of the evenness."""
    relative: bool = False
    """Every figure pulls alike: pull_k is divided by the figure as a share of the largest."""
    stated: bool = False
    """Figures pull to the stated number, not into the likely range."""
    learned: bool = False
    """Even is what a first estimate of the same objective has per area times per day."""


OBJECTIVES = {
    "as DESIGN 5.3": Objective(),
    "evenness × 0.3": Objective(weight=0.3),
    "evenness × 0.1": Objective(weight=0.1),
    "evenness × 0.03": Objective(weight=0.03),
    "evenness × 0.1, to the stated number": Objective(weight=0.1, stated=True),
    "as DESIGN 5.3, areas and days learned": Objective(learned=True),
    "evenness × 0.1, areas and days learned": Objective(weight=0.1, learned=True),
    "evenness × 0.1, each figure pulls alike": Objective(weight=0.1, relative=True),
}


@dataclass(frozen=True)
class Episode:
    """What an objective is given of one episode, in units of its largest figure."""

    covers: NDArray[np.bool_]
    exposure: Vector
    residents: Vector
    """Cells by leaves."""
    days: Vector
    """Cells by days: whether the cell holds the day."""
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
        with warnings.catch_warnings():
            # A solution that may be inaccurate is near enough for an error in per cent.
            warnings.simplefilter("ignore", UserWarning)
            problem.solve(solver=cp.CLARABEL)
    except cp.SolverError:
        return None
    return None if x.value is None else np.asarray(np.maximum(x.value, 0.0))


def learned(episode: Episode, cells: Vector) -> Episode:
    """The episode, its exposure times what a first estimate has per resident and per day."""
    density = cells / episode.exposure
    place = _mean(density, episode.exposure[:, None] * (episode.residents > 0))
    time = _mean(density, episode.exposure[:, None] * episode.days)
    exposure = (episode.residents @ place) * (episode.days @ time)
    return replace(episode, exposure=np.maximum(exposure, exposure.max() * LEAST))


def _mean(density: Vector, weight: Vector) -> Vector:
    return np.asarray(density @ weight / np.maximum(weight.sum(axis=0), 1.0))


def errors_of(one: Crisis) -> list[dict[str, object]]:
    """Errors of totals, months and cells per objective; nothing where a solver fails."""
    cells = one.cells
    spoken = spoken_of(one, cells)
    truth = truth_by_month(one.world, cells).sum(axis=1)
    residents = np.array(cells["leaves"].to_list()) * one.world.weight
    start, stop = cells["start"].to_numpy()[:, None], cells["stop"].to_numpy()[:, None]
    days = (start <= np.arange(one.world.days)) & (np.arange(one.world.days) < stop)
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
            residents=residents[here],
            days=days[here],
            low=ends[0][own] / unit,
            high=ends[1][own] / unit,
            stated=spoken.persons[own] / unit,
            error=spoken.error[own],
        )
        for name, objective in OBJECTIVES.items():
            estimated = estimate(episode, objective)
            if estimated is not None and objective.learned:
                estimated = estimate(learned(episode, estimated), objective)
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


def compared(setting: Setting, number: int) -> list[dict[str, object]]:
    """The errors of one crisis; nothing where its figures contradict each other."""
    one = reconciled(*crisis(setting, number))
    if not one.reconciled.conflicts.empty:
        return []
    return [{"crisis": number, **row} for row in errors_of(one)]


def main() -> None:
    """Print the medians, and how each objective compares with DESIGN 5.3 crisis by crisis."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crises", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    numbers = range(arguments.first, arguments.first + arguments.crises)
    with ProcessPoolExecutor(arguments.workers, mp_context=get_context("spawn")) as pool:
        found = pool.map(partial(compared, Setting(seed=arguments.seed)), numbers)
        frame = pd.DataFrame([row for rows in found for row in rows])
    table = frame.groupby("objective", sort=False)[["totals", "cells", "level"]].median()
    cells = frame.pivot_table("cells", "crisis", "objective", sort=False)
    ratio = cells.div(cells[next(iter(OBJECTIVES))], axis=0)
    table["cells, of DESIGN 5.3's"] = ratio.median()
    table["share of crises where cells are nearer"] = (ratio < 1 - NEARER).mean()
    sys.stdout.write(f"{len(cells)} crises\n{markdown(table.reset_index(), 'objective')}\n")


if __name__ == "__main__":
    main()
