"""Which sequences of words with a capital may be a person's name? Texts in Latin script.

Beside `persons`, which says which of them are.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from displacement.extraction.nations import countries
from displacement.normalise.privacy.words import (
    COUNTED,
    LATIN,
    OFFICES,
    PUBLIC,
    ROLES,
    STARTERS,
    VERB,
    any_of,
    folded,
)

_LONGEST: Final = 4
"""Words of a name; more of them are a headline."""
SHORTEST_PART: Final = 3
"""Letters of a part of a name that is known again by itself."""


class _Token(NamedTuple):
    word: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.word)


@dataclass(frozen=True)
class Name:
    """A sequence of words with a capital that may be a person's name, and what stands before it."""

    text: str
    start: int
    end: int
    title: str
    role: str
    """A role with a capital that stands before the name."""
    lead: int
    """Where title and role begin."""
    office: bool

    @property
    def several(self) -> bool:
        """Whether it has several words."""
        return len(self.text.split()) > 1


COUNTRIES: Final = frozenset(name.casefold() for lang in LATIN for name in countries(lang))
_ARTICLE: Final = r"(?:[Aa]l|[Aa]sh|[Aa]s|[Aa]n|[Aa]d|[Aa]z|[Ee]l|[Aa])-"
_LETTERS: Final = r"[A-Z\u00c0-\u00de](?:(?!['’]s\b)['’]?[\w\u00c0-\u024f-]){0,30}"
_PART: Final = rf"(?:{_ARTICLE})?{_LETTERS}(?:(?<=\b[A-Z])\.)?"
PARTICLE: Final = r"(?:al|el|bin|ibn|bint|abu|de|van|von|der|da|dos|la|ben|ould|ag)"
_SPACE: Final = r"(?:[ \t\u00a0]+|[ \t]*\n[ \t]*(?=\S))"
TITLE: Final = rf"(?:{any_of('titles')})"
_SEQUENCE: Final = re.compile(
    rf"(?<![\w-])(?=[A-Z\u00c0-\u00deae])(?P<title>(?:{TITLE}\b\.?{_SPACE}){{0,2}})"
    rf"(?P<words>{_PART}(?:{_SPACE}(?:{PARTICLE}{_SPACE})?{_PART}){{0,7}})(?![\w-])"
)
_TOKEN: Final = re.compile(r"[^\s]+")


def names_in(text: str) -> Iterator[Name]:
    """All names of a text that may be a person's, in order."""
    for match in _SEQUENCE.finditer(text):
        words = match["words"]
        tokens = [
            _Token(one[0], match.start("words") + one.start()) for one in _TOKEN.finditer(words)
        ]
        title = match["title"]
        for group in _groups(tokens) if words.isupper() else [tokens]:
            if name := _name(text, group, title, match.start() if title else group[0].start):
                yield name
            title = ""


def _groups(tokens: list[_Token]) -> Iterator[list[_Token]]:
    """A line in capitals, parted where its words are verbs or join others."""
    group: list[_Token] = []
    for token in tokens:
        if folded(token.word) in STARTERS or _ANY_VERB.fullmatch(token.word):
            if group:
                yield group
            group = []
        else:
            group.append(token)
    if group:
        yield group


def _name(text: str, tokens: list[_Token], title: str, lead: int) -> Name | None:
    """The part of a sequence of capitals that may be a name, or None."""
    role, office = "", False
    for number in range(len(tokens) - 1, -1, -1):
        word = folded(tokens[number].word)
        if word in ROLES or word in OFFICES:
            if any(folded(one.word) in PUBLIC for one in tokens[number + 1 :]):
                return None
            office, role = word in OFFICES, "" if word in OFFICES else word
            lead, title, tokens = tokens[0].start, "", tokens[number + 1 :]
            break
    while tokens and folded(tokens[0].word) in STARTERS:
        tokens = tokens[1:]
        lead, title, role = tokens[0].start if tokens else lead, "", ""
    while tokens and (folded(tokens[-1].word) in STARTERS or is_particle(tokens[-1].word)):
        tokens = tokens[:-1]
    if len(tokens) > _LONGEST:
        tokens = _below_headline(text, tokens)
        lead, title, role = tokens[0].start if tokens else lead, "", ""
    if not tokens or (len(tokens) > _LONGEST + 2):
        return None
    start, end = tokens[0].start, tokens[-1].end
    name = text[start:end]
    if _is_public([one.word for one in tokens], name):
        return None
    return Name(name, start, end, title.strip(), role, lead if title or role else start, office)


def _below_headline(text: str, tokens: list[_Token]) -> list[_Token]:
    last = text.rfind("\n", tokens[0].start, tokens[-1].start)
    return [one for one in tokens if one.start > last]


def is_particle(word: str) -> bool:
    """Whether a word joins those of a name: "bin", "de"."""
    return re.fullmatch(PARTICLE, word) is not None


def _is_public(words: list[str], name: str) -> bool:
    """Whether a name is that of an organisation, a newspaper, a country or an abbreviation."""
    plain = " ".join(name.split()).casefold()
    if plain in COUNTRIES or words[-1].casefold() in COUNTRIES:
        return True
    if any(folded(word) in PUBLIC for word in words):
        return True
    return name.isupper() and (len(words) == 1 or min(map(len, words)) < SHORTEST_PART)


_ANY_VERB: Final = re.compile(rf"{VERB}|{COUNTED}|fled|flee", re.IGNORECASE)


def cased(words: str, text: str, position: int) -> str:
    """Capital letter where a sentence begins."""
    before = text[max(0, position - 8) : position].rstrip(" \t\"“'‘(«")
    begins = not before or before[-1] in ".!?\n"
    return words[:1].upper() + words[1:] if begins else words
