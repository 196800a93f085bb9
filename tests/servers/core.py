"""What every stand-in shares: a real HTTP server on loopback, its log, and its misbehaviour.

A stand-in says in `respond` what its interface answers; everything else happens here.
"""

import socket
import struct
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import ClassVar, Self, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

from tests.servers.exchange import Answer, Request, html_answer
from tests.servers.misbehaviour import KINDS, ON_THE_WIRE, Misbehaviour, spoil

Row = TypeVar("Row")
GONE = (ConnectionError, TimeoutError, ValueError)


class StandIn:
    """A server that answers like one interface. Use it as a context manager.

    `url` is its root, `base_url` what a configuration takes as the source's address. `requests`
    holds every request in order of arrival, `most_at_once` the largest number that ran side by
    side, `faults` what broke inside the stand-in itself (leaving the context then raises).
    """

    name: ClassVar[str] = ""
    source_id: ClassVar[str] = ""
    base_path: ClassVar[str] = ""
    own_kinds: ClassVar[dict[str, str]] = {}

    def __init__(self, *, key: str = "stand-in-key", port: int = 0) -> None:
        self.key = key
        self.requests: list[Request] = []
        self.faults: list[BaseException] = []
        self.most_at_once = 0
        self.stopping = threading.Event()
        self._orders: list[Misbehaviour] = []
        self._before: Answer | None = None
        self._at_once = 0
        self._lock = threading.Lock()
        self._ports = {"main": port}
        self._sites: dict[str, _Site] = {}

    def respond(self, request: Request) -> Answer:
        """What the interface answers when it is well."""
        raise LookupError(f"{type(self).__name__} answers nothing.")

    def refuse(self, request: Request) -> Answer:
        """What the interface answers to a key that is wrong or has expired."""
        return html_answer("Forbidden", "Forbidden", 403)

    def special(self, order: Misbehaviour, request: Request) -> Answer:
        """The answer to one of the stand-in's `own_kinds`."""
        raise ValueError(f"{type(self).__name__} has no misbehaviour {order.kind!r}.")

    def spoilt(self, answer: Answer, order: Misbehaviour) -> Answer:
        """The answer spoilt; a stand-in whose rows are no JSON says how."""
        return spoil(answer, order, self._before)

    def settings(self) -> dict[str, str]:
        """What a configuration needs to know: names and values."""
        return {"url": self.base_url, "key": self.key}

    @property
    def url(self) -> str:
        """The root of the server, without a slash at its end; known once it has started."""
        return self._sites["main"].url

    @property
    def base_url(self) -> str:
        """The address that stands for the interface's own base address."""
        return self.url + self.base_path

    def misbehave(self, kind: str, **how: object) -> Misbehaviour:
        """Order a misbehaviour; see KINDS and the fields of Misbehaviour.

        Raises ValueError for a kind that this stand-in does not know.
        """
        if not kind.isdecimal() and kind not in KINDS and kind not in self.own_kinds:
            raise ValueError(f"{type(self).__name__} has no misbehaviour {kind!r}.")
        order = Misbehaviour(kind, **how)  # type: ignore[arg-type]
        self._orders.append(order)
        return order

    def obey(self, order: Misbehaviour) -> None:
        """Order a misbehaviour that was made elsewhere."""
        self._orders.append(order)

    def behave(self) -> None:
        """Forget all orders to misbehave."""
        self._orders.clear()

    def asked(self, path: str) -> list[Request]:
        """The requests whose path ends so."""
        return [request for request in self.requests if request.path.endswith(path)]

    def visible(self, rows: Sequence[Row], request: Request) -> Sequence[Row]:
        """The rows that exist for this request: all, unless the stand-in silently shrinks."""
        return rows if request.share >= 1 else rows[: int(len(rows) * request.share)]

    def add_site(self, name: str) -> None:
        """Open a second host (another port) that logs into the same list."""
        self._ports[name] = 0

    def site_url(self, name: str) -> str:
        """The root of one of the hosts."""
        return self._sites[name].url

    def start(self) -> Self:
        """Open the ports and begin to serve."""
        for name, port in self._ports.items():
            self._sites[name] = _Site(self, name, port)
            self._sites[name].start()
        return self

    def stop(self) -> None:
        """Stop serving and close every connection."""
        self.stopping.set()
        for site in self._sites.values():
            site.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        if error is None and self.faults:
            raise AssertionError("The stand-in itself failed.") from self.faults[0]

    def take(self, request: Request) -> tuple[Answer, Misbehaviour | None]:
        """Log a request and decide its answer, and how it is sent."""
        with self._lock:
            self.requests.append(request)
            orders = [order for order in self._orders if order.concerns(request)]
        wire = None
        for order in orders:
            if order.kind in ON_THE_WIRE:
                wire = order
            elif order.kind == "smaller":
                request = replace(request, share=order.share)
        answer = self._answer(request, orders)
        if isinstance(answer.body, bytes):
            self._before = answer
        return answer, wire

    def _answer(self, request: Request, orders: list[Misbehaviour]) -> Answer:
        for order in orders:
            if order.kind == "expired_key":
                return self.refuse(request)
            if order.kind in self.own_kinds:
                return self.special(order, request)
        answer = self.respond(request)
        for order in orders:
            if order.kind not in ON_THE_WIRE and order.kind != "smaller":
                answer = self.spoilt(answer, order)
        return answer

    def enter_request(self) -> None:
        """Count a request in."""
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)

    def leave_request(self) -> None:
        """Count a request out."""
        with self._lock:
            self._at_once -= 1


