"""How many people live in an area, by a COD-PS table? Totals taken, parts added up where none is.

Residents attach to areas by code and year; those of an old code go to what took its place.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from displacement.normalise.area_tables.reading import Count

ALL = frozenset(["", "all", "t", "tl", "t_tl", "total", "both", "both sexes", "all ages"])

Key = tuple[str, int]
"""Code of an area, and year."""


class Residents(NamedTuple):
    """Persons by area and year, which of them are sums of the areas inside, and what is left."""

    persons: dict[Key, float]
    summed: frozenset[Key]
    problems: list[str]


def residents_of(
    counts: Sequence[Count],
    parents: Mapping[str, str | None],
    successors: Mapping[str, str],
) -> Residents:
    """The residents of areas that are known.

    Args:
        counts: the rows of a table.
        parents: by the code of every area in force, the area that it lies in.
        successors: by code out of force, the one area that took its place.
    """
    problems: list[str] = []
    found: dict[Key, dict[str, float]] = {}
    for (code, year), rows in _grouped(counts).items():
        now = code if code in parents else successors.get(code)
        if now is None:
            problems.append(f"{rows[0].place}: no area in force has the code {code}.")
            continue
        persons = _total(rows)
        if persons is None:
            problems.append(
                f"{rows[0].place}: {code} has several numbers of residents in {year}; one area has "
                "one."
            )
            continue
        found.setdefault((now, year), {})[code] = persons
    known = {key: by_code.get(key[0], sum(by_code.values())) for key, by_code in found.items()}
    sums = _sums(known, parents)
    return Residents(known | sums, frozenset(sums), problems)


def _grouped(counts: Sequence[Count]) -> dict[Key, list[Count]]:
    groups: dict[Key, list[Count]] = {}
    for one in counts:
        groups.setdefault((one.code, one.year), []).append(one)
    return groups


def _total(rows: list[Count]) -> float | None:
    """The total of an area: as stated, else of its genders, of its ages, or of all parts."""
    both = [row for row in rows if row.gender in ALL and row.age in ALL]
    if both:
        stated = {row.persons for row in both}
        return stated.pop() if len(stated) == 1 else None
    genders = [row for row in rows if row.age in ALL]
    ages = [row for row in rows if row.gender in ALL]
    parts = genders or ages or rows
    if len({(row.gender, row.age) for row in parts}) < len(parts):
        return None
    return sum(row.persons for row in parts)


def _sums(known: Mapping[Key, float], parents: Mapping[str, str | None]) -> dict[Key, float]:
    """The residents of areas of which all that lies inside is known, and not they themselves."""
    children: dict[str, list[str]] = {}
    for code, parent in parents.items():
        if parent is not None:
            children.setdefault(parent, []).append(code)
    sums: dict[Key, float] = {}
    for year in sorted({year for _, year in known}):
        upwards = {parents[code] for code, there in known if there == year}
        while upwards:
            done = set()
            for code in sorted(one for one in upwards if one is not None):
                inside = [(child, year) for child in children[code]]
                both = known.keys() | sums.keys()
                if (code, year) not in both and all(one in both for one in inside):
                    sums[code, year] = sum(known.get(one, sums.get(one, 0.0)) for one in inside)
                    done.add(parents[code])
            upwards = done
    return sums
