"""What do the areas of a country become with a new list? Old codes stay known, with successors.

A newer list takes the place of what it covers; what lies deeper, or beside the few areas that it
has, stays. A list that is older than the one in force only adds what its codes became.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import pandas as pd
from rapidfuzz.fuzz import ratio

from displacement.normalise.area_codes import digits_of
from displacement.normalise.area_tables.nesting import ALIKE, Country, Given
from displacement.normalise.place_names import fold
from displacement_schemas.vocabulary import MatchMethod

SYSTEM: Final = "ocha_pcode"

Area = dict[str, Any]
"""A row of the table `areas`."""
Old = dict[str, Any]
"""A row of the table `old_codes`."""


@dataclass
class Vintage:
    """The areas of one country in force, the codes that were, and what a list changed."""

    areas: list[Area]
    old: list[Old]
    notes: list[str] = field(default_factory=list)


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table, with None for what is not known."""
    plain = frame.astype(object)
    columns = [plain[name].where(plain[name].notna(), None).to_list() for name in plain.columns]
    return [dict(zip(plain.columns, row, strict=True)) for row in zip(*columns, strict=True)]


def merge(
    areas: list[Area], old: list[Old], given: Country, valid_from: date | None, source: str
) -> Vintage:
    """Lay a list over the areas of a country (its own row among them).

    Args:
        areas: the rows in force.
        old: its codes out of force so far.
        given: the list; its areas nest.
        valid_from: the vintage of the whole list; else the rows say theirs.
        source: where it comes from, for people.
    """
    country = next(area for area in areas if area["admin_level"] == 0)
    before = {area["area_code"]: area for area in areas if area["admin_level"] > 0}
    day = valid_from or max(
        (a.valid_from for a in given.areas.values() if a.valid_from), default=None
    )
    in_force = max((a["valid_from"] for a in before.values() if a["valid_from"]), default=None)
    if day and in_force and day < in_force:
        older = _Successors(country, {}, before, given, frozenset(given.areas))
        return _of_older(older, old, day, in_force)
    after = _listed_areas(country, before, given, valid_from, source)
    tree = _Successors(country, before, after, given, frozenset(before))
    staying = _staying(tree, {one.level for one in given.areas.values()})
    gone = [area for code, area in before.items() if code not in after]
    over = [_row(country, one, one.valid_from, source) for one in given.over.values()]
    listed = {one["area_code"]: one for one in _renewed(old, tree)}
    listed |= {area["area_code"]: tree.old(area, day) for area in [*gone, *over]}
    listed |= {one["area_code"]: one for one in _explicit(country, before, given, day)}
    listed = {code: one for code, one in listed.items() if code not in after}
    top = country | {"code_system": SYSTEM}
    vintage = Vintage([top, *after.values()], list(listed.values()))
    vintage.notes = [*staying, *_notes(before, after, gone, listed)]
    return vintage


def _of_older(tree: "_Successors", old: list[Old], day: date, in_force: date) -> Vintage:
    listed = {one["area_code"] for one in old}
    for one in tree.given.areas.values():
        if one.code not in tree.after and one.code not in listed:
            tree.before[one.code] = _row(tree.country, one, day, "")
    fresh = [tree.old(area, in_force) for area in tree.before.values()]
    note = (
        f"the list of {day} is older than the one in force ({in_force}), which stays; "
        f"{len(fresh)} of its codes are new as old codes"
    )
    return Vintage([tree.country, *tree.after.values()], [*old, *fresh], [note])


def _listed_areas(
    country: Area,
    before: Mapping[str, Area],
    given: Country,
    valid_from: date | None,
    source: str,
) -> dict[str, Area]:
    """The list's areas, with what was known of them."""
    taken = {fold(one.name, worldwide=True).key for one in given.areas.values()}
    after: dict[str, Area] = {}
    for one in sorted(given.areas.values(), key=lambda one: (one.level, one.code)):
        fresh = _row(country, one, valid_from or one.valid_from, source)
        known = before.get(one.code)
        after[one.code] = _joined(known, fresh, taken) if known else fresh
    return after


