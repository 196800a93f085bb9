"""IOM's DTM, trap by trap, against the stand-in and against recorded answers for Haiti."""

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
from displacement.sources.iom_dtm import SOURCE, cause_of
from displacement.sources.source import Declaration, Landed, Parsed, SourceError
from displacement.store.store import Store
from displacement.windows import Window
from displacement_schemas import Stocks
from tests.runs import holds, publish_tables
from tests.servers import RecordedServer
from tests.servers.dtm import DtmServer

NOW = datetime(2026, 10, 20, 6, tzinfo=UTC)
KEY = "a-key-that-nobody-sees"
RECORDED = Path(__file__).parents[3] / "shared/data/iom-dtm-v3"
FIXTURE = Path(__file__).parents[1] / "fixtures/iom_dtm.json"
ROUND = ["operation", "assessmentType", "roundNumber", "reportingDate"]

recorded = pytest.mark.skipif(
    not RECORDED.exists(), reason="the folder of real inputs is not beside this one"
)


@pytest.fixture
def server() -> Iterator[DtmServer]:
    with DtmServer(rows=600, key=KEY) as running:
        yield running


def declared(reference: Reference, url: str = "http://x", **changed: Any) -> Declaration:
    """The declaration of the project, turned to a stand-in and hurried up."""
    declaration = reference.sources["iom_dtm"]
    http = replace(
        declaration.http,  # type: ignore[type-var]
        url=url,
        requests_per_second=1000,
        first_wait_seconds=0.01,
        longest_wait_seconds=0.05,
        read_seconds=5,
    )
    options = declaration.options | changed.pop("options", {})
    changed = {"countries": ("HTI",)} | changed
    return replace(declaration, http=http, options=options, **changed)


def ask(store: Path, reference: Reference, declaration: Declaration, **more: Any) -> Outcome:
    more = {"now": NOW, "secrets": {"key": KEY}} | more
    return take_in(SOURCE, declaration, reference, store=Store(store), inbox=store, **more)


def standing(store: Path) -> pd.DataFrame:
    return latest_standing(Store(store).tables.read("iom_dtm").records)


def totals(statements: pd.DataFrame) -> dict[str, float]:
    """People by count."""
    sums: dict[str, float] = statements.groupby("partition_id")["stated"].sum().to_dict()
    return sums


def fixture_rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(FIXTURE.read_text(encoding="utf-8"))["result"]
    return rows


def answer_of(rows: list[dict[str, Any]], **beside: Any) -> bytes:
    envelope = {"result": rows, "isSuccess": True, "totalRecordsCount": len(rows)}
    return json.dumps(envelope | beside).encode()


def parse(
    reference: Reference, content: bytes, level: int = 2, country: str = "SYR", **options: Any
) -> Parsed:
    declaration = declared(reference, options={"admin_level": level} | options)
    return SOURCE.parse(Landed(f"iom_dtm/{country}", "0" * 64, content), declaration)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_parts_by_reason_and_origin_sum_to_the_totals_that_were_split(
    server: DtmServer, store: Path, reference: Reference, level: int
) -> None:
    countries = ("HTI", "SDN", "SYR", "TCD")
    wanted = declared(
        reference, server.base_url, countries=countries, options={"admin_level": level}
    )
    outcome = ask(store, reference, wanted)

    assert outcome.complete, outcome.message
    records = standing(store)
    totalled = records.groupby(["partition_id", "area_codes"])["stated"].sum().reset_index()
    found = sorted((area, people) for _, area, people in totalled.itertuples(index=False))
    assert found == sorted((key[4], people) for key, people in server.totals(level).items())
    assert records["measure"].eq("idps").all()
    assert (records["start_date"] == records["end_date"]).all()


@recorded
@pytest.mark.parametrize("level", [0, 1, 2])
def test_recorded_parts_sum_to_the_totals_of_their_rounds(reference: Reference, level: int) -> None:
    file = RECORDED / f"displacement-admin{level}-admin0pcode-hti.json"
    rows = pd.DataFrame(json.loads(file.read_bytes())["result"])
    area = ["admin0Pcode", "admin1Pcode", "admin2Pcode"][level]
    wanted = rows.groupby([*ROUND, area])["numPresentIdpInd"].sum()

    parsed = parse(reference, file.read_bytes(), level, "HTI")

    assert (parsed.rows_in, parsed.rejections, parsed.signals) == (len(rows), [], [])
    assert sorted(totals(parsed.statements).values()) == sorted(wanted)
    assert len(totals(parsed.statements)) == len(wanted)


