"""How is a server asked, patiently and politely, and its answer checked before it counts?

The one client of all sources: rate, retries, limits, content checks; keys never leave it.
"""

import random
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from enum import StrEnum
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import requests
import stamina
import stamina.instrumentation
import urllib3

from displacement.normalise.privacy import redact_contacts
from displacement.sources.source import Answer, Failure, Http, Request, SourceError
from displacement.sources.wire.pieces import read_json
from displacement.sources.wire.secrets import keys_of
from displacement.windows import Window

USER_AGENT: Final = f"displacement/{version('displacement')}"
CHUNK: Final = 1 << 20
MEGABYTE: Final = 1_000_000
LONGEST_SAID: Final = 300
"""Characters of a server's own explanation that an error repeats."""

NO_ACCESS: Final = frozenset({401, 403})
PASSING: Final = frozenset({408, 425, 429})
PENDING: Final = 202

stamina.instrumentation.set_on_retry_hooks([])  # a fault that passes is no news

Parameters = Mapping[str, Any] | list[tuple[str, str]]


class Expected(StrEnum):
    """What an answer has to be, told by its first bytes and its declared type."""

    JSON = "JSON"
    WORKBOOK = "an Excel workbook"
    PDF = "a PDF"
    CSV = "CSV text"


_FIRST_BYTES: Final[Mapping[Expected, tuple[bytes, ...]]] = {
    Expected.JSON: (b"{", b"["),
    Expected.WORKBOOK: (b"PK\x03\x04",),
    Expected.PDF: (b"%PDF",),
    Expected.CSV: (),
}
_LAST_BYTES: Final[Mapping[Expected, tuple[bytes, ...]]] = {Expected.JSON: (b"}", b"]")}
_PAGE: Final = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|\?xml|script)", re.IGNORECASE
)


class AccessError(SourceError):
    """The server refuses our key (or our asking at all): no other query will fare better."""


