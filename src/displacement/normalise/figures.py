"""How does a record become a figure? Counters, areas, households and likely ranges worked out.

Between the records that the store keeps, as reported, and the reconciliation. Derived values
are made anew for every publication, so that a better reference table never touches a record.
"""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, repeat
from typing import Any

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from displacement.normalise.aliases import Alias, DecidedNames, decided_names
from displacement.normalise.counters import Counters
from displacement.normalise.households import household_sizes_for
from displacement.normalise.known_areas import described_areas, known_areas, old_codes
from displacement.normalise.places import Gazetteer, Match
from displacement.normalise.ranges import likely_ranges
from displacement.normalise.world import World
from displacement.sources.source import Declaration, Rejection
from displacement_schemas import (
    Areas,
    DescribedAreas,
    FigureAreas,
    Figures,
    HouseholdSizes,
    OldCodes,
    Records,
)
from displacement_schemas.vocabulary import Role, Tier, Unit

TRIANGULATION_FACTOR = 2.0
"""A figure that its own source calls a cross-check is trusted half as much (DESIGN 5.1)."""
LARGEST_ERROR = 0.95


@dataclass(frozen=True)
class Reference:
    """What the world is known to be: areas, described places, household sizes, counters."""

    areas: DataFrame[Areas]
    described: DataFrame[DescribedAreas]
    household_sizes: DataFrame[HouseholdSizes]
    counters: Counters
    sources: dict[str, Declaration]
    world: DataFrame[Areas] = field(default_factory=Areas.empty)
    """The areas of all countries that `areas` does not describe."""
    old_codes: DataFrame[OldCodes] = field(default_factory=OldCodes.empty)
    """Codes out of force, and what became of them."""
    aliases: tuple[Alias, ...] = ()
    """What reviewers decided about names of areas."""

    @cached_property
    def decided(self) -> DecidedNames:
        """The areas of the names that reviewers decided about."""
        return decided_names(self.aliases, chain(known_areas(self.areas), known_areas(self.world)))

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """The areas and described places, ready to match names against."""
        return Gazetteer(
            known_areas(self.areas),
            described_areas(self.described),
            World(known_areas(self.world), old_codes(self.old_codes)),
            old_codes(self.old_codes),
            self.decided.areas,
        )

    def areas_around(self, links: DataFrame[FigureAreas]) -> DataFrame[Areas]:
        """The areas at home, and those of the countries that figures speak of elsewhere.

        A country is given down to the finest level that its figures name, so that a table of
        many countries stays small and no area of a level stands without its siblings.
        """
        asked = links[["code_system", "area_code"]].drop_duplicates()
        named = self.world.merge(asked, on=["code_system", "area_code"])
        finest = named.groupby("country")["admin_level"].max()
        depth = self.world["country"].map(finest.to_dict()).astype("Float64")
        abroad = self.world[(self.world["admin_level"] <= depth).fillna(value=False)]
        return Areas.in_order(Areas.joined([self.areas, abroad]))


@dataclass(frozen=True)
class Normalised:
    """Figures with their areas, and the records whose area nobody knows."""

    figures: DataFrame[Figures]
    figure_areas: DataFrame[FigureAreas]
    rejections: dict[str, Rejection]
    """By figure_id."""


