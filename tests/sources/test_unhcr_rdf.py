"""UNHCR's Refugee Data Finder, trap by trap, and two recorded vintages of its table."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from displacement.intake import Outcome, take_in
from displacement.normalise.revisions import latest_standing
from displacement.sources.source import Declaration, Landed, SourceError
from displacement.sources.unhcr_rdf import SOURCE
from displacement.store.store import Store
from displacement.windows import Window
from tests.runs import publish_tables
from tests.servers import RecordedServer
from tests.servers.exchange import html_answer
from tests.servers.rdf import RdfServer
from tests.sources.unhcr_tables import RdfTables, pair, recorded

OCTOBER = datetime(2024, 10, 18, 6, tzinfo=UTC)
JUNE = datetime(2025, 6, 12, 6, tzinfo=UTC)
ORIGIN = "unhcr_rdf/SYR/origin/population"
FIXTURE = Path(__file__).parents[1] / "fixtures/unhcr_rdf.json"
RECORDED = recorded("unhcr-rdf")
VINTAGES = {
    OCTOBER: "population_2024-10-18_213f177.parquet",
    JUNE: "population_2025-06-12_5b1f3a1.parquet",
}
ROWS = [
    pair(2023, "SYR", "LBN", refugees=784_884, returned_refugees=10_130, ooc=3_026),
    pair(2023, "SYR", "TUR", refugees=3_214_780, asylum_seekers=5, oip=7),
    pair(2023, "SYR", "UNK", returned_refugees=300),
    pair(2023, "SYR", "SYR", idps=7_248_188, returned_idps=155_325, hst=16_041_461),
    pair(2023, "IRQ", "LBN", refugees=2_000),
    pair(2023, "XXA", "LBN", refugees=40),
    pair(2024, "SYR", "LBN", refugees=774_697, returned_refugees=5_000),
    pair(2024, "SYR", "TUR", refugees=3_112_683),
    pair(2024, "SYR", "SYR", idps=7_414_806),
]


@pytest.fixture
def server() -> Iterator[RdfTables]:
    with RdfTables(ROWS) as running:
        yield running


def declared(
    reference: Any, url: str, *, countries: tuple[str, ...] = ("SYR",), **changed: Any
) -> Declaration:
    """The declaration of the project, turned to a stand-in and hurried up."""
    declaration = reference.sources["unhcr_rdf"]
    quick = replace(
        declaration.http,
        url=url,
        requests_per_second=1000,
        first_wait_seconds=0.01,
        longest_wait_seconds=0.05,
    )
    options = declaration.options | changed.pop("options", {})
    return replace(declaration, http=quick, countries=countries, options=options, **changed)


def ask(
    store: Path, reference: Any, declaration: Declaration, now: datetime, **more: Any
) -> Outcome:
    return take_in(SOURCE, declaration, reference, store=Store(store), inbox=store, now=now, **more)


def standing(store: Path) -> pd.DataFrame:
    return latest_standing(Store(store).tables.read("unhcr_rdf").records)


def totals(records: pd.DataFrame, endpoint: str = "population") -> dict[tuple[str, ...], float]:
    """Persons by measure, role, country and last day."""
    mine = records[records["source_record_id"].str.startswith(f"unhcr_rdf:{endpoint}/")]
    keys = ["measure", "area_role", "area_codes", "end_date"]
    sums = mine.groupby(keys)["stated"].sum()
    return {(*key[:3], str(key[3])): value for key, value in sums.items()}


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


def test_stocks_hold_on_the_day_and_returns_run_from_new_year(server, store, reference):
    ask(store, reference, declared(reference, server.base_url), OCTOBER)

    records = standing(store)
    stocks = records[records["measure"].isin(["refugees", "idps"])]
    flows = records[records["measure"].isin(["return", "cross_border_return"])]
    assert (stocks["start_date"] == stocks["end_date"]).all()
    assert set(flows["start_date"]) == {date(2023, 1, 1), date(2024, 1, 1)}
    assert set(flows["end_date"]) == {date(2023, 12, 31), date(2024, 6, 30)}


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


def test_every_query_is_in_iso_codes_with_both_bounds(server, store, reference):
    ask(store, reference, declared(reference, server.base_url), OCTOBER)

    assert len(server.requests) == 4
    for request in server.requests:
        assert request.value("cf_type") == "ISO"
        assert (request.value("yearFrom"), request.value("yearTo")) == ("2010", "2024")
        assert {request.value("coo"), request.value("coa")} == {"SYR", None}


def test_pages_are_read_to_the_last(server, store, reference):
    small = declared(reference, server.base_url, options={"page_rows": 2})
    ask(store, reference, small, OCTOBER)

    assert totals(standing(store))[("refugees", "origin", "SYR", "2023-12-31")] == 3_999_664
    pages = [one.value("page") for one in server.asked("/population/") if one.value("coo")]
    assert pages == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("duplicate_page", {}),
        ("no_rows", {}),
        ("short_page", {"share": 0.5}),
        ("truncated", {"times": None}),
        ("html", {"times": None}),
        ("500", {"times": None}),
        ("empty", {"times": None}),
        ("garbage", {"times": None}),
    ],
)
def test_pages_that_make_up_no_table_fail_their_query_and_its_last_good_figures_stay(
    server, store, reference, kind, how
):
    one = {"page_rows": 2, "endpoints": ["population"], "sides": ["origin"]}
    declaration = declared(reference, server.base_url, options=one, countries=("SYR", "IRQ"))
    ask(store, reference, declaration, OCTOBER)
    before = standing(store)
    server.misbehave(kind, after=1, **({"times": 1} | how), path="population/$")
    outcome = ask(store, reference, declaration, OCTOBER)

    assert not outcome.complete
    assert standing(store).equals(before)


def test_a_429_is_waited_for(server, store, reference):
    server.misbehave("429", times=2, retry_after=0)

    assert ask(store, reference, declared(reference, server.base_url), OCTOBER).complete


def test_an_unknown_path_fails_without_a_second_attempt(store, reference):
    with RecordedServer({"/x": html_answer("x", "x")}) as nothing:
        outcome = ask(store, reference, declared(reference, nothing.url), OCTOBER)

        assert outcome.failed
        assert "status 404" in outcome.message
        assert len(nothing.requests) == 4


def test_the_middle_of_the_year_stays_when_its_end_replaces_it_under_the_same_key(
    server, store, reference
):
    declaration = declared(reference, server.base_url)
    ask(store, reference, declaration, OCTOBER)
    server.rows[6] = pair(2024, "SYR", "LBN", refugees=755_426, returned_refugees=254_651)
    outcome = ask(store, reference, declaration, JUNE)

    lebanon = standing(store)
    lebanon = lebanon[lebanon["source_record_id"].str.contains("population.*refugees/refugees/LBN")]
    lebanon = lebanon.sort_values("end_date")
    assert outcome.withdrawn == 0
    assert lebanon["stated"].to_list() == [784_884, 774_697, 755_426]
    assert [str(day) for day in lebanon["end_date"]] == ["2023-12-31", "2024-06-30", "2024-12-31"]
    assert [str(day) for day in lebanon["published_on"]] == [
        "2024-06-10",
        "2024-10-01",
        "2025-06-10",
    ]


def test_near_the_change_from_middle_to_end_a_signal_says_which_was_assumed(
    server, store, reference
):
    declaration = declared(reference, server.base_url)
    calm = ask(store, reference, declaration, OCTOBER).signals
    before = ask(store, reference, declaration, datetime(2025, 6, 1, tzinfo=UTC)).signals
    after = ask(store, reference, declaration, JUNE).signals

    assert calm == ()
    assert any("2024 is dated 2024-06-30" in one for one in before)
    assert any("2024 is dated 2024-12-31" in one for one in after)


def test_a_year_that_had_not_come_to_its_middle_is_rejected(server, store, reference):
    server.rows.append(pair(2025, "SYR", "LBN", refugees=1))
    ask(store, reference, declared(reference, server.base_url), datetime(2025, 3, 1, tzinfo=UTC))

    rejected = Store(store).tables.read("unhcr_rdf").rejected
    assert set(rejected["check"]) == {"too_early"}
    assert set(rejected["value"]) == {"2025"}


def test_a_changed_cell_is_a_revision_and_a_vanished_or_zeroed_one_a_withdrawal(
    server, store, reference
):
    server.rows += [pair(2023, "SYR", asylum, refugees=10) for asylum in ("DEU", "SWE", "FRA")]
    one = declared(reference, server.base_url, options={"endpoints": ["population"]})
    ask(store, reference, one, OCTOBER)
    server.rows[0] = pair(2023, "SYR", "LBN", refugees=784_000, returned_refugees=10_130)
    server.rows[-1] = pair(2023, "SYR", "FRA")
    del server.rows[-2]
    outcome = ask(store, reference, one, datetime(2024, 11, 2, tzinfo=UTC))

    assert (outcome.new, outcome.revised, outcome.withdrawn) == (0, 1, 2)
    assert totals(standing(store))[("refugees", "origin", "SYR", "2023-12-31")] == 3_998_790


def test_the_project_stand_in_is_read_to_its_own_sums_before_and_after_the_year_ends(
    store, reference
):
    with RdfServer(rows=2000) as server:
        one = declared(reference, server.base_url, options={"page_rows": 7})
        ask(store, reference, one, datetime(2025, 11, 1, tzinfo=UTC))
        ends = {2025: "2025-06-30"}
        middle = sums_of_origin(server.rows, "SYR", ends)
        assert refugees_of("SYR", store) == middle
        server.finish_year()
        ask(store, reference, one, datetime(2026, 7, 1, tzinfo=UTC))

        assert refugees_of("SYR", store) == middle | sums_of_origin(server.rows, "SYR", {})


def test_a_second_run_with_nothing_new_changes_nothing(server, store, reference):
    declaration = declared(reference, server.base_url)
    ask(store, reference, declaration, OCTOBER)
    outcome = ask(store, reference, declaration, datetime(2024, 12, 1, tzinfo=UTC))

    assert (outcome.new, outcome.revised, outcome.withdrawn) == (0, 0, 0)


def test_a_table_that_silently_shrinks_is_held_back(server, store, reference):
    declaration = declared(reference, server.base_url)
    ask(store, reference, declaration, OCTOBER)
    before = standing(store)
    server.misbehave("smaller", share=0.3, times=None)
    outcome = ask(store, reference, declaration, OCTOBER)

    assert not outcome.complete
    assert any("are gone at once" in one for one in outcome.signals)
    assert standing(store).equals(before)


@pytest.mark.parametrize("kind", ["renamed_column", "missing_column"])
def test_a_column_that_is_gone_holds_the_answer_back(server, store, reference, kind):
    declaration = declared(reference, server.base_url)
    ask(store, reference, declaration, OCTOBER)
    before = standing(store)
    server.misbehave(kind, column="returned_refugees", to="returns", times=None)
    outcome = ask(store, reference, declaration, OCTOBER)

    assert any("returned_refugees is missing" in one for one in outcome.signals)
    assert standing(store).equals(before)


def test_a_new_column_is_a_signal_and_its_rows_are_read(server, store, reference):
    server.misbehave("new_column", column="returnees", to="1", times=None)
    outcome = ask(store, reference, declared(reference, server.base_url), OCTOBER)

    assert any("new column 'returnees'" in one for one in outcome.signals)
    assert outcome.new > 0


def test_a_value_that_is_no_number_rejects_its_row_only(server, store, reference):
    server.rows[1] = {**server.rows[1], "refugees": "about 3 million"}
    ask(store, reference, declared(reference, server.base_url), OCTOBER)

    rejected = Store(store).tables.read("unhcr_rdf").rejected
    assert set(rejected["column"]) == {"refugees"}
    assert totals(standing(store))[("refugees", "origin", "SYR", "2023-12-31")] == 784_884


def test_a_server_that_ignores_the_country_is_not_believed(reference):
    items = [pair(2023, "SYR", "LBN", refugees=1), pair(2023, "IRQ", "LBN", refugees=2)]
    with pytest.raises(SourceError, match="rows of IRQ"):
        parsed(reference, items)


def test_displaced_people_outside_of_their_country_are_a_signal_and_no_figure(reference):
    result = parsed(reference, [pair(2023, "SYR", "LBN", idps=5)])

    assert len(result.statements) == 0
    assert any("idps outside of their own country" in one for one in result.signals)


def test_an_answer_in_the_recorded_shape_gives_its_five_figures(reference):
    result = parsed(reference, json.loads(FIXTURE.read_text(encoding="utf-8"))["items"])

    assert sorted(result.statements["stated"]) == [5, 15, 250, 1_200, 5_000]
    assert set(result.statements["area_text"]) == {"Syrian Arab Rep."}
    assert (result.rows_in, result.accepted, result.signals) == (3, 3, [])


def test_an_option_that_nobody_knows_is_an_error_that_names_it(server, store, reference):
    outcome = ask(
        store,
        reference,
        declared(reference, server.base_url, options={"populations": ["everybody"]}),
        OCTOBER,
    )

    assert outcome.failed
    assert "populations" in outcome.message


def test_a_backfill_asks_only_for_years_of_which_a_figure_can_lie_in_its_window(
    server, store, reference
):
    declaration = declared(reference, server.base_url)
    ask(store, reference, declaration, OCTOBER, window=Window(date(2023, 2, 1), date(2023, 2, 28)))
    assert server.requests == []
    ask(store, reference, declaration, OCTOBER, window=Window(date(2023, 12, 1), date(2024, 1, 31)))

    assert {one.value("yearFrom") for one in server.requests} == {"2023"}
    assert {one.value("yearTo") for one in server.requests} == {"2024"}
    assert {str(day) for day in standing(store)["start_date"]} == {"2023-12-31", "2024-01-01"}


@pytest.mark.slow
@pytest.mark.skipif(
    not RECORDED.exists(), reason="the folder of real inputs is not beside this one"
)
def test_two_recorded_vintages_give_the_sums_of_their_table_and_what_changed(store, reference):
    tables = {now: pd.read_parquet(RECORDED / name) for now, name in VINTAGES.items()}
    countries = ("SYR", "LBN", "TUR", "GBR")
    outcomes = []
    with RdfTables([]) as server:
        one = declared(
            reference,
            server.base_url,
            countries=countries,
            since=date(1951, 1, 1),
            options={"endpoints": ["population"], "page_rows": 1000},
        )
        for now, table in tables.items():
            server.rows = rows_of(table, countries)
            outcomes.append(ask(store, reference, one, now))
            found = totals(standing(store))
            for key, value in expected(table, now, countries).items():
                assert found.pop(key) == value, key
            # What else stands is the middle of 2024.
            assert {key[3] for key in found} <= {"2024-06-30"}
        mended = next(
            row
            for row in server.rows
            if (row["year"], row["coo_iso"], row["coa_iso"]) == (2020, "SYR", "LBN")
        )
        mended["refugees"] += 1
        outcomes.append(ask(store, reference, one, JUNE))

    first, second, third = outcomes
    assert first.complete
    assert second.complete
    assert (second.revised, second.withdrawn) == changed(tables, countries)
    assert second.withdrawn > 0
    assert (third.revised, third.withdrawn) == (2, 0)
    mid_2024 = totals(standing(store))[("refugees", "origin", "SYR", "2024-06-30")]
    assert mid_2024 == 6_251_459


def parsed(reference: Any, items: list[dict[str, Any]]) -> Any:
    content = json.dumps({"page": 1, "maxPages": 1, "items": items}).encode()
    landed = Landed(ORIGIN, "0" * 64, content, retrieved_at=OCTOBER)
    return SOURCE.parse(landed, declared(reference, "http://localhost"))


def refugees_of(country: str, store: Path) -> dict[str, float]:
    """Refugees from a country by day, as recorded."""
    wanted = ("refugees", "origin", country)
    return {key[3]: value for key, value in totals(standing(store)).items() if key[:3] == wanted}


def sums_of_origin(
    rows: list[dict[str, Any]], country: str, ends: dict[int, str]
) -> dict[str, float]:
    """The same, straight from rows; `ends` are years that do not hold their last day."""
    frame = pd.DataFrame(rows)
    mine = frame[(frame["coo_iso"] == country) & (frame["year"] >= 2010)]
    sums = pd.to_numeric(mine["refugees"]).groupby(mine["year"]).sum()
    return {ends.get(year, f"{year}-12-31"): value for year, value in sums.items() if value}


def rows_of(table: pd.DataFrame, countries: tuple[str, ...]) -> list[dict[str, Any]]:
    """The rows of a recorded table that the countries need, as the interface writes them."""
    mine = table[table["coo_iso"].isin(countries) | table["coa_iso"].isin(countries)]
    return [
        pair(
            int(row["year"]),
            row["coo_iso"],
            row["coa_iso"],
            **{
                name: int(row[name])
                for name in ("refugees", "returned_refugees", "idps", "returned_idps")
            },
        )
        for row in mine.to_dict("records")
    ]


SUMS = (
    ("refugees", "refugees", "coo_iso", "origin"),
    ("refugees", "refugees", "coa_iso", "destination"),
    ("returned_refugees", "cross_border_return", "coo_iso", "destination"),
    ("returned_refugees", "cross_border_return", "coa_iso", "origin"),
    ("idps", "idps", "coa_iso", "location"),
    ("returned_idps", "return", "coa_iso", "location"),
)


def expected(
    table: pd.DataFrame, now: datetime, countries: tuple[str, ...]
) -> dict[tuple[str, ...], float]:
    """The same totals, straight from the recorded table."""
    newest = {OCTOBER: "2024-06-30", JUNE: "2024-12-31"}[now]
    sums: dict[tuple[str, ...], float] = {}
    for column, measure, side, role in SUMS:
        grouped = table.groupby([side, "year"])[column].sum()
        for (country, year), value in grouped[grouped > 0].items():
            if country in countries:
                day = newest if year == 2024 else f"{int(year)}-12-31"
                sums[(measure, role, country, day)] = value
    return sums


def changed(tables: dict[datetime, pd.DataFrame], countries: tuple[str, ...]) -> tuple[int, int]:
    """Cells of full years that differ between the vintages, and cells that are gone or zero."""
    revised = withdrawn = 0
    for column, _, side, _role in SUMS:
        cells = [
            table[(table["year"] < 2024) & table[side].isin(countries) & (table[column] > 0)]
            .set_index(["year", "coo_iso", "coa_iso"])[column]
            .rename(str(now))
            for now, table in tables.items()
        ]
        both = pd.concat(cells, axis=1)
        old, new = both[str(OCTOBER)], both[str(JUNE)]
        revised += int(((old != new) & old.notna() & new.notna()).sum())
        withdrawn += int((old.notna() & new.isna()).sum())
    return revised, withdrawn
