"""Which areas did a reviewer say that a text means? Decisions about names, applied with a guard.

A decision is about the whole text as a source wrote it, so that a bare name which means one area
for one counter is not taken for every area of that name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from displacement.normalise.area_codes import Key
from displacement.normalise.known_areas import KnownArea


@dataclass(frozen=True)
class Alias:
    """One decision: the areas that a text means."""

    text: str
    area_codes: str
    """Codes joined by |, several where the text means several areas; empty where it means none."""
    reason: str
    provider: str
    status: str
    code_system: str = ""
    expect: Mapping[str, str] = field(default_factory=dict)
    """The name that each code must still have, for the decision to hold."""

    @property
    def keys(self) -> tuple[Key, ...]:
        """The areas by code system and code."""
        return tuple((self.code_system, code) for code in self.area_codes.split("|") if code)


class DecidedNames(NamedTuple):
    """The areas of every decided text, and what of the decisions no longer holds."""

    areas: dict[str, tuple[Key, ...]]
    """By text, as `plain_text` makes it."""
    signals: list[str]


def plain_text(text: str) -> str:
    """A text without differences of case and space, by which decisions are found again."""
    return " ".join(text.casefold().split())


def decided_names(aliases: Iterable[Alias], known: Iterable[KnownArea]) -> DecidedNames:
    """What reviewers decided, as far as their areas still are what they were.

    Of several decisions about one text the last holds.
    """
    wanted = list(aliases)
    if not wanted:
        return DecidedNames({}, [])
    codes = {code for one in wanted for _, code in one.keys}
    names = {area[:2]: area.name for area in known if area.area_code in codes}
    decided: dict[str, tuple[Key, ...]] = {}
    signals = []
    for one in wanted:
        if problem := _problem(one, names):
            signals.append(f"decision that “{one.text}” means {one.area_codes}: {problem}")
        else:
            decided[plain_text(one.text)] = one.keys
    return DecidedNames({text: keys for text, keys in decided.items() if keys}, signals)


def _problem(alias: Alias, names: Mapping[Key, str]) -> str | None:
    """Why a decision does not hold any more, if so."""
    for key in alias.keys:
        name = names.get(key)
        if name is None:
            return f"there is no area {key[1]} of {key[0]} any more; decide again"
        if alias.expect.get(key[1], name) != name:
            return f"{key[1]} was “{alias.expect[key[1]]}” and is “{name}” now; decide again"
    return None
