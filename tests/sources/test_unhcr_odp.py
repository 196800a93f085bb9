"""UNHCR's Operational Data Portal: declared kinds, its quirks, and two recorded answers."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from displacement.intake import Outcome, run_log, take_in
from displacement.normalise.revisions import latest_standing
from displacement.sources.source import Declaration
from displacement.sources.unhcr_odp import SOURCE
from displacement.store.store import Store
from displacement.windows import Window
from tests.servers import Answer, RecordedServer
from tests.servers.exchange import html_answer
from tests.servers.odp import OdpServer
from tests.sources.unhcr_tables import recorded

NOW = datetime(2024, 7, 10, 6, tzinfo=UTC)
LATER = datetime(2024, 8, 10, 6, tzinfo=UTC)
RECORDED = recorded("unhcr-odp")
FIXTURE = json.loads(
    (Path(__file__).parents[1] / "fixtures/unhcr_odp.json").read_text(encoding="utf-8")
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


def test_a_stock_holds_on_its_day(store, reference):
    run(store, reference, series_of(("2024-05-31", 900), ("2024-06-30", 0)), STOCK)

    assert spans(store) == [("2024-05-31", "2024-05-31", 900), ("2024-06-30", "2024-06-30", 0)]
    assert set(standing(store)["area_codes"]) == {"SYR"}


@pytest.mark.parametrize(
    ("frequency", "expected"),
    [
        ("day", [("2024-03-09", "2024-03-09", 70)]),
        ("month", [("2024-03-01", "2024-03-31", 70)]),
        ("year", []),
    ],
)
def test_a_flow_is_that_of_its_whole_step_once_that_is_over(store, reference, frequency, expected):
    series = FLOW | {"frequency": frequency}
    outcome, _ = run(store, reference, series_of(("2024-03-09", 70)), series)

    assert spans(store) == expected
    assert (outcome.rows_in, outcome.accepted) == (1, 1)


def test_months_without_a_day_are_read_from_year_and_month_as_text_or_number(store, reference):
    rows = [
        {"year": "2024", "month": "05", "individuals": "12"},
        {"year": 2024, "month": 6, "individuals": 13},
        {"year": 2024, "month": 7, "individuals": 1},
    ]
    run(store, reference, {"data": {"timeseries": rows}}, FLOW | {"frequency": "month"})

    assert spans(store) == [("2024-05-01", "2024-05-31", 12), ("2024-06-01", "2024-06-30", 13)]


def test_a_cumulative_series_gives_nested_figures_that_may_fall(store, reference):
    answer = series_of(("2024-02-29", 500), ("2024-03-31", 900), ("2024-04-30", 880))
    outcome, server = run(store, reference, answer, CUMULATIVE)

    assert spans(store) == [
        ("2024-01-15", "2024-02-29", 500),
        ("2024-01-15", "2024-03-31", 900),
        ("2024-01-15", "2024-04-30", 880),
    ]
    assert outcome.complete
    assert set(standing(store)["area_role"]) == {"destination"}
    assert server.requests[0].value("fromDate") == "2024-01-15"
    assert server.requests[0].value("frequency") == "month"


def test_a_count_from_before_its_beginning_is_rejected(store, reference):
    outcome, _ = run(store, reference, series_of(("2023-12-31", 5)), CUMULATIVE)

    assert (outcome.rejected, outcome.new) == (1, 0)


def test_only_the_asked_days_of_a_time_series_are_withdrawn_and_revised(store, reference):
    points = [(f"2024-0{month}-28", 100 * month) for month in range(1, 8)]
    early = datetime(2024, 7, 28, 6, tzinfo=UTC)
    run(store, reference, series_of(*points), STOCK, now=early)
    Store(store).ledger.add_run("one", _log(early))
    changed = [(day, 650 if day == "2024-06-28" else count) for day, count in points[3:6]]
    outcome, server = run(store, reference, series_of(*changed), STOCK, now=LATER)

    assert server.requests[0].value("fromDate") == "2024-04-29"
    assert (outcome.revised, outcome.withdrawn) == (1, 1)
    assert [count for _, _, count in spans(store)] == [100, 200, 300, 400, 500, 650]


def test_a_backfill_asks_for_whole_months_and_cumulative_counts_belong_to_their_first_day(
    store, reference
):
    window = Window(date(2024, 3, 10), date(2024, 3, 20))
    monthly = FLOW | {"frequency": "month"}
    _, server = run(store, reference, series_of(("2024-03-31", 1)), monthly, window=window)
    _, other = run(store, reference, series_of(("2024-03-31", 1)), CUMULATIVE, window=window)

    asked = server.requests[0]
    assert (asked.value("fromDate"), asked.value("toDate")) == ("2024-03-01", "2024-03-31")
    assert other.requests == []


def test_every_area_has_its_own_date_and_lies_in_its_country(store, reference):
    outcome, server = run(store, reference, FIXTURE["sublocation"], AREAS)

    records = standing(store)
    assert outcome.complete, outcome.message
    assert dict(zip(records["area_names"], records["end_date"].astype(str), strict=True)) == {
        "SYR > Idlib": "2024-06-30",
        "SYR > Hama": "2024-02-14",
    }
    assert server.requests[0].value("forcesublocation") == "1"


def test_the_month_column_is_not_believed_beside_a_date(store, reference):
    assert {row["month"] for row in FIXTURE["sublocation"]["data"]} == {9, "12"}
    run(store, reference, FIXTURE["sublocation"], AREAS)

    assert {str(day)[:7] for day in standing(store)["end_date"]} == {"2024-02", "2024-06"}


def test_an_area_that_moves_on_keeps_its_older_figures(store, reference):
    run(store, reference, FIXTURE["sublocation"], AREAS)
    newer = json.loads(json.dumps(FIXTURE["sublocation"]))
    newer["data"][0] |= {"date": "2024-07-31", "individuals": "2100000"}
    outcome, _ = run(store, reference, newer, AREAS, now=LATER)

    assert (outcome.new, outcome.revised, outcome.withdrawn) == (1, 0, 0)
    assert len(standing(store)) == 3


def test_countries_of_a_situation_are_areas_of_their_own(store, reference):
    rows = [
        {
            "geomaster_name": name,
            "admin_level": "Country",
            "date": "2024-06-30",
            "individuals": "5",
        }
        for name in ("Lebanon", "Jordan")
    ]
    situation = AREAS | {"measure": "refugees", "sv_id": 4, "geo_id": 0, "country": None}
    run(store, reference, {"data": rows}, situation)

    assert set(standing(store)["area_names"]) == {"Lebanon", "Jordan"}


def test_origins_of_other_days_are_carried_to_the_newest_so_that_they_sum(store, reference):
    outcome, _ = run(store, reference, FIXTURE["origin"], ORIGINS)

    records = standing(store).set_index("source_record_id")
    sudan = "unhcr_odp:Refugees in Uganda/UGA/SUD@2024-06-30"
    assert outcome.complete, outcome.message
    assert records.loc[sudan, "date_precision"] == "carried"
    assert "2024-05-31" in records.loc[sudan, "quote"]
    assert len(set(records["partition_id"])) == 1
    assert records["stated"].sum() == 1_555


def test_an_origin_older_than_a_stock_is_carried_keeps_its_own_day(store, reference):
    old = json.loads(json.dumps(FIXTURE["origin"]))
    old["data"][1]["date"] = "2023-05-31"
    run(store, reference, old, ORIGINS)

    assert {str(day) for day in standing(store)["end_date"]} == {"2023-05-31", "2024-06-30"}
    assert "carried" not in set(standing(store)["date_precision"])


def test_two_rows_of_one_origin_are_two_parts(store, reference):
    twice = json.loads(json.dumps(FIXTURE["origin"]))
    twice["data"].append(twice["data"][0] | {"population_group_id": "7009", "individuals": "7"})
    outcome, _ = run(store, reference, twice, ORIGINS)

    assert outcome.rejected == 0
    assert standing(store)["stated"].sum() == 1_562


def test_the_declared_measure_counts_whatever_type_an_origin_row_is_labelled_with(store, reference):
    types = {row["pop_type_code"] for row in FIXTURE["origin"]["data"]}
    run(store, reference, FIXTURE["origin"], ORIGINS)

    assert types == {"REF", "ASY"}
    assert set(standing(store)["measure"]) == {"refugees"}


@pytest.mark.parametrize(
    ("code", "series", "held"),
    [("C", ORIGINS, False), ("N", ORIGINS, True), ("C", FLOW | {"endpoint": "origin"}, True)],
)
def test_a_code_that_contradicts_the_declared_kind_holds_the_answer_back(
    store, reference, code, series, held
):
    row = FIXTURE["origin"]["data"][0] | {"pop_frequency_cumulative_code": code}
    outcome, _ = run(store, reference, {"data": [row]}, series)

    assert any("is declared a" in one for one in outcome.signals) is held
    assert outcome.complete is not held
    assert len(standing(store)) == (0 if held else 1)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b""),
        Answer(b"null"),
        Answer(b"no json"),
        html_answer("Maintenance", "later"),
        Answer(b'{"data": []}'),
        Answer(b'{"data": {"timeseries": []}}'),
        Answer(b'{"data": "none"}'),
        Answer(b'{"error": "x"}'),
        Answer(b'{"data": [{"individuals": 4}]}'),
        Answer(b'{"data": [{"data_date": "2024-06-30", "persons": 4}]}'),
        Answer(b"{}", status=500),
    ],
)
def test_an_answer_that_is_none_withdraws_nothing_and_is_told(store, reference, answer):
    run(store, reference, series_of(("2024-05-31", 900)), STOCK)
    before = standing(store)
    outcome, _ = run(store, reference, answer, STOCK, now=LATER)

    assert not outcome.complete or outcome.failed
    assert outcome.failed or outcome.signals
    assert standing(store).equals(before)


def test_areas_that_vanish_together_are_not_believed(store, reference):
    rows = [
        {"geomaster_name": name, "date": "2024-06-30", "individuals": "5"}
        for name in ("Idlib", "Hama", "Homs", "Aleppo", "Daraa")
    ]
    run(store, reference, {"data": rows}, AREAS)
    outcome, _ = run(store, reference, {"data": rows[:2]}, AREAS, now=LATER)

    assert outcome.failed
    assert "3 of 5 areas" in outcome.message
    assert len(standing(store)) == 5


def test_areas_that_are_long_gone_are_not_missed(store, reference):
    rows = [
        {"geomaster_name": name, "date": "2024-06-30", "individuals": "5"}
        for name in ("Idlib", "Hama", "Homs", "Aleppo", "Daraa")
    ]
    run(store, reference, {"data": rows}, AREAS)
    later = [row | {"date": "2025-03-31"} for row in rows[:2]]
    outcome, _ = run(store, reference, {"data": later}, AREAS, now=datetime(2025, 4, 2, tzinfo=UTC))

    assert outcome.complete, outcome.message
    assert len(standing(store)) == 7


def test_a_bad_number_rejects_its_row_and_a_new_column_is_told(store, reference):
    answer = series_of(("2024-05-31", 900), ("2024-06-30", 5))
    answer["data"]["timeseries"][1] |= {"individuals": "many", "trend": 1}
    outcome, _ = run(store, reference, answer, STOCK)

    assert (outcome.new, outcome.rejected) == (1, 1)
    assert any("new column 'trend'" in one for one in outcome.signals)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "cumulative", "measure": "return"}, "needs the day it counts from"),
        ({"kind": "flow"}, "is a stock"),
        ({"measure": "return"}, "is no stock"),
        ({"population_collection": 4}, "not both"),
        ({"population_group": [], "population_collection": [4, 29]}, "population_collection"),
        ({"geo_id": None}, "geo_id or an sv_id"),
        ({"country": None}, "needs a country"),
        ({"kind": "flow", "measure": "return", "endpoint": "sublocation"}, "call it cumulative"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_series_that_makes_no_sense_is_an_error_that_names_it(store, reference, change, words):
    outcome, _ = run(store, reference, b"{}", STOCK | change)

    assert outcome.failed
    assert words in outcome.message
    assert "Displaced in Syria" in outcome.message


@pytest.mark.skipif(
    not RECORDED.exists(), reason="the folder of real inputs is not beside this one"
)
def test_the_recorded_origins_of_uganda_sum_to_their_total(store, reference):
    content = (RECORDED / "get-origin-geo-id-220-population-collection-429.json").read_bytes()
    outcome, _ = run(store, reference, content, ORIGINS)

    records = standing(store)
    total = sum(int(row["individuals"]) for row in json.loads(content)["data"])
    assert outcome.complete, outcome.message
    assert outcome.signals == ()
    assert (len(records), outcome.rejected) == (9, 0)
    assert records["stated"].sum() == total == 1_741_957
    assert {str(day) for day in records["end_date"]} == {"2024-06-30"}
    assert set(records["area_role"]) == {"destination"}


@pytest.mark.skipif(
    not RECORDED.exists(), reason="the folder of real inputs is not beside this one"
)
def test_the_recorded_figure_of_myanmar_is_a_stock_of_its_day(store, reference):
    content = (RECORDED / "population-root-widget-264111-geo-693.json").read_bytes()
    myanmar = STOCK | {
        "name": "Displaced in Myanmar",
        "endpoint": "root",
        "country": "MMR",
        "geo_id": 693,
        "widget_id": 264111,
        "population_group": 4999,
    }
    outcome, server = run(store, reference, content, myanmar)

    assert outcome.complete, outcome.message
    assert outcome.signals == ()
    assert spans(store) == [("2021-06-30", "2021-06-30", 569_591)]
    assert server.requests[0].value("widget_id") == "264111"


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


def _log(now: datetime) -> Any:
    return run_log("one", now, [Outcome("unhcr_odp", "done", last_day=now.date())])
