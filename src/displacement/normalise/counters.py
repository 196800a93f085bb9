"""Who counted, under which one name, and how far off is such a counter usually?"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from displacement_schemas.vocabulary import CounterKind


@dataclass(frozen=True)
class Counter:
    """An organisation that counts."""

    name: str
    kind: CounterKind
    aliases: tuple[str, ...] = ()
    error: float | None = None
    """Its own usual relative error; None for that of its kind."""


@dataclass(frozen=True)
class Counters:
    """All known counters, and what tells the kind of an unknown one."""

    known: tuple[Counter, ...]
    errors: Mapping[CounterKind, float]
    kinds: tuple[tuple[CounterKind, tuple[str, ...]], ...] = field(default=())
    """Words that give away a kind, in order of precedence."""

    def identify(self, name: str) -> Counter:
        """The counter of this name; an unknown one keeps its name."""
        spellings = [name, *_parted(name)]
        found = next(filter(None, (self._by_name.get(fold(one)) for one in spellings)), None)
        return found or Counter(name.strip(), self._kind_by_words(fold(name)))

    def error(self, name: str, source_error: float | None = None) -> float:
        """The usual relative error of a counter.

        Its own, else its kind's; a counter of unknown kind has its source's, where declared.
        """
        counter = self.identify(name)
        if counter.error is not None:
            return counter.error
        if counter.kind == CounterKind.UNKNOWN and source_error is not None:
            return source_error
        return self.errors[counter.kind]

    @cached_property
    def _by_name(self) -> dict[str, Counter]:
        return {fold(name): c for c in self.known for name in (c.name, *c.aliases)}

    def _kind_by_words(self, folded: str) -> CounterKind:
        for kind, words in self.kinds:
            if any(re.search(rf"\b{re.escape(word)}\b", folded) for word in words):
                return kind
        return CounterKind.UNKNOWN


def _parted(name: str) -> list[str]:
    """A name and the short form that stands behind it: "Office for Refugees (OFR)" is both."""
    both = re.fullmatch(r"\s*(.+?)\s*\(([^()]+)\)\s*", name)
    return [both[1], both[2]] if both else []


def fold(name: str) -> str:
    """A name without accents, case, articles or doubled spaces, for comparing."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return re.sub(r"^the\s+", "", " ".join(plain.split()))


def counters_from(
    known: Iterable[Mapping[str, object]],
    errors: Mapping[str, float],
    kinds: Iterable[Mapping[str, object]],
) -> Counters:
    """The counters as `sources.toml` declares them. Raises ValueError for an unknown kind."""
    return Counters(
        known=tuple(
            Counter(
                name=str(entry["name"]),
                kind=CounterKind(str(entry["kind"])),
                aliases=_words(entry.get("aliases")),
                error=None if entry.get("error") is None else float(str(entry["error"])),
            )
            for entry in known
        ),
        errors={CounterKind(kind): value for kind, value in errors.items()},
        kinds=tuple(
            (CounterKind(str(entry["kind"])), tuple(map(fold, _words(entry["contains"]))))
            for entry in kinds
        ),
    )


def _words(value: object) -> tuple[str, ...]:
    return tuple(str(word) for word in value) if isinstance(value, list) else ()
