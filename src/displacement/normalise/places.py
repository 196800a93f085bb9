"""Which areas does a name mean? From a code to a described place, and never by a wild guess.

Names are folded (script, articles, generic words) and looked up; likeness decides only inside a
known parent and with a clear lead. What stays open goes back with its three best candidates.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import repeat
from typing import Final, NamedTuple, Protocol

import numpy as np
from pandera.typing import DataFrame

from displacement.normalise.area_codes import AreaCodes, Key
from displacement.normalise.likeness import Spellings
from displacement.normalise.place_names import Name, fold
from displacement_schemas import Areas, DescribedAreas
from displacement_schemas.vocabulary import MatchMethod

PATH_SEPARATOR: Final = ">"
SOMEWHERE: Final = "?"
"""The last step of a path that asks for the innermost area known on the way (`part_of`)."""
CERTAIN: Final = 100.0
CLEAR_LEAD: Final = 10.0
CANDIDATES: Final = 3
FIRST_LEVEL: Final = 1
SUB_DISTRICT: Final = 3
COMPARED: Final = 12
"""How many of the likest areas are looked at for one that is clearly ahead."""

_CODE: Final = re.compile(r"[A-Z]{2,3}\d{2,}|C\d{4}")


class Candidate(NamedTuple):
    """An area that a name may mean, with the likeness of the names (0 to 100)."""

    code: str
    name: str
    score: float


@dataclass(frozen=True)
class Match:
    """What a name means: codes with method and score, or nothing with the best candidates."""

    name: str
    codes: tuple[Key, ...]
    method: MatchMethod | None
    score: float | None
    candidates: tuple[Candidate, ...]
    reason: str

    @property
    def code(self) -> str | None:
        """The area codes joined by |, or None where nothing matched."""
        return "|".join(code for _, code in self.codes) or None


class Elsewhere(Protocol):
    """The areas of further countries: found by code, or from their country inwards."""

    def by_code(self, text: str) -> Match | None:
        """The area or country of a code, where there is one."""

    def by_name(self, text: str) -> Match | None:
        """The country of a name or of a code that stands where a name is expected."""

    def inside(self, key: Key) -> "Gazetteer":
        """What is known of the country that the area lies in."""


class _Area(NamedTuple):
    key: Key
    level: int
    parent: Key | None
    name: str


class Hit(NamedTuple):
    """An area that has a spelling; `seat` says that the spelling is a town's."""

    key: Key
    official: bool
    seat: bool


class Scope(NamedTuple):
    """Where to look: everything, or what lies within some areas.

    In a `close` one likeness may decide; one `abroad` holds the countries of the world too.
    """

    within: frozenset[Key] | None
    title: str
    close: bool
    country: bool = False
    abroad: bool = False

    def holds(self, key: Key) -> bool:
        """Whether the area is to be looked at."""
        return self.within is None or key in self.within


ANYWHERE: Final = Scope(None, "the areas known", close=False, abroad=True)


