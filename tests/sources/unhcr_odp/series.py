"""Declared series of each kind, and runs of one series against one answer."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from displacement.intake import take_in
from displacement.normalise.revisions import latest_standing
from displacement.outcome import Outcome
from displacement.sources.source import Declaration
from displacement.sources.unhcr_odp import SOURCE
from displacement.store.store import Store
from tests.servers import Answer, RecordedServer

NOW = datetime(2024, 7, 10, 6, tzinfo=UTC)
LATER = datetime(2024, 8, 10, 6, tzinfo=UTC)
FIXTURE = json.loads(
    (Path(__file__).parents[2] / "fixtures/unhcr_odp.json").read_text(encoding="utf-8")
)
STOCK = {
    "name": "Displaced in Syria",
    "endpoint": "timeseries",
    "measure": "idps",
    "kind": "stock",
    "country": "SYR",
    "geo_id": 112,
    "population_group": 1,
}
ARRIVALS = STOCK | {
    "name": "Arrivals in Lebanon",
    "measure": "cross_border_flight",
    "country": "LBN",
    "geo_id": 71,
}
FLOW = ARRIVALS | {"kind": "flow"}
CUMULATIVE = ARRIVALS | {"kind": "cumulative", "since": date(2024, 1, 15)}
AREAS = STOCK | {"name": "Displaced by governorate", "endpoint": "sublocation"}
ORIGINS = {
    "name": "Refugees in Uganda",
    "endpoint": "origin",
    "measure": "refugees",
    "kind": "stock",
    "country": "UGA",
    "geo_id": 220,
    "population_collection": 4,
}


def declared(reference: Any, url: str, *series: dict[str, Any], **changed: Any) -> Declaration:
    """The declaration of the project, turned to a stand-in and hurried up."""
    declaration = reference.sources["unhcr_odp"]
    quick = replace(
        declaration.http,
        url=f"{url}/population",
        requests_per_second=1000,
        first_wait_seconds=0.01,
        longest_wait_seconds=0.02,
        attempts=2,
    )
    return replace(declaration, http=quick, options={"series": list(series)}, **changed)


def run(
    store: Path,
    reference: Any,
    answer: Any,
    series: dict[str, Any],
    now: datetime = NOW,
    **more: Any,
) -> tuple[Outcome, RecordedServer]:
    """One run of one series against one answer."""
    paths = {
        "timeseries": "/population/get/timeseries",
        "sublocation": "/population/get/sublocation",
        "origin": "/population/get/origin",
        "root": "/population",
    }
    given = answer if isinstance(answer, Answer | bytes) else json.dumps(answer).encode()
    with RecordedServer({paths[series["endpoint"]]: given}) as server:
        outcome = take_in(
            SOURCE,
            declared(reference, server.url, series),
            reference,
            store=Store(store),
            inbox=store,
            now=now,
            **more,
        )
    return outcome, server


def standing(store: Path) -> pd.DataFrame:
    records = latest_standing(Store(store).tables.read("unhcr_odp").records)
    return records.sort_values(["end_date", "source_record_id"]).reset_index(drop=True)


def series_of(*points: tuple[str, int]) -> dict[str, Any]:
    rows = [{"data_date": day, "unix_timestamp": 0, "individuals": count} for day, count in points]
    return {"data": {"timeseries": rows}}


def spans(store: Path) -> list[tuple[str, str, float]]:
    records = standing(store)
    columns = zip(records["start_date"], records["end_date"], records["stated"], strict=True)
    return [(str(first), str(last), count) for first, last, count in columns]
