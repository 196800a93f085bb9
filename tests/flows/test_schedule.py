"""The deployments against a real Prefect server: scheduled, started, completed, published."""

import json
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

pytestmark = pytest.mark.slow

PATIENCE = 240
"""Seconds; a busy machine makes Prefect's database slowly."""


def test_a_server_schedules_the_daily_refresh_and_a_run_publishes(tmp_path: Path) -> None:
    port = free_port()
    api = f"http://127.0.0.1:{port}/api"
    settings = environment(
        tmp_path / "prefect",
        PREFECT_API_URL=api,
        DISPLACEMENT_STORE=str(tmp_path / "store"),
        DISPLACEMENT_INBOX=str(ROOT / "data/inbox"),
        DO_NOT_TRACK="1",
        PREFECT_SERVER_ANALYTICS_ENABLED="false",
    )
    server = ["prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with running(server, settings, tmp_path / "server.log"):
        eventually(lambda: requests.get(f"{api}/health", timeout=5).ok)
        with running(["displacement", "serve"], settings, tmp_path / "serve.log"):
            deployment = eventually(lambda: named(api, "daily"))
            assert deployment["schedules"][0]["schedule"]["cron"] == "0 5 * * *"
            assert eventually(lambda: named(api, "by-hand"))
            assert eventually(lambda: runs(api, "SCHEDULED")), "the scheduler inserted no run"
            asked = f"{api}/deployments/{deployment['id']}/create_flow_run"
            created = requests.post(asked, json={}, timeout=30).json()
            found = eventually(lambda: ended(api, created["id"]))
    assert found["state"]["type"] == "COMPLETED", found["state"]
    pointer = json.loads((tmp_path / "store/published/current.json").read_text())
    assert pointer["snapshot_id"] in found["state"]["message"]


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


def named(api: str, name: str) -> Any:
    found = requests.post(f"{api}/deployments/filter", json={}, timeout=30).json()
    return next((one for one in found if one["name"] == name), None)


def runs(api: str, state: str) -> Any:
    asked = {"flow_runs": {"state": {"type": {"any_": [state]}}}}
    return requests.post(f"{api}/flow_runs/filter", json=asked, timeout=30).json()


def ended(api: str, run_id: str) -> Any:
    found = requests.get(f"{api}/flow_runs/{run_id}", timeout=30).json()
    return found if found["state"]["type"] in {"COMPLETED", "FAILED", "CRASHED"} else None