class PassingError(SourceError):
    """A fault that may be gone at the next attempt."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait
        """Seconds that the server asked for."""


@dataclass(frozen=True)
class Query:
    """One thing to ask a source for, under the name that its figures are filed under."""

    name: str
    what: Any = None
    covers: Window | None = None


@dataclass(frozen=True)
class Reply:
    """A checked answer: its bytes, or the temporary file that holds them."""

    url: str
    """Without keys."""
    status: int
    media_type: str
    content: bytes | Path = field(repr=False)

    @property
    def body(self) -> bytes:
        """The bytes of an answer that was not downloaded to a file."""
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()

    def json(self) -> Any:
        """What the answer says. Raises SourceError where it is no JSON."""
        return read_json(self.body)

    def answer(self, query: Query, content: bytes | Path | None = None) -> Answer:
        """The reply as what lands for a query; `content` where it was cleared or rewritten."""
        return Answer(
            name=query.name,
            url=self.url,
            media_type=self.media_type,
            content=self.content if content is None else content,
            status=self.status,
            covers=query.covers,
        )


def ask_all(
    client: "Client", queries: Iterable[Query], ask: Callable[[Query], Iterable[Answer]]
) -> Iterator[Answer | Failure]:
    """Work every query, as many at once as the source allows, and yield in their order.

    A query that fails costs no other one; a refused key ends all of it (AccessError).
    """

    def worked(query: Query) -> list[Answer] | Failure:
        try:
            return list(ask(query))
        except AccessError:
            raise
        except SourceError as down:
            return Failure(query.name, f"{query.name}: {down}")

    with ThreadPoolExecutor(client.http.concurrency) as pool:
        for outcome in pool.map(worked, queries):
            if isinstance(outcome, Failure):
                yield outcome
            else:
                yield from outcome


class Client:
    """Asks one source's server over one session, within the limits of its declaration."""

    def __init__(
        self,
        request: Request,
        *,
        headers: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
        login: tuple[str, str] | None = None,
        discreet: bool = False,
    ) -> None:
        """`headers`, `parameters` and `login` go with every request, and may hold keys.

        `discreet` is for servers that know who counts: nothing of their own words is repeated.
        Raises SourceError where the declaration says no address.
        """
        if request.declaration.http is None:
            raise SourceError("no address is declared: set url in its table [….http]")
        self.http: Http = request.declaration.http
        self._secrets = keys_of(request.secrets.values())
        self._parameters = dict(parameters or {})
        self._discreet = discreet
        self._private = bool(headers or parameters or login)
        self._session = _Session(frozenset(headers or {}))
        self._session.headers["User-Agent"] = self.http.user_agent or USER_AGENT
        self._session.headers["Accept-Encoding"] = "gzip, deflate"
        self._session.headers.update(headers or {})
        self._session.auth = login
        self._limits = _limits_of(self.http)

    def get(
        self, path: str, parameters: Parameters | None = None, expected: Expected = Expected.JSON
    ) -> Reply:
        """Ask, and hold the answer, keys cut out, in memory.

        `path` is relative to the declared address, or the whole address of a further page.
        Raises SourceError where no good answer comes, AccessError where the key is refused.
        """

        def keep(chunks: Iterator[bytes]) -> tuple[bytes, bytes, bytes]:
            content = self._secrets.hide_bytes(b"".join(chunks))
            return content, content[:CHUNK], content[-CHUNK:]

        return self._patiently(path, parameters, expected, keep)

    def download(
        self, path: str, parameters: Parameters | None = None, expected: Expected = Expected.JSON
    ) -> Reply:
        """Ask, and stream the answer, keys cut out, into a temporary file."""

        def spool(chunks: Iterator[bytes]) -> tuple[Path, bytes, bytes]:
            return _spooled(self._secrets.hide_stream(chunks))

        return self._patiently(path, parameters, expected, spool)

    def _patiently(
        self, path: str, parameters: Parameters | None, expected: Expected, take: "_Take"
    ) -> Reply:
        url = self._address_of(path)
        attempts = stamina.retry_context(
            on=self._next_wait,
            attempts=self.http.attempts,
            timeout=None,
            wait_initial=self.http.first_wait_seconds,
            wait_jitter=self.http.first_wait_seconds,
            wait_max=self.http.longest_wait_seconds,
        )
        for attempt in attempts:
            with attempt:
                return self._once(url, parameters, expected, take)
        raise AssertionError("an attempt either returns or raises")

    def _address_of(self, path: str) -> str:
        """The whole address; what we send anyway is taken out of a further page's address.

        Raises SourceError where a further page is elsewhere, since keys would go there too.
        """
        base = urlsplit(self.http.url)
        if not path:
            return self.http.url
        found = urlsplit(urljoin(self.http.url.rstrip("/") + "/", path))
        if self._private and found.hostname != base.hostname:
            raise SourceError(f"the next page is on another server, {found.hostname}")
        if found.hostname == base.hostname:
            found = found._replace(scheme=base.scheme, netloc=base.netloc)
        asked = [
            one
            for one in parse_qsl(found.query, keep_blank_values=True)
            if one[0] not in self._parameters
        ]
        return urlunsplit(found._replace(query=urlencode(asked)))

    def _next_wait(self, fault: Exception) -> bool | float:
        """Whether to try again, or after how many seconds; never longer than declared."""
        if not isinstance(fault, PassingError):
            return False
        if fault.wait is None:
            return True
        # Those who were told the same moment should not all come back in it.
        return fault.wait <= self.http.longest_wait_seconds and fault.wait + random.random() / 10  # noqa: S311

    def _once(
        self, url: str, parameters: Parameters | None, expected: Expected, take: "_Take"
    ) -> Reply:
        asked = list(self._parameters.items()) + _pairs(parameters)
        with (
            self._limits,
            _plain_faults(urlsplit(url).hostname or url, self.http),
            self._session.get(
                url,
                params=asked or None,
                stream=True,
                timeout=(self.http.connect_seconds, self.http.read_seconds),
            ) as response,
        ):
            self._refuse_status(response)
            content, first, last = take(self._limited(response))
            media_type = response.headers.get("Content-Type", "")
            try:
                _refuse_content(media_type, first, last, expected)
            except SourceError:
                if isinstance(content, Path):
                    content.unlink(missing_ok=True)
                raise
            hidden = self._secrets.hide(_address(url, asked))
            return Reply(hidden, response.status_code, media_type, content)

    def _refuse_status(self, response: requests.Response) -> None:
        status = response.status_code
        if status in NO_ACCESS:
            raise AccessError(
                f"the server refuses us with status {status}{self._said(response)}; check the key "
                "and whether it has run out"
            )
        if status in PASSING or status >= requests.codes.server_error:
            wait = _asked_to_wait(response.headers.get("Retry-After"), response)
            pause = f" and asks to wait {wait:.0f} seconds" if wait is not None else ""
            raise PassingError(f"the server answers with status {status}{pause}", wait)
        if status == PENDING:
            raise PassingError("the server answers with status 202: not ready, or a challenge")
        if status != requests.codes.ok:
            raise SourceError(f"the server answers with status {status}{self._said(response)}")

    def _said(self, response: requests.Response) -> str:
        """The server's own explanation, if it is short JSON; keys and contacts cut out."""
        if self._discreet:
            return ""
        try:
            words = _explanation(read_json(next(response.iter_content(CHUNK), b"")))
        except (SourceError, requests.RequestException):
            return ""
        return f" ({redact_contacts(self._secrets.hide(words))[:LONGEST_SAID]})" if words else ""

    def _limited(self, response: requests.Response) -> Iterator[bytes]:
        """The body in large pieces, or SourceError where it is too large or takes too long."""
        most = self.http.largest_megabytes * MEGABYTE
        until = time.monotonic() + self.http.answer_seconds
        size = 0
        piece = bytearray()
        # One read at a time: a server that trickles would fill no larger piece in time.
        while read := response.raw.read1(CHUNK, decode_content=True):
            size += len(read)
            piece += read
            if size > most:
                raise SourceError(
                    f"the answer is larger than {self.http.largest_megabytes:g} MB; ask for less, "
                    "or raise largest_megabytes"
                )
            if time.monotonic() > until:
                raise PassingError(
                    f"the answer took longer than {self.http.answer_seconds:g} seconds"
                )
            if len(piece) >= CHUNK:
                yield bytes(piece)
                piece.clear()
        yield bytes(piece)


