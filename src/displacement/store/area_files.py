"""Which areas, and which names of them, stand in the reference tables? Read as plain rows.

For who looks a name up and waits for no frame: what a run reads is validated (`reference`,
`own_areas`), and says the same of every area.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from displacement.normalise.known_areas import DescribedArea, KnownArea, OldCode
from displacement.store.csv_rows import HEADER_ROWS, header_of, rows_of
from displacement.store.slips import ReferenceTableError

OWN_FOLDER: Final = "reference"
"""What was imported into a store."""

AREAS: Final = "areas.csv"
OLD_CODES: Final = "old_codes.csv"
DESCRIBED_AREAS: Final = "described_areas.csv"
WORLD_AREAS: Final = "world_areas.csv"
ISO_AREAS: Final = "iso_areas.csv"

WORLD_SYSTEM: Final = "ocha_pcode"
ISO_SYSTEM: Final = "iso3166_2"

WORLD_FIELDS: Final = tuple(
    name for name in KnownArea._fields if name not in ("code_system", "name_ar")
)


class AreaNames(NamedTuple):
    """The areas at home, those of all other countries, and further names and codes of them."""

    home: list[KnownArea]
    world: Iterable[KnownArea]
    """Many, of which most names need none: read when the first is asked for."""
    described: list[DescribedArea]
    old_codes: list[OldCode]


def read_area_names(folder: Path, store: Path) -> AreaNames:
    """What the reference tables in `folder` say, with what `store` has imported.

    Raises ReferenceTableError where a table cannot be read.
    """
    home = _areas(folder / AREAS)
    at_home = {area.country for area in home}
    world = (area for area in _world(folder) if area.country not in at_home)
    own = store / OWN_FOLDER
    imported = _areas(own / AREAS) if (own / AREAS).is_file() else []
    old_codes = _rows(own / OLD_CODES, OldCode._fields) if (own / OLD_CODES).is_file() else ()
    return AreaNames(
        home=[*_laid_over(home, [area for area in imported if area.country in at_home])],
        world=_laid_over(world, [area for area in imported if area.country not in at_home]),
        described=[
            *map(DescribedArea._make, _rows(folder / DESCRIBED_AREAS, DescribedArea._fields))
        ],
        old_codes=[*map(OldCode._make, old_codes)],
    )


def _areas(path: Path) -> list[KnownArea]:
    rows = enumerate(_rows(path, KnownArea._fields), start=1 + HEADER_ROWS)
    return [
        KnownArea(system, code, _level(path, number, level), *others)
        for number, (system, code, level, *others) in rows
    ]


def _world(folder: Path) -> Iterator[KnownArea]:
    """The areas of all countries: those that have ISO subdivisions belong to their system."""
    path, iso = folder / WORLD_AREAS, folder / ISO_AREAS
    if not path.is_file():
        return
    rows = {one: [*_rows(one, WORLD_FIELDS)] for one in (path, iso) if one.is_file()}
    country = WORLD_FIELDS.index("country")
    listed = {row[country] for row in rows.get(iso, ())}
    for one, found in rows.items():
        for number, row in enumerate(found, start=1 + HEADER_ROWS):
            code, level, parent, land, name, aliases = row
            system = ISO_SYSTEM if land in listed else WORLD_SYSTEM
            yield KnownArea(
                system, code, _level(one, number, level), parent, land, name, "", aliases
            )


def _laid_over(areas: Iterable[KnownArea], imported: list[KnownArea]) -> Iterator[KnownArea]:
    """The areas with imported countries in place of those there."""
    countries = {area.country for area in imported}
    yield from (area for area in areas if area.country not in countries)
    yield from imported


def _rows(path: Path, names: tuple[str, ...]) -> Iterator[list[str]]:
    """The cells of some columns, row by row."""
    header = header_of(path)
    rows = rows_of(path, header)
    missing = [name for name in names if name not in header]
    if missing:
        raise ReferenceTableError(f"{path.name}, row 1: there is no column {', '.join(missing)}.")
    places = [header.index(name) for name in names]
    return ([row[place] for place in places] for row in rows)


def _level(path: Path, row: int, cell: str) -> int:
    try:
        return int(cell)
    except ValueError as error:
        raise ReferenceTableError(
            f"{path.name}, row {row}, column admin_level: “{cell}” is no whole number."
        ) from error
