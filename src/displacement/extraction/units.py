"""What does a number count? Reads the noun that follows it."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from displacement.extraction.rules import load_rules

MAX_WORDS: Final = 9


@dataclass(frozen=True)
class Head:
    """The counted noun of a number: where it stands, its kind, and the words before it."""

    start: int
    end: int
    noun: str
    modifiers: str
    unit: str | None = None
    measure: str | None = None
    term: str | None = None
    reason: str | None = None
    base: bool = False
    of_number: bool = False
    demonym: bool = False
    guessed: bool = False
    """Whether only its capital and the verb behind it say that it names a people."""

    @property
    def displaced(self) -> bool:
        """Whether the noun phrase itself says that the people are displaced."""
        return self.measure is not None


def read_head(masked: str, start: int, limit: int, lang: str) -> Head | None:
    """The noun that the number ending at `start` counts, looking no further than `limit`."""
    _, stop, skip, adjectives = _patterns(lang)
    start = min(start, limit)  # a sentence without an end is cut somewhere, even within a number
    limit = _end_of_line(masked, start, limit)
    position = skip.match(masked, start, limit).end()  # type: ignore[union-attr]
    modifiers_start = position
    of = load_rules(lang).words["of"]
    of_number = False
    last = ""
    for _ in range(MAX_WORDS):
        gap = _GAP.match(masked, position, limit)
        position = gap.end() if gap else position
        if noun := _noun_at(masked, position, limit, lang):
            following = _GAP.match(masked, noun.end(), limit)
            compound = _noun_at(masked, following.end(), limit, lang) if following else None
            if compound and not _only_says_more(noun, compound, lang):
                noun = compound
            modifiers = masked[modifiers_start : noun.start()]
            if noun.lastgroup != "people" or _CAPITALS.fullmatch(modifiers.lstrip()):
                in_camps = _lodged(noun, masked, limit, lang)
                return _head(
                    noun, modifiers, adjectives, lang, of_number=of_number, in_camps=in_camps
                )
        if stop.match(masked, position, limit):
            return None
        word = _WORD.match(masked, position, limit)
        if word and last and word[0] in of and last[0].isalpha():
            return None  # "3,400 claims of displaced owners" counts claims
        if not word or (word[0] == "," and not last.islower()):
            return None
        last = word[0]
        if word[0][0] in "\ue001\ue002\ue003\ue004":
            # "60,000 of the city's 200,000 residents": the noun is that of the second number
            if not any(f" {word} " in masked[start:position] + " " for word in of):
                return None
            of_number = True
        position = word.end()
    return None


def _lodged(noun: re.Match[str], masked: str, limit: int, lang: str) -> bool:
    """Whether inmates are those of relief camps."""
    if noun.lastgroup != "held":
        return False
    return bool(load_rules(lang).only("camp_inmates").match(masked, noun.end(), limit))


def _end_of_line(masked: str, start: int, limit: int) -> int:
    """Where the next line of a table begins, whose name is the noun of its own number."""
    newline = masked.find("\n", start, min(limit, start + LINE))
    return newline if newline >= 0 and _NAME_OF_LINE.match(masked, newline, limit) else limit


LINE: Final = 60
"""So far behind a number its line may end."""
_NAME_OF_LINE: Final = re.compile(
    r"\s*(?:[•*-]\s*)?(?=[^\W\d_])(?![a-zà-ÿ])[^\n:|.;,\ue001-\ue004]{2,60}(?::|\|)(?=\s)"
)
_ADJECTIVAL: Final = ("displaced_person", "evacuated", "people", "dead", "hurt", "lost")
"""Nouns that after another noun are predicates: "12 people dead", "300 families displaced"."""


def _only_says_more(noun: re.Match[str], compound: re.Match[str], lang: str) -> bool:
    """Whether the second noun is a predicate or, in "200 soldiers, Iraqi ones", a nation."""
    kinds = load_rules(lang).words["nouns"]
    refused = "reason" in kinds.get(noun.lastgroup or "", {})
    return compound.lastgroup in _ADJECTIVAL or (refused and compound.lastgroup == "demonym")


_CAPITALS: Final = re.compile(r"(?:(?:[A-Z][\w'-]*|ethnic|of|displaced|young|other|more)\s+)*")
_GAP: Final = re.compile(r"\s+")
_WORD: Final = re.compile(
    r"[^\W\d_][\w'\u064b-\u0652-]*|[\ue001-\ue004]+|,(?= [^\WA-Z\d_][\w-]*(?:,| [^\W\d_]))"
)


def _noun_at(masked: str, position: int, limit: int, lang: str) -> re.Match[str] | None:
    """The noun that begins there; its first letters rule out most words."""
    first = masked[position : position + 2]
    if first.islower() and first not in _openings(lang):
        return None
    return _patterns(lang)[0].match(masked, position, limit)


@cache
def _openings(lang: str) -> frozenset[str]:
    """How nouns in small letters begin; the names of peoples begin with a capital."""
    nouns = load_rules(lang).words["nouns"].values()
    return frozenset(word[:2].lower() for noun in nouns for word in noun["words"])


@cache
def _patterns(lang: str) -> tuple[re.Pattern[str], ...]:
    rules = load_rules(lang)
    kinds = "|".join(
        f"(?P<{kind}>{rules.macros[kind]})" for kind in rules.words["nouns"] if kind != "person"
    )
    # a noun that another noun follows is an adjective: "displaced south Idlib residents"
    adjective = (
        rf"(?!\s+(?:(?!{rules.macros['joining']}\b|{rules.words['stop']})[\w-]+\s+){{0,2}}"
        r"(?:{person}|{household}|{resident}|{refugee}|{displaced_noun})\b)"
    )
    return (
        rules.compile(
            rf"(?:{kinds}|(?P<person>{{person}}))(?![\w'-]){adjective}"
            r"|(?P<demonym>{demonym})(?![\w'-])"
            + adjective
            + r"|(?P<people>{people_name})(?![\w'-])"
        ),
        rules.compile(rules.words["stop"]),
        rules.compile(rules.words["skip"]),
        rules.compile(rules.words["displaced_adjective"]),
    )


def _head(
    noun: re.Match[str],
    modifiers: str,
    adjectives: re.Pattern[str],
    lang: str,
    *,
    of_number: bool,
    in_camps: bool,
) -> Head:
    kind = "displaced_person" if in_camps else noun.lastgroup or ""
    said: dict[str, Any] = load_rules(lang).words["nouns"].get(kind, {"unit": "person"})
    measure, term = said.get("measure"), said.get("term")
    adjective = adjectives.search(modifiers)
    returning = adjective and adjective.lastgroup == "returnee" and measure == "idps"
    if adjective and said.get("unit") and (returning or not measure):
        nouns = load_rules(lang).words["nouns"]
        alike = nouns[adjective.lastgroup or "displaced_person"]
        measure, term = alike["measure"], alike["term"]
    return Head(
        start=noun.start(),
        end=noun.end(),
        noun=noun[0],
        modifiers=modifiers,
        unit=said.get("unit"),
        measure=measure,
        term=term,
        reason=said.get("reason"),
        base=bool(said.get("base")),
        of_number=of_number,
        demonym=kind in ("demonym", "people"),
        guessed=kind == "people",
    )
