"""Did the publisher of a text count itself? By its name, and where it speaks of itself.

A medium tells what others counted; any other body that publishes may count.
"""

import re
from dataclasses import replace
from functools import lru_cache
from typing import Final

from displacement.extraction.attribution import UNKNOWN, Attribution
from displacement.extraction.candidates import only_pattern
from displacement.extraction.counter_names import Named, resolved
from displacement.extraction.document import Document
from displacement.extraction.rules import FOLDED
from displacement_schemas.vocabulary import CounterKind


def publisher_as_counter(document: Document) -> Attribution | None:
    """Whom "the agency" means where no counter was named before: a publisher that counts."""
    kind = _kind_of_publisher(document)
    if not document.publisher or kind is CounterKind.MEDIA:
        return None
    return Attribution(0, 0, 0, document.publisher, kind)


def own_count(document: Document, *, only_own: bool) -> Attribution:
    """The publisher, unless it is a medium; else nobody known.

    `only_own` takes only one whose bulletins give its own counts, whomever they name besides.
    """
    publisher = publisher_as_counter(document)
    written = (document.publisher or "").translate(FOLDED)
    known = _publisher_named(written, document.lang, strict=True)
    if publisher is None or (only_own and not (known and known.own)):
        return UNKNOWN
    if publisher.kind is CounterKind.UNKNOWN and _TELLS_NOTHING.fullmatch(publisher.counter):
        return UNKNOWN
    return replace(publisher, counter=(known and known.name) or publisher.counter)


_TELLS_NOTHING: Final = re.compile(
    r"\w[^\sA-Z]*|(?:The|Le|La|Les|El|Los|Las|Il|O|Der|Die|Das)\s\S+(?:\s\S+){0,3}|L'\S+(?:\s\S+)?"
)
"""One word, or an article before a few: so papers are called, and some bodies that nobody knows."""


def of_publisher(
    document: Document, words: str, said: Attribution, match: re.Match[str], *, quoted: bool
) -> Attribution | None:
    """The publisher, where it speaks of itself: as "we", as its teams, or by its own name."""
    if not quoted and (we := _is_we(words, document)):
        begin = max(said.start, min(match.start(), said.end - len(words) + we.start()))
        kind = _kind_of_publisher(document)
        return replace(said, start=begin, counter=str(document.publisher), kind=kind, known=True)
    if only_pattern(document.lang, "own_people").match(words):
        own = own_count(document, only_own=False)
        if own.known:
            return replace(said, counter=own.counter, kind=own.kind, known=True)
    if is_print(document, words) and re.search(r"count|tall", match[0]):
        return replace(said, counter=str(document.publisher), kind=CounterKind.MEDIA, known=True)
    return None


def is_print(document: Document, words: str) -> bool:
    """Whether words name the newspaper itself, which mostly only tells what others counted."""
    publisher = document.publisher
    named = publisher and publisher.lower() in words.lower()
    return bool(named) and _kind_of_publisher(document) is CounterKind.MEDIA


def _is_we(words: str, document: Document) -> re.Match[str] | None:
    """An organisation that publishes speaks of itself: "our teams have registered"."""
    we = only_pattern(document.lang, "we").search(words)
    return we if document.publisher and '"' not in words else None


def _kind_of_publisher(document: Document) -> CounterKind:
    """What kind of counter a publisher is: one that is no medium may count."""
    publisher, lang = (document.publisher or "").translate(FOLDED), document.lang
    if only_pattern(lang, "medium").search(publisher):
        return CounterKind.MEDIA
    named = _publisher_named(publisher, lang, strict=False)
    return named.kind if named else CounterKind.UNKNOWN


@lru_cache(maxsize=256)
def _publisher_named(publisher: str, lang: str, *, strict: bool) -> Named | None:
    """The counter that a publisher's name names: the same for every sentence of its texts."""
    return resolved(publisher, lang, strict=strict)
