"""Which areas have a spelling, and which lie inside others? The areas laid out for looking up.

Beside `places`, which decides what a name means; nothing is laid out before the first question.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from displacement.normalise.area_codes import Key
from displacement.normalise.known_areas import KnownArea
from displacement.normalise.place_names import Name, fold
from displacement.normalise.sounds import usual_sounds

if TYPE_CHECKING:
    from displacement.normalise.likeness import Spellings

FIRST_LEVEL: Final = 1


class Area(NamedTuple):
    """An area with its place in the tree."""

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
    parents: tuple[Key, ...] = ()
    level: int | None = None
    country: bool = False
    abroad: bool = False

    def holds(self, key: Key) -> bool:
        """Whether the area is to be looked at."""
        return self.within is None or key in self.within


ANYWHERE: Final = Scope(None, "the areas known", close=False, abroad=True)


class PlaceIndex:
    """Some areas with their names, and the tree that they make."""

    def __init__(self, areas: Sequence[KnownArea], *, worldwide: bool) -> None:
        """Remember every name and alias of `areas`; `worldwide` is that of `fold`."""
        self.areas = {one[:2]: _area(one) for one in areas}
        self._names: list[tuple[Key, Name, bool]] = [
            (one[:2], fold(spelling, worldwide=worldwide), official)
            for one in areas
            for text, official in ((one.name, True), (one.name_ar, True), (one.aliases, False))
            for spelling in text.split("|")
            if spelling
        ]
        self._scopes: dict[tuple[tuple[Key, ...], int | None], Scope] = {}
        self._around: dict[tuple[tuple[Key, ...], int | None], Scope] = {}
        self._laid_out: dict[frozenset[Key] | None, Spellings] = {}

    def scope(self, keys: tuple[Key, ...] = (), level: int | None = None) -> Scope:
        """What lies inside the areas, at one level; all areas where none is given."""
        if not keys and level is None:
            return ANYWHERE
        if (keys, level) not in self._scopes:
            self._scopes[keys, level] = self._scope(keys, level)
        return self._scopes[keys, level]

    def _scope(self, keys: tuple[Key, ...], level: int | None) -> Scope:
        """Several areas (a described place) belong to what lies inside them."""
        inside = frozenset().union(*(self.descendants.get(key, frozenset()) for key in keys))
        inside |= frozenset(keys if len(keys) > 1 else ())
        title = " and ".join(map(self.titled, keys))
        country = len(keys) == 1 and self.areas[keys[0]].level == 0
        close = all(self.areas[key].level > 0 for key in keys) and bool(keys)
        if level is not None:
            there = inside if keys else self.areas
            inside = frozenset(key for key in there if self.areas[key].level == level)
            title = f"{title or ANYWHERE.title} at level {level}"
            close = close or (country and level == FIRST_LEVEL)
        abroad = level == 0 and not keys
        return Scope(inside, title, close, keys, level, country, abroad)

    def around(self, scope: Scope) -> Scope:
        """What lies at the same level of the countries that a scope is in."""
        asked = scope.parents, scope.level
        if asked not in self._around:
            countries = {root for key in scope.parents for root in self.roots(key)}
            self._around[asked] = self.scope(tuple(sorted(countries)), scope.level)
        return self._around[asked]

    def spellings(self, scope: Scope) -> "Spellings":
        """The spellings of the areas of a scope."""
        if scope.within not in self._laid_out:
            self._laid_out[scope.within] = _laid_out(
                [
                    (key, self.areas[key].level, name)
                    for key, name, _ in self._names
                    if scope.holds(key)
                ]
            )
        return self._laid_out[scope.within]

    def namesake(self, name: Name, scope: Scope) -> Key | None:
        """An area elsewhere that has or sounds like just this name: the parent may be the error."""
        around = self.scope(scope.parents)
        spelt = {hit.key for hit in (*self.full.get(name.full, []), *self.cut.get(name.key, []))}
        sounding = spelt.union(*(self._sounding.get(sound, set()) for sound in usual_sounds(name)))
        for keys in (spelt, sounding):
            if keys and not any(around.holds(key) or key in scope.parents for key in keys):
                return min(keys)
        return None

    def kin(self, key: Key) -> frozenset[Key]:
        """The area, what it lies in, and what lies inside it."""
        around = {outer for outer, inner in self.descendants.items() if key in inner}
        return self.descendants.get(key, frozenset()) | around | {key}

    def roots(self, key: Key) -> list[Key]:
        """The country that an area lies in, or the area where it is one."""
        return [one for one in self.kin(key) if one in self.areas and self.areas[one].level == 0]

    def likeness(self, name: Name, key: Key) -> float:
        """How like a name is to the most similar spelling of one area, from 0 to 100."""
        own = [(key, 0, spelling) for owner, spelling, _ in self._names if owner == key]
        return float(_laid_out(own).scores(name)[0])

    def tops(self, keys: set[Key]) -> list[Key]:
        """The areas that lie within no other of them: a bare name means the highest level."""
        nested = frozenset().union(*(self.descendants.get(key, frozenset()) for key in keys))
        return sorted(keys - nested)

    def titled(self, key: Key) -> str:
        """Name and code of an area, for a sentence."""
        return f"{self.areas[key].name} ({key[1]})" if key in self.areas else key[1]

    @cached_property
    def descendants(self) -> dict[Key, frozenset[Key]]:
        """What lies inside an area, at every level."""
        inside: dict[Key, set[Key]] = {}
        for area in self.areas.values():
            outer, seen = area.parent, {area.key}
            while outer is not None and outer not in seen:
                inside.setdefault(outer, set()).add(area.key)
                seen.add(outer)
                outer = self.areas[outer].parent if outer in self.areas else None
        return {key: frozenset(keys) for key, keys in inside.items()}

    @cached_property
    def _sounding(self) -> dict[str, set[Key]]:
        sounding: dict[str, set[Key]] = {}
        for key, name, _ in self._names:
            for sound in usual_sounds(name):
                sounding.setdefault(sound, set()).add(key)
        return sounding

    @cached_property
    def towns(self) -> frozenset[Key]:
        """The areas whose own name says that they are a town: Al Mukalla City."""
        return frozenset(key for key, name, official in self._names if official and name.seat)

    @cached_property
    def full(self) -> dict[str, list[Hit]]:
        """The areas by a name with its generic words."""
        return _index(
            (name.full, Hit(key, official, name.seat)) for key, name, official in self._names
        )

    @cached_property
    def cut(self) -> dict[str, list[Hit]]:
        """The areas by a name without its generic words."""
        return _index(
            (name.key, Hit(key, official, name.seat)) for key, name, official in self._names
        )


def _area(known: KnownArea) -> Area:
    outer = (known.code_system, known.parent_code) if known.parent_code else None
    return Area(known[:2], known.admin_level, outer, known.name)


def _laid_out(spelt: Sequence[tuple[Key, int, Name]]) -> "Spellings":
    from displacement.normalise.likeness import Spellings

    return Spellings(spelt)


def _index(entries: Iterable[tuple[str, Hit]]) -> dict[str, list[Hit]]:
    index: dict[str, list[Hit]] = {}
    for key, hit in entries:
        index.setdefault(key, []).append(hit)
    return index
