"""How is a long text read in pieces? So that memory does not grow with its length.

Each piece sees what stands shortly before and after it, as its sentences may refer there.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

SIZE: Final = 64_000
"""Characters of a piece."""
CONTEXT: Final = 3_000
"""Characters that a piece sees before and after itself."""
SEARCH: Final = 8_000
"""How far before its full size a piece may end, to end with a paragraph or a sentence."""


class Block(NamedTuple):
    """A piece of a text, [start, end), and what it sees of the text: [context, sight)."""

    context: int
    start: int
    end: int
    sight: int


def cut(text: str, start: int) -> Iterator[Block]:
    """Cut a text from `start` on: at paragraphs, else at sentences, else at blanks."""
    first = begin = start
    while begin < len(text):
        end = _end(text, begin)
        yield Block(max(first, begin - CONTEXT), begin, end, min(len(text), end + CONTEXT))
        begin = end


def _end(text: str, begin: int) -> int:
    full = begin + SIZE
    if full >= len(text):
        return len(text)
    for seam in ("\n\n", "\n", ". ", " "):
        found = text.rfind(seam, full - SEARCH, full)
        if found > 0:
            return found + len(seam)
    return full
