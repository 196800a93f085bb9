"""What rows does a JSON answer have? Cut out one by one, without holding a large answer whole.

Below the reader of rows: it gets each row's own bytes, and what the answer says beside them.
"""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import msgspec

PIECE: Final = 4_000_000
"""Bytes that are read at once."""
MOST_CUTS: Final = 16
"""Ends of rows that are tried before more is read: in a text or a nested list they are none."""

_Rows = list[msgspec.Raw]


class Pieces:
    """The rows of an answer that is a list, or that holds a list under the key `at`.

    What is not read row by row (a list that does not come first) is read whole. Raises
    msgspec.MsgspecError where the answer is no JSON of this shape.
    """

    def __init__(self, file: BinaryIO, at: str | None, piece: int = PIECE) -> None:
        self._file, self._at, self._piece = file, at, piece
        key = rb"\{\s*" + re.escape(msgspec.json.encode(at)) + rb"\s*:\s*" if at else b""
        self._opening = re.compile(rb"(?:\xef\xbb\xbf)?\s*" + key + rb"\[")
        self.beside: dict[str, Any] = {}
        """What the answer says beside its rows, once they have been read."""

    def __iter__(self) -> Iterator[_Rows]:
        held = self._file.read(self._piece)
        opening = self._opening.match(held)
        if opening is None or len(held) < self._piece:
            yield self._last(held + self._file.read())
            return
        held = held[opening.end() :]
        wanted = self._piece
        while more := self._file.read(wanted):
            held += more
            del more
            rows, end = _whole_rows(held)
            if rows:
                yield rows
                held, wanted = held[end:], self._piece
            else:
                wanted = max(wanted, len(held))
        yield self._last(opening[0] + held)

    def _last(self, content: bytes) -> _Rows:
        content = content.removeprefix(b"\xef\xbb\xbf")
        if self._at is None:
            return msgspec.json.decode(content, type=_Rows)
        told = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
        if self._at not in told:
            raise msgspec.ValidationError(f"it has no {self._at!r}")
        rows = msgspec.json.decode(told.pop(self._at), type=_Rows)
        self.beside = {name: msgspec.json.decode(value) for name, value in told.items()}
        return rows


def _whole_rows(content: bytes) -> tuple[_Rows, int]:
    """The rows that end within the content, and where the next one begins.

    A place that only looks like the end of a row (in a text, or within a row) leaves no
    valid list before it.
    """
    end = len(content)
    for _ in range(MOST_CUTS):
        end = content.rfind(b"},", 0, end)
        if end < 0:
            break
        try:
            rows = msgspec.json.decode(b"[" + content[: end + 1] + b"]", type=_Rows)
        except msgspec.MsgspecError:
            continue
        return rows, end + 2
    return [], 0
