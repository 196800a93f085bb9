"""What goes over the wire: a request as the stand-in saw it, an answer as it will be sent."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

Json = Any
JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Request:
    """One request, kept in `server.requests` for tests to look at.

    `site` names the host that was asked where a stand-in has several ("main", "dump"); `at` is
    the monotonic clock in seconds; `share` is the part of the rows that is to be seen (below 1
    while the stand-in silently shrinks).
    """

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes = b""
    site: str = "main"
    at: float = 0.0
    share: float = 1.0

    def value(self, name: str, default: str | None = None) -> str | None:
        """The first value of a query parameter."""
        values = self.query.get(name)
        return values[0] if values else default

    def header(self, name: str, default: str = "") -> str:
        """A header by its name in any case."""
        return self.headers.get(name.lower(), default)

    def whole(self, name: str, default: int) -> int:
        """A query parameter as a whole number; the default where it is none."""
        text = self.value(name) or ""
        return int(text) if text.lstrip("-").isdecimal() else default


@dataclass
class Answer:
    """One answer. Bytes are sent with their length, an iterable of bytes in chunks."""

    body: bytes | Iterable[bytes] = b""
    status: int = 200
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)

    def whole_body(self) -> bytes:
        """The body in one piece."""
        return self.body if isinstance(self.body, bytes) else b"".join(self.body)

    def pieces(self, size: int = 1 << 16) -> Iterator[bytes]:
        """The body in pieces of at most `size` bytes."""
        for part in (self.body,) if isinstance(self.body, bytes) else self.body:
            yield from (part[i : i + size] for i in range(0, len(part), size))


def dump(document: Json) -> bytes:
    """JSON as the interfaces write it: compact, UTF-8."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def json_answer(document: Json, status: int = 200, **headers: str) -> Answer:
    """An answer that is a JSON document."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(dump(document), status, JSON, named)


def html_answer(title: str, text: str, status: int = 200, **headers: str) -> Answer:
    """An answer that is a small HTML page."""
    page = f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body>{text}</body></html>\n"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(page.encode(), status, HTML, named)


class Personal:
    """Invented personal data that forms carry; no byte of it may ever reach a store or a log."""

    NAME: ClassVar[str] = "Invented Name"
    PHONE: ClassVar[str] = "+00000"
    DEVICE: ClassVar[str] = "invented-device"
    ACCOUNT: ClassVar[str] = "invented_account"
    PLACE: ClassVar[str] = "99.123"
    PICTURE: ClassVar[str] = "invented_picture"
    NOTE: ClassVar[str] = "invented free text"
    MAIL: ClassVar[str] = "invented@example.invalid"


# Search a store, a log or an error for these; finding one means that personal data leaked.
PERSONAL_MARKERS = (
    Personal.NAME,
    Personal.PHONE,
    Personal.DEVICE,
    Personal.ACCOUNT,
    Personal.PLACE,
    Personal.PICTURE,
    Personal.NOTE,
    Personal.MAIL,
)