def figures_from(
    records: DataFrame[Records],
    reference: Reference,
    corrections: dict[str, str] | None = None,
    *,
    keep_unplaced: bool = False,
) -> Normalised:
    """Work out every record; `corrections` says by figure_id what an analyst changed.

    A record with an area that cannot be matched becomes a rejection with the best
    candidates, and no figure; `keep_unplaced` keeps it as a figure that waits for review.
    """
    ids = figure_ids(records)
    matched, placed = _placed(records, reference)
    unknown = _unknown(records, matched, placed)
    links = _links(ids, matched, placed)
    wanted = placed | keep_unplaced
    kept = records[wanted].reset_index(drop=True)
    kept_ids = [ids[n] for n in np.flatnonzero(wanted)]
    columns: dict[str, Any] = {name: kept[name] for name in _UNCHANGED}
    columns |= _persons(kept, _first_codes(matched, wanted), reference, links)
    columns |= {
        "figure_id": kept_ids,
        "counter": _by_distinct(
            kept["counter"], lambda name: reference.counters.identify(name).name
        ),
        "derived_from": _declared_origin(kept, kept_ids),
        "error": _errors(kept, reference),
        "enumerators": _enumerators(kept),
        "correction": [(corrections or {}).get(figure) for figure in kept_ids],
    }
    columns["tier"] = _tiers(kept, np.isnan(columns["persons"]) | ~placed[wanted])
    figures = Figures.in_order(Figures.build(columns))
    return Normalised(
        figures,
        FigureAreas.in_order(links),
        {ids[n]: rejection for n, rejection in unknown.items()},
    )


def unplaced(records: DataFrame[Records], reference: Reference) -> dict[int, Rejection]:
    """The records whose area nobody knows, by position, each as a rejection with candidates."""
    return _unknown(records, *_placed(records, reference))


def figure_ids(records: DataFrame[Records]) -> list[str]:
    """The same source record and revision give the same id on every machine."""
    keys = zip(records["source_id"], records["source_record_id"], records["revision"], strict=True)
    return [
        hashlib.sha256(f"{source}\x1f{record}\x1f{revision}".encode()).hexdigest()[:16]
        for source, record, revision in keys
    ]


_UNCHANGED = (
    *("source_id", "source_record_id", "revision", "withdrawn", "publisher", "partition_id"),
    *("alternatives_id", "preference"),
    *("measure", "term", "cause", "role", "modality", "unit", "quantifier", "stated"),
    *("stated_high", "start_date", "end_date", "date_precision", "event_id", "area_text"),
    *("area_role", "published_on", "recorded_at", "quote", "url", "landing_sha256", "rule_id"),
)


def _placed(
    records: DataFrame[Records], reference: Reference
) -> tuple[list[list[Match]], "np.ndarray[Any, np.dtype[np.bool_]]"]:
    """What the areas of each record mean, and whether all of them are known."""
    matched = [_matches(*row, reference.gazetteer) for row in _area_columns(records)]
    placed = [all(match.codes for match in row) and bool(row) for row in matched]
    return matched, np.array(placed, dtype=bool)


def _unknown(
    records: DataFrame[Records], matched: list[list[Match]], placed: Any
) -> dict[int, Rejection]:
    return {int(n): _unknown_area(records.iloc[n], matched[n]) for n in np.flatnonzero(~placed)}


def _area_columns(records: DataFrame[Records]) -> list[tuple[Any, Any]]:
    """Codes and names; a code without a name beside it is held against the area as reported."""
    alone = records["area_names"].isna() & records["area_codes"].notna()
    names = records["area_names"].where(~alone, records["area_text"])
    return list(zip(records["area_codes"], names, strict=True))


def _matches(codes: object, names: object, gazetteer: Gazetteer) -> list[Match]:
    """Codes decide where they are given, each against the name beside it; else the names do."""
    texts = _parts(names)
    if not isinstance(codes, str):
        return [gazetteer.match(text) for text in texts]
    given = _parts(codes)
    beside = texts if len(texts) == len(given) else repeat(None)
    return [gazetteer.match_code(code, text) for code, text in zip(given, beside, strict=False)]


def _parts(listed: object) -> list[str]:
    parts = listed.split("|") if isinstance(listed, str) else []
    return [part.strip() for part in parts if part.strip()]


def _links(ids: list[str], matched: list[list[Match]], placed: Any) -> DataFrame[FigureAreas]:
    rows: dict[tuple[str, str, str], tuple[str, float]] = {}
    for n in np.flatnonzero(placed):
        for match in matched[n]:
            for system, code in match.codes:
                how = (match.method.value if match.method else "", match.score or 0.0)
                rows.setdefault((ids[n], system, code), how)
    return FigureAreas.from_rows(
        [
            {
                "figure_id": figure,
                "area_code": code,
                "code_system": system,
                "match_method": method,
                "match_score": score,
            }
            for (figure, system, code), (method, score) in rows.items()
        ]
    )


