"""The Operational Data Portal stand-in keeps the shapes and traps of the portal's widgets."""

import datetime as dt
import itertools
from collections.abc import Iterator

import pytest
import requests

from tests.servers.exchange import Json
from tests.servers.odp import OdpServer


@pytest.fixture
def server() -> Iterator[OdpServer]:
    with OdpServer(rows=400, seed=1) as odp:
        yield odp


def get(server: OdpServer, path: str, **query: object) -> Json:
    return requests.get(f"{server.base_url}/{path}", params=query, timeout=10).json()  # type: ignore[arg-type]


def series(server: OdpServer, **query: object) -> list[dict[str, Json]]:
    found: list[dict[str, Json]] = get(server, "get/timeseries", **query)["data"]["timeseries"]
    return found


def test_a_series_comes_by_day_and_within_its_dates(server: OdpServer) -> None:
    rows = series(server, geo_id=410, population_group=5550, frequency="day")
    assert list(rows[0]) == ["data_date", "unix_timestamp", "individuals"]
    truth = {when.isoformat(): value for when, value in server.series(5550, 410).items()}
    assert {row["data_date"]: row["individuals"] for row in rows} == truth
    window = {"fromDate": "2026-09-01", "toDate": "2026-09-10"}
    assert len(series(server, geo_id=410, population_group=5550, **window)) == 10


def test_a_cumulative_series_can_fall_and_says_nothing_about_itself(server: OdpServer) -> None:
    values = [row["individuals"] for row in series(server, geo_id=410, population_group=5550)]
    falls = [after < before for before, after in itertools.pairwise(values)]
    assert sum(falls) == 1


def test_months_are_sums_of_a_flow_and_last_values_of_the_others(server: OdpServer) -> None:
    flow, total = server.series(4797, 656), server.series(5550, 410)
    september = [value for when, value in flow.items() if (when.year, when.month) == (2026, 9)]
    month = series(server, geo_id=656, population_group=4797, frequency="month")[-1]
    assert month == {"year": 2026, "individuals": sum(september), "month": "09"}
    last = series(server, geo_id=410, population_group=5550, frequency="month")[-1]
    assert last["individuals"] == total[dt.date(2026, 9, 30)]


def test_a_situation_is_one_series_and_wrong_ids_are_empty(server: OdpServer) -> None:
    whole = series(server, sv_id=63, population_group=5550)[-1]["individuals"]
    parts = (server.series(5550, place)[dt.date(2026, 9, 30)] for place in (410, 259, 160, 1, 220))
    assert whole == sum(parts)
    assert series(server, geo_id=410, population_group=1) == []
    assert get(server, "get/sublocation", geo_id=99999, population_group=5550) == {"data": []}


def test_countries_of_a_situation_sum_a_flow_since_a_day(server: OdpServer) -> None:
    query = {"geo_id": 0, "sv_id": 100, "forcesublocation": 0, "population_group": "4797,4798,5634"}
    rows = get(server, "get/sublocation", **query, fromDate="2026-09-01")["data"]
    spain = next(row for row in rows if row["geomaster_name"] == "Spain")
    arrived = (
        value
        for group in (4797, 4798, 5634)
        for when, value in server.series(group, 729).items()
        if when >= dt.date(2026, 9, 1)
    )
    assert spain["individuals"] == str(sum(arrived))
    assert spain["population_group_id"] == "4797, 4798, 5634"


def test_areas_have_dates_of_their_own_and_months_that_disagree(server: OdpServer) -> None:
    rows = get(server, "get/sublocation", geo_id=410, population_group=5550)["data"]
    assert len({row["date"] for row in rows}) > 1
    assert any(int(row["month"]) != int(row["date"][5:7]) for row in rows)
    assert all(isinstance(row["individuals"], str) for row in rows)


def test_origins_of_two_collections_are_merged_under_one_label(server: OdpServer) -> None:
    def by_origin(collections: str) -> dict[str, dict[str, Json]]:
        answer = get(server, "get/origin", geo_id=220, population_collection=collections)
        assert answer["pop_frequency_cumulative_code"] == []
        return {row["pop_origin_code"]: row for row in answer["data"]}

    both, refugees, asylum = by_origin("4,29"), by_origin("4"), by_origin("29")
    for code, row in both.items():
        parts = int(refugees[code]["individuals"]) + int(asylum[code]["individuals"])
        assert int(row["individuals"]) == parts
    assert {row["pop_type_code"] for row in both.values()} == {"REF", "ASY"}
    assert {row["pop_type_code"] for row in refugees.values()} == {"REF"}
    assert {row["male_total"] for row in both.values()} == {None, "0"}


def test_the_current_figure_is_all_texts(server: OdpServer) -> None:
    answer = get(server, "", widget_id=264111, geo_id=693, population_group=4999)
    (row,) = answer["data"]
    assert answer["population_group_id"] == "4999"
    assert (row["geomaster_id"], row["date"]) == ("693", "2026-09-30")
    assert row["individuals"] == str(server.series(4999, 693)[dt.date(2026, 9, 30)])
    assert row["population_groups"][0]["pop_type_code"] == "IDP"


def test_a_series_can_be_corrected_and_a_widget_retired(server: OdpServer) -> None:
    query = {"widget_id": 264111, "geo_id": 410, "population_group": 5550}
    before = series(server, **query)[-1]["individuals"]
    server.correct(5550, 410, by=5)
    assert series(server, **query)[-1]["individuals"] == before + 5
    server.rebuild_page(264111)
    assert series(server, **query) == []


def test_a_table_can_be_exported_and_unknown_paths_are_pages(server: OdpServer) -> None:
    query = {"geo_id": 410, "population_group": 5550, "export": "csv"}
    answer = requests.get(f"{server.base_url}/get/timeseries", params=query, timeout=5)
    assert answer.text.startswith("data_date,unix_timestamp,individuals")
    assert requests.get(f"{server.base_url}/get/nothing", timeout=5).status_code == 404
