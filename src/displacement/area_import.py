"""How does a table of areas that a user has come into the store? Read, judged, merged, written.

A country whose areas do not nest is refused whole, with every reason; others of the same file are
taken. Nothing is written where nothing changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from pandera.typing import DataFrame

from displacement.normalise.area_tables.nesting import gather, refusals
from displacement.normalise.area_tables.reading import Count, Delivered, read_area_table
from displacement.normalise.area_tables.residents import Residents, residents_of
from displacement.normalise.area_tables.vintages import Vintage, merge, rows_of
from displacement.store.lock import only_writer
from displacement.store.own_areas import (
    OwnAreas,
    load_all_areas,
    renewed_populations,
    save_own_areas,
)
from displacement_schemas import Areas, OldCodes, Populations


@dataclass(frozen=True)
class Imported:
    """What an import came to."""

    countries: dict[str, int]
    """Areas taken, by country."""
    residents: int
    """Areas and years whose residents were taken from the file."""
    notes: list[str]
    refused: list[str]
    """Why some of the file was not taken."""
    written: list[Path]


class UnknownCountryError(ValueError):
    """A country is named that nobody knows."""


def import_areas(
    path: Path,
    *,
    folder: Path,
    store: Path,
    country: str | None = None,
    valid_from: date | None = None,
    trusted: bool = False,
    dry_run: bool = False,
) -> Imported:
    """Import a table of areas or of residents into the store.

    Args:
        path: a csv or xlsx file: COD-AB, COD-PS or HDX global P-codes.
        folder: the reference tables of the program.
        store: the store that keeps what is imported.
        country: code or name of the country that every row is of.
        valid_from: the vintage of the list, where its rows do not say it.
        trusted: whether parents are taken as given against what codes begin with.
        dry_run: whether to say what would be, and write nothing.

    Raises UnreadableError, UnknownCountryError, OSError and ReferenceTableError.
    """
    areas = load_all_areas(folder, store)
    known, own = areas.known, areas.own
    names = _countries(known)
    told = names.get(country.strip().upper()) if country else None
    if country and told is None:
        raise UnknownCountryError(f"there is no country {country!r}: give its ISO code or name")
    delivered = read_area_table(path.read_bytes(), path.name, told, names)
    given = gather(delivered.rows)
    refused = [*delivered.problems, *delivered.loose.get("", [])]
    vintages: dict[str, Vintage] = {}
    here = _records(known[known["country"].isin(list(given))])
    for code in sorted(given.keys() | delivered.loose.keys() - {""}):
        wrong = delivered.loose.get(code, [])
        if code in given:
            wrong = [*wrong, *refusals(given[code], _levels(here[code]), trusted=trusted)]
        if wrong:
            refused += [*wrong, f"{code}: the areas do not nest, so that none of them was taken."]
            continue
        rows = here[code]
        old = rows_of(own.old_codes[own.old_codes["country"] == code])
        vintages[code] = merge(rows, old, given[code], valid_from, f"imported from {path.name}")
    merged = _with_vintages(own, vintages)
    counted = _counted(delivered.counts, known, own.old_codes)
    merged = _with_residents(merged, counted, known, path.name)
    refused += counted.problems
    written = []
    if not dry_run:
        with only_writer(store):
            written = save_own_areas(store, merged)
    return Imported(
        countries={code: len(given[code].areas) for code in vintages},
        residents=len(counted.persons) - len(counted.summed),
        notes=_notes(delivered, vintages),
        refused=list(dict.fromkeys(refused)),
        written=written,
    )


def _countries(areas: DataFrame[Areas]) -> dict[str, str]:
    """Alpha-3 codes by every code and name of a country, in capitals."""
    top = areas[areas["admin_level"] == 0]
    columns = (
        top[name].fillna("").to_list() for name in ("country", "area_code", "name", "aliases")
    )
    return {
        spelling.strip().upper(): iso3
        for iso3, code, name, aliases in zip(*columns, strict=True)
        for spelling in (*aliases.split("|"), name, code, iso3)
        if spelling.strip()
    }


def _records(areas: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows_of(areas):
        groups.setdefault(row["country"], []).append(row)
    return groups


def _levels(rows: list[dict[str, Any]]) -> dict[str, tuple[int, str | None]]:
    return {row["area_code"]: (row["admin_level"], row["parent_code"]) for row in rows}


def _with_vintages(own: OwnAreas, vintages: Mapping[str, Vintage]) -> OwnAreas:
    if not vintages:
        return own
    areas = [row for one in vintages.values() for row in one.areas]
    old = [row for one in vintages.values() for row in one.old]
    return replace(
        own,
        areas=_renewed(Areas, own.areas, areas, list(vintages)),
        old_codes=_renewed(OldCodes, own.old_codes, old, list(vintages)),
    )


def _renewed(
    model: type[Any], frame: pd.DataFrame, rows: list[dict[str, Any]], countries: list[str]
) -> Any:
    others = frame[~frame["country"].isin(countries)]
    fresh = model.from_rows(rows)
    return model.in_order(pd.concat([others, fresh], ignore_index=True)) if rows else others


def _counted(counts: list[Count], areas: DataFrame[Areas], old: DataFrame[OldCodes]) -> Residents:
    if not counts:
        return Residents({}, frozenset(), [])
    parents = dict(
        zip(areas["area_code"], areas["parent_code"].fillna("").replace("", None), strict=True)
    )
    same = old[
        (old["match_method"] == "code") & ~old["successor_codes"].str.contains("|", regex=False)
    ]
    successors = dict(zip(same["area_code"], same["successor_codes"], strict=True))
    known = {code: parent if isinstance(parent, str) else None for code, parent in parents.items()}
    return residents_of(counts, known, successors)


def _with_residents(
    own: OwnAreas, counted: Residents, areas: DataFrame[Areas], file: str
) -> OwnAreas:
    if not counted.persons:
        return own
    systems = dict(zip(areas["area_code"], areas["code_system"], strict=True))
    fresh = Populations.from_rows(
        [
            {
                "area_code": code,
                "code_system": systems[code],
                "year": year,
                "population": persons,
                "reference": f"{'sum of ' if (code, year) in counted.summed else ''}{file}",
            }
            for (code, year), persons in counted.persons.items()
        ]
    )
    return replace(own, populations=renewed_populations(own.populations, fresh))


def _notes(delivered: Delivered, vintages: Mapping[str, Vintage]) -> list[str]:
    notes = [f"{code}: {note}" for code, one in vintages.items() for note in one.notes]
    if delivered.unread_days:
        notes.append(
            f"{delivered.unread_days} days are not written year-month-day and were left out; say "
            "the vintage with --valid-from"
        )
    if delivered.trimmed:
        notes.append(f"spaces around their text were cut from {delivered.trimmed} cells")
    return notes
