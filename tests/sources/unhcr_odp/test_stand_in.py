"""Series of the project's stand-in server are read as what they are."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from displacement.intake import take_in
from displacement.outcome import Outcome
from displacement.sources.unhcr_odp import SOURCE
from displacement.store.store import Store
from tests.servers.odp import OdpServer
from tests.sources.unhcr_odp.series import ARRIVALS, STOCK, declared, standing


def ask_stand_in(
    server: OdpServer, store: Path, reference: Any, *series: dict[str, Any]
) -> Outcome:
    now = datetime(2026, 10, 1, 6, tzinfo=UTC)
    return take_in(
        SOURCE,
        declared(reference, server.url, *series),
        reference,
        store=Store(store),
        inbox=store,
        now=now,
    )


def test_the_series_of_the_project_stand_in_are_read_as_what_they_are(store, reference):
    since = date(2026, 1, 1)
    chad = ARRIVALS | {"country": "TCD", "geo_id": 410, "population_group": 5550}
    count = chad | {"name": "Arrivals in Chad", "kind": "cumulative", "since": since}
    crossings = chad | {
        "name": "Crossings",
        "kind": "flow",
        "frequency": "month",
        "country": "UKR",
        "area_role": "origin",
        "geo_id": 751,
        "population_group": 5457,
    }
    displaced = STOCK | {"name": "Sudan", "country": "SDN", "geo_id": 295, "population_group": 5552}
    with OdpServer(rows=200) as server:
        outcome = ask_stand_in(server, store, reference, count, crossings, displaced)
        arrived, crossed = server.series(5550, 410), server.series(5457, 751)
        stock = server.series(5552, 295)

    records = standing(store)
    series = records["file"].str.removeprefix("unhcr_odp/")
    assert outcome.complete, outcome.message
    nested = records[series == "Arrivals in Chad"]
    assert set(nested["start_date"]) == {since}
    assert nested["stated"].to_list() == [arrived[day] for day in nested["end_date"]]
    assert [day.month for day in nested["end_date"]] == [3, 4, 5, 6, 7, 8, 9]
    months = records[series == "Crossings"]
    september = sum(people for day, people in crossed.items() if day.month == 9)
    assert months["stated"].iloc[-1] == september
    assert months["stated"].sum() == sum(crossed.values())
    held = records[series == "Sudan"]
    assert dict(zip(held["end_date"], held["stated"], strict=True)) == stock


def test_a_stock_of_the_stand_in_declared_a_flow_is_held_back(store, reference):
    wrong = STOCK | {
        "endpoint": "root",
        "measure": "new_displacement",
        "kind": "flow",
        "country": "SDN",
        "geo_id": 295,
        "population_group": 5552,
    }
    with OdpServer(rows=50) as server:
        outcome = ask_stand_in(server, store, reference, wrong)

    assert any("is declared a flow" in one for one in outcome.signals)
    assert len(standing(store)) == 0


def test_a_retired_widget_withdraws_nothing_and_is_told(store, reference):
    chad = STOCK | {
        "name": "Areas of Sudan",
        "endpoint": "sublocation",
        "country": "SDN",
        "geo_id": 295,
        "widget_id": 7,
        "population_group": 5552,
    }
    with OdpServer(rows=200) as server:
        ask_stand_in(server, store, reference, chad)
        before = standing(store)
        server.rebuild_page(7)
        outcome = ask_stand_in(server, store, reference, chad)

    assert len(before) == 4
    assert len(set(before["end_date"])) > 1
    assert any("no rows" in one for one in outcome.signals)
    assert standing(store).equals(before)
