"""Which days the figure of a year is of: its middle, then its end."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from displacement.store.store import Store
from tests.servers.rdf import RdfServer
from tests.sources.unhcr_rdf.runs import JUNE, OCTOBER, ask, declared, standing, totals
from tests.sources.unhcr_tables import pair


def test_stocks_hold_on_the_day_and_returns_run_from_new_year(server, store, reference):
    ask(store, reference, declared(reference, server.base_url), OCTOBER)

    records = standing(store)
    stocks = records[records["measure"].isin(["refugees", "idps"])]
    flows = records[records["measure"].isin(["return", "cross_border_return"])]
    assert (stocks["start_date"] == stocks["end_date"]).all()
    assert set(flows["start_date"]) == {date(2023, 1, 1), date(2024, 1, 1)}
    assert set(flows["end_date"]) == {date(2023, 12, 31), date(2024, 6, 30)}


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
