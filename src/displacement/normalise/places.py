"""Which areas does a name mean? From a code to a described place, and never by a wild guess.

Names are folded (script, articles, generic words) and looked up; likeness decides only inside a
known parent and with a clear lead. What stays open goes back with its three best candidates.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Final, NamedTuple, Protocol

from displacement.normalise.aliases import plain_text
from displacement.normalise.area_codes import AreaCodes, Key
from displacement.normalise.known_areas import DescribedArea, KnownArea, OldCode
from displacement.normalise.place_index import ANYWHERE, Hit, PlaceIndex, Scope
from displacement.normalise.place_names import Name, fold, without_slips
from displacement_schemas.vocabulary import MatchMethod

PATH_SEPARATOR: Final = ">"
SOMEWHERE: Final = "?"
"""The last step of a path that asks for the innermost area known on the way (`part_of`)."""
CERTAIN: Final = 100.0
LIKE_ENOUGH_AT_A_LEVEL: Final = 83.0
SHORTEST_GUESS_AT_A_LEVEL: Final = 4
CLEAR_LEAD: Final = 12.0
SAME_SOUND: Final = 97.0
LEAD_OF_SAME_SOUND: Final = 5.0
LIKE_NOTHING_ELSE: Final = 78.0
WIDE_LEAD: Final = 20.0
"""At a level that is known, less likeness will do where nothing else comes near it; but never
what is left of a name that differs in “northern” or “southern” only."""
LIKELIER_ELSEWHERE: Final = 5.0
"""What an area outside the parent has to be liker by for the parent to be in doubt."""
CANDIDATES: Final = 3
SUB_DISTRICT: Final = 3
COMPARED: Final = 12
"""How many of the likest areas are looked at for one that is clearly ahead."""

_CODE_IN_TEXT: Final = re.compile(r"\b[A-Z]{2,3}\d{2,}\b")
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


class Gazetteer:
    """The areas and described places, ready to match names against."""

    worldwide = False
    """Whether names are folded with the words of other countries too (see `fold`)."""
    enough_likeness = 85.0
    shortest_guess = 4

    def __init__(
        self,
        areas: Iterable[KnownArea],
        described: Iterable[DescribedArea] = (),
        elsewhere: Elsewhere | None = None,
        old_codes: Iterable[OldCode] = (),
        decided: Mapping[str, tuple[Key, ...]] | None = None,
    ) -> None:
        """Index every name and alias of `areas`, and every name of `described`.

        What `elsewhere` knows is looked up where these know nothing; a bare name never means
        an area in there, only a country does. `decided` are the areas of whole texts that a
        reviewer decided about (see `decided_names`).
        """
        self._decided = decided or {}
        known = list(areas)
        self.index = PlaceIndex(known, worldwide=self.worldwide)
        self._codes = AreaCodes(known, old_codes)
        self._elsewhere = elsewhere
        self._described = _described(described)
        self._coded: dict[tuple[str, str | None], Match] = {}
        self._known: dict[tuple[str, str | None, int | None], Match] = {}

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
            decided = (
                self._decided.get(plain_text(name)) if parent is None and level is None else None
            )
            self._known[asked] = (
                _as_decided(name, decided) if decided else self._match(name, parent, level)
            )
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

    def match_code(self, code: str, name: str | None = None) -> Match:
        """What a code means that a source gives; what is no code is matched as a name.

        A `name` that stands beside the code has a say: where it is the name of quite another
        area, nothing is taken, and both are candidates.
        """
        asked = (code, name)
        if asked not in self._coded:
            self._coded[asked] = self._match_code(code.strip(), name)
        return self._coded[asked]

    def _match_code(self, code: str, name: str | None) -> Match:
        found = self._by_code(code.upper(), ANYWHERE)
        if found is None and self._elsewhere is not None:
            found = self._elsewhere.by_code(code.upper())
        if found is None:
            return self.match(code)
        return self._checked(found, name) if name and found.codes else found

    def _checked(self, found: Match, beside: str) -> Match:
        """A match by code, unless a name beside it is that of an area elsewhere."""
        home, key = self._home(found.codes), found.codes[0]
        steps = [step.strip() for step in beside.split(PATH_SEPARATOR)]
        *outer, name = [step for step in steps if step not in ("", SOMEWHERE)] or [""]
        around = next(filter(None, (home.named_elsewhere(step, key) for step in outer)), None)
        if around is None and name:
            if home.index.likeness(home.fold(name), key) >= LIKE_ENOUGH_AT_A_LEVEL:
                return found
            around = home.named_elsewhere(name, key)
            if around is None:
                reason = f"{found.reason}; “{name}” is no name of it that we know"
                return replace(found, reason=reason)
        if around is None:
            return found
        reason = f"{found.reason}, but {around.reason}: say which is meant"
        both = (*home.certain((key,)), *(home.certain(around.codes) or around.candidates))
        return _nothing(found.name, reason, both[:CANDIDATES])

    def named_elsewhere(self, name: str, key: Key) -> Match | None:
        """What a name means that is no area around or inside `key`; None where it may be one."""
        country = tuple(self.index.roots(key)) if self.worldwide else ()
        named = self.follow([name], country, None, somewhere=False)
        codes = {code for _, code in named.codes}
        codes = codes or {one.code for one in named.candidates if one.score == CERTAIN}
        return named if codes and not codes & {code for _, code in self.index.kin(key)} else None

    def _match(self, name: str, parent: str | None, level: int | None) -> Match:
        gazetteer: Gazetteer = self
        keys: tuple[Key, ...] = ()
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
        found = self._find(steps[0], self.index.scope(keys, level if last else None))
        if somewhere and not found.codes:
            return self._past_unknown(steps[1:], keys) or found
        if not found.codes or last:
            return found
        gazetteer = self._home(found.codes)
        deeper = gazetteer.follow(steps[1:], found.codes, level, somewhere=somewhere)
        if deeper.codes or not somewhere:
            return deeper
        reason = (
            f"“{steps[-1]}” is taken as a place within {gazetteer.index.titled(found.codes[0])}"
        )
        return replace(found, method=MatchMethod.PART_OF, reason=f"{reason}: {deeper.reason}")

    def _past_unknown(self, steps: list[str], keys: tuple[Key, ...]) -> Match | None:
        """What lies beyond a step that is not known: nothing, where names repeat."""
        return None

    def _home(self, keys: Sequence[Key]) -> "Gazetteer":
        """The gazetteer that knows what lies within some areas."""
        if self._elsewhere is None or keys[0] in self.index.areas:
            return self
        return self._elsewhere.inside(keys[0])

    def _find(self, text: str, scope: Scope) -> Match:
        """The steps in their order: code, name or alias, described place, likeness, nothing."""
        name = self.fold(text)
        elsewhere = self._elsewhere if scope.abroad else None
        return (
            self._by_code(text.upper(), scope)
            or self._by_code_and_name(text, scope)
            or self._by_name(text, name, scope)
            or self._by_description(text, name, scope)
            or (elsewhere and elsewhere.by_name(text))
            or self._by_likeness(text, name, scope)
        )

    def fold(self, text: str) -> Name:
        """The name, folded by the words of these areas."""
        return fold(text, worldwide=self.worldwide)

    def _by_code(self, text: str, scope: Scope) -> Match | None:
        code = self._codes.find(text)
        if code is None:
            return None
        if code.is_one_place and all(scope.holds(key) for key in code.keys):
            note = code.note or f"{text} is the code of {self.index.areas[code.keys[0]].name}"
            return Match(text, code.keys, code.method, CERTAIN, (), note)
        several = not code.is_one_place
        reason = "belongs to several code systems" if several else f"is not in {scope.title}"
        return _nothing(text, f"the code {text} {reason}", self.certain(code.keys))

    def _by_code_and_name(self, text: str, scope: Scope) -> Match | None:
        """A code with a name: “SY0703 Harim”, “Harim (SY0703)”."""
        found = _CODE_IN_TEXT.search(text)
        rest = text.replace(found[0], " ").strip(" ()[],;:/-–_") if found else ""
        if found is None or not rest:
            return None
        code = self._by_code(found[0], scope)
        if code is None and scope.abroad and self._elsewhere is not None:
            code = self._elsewhere.by_code(found[0])
        return self._checked(code, rest) if code and code.codes else code

    def _by_name(self, text: str, name: Name, scope: Scope) -> Match | None:
        hits, inside = self._hits(name, scope)
        if not hits:
            return None
        tops = self.index.tops({hit.key for hit in hits})
        official = {hit.key for hit in hits if hit.official}
        chosen = tops if len(tops) == 1 else [key for key in tops if key in official]
        if len(chosen) != 1:
            found = self.certain(tops)
            listed = " and ".join(f"{item.name} ({item.code})" for item in found)
            return _nothing(text, f"“{text}” names {listed}; say in which area it lies", found)
        if inside:
            method, how = MatchMethod.PART_OF, "is a place within"
        elif chosen[0] in official:
            method, how = MatchMethod.EXACT, "is the name of"
        else:
            method, how = MatchMethod.ALIAS, "is a known spelling of"
        reason = f"“{text}” {how} {self.index.titled(chosen[0])}"
        return Match(text, (chosen[0],), method, CERTAIN, (), reason)

    def _hits(self, name: Name, scope: Scope) -> tuple[list[Hit], bool]:
        """The areas that have the name, and whether it only names a place inside them."""
        hits = [hit for hit in self.index.full.get(name.full, []) if scope.holds(hit.key)]
        if hits:
            return hits, False
        level = SUB_DISTRICT if name.seat else name.level
        hits = [
            hit
            for hit in self.index.cut.get(name.key, [])
            if scope.holds(hit.key) and level in (None, self.index.areas[hit.key].level)
        ]
        return hits, name.seat

    def _by_description(self, text: str, name: Name, scope: Scope) -> Match | None:
        keys, method = self._described.get(name.key, ((), MatchMethod.DESCRIBED))
        if not keys or not all(scope.holds(key) for key in keys):
            return None
        listed = ", ".join(self.index.titled(key) for key in keys if key in self.index.areas)
        how = "lies in" if method is MatchMethod.PART_OF else "is understood as"
        return Match(text, keys, method, CERTAIN, (), f"“{text}” {how} {listed}")

    def _by_likeness(self, text: str, name: Name, scope: Scope) -> Match:
        if _CODE.fullmatch(text.upper()):
            return _nothing(text, f"{text} looks like a code, but no area that we know has it")
        found = self._likest(text, name, scope)
        if found.codes or not scope.close:
            return found
        meant = self.fold(without_slips(text, worldwide=self.worldwide))
        again = found if meant == name else self._likest(text, meant, scope)
        return again if again.codes else found

    def _likest(self, text: str, name: Name, scope: Scope) -> Match:
        """The area that is clearly most like the name, or the three best candidates."""
        ranked = self._ranked(name, scope)
        best = tuple(
            Candidate(key[1], self.index.areas[key].name, round(score, 1))
            for key, score in ranked[:CANDIDATES]
        )
        if not scope.close or not ranked:
            return _nothing(text, f"no area in {scope.title} is called “{text}”", best)
        top = ranked[0][1]
        lead = self._lead(top, name, scope)
        if lead is None:
            return _nothing(text, f"nothing in {scope.title} is clearly like “{text}”", best)
        near = {key for key, score in ranked if score > top - lead}
        tops = self.index.tops(near)
        if len(tops) > 1 and near == {key for key, score in ranked if score == top}:
            tops = [key for key in tops if (key in self.index.towns) == name.seat]
        if len(tops) != 1:
            return _nothing(text, f"several in {scope.title} are much like “{text}”", best)
        namesake = self.index.namesake(name, scope)
        if namesake is None and top < SAME_SOUND:
            namesake = self._likelier(name, scope, top + LIKELIER_ELSEWHERE)
        if namesake is not None:
            other = self.index.titled(namesake)
            reason = f"“{text}” is like the name of {other}, which is not in {scope.title}"
            return _nothing(text, reason, best)
        score = round(dict(ranked)[tops[0]], 1)
        reason = f"“{text}” is most like {self.index.titled(tops[0])}, at {score:.0f} of 100"
        return Match(text, (tops[0],), MatchMethod.FUZZY, score, best, reason)

    def _lead(self, top: float, name: Name, scope: Scope) -> float | None:
        """By how much the likest area has to lead; None where it is not like enough."""
        if top >= SAME_SOUND:
            return LEAD_OF_SAME_SOUND
        known_level = scope.level is not None
        long_enough = SHORTEST_GUESS_AT_A_LEVEL if known_level else self.shortest_guess
        enough = LIKE_ENOUGH_AT_A_LEVEL if known_level else self.enough_likeness
        if len(name.core) >= long_enough and round(top, 1) >= enough:
            return CLEAR_LEAD
        return WIDE_LEAD if known_level and top >= LIKE_NOTHING_ELSE else None

    def _likelier(self, name: Name, scope: Scope, than: float) -> Key | None:
        """An area of the level in the same countries, but elsewhere, that is liker to the name."""
        if scope.level is None:
            return None
        ranked = self._ranked(name, self.index.around(scope))
        return next((key for key, score in ranked if score > than and not scope.holds(key)), None)

    def _ranked(self, name: Name, scope: Scope) -> list[tuple[Key, float]]:
        """The areas of a scope by the likeness of their most similar spelling."""
        spellings = self.index.spellings(scope)
        return spellings.likest(name, COMPARED, rough=not scope.close)

    def certain(self, keys: Sequence[Key]) -> tuple[Candidate, ...]:
        """Areas that bear a name, as candidates."""
        return tuple(
            Candidate(key[1], self.index.areas[key].name, CERTAIN) for key in keys[:CANDIDATES]
        )


def _described(
    described: Iterable[DescribedArea],
) -> dict[str, tuple[tuple[Key, ...], MatchMethod]]:
    places: dict[str, tuple[tuple[Key, ...], MatchMethod]] = {}
    for text, system, code, method in described:
        key = fold(text).key
        before = places.get(key, ((), MatchMethod(method)))[0]
        if (system, code) not in before:
            places[key] = ((*before, (system, code)), MatchMethod(method))
    return places


def _as_decided(name: str, keys: tuple[Key, ...]) -> Match:
    return Match(name, keys, MatchMethod.ALIAS, CERTAIN, (), "a reviewer decided what it means")


def _nothing(name: str, reason: str, candidates: tuple[Candidate, ...] = ()) -> Match:
    return Match(name, (), None, None, candidates, reason)
