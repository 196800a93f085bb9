"""How do keys stay out of everything that is written? Their values are cut wherever they stand.

Beside the client: addresses, answers (some servers repeat the key) and log lines pass through.
"""

import logging
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote, quote_plus

HIDDEN: Final = "***"
SHORTEST: Final = 4
"""A shorter value would blot out words by accident; no real key is so short."""

LOGGERS: Final = ("urllib3.connectionpool", "requests", "stamina")


class Secrets:
    """The values that must never be seen, in every spelling an address gives them."""

    def __init__(self, values: Iterable[str]) -> None:
        spelled = {
            spelling
            for value in values
            if len(value) >= SHORTEST
            for spelling in (value, quote(value, safe=""), quote(value), quote_plus(value))
        }
        self._spelled = sorted(spelled, key=lambda text: (-len(text), text))
        self._bytes = [text.encode() for text in self._spelled]
        self._longest = max(map(len, self._bytes), default=0)

    def hide(self, text: str) -> str:
        """The text without them."""
        for spelling in self._spelled:
            text = text.replace(spelling, HIDDEN)
        return text

    def hide_bytes(self, content: bytes) -> bytes:
        """The content without them."""
        for spelling in self._bytes:
            content = content.replace(spelling, HIDDEN.encode())
        return content

    def hide_stream(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The chunks without them, even where one is cut between two chunks."""
        if not self._bytes:
            yield from chunks
            return
        held = b""
        for chunk in chunks:
            held = self.hide_bytes(held + chunk)
            keep = self._tail(held)
            yield held[: len(held) - keep]
            held = held[len(held) - keep :]
        yield held

    def _tail(self, content: bytes) -> int:
        """How many of the last bytes may be the beginning of one of them."""
        for size in range(min(self._longest - 1, len(content)), 0, -1):
            end = content[len(content) - size :]
            if any(spelling.startswith(end) for spelling in self._bytes):
                return size
        return 0


class _Watch(logging.Filter):
    """Cuts every key that this process has used from what the libraries below us log."""

    def __init__(self) -> None:
        super().__init__()
        self._values: set[str] = set()
        self._secrets = Secrets(())
        for name in LOGGERS:
            logging.getLogger(name).addFilter(self)

    def also(self, values: Iterable[str]) -> None:
        self._values |= set(values)
        self._secrets = Secrets(self._values)

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self._secrets.hide(record.getMessage()), ()
        return True


_watch = _Watch()


def keys_of(values: Iterable[str]) -> Secrets:
    """The keys of one source; from now on no log line shows them."""
    values = list(values)
    _watch.also(values)
    return Secrets(values)