@recorded
def test_recorded_regions_sum_to_their_country(reference: Reference) -> None:
    sums = []
    for level in (0, 1, 2):
        content = (RECORDED / f"displacement-admin{level}-admin0pcode-hti.json").read_bytes()
        statements = parse(reference, content, level, "HTI").statements
        count = statements["partition_id"].str.rpartition("/")[0]
        sums.append(statements.groupby(count)["stated"].sum().to_dict())
    assert sums[0] == sums[1] == sums[2]
    assert len(sums[0]) > 50


@recorded
@pytest.mark.slow
@pytest.mark.parametrize("level", [0, 2])
def test_baseline_speaks_and_sites_of_the_same_round_are_not_added(
    store: Path, reference: Reference, level: int
) -> None:
    path = f"/v3/displacement/admin{level}"
    file = RECORDED / f"displacement-admin{level}-admin0pcode-hti.json"
    rows = [row for row in json.loads(file.read_bytes())["result"] if row["roundNumber"] < 6]
    since_2022 = [row for row in rows if row["reportingDate"] > "2022"]
    with RecordedServer({path: answer_of(since_2022)}) as server:
        wanted = declared(
            reference, server.url + "/v3/displacement", options={"admin_level": level}
        )
        ask(store, reference, wanted)
    stocks = publish_tables(store, reference, now=NOW).snapshot.read(Stocks)

    day = stocks[stocks["date"] == date(2022, 11, 30)]
    assert day.loc[day["admin_level"] == 0, "value"].to_list() == [155_166]
    if level:
        assert day.loc[day["admin_level"] == level, "value"].sum() == 155_166


def test_ids_of_the_source_may_change_and_nothing_is_new(
    server: DtmServer, store: Path, reference: Reference
) -> None:
    wanted = declared(reference, server.base_url)
    ask(store, reference, wanted)
    server.renumber()
    again = ask(store, reference, wanted)
    assert (again.new, again.revised, again.withdrawn) == (0, 0, 0)


def test_a_late_round_in_the_past_is_new_and_withdraws_nothing(
    store: Path, reference: Reference
) -> None:
    with DtmServer(rows=600, countries=("HTI",), late_rounds=1, key=KEY) as server:
        wanted = declared(reference, server.base_url)
        first = ask(store, reference, wanted)
        server.publish_late_rounds()
        second = ask(store, reference, wanted, now=NOW.replace(day=27))
    assert first.new + second.new == 600
    assert second.new > 0
    assert (second.revised, second.withdrawn) == (0, 0)


def test_a_renamed_operation_is_withdrawn_under_its_old_name(
    server: DtmServer, store: Path, reference: Reference
) -> None:
    wanted = declared(reference, server.base_url, most_vanished=1.0)
    ask(store, reference, wanted)
    server.rename("Haiti Earthquake", "Earthquake of 2010")
    again = ask(store, reference, wanted)
    assert again.new == again.withdrawn > 0


def test_an_answer_that_shrank_is_held_back(
    server: DtmServer, store: Path, reference: Reference
) -> None:
    wanted = declared(reference, server.base_url)
    ask(store, reference, wanted)
    before = len(standing(store))
    server.misbehave("smaller", share=0.1)
    again = ask(store, reference, wanted)
    assert not again.complete
    assert len(standing(store)) == before


def test_a_failure_under_status_200_says_why_and_costs_only_its_country(
    server: DtmServer, store: Path, reference: Reference
) -> None:
    server.misbehave("not_success")
    outcome = ask(store, reference, declared(reference, server.base_url, countries=("HTI", "SDN")))
    assert "iom_dtm/HTI: the server could not answer: Something went wrong" in outcome.message
    assert set(standing(store)["file"]) == {"iom_dtm/SDN"}


@pytest.mark.parametrize("kind", ["short_page", "missing_column", "html", "truncated"])
def test_a_broken_answer_leaves_the_last_good_figures(
    server: DtmServer, store: Path, reference: Reference, kind: str
) -> None:
    wanted = declared(reference, server.base_url)
    ask(store, reference, wanted)
    before = len(standing(store))
    server.misbehave(kind, times=None, column="admin2Pcode", share=0.9)
    again = ask(store, reference, wanted)
    assert again.failed or not again.complete
    assert len(standing(store)) == before


def test_a_fault_that_passes_is_asked_again(
    server: DtmServer, store: Path, reference: Reference
) -> None:
    server.misbehave("500")
    server.misbehave("429", after=1, retry_after=0)
    outcome = ask(store, reference, declared(reference, server.base_url))
    assert outcome.complete, outcome.message
    assert len(server.requests) == 3


