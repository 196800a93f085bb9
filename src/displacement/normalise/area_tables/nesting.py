"""Do the areas of a table nest? One place per code, one parent per place, every parent there.

What does not is said with both rows that contradict each other; a country is taken whole or not.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from rapidfuzz.fuzz import ratio

from displacement.normalise.area_tables.reading import Row
from displacement.normalise.place_names import fold

ALIKE = 85.0
"""Likeness (of 100) at which two spellings in one table are taken as the same name."""


@dataclass
class Given:
    """One area as a table gives it."""

    code: str
    level: int
    parent: str
    names: list[str]
    name_ar: str
    valid_from: date | None
    place: str
    replaces: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The area's own name."""
        return self.names[0] if self.names else self.name_ar or self.code


@dataclass
class Country:
    """The areas of one country by code, and what speaks against taking them."""

    areas: dict[str, Given] = field(default_factory=dict)
    over: dict[str, Given] = field(default_factory=dict)
    """Areas that the table itself says are out of force."""
    problems: list[str] = field(default_factory=list)


def gather(rows: Iterable[Row]) -> dict[str, Country]:
    """The areas by country; rows that contradict each other are problems of their country."""
    countries: dict[str, Country] = {}
    # An area's own rows come first: what rows inside it call it is only another spelling.
    for row in sorted(rows, key=lambda row: not row.is_own):
        country = countries.setdefault(row.country, Country())
        known = country.over if row.is_over else country.areas
        if row.code in country.over and not row.is_own:
            continue
        if row.code not in known:
            known[row.code] = Given(
                row.code,
                row.level,
                row.parent,
                list(row.names),
                row.name_ar,
                row.valid_from,
                row.place,
            )
        else:
            country.problems += _contradictions(known[row.code], row)
            _add_names(known[row.code], row)
        if row.replaces:
            known[row.code].replaces.add(row.replaces)
    return countries


def refusals(
    country: Country, known: Mapping[str, tuple[int, str | None]], *, trusted: bool = False
) -> list[str]:
    """Why the areas are no tree, as sentences; none where they are.

    Args:
        country: the areas.
        known: level and parent of the areas that are known already, by code.
        trusted: whether a parent is taken as given where a code begins like another area's.
    """
    found = list(country.problems)
    for area in country.areas.values():
        found += _lost(area, country.areas, known)
    if not trusted:
        found += _misplaced(country.areas, known)
    return list(dict.fromkeys(found))


def _contradictions(known: Given, row: Row) -> Iterator[str]:
    if known.level != row.level:
        yield (
            f"{row.place}: {row.code} is of level {row.level} here, but of level {known.level} in "
            f"{known.place}; a code names one area."
        )
    elif known.parent != row.parent:
        yield (
            f"{row.place}: {row.code} lies in {row.parent} here, but in {known.parent} in "
            f"{known.place}; an area lies in one other."
        )
    elif row.names and known.names and not _same(known.names, row):
        yield (
            f"{row.place}: {row.code} is “{row.names[0]}” here, but “{known.name}” in "
            f"{known.place}; one code for two areas."
        )


def _same(names: list[str], row: Row) -> bool:
    """Whether a row calls an area as it is called; in rows inside it spellings may differ."""
    here = fold(row.names[0], worldwide=True)
    others = [fold(name, worldwide=True) for name in names]
    if any(here.key == other.key for other in others):
        return True
    return not row.is_own and any(
        here.qualifiers == other.qualifiers and ratio(here.core, other.core) >= ALIKE
        for other in others
    )


def _add_names(known: Given, row: Row) -> None:
    known.names += [name for name in row.names if name not in known.names]
    known.name_ar = known.name_ar or row.name_ar
    known.valid_from = known.valid_from or row.valid_from


def _lost(
    area: Given, areas: Mapping[str, Given], known: Mapping[str, tuple[int, str | None]]
) -> Iterator[str]:
    """An area has to lie in one of the level above."""
    if area.level == 1:
        return
    here = areas.get(area.parent)
    level = here.level if here else known.get(area.parent, (None, None))[0]
    if level is None:
        yield (
            f"{area.place}: {area.code} ({area.name}) lies in {area.parent}, which the table does "
            "not have."
        )
    elif level != area.level - 1:
        yield (
            f"{area.place}: {area.code} ({area.name}) is of level {area.level} and lies in "
            f"{area.parent}, which is of level {level}; it has to lie in one of level "
            f"{area.level - 1}."
        )


def _misplaced(
    areas: Mapping[str, Given], known: Mapping[str, tuple[int, str | None]]
) -> Iterator[str]:
    """A code that begins with another area's code than its parent's is in the wrong place.

    Districts that moved keep such codes; those are known already with the same parent.
    """
    by_level: dict[int, set[str]] = {}
    for area in areas.values():
        by_level.setdefault(area.level, set()).add(area.code)
    for area in areas.values():
        if area.level == 1 or area.code.startswith(area.parent):
            continue
        if known.get(area.code, (0, None))[1] == area.parent:
            continue
        outer = by_level.get(area.level - 1, set())
        begun = next((area.code[:n] for n in range(len(area.code)) if area.code[:n] in outer), None)
        if begun is not None:
            yield (
                f"{area.place}: {area.code} ({area.name}) lies in {area.parent}, but its code "
                f"begins with {begun} ({areas[begun].name}); if it moved there, import with "
                "--accept-moved."
            )
