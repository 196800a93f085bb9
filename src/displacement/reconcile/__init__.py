"""Reconciles figures that overlap: frames in, frames out, no IO at all (DESIGN 5)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from pandera.typing import DataFrame

from displacement.reconcile import tables
from displacement.reconcile.area_tree import AreaTree
from displacement.reconcile.leaf_sets import NamedAreas, keys_of
from displacement.reconcile.scopes import voices_of
from displacement.reconcile.shares import Done, Share, done, joined, shares_of
from displacement.reconcile.solutions import Solutions
from displacement.reconcile.stocks import Standing
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
from displacement_schemas.vocabulary import Role

STOCK_EXPIRY_DAYS = 180
"""How long a stock is carried where its source declares nothing."""

Mapped = Callable[[Callable[[Share], Done], Sequence[Share]], Iterable[Done]]
"""Works on shares, one after another or all at once, and gives what each comes to in order."""

__all__ = ["STOCK_EXPIRY_DAYS", "Mapped", "Reconciliation", "reconcile"]


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
    shares: int = 1,
    mapped: Mapped = map,
) -> Reconciliation:
    """Reconcile all figures that were known on `as_of` (by default the latest publication).

    The frames follow the contracts `Figures`, `FigureAreas` and `Areas`; `stock_expiry_days`
    is by source_id. Areas that `areas` does not hold are taken as areas of their own. The
    countries may be cut into several `shares`, which `mapped` works on wherever it likes: the
    result is the same to the byte.
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
    whole = Share(voices, tree, as_of, expiry)
    found = joined([*mapped(done, shares_of(whole, shares))])
    return Reconciliation(
        figures=_silenced(known, silent | found.silent),
        figure_areas=links,
        **found.tables,
        as_of=as_of,
        tree=tree,
        flows=found.flows,
        standing=found.standing,
    )


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
