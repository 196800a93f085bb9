"""HDX HAPI: copies that speak where the originals are silent, and never as a second voice."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from displacement.intake import take_in
from displacement.normalise.figures import Reference
from displacement.normalise.revisions import latest_standing
from displacement.outcome import Outcome
from displacement.sources.hdx_hapi import SOURCE
from displacement.sources.iom_dtm import SOURCE as DTM
from displacement.sources.source import Declaration, Landed, Parsed, SourceError
from displacement.store.store import Store
from displacement.windows import Window
from displacement_schemas import Contributions, Figures, Stocks
from tests.runs import holds, publish_tables
from tests.servers.dtm import DtmServer
from tests.servers.hapi import HapiServer

NOW = datetime(2026, 10, 20, 6, tzinfo=UTC)
FIXTURE = Path(__file__).parents[1] / "fixtures/hdx_hapi.json"
IDPS = "hdx_hapi/SYR/idps"


@pytest.fixture
def server() -> Iterator[HapiServer]:
    with HapiServer(rows=300) as running:
        yield running


def declared(
    reference: Reference, url: str = "http://x", source_id: str = "hdx_hapi", **changed: Any
) -> Declaration:
    """The declaration of the project, turned to a stand-in and hurried up."""
    declaration = reference.sources[source_id]
    http = replace(
        declaration.http,  # type: ignore[type-var]
        url=url,
        requests_per_second=1000,
        first_wait_seconds=0.01,
        longest_wait_seconds=0.05,
    )
    options = declaration.options | changed.pop("options", {})
    changed = {"countries": ("SYR",)} | changed
    return replace(declaration, http=http, options=options, **changed)


def ask(
    store: Path, reference: Reference, declaration: Declaration, key: str, **more: Any
) -> Outcome:
    more = {"now": NOW, "secrets": {"app_identifier": key}} | more
    return take_in(SOURCE, declaration, reference, store=Store(store), inbox=store, **more)


def standing(store: Path, source_id: str = "hdx_hapi") -> pd.DataFrame:
    return latest_standing(Store(store).tables.read(source_id).records)


def fixture_rows(table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(FIXTURE.read_text(encoding="utf-8"))[table]
    return rows


def parse(
    reference: Reference, rows: list[dict[str, Any]], name: str = IDPS, **options: Any
) -> Parsed:
    landed = Landed(name, "0" * 64, json.dumps({"data": rows}).encode(), NOW)
    return SOURCE.parse(landed, declared(reference, options=options))


def test_every_row_of_a_country_arrives_over_many_pages(
    server: HapiServer, store: Path, reference: Reference
) -> None:
    wanted = declared(reference, server.base_url, options={"page_rows": 7, "population_groups": []})
    outcome = ask(store, reference, wanted, server.key)

    rows = [row for row in server.idps if row["location_code"] == "SYR" and row["admin_level"] == 2]
    assert outcome.complete, outcome.message
    assert len(rows) > 14
    assert standing(store)["stated"].sum() == sum(row["population"] for row in rows)
    assert all(one.value("location_code") == "SYR" for one in server.requests)
    assert {one.value("admin_level") for one in server.requests} == {"2"}
    assert len(server.requests) == len(rows) // 7 + 1


def test_a_repeated_page_costs_its_query_and_no_other(
    server: HapiServer, store: Path, reference: Reference
) -> None:
    server.misbehave("duplicate_page", after=1, path="idps")
    wanted = declared(reference, server.base_url, options={"page_rows": 7})
    outcome = ask(store, reference, wanted, server.key)
    assert "hdx_hapi/SYR/idps: the rows from 8 on repeat those before them" in outcome.message
    assert IDPS not in set(standing(store)["file"])


def test_refugees_are_asked_for_whole_and_counted_once(
    server: HapiServer, store: Path, reference: Reference
) -> None:
    ask(store, reference, declared(reference, server.base_url), server.key)
    records = standing(store)
    whole = [
        row
        for row in server.refugees
        if row["population_group"] == "REF" and row["gender"] == row["age_range"] == "all"
    ]
    for role in ("origin", "asylum"):
        mine = records[records["file"] == f"hdx_hapi/SYR/REF/{role}"]
        rows = [row for row in whole if row[f"{role}_location_code"] == "SYR"]
        assert mine["stated"].sum() == sum(row["population"] for row in rows)
        assert len(mine) == len(rows)


def test_the_identifier_goes_by_header_and_is_nowhere_in_the_store(
    server: HapiServer, store: Path, reference: Reference
) -> None:
    ask(store, reference, declared(reference, server.base_url), server.key)
    assert all(one.header("x-hdx-hapi-app-identifier") == server.key for one in server.requests)
    assert holds(store, server.key) == []
    refused = ask(store, reference, declared(reference, server.base_url), "bm8gbWFpbA==")
    assert refused.failed
    assert "Invalid app identifier" in refused.message


def test_a_window_withdraws_nothing_that_lies_outside_of_it(
    server: HapiServer, store: Path, reference: Reference
) -> None:
    wanted = declared(reference, server.base_url)
    ask(store, reference, wanted, server.key)
    before = len(standing(store))
    window = Window(date(2026, 9, 1), date(2026, 9, 30))
    again = ask(store, reference, wanted, server.key, window=window)
    assert (again.new, again.revised, again.withdrawn) == (0, 0, 0)
    assert again.rows_in > 0
    assert len(standing(store)) == before


@pytest.mark.slow
def test_alone_it_speaks_and_beside_dtm_only_dtm_does(
    server: HapiServer, store: Path, reference: Reference, tmp_path: Path
) -> None:
    copies = declared(reference, server.base_url, options={"population_groups": []})
    ask(store, reference, copies, server.key)
    alone = publish_tables(store, reference, now=NOW).snapshot.read(Stocks)
    with DtmServer(rows=300, key="a-key-of-dtm") as dtm:
        originals = declared(reference, dtm.base_url, "iom_dtm")
        keys = {"secrets": {"key": "a-key-of-dtm"}, "now": NOW}
        for folder in (store, tmp_path / "dtm"):
            take_in(DTM, originals, reference, store=Store(folder), inbox=folder, **keys)  # type: ignore[arg-type]
    both = publish_tables(store, reference, now=NOW).snapshot
    only_dtm = publish_tables(tmp_path / "dtm", reference, now=NOW).snapshot

    columns = ["area_code", "date", "value", "low", "high", "counters"]
    assert len(alone)
    pd.testing.assert_frame_equal(both.read(Stocks)[columns], only_dtm.read(Stocks)[columns])
    figures = both.read(Figures).set_index("figure_id")
    speakers = figures.loc[both.read(Contributions)["figure_id"].unique(), "source_id"]
    assert set(speakers) == {"iom_dtm"}
    pd.testing.assert_frame_equal(alone[columns], only_dtm.read(Stocks)[columns])


def test_a_round_is_linked_to_the_parts_that_dtm_itself_has(reference: Reference) -> None:
    dtm = json.loads((FIXTURE.parent / "iom_dtm.json").read_text(encoding="utf-8"))
    landed = Landed("iom_dtm/SYR", "0" * 64, json.dumps(dtm).encode())
    originals = DTM.parse(landed, declared(reference, source_id="iom_dtm")).statements
    copies = parse(reference, fixture_rows("idps")).statements

    links = copies["derived_from_record"].str.split("|").explode()
    assert set(originals["partition_id"]) == set(links) & set(originals["partition_id"])
    assert set(copies["alternatives_id"]) == set(originals["alternatives_id"])
    assert copies["counter"].eq("IOM").all()
    assert copies["publisher"].eq("OCHA (HDX HAPI)").all()


def test_an_area_without_a_code_waits_for_a_reviewer(reference: Reference) -> None:
    row = fixture_rows("idps")[0]
    parsed = parse(reference, [row, row | {"admin2_code": None, "admin2_name": None}])
    assert parsed.statements["tier"].to_list() == ["accepted", "review"]
    assert "1 rows (1255 people) are in areas that HAPI could not match" in parsed.signals[0]


def test_rows_of_other_levels_are_read_and_left_out(reference: Reference) -> None:
    row = fixture_rows("idps")[0]
    parsed = parse(reference, [row, row | {"admin_level": 0}])
    assert (parsed.rows_in, parsed.accepted, len(parsed.statements)) == (2, 2, 1)


def test_codes_of_two_lengths_link_to_the_same_count(reference: Reference) -> None:
    row = fixture_rows("idps")[0] | {"location_code": "TCD"}
    links = [
        parse(reference, [row | {"admin2_code": code}], "hdx_hapi/TCD/idps")
        .statements["derived_from_record"]
        .item()
        for code in ("TD0701", "TCD0701")
    ]
    assert links[0] == links[1]
    assert "/TCD701|" in links[0]


@pytest.mark.parametrize(
    ("group", "role", "measure", "area_role"),
    [
        ("REF", "origin", "refugees", "origin"),
        ("REF", "asylum", "refugees", "destination"),
        ("RET", "origin", "cross_border_return", "destination"),
        ("RDP", "origin", "return", "location"),
    ],
)
def test_groups_become_measures_at_the_right_end(
    reference: Reference, group: str, role: str, measure: str, area_role: str
) -> None:
    rows = [row for row in fixture_rows("people") if row["population_group"] == group]
    mine = [row for row in rows if row[f"{role}_location_code"] == "SYR"]
    parsed = parse(reference, mine, f"hdx_hapi/SYR/{group}/{role}")
    whole = [row for row in mine if row["gender"] == row["age_range"] == "all"]
    assert parsed.rows_in == parsed.accepted == len(mine)
    assert parsed.statements["stated"].sum() == sum(row["population"] for row in whole) > 0
    assert set(parsed.statements["measure"]) == {measure}
    assert set(parsed.statements["area_role"]) == {area_role}
    assert set(parsed.statements["counter"]) == {"UNHCR"}


def test_refugees_are_linked_to_the_cell_of_unhcr_s_own_table(reference: Reference) -> None:
    row = fixture_rows("people")[0]
    one = parse(reference, [row], "hdx_hapi/SYR/REF/origin").statements.iloc[0]
    links = one["derived_from_record"].split("|")
    assert "unhcr_rdf:population/origin/SYR/2024-12-31/refugees/refugees/LBN" in links
    assert (str(one["start_date"]), str(one["end_date"])) == ("2024-12-31", "2024-12-31")


def test_the_newest_year_is_its_middle_and_one_to_come_says_nothing(reference: Reference) -> None:
    row = fixture_rows("people")[0]
    years = [
        row
        | {
            "reference_period_start": f"{year}-01-01T00:00:00",
            "reference_period_end": f"{year}-12-31T00:00:00",
        }
        for year in (2026, 2027)
    ]
    parsed = parse(reference, years, "hdx_hapi/SYR/REF/origin")
    assert [str(day) for day in parsed.statements["end_date"]] == ["2026-06-30"]
    assert "2027 has not come to its middle" in parsed.signals[0]


def test_rows_of_another_country_are_refused(reference: Reference) -> None:
    with pytest.raises(SourceError, match="it has rows of SYR"):
        parse(reference, fixture_rows("idps"), "hdx_hapi/HTI/idps")


def test_options_that_nobody_knows_are_refused(reference: Reference) -> None:
    with pytest.raises(SourceError, match="'STA' is no population group"):
        parse(reference, [], population_groups=["STA"])
    with pytest.raises(SourceError, match="cannot be understood"):
        parse(reference, [], page_rows=20_000)


def test_a_cell_that_comes_twice_in_a_page_counts_once(reference: Reference) -> None:
    row = fixture_rows("people")[0]
    again = row | {"reference_period_end": row["reference_period_end"][:10]}
    parsed = parse(reference, [row, again], "hdx_hapi/SYR/REF/origin")
    assert len(parsed.statements) == 1
    assert (parsed.rows_in, parsed.accepted, len(parsed.rejections)) == (2, 1, 1)


@pytest.mark.parametrize("day", ["0000-12-31", "9999-12-31", "99-12-31"])
def test_a_year_that_cannot_be_rejects_its_row_only(reference: Reference, day: str) -> None:
    row = fixture_rows("people")[0]
    parsed = parse(reference, [row | {"reference_period_end": day}, row], "hdx_hapi/SYR/REF/origin")
    assert len(parsed.statements) == 1
    assert [one.row for one in parsed.rejections] == [1]


@pytest.mark.parametrize("day", ["9999-12-31T00:00:00", "0001-01-01", "2026-10-21"])
def test_a_round_that_has_not_been_is_rejected(reference: Reference, day: str) -> None:
    rows = fixture_rows("idps")
    parsed = parse(reference, [rows[0] | {"reference_period_start": day}, *rows[1:]])
    assert len(parsed.statements) == len(rows) - 1
    assert "is no day that has been" in parsed.rejections[0].reason
