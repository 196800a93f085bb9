"""A real Prefect server of the tests' own, and other processes that they start and ask."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.flows.command import BIN, ROOT, environment

PATIENCE = 240
"""Seconds; a busy machine makes Prefect's database slowly."""


@contextmanager
def prefect_server(home: Path) -> Iterator[str]:
    """A server with its database in a Prefect home; yields the address of its API."""
    port = free_port()
    api = f"http://127.0.0.1:{port}/api"
    settings = environment(
        home,
        PREFECT_API_URL=api,
        DO_NOT_TRACK="1",
        PREFECT_SERVER_ANALYTICS_ENABLED="false",
    )
    command = ["prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with running(command, settings, home / "server.log"):
        eventually(lambda: requests.get(f"{api}/health", timeout=5).ok)
        yield api


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], settings: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("wb") as file:
        process = subprocess.Popen(
            [str(BIN / command[0]), *command[1:]],
            cwd=ROOT,
            env=settings,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def eventually(ask: Callable[[], Any]) -> Any:
    """The first true answer within `PATIENCE` seconds."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if answer := ask():
                return answer
        except requests.ConnectionError:
            pass
        time.sleep(0.5)
    pytest.fail(f"nothing happened within {PATIENCE} seconds")
