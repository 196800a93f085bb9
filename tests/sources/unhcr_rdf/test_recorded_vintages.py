"""Two recorded vintages of the table, where the folder of real inputs is beside this one."""

from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from tests.sources.unhcr_rdf.runs import JUNE, OCTOBER, ask, declared, standing, totals
from tests.sources.unhcr_tables import RdfTables, pair, recorded

RECORDED = recorded("unhcr-rdf")
VINTAGES = {
    OCTOBER: "population_2024-10-18_213f177.parquet",
    JUNE: "population_2025-06-12_5b1f3a1.parquet",
}
SUMS = (
    ("refugees", "refugees", "coo_iso", "origin"),
    ("refugees", "refugees", "coa_iso", "destination"),
    ("returned_refugees", "cross_border_return", "coo_iso", "destination"),
    ("returned_refugees", "cross_border_return", "coa_iso", "origin"),
    ("idps", "idps", "coa_iso", "location"),
    ("returned_idps", "return", "coa_iso", "location"),
)


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