class Gazetteer:
    """The areas and described places, ready to match names against."""

    worldwide = False
    """Whether names are folded with the words of other countries too (see `fold`)."""
    enough_likeness = 85.0
    shortest_guess = 4

    def __init__(
        self,
        areas: DataFrame[Areas],
        described: DataFrame[DescribedAreas],
        elsewhere: Elsewhere | None = None,
    ) -> None:
        """Index every name and alias of `areas`, and every name of `described`.

        What `elsewhere` knows is looked up where these know nothing; a bare name never means
        an area in there, only a country does.
        """
        systems, parents = areas["code_system"].to_list(), _texts(areas["parent_code"])
        keys: list[Key] = list(zip(systems, areas["area_code"].to_list(), strict=True))
        self._areas = {
            key: _Area(key, level, (key[0], parent) if parent else None, name)
            for key, level, parent, name in zip(
                keys, areas["admin_level"].to_list(), parents, areas["name"].to_list(), strict=True
            )
        }
        self._codes = AreaCodes(areas)
        self._elsewhere = elsewhere
        self._names: list[tuple[Key, Name, bool]] = [
            (key, self._fold(spelling), official)
            for key, *texts in zip(
                keys, areas["name"], _texts(areas["name_ar"]), _texts(areas["aliases"]), strict=True
            )
            for text, official in zip(texts, (True, True, False), strict=True)
            for spelling in text.split("|")
            if spelling
        ]
        self._described = _described(described)
        self._known: dict[tuple[str, str | None, int | None], Match] = {}
        self._scopes: dict[tuple[tuple[Key, ...], int | None], Scope] = {}
        self._laid_out: dict[frozenset[Key] | None, Spellings] = {}

    def match(self, name: str, parent: str | None = None, level: int | None = None) -> Match:
        """What `name` means, within the area of code `parent` where one is given.

        With `level` only areas of that admin level are meant, from 0, a country, to 3.

        A name may be a path from the outermost parent inwards: "Idlib > Al Ma'ra > Heish". Where
        it ends in a question mark, "Sudan > North Darfur > Zamzam > ?", it names a place that
        may be finer than our areas: where the way inwards is not known to its end, the innermost
        area that is known on it is taken, as `part_of`.
        """
        asked = (name, parent, level)
        if asked not in self._known:
            self._known[asked] = self._match(name, parent, level)
        return self._known[asked]

    def match_many(
        self,
        names: Iterable[str],
        parents: Iterable[str | None] | None = None,
        level: int | None = None,
    ) -> list[Match]:
        """What each name means; each different name is worked out once."""
        inside = repeat(None) if parents is None else parents
        return [
            self.match(name, parent, level) for name, parent in zip(names, inside, strict=False)
        ]

    def match_code(self, code: str) -> Match:
        """What a code means that a source gives; what is no code is matched as a name."""
        text = code.strip().upper()
        found = self._by_code(text, ANYWHERE)
        if found is None and self._elsewhere is not None:
            found = self._elsewhere.by_code(text)
        return found or self.match(code.strip())

    def match_codes(self, codes: Iterable[str]) -> list[Match]:
        """What each code means."""
        return [self.match_code(code) for code in codes]

    def _match(self, name: str, parent: str | None, level: int | None) -> Match:
        gazetteer, keys = self, ()
        if parent is not None:
            outer = self.match_code(parent)
            if outer.method is not MatchMethod.CODE:
                return _nothing(name, f"the parent {parent} is no area code that we know")
            gazetteer, keys = self._home(outer.codes), outer.codes
        steps = [step.strip() for step in name.split(PATH_SEPARATOR) if step.strip()]
        somewhere = steps[-1:] == [SOMEWHERE]
        steps = steps[:-1] if somewhere else steps
        if not steps:
            return _nothing(name, "there is no name to match")
        found = gazetteer.follow(steps, keys, level, somewhere=somewhere)
        return replace(found, name=name)

    def follow(
        self, steps: list[str], keys: tuple[Key, ...], level: int | None, *, somewhere: bool
    ) -> Match:
        """Follow a path inwards from `keys`, to an area of `level` where one is asked for.

        `somewhere` is content with the innermost area known on the path.
        """
        last = len(steps) == 1
        found = self._find(steps[0], self.scope(keys, level if last else None))
        if somewhere and not found.codes:
            return self._past_unknown(steps[1:], keys) or found
        if not found.codes or last:
            return found
        gazetteer = self._home(found.codes)
        deeper = gazetteer.follow(steps[1:], found.codes, level, somewhere=somewhere)
        if deeper.codes or not somewhere:
            return deeper
        reason = f"“{steps[-1]}” is taken as a place within {gazetteer.titled(found.codes[0])}"
        return replace(found, method=MatchMethod.PART_OF, reason=f"{reason}: {deeper.reason}")

    def _past_unknown(self, steps: list[str], keys: tuple[Key, ...]) -> Match | None:
        """What lies beyond a step that is not known: nothing, where names repeat."""
        return None

    def _home(self, keys: Sequence[Key]) -> "Gazetteer":
        """The gazetteer that knows what lies within some areas."""
        if self._elsewhere is None or keys[0] in self._areas:
            return self
        return self._elsewhere.inside(keys[0])

    def _find(self, text: str, scope: Scope) -> Match:
        """The steps in their order: code, name or alias, described place, likeness, nothing."""
        name = self._fold(text)
        elsewhere = self._elsewhere if scope.abroad else None
        return (
            self._by_code(text.upper(), scope)
            or self._by_name(text, name, scope)
            or self._by_description(text, name, scope)
            or (elsewhere and elsewhere.by_name(text))
            or self._by_likeness(text, name, scope)
        )

    def _fold(self, text: str) -> Name:
        return fold(text, worldwide=self.worldwide)

    def _by_code(self, text: str, scope: Scope) -> Match | None:
        code = self._codes.find(text)
        if code is None:
            return None
        if len(code.keys) == 1 and scope.holds(code.keys[0]):
            note = code.note or f"{text} is the code of {self._areas[code.keys[0]].name}"
            return Match(text, code.keys, MatchMethod.CODE, CERTAIN, (), note)
        several = len(code.keys) > 1
        reason = "belongs to several code systems" if several else f"is not in {scope.title}"
        return _nothing(text, f"the code {text} {reason}", self._certain(code.keys))

    def _by_name(self, text: str, name: Name, scope: Scope) -> Match | None:
        hits, inside = self._hits(name, scope)
        if not hits:
            return None
        tops = self._tops({hit.key for hit in hits})
        official = {hit.key for hit in hits if hit.official}
        chosen = tops if len(tops) == 1 else [key for key in tops if key in official]
        if len(chosen) != 1:
            found = self._certain(tops)
            listed = " and ".join(f"{item.name} ({item.code})" for item in found)
            return _nothing(text, f"“{text}” names {listed}; say in which area it lies", found)
        if inside:
            method, how = MatchMethod.PART_OF, "is a place within"
        elif chosen[0] in official:
            method, how = MatchMethod.EXACT, "is the name of"
        else:
            method, how = MatchMethod.ALIAS, "is a known spelling of"
        reason = f"“{text}” {how} {self.titled(chosen[0])}"
        return Match(text, (chosen[0],), method, CERTAIN, (), reason)

    def _hits(self, name: Name, scope: Scope) -> tuple[list[Hit], bool]:
        """The areas that have the name, and whether it only names a place inside them."""
        hits = [hit for hit in self._full.get(name.full, []) if scope.holds(hit.key)]
        if hits:
            return hits, False
        level = SUB_DISTRICT if name.seat else name.level
        hits = [
            hit
            for hit in self._cut.get(name.key, [])
            if scope.holds(hit.key) and level in (None, self._areas[hit.key].level)
        ]
        return hits, name.seat

    def _by_description(self, text: str, name: Name, scope: Scope) -> Match | None:
        keys, method = self._described.get(name.key, ((), MatchMethod.DESCRIBED))
        if not keys or not all(scope.holds(key) for key in keys):
            return None
        listed = ", ".join(self.titled(key) for key in keys if key in self._areas)
        how = "lies in" if method is MatchMethod.PART_OF else "is understood as"
        return Match(text, keys, method, CERTAIN, (), f"“{text}” {how} {listed}")

    def _by_likeness(self, text: str, name: Name, scope: Scope) -> Match:
        ranked = self._ranked(name, scope)
        best = tuple(
            Candidate(key[1], self._areas[key].name, round(score, 1))
            for key, score in ranked[:CANDIDATES]
        )
        if _CODE.fullmatch(text.upper()):
            return _nothing(text, f"{text} looks like a code, but no area that we know has it")
        if not scope.close or len(name.core) < self.shortest_guess or not ranked:
            return _nothing(text, f"no area in {scope.title} is called “{text}”", best)
        top = ranked[0][1]
        tops = self._tops({key for key, score in ranked if score > top - CLEAR_LEAD})
        if top < self.enough_likeness or len(tops) != 1:
            return _nothing(text, f"nothing in {scope.title} is clearly like “{text}”", best)
        score = round(dict(ranked)[tops[0]], 1)
        reason = f"“{text}” is most like {self.titled(tops[0])}, at {score:.0f} of 100"
        return Match(text, (tops[0],), MatchMethod.FUZZY, score, best, reason)

    def _ranked(self, name: Name, scope: Scope) -> list[tuple[Key, float]]:
        """The areas of a scope by the likeness of their most similar spelling."""
        spellings = self._spellings(scope)
        if not spellings.owners:
            return []
        scores = spellings.scores(name)
        if name.level is not None:
            scores[spellings.levels != name.level] = -1
        best = np.argsort(-scores, kind="stable")[:COMPARED]
        return [(spellings.owners[at], float(scores[at])) for at in best if scores[at] >= 0]

    def _spellings(self, scope: Scope) -> Spellings:
        if scope.within not in self._laid_out:
            self._laid_out[scope.within] = Spellings(
                [
                    (key, self._areas[key].level, name)
                    for key, name, _ in self._names
                    if scope.holds(key)
                ]
            )
        return self._laid_out[scope.within]

    def scope(self, keys: tuple[Key, ...] = (), level: int | None = None) -> Scope:
        """What lies inside the areas, at one level; all areas where none is given."""
        if not keys and level is None:
            return ANYWHERE
        if (keys, level) not in self._scopes:
            self._scopes[keys, level] = self._scope(keys, level)
        return self._scopes[keys, level]

    def _scope(self, keys: tuple[Key, ...], level: int | None) -> Scope:
        """Several areas (a described place) belong to what lies inside them."""
        inside = frozenset().union(*(self._descendants.get(key, frozenset()) for key in keys))
        inside |= frozenset(keys if len(keys) > 1 else ())
        title = " and ".join(map(self.titled, keys))
        country = len(keys) == 1 and self._areas[keys[0]].level == 0
        close = all(self._areas[key].level > 0 for key in keys) and bool(keys)
        if level is not None:
            there = inside if keys else self._areas
            inside = frozenset(key for key in there if self._areas[key].level == level)
            title = f"level {level} of {title or ANYWHERE.title}"
            close = close or (country and level == FIRST_LEVEL)
        return Scope(inside, title, close, country, abroad=level == 0 and not keys)

    def _tops(self, keys: set[Key]) -> list[Key]:
        """The areas that lie within no other of them: a bare name means the highest level."""
        nested = frozenset().union(*(self._descendants.get(key, frozenset()) for key in keys))
        return sorted(keys - nested)

    def titled(self, key: Key) -> str:
        """Name and code of an area, for a sentence."""
        return f"{self._areas[key].name} ({key[1]})" if key in self._areas else key[1]

    def _certain(self, keys: Sequence[Key]) -> tuple[Candidate, ...]:
        return tuple(Candidate(key[1], self._areas[key].name, CERTAIN) for key in keys[:CANDIDATES])

    @cached_property
    def _descendants(self) -> dict[Key, frozenset[Key]]:
        inside: dict[Key, set[Key]] = {}
        for area in self._areas.values():
            outer, seen = area.parent, {area.key}
            while outer is not None and outer not in seen:
                inside.setdefault(outer, set()).add(area.key)
                seen.add(outer)
                outer = self._areas[outer].parent if outer in self._areas else None
        return {key: frozenset(keys) for key, keys in inside.items()}

    @cached_property
    def _full(self) -> dict[str, list[Hit]]:
        return _index(
            (name.full, Hit(key, official, name.seat)) for key, name, official in self._names
        )

    @cached_property
    def _cut(self) -> dict[str, list[Hit]]:
        return _index(
            (name.key, Hit(key, official, name.seat)) for key, name, official in self._names
        )


def _texts(column: Iterable[object]) -> list[str]:
    return [text if isinstance(text, str) else "" for text in column]


def _index(entries: Iterable[tuple[str, Hit]]) -> dict[str, list[Hit]]:
    index: dict[str, list[Hit]] = {}
    for key, hit in entries:
        index.setdefault(key, []).append(hit)
    return index


def _described(
    described: DataFrame[DescribedAreas],
) -> dict[str, tuple[tuple[Key, ...], MatchMethod]]:
    places: dict[str, tuple[tuple[Key, ...], MatchMethod]] = {}
    for text, system, code, method in zip(
        described["name"],
        described["code_system"],
        described["area_code"],
        described["match_method"],
        strict=True,
    ):
        key = fold(text).key
        before = places.get(key, ((), MatchMethod(method)))[0]
        if (system, code) not in before:
            places[key] = ((*before, (system, code)), MatchMethod(method))
    return places


def _nothing(name: str, reason: str, candidates: tuple[Candidate, ...] = ()) -> Match:
    return Match(name, (), None, None, candidates, reason)
