"""Whom does a phrase name that no rule knows? Reads the noun phrase of a counter by its grammar.

An office or a role names itself ("the camp registrars"); private people and papers do not.
"""

import re
from typing import Final, NamedTuple

from displacement.extraction.candidates import only_pattern
from displacement.extraction.document import Span
from displacement.extraction.nations import countries
from displacement.extraction.rules import load_rules
from displacement_schemas.vocabulary import CounterKind


class Speaker(NamedTuple):
    """The words of a phrase that name a counter, or a private person who names none."""

    span: Span
    kind: CounterKind
    private: bool = False


def read_speaker(words: str, lang: str, *, speaks: bool, first: bool = False) -> Speaker | None:
    """The counter that a noun phrase names by what it is.

    Args:
        words: The phrase, with what stands before and after it in its clause.
        lang: Its language; one without `speaker_phrase` rules names nobody.
        first: Whether the phrase begins the words, as after "according to".
        speaks: Whether its verb is one of speaking, so that only somebody can be its subject.

    Returns:
        The whole phrase without the name of a person; None where it names nobody.
    """
    if not load_rules(lang).table("speaker_phrase"):
        return None
    private = None
    for segment in _segments(words):
        core = _core(words, segment, lang, first=first)
        found = core and _of_core(words, segment, core, lang, speaks=speaks)
        if found and not found.private:
            return found
        private = private or found
    return private


def _segments(words: str) -> list[Span]:
    """The stretches between commas, the last first: a role explains the name before it."""
    return [Span(*match.span()) for match in _BETWEEN_COMMAS.finditer(words)][::-1]


_BETWEEN_COMMAS: Final = re.compile(r"[^,]+")


def _core(words: str, segment: Span, lang: str, *, first: bool) -> Span | None:
    """The phrase up to its first preposition, without what comes before and without a name."""
    start = segment.start
    leads = () if first else only_pattern(lang, "speaker_lead").finditer(words, *segment)
    for lead in leads:
        start = lead.end()
    tail = only_pattern(lang, "speaker_tail").search(words, start, segment.end)
    core = _trimmed(words, Span(start, tail.start() if tail else segment.end))
    if core.start >= core.end:
        return None
    if named := only_pattern(lang, "named_person").search(words[core.start : core.end]):
        return Span(core.start, core.start + named.end())
    return core


def _of_core(words: str, segment: Span, core: Span, lang: str, *, speaks: bool) -> Speaker | None:
    text = words[core.start : core.end]
    holder = only_pattern(lang, "spokesman_of").search(text)
    if holder:
        return Speaker(
            Span(core.start + holder.start(), core.start + holder.end()), CounterKind.GOVERNMENT
        )
    paper = only_pattern(lang, "paper").search(text)
    if paper and not paper[0].strip()[:1].isupper():
        return _owner_of_paper(words, core, core.start + paper.start(), lang)
    if only_pattern(lang, "private").search(text):
        return Speaker(core, CounterKind.UNKNOWN, private=True)
    kind = _kind_of(text, lang)
    state = text in countries(lang) or only_pattern(lang, "capital").match(text)
    if kind is None and speaks and state:
        kind = CounterKind.GOVERNMENT
    named = _of_country(text, lang) or bool(only_pattern(lang, "speaker_phrase").search(text))
    if kind is None and speaks and named:
        kind = CounterKind.UNKNOWN
    return Speaker(_with_tail(words, core, segment, lang), kind) if kind else None


def _owner_of_paper(words: str, core: Span, end: int, lang: str) -> Speaker | None:
    """Whose figures they are: "civil protection figures", "the mission's spokesman"."""
    owner = words[core.start : end].strip()
    kind = _kind_of(owner, lang) if owner else None
    if kind is None and not only_pattern(lang, "owner").search(owner):
        return None
    return Speaker(_trimmed(words, Span(core.start, end)), kind or CounterKind.UNKNOWN)


def _kind_of(text: str, lang: str) -> CounterKind | None:
    rules = load_rules(lang).table("speaker")
    found = next((rule for rule in rules if rule.pattern.search(text)), None)
    return CounterKind(found.get("kind")) if found else None


def _of_country(text: str, lang: str) -> bool:
    """A name that ends in that of a country is no person's: "Migración Colombia"."""
    first, _, last = text.rpartition(" ")
    return first[:1].isupper() and last in countries(lang)


def _with_tail(words: str, core: Span, segment: Span, lang: str) -> Span:
    """The phrase with what it is of: "the bishop of Pemba", "doctors at the hospital"."""
    tail = only_pattern(lang, "speaker_of").match(words, core.end, segment.end)
    return Span(core.start, tail.end()) if tail else core


def _trimmed(words: str, span: Span) -> Span:
    piece = words[span.start : span.end]
    left = len(piece) - len(piece.lstrip(" '\n\t.-"))
    return Span(span.start + left, span.start + max(left, len(piece.rstrip(" \n\t'.-"))))