_Take = Callable[[Iterator[bytes]], tuple[bytes | Path, bytes, bytes]]
"""Keeps a body; returns it with its first and its last bytes."""


class _Session(requests.Session):
    """Keys in headers stay with the host that they were meant for."""

    def __init__(self, private: frozenset[str]) -> None:
        super().__init__()
        self._private = private

    def rebuild_auth(
        self, prepared_request: requests.PreparedRequest, response: requests.Response
    ) -> None:
        super().rebuild_auth(prepared_request, response)  # type: ignore[no-untyped-call]
        old, new = response.request.url or "", prepared_request.url or ""
        if self.should_strip_auth(old, new):  # type: ignore[no-untyped-call]
            for name in self._private:
                prepared_request.headers.pop(name, None)


class _Limits:
    """Keeps to the declared rate and concurrency, whichever client and thread asks.

    Entering waits until so many seconds have passed since the last request began, and until
    fewer requests are under way than there may be.
    """

    def __init__(self, requests_per_second: float, concurrency: int) -> None:
        self._seconds = 1 / requests_per_second
        self._next = 0.0
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(concurrency)

    def __enter__(self) -> None:
        self._places.acquire()
        with self._lock:
            now = time.monotonic()
            mine = max(self._next, now)
            self._next = mine + self._seconds
        time.sleep(max(0.0, mine - now))

    def __exit__(self, *_: object) -> None:
        self._places.release()