def _staying(tree: "_Successors", levels: set[int]) -> list[str]:
    """Keep in force what a list leaves out because it is only of a part, and say so.

    That is what lies on a level that the list does not have, and what lies beside areas of
    which the list has fewer than half: a list of some districts ends no others.
    """
    kept: dict[int, int] = {}
    top = tree.country["area_code"]
    families: dict[tuple[int, str], list[Area]] = {}
    for area in tree.before.values():
        families.setdefault((area["admin_level"], area["parent_code"]), []).append(area)
    for (level, parent), children in sorted(families.items()):
        outer = tree.before.get(parent)
        around = [top] if outer is None else tree.of(parent, outer)
        missing = [one for one in children if not tree.of(one["area_code"], one)]
        partial = level not in levels or 2 * len(missing) > len(children)
        if not missing or not partial or len(around) != 1:
            continue
        for one in missing:
            tree.after[one["area_code"]] = one | {"code_system": SYSTEM, "parent_code": around[0]}
        if level in levels:
            kept[level] = kept.get(level, 0) + len(missing)
    return [
        f"{count} areas of level {level} that the list leaves out stay in force: it has fewer than "
        "half of those beside them"
        for level, count in sorted(kept.items())
    ]


def _row(country: Area, one: Given, valid_from: date | None, source: str) -> Area:
    others = [name for name in one.names if name != one.name]
    return {
        "area_code": one.code,
        "code_system": SYSTEM,
        "admin_level": one.level,
        "parent_code": one.parent or country["area_code"],
        "country": country["country"],
        "name": one.name,
        "name_ar": one.name_ar or None,
        "aliases": "|".join(others) or None,
        "population": None,
        "population_year": None,
        "reference": source,
        "valid_from": valid_from,
    }


def _joined(known: Area, fresh: Area, taken: set[str]) -> Area:
    """A known area with what a list says of it: spellings and residents stay.

    A former name stays as a spelling, unless another area has it now.
    """
    former = [
        name
        for name in (known["name"],)
        if fold(name, worldwide=True).key not in taken or _same_name(name, fresh["name"])
    ]
    spellings = [*_split(known["aliases"]), *_split(fresh["aliases"]), *former]
    if known["name_ar"] and fresh["name_ar"] not in (None, known["name_ar"]):
        spellings.append(known["name_ar"])
    kept = dict.fromkeys(one for one in spellings if one not in (fresh["name"], fresh["name_ar"]))
    return fresh | {
        "name_ar": fresh["name_ar"] or known["name_ar"],
        "aliases": "|".join(one for one in kept if one != known["name_ar"] or fresh["name_ar"])
        or None,
        "population": known["population"],
        "population_year": known["population_year"],
        "valid_from": fresh["valid_from"] or known["valid_from"],
    }


def _same_name(one: str, other: str) -> bool:
    return fold(one, worldwide=True).key == fold(other, worldwide=True).key


def _split(text: str | None) -> list[str]:
    return text.split("|") if text else []


class _Successors:
    """What became of areas whose codes a list no longer has."""

    def __init__(
        self,
        country: Area,
        before: Mapping[str, Area],
        after: dict[str, Area],
        given: Country,
        lasting: frozenset[str],
    ) -> None:
        """`lasting` are codes that were in force together: none is another one's successor."""
        self._lasting = lasting
        self.before = dict(before)
        self.country, self.after, self.given = country, after, given
        self._said: dict[str, list[str]] = {}
        for one in given.areas.values():
            for code in one.replaces:
                self._said.setdefault(code, []).append(one.code)
        self._alike: dict[tuple[int, str], list[Area]] = {}
        self._digits: dict[tuple[int, str], list[Area]] = {}
        for area in after.values():
            level = area["admin_level"]
            name = (level, fold(area["name"], worldwide=True).full)
            self._alike.setdefault(name, []).append(area)
            self._digits.setdefault((level, digits_of(area["area_code"])), []).append(area)

    def old(self, area: Area, day: date | None) -> Old:
        """The row of `old_codes` for an area that is gone."""
        codes = self.of(area["area_code"], area)
        return {
            "area_code": area["area_code"],
            "code_system": SYSTEM,
            "country": area["country"],
            "admin_level": area["admin_level"],
            "name": area["name"],
            "successor_codes": "|".join(codes or [self._around(area)]),
            "match_method": str(MatchMethod.CODE if codes else MatchMethod.PART_OF),
            "valid_until": day,
        }

    def of(self, code: str, area: Area) -> list[str]:
        """The codes in force of the same place, none where that is not known."""
        if code in self.after:
            return [code]
        if code in self._said:
            return sorted(self._said[code])
        level = area["admin_level"]
        together = self._lasting if code in self._lasting else frozenset()
        named, padded = (
            [one for one in found if one["area_code"] not in together]
            for found in (
                self._alike.get((level, fold(area["name"], worldwide=True).full), []),
                self._digits.get((level, digits_of(code)), []),
            )
        )
        near = [one for one in named if one["parent_code"] in self._outer(area)]
        if len(near) == 1 or len(named) == 1:
            return [(near or named)[0]["area_code"]]
        alike = [one for one in padded if ratio(one["name"], area["name"]) >= ALIKE]
        return [alike[0]["area_code"]] if len(alike) == 1 else []

    def _outer(self, area: Area) -> list[str]:
        """What the area lay in, by the codes of today."""
        parent = area["parent_code"]
        if parent == self.country["area_code"]:
            return [parent]
        outer = self.before.get(parent)
        return self.of(parent, outer) if outer else [parent]

    def _around(self, area: Area) -> str:
        """The innermost area of today that it lay in for certain: at the last its country."""
        codes = [code for code in self._outer(area) if code in self.after]
        if len(codes) == 1:
            return codes[0]
        outer = self.before.get(area["parent_code"])
        return self._around(outer) if outer else str(self.country["area_code"])