def _first_codes(matched: list[list[Match]], wanted: Any) -> "pd.Series[str]":
    """One area per figure, for its household size; null where none is known."""
    codes = [[code for match in row for _, code in match.codes] for row in matched]
    return pd.Series([next(iter(codes[n]), None) for n in np.flatnonzero(wanted)], dtype="string")


def _persons(
    kept: DataFrame[Records],
    codes: "pd.Series[str]",
    reference: Reference,
    links: DataFrame[FigureAreas],
) -> dict[str, Any]:
    """Central value and likely range in persons; households by a documented size."""
    ranges = likely_ranges(
        kept["stated"].to_numpy(dtype=np.float64, na_value=np.nan),
        kept["stated_high"].to_numpy(dtype=np.float64, na_value=np.nan),
        kept["quantifier"],
        kept["in_words"].to_numpy(dtype=bool),
    )
    households = (kept["unit"] == Unit.HOUSEHOLD.value).to_numpy(dtype=bool)
    years = pd.Series(kept["end_date"].to_numpy(dtype="datetime64[Y]").astype(int) + 1970)
    asked = codes.where(households)
    areas = reference.areas_around(links) if households.any() else reference.areas
    sizes = household_sizes_for(asked, years, reference.household_sizes, areas)
    columns: dict[str, Any] = {name: sizes[name] for name in sizes.columns}
    for name, value, size in (
        ("persons", "value", "household_size"),
        ("persons_low", "low", "household_size_low"),
        ("persons_high", "high", "household_size_high"),
    ):
        stated = ranges[value].to_numpy()
        derived = np.floor(stated * sizes[size].to_numpy(dtype=np.float64, na_value=np.nan) + 0.5)
        columns[name] = np.where(households, derived, stated)
    return columns


def _errors(kept: DataFrame[Records], reference: Reference) -> "np.ndarray[Any, Any]":
    """The figure's own error, else its counter's; doubled for triangulation."""
    usual = [
        reference.counters.error(counter, _source_error(reference, source))
        for counter, source in zip(kept["counter"], kept["source_id"], strict=True)
    ]
    cross_check = (kept["role"] == Role.TRIANGULATION.value).fillna(value=False).to_numpy(bool)
    doubled = np.where(cross_check, TRIANGULATION_FACTOR, 1.0) * np.array(usual, dtype=np.float64)
    own = kept["error"].to_numpy(dtype=np.float64, na_value=np.nan)
    return np.minimum(np.where(np.isnan(own), doubled, own), LARGEST_ERROR)


def _enumerators(kept: DataFrame[Records]) -> "pd.Series[int]":
    """How many different people counted the standing records of one source, scope and days."""
    scope = [kept[name].astype("string").fillna("") for name in _SCOPE]
    latest = kept.groupby(["source_id", "source_record_id"])["revision"].transform("max")
    stands = (kept["revision"] == latest) & ~kept["withdrawn"]
    told = kept["enumerator"].where(stands.astype(bool))
    count = told.groupby(scope).transform("nunique").astype("Int64")
    return count.where(count > 0)


_SCOPE = (
    *("source_id", "partition_id", "measure", "area_codes", "area_names", "area_role"),
    *("start_date", "end_date", "event_id"),
)


def _source_error(reference: Reference, source_id: str) -> float | None:
    declared = reference.sources.get(source_id)
    return declared.error if declared else None


def _tiers(kept: DataFrame[Records], unknown: "np.ndarray[Any, Any]") -> list[str]:
    """Without persons or areas there is nothing to reconcile: a reviewer has to look."""
    return [
        Tier.REVIEW.value if no else tier for no, tier in zip(unknown, kept["tier"], strict=True)
    ]


