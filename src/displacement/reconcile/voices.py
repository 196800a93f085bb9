"""Who speaks? From all figures to one voice per counter and count (DESIGN 5.2).

Stands before the scopes: latest revisions, echoes and parts are settled here.
"""

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandera.typing import DataFrame

from displacement.reconcile.leaf_sets import LeafSets, NamedAreas
from displacement_schemas import Figures
from displacement_schemas.vocabulary import STOCKS, AreaRole, Measure, Modality, Tier

ARRIVALS = frozenset({Measure.RETURN, Measure.CROSS_BORDER_RETURN}) | STOCKS
"""Measures whose bare location is where people are, not where they left."""

MANY = 2
"""A sum has at least two parts."""


def known_on(figures: DataFrame[Figures], as_of: date) -> DataFrame[Figures]:
    """The latest revision of every record that the world knew on `as_of`; withdrawn ones go.

    What a figure is declared to repeat follows its record to the revision that was known,
    and is null where none was.
    """
    known = figures[figures["published_on"] <= as_of]
    latest = known.groupby(["source_id", "source_record_id"])["revision"].transform("max")
    known = known[(known["revision"] == latest) & ~known["withdrawn"].astype(bool)]
    if known["derived_from"].notna().any():
        linked = known.assign(derived_from=_known_links(known, figures))
        known = Figures.validate(linked, lazy=True)
    return Figures.in_order(known)


def mark_echoes(figures: DataFrame[Figures], named: NamedAreas) -> DataFrame[Figures]:
    """Fill `derived_from` where a figure repeats another one, whoever printed it.

    An echo has the counter, measure, areas, period and value of an earlier figure, or those
    of the sum of a partition, or of one delivery of the same counter's finer figures. Links
    that a source declares itself stay as they are.
    """
    frame = _comparable(figures, named)
    found = _plain_echoes(frame)
    found |= _echoes_of_partitions(frame[~frame["figure_id"].isin(found)])
    found |= _echoes_of_sums(frame[~frame["figure_id"].isin(found)], named.sets)
    links = figures["derived_from"].to_numpy(dtype=object)
    ids = figures["figure_id"].to_numpy(dtype=object)
    merged = [found.get(key, link) for key, link in zip(ids, links, strict=True)]
    marked = {name: figures[name] for name in figures.columns} | {"derived_from": merged}
    return Figures.build(marked)


def speaking(figures: DataFrame[Figures]) -> DataFrame[Figures]:
    """The figures that are reconciled: accepted, asserted, dated, counted, and no echo."""
    present = set(figures["figure_id"])
    echoes = np.array(
        [
            isinstance(link, str) and any(part in present for part in link.split("|"))
            for link in figures["derived_from"].to_numpy(dtype=object)
        ],
        dtype=bool,
    )
    return Figures.in_order(figures[_can_speak(figures) & ~echoes])


def corrected_totals(figures: DataFrame[Figures], named: NamedAreas) -> set[str]:
    """Running totals that their counter itself took back, by a lower one published later.

    Since the same day, of the same areas, and at least as long: nobody un-flees, so that a
    total whose likely range lies below an earlier one's corrects it. Half of one voice per
    counter (DESIGN 5.2): otherwise a counter would contradict itself.
    """
    frame = _comparable(figures, named)
    alone = frame["partition"].isna() & (frame["counts_of"] == frame["figure_id"])
    frame = frame[alone & ~frame["measure"].isin(STOCKS)]
    since = ["counter", "measure", "side", "leaves", "start_date", "event_id"]
    several = frame[frame.duplicated(since, keep=False)]
    corrected: set[str] = set()
    for _, series in several.groupby(since, dropna=False, sort=False):
        published, until, low, high = (
            series[name].to_numpy()[:, None]
            for name in ("published_on", "end_date", "persons_low", "persons_high")
        )
        takes_back = (published < published.T) & (until <= until.T) & (low > high.T)
        corrected.update(series["figure_id"].to_numpy()[takes_back.any(axis=1)])
    return corrected


def sides(figures: DataFrame[Figures]) -> list[str]:
    """Which end of the movement each figure sees: figures of different ends never meet."""
    measures, roles = (figures[name].to_numpy(dtype=object) for name in ("measure", "area_role"))
    return [side(measure, role) for measure, role in zip(measures, roles, strict=True)]


def side(measure: str, role: str) -> str:
    """The end of the movement that a role (or a published view) of a measure stands for.

    A bare location is where people left for displacement and flight, and where people are
    for returns and stocks.
    """
    if role != AreaRole.LOCATION:
        return role
    return (AreaRole.DESTINATION if measure in ARRIVALS else AreaRole.ORIGIN).value


def _known_links(known: pd.DataFrame, figures: DataFrame[Figures]) -> "pd.Series[str]":
    record = ["source_id", "source_record_id"]
    standing = known[[*record, "figure_id"]].rename(columns={"figure_id": "known_id"})
    revisions = figures[[*record, "figure_id"]].merge(standing, on=record)
    known_id = revisions.set_index("figure_id")["known_id"]
    links = known["derived_from"].dropna().str.split("|").explode()
    links = links.map(known_id).dropna()
    return links.groupby(level=0).agg(lambda ids: "|".join(sorted(set(ids)))).reindex(known.index)


