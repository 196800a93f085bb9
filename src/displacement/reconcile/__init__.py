"""Reconciles figures that overlap: frames in, frames out, no IO at all (DESIGN 5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from displacement.reconcile import tables
from displacement.reconcile.alternatives import preferred_flows, preferred_stocks
from displacement.reconcile.area_tree import AreaTree
from displacement.reconcile.episodes import episodes_of
from displacement.reconcile.leaf_sets import NamedAreas, keys_of
from displacement.reconcile.parts import parts_apart
from displacement.reconcile.scopes import Voices, by_measure_and_view, day_number, voices_of
from displacement.reconcile.solutions import Solutions, solve_all
from displacement.reconcile.solved import Solved
from displacement.reconcile.stocks import Standing, carried, standings, stocks_by_day
from displacement.reconcile.voices import (
    corrected_totals,
    known_on,
    mark_echoes,
    speaking,
)
from displacement_schemas import (
    Areas,
    Conflicts,
    Contributions,
    Coverage,
    Estimates,
    EstimatesDaily,
    EstimatesMonthly,
    FigureAreas,
    Figures,
    Stocks,
    Table,
)
from displacement_schemas.vocabulary import STOCKS, Role

STOCK_EXPIRY_DAYS = 180
"""How long a stock is carried where its source declares nothing."""

__all__ = ["STOCK_EXPIRY_DAYS", "Reconciliation", "reconcile"]


@dataclass(frozen=True)
class Reconciliation:
    """The reconciled tables, and the solved episodes that answer any further question."""

    figures: DataFrame[Figures]
    """All figures known on the as-of date, echoes and silent alternatives marked."""
    figure_areas: DataFrame[FigureAreas]
    estimates: DataFrame[Estimates]
    estimates_daily: DataFrame[EstimatesDaily]
    estimates_monthly: DataFrame[EstimatesMonthly]
    stocks: DataFrame[Stocks]
    contributions: DataFrame[Contributions]
    conflicts: DataFrame[Conflicts]
    coverage: DataFrame[Coverage]
    as_of: date
    tree: AreaTree
    flows: dict[tuple[str, str], Solutions]
    """Solved episodes of flows, by measure and view."""
    standing: dict[tuple[str, str], list[Standing]]
    """Solved stocks, by measure and view, country by country in order of time."""


def reconcile(
    figures: pd.DataFrame,
    figure_areas: pd.DataFrame,
    areas: pd.DataFrame,
    *,
    as_of: date | None = None,
    stock_expiry_days: Mapping[str, int] | None = None,
) -> Reconciliation:
    """Reconcile all figures that were known on `as_of` (by default the latest publication).

    The frames follow the contracts `Figures`, `FigureAreas` and `Areas`; `stock_expiry_days`
    is by source_id. Areas that `areas` does not hold are taken as areas of their own.
    """
    known, links = _contract(Figures, figures), _contract(FigureAreas, figure_areas)
    as_of = tables.as_of_or_latest(as_of, known["published_on"])
    known = known_on(known, as_of)
    links = FigureAreas.in_order(links[links["figure_id"].isin(known["figure_id"])])
    tree = AreaTree.build(_contract(Areas, areas), keys_of(links))
    named = NamedAreas.of(links, tree)
    known = mark_echoes(known, named)
    heard = speaking(known)
    silent = corrected_totals(heard, named)
    heard = Figures.in_order(heard[~heard["figure_id"].isin(silent)])
    voices = voices_of(heard, named)
    expiry = dict.fromkeys(voices.source_id, STOCK_EXPIRY_DAYS) | dict(stock_expiry_days or {})
    flows: dict[tuple[str, str], Solutions] = {}
    standing: dict[tuple[str, str], list[Standing]] = {}
    everything: list[Solutions] = []
    covering = [voices.take(np.zeros(0, dtype=np.int64))]
    for measure, view, group in by_measure_and_view(voices):
        if measure in STOCKS:
            able = Voices.of(carried(group, expiry, day_number(as_of) + 1), group.sets)
            speaking_here = preferred_stocks(able)
            standing[measure, view] = standings(parts_apart(speaking_here), tree)
            everything.append(Solutions.of(_once(standing[measure, view])))
        else:
            able, speaking_here = group, preferred_flows(group)
            flows[measure, view] = solve_all(episodes_of(parts_apart(speaking_here), tree))
            everything.append(flows[measure, view])
        covering.append(speaking_here)
        silent |= set(able.figure_ids) - set(speaking_here.figure_ids)
    by_group = [(measure, view, solved) for (measure, view), solved in flows.items()]
    by_day = [(measure, view, stocks_by_day(s, tree)) for (measure, view), s in standing.items()]
    daily, monthly = tables.by_day_and_month(by_group, tree, as_of)
    return Reconciliation(
        figures=_silenced(known, silent),
        figure_areas=links,
        estimates=tables.estimates([*flows.values()], tree, as_of),
        estimates_daily=daily,
        estimates_monthly=monthly,
        stocks=tables.stocks(by_day, tree, as_of),
        contributions=tables.contributions(everything),
        conflicts=tables.conflicts(everything),
        coverage=tables.coverage(Voices.joined(covering)),
        as_of=as_of,
        tree=tree,
        flows=flows,
        standing=standing,
    )


def _once(standing: list[Standing]) -> list[Solved]:
    """A stock episode that lives on unchanged is one episode."""
    return list({s.episode.episode_id: s for one in standing for s in one.solved}.values())


def _silenced(figures: DataFrame[Figures], silent: set[str]) -> DataFrame[Figures]:
    """Figures as triangulation that better alternatives or their counter's correction silence."""
    if not silent:
        return Figures.in_order(figures)
    quiet = figures["figure_id"].isin(silent)
    roles = figures["role"].where(~quiet, Role.TRIANGULATION.value)
    return Figures.in_order(Figures.validate(figures.assign(role=roles), lazy=True))


def _contract(model: type[Table], frame: pd.DataFrame) -> Any:
    """The frame in its contract's exact types, whoever read it from wherever."""
    arrow = all(isinstance(kind, pd.ArrowDtype) for kind in frame.dtypes)
    complete = list(frame.columns) == model.arrow_schema().names
    return (
        model.validate(frame, lazy=True)
        if arrow and complete
        else model.build({str(name): frame[name] for name in frame.columns})
    )