class _Site(ThreadingHTTPServer):
    """One listening port of a stand-in, which can close its connections when it stops."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, stand_in: StandIn, name: str, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.stand_in = stand_in
        self.name = name
        self.open_sockets: set[socket.socket] = set()
        self.workers: list[threading.Thread] = []
        self.serving: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def start(self) -> None:
        self.serving = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self.serving.start()

    def stop(self) -> None:
        if self.serving:
            self.shutdown()
            self.serving.join()
        self.server_close()
        for connection in list(self.open_sockets):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for worker in self.workers:
            worker.join(2)

    def process_request(self, request: object, client_address: object) -> None:
        arguments = (request, client_address)
        worker = threading.Thread(target=self.process_request_thread, args=arguments, daemon=True)
        self.workers = [worker, *(old for old in self.workers if old.is_alive())]
        self.open_sockets.add(request)  # type: ignore[arg-type]
        worker.start()

    def shutdown_request(self, request: object) -> None:
        self.open_sockets.discard(request)  # type: ignore[arg-type]
        super().shutdown_request(request)  # type: ignore[arg-type]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no fault of the stand-in; faults are kept in `_Handler`."""


class _Handler(BaseHTTPRequestHandler):
    """Reads one request, asks the stand-in, and sends the answer as well or badly as ordered."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Site

    def do_GET(self) -> None:
        stand_in = self.server.stand_in
        stand_in.enter_request()
        try:
            answer, wire = self._decide(stand_in)
            self._send(answer, wire)
        except GONE:
            self.close_connection = True
        finally:
            stand_in.leave_request()

    do_POST = do_GET  # noqa: N815 - the base's names
    do_HEAD = do_GET  # noqa: N815

    def _decide(self, stand_in: StandIn) -> tuple[Answer, Misbehaviour | None]:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            method=self.command,
            path=unquote(parts.path),
            query=parse_qs(parts.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
            site=self.server.name,
            at=time.monotonic(),
        )
        try:
            return stand_in.take(request)
        except Exception as fault:  # noqa: BLE001 - whatever broke is raised when the test ends
            stand_in.faults.append(fault)
            return html_answer("Fault of the stand-in", repr(fault), 500), None

    def _send(self, answer: Answer, wire: Misbehaviour | None) -> None:
        kind = wire.kind if wire else ""
        if kind == "reset":
            self._reset()
            return
        if wire and kind == "slow":
            self.server.stand_in.stopping.wait(wire.delay)
        whole = kind in {"trickle", "reset_midway", "cut_off", "cut_chunks"}
        body = answer.whole_body() if whole else answer.body
        chunked = not isinstance(body, bytes) or kind == "cut_chunks"
        self._send_head(answer, None if chunked or not isinstance(body, bytes) else len(body))
        if self.command == "HEAD":
            return
        if wire and isinstance(body, bytes) and whole:
            self._send_badly(body, wire)
        elif chunked:
            self._send_chunks(replace(answer, body=body).pieces(1 << 20))
        elif isinstance(body, bytes):
            self.wfile.write(body)

    def _send_head(self, answer: Answer, length: int | None) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        if length is None:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(length))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _send_chunks(self, pieces: Iterator[bytes]) -> None:
        for piece in pieces:
            if self.server.stand_in.stopping.is_set():
                self.close_connection = True
                return
            self.wfile.write(b"%x\r\n" % len(piece) + piece + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def _send_badly(self, body: bytes, wire: Misbehaviour) -> None:
        if wire.kind == "trickle":
            for start in range(0, len(body), wire.piece):
                self.wfile.write(body[start : start + wire.piece])
                if self.server.stand_in.stopping.wait(wire.delay):
                    break
            return
        half = body[: len(body) // 2]
        if wire.kind == "cut_chunks":
            half = b"%x\r\n" % len(half) + half + b"\r\n"
        self.wfile.write(half)
        self.close_connection = True
        if wire.kind == "reset_midway":
            self._reset()

    def _reset(self) -> None:
        """Close so that the client's system sees a reset, not an end."""
        self.close_connection = True
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.server.open_sockets.discard(self.connection)
        self.connection.close()

    def version_string(self) -> str:
        return "stand-in"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Stay silent: `requests` is the log."""
