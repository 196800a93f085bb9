"""Figures of the areas of a country and of the countries of a situation, each of its own date."""

import json
from datetime import UTC, datetime

from tests.sources.unhcr_odp.series import AREAS, FIXTURE, LATER, run, standing


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