@cache
def _limits(_server: str, requests_per_second: float, concurrency: int) -> _Limits:
    return _Limits(requests_per_second, concurrency)


def _limits_of(http: Http) -> _Limits:
    """The limits of a server, shared by all who ask it: a backfill asks anew for each window."""
    return _limits(urlsplit(http.url).netloc, http.requests_per_second, http.concurrency)


@contextmanager
def _plain_faults(host: str, http: Http) -> Iterator[None]:
    """Faults of the connection in plain words: the library's own repeat the address and keys."""
    try:
        yield
    except (requests.Timeout, urllib3.exceptions.ReadTimeoutError):
        reason = f"{host} did not answer within {http.read_seconds:g} seconds"
        raise PassingError(reason) from None
    except requests.TooManyRedirects:
        raise SourceError(f"{host} sends us in circles") from None
    except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema):
        raise SourceError(f"{host} is no address; check its url") from None
    except requests.exceptions.SSLError:
        raise SourceError(f"{host} has no certificate that can be trusted") from None
    except urllib3.exceptions.HTTPError:
        raise PassingError(f"the answer of {host} broke off") from None
    except requests.RequestException:
        raise PassingError(f"{host} cannot be reached") from None
    except ValueError:  # the library takes the address of a redirect apart without care
        raise SourceError(f"{host} sends us to an address that is none") from None


def _refuse_content(media_type: str, first: bytes, last: bytes, expected: Expected) -> None:
    """A challenge or error page with a good status is a fault, not data."""
    if not first.strip():
        raise PassingError(f"the answer is empty where {expected} was expected")
    if _PAGE.match(first) or "text/html" in media_type:
        raise PassingError(f"the answer is an HTML page where {expected} was expected")
    begins = _FIRST_BYTES[expected]
    if begins and not first.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(begins):
        raise PassingError(f"the answer is not {expected}")
    ends = _LAST_BYTES.get(expected)
    if ends and not last.rstrip().endswith(ends):
        raise PassingError("the answer breaks off before its end")


def _asked_to_wait(header: str | None, response: requests.Response) -> float | None:
    """Seconds, from either form of Retry-After; a date counts from the server's own clock."""
    if not header:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        until = parsedate_to_datetime(header)
        sent = parsedate_to_datetime(response.headers.get("Date", ""))
        return max(0.0, (until - sent).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def _explanation(said: Any) -> str:
    """The sentence in an error body, wherever its server keeps it."""
    if isinstance(said, str):
        return said
    if isinstance(said, list):
        return "; ".join(filter(None, map(_explanation, said)))
    if not isinstance(said, dict):
        return ""
    keys = ("message", "detail", "error", "errorMessages", "msg", "title")
    return next((words for key in keys if (words := _explanation(said.get(key)))), "")


def _spooled(chunks: Iterable[bytes]) -> tuple[Path, bytes, bytes]:
    with tempfile.NamedTemporaryFile(prefix="displacement-", delete=False) as file:
        path = Path(file.name)
        first = last = b""
        try:
            for chunk in chunks:
                first = first if len(first) >= LONGEST_SAID else (first + chunk)[:CHUNK]
                last = (last[-LONGEST_SAID:] + chunk)[-CHUNK:]
                file.write(chunk)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return path, first, last


def _pairs(parameters: Parameters | None) -> list[tuple[str, str]]:
    if parameters is None or isinstance(parameters, list):
        return parameters or []
    return [
        (name, str(one))
        for name, value in parameters.items()
        if value is not None
        for one in (value if isinstance(value, list | tuple) else [value])
    ]


def _address(url: str, asked: list[tuple[str, str]]) -> str:
    return str(requests.Request("GET", url, params=asked or None).prepare().url)
