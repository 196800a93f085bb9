"""Which area does a code mean? Exactly, or as another spelling of the same code.

Beside `places`, which matches names. Sources write one country as SD or SDN, TD07 for TCD07 and
HT1 for HT01; what was converted is said, and a code that could mean two areas means none.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from displacement.normalise.known_areas import KnownArea, OldCode
from displacement_schemas.vocabulary import MatchMethod

Key = tuple[str, str]
"""Code system and area code: a bare code means nothing."""

_PARTS: Final = re.compile(r"([A-Z]{2,3})(\d+)")


class Found(NamedTuple):
    """The areas that have a code, and how the code was read where it is written otherwise."""

    keys: tuple[Key, ...]
    note: str
    method: MatchMethod = MatchMethod.CODE
    replaced: bool = False
    """Whether the code is out of force: all areas together are then what it meant."""

    @property
    def is_one_place(self) -> bool:
        """Whether there is no doubt what the code means."""
        return len(self.keys) == 1 or self.replaced


class AreaCodes:
    """The codes of some areas; a country is found by its own code and by ISO 3166-1 alpha-3."""

    def __init__(self, areas: Sequence[KnownArea], old: Iterable[OldCode] = ()) -> None:
        """Remember the areas and the codes out of force that became them."""
        self._areas = areas
        self._old = old

    def find(self, code: str) -> Found | None:
        """The areas of a code in capitals, or None where there is none."""
        if code in self._exact:
            return Found(tuple(self._exact[code]), "")
        if code in self._countries:
            key = self._countries[code]
            return Found((key,), f"{code} is the country {key[1]}")
        if code in self._replaced:
            return self._replaced[code]
        parts = _PARTS.fullmatch(code)
        alike = self._padded.get(_spelling(self._iso3(parts[1]), parts[2]), []) if parts else []
        if len(alike) == 1:
            return Found((alike[0],), f"{code} was read as {alike[0][1]}")
        return None

    @cached_property
    def _replaced(self) -> dict[str, Found]:
        """What became of the codes out of force, where that is among these areas."""
        known = set(self._keys)
        found: dict[str, Found] = {}
        for system, code, name, successors, method in self._old:
            keys = tuple((system, one) for one in successors.split("|"))
            if known.issuperset(keys):
                note = replacement_note(code, name, successors.split("|"), MatchMethod(method))
                found[code.upper()] = Found(keys, note, MatchMethod(method), replaced=True)
        return found

    def _iso3(self, prefix: str) -> str:
        return self._iso3_of.get(self._countries.get(prefix), prefix)

    @cached_property
    def _keys(self) -> list[Key]:
        return [area[:2] for area in self._areas]

    @cached_property
    def _exact(self) -> dict[str, list[Key]]:
        return grouped((key[1].upper(), key) for key in self._keys)

    @cached_property
    def _iso3_of(self) -> dict[Key | None, str]:
        return {area[:2]: area.country for area in self._areas if area.admin_level == 0}

    @cached_property
    def _countries(self) -> dict[str, Key]:
        """Countries by their own code and by ISO 3166-1 alpha-3."""
        known = {key[1].upper(): key for key in self._iso3_of if key}
        return {iso3: key for key, iso3 in self._iso3_of.items() if key} | known

    @cached_property
    def _padded(self) -> dict[str, list[Key]]:
        """Areas by country and by the digits of their code without the zeros before them."""
        return grouped(
            (_spelling(area.country, found[2]), area[:2])
            for area in self._areas
            if (found := _PARTS.fullmatch(area.area_code.upper()))
        )


def replacement_note(code: str, name: str, successors: list[str], method: MatchMethod) -> str:
    """What became of a code, as a sentence."""
    if method is MatchMethod.PART_OF:
        return f"{code} ({name}) is an old code; it lay in what is {successors[0]} today"
    return f"{code} ({name}) is an old code; {' and '.join(successors)} took its place"


def _spelling(iso3: str, digits: str) -> str:
    return f"{iso3} {digits.lstrip('0')}"


def digits_of(code: str) -> str:
    """What stays of a code that is written longer or shorter: its digits, zeros before cut."""
    parts = _PARTS.fullmatch(code)
    return parts[2].lstrip("0") if parts else code


def grouped(entries: Iterable[tuple[str, Key]]) -> dict[str, list[Key]]:
    """The keys by their text, in order."""
    groups: dict[str, list[Key]] = {}
    for text, key in entries:
        groups.setdefault(text, []).append(key)
    return groups
