"""A source's request against a stand-in, quick enough for tests: no pauses worth the name."""

from pathlib import Path
from typing import Any

from displacement.sources.source import Declaration, Http, Request
from displacement.sources.wire import Client
from tests.runs import NOW

KEY = "a-key-that/nobody=sees"
QUICK: dict[str, Any] = {
    "requests_per_second": 1000,
    "attempts": 3,
    "first_wait_seconds": 0.01,
    "connect_seconds": 2,
    "read_seconds": 2,
}


def request_to(url: str, **http: Any) -> Request:
    """A request of a source whose server is at `url`."""
    declaration = Declaration(
        "stand",
        "A stand-in",
        "none",
        "never",
        secrets={"key": "STAND_KEY"},
        http=Http(url=url, **QUICK | http),
    )
    return Request(declaration, Path(), NOW, secrets={"key": KEY})


def client_of(url: str, **http: Any) -> Client:
    """A client that sends the key in a header and in the address."""
    return Client(request_to(url, **http), headers={"X-Key": KEY}, parameters={"id": KEY})
