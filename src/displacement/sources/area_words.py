"""Which words of an area cell may be kept? Those of areas that are known, and names of one word.

Those who count write themselves into any cell ("Ehsem - so-and-so's house"). What is no area is
withheld: the row then waits for a reviewer, who looks into the sheet. An unknown village of one
word is told by its name, as is one that begins like a village (Kafr, Tell) or is like a known area.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from displacement.normalise.place_names import (
    ARTICLES,
    SHORTEST_SLIP,
    SYRIAN,
    WORLDWIDE,
    fold,
    without_slips,
)
from displacement.normalise.places import PATH_SEPARATOR, Gazetteer, Match
from displacement.normalise.privacy.words import WORDS
from displacement_schemas.vocabulary import MatchMethod

WITHHELD: Final = "(withheld)"
"""Stands for words that may be a name; no area is called so."""
SHORTEST: Final = 3
"""Letters of a word that may be a name."""
LIKE_AN_AREA: Final = 80.0
"""Likeness by which a name of several words is taken for a spelling of an area."""
LONGEST: Final = 4
"""Words of the longest part of a cell that is looked up."""

_WORD: Final = re.compile(r"[^\s,;:/|()\[\]{}<>+&=\"“”«»–—،؛]+")
_SPELT: Final = frozenset(
    {MatchMethod.EXACT, MatchMethod.ALIAS, MatchMethod.DESCRIBED, MatchMethod.PART_OF}
)
_CODED: Final = re.compile(r"[A-Za-z]{2,3}\d{2,10}|\d{1,4}")


def kept_areas(names: Sequence[str], areas: Gazetteer | None) -> list[str]:
    """What is kept of the names of a row, from the outermost area inwards."""
    kept: list[str] = []
    for name in names:
        outer = [one for one in kept if WITHHELD not in one]
        kept.append(_kept(name, tuple(outer), areas))
    return kept


def kept_area_text(text: str, areas: Gazetteer | None) -> str:
    """The same for a text of paths ("Idlib > Heish"), several of them parted by |."""
    paths = [
        f" {PATH_SEPARATOR} ".join(kept_areas([step.strip() for step in path], areas))
        for path in (one.split(PATH_SEPARATOR) for one in text.split("|"))
    ]
    return "|".join(paths)


def _kept(name: str, outer: tuple[str, ...], areas: Gazetteer | None) -> str:
    words = list(_words(name))
    others = [word for word in words if not _is_generic(word[0])]
    if len(others) <= 1:
        return name
    whole = _match(name, outer, areas)
    if whole and whole.codes and whole.method in _SPELT:
        return name
    known = _known_words(words, outer, areas)
    if known and not (whole and whole.codes and whole.codes not in known.values()):
        return _without(name, words, {n for span in known for n in range(*span)})
    if (whole and _is_spelling(whole, inside=bool(outer))) or not _may_be_person(others):
        return name
    return WITHHELD


def _words(name: str) -> Iterator[re.Match[str]]:
    """The words of a name; a dash between two parts them."""
    plain = re.sub(r"(?<=\s)-+(?=\s)", " ", name)
    return (word for word in _WORD.finditer(plain) if re.search(r"\w", word[0]))


@cache
def _generic() -> frozenset[str]:
    words = {*ARTICLES, "and", "و", "near", "camp", "camps", "removed"}
    for known in (SYRIAN, WORLDWIDE):
        words |= {*known.levels, *known.seats, *known.empty, *known.qualifiers}
    return frozenset(words)


@cache
def _place_words() -> frozenset[str]:
    return frozenset(fold(word).core for own in WORDS.values() for word in own.get("places", ()))


def _is_generic(word: str) -> bool:
    """Whether a word is a level, a direction, a code or too short: no name of anybody."""
    core = fold(word, worldwide=True).core
    if _CODED.fullmatch(word) or len(core) < SHORTEST or core in _generic():
        return True
    slips = {without_slips(word, worldwide=True), without_slips(word, worldwide=False)}
    return len(core) > SHORTEST_SLIP and not slips.isdisjoint(_generic())


def _match(name: str, outer: tuple[str, ...], areas: Gazetteer | None) -> Match | None:
    if areas is None:
        return None
    found = areas.match(f" {PATH_SEPARATOR} ".join((*outer, name)))
    return found if found.codes or not outer else _better(found, areas.match(name))


def _better(inside: Match, anywhere: Match) -> Match:
    return anywhere if anywhere.codes else inside


def _known_words(
    words: Sequence[re.Match[str]], outer: tuple[str, ...], areas: Gazetteer | None
) -> dict[tuple[int, int], object]:
    """The stretches of words, the longest first, that are the name of an area."""
    found: dict[tuple[int, int], object] = {}
    taken: set[int] = set()
    for length in range(min(LONGEST, len(words) - 1), 0, -1):
        for first in range(len(words) - length + 1):
            span = range(first, first + length)
            if taken.intersection(span) or all(_is_generic(words[n][0]) for n in span):
                continue
            text = " ".join(words[n][0] for n in span)
            match = _match(text, outer, areas)
            if match and match.codes and match.method in _SPELT:
                found[first, first + length] = match.codes
                taken |= set(span)
    return found


def _without(name: str, words: Sequence[re.Match[str]], known: set[int]) -> str:
    """The name with what is neither known nor generic withheld."""
    kept = [n in known or _is_generic(word[0]) for n, word in enumerate(words)]
    if all(kept):
        return name
    said: list[str] = []
    for number, (word, keep) in enumerate(zip(words, kept, strict=True)):
        if not keep:
            said += [] if said[-1:] == [WITHHELD] else [WITHHELD]
        elif number in known or said[-1:] != [WITHHELD]:
            said.append(word[0])
    return " ".join(said)


def _is_spelling(match: Match, *, inside: bool) -> bool:
    """Whether a name is like an area's; of a bare name only what is clearly so."""
    if match.codes:
        return match.method is MatchMethod.FUZZY
    return inside and any(one.score >= LIKE_AN_AREA for one in match.candidates)


def _may_be_person(others: Sequence[re.Match[str]]) -> bool:
    """Whether words that are no area known could name a person."""
    return fold(others[0][0]).core not in _place_words()