def _renewed(old: Iterable[Old], tree: _Successors) -> list[Old]:
    """The codes out of force, whose successors may be out of force by now as well."""
    rows = []
    for one in old:
        codes: list[str] = []
        method = one["match_method"]
        for code in one["successor_codes"].split("|"):
            gone = tree.before.get(code)
            became = [code] if gone is None else tree.of(code, gone)
            if not became and gone is not None:
                became, method = tree.old(gone, None)["successor_codes"].split("|"), "part_of"
            codes += became
        rows.append(
            one | {"successor_codes": "|".join(dict.fromkeys(codes)), "match_method": method}
        )
    return rows


def _explicit(
    country: Area, before: Mapping[str, Area], given: Country, day: date | None
) -> list[Old]:
    """Codes that the list itself says were replaced, known or not."""
    said: dict[str, list[Given]] = {}
    for one in given.areas.values():
        for code in one.replaces - {one.code}:
            said.setdefault(code, []).append(one)
    return [
        {
            "area_code": code,
            "code_system": SYSTEM,
            "country": country["country"],
            "admin_level": successors[0].level,
            "name": before[code]["name"] if code in before else successors[0].name,
            "successor_codes": "|".join(sorted(one.code for one in successors)),
            "match_method": str(MatchMethod.CODE),
            "valid_until": day,
        }
        for code, successors in said.items()
    ]


def _notes(
    before: Mapping[str, Area],
    after: Mapping[str, Area],
    gone: list[Area],
    old: Mapping[str, Old],
) -> list[str]:
    notes = []
    fresh = [code for code in after if code not in before]
    if fresh:
        notes.append(f"{len(fresh)} new codes")
    for area in gone:
        one = old.get(area["area_code"])
        if one is not None:
            what = "became" if one["match_method"] == MatchMethod.CODE else "is unknown today, in"
            notes.append(f"{one['area_code']} ({one['name']}) {what} {one['successor_codes']}")
    for code, area in after.items():
        known = before.get(code)
        if known and not _same_name(known["name"], area["name"]):
            notes.append(f"{code} was “{known['name']}” and is “{area['name']}” now")
        if known and known["parent_code"] != area["parent_code"]:
            notes.append(f"{code} moved from {known['parent_code']} to {area['parent_code']}")
    for level in sorted({area["admin_level"] for area in after.values()}):
        then, now = _lengths(before, level), _lengths(after, level)
        if then and not now <= then:
            notes.append(
                f"codes of level {level} had {_listed(then)} signs and have {_listed(now)} now"
            )
    return notes


def _lengths(areas: Mapping[str, Area], level: int) -> set[int]:
    return {len(code) for code, area in areas.items() if area["admin_level"] == level}


def _listed(lengths: set[int]) -> str:
    return " or ".join(map(str, sorted(lengths)))
