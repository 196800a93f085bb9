"""Which country, and which area in it, does a code or a name mean? All countries but those at home.

Beside `places`: its gazetteer asks here for what it does not know. A bare name means a country
or nothing; names of areas are looked up inside their country only, and read when first needed.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import Final

from displacement.normalise.area_codes import AreaCodes, Key, grouped
from displacement.normalise.known_areas import KnownArea, OldCode
from displacement.normalise.place_index import FIRST_LEVEL, Hit, Scope
from displacement.normalise.place_names import Name, fold
from displacement.normalise.places import CERTAIN, Candidate, Gazetteer, Match
from displacement_schemas.vocabulary import MatchMethod

ALPHA_3: Final = 3

_SUBDIVISION: Final = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_THE: Final = re.compile(r"\b(?:the|of)\b", re.IGNORECASE)


class World:
    """The areas of further countries, laid out country by country when they are asked for."""

    def __init__(self, areas: Iterable[KnownArea], old_codes: Iterable[OldCode] = ()) -> None:
        """Remember where the areas and the codes out of force come from."""
        self._given = areas
        self._old_codes = old_codes
        self._gazetteers: dict[str, CountryGazetteer] = {}

    def by_code(self, text: str) -> Match | None:
        """The area or country of a code in capitals."""
        found = self._codes.find(text)
        if found is None:
            return None
        reason = found.note or f"{text} is the code of {self._titles[found.keys[0]]}"
        return Match(text, found.keys, found.method, CERTAIN, (), reason)

    def by_name(self, text: str) -> Match | None:
        """The country of a name. Codes count too, but not words: “NA” is no answer, not Namibia."""
        coded = text.isupper() if text.isalpha() else any(sign.isdigit() for sign in text)
        coded |= _SUBDIVISION.fullmatch(text) is not None
        if coded and len(text) >= ALPHA_3 and not text.isdigit():
            found = self.by_code(text.upper())
            if found is not None:
                return found
        name = _country_name(text)
        keys = self._names.get(name, [])
        if not keys:
            return None
        if len(keys) > 1:
            known = tuple(Candidate(key[1], self._country[key], CERTAIN) for key in keys)
            listed = " and ".join(f"{one.name} ({one.code})" for one in known)
            return Match(text, (), None, None, known, f"“{text}” names {listed}; say which")
        official = _country_name(self._country[keys[0]]) == name
        method = MatchMethod.EXACT if official else MatchMethod.ALIAS
        how = "is the name of" if official else "is a known spelling of"
        reason = f"“{text}” {how} {self._country[keys[0]]} ({keys[0][1]})"
        return Match(text, (keys[0],), method, CERTAIN, (), reason)

    def inside(self, key: Key) -> Gazetteer:
        """The gazetteer of the country that the area lies in."""
        country = self._iso3[key]
        if country not in self._gazetteers:
            areas = [area for area in self._areas if area.country == country]
            self._gazetteers[country] = CountryGazetteer(areas)
        return self._gazetteers[country]

    @cached_property
    def _areas(self) -> list[KnownArea]:
        return list(self._given)

    @cached_property
    def _codes(self) -> AreaCodes:
        return AreaCodes(self._areas, self._old_codes)

    @cached_property
    def _iso3(self) -> dict[Key, str]:
        return {area[:2]: area.country for area in self._areas}

    @cached_property
    def _titles(self) -> dict[Key, str]:
        return {area[:2]: area.name for area in self._areas}

    @cached_property
    def _countries(self) -> list[KnownArea]:
        return [area for area in self._areas if area.admin_level == 0]

    @cached_property
    def _country(self) -> dict[Key, str]:
        return {area[:2]: area.name for area in self._countries}

    @cached_property
    def _names(self) -> dict[str, list[Key]]:
        spelt = {
            (_country_name(text), area[:2]): None
            for area in self._countries
            for text in (area.name, *area.aliases.split("|"))
            if text
        }
        return grouped(spelt)


class CountryGazetteer(Gazetteer):
    """The areas of one country, whose names are matched by the words of many languages."""

    worldwide = True
    # Steps of a path are often villages: what is like their district's name need not be it.
    enough_likeness = 90.0
    shortest_guess = 5

    def _by_code(self, text: str, scope: Scope) -> Match | None:
        """Inside a country a code has digits: “Per” in Peru is a name."""
        return super()._by_code(text, scope) if any(sign.isdigit() for sign in text) else None

    def _hits(self, name: Name, scope: Scope) -> tuple[list[Hit], bool]:
        """As at home, but a word such as “province” says less, and a town lies in its district."""
        hits = self._outermost(self.index.full.get(name.full, []), scope)
        if hits:
            return hits, False
        hits = self._outermost(self.index.cut.get(name.key, []), scope)
        alike = [hit for hit in hits if hit.seat == name.seat]
        if name.seat:
            return (alike, False) if alike else (self._innermost(hits), True)
        hits = alike or hits
        if name.level is None:
            nested = len({hit.key for hit in hits}) > 1 and name.full != name.key
            return hits, nested
        there = [hit for hit in hits if self.index.areas[hit.key].level == name.level]
        around = [hit for hit in hits if self.index.areas[hit.key].level < name.level]
        return (there, False) if there else (self._innermost(around), True)

    def _outermost(self, hits: list[Hit], scope: Scope) -> list[Hit]:
        """What lies in scope; next to a country's name, states come before their namesakes."""
        inside = [hit for hit in hits if scope.holds(hit.key)]
        first = {hit.key for hit in inside if self.index.areas[hit.key].level == FIRST_LEVEL}
        if not scope.country or not first:
            return inside
        nested = frozenset().union(*(self.index.descendants.get(key, frozenset()) for key in first))
        return [hit for hit in inside if hit.key in first or hit.key in nested]

    def _innermost(self, hits: list[Hit]) -> list[Hit]:
        deepest = max((self.index.areas[hit.key].level for hit in hits), default=0)
        return [hit for hit in hits if self.index.areas[hit.key].level == deepest]

    def _past_unknown(self, steps: list[str], keys: tuple[Key, ...]) -> Match | None:
        """Steps before the first level may be unknown: regions that no administration has."""
        scope = self.index.scope(keys)
        if not scope.country:
            return None
        for position, step in enumerate(steps):
            found = self._find(step, scope)
            if found.codes and self.index.areas[found.codes[0]].level == FIRST_LEVEL:
                beyond = self.follow(steps[position:], keys, None, somewhere=True)
                # After two steps unknown it may be a town that is called as its region is.
                return replace(beyond, method=MatchMethod.PART_OF) if position else beyond
        return None


def _country_name(text: str) -> str:
    """All words but “the” and “of” count: Niger State is not Niger."""
    return fold(_THE.sub(" ", text), worldwide=True).full
