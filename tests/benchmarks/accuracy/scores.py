"""How far is each method from the truth of one crisis, and do the published bounds hold it?

What no figure covers is no part of any error: it is null, never zero. All methods are given the
same cells, the coarsest partition as the table `estimates` has it. With e and t the estimate and
the truth of a piece, every error is Σ |e − t| / Σ t over the pieces:

- *totals*: the episodes of the crisis, whole;
- *months*: the calendar months of the country, each cell spread evenly over its days;
- *cells*: the cells.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from displacement.reconcile import Reconciliation, reconcile
from displacement.reconcile.rollup import total
from tests.benchmarks.accuracy.methods import BASELINES, Spoken
from tests.benchmarks.accuracy.press import MOST_COUNTS, reports
from tests.benchmarks.accuracy.world import World, world
from tests.reconcile.cases import FIRST_DAY, Row, day, frames

Vector = NDArray[np.float64]

OURS = "reconciled"


@dataclass(frozen=True)
class Crisis:
    """What happened, what was printed of it, and what is made of that."""

    world: World
    reconciled: Reconciliation

    @property
    def cells(self) -> pd.DataFrame:
        """The cells, with their leaves (flags) and half-open days since the crisis began."""
        table = self.reconciled.estimates
        cells = pd.DataFrame({"episode": table["episode_id"].to_numpy(dtype=object)})
        for name in ("value", "low", "high"):
            cells[name] = table[name].to_numpy(dtype=np.float64)
        leaves = [self.world.inside(codes.split("|")) for codes in table["area_codes"]]
        cells["leaves"] = pd.Series(leaves, dtype=object)
        cells["start"] = [_number(one) for one in table["start_date"]]
        cells["stop"] = [_number(one) + 1 for one in table["end_date"]]
        return cells


@dataclass(frozen=True)
class Setting:
    """Which crises are simulated."""

    seed: int = 0
    beyond: bool = False
    """Counters err beyond what they declare."""
    most_counts: int = MOST_COUNTS
    """Of one counter; fewer make smaller crises, which are faster."""


def crisis(setting: Setting, number: int) -> tuple[World, list[Row]]:
    """The world and the figures of one crisis; every number is a crisis of its own."""
    random = np.random.default_rng([setting.seed, number])
    happened = world(random)
    return happened, reports(
        random, happened, beyond=setting.beyond, most_counts=setting.most_counts
    )


def reconciled(happened: World, rows: list[Row]) -> Crisis:
    """The crisis, reconciled as anybody would."""
    return Crisis(happened, reconcile(*frames(rows), happened.areas))


def errors(one: Crisis) -> list[dict[str, Any]]:
    """One row per method: method, totals, months, cells."""
    cells = one.cells
    spoken = spoken_of(one, cells)
    truth = truth_by_month(one.world, cells)
    days = _days_by_month(one.world, cells)
    share = days / days.sum(axis=1, keepdims=True)
    found = {OURS: cells["value"].to_numpy()}
    found |= {name: method(spoken) for name, method in BASELINES.items()}
    episodes = np.arange(spoken.episode.max() + 1)[:, None] == spoken.episode
    return [
        {
            "method": name,
            "totals": difference(episodes @ value, episodes @ truth.sum(axis=1)),
            "months": difference(value @ share, truth.sum(axis=0)),
            "cells": difference(value, truth.sum(axis=1)),
        }
        for name, value in found.items()
    ]


def bounds(one: Crisis) -> list[dict[str, Any]]:
    """One row per episode: truth, value, low and high of its total, figures and counters."""
    cells = one.cells
    truth = pd.Series(truth_by_month(one.world, cells).sum(axis=1))
    truth = truth.groupby(cells["episode"]).sum()
    rows = []
    for solved in (s for group in one.reconciled.flows.values() for s in group):
        leaves = sorted({leaf for voice in solved.episode.voices for leaf in voice.leaves})
        found = total([solved], one.reconciled.tree, np.array(leaves), solved.span)
        rows.append(
            {
                "truth": float(truth[solved.episode.episode_id]),
                "value": found.value,
                "low": found.low,
                "high": found.high,
                "figures": found.figures,
                "counters": len(found.counters),
            }
        )
    return rows


def spoken_of(one: Crisis, cells: pd.DataFrame) -> Spoken:
    """The figures that speak for themselves, and which of the cells each covers."""
    table = one.reconciled.figures
    table = table[table["derived_from"].isna()]
    links = one.reconciled.figure_areas.groupby("figure_id")["area_code"].agg(list)
    inside = np.array([one.world.inside(links[figure]) for figure in table["figure_id"]])
    first = np.array([_number(one) for one in table["start_date"]])
    last = np.array([_number(one) for one in table["end_date"]])
    leaves = np.array(cells["leaves"].to_list())
    start, stop = cells["start"].to_numpy(), cells["stop"].to_numpy()
    covers = ~(~inside.astype(bool) @ leaves.T)
    covers &= (first[:, None] <= start) & (stop <= last[:, None] + 1)
    return Spoken(
        covers=covers,
        exposure=(leaves @ one.world.weight) * (stop - start),
        episode=pd.factorize(cells["episode"])[0],
        persons=table["persons"].to_numpy(dtype=np.float64),
        error=table["error"].to_numpy(dtype=np.float64),
        published=np.array([_number(one) for one in table["published_on"]], dtype=np.float64),
    )


def truth_by_month(happened: World, cells: pd.DataFrame) -> Vector:
    """Persons, cells by months."""
    month = _months(happened)
    return np.array(
        [
            np.bincount(
                month[start:stop],
                happened.persons[leaves, start:stop].sum(axis=0),
                month[-1] + 1,
            )
            for leaves, start, stop in _pieces(cells)
        ]
    )


def _days_by_month(happened: World, cells: pd.DataFrame) -> Vector:
    """How many days of each cell fall into each month."""
    month = _months(happened)
    days = [np.bincount(month[a:b], minlength=month[-1] + 1) for _, a, b in _pieces(cells)]
    return np.array(days, dtype=np.float64)


def _pieces(cells: pd.DataFrame) -> Any:
    return zip(cells["leaves"], cells["start"], cells["stop"], strict=True)


def _months(happened: World) -> NDArray[np.int64]:
    """The month of each day of the crisis, counted from 0."""
    days = [day(number) for number in range(happened.days)]
    return np.array([(d.year - FIRST_DAY.year) * 12 + d.month - FIRST_DAY.month for d in days])


def difference(found: Vector, truth: Vector) -> float:
    """Σ |found − truth| as a share of the truth."""
    return float(np.abs(found - truth).sum() / max(truth.sum(), 1.0))


def _number(one: Any) -> int:
    return int((one - FIRST_DAY).days)
