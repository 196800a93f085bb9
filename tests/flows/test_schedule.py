"""The deployments against a real Prefect server: scheduled, started, completed, published."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.flows.command import ROOT, environment
from tests.flows.server import eventually, prefect_server, running

pytestmark = pytest.mark.slow


def test_a_server_schedules_the_daily_refresh_and_a_run_publishes(tmp_path: Path) -> None:
    home = tmp_path / "prefect"
    home.mkdir()
    with prefect_server(home) as api:
        settings = environment(
            home,
            PREFECT_API_URL=api,
            DISPLACEMENT_STORE=str(tmp_path / "store"),
            DISPLACEMENT_INBOX=str(ROOT / "data/inbox"),
        )
        with running(["displacement", "serve"], settings, tmp_path / "serve.log"):
            deployment = eventually(lambda: named(api, "daily"))
            assert deployment["schedules"][0]["schedule"]["cron"] == "0 5 * * *"
            assert eventually(lambda: named(api, "by-hand"))
            assert eventually(lambda: runs(api, "SCHEDULED")), "the scheduler inserted no run"
            created = eventually(lambda: started(api, deployment["id"]))
            found = eventually(lambda: ended(api, created["id"]))
    assert found["state"]["type"] == "COMPLETED", found["state"]
    pointer = json.loads((tmp_path / "store/published/current.json").read_text())
    assert pointer["snapshot_id"] in found["state"]["message"]


def named(api: str, name: str) -> Any:
    found = requests.post(f"{api}/deployments/filter", json={}, timeout=30).json()
    return next((one for one in found if one["name"] == name), None)


def runs(api: str, state: str) -> Any:
    asked = {"flow_runs": {"state": {"type": {"any_": [state]}}}}
    return requests.post(f"{api}/flow_runs/filter", json=asked, timeout=30).json()


def started(api: str, deployment: str) -> Any:
    """A new run; none while the server's database is locked, which it says with status 503."""
    asked = f"{api}/deployments/{deployment}/create_flow_run"
    answer = requests.post(asked, json={}, timeout=30)
    return answer.json() if answer.ok else None


def ended(api: str, run_id: str) -> Any:
    found = requests.get(f"{api}/flow_runs/{run_id}", timeout=30).json()
    return found if found["state"]["type"] in {"COMPLETED", "FAILED", "CRASHED"} else None
