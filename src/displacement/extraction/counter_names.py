"""Whom do the words of a saying name: which body, of what kind, and where its name stands?

Beside `sayings`, which finds the words; those of private persons are told as such.
"""

import re
from typing import Final, NamedTuple

from displacement.extraction.candidates import only_pattern
from displacement.extraction.nations import countries
from displacement.extraction.needles import letters_of, possible
from displacement.extraction.rules import load_rules
from displacement.extraction.speakers import Speaker, read_speaker
from displacement_schemas.vocabulary import CounterKind


class Named(NamedTuple):
    """Whom some words name, and where in them."""

    name: str | None
    """How the house calls it; None where the words of the text are its name."""
    kind: CounterKind
    start: int
    end: int
    private: bool = False
    own: bool = False
    """Whether what it publishes are its own counts."""
    short: str = ""
    """The abbreviation that stands behind it: "the refugee commission CNARR"."""


def with_short(named: Named, words: str) -> Named:
    """The name with the abbreviation behind it, by which the text may call it later."""
    short = None if named.name else _SHORT.match(words, named.end)
    if not short or _ABBREVIATION.search(words, named.start, named.end):
        return named
    return named._replace(short=short["short"])


_SHORT: Final = re.compile(r"\s+(?:\(\s*)?(?P<short>(?!IDPs?\b)[A-Z][A-Z-]{2,9})(?![\w'])")

_ABBREVIATION: Final = re.compile(r"\b[A-Z]{3,}\b")


def before_description(named: Named, words: str, lang: str, *, strict: bool) -> Named:
    """The name in "COPECO, the national emergency agency": what it is stands behind it."""
    described = _DESCRIBED.fullmatch(words)
    own = described and resolved(described["name"], lang, strict=strict, spoken=True)
    if own and not own.private:
        return own
    body = only_pattern(lang, "named_body").match(words)
    if body and not named.name:
        group = "name" if body["name"] else "behind"
        return named._replace(start=body.start(group), end=body.end(group))
    return named


_DESCRIBED: Final = re.compile(
    r"(?P<name>\s*(?:[Tt]he\s+[A-Z]\w+(?:\s+[\w'-]+){0,5}|[A-Z][A-Z-]+)),\s+(?:an?|the|its|one\s+of)\s[^,]+"
)


def names_body(words: str, lang: str) -> bool:
    """Whether words hold the name of a body that we know by name."""
    return any(
        rule.get("says") and rule.pattern.search(words)
        for rule in possible(lang, "counter", letters_of(lang, words))
        if rule.get("kind") != "local_volunteers"
    )


def resolved(
    words: str,
    lang: str,
    *,
    strict: bool = False,
    spoken: bool | None = None,
    first: bool = False,
) -> Named | None:
    """The counter that words name.

    `strict` takes only those that are known by name; `spoken` reads the grammar of others, too,
    and tells whether their verb is one of speaking; `first`, whether the words begin with them.
    """
    speaker = only_pattern(lang, "speaker_for").match(words)
    if speaker:
        of = spoken and speaker[0].split()[-1] in ("of", "for")
        open_ended = None if spoken is None else bool(of)
        behind = resolved(
            words[speaker.end() :], lang, strict=strict, spoken=open_ended, first=True
        )
        if behind and not behind.private:
            skipped = speaker.end()
            return behind._replace(start=behind.start + skipped, end=behind.end + skipped)
    phrase = None if spoken is None else read_speaker(words, lang, speaks=spoken, first=first)
    for rule in possible(lang, "counter", letters_of(lang, words)):
        match = None if strict and not rule.get("sure") else rule.pattern.search(words)
        if match and not {match[0], match[0].title()} & countries(lang):
            group = next((name for name, text in match.groupdict().items() if text), 0)
            kind, own = CounterKind(rule.get("kind")), bool(rule.get("own"))
            named = Named(rule.get("says"), kind, *match.span(group), own=own)
            named = _with_whose(named, words, lang)
            exact = bool(rule.get("sure")) and words[named.start].isupper()
            return _widened(named, phrase, words, exact=exact)
    return Named(None, phrase.kind, *phrase.span, phrase.private) if phrase else None


def _with_whose(named: Named, words: str, lang: str) -> Named:
    """The name with what it is of, where the grammar of a language has that behind it."""
    whose = None if named.name else only_pattern(lang, "counter_of").match(words, named.end)
    return named._replace(end=whose.end()) if whose else named


def _widened(named: Named, phrase: Speaker | None, words: str, *, exact: bool) -> Named:
    """The whole phrase around a word for an office; who lives beside an office is private."""
    if phrase is None:
        return named
    start, end = phrase.span
    if phrase.private:
        subject = exact and not _AFTER_PREPOSITION.search(words, 0, named.start)
        beside = end <= named.start and "," not in words[end : named.start] and not subject
        return Named(None, phrase.kind, start, end, private=True) if beside else named
    if not exact and not named.name and start <= named.start and named.end <= end:
        return named._replace(start=start, end=end)
    return named


_AFTER_PREPOSITION: Final = re.compile(
    r"\b(?:of|at|for|from|with|in|on|near|by|to|outside|inside|and|or)\s+(?:the\s+|an?\s+)?\Z"
)
"""What makes a body that follows a part of another phrase: "a driver for the UN said"."""


def as_name(words: str, lang: str) -> str:
    """Words of a text as a name: without article, owner's s and what else grammar adds."""
    name = re.sub(r"^(?:the|a|an)\s+|'s$", "", " ".join(words.split()), flags=re.IGNORECASE)
    joined, apart = load_rules(lang).words.get("joined_article", ("", ""))
    if joined and name.startswith(joined):
        name = apart + name.removeprefix(joined)  # Arabic writes "to the council" as one word
    return name[:1].upper() + name[1:]
