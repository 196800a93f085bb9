"""Runs that ask servers: side by side, no key left anywhere, never ended by one of them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from tests.flows.command import displacement
from tests.runs import holds
from tests.servers.dtm import DtmServer
from tests.servers.rdf import RdfServer

pytestmark = pytest.mark.slow

KEY = "a-key-that-nobody-sees"


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[DtmServer, RdfServer]]:
    """Two stand-ins, small and quick."""
    with DtmServer(rows=400, seed=1, key=KEY) as dtm, RdfServer(rows=400, seed=1) as rdf:
        yield dtm, rdf


@pytest.fixture(scope="module")
def crisis(tmp_path_factory: pytest.TempPathFactory, servers: tuple[DtmServer, RdfServer]) -> Path:
    """A folder as `displacement init` leaves it, with its sources pointed at the stand-ins."""
    dtm, rdf = servers
    folder = tmp_path_factory.mktemp("crisis")
    (folder / "data/inbox").mkdir(parents=True)
    quick = "requests_per_second = 100\nattempts = 2\nfirst_wait_seconds = 0.01"
    country = 'enabled = true\ncountries = ["HTI"]'
    declared = "\n".join(
        f'[sources.{name}]\n{country}\n[sources.{name}.http]\nurl = "{server.base_url}"\n{quick}'
        for name, server in (("iom_dtm", dtm), ("unhcr_rdf", rdf))
    )
    (folder / "sources.toml").write_text(declared, encoding="utf-8")
    return folder


def refresh(crisis: Path, home: Path, now: str = "2025-09-01T06:00:00+00:00", key: str = KEY):
    chatty = {"PREFECT_LOGGING_LEVEL": "DEBUG", "PREFECT_LOGGING_EXTRA_LOGGERS": "urllib3"}
    keys = {"DTMAPI_SUBSCRIPTION_KEY": key, "DISPLACEMENT_NOW": now}
    return displacement("refresh", home=home, cwd=crisis, **keys, **chatty)


def statuses(crisis: Path, home: Path) -> dict[str, dict[str, object]]:
    told = displacement("status", "--json", home=home, cwd=crisis)
    return {row["source_id"]: row for row in json.loads(told.stdout)}


def test_a_run_asks_all_sources_and_one_that_fails_costs_no_other(
    crisis: Path, home: Path, servers: tuple[DtmServer, RdfServer]
) -> None:
    dtm, rdf = servers
    done = refresh(crisis, home)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(dtm.requests) >= 1
    assert len(rdf.requests) >= 2
    stocks = pd.read_parquet(crisis / "data/store/published/latest/stocks.parquet")
    assert {"idps", "refugees"} <= set(stocks["measure"])
    before = statuses(crisis, home)
    assert before["iom_dtm"]["last_success"] is not None

    dtm.misbehave("500", times=None)
    again = refresh(crisis, home, now="2025-09-02T06:00:00+00:00")
    dtm.behave()
    assert again.returncode == 1
    assert "incomplete: iom_dtm: failed: iom_dtm/HTI: the server answers with status 500" in (
        again.stderr
    )
    now = statuses(crisis, home)
    assert now["iom_dtm"]["last_success"] == before["iom_dtm"]["last_success"]
    assert now["unhcr_rdf"]["last_success"] != before["unhcr_rdf"]["last_success"]
    kept = pd.read_parquet(crisis / "data/store/published/latest/stocks.parquet")
    assert set(kept["measure"]) == set(stocks["measure"])

    refused = refresh(crisis, home, now="2025-09-03T06:00:00+00:00", key="another-key-that-is-bad")
    assert refused.returncode == 1
    assert "the server refuses us with status 401" in refused.stderr
    for secret in (KEY, "another-key-that-is-bad"):
        assert holds(crisis, secret) == []
        assert holds(home, secret) == []
        for run in (done, again, refused):
            assert secret not in run.stdout + run.stderr