def _comparable(figures: DataFrame[Figures], named: NamedAreas) -> pd.DataFrame:
    """What decides whether two figures are the same count, as plain columns."""
    words = ("figure_id", "source_id", "counter", "measure", "event_id", "published_on")
    days = ("start_date", "end_date")
    frame = pd.DataFrame({name: figures[name].to_numpy(dtype=object) for name in words + days})
    for name in ("persons", "persons_low", "persons_high"):
        frame[name] = figures[name].to_numpy(dtype=np.float64, na_value=np.nan)
    records = figures["source_record_id"].to_numpy(dtype=object)
    frame["delivery"] = pd.Series([record.partition("#")[0] for record in records], dtype=object)
    frame["partition"] = figures["partition_id"].to_numpy(dtype=object)
    # Who is in no partition is alone in its own.
    frame["parts_of"] = frame["partition"].fillna(frame["figure_id"])
    frame["counts_of"] = figures["alternatives_id"].to_numpy(dtype=object)
    frame["counts_of"] = frame["counts_of"].fillna(frame["figure_id"])
    frame["quoted"] = (figures["publisher"] != figures["counter"]).fillna(value=True).to_numpy()
    frame["side"] = sides(figures)
    frame["leaves"] = named.leaf_sets(frame["figure_id"].to_numpy(dtype=object))
    alone = figures["derived_from"].isna().to_numpy()
    return frame[alone & _can_speak(figures) & (frame["leaves"] >= 0)]


def _can_speak(figures: DataFrame[Figures]) -> NDArray[np.bool_]:
    """Accepted, asserted, dated and counted: what a reviewer or nobody decides stays silent."""
    speaks = (
        (figures["tier"] == Tier.ACCEPTED.value)
        & (figures["modality"] == Modality.ASSERTED.value)
        & figures["persons"].notna()
        & figures["start_date"].notna()
    )
    return speaks.to_numpy(dtype=bool)


def _plain_echoes(frame: pd.DataFrame) -> dict[str, str]:
    """Repeats of one figure: the first published speaks, the counter's own print before others."""
    scope = ["counter", "measure", "leaves", "start_date", "end_date", "event_id", "persons"]
    frame = frame[frame.duplicated(scope, keep=False)]
    ranked = frame.sort_values(["published_on", "quoted", "figure_id"])
    same = ["figure_id", "delivery", "parts_of", "counts_of"]
    first = ranked.groupby(scope, dropna=False)[same].transform("first")
    # Two equal rows of one delivery or partition are two reports, not an echo; of alternatives
    # the preferred one speaks, and it may be the one that was read last.
    repeats = (ranked[same] != first).all(axis="columns")
    return dict(zip(ranked["figure_id"][repeats], first["figure_id"][repeats], strict=True))


def _echoes_of_partitions(frame: pd.DataFrame) -> dict[str, str]:
    """Repeats of a total: the parts of one scope of a partition add up to the figure.

    Only a figure outside of all partitions can be one, so that no two repeat each other.
    """
    scope = ["counter", "measure", "side", "leaves", "start_date", "end_date"]
    parts = frame[frame["partition"].notna()]
    own = ["source_id", "partition", "event_id", *scope]
    number = parts.groupby(own, dropna=False, sort=False).ngroup().rename("number")
    numbers = ["persons", "persons_low", "persons_high"]
    first = parts.groupby(number)[[*own, "delivery"]].first()
    totals = first.join(parts.groupby(number)[numbers].sum()).reset_index()
    pairs = frame[frame["partition"].isna()].merge(totals, on=scope, suffixes=("", "_total"))
    within = pairs["persons"].between(pairs["persons_low_total"], pairs["persons_high_total"])
    holding = pairs["persons_total"].between(pairs["persons_low"], pairs["persons_high"])
    same_event = pairs["event_id"].isna() | (pairs["event_id"] == pairs["event_id_total"])
    pairs = pairs[(within | holding) & same_event & (pairs["delivery"] != pairs["delivery_total"])]
    pairs = pairs.sort_values(["figure_id", "source_id_total", "partition_total"])
    pairs = pairs.drop_duplicates("figure_id")
    repeated = parts[number.isin(pairs["number"])].sort_values("figure_id")
    joined = repeated.groupby(number)["figure_id"].agg("|".join)
    return dict(zip(pairs["figure_id"], pairs["number"].map(joined), strict=True))


def _echoes_of_sums(frame: pd.DataFrame, sets: LeafSets) -> dict[str, str]:
    """Repeats of a total: one delivery's figures of the same counter add up to the figure."""
    found: dict[str, str] = {}
    flows = frame[~frame["measure"].isin(STOCKS)]
    for _, parts in flows.groupby(["source_id", "delivery", "counter", "measure"]):
        if len(parts) < MANY:
            continue
        total = float(parts["persons"].sum())
        one = parts.iloc[0]
        candidates = flows[
            (flows["counter"] == one["counter"])
            & (flows["measure"] == one["measure"])
            & (flows["delivery"] != one["delivery"])
            & (flows["start_date"] == parts["start_date"].min())
            & (flows["end_date"] == parts["end_date"].max())
            & flows["persons_low"].le(total)
            & flows["persons_high"].ge(total)
        ]
        within = {leaf for own in parts["leaves"].unique() for leaf in sets[own]}
        for figure, own in zip(candidates["figure_id"], candidates["leaves"], strict=True):
            if within.issubset(sets[own]):
                found[figure] = "|".join(sorted(parts["figure_id"]))
    return found
