"""Figures by country of origin are parts of one total."""

import json

from tests.sources.unhcr_odp.series import FIXTURE, ORIGINS, run, standing


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
