"""An object storage of the tests' own: a real server of the S3 protocol, and a line that breaks.

with s3_server() as server:                     # sets the AWS_* variables meanwhile
    address = server.new_bucket()
    with server.line() as line:                 # everything goes through it meanwhile
        line.cut_after(puts=3)                  # breaks in the fourth PUT, and stays broken
        line.cut_in("current.json")             # breaks while that object is put
        line.mend()
        line.refuse(every=4)                    # every fourth request gets a 503 or a 500
        line.lose_answer("current.json")        # does what is asked, but nobody is told
        line.forget_conditions()                # hands on no If-Match and no If-None-Match
        line.before("current.json", act)        # calls `act` before that object is put
"""

import http.client
import itertools
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch

import requests
from moto.server import ThreadedMotoServer

from displacement.store.remote.address import Address

PIECE = 8192
ENDPOINT = "AWS_ENDPOINT_URL"
KEYS = {
    "AWS_ACCESS_KEY_ID": "stand-in",
    "AWS_SECRET_ACCESS_KEY": "stand-in",
    "AWS_REGION": "eu-west-1",
}


class BrokenError(Exception):
    """The line is cut."""


class S3Server:
    """A running server."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._numbers = itertools.count(1)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def new_bucket(self, name: str | None = None, prefix: str = "crisis/store") -> Address:
        """The address of a store that nobody has written to."""
        name = name or f"bucket-{next(self._numbers)}"
        assert requests.put(f"{self.url}/{name}", timeout=30).ok
        return Address(name, prefix)

    @contextmanager
    def line(self) -> Iterator["Line"]:
        """A line to the server that can be made to break."""
        line = Line(self.port)
        thread = threading.Thread(target=line.serve_forever, args=(0.05,))
        thread.start()
        try:
            with patch.dict(os.environ, {ENDPOINT: f"http://127.0.0.1:{line.server_port}"}):
                yield line
        finally:
            line.shutdown()
            thread.join()
            line.server_close()


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """A server, and the environment in which it is found."""
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    _, port = moto.get_host_and_port()
    server = S3Server(port)
    try:
        with patch.dict(os.environ, {**KEYS, ENDPOINT: server.url}):
            yield server
    finally:
        moto.stop()


class Line(ThreadingHTTPServer):
    """Hands every request on, unless it is told to misbehave."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.port = port
        self.requests: list[tuple[str, str]] = []
        self.refused = 0
        self._lock = threading.Lock()
        self.mend()

    def mend(self) -> None:
        """Be a good line again."""
        self._puts: float = float("inf")
        self._bytes: float = float("inf")
        self._every = 0
        self.left_out: set[str] = set()
        self._fatal = ""
        self._unanswered = ""
        self._acts: dict[str, Callable[[], object]] = {}

    def cut_after(self, *, puts: float = float("inf"), size: float = float("inf")) -> None:
        """Break in the middle of a PUT: after so many whole ones, or so many bytes of bodies."""
        self._puts, self._bytes = puts, size

    def cut_in(self, name: str) -> None:
        """Break in the middle of the next PUT of an object with this in its path."""
        self._fatal = name

    def refuse(self, *, every: int) -> None:
        """Let every so-manieth request fail for now."""
        self._every = every

    def forget_conditions(self) -> None:
        """Be the line to a server that does not know conditional puts."""
        self.left_out = {"if-match", "if-none-match"}

    def lose_answer(self, name: str) -> None:
        """Hand on the next PUT of an object, and break off before its answer."""
        self._unanswered = name

    def before(self, name: str, act: Callable[[], object]) -> None:
        """Do something before the next PUT of an object is handed on."""
        self._acts[name] = act

    def asked(self, method: str, end: str = "") -> list[str]:
        """The paths of requests so far."""
        return [path for one, path in self.requests if one == method and path.endswith(end)]

    def begin(self, method: str, path: str) -> int | None:
        """Count a request; the status with which it is refused, if it is."""
        with self._lock:
            self.requests.append((method, path))
            if self._puts < 0 or self._bytes < 0:
                raise BrokenError
            if self._every and len(self.requests) % self._every == 0:
                self.refused += 1
                return (503, 500)[self.refused % 2]
            if method == "PUT":
                is_fatal = bool(self._fatal) and self._fatal in path
                self._puts = -1 if is_fatal else self._puts - 1
        act = self._acts.pop(path.rpartition("/")[2], None) if method == "PUT" else None
        if act is not None:
            act()
        return None

    def passes(self, size: int) -> None:
        """Count bytes of a body that is put."""
        with self._lock:
            self._bytes -= size
            if self._bytes < 0 or self._puts < 0:
                raise BrokenError

    def answers(self, method: str, path: str) -> None:
        """Break off before an answer that shall be lost."""
        if method == "PUT" and self._unanswered and path.endswith(self._unanswered):
            self._unanswered = ""
            raise BrokenError

    def handle_error(self, request: object, client_address: object) -> None:
        """What breaks here is meant to."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Line

    def _any(self) -> None:
        try:
            self._hand_on()
        except (BrokenError, OSError, http.client.HTTPException):
            self.close_connection = True

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _any  # noqa: N815

    def _hand_on(self) -> None:
        path = self.path.partition("?")[0]
        refused = self.server.begin(self.command, path)
        length = int(self.headers.get("Content-Length") or 0)
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            if refused is not None:
                self.rfile.read(length)
                self._answer(refused, {}, b"try again")
                return
            upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in self.server.left_out:
                    upstream.putheader(name, value)
            upstream.endheaders()
            for size in [PIECE] * (length // PIECE) + [length % PIECE]:
                if self.command == "PUT":
                    self.server.passes(size)
                upstream.send(self.rfile.read(size))
            answer = upstream.getresponse()
            body = answer.read()
            self.server.answers(self.command, path)
            self._answer(answer.status, dict(answer.getheaders()), body)
        finally:
            upstream.close()

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in {"content-length", "connection", "transfer-encoding"}:
                self.send_header(name, value)
        length = headers.get("Content-Length", "0") if self.command == "HEAD" else str(len(body))
        self.send_header("Content-Length", length)
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(b"" if self.command == "HEAD" else body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
