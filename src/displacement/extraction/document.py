"""Where does a text begin, and which of its characters form a sentence?

First station of extraction: every later step works on the cleaned text, whose characters stand
at the same offsets as those of the text as given.
"""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final, NamedTuple

from displacement.extraction.rules import FOLDED, load_rules

MAX_SENTENCE: Final = 1200
"""Longer stretches are cut, so that no step ever works on an endless sentence."""


class Span(NamedTuple):
    """A stretch of a text, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True)
class Document:
    """A piece of a text with its cleaned twin of equal length and its sentences."""

    text: str
    clean: str
    sentences: tuple[Span, ...]
    published_on: date
    publisher: str | None
    lang: str
    origin: int = 0
    """Where the piece begins in the whole text."""

    def sentence_at(self, offset: int) -> int:
        """The index of the sentence that holds the character at `offset`."""
        return max(0, bisect_right(self.sentences, (offset, len(self.text) + 1)) - 1)


def read_document(
    text: str, published_on: date, publisher: str | None, lang: str, *, origin: int = 0
) -> Document:
    """Clean a piece of a text that begins at `origin`, and find its sentences."""
    clean = clean_characters(text)
    sentences = tuple(find_sentences(clean, 0, lang))
    return Document(text, clean, sentences, published_on, publisher, lang, origin)


def split_header(text: str) -> tuple[dict[str, str], str]:
    """Split a report into its header and its body.

    A header is a block of "key: value" lines at the very beginning, ended by a blank line or by
    a line of three hyphens; it must hold at least one of the known keys. Where nothing ends it,
    lines of known keys that say when the report was published are one. The body is always the
    tail of the text, so that offsets of the whole text are kept by
    `extract(text, ..., start=len(text) - len(body))`.
    """
    start = 1 if text.startswith("\ufeff") else 0
    if opening := _RULER.match(text, start):
        start = opening.end()
    fields, stop = _fields(text, start)
    end = _HEADER_END.match(text, stop)
    if end and _KNOWN_KEYS & fields.keys():
        return fields, text[end.end() :]
    fields, stop = _fields(text, start, only=_KNOWN_KEYS)
    return (fields, text[stop:]) if "published" in fields else ({}, text)


def _fields(
    text: str, position: int, only: frozenset[str] = frozenset()
) -> tuple[dict[str, str], int]:
    """The lines of "key: value" from a position on, and where they end."""
    fields: dict[str, str] = {}
    while line := _HEADER_LINE.match(text, position):
        key = line["key"].strip().lower()
        if only and key not in only:
            break
        fields[key] = line["value"].strip()
        position = line.end()
    return fields, position


def clean_characters(text: str) -> str:
    """Fold spaces, dashes, quotation marks and digits to plain ones, one character for one.

    Marks on Arabic letters, which most writers leave out, become blanks behind their word.
    """
    clean = text.translate({ord(c): _plain(c) for c in set(text) if not ("!" <= c <= "~")})
    clean = _SCARE.sub(r" \1 ", clean)
    return _MARKED.sub(_without_marks, clean) if _MARK.search(clean) else clean


def _without_marks(word: re.Match[str]) -> str:
    bare = _MARK.sub("", word[0])
    return bare + " " * (len(word[0]) - len(bare))


_SCARE: Final = re.compile(r'(?<=\s)"([a-z][\w-]*(?: [a-z][\w-]*){0,2})"(?=\s)')
"""A word or two in quotation marks, which only a writer's distance sets: nobody speaks there."""
_MARK: Final = re.compile(r"[\u064b-\u0652\u0670]")
_MARKED: Final = re.compile(
    r"[\u0620-\u064a]++[\u064b-\u0652\u0670][\u0620-\u0652\u0670]*+[,;:.!?)\"]*"
)


_HOUR: Final = re.compile(r"\b[ap]\.m\Z")


def find_sentences(clean: str, start: int, lang: str) -> list[Span]:
    """The sentences of the cleaned text from `start` on, without the blanks between them."""
    rules = load_rules(lang)
    abbreviation = rules.compile(r"(?:\b{dotted}|\b[A-Z])\Z", flags=0)
    day = rules.compile(r"{weekday}\b|{month}\b", flags=0)
    cuts = [start]
    for gap in _GAP.finditer(clean, start):
        before = clean[max(start, gap.start() - 12) : gap.start()]
        hour = _HOUR.search(before)  # "as of 5 p.m. Sunday"
        if gap["stop"] == "." and (
            abbreviation.search(before) or (hour and day.match(clean, gap.end()))
        ):
            continue
        cuts.append(gap.end())
    cuts.append(len(clean))
    spans: list[Span] = []
    for left, right in pairwise(cuts):
        spans += _short_enough(clean, left, right)
    return spans


_KNOWN_KEYS: Final = frozenset(
    ["title", "publisher", "published", "language", "url", "source", "date"]
)
_HEADER_LINE: Final = re.compile(r"(?P<key>[A-Za-z][\w -]{0,30}):[ \t]+(?P<value>\S[^\n]*)\n")
_HEADER_END: Final = re.compile(r"[ \t]*-{3,}[ \t]*\r?\n|[ \t]*\r?\n")
_RULER: Final = re.compile(r"-{3,}[ \t]*\r?\n")
_GAP: Final = re.compile(
    r"(?P<stop>[.!?])[\"')\]]{0,3}\s+(?=[\"'(\[]{0,2}[A-Z0-9\u00c0-\u00de\u0600-\u06ff]|\([a-z]{1,3}\)\s)"
    r"|\n[ \t]*\n\s*"
    r"|\n(?=[ \t]*(?:[-*]|[a-z0-9]\))[ \t])"
)
_SPACES: Final = dict.fromkeys(
    "\u00a0\u2000\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u3000\t", " "
)
_DIRECTIONS: Final = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_FOLDED: Final = _SPACES | {
    **{chr(code): letter for code, letter in FOLDED.items()},
    **dict.fromkeys(_DIRECTIONS, " "),
    "‘": "'", "’": "'", "‛": "'", "ʼ": "'", "´": "'", "`": "'",
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "−": "-", "―": "—",
    "٬": ",", "،": ",", "٫": ".", "•": "*", "…": ".", "\r": " ", "\u200b": " ", "\ufeff": " ",
    "؟": "?", "؛": ";", "٪": "%", "ـ": " ",
}  # fmt: skip


def _plain(character: str) -> str:
    if character in _FOLDED:
        return _FOLDED[character]
    if unicodedata.category(character) == "Co":
        return " "  # private-use characters mark numbers later on
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def _short_enough(clean: str, left: int, right: int) -> list[Span]:
    spans = []
    while right - left > MAX_SENTENCE:
        cut = clean.rfind(" ", left + MAX_SENTENCE // 2, left + MAX_SENTENCE)
        cut = left + MAX_SENTENCE if cut < 0 else cut
        spans.append(_trimmed(clean, left, cut))
        left = cut
    spans.append(_trimmed(clean, left, right))
    return [span for span in spans if span.end > span.start]


def _trimmed(clean: str, left: int, right: int) -> Span:
    piece = clean[left:right]
    return Span(left + len(piece) - len(piece.lstrip()), left + len(piece.rstrip()))
