"""Which voices can be worked on apart from all others? Shares of the world, by countries.

What one share comes to depends on no other: they may be worked on anywhere, and are joined to
the same bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import numpy as np

from displacement.reconcile import tables
from displacement.reconcile.alternatives import preferred_flows, preferred_stocks
from displacement.reconcile.area_tree import AreaTree
from displacement.reconcile.columns import Numbers, of_texts
from displacement.reconcile.countries import countries_of
from displacement.reconcile.episodes import episodes_of
from displacement.reconcile.meetings import components
from displacement.reconcile.parts import parts_apart
from displacement.reconcile.scopes import Voices, by_measure_and_view, day_number
from displacement.reconcile.solutions import Solutions, solve_all
from displacement.reconcile.solved import Solved
from displacement.reconcile.stocks import Standing, carried, standings, stocks_by_day
from displacement_schemas import (
    Conflicts,
    Contributions,
    Coverage,
    Estimates,
    EstimatesDaily,
    EstimatesMonthly,
    Stocks,
)
from displacement_schemas.vocabulary import STOCKS

About = tuple[str, str]
"""Measure and view."""

TABLES = (
    *(Estimates, EstimatesDaily, EstimatesMonthly, Stocks),
    *(Contributions, Conflicts, Coverage),
)


@dataclass(frozen=True)
class Share:
    """The voices of some countries, and what it takes to reconcile them."""

    voices: Voices
    tree: AreaTree
    as_of: date
    expiry: Mapping[str, int]
    """Days for which stocks are carried, by source."""


@dataclass(frozen=True)
class Done:
    """What the voices of some countries come to."""

    tables: Mapping[str, Any]
    """Frames that keep the contracts of `TABLES`, by their names."""
    flows: dict[About, Solutions]
    standing: dict[About, list[Standing]]
    silent: frozenset[str]
    """Figures that better alternatives silence."""


def shares_of(whole: Share, count: int) -> list[Share]:
    """Cut by countries into so many shares of like size at most; voices that meet stay together."""
    country, names = countries_of(whole.voices, whole.tree)
    country = _bound_together(whole.voices, country, len(names))
    sizes = np.bincount(country, minlength=len(names))
    taken, share_of = np.zeros(min(max(count, 1), max(len(names), 1))), np.zeros_like(sizes)
    for number in np.argsort(-sizes, kind="stable").tolist():
        share_of[number] = int(np.argmin(taken))
        taken[share_of[number]] += sizes[number]
    rows = [np.flatnonzero(share_of[country] == one) for one in range(len(taken))]
    return [
        Share(whole.voices.take(own), whole.tree, whole.as_of, whole.expiry)
        for own in rows
        if len(own)
    ] or [whole]


def _bound_together(voices: Voices, country: Numbers, count: int) -> Numbers:
    """The first of the countries that share a partition, or alternatives, with each voice's.

    A round of alternatives ends the one before it in every country (see `carried`).
    """
    pairs = []
    for names in (voices.alternatives, voices.partition):
        group = of_texts(names)
        rows = np.flatnonzero(group >= 0)
        first = np.unique(group[rows], return_index=True)[1]
        pairs.append((country[rows][first[group[rows]]], country[rows]))
    one, other = np.concatenate(pairs, axis=1)
    return np.asarray(components(count, one, other)[country])


def done(share: Share) -> Done:
    """Reconcile the voices of a share."""
    tree, voices = share.tree, share.voices
    flows: dict[About, Solutions] = {}
    standing: dict[About, list[Standing]] = {}
    everything: list[Solutions] = []
    covering = [voices.take(np.zeros(0, dtype=np.int64))]
    silent: set[str] = set()
    for measure, view, group in by_measure_and_view(voices):
        if measure in STOCKS:
            live = carried(group, share.expiry, day_number(share.as_of) + 1)
            able = Voices.of(live, group.sets)
            speaking_here = preferred_stocks(able)
            standing[measure, view] = standings(parts_apart(speaking_here), tree)
            everything.append(Solutions.of(_once(standing[measure, view])))
        else:
            able, speaking_here = group, preferred_flows(group)
            flows[measure, view] = solve_all(episodes_of(parts_apart(speaking_here), tree))
            everything.append(flows[measure, view])
        covering.append(speaking_here)
        silent |= set(able.figure_ids) - set(speaking_here.figure_ids)
    by_day = [(about, stocks_by_day(pieces, tree)) for about, pieces in standing.items()]
    daily, monthly = tables.by_day_and_month(flows, tree, share.as_of)
    made = (
        tables.estimates([*flows.values()], tree, share.as_of),
        *(daily, monthly),
        tables.stocks(by_day, tree, share.as_of),
        tables.contributions(everything),
        tables.conflicts(everything),
        tables.coverage(Voices.joined(covering)),
    )
    named = {model.table_name(): table for model, table in zip(TABLES, made, strict=True)}
    return Done(named, flows, standing, frozenset(silent))


def joined(several: Sequence[Done]) -> Done:
    """What shares come to together: as if they had been one."""
    if len(several) == 1:
        return several[0]
    tables_of = {model: [one.tables[model.table_name()] for one in several] for model in TABLES}
    flows = _by_about(one.flows for one in several)
    standing = _by_about(one.standing for one in several)
    return Done(
        {
            model.table_name(): model.in_order(model.joined(frames))
            for model, frames in tables_of.items()
        },
        {about: Solutions.joined(found) for about, found in flows.items()},
        {
            about: sorted((piece for own in found for piece in own), key=lambda one: one.country)
            for about, found in standing.items()
        },
        frozenset().union(*(one.silent for one in several)),
    )


Found = TypeVar("Found")


def _by_about(several: Iterable[Mapping[About, Found]]) -> dict[About, list[Found]]:
    """What all shares have of each measure and view, in order of these."""
    whole = [(about, found) for one in several for about, found in one.items()]
    return {about: [f for own, f in whole if own == about] for about in sorted(dict(whole))}


def _once(standing: list[Standing]) -> list[Solved]:
    """A stock episode that lives on unchanged is one episode."""
    return list({s.episode.episode_id: s for one in standing for s in one.solved}.values())