def test_a_refused_key_is_asked_once_and_never_written(
    server: DtmServer, store: Path, reference: Reference
) -> None:
    ask(store, reference, declared(reference, server.base_url))
    outcome = ask(
        store, reference, declared(reference, server.base_url), secrets={"key": "wrong-key-here"}
    )
    assert outcome.failed
    assert "wrong-key-here" not in outcome.message
    assert len(server.requests) == 2
    assert holds(store, KEY) == holds(store, "wrong-key-here") == []


def test_without_a_key_the_message_names_the_variable(store: Path, reference: Reference) -> None:
    outcome = ask(store, reference, declared(reference), secrets={})
    assert "DTMAPI_SUBSCRIPTION_KEY" in outcome.message


def test_bounds_that_are_exclusive_withdraw_nothing(store: Path, reference: Reference) -> None:
    with DtmServer(rows=600, countries=("HTI",), inclusive=False, key=KEY) as server:
        wanted = declared(reference, server.base_url)
        ask(store, reference, wanted)
        newest = standing(store)["end_date"].max()
        window = Window(newest, newest)
        again = ask(store, reference, wanted, window=window)
        assert (again.new, again.withdrawn) == (0, 0)
        assert again.rows_in > 0
        [_, asked] = server.requests
        assert asked.value("FromReportingDate") == "2026-09-29"
        assert asked.value("ToReportingDate") == "2026-10-01"


def test_a_backfill_asks_for_all_rounds_where_no_operation_is_declared(
    server: DtmServer, store: Path, reference: Reference
) -> None:
    wanted = declared(reference, server.base_url, options={"operations": {}})
    window = Window(date(2026, 9, 1), date(2026, 9, 30))
    outcome = ask(store, reference, wanted, window=window)
    [asked] = server.requests
    assert asked.value("FromReportingDate") == "2009-12-31"
    assert outcome.new > 0
    assert standing(store)["end_date"].min() >= window.first


def test_the_fixture_is_read_row_by_row(reference: Reference) -> None:
    parsed = parse(reference, FIXTURE.read_bytes())
    first = parsed.statements.iloc[0]
    assert first["partition_id"] == "iom_dtm:SYR/as-sweida conflict/BA/1/2026-03-31/SYR1301"
    assert first["source_record_id"] == (
        "iom_dtm:SYR/as-sweida conflict/BA/1/2026-03-31/SYR1301/conflict/sy13"
    )
    assert (first["area_codes"], first["alternatives_id"]) == ("SY1301", "iom_dtm:SYR")
    assert first["area_text"] == "Syrian Arab Republic > As-Sweida > As-Sweida"
    assert (first["counter"], first["publisher"], first["term"]) == ("IOM", "IOM", "displaced")
    assert parsed.rejections == parsed.signals == []


def test_declared_operations_and_types_are_ranked_in_their_order(reference: Reference) -> None:
    parsed = parse(
        reference,
        FIXTURE.read_bytes(),
        operations={"SYR": ["Syrian Arab Republic Displacement", "As-Sweida Conflict"]},
        assessment_types=["SA", "BA"],
    )
    words = parsed.statements["source_record_id"].str.split("/")
    ranks = {
        (one[1], one[2]): rank
        for one, rank in zip(words, parsed.statements["preference"], strict=True)
    }
    assert ranks == {
        ("as-sweida conflict", "BA"): 10,
        ("as-sweida conflict", "SA"): 9,
        ("syrian arab republic displacement", "BA"): 2,
    }
    assert parsed.signals == []


def test_undeclared_operations_are_ranked_by_their_newest_round_and_signalled_once(
    reference: Reference,
) -> None:
    rows = fixture_rows()
    parsed = parse(reference, answer_of(rows), operations={})
    best = parsed.statements.sort_values("preference").iloc[0]
    assert "/as-sweida conflict/BA/" in best["source_record_id"]
    [signal] = parsed.signals
    assert "as-sweida conflict > syrian arab republic displacement" in signal
    assert "options.operations.SYR" in signal
    older = [row | {"reportingDate": "2026-03-31T00:00:00"} for row in rows]
    larger = parse(reference, answer_of(older), operations={})
    best = larger.statements.sort_values("preference").iloc[0]
    assert "/syrian arab republic displacement/" in best["source_record_id"]


def test_an_unknown_type_is_held_back_and_signalled(reference: Reference) -> None:
    rows = fixture_rows()
    parsed = parse(reference, answer_of([*rows, rows[0] | {"assessmentType": "XX"}]))
    assert len(parsed.statements) == len(rows)
    assert [one.value for one in parsed.rejections] == ["XX"]
    assert "assessmentType has the unknown value 'XX' in 1 rows" in parsed.signals[0]


