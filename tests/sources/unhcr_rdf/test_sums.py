"""Rows by pair of countries add up to the figures of a country, each counted once."""

import json
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from tests.runs import publish_tables
from tests.sources.unhcr_rdf.runs import FIXTURE, OCTOBER, ask, declared, parsed, standing, totals
from tests.sources.unhcr_tables import pair


def test_a_country_of_origin_is_the_sum_over_its_countries_of_asylum(server, store, reference):
    outcome = ask(store, reference, declared(reference, server.base_url), OCTOBER)

    records = standing(store)
    refugees = records[records["measure"] == "refugees"]
    assert outcome.complete, outcome.message
    assert totals(records) == {
        ("refugees", "origin", "SYR", "2023-12-31"): 3_999_664,
        ("refugees", "origin", "SYR", "2024-06-30"): 3_887_380,
        ("idps", "location", "SYR", "2023-12-31"): 7_248_188,
        ("idps", "location", "SYR", "2024-06-30"): 7_414_806,
        ("return", "location", "SYR", "2023-12-31"): 155_325,
        ("cross_border_return", "destination", "SYR", "2023-12-31"): 10_430,
        ("cross_border_return", "destination", "SYR", "2024-06-30"): 5_000,
    }
    assert refugees.groupby("end_date")["partition_id"].nunique().eq(1).all()


def test_a_country_of_asylum_is_the_sum_over_origins_known_or_not(server, store, reference):
    ask(store, reference, declared(reference, server.base_url, countries=("LBN",)), OCTOBER)

    assert totals(standing(store)) == {
        ("refugees", "destination", "LBN", "2023-12-31"): 786_924,
        ("refugees", "destination", "LBN", "2024-06-30"): 774_697,
        ("cross_border_return", "origin", "LBN", "2023-12-31"): 10_130,
        ("cross_border_return", "origin", "LBN", "2024-06-30"): 5_000,
    }


def test_zero_and_dash_make_no_figure_but_their_rows_are_accepted(server, store, reference):
    server.rows = [pair(2023, "SYR", "LBN"), pair(2023, "SYR", "TUR", refugees="-")]
    outcome = ask(store, reference, declared(reference, server.base_url), OCTOBER)

    assert (outcome.rows_in, outcome.accepted, outcome.new) == (4, 4, 0)


def test_asylum_seekers_and_others_can_be_counted_as_parts_of_the_same_total(
    server, store, reference
):
    more = {"populations": ["refugees", "asylum_seekers", "oip"]}
    ask(store, reference, declared(reference, server.base_url, options=more), OCTOBER)

    turkey = standing(store)
    turkey = turkey[turkey["source_record_id"].str.endswith("/TUR")]
    turkey = turkey[turkey["end_date"] == date(2023, 12, 31)]
    assert sorted(turkey["stated"]) == [5, 7, 3_214_780]
    assert len(set(turkey["partition_id"])) == 1


def test_solutions_repeat_the_returns_and_name_the_partition_they_repeat(server, store, reference):
    ask(store, reference, declared(reference, server.base_url), OCTOBER)

    records = standing(store)
    echoes = records[records["source_record_id"].str.startswith("unhcr_rdf:solutions/")]
    spoken = records[~records["source_record_id"].isin(echoes["source_record_id"])]
    assert len(echoes) == 4
    assert set(echoes["derived_from_record"]) <= set(spoken["partition_id"])
    assert spoken["derived_from_record"].isna().all()


def test_what_solutions_repeat_is_published_once(server, store, reference):
    declaration = declared(reference, server.base_url)
    ask(store, reference, declaration, OCTOBER)
    world = replace(reference, sources={"unhcr_rdf": declaration})
    published = publish_tables(store, world, now=OCTOBER).snapshot

    estimates = pd.read_parquet(published.path("estimates"))
    returns = estimates[estimates["measure"] == "cross_border_return"]
    stocks = pd.read_parquet(published.path("stocks"))
    last = stocks[(stocks["date"] == date(2023, 12, 31)) & (stocks["measure"] == "refugees")]
    assert sorted(returns["value"]) == pytest.approx([5_000, 10_430])
    assert set(returns["counters"]) == {1}
    assert last["value"].to_list() == pytest.approx([3_999_664])


def test_an_answer_in_the_recorded_shape_gives_its_five_figures(reference):
    result = parsed(reference, json.loads(FIXTURE.read_text(encoding="utf-8"))["items"])

    assert sorted(result.statements["stated"]) == [5, 15, 250, 1_200, 5_000]
    assert set(result.statements["area_text"]) == {"Syrian Arab Rep."}
    assert (result.rows_in, result.accepted, result.signals) == (3, 3, [])
