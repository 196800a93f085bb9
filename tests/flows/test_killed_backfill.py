"""Ten years by month of three stand-in sources, killed at twenty random instants."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from displacement.store.backfills import State
from displacement.store.store import Store
from tests.flows.nursery import Nursery, nursery
from tests.flows.server import PATIENCE
from tests.runs import files_below
from tests.servers.core import StandIn
from tests.servers.dtm import DtmServer
from tests.servers.exchange import Request
from tests.servers.hapi import HapiServer
from tests.servers.reliefweb import ReliefWebServer

pytestmark = pytest.mark.slow

NOW = "2026-10-02T06:00:00+00:00"
DAYS = ("--from", "2016-10-01", "--to", "2026-09-30")
WINDOWS = 3 * 120
EARLY, WHILE_RECORDING, WHILE_PUBLISHING = 10, 10, 2
"""Kills at any instant of the start and the fetching, at any of the records, and at the end."""
LONGEST, EACH = 5.0, 10
"""An early kill comes within so many seconds, and before so many more windows are recorded."""
SEED = 20180108

DECLARED = """\
[sources.figures_file]
enabled = false
[sources.sheets]
enabled = false
[sources.documents]
enabled = false
[sources.iom_dtm]
enabled = true
countries = ["HTI"]
[sources.hdx_hapi]
enabled = true
countries = ["HTI"]
options = { population_groups = [] }
[sources.reliefweb]
enabled = true
countries = ["SDN", "SYR"]
options = { attachments = false }
"""
QUICK = """
[sources.%s.http]
url = "%s"
requests_per_second = 1000
concurrency = %d
attempts = 2
first_wait_seconds = 0.01
"""


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, StandIn]]:
    with (
        DtmServer(rows=400, countries=["HTI"]) as dtm,
        HapiServer(rows=300) as hapi,
        ReliefWebServer(rows=40, quota=10_000) as reliefweb,
    ):
        yield {"iom_dtm": dtm, "hdx_hapi": hapi, "reliefweb": reliefweb}


@pytest.fixture(scope="module")
def runs(
    servers: Mapping[str, StandIn], home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Nursery]:
    """Commands in a folder whose sources are the stand-ins."""
    folder = tmp_path_factory.mktemp("crisis")
    (folder / "data/inbox").mkdir(parents=True)
    wires = [
        QUICK % (name, one.base_url, 3 if name == "reliefweb" else 1)
        for name, one in servers.items()
    ]
    (folder / "sources.toml").write_text(DECLARED + "".join(wires), encoding="utf-8")
    keys = {
        "DTMAPI_SUBSCRIPTION_KEY": servers["iom_dtm"].key,
        "HAPI_APP_IDENTIFIER": servers["hdx_hapi"].key,
        "RELIEFWEB_APPNAME": servers["reliefweb"].key,
    }
    with nursery(folder, home, DISPLACEMENT_NOW=NOW, **keys) as started:
        yield started


def first_day(source_id: str, request: Request) -> date:
    """The first day of the window that a request asks for."""
    if source_id == "iom_dtm":
        return date.fromisoformat(request.value("FromReportingDate") or "") + timedelta(days=1)
    if source_id == "hdx_hapi":
        return date.fromisoformat(request.value("start_date") or "")
    [since] = [values[0] for name, values in request.query.items() if name.endswith("[from]")]
    return date.fromisoformat(since[:10])


def durable(store: Path) -> dict[str, set[date]]:
    """The first days of the windows whose answers the ledger has, by source."""
    backfills = Store(store).backfills
    return {
        name: {
            one.window.first for one in backfills.entries(name) if one.state is not State.PENDING
        }
        for name in backfills.sources()
    }


def recorded(store: Path) -> int:
    backfills = Store(store).backfills
    entries = [one for name in backfills.sources() for one in backfills.entries(name)]
    return sum(one.state is State.RECORDED for one in entries)


@dataclass(frozen=True)
class Killed:
    """What had been asked for, and what the ledger had, when a backfill was killed."""

    asked: dict[str, int]
    landed: dict[str, set[date]]


def asked_again(source_id: str, server: StandIn, kills: Iterable[Killed]) -> set[date]:
    """The windows that a source was asked for after a kill, though their answers had landed."""
    asked = [
        (number, first_day(source_id, request))
        for number, request in enumerate(server.requests)
        if request.query  # an attachment is asked for without
    ]
    assert len({day for _, day in asked}) == 120
    return {
        day
        for kill in kills
        for number, day in asked
        if number >= kill.asked[source_id] and day in kill.landed.get(source_id, ())
    }


def test_a_backfill_that_is_killed_ends_like_an_undisturbed_one_and_asks_for_nothing_twice(
    servers: Mapping[str, StandIn], runs: Nursery, tmp_path: Path
) -> None:
    runs.start("backfill", *DAYS, "--store", tmp_path / "undisturbed")
    assert runs.end() == 0
    for server in servers.values():
        server.requests.clear()

    draw, store = random.Random(SEED), tmp_path / "killed"
    early = [EACH * number for number in range(1, EARLY + 1)]
    later = sorted(draw.sample(range(early[-1], WINDOWS - 30), WHILE_RECORDING))
    kills: list[Killed] = []
    for number, most in enumerate([*early, *later, *[WINDOWS] * WHILE_PUBLISHING]):
        pid = runs.start("backfill", *DAYS, "--store", store)
        longest = draw.uniform(0, LONGEST) if number < EARLY else PATIENCE
        wait_until(lambda most=most: recorded(store) >= most, longest)
        time.sleep(draw.uniform(0, 0.5))
        if runs.kill(pid) >= 0:
            break  # only while publishing: it was quicker
        asked = {name: len(server.requests) for name, server in servers.items()}
        kills.append(Killed(asked, durable(store)))
    assert len(kills) >= 20
    runs.start("backfill", "--resume", "--store", store)
    assert runs.end() == 0

    assert files_below(store) == files_below(tmp_path / "undisturbed")
    for name, server in servers.items():
        assert asked_again(name, server, kills) == set()


def wait_until(ready: Callable[[], bool], longest: float) -> None:
    """Wait for it, or so many seconds, whatever comes first."""
    until = time.monotonic() + longest
    while not ready() and time.monotonic() < until:
        time.sleep(0.1)