def test_flow_monitoring_is_known_and_comes_last(reference: Reference) -> None:
    rows = fixture_rows()
    parsed = parse(reference, answer_of([rows[0], rows[1] | {"assessmentType": "FMS"}]))
    assert parsed.statements["preference"].to_list() == [9, 13]


def test_variants_of_case_are_one_reason_and_rows_that_share_a_key_are_numbered(
    reference: Reference,
) -> None:
    row = fixture_rows()[0]
    twins = [row | {"numPresentIdpInd": 30}, row | {"displacementReason": " CONFLICT"}]
    for rows in (twins, twins[::-1]):
        statements = parse(reference, answer_of(rows)).statements
        ids = dict(zip(statements["stated"], statements["source_record_id"], strict=True))
        assert ids[float(row["numPresentIdpInd"])] == f"{ids[30.0]}#2"
        assert len(set(statements["partition_id"])) == 1


def test_people_in_no_known_district_are_summed_with_their_region(reference: Reference) -> None:
    row = fixture_rows()[0]
    lost = row | {"admin2Pcode": "Not available", "admin2Name": "Not available"}
    other = row | {"admin1Pcode": "SY12", "admin2Pcode": "SY1201"}
    parsed = parse(reference, answer_of([row, lost, other]))
    areas = parsed.statements["area_codes"].to_list()
    assert areas == ["SY13", "SY13", "SY1201"]
    assert parsed.statements["partition_id"].nunique() == 2
    assert "2 rows are summed for a larger area" in parsed.signals[0]
    nowhere = lost | {"admin1Pcode": "Not available"}
    parsed = parse(reference, answer_of([row, nowhere, other]))
    assert parsed.statements["area_codes"].to_list() == ["SYR"] * 3


def test_codes_written_in_two_ways_make_one_id(reference: Reference) -> None:
    row = fixture_rows()[0] | {"admin0Pcode": "TCD"}
    ids = [
        parse(reference, answer_of([row | {"admin2Pcode": code}]), country="TCD")
        .statements["partition_id"]
        .item()
        for code in ("TD0701", "TCD0701")
    ]
    assert ids[0] == ids[1]
    assert ids[0].endswith("/TCD701")


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("conflict", "conflict"),
        ("insecurity", "conflict"),
        ("natural disaster", "disaster"),
        ("conflict; natural disaster", "other"),
        ("conflict; insecurity", "conflict"),
        ("conflict; no reason for displacement reported", "conflict"),
        ("other reason", "other"),
        ("no reason for displacement reported", "unknown"),
        ("", "unknown"),
    ],
)
def test_the_cause_is_that_of_the_reasons(reason: str, cause: str) -> None:
    assert cause_of(reason) == cause


def test_an_unknown_reason_is_signalled_and_its_people_are_counted(reference: Reference) -> None:
    parsed = parse(reference, answer_of([fixture_rows()[0] | {"displacementReason": "Locusts"}]))
    assert parsed.statements["cause"].to_list() == ["unknown"]
    assert "the reason 'locusts' is not known" in parsed.signals[0]


def test_a_day_that_is_in_no_calendar_rejects_its_row(reference: Reference) -> None:
    rows = fixture_rows()
    parsed = parse(
        reference, answer_of([rows[0], rows[1] | {"reportingDate": "2026-02-30T00:00:00"}])
    )
    assert (parsed.rows_in, len(parsed.statements)) == (2, 1)
    assert [(one.row, one.column) for one in parsed.rejections] == [(2, "reportingDate")]


def test_rows_of_another_country_are_refused(reference: Reference) -> None:
    with pytest.raises(SourceError, match="it has rows of SYR"):
        parse(reference, FIXTURE.read_bytes(), country="HTI")


def test_an_answer_without_rows_says_nothing(reference: Reference) -> None:
    parsed = parse(reference, answer_of([]))
    assert (parsed.rows_in, len(parsed.statements), parsed.held) == (0, 0, None)


def test_a_count_that_is_not_that_of_the_rows_is_refused(reference: Reference) -> None:
    with pytest.raises(SourceError, match="it says that there are 99"):
        parse(reference, answer_of(fixture_rows(), totalRecordsCount=99))


def test_an_option_that_nobody_knows_is_refused(reference: Reference) -> None:
    with pytest.raises(SourceError, match="'XX' is no assessment type"):
        parse(reference, FIXTURE.read_bytes(), assessment_types=["XX"])
    with pytest.raises(SourceError, match="cannot be understood"):
        parse(reference, FIXTURE.read_bytes(), level=7)
