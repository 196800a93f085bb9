"""What does a reader see of a text? Leaves out what nobody sees, and knows where it stood.

Copied text has marks of direction, joiners and soft hyphens within its numbers and words.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any, Final

Row = dict[str, Any]


@dataclass(frozen=True)
class Visible:
    """A text without invisible characters; `places` says where each of its characters stood."""

    text: str
    places: Sequence[int]
    """One more than the text has characters: the last is the length of the text as it was."""

    def offset(self, place: int) -> int:
        """Which of the visible characters is the first at this place of the text or behind it."""
        return bisect_left(self.places, place)

    def put_back(self, row: Row, original: str, origin: int) -> Row:
        """A row with its offsets and its words as they are in the original, which has `origin`."""
        placed = dict(row)
        for name, value in row.items():
            if value is None:
                continue
            if name.endswith("_start") or name == "same_as":
                placed[name] = origin + self.places[value]
            elif name.endswith("_end"):
                placed[name] = origin + self.places[value - 1] + 1
        start, end = placed["number_start"] - origin, placed["number_end"] - origin
        placed["number_text"] = original[start:end]
        if quote := row.get("quote"):
            begin = self.text.index(quote, row["sentence_start"])
            last = self.places[begin + len(quote) - 1]
            placed["quote"] = original[self.places[begin] : last + 1]
        return placed


def visible(text: str) -> Visible:
    """The text as a reader sees it."""
    hidden: list[int] = []
    if _UNSEEN.search(text):
        hidden = [place for match in _INVISIBLE.finditer(text) for place in range(*match.span())]
    if not hidden:
        return Visible(text, range(len(text) + 1))
    shown = bytearray(b"\x01") * len(text)
    for place in hidden:
        shown[place] = 0
    places = list(compress(range(len(text)), shown))
    return Visible("".join(compress(text, shown)), [*places, len(text)])


def shows_nothing(text: str) -> bool:
    """Whether all that a text holds are blanks and characters that nobody sees."""
    return not _UNSEEN.sub("", text).strip()


_HIDDEN: Final = "\u00ad\u061c\u200c-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069"
_BREAKS: Final = "\u200b\ufeff"
"""They may part two words, but never a number."""
_INVISIBLE: Final = re.compile(
    rf"[{_HIDDEN}]+(?:[{_BREAKS}]+(?=[.,]?\d))?"
    rf"|(?<=\d)[{_BREAKS}]+(?=[.,]?[{_HIDDEN}]*\d)"
    rf"|(?<=\d[.,])[{_BREAKS}]+(?=\d{{3}}(?!\d))"
)
_UNSEEN: Final = re.compile(rf"[{_HIDDEN}{_BREAKS}]+")