def _declared_origin(kept: DataFrame[Records], ids: list[str]) -> list[str | None]:
    """The figure_ids of what the source itself says each figure repeats, joined by |.

    A link names a record or a partition (then all its parts) of any source; where several
    sources use the name, its own is meant. A record stands with its latest revision that
    was not withdrawn.
    """
    links = _declared_links(kept)
    if links.empty:
        return [None] * len(kept)
    found = links.merge(_origins(kept, ids, links["name"]), on="name")
    own = found["source_id"] == found["origin_source"]
    of_own = own.groupby([found["position"], found["name"]]).transform("any")
    itself = own & (found["record"] == found["origin_record"])
    found = found[(own | ~of_own) & ~itself].drop_duplicates(["position", "figure_id"])
    joined: dict[int, str] = {}
    ordered = found.sort_values(["position", "figure_id"])
    for position, figure in zip(ordered["position"], ordered["figure_id"], strict=True):
        joined[position] = f"{joined[position]}|{figure}" if position in joined else figure
    return [joined.get(position) for position in range(len(kept))]


def _declared_links(kept: DataFrame[Records]) -> pd.DataFrame:
    """One row per figure and name that it is linked to."""
    frame = pd.DataFrame(
        {
            "position": np.arange(len(kept)),
            "source_id": kept["source_id"].to_numpy(dtype=object),
            "record": kept["source_record_id"].to_numpy(dtype=object),
            "name": kept["derived_from_record"].to_numpy(dtype=object),
        }
    )
    frame = frame[frame["name"].notna()]
    frame["name"] = frame["name"].str.split("|")
    frame = frame.explode("name")
    frame["name"] = frame["name"].str.strip()
    return frame


def _origins(kept: DataFrame[Records], ids: list[str], names: "pd.Series[str]") -> pd.DataFrame:
    """What the links name: records that ever stood, and parts by their partition."""
    frame = pd.DataFrame(
        {
            "origin_source": kept["source_id"].to_numpy(dtype=object),
            "origin_record": kept["source_record_id"].to_numpy(dtype=object),
            "partition": kept["partition_id"].to_numpy(dtype=object),
            "revision": kept["revision"].to_numpy(dtype=np.int64),
            "figure_id": ids,
        }
    )
    frame = frame[~kept["withdrawn"].to_numpy(dtype=bool)].sort_values("revision")
    frame = frame.drop_duplicates(["origin_source", "origin_record"], keep="last")
    named = [frame.assign(name=frame[of]) for of in ("origin_record", "partition")]
    return pd.concat([one[one["name"].isin(names)] for one in named])


def _by_distinct(column: "pd.Series[str]", work: Any) -> list[str]:
    known = {text: work(text) for text in column.unique()}
    return [known[text] for text in column]


def _unknown_area(record: "pd.Series[Any]", matches: list[Match]) -> Rejection:
    column = "areas" if isinstance(record["area_codes"], str) else "area_text"
    row = None if pd.isna(record["row"]) else int(record["row"])
    where = _where(record, row, column)
    unmatched = next((match for match in matches if not match.codes), None)
    if unmatched is None:
        reason = f"{where}: the figure names no area: “{record['quote']}”"
        return Rejection("figures", record["file"], "no_area", reason, row, column)
    best = ", ".join(f"{c.name} ({c.code})" for c in unmatched.candidates)
    hint = f"; nearest are {best}" if best and best not in unmatched.reason else ""
    return Rejection(
        schema="figures",
        file=record["file"],
        check="unknown_area",
        reason=f"{where}: unknown area, {unmatched.reason}{hint}",
        row=row,
        column=column,
        value=unmatched.name,
    )


def _where(record: "pd.Series[Any]", row: int | None, column: str) -> str:
    """File, sheet, row and column, as far as the record has them."""
    sheet, inside, _ = record["source_record_id"].partition("#")[2].partition("!")
    if row is None:
        return str(record["file"])
    if inside:
        return f"{record['file']}, sheet {sheet}, row {row}"
    return f"{record['file']}, row {row}, column {column!r}"
