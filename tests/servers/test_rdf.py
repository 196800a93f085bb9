"""The Refugee Data Finder stand-in keeps its contract."""

import itertools
from collections.abc import Iterator

import pytest
import requests

from tests.servers.rdf import RdfServer

PAIRS = {"cf_type": "ISO", "coo_all": "true", "coa_all": "true"}


@pytest.fixture
def server() -> Iterator[RdfServer]:
    with RdfServer(rows=500, seed=1) as rdf:
        yield rdf


def get(server: RdfServer, path: str = "/population/", **query: object) -> requests.Response:
    with requests.Session() as session:
        return session.get(server.base_url + path, params=query, timeout=30)  # type: ignore[arg-type]


def test_pages_hold_every_row_once_in_order_of_year(server: RdfServer) -> None:
    first = get(server, **PAIRS, limit=200).json()
    assert (first["page"], first["maxPages"], first["total"]) == (1, 3, [])
    pages = [get(server, **PAIRS, limit=200, page=n).json()["items"] for n in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [200, 200, 100, 0]
    assert list(itertools.chain(*pages)) == server.rows
    years = [row["year"] for row in server.rows]
    assert years == sorted(years)


def test_counts_are_numbers_zero_texts_or_dashes(server: RdfServer) -> None:
    counts = [v for row in server.rows for k, v in row.items() if not k.startswith(("co", "year"))]
    assert "0" in counts
    assert "-" in counts
    assert any(isinstance(count, int) and count > 0 for count in counts)
    assert 0 not in counts


def test_codes_are_unhcrs_unless_iso_is_asked_for(server: RdfServer) -> None:
    own = get(server, coo="SYR", coa="AUS").json()["items"]
    iso = get(server, coo="SYR", coa="AUT", cf_type="iso").json()["items"]
    assert own == iso != []
    assert {row["coa_name"].strip() for row in own} == {"Austria"}
    assert get(server, coo="SYR", coa="DEU").json() == {
        "page": 1, "short-url": "", "maxPages": 0, "total": [], "items": [],
    }  # fmt: skip


def test_a_dimension_that_is_not_asked_for_is_summed(server: RdfServer) -> None:
    window = {"yearFrom": 2025, "yearTo": 2025, "cf_type": "ISO"}
    pairs = get(server, coo="SYR", coa_all="true", **window).json()["items"]
    (summed,) = get(server, coo="SYR", **window).json()["items"]
    assert [summed[name] for name in ("coa_id", "coa_name", "coa", "coa_iso")] == ["-"] * 4
    assert int(summed["refugees"]) == sum(int(row["refugees"]) for row in pairs) > 0


def test_unknown_parameters_and_lone_bounds_are_ignored(server: RdfServer) -> None:
    assert get(server, cooo="SYR").json()["items"][0]["coo"] == "-"
    everything = get(server, **PAIRS, yearFrom=2025, limit=1000).json()["items"]
    assert len(everything) == 500
    newest = get(server, **PAIRS, yearFrom=2025, yearTo=2025, limit=1000).json()["items"]
    assert {row["year"] for row in newest} == {2025}
    only_first = get(server, **PAIRS, year="2024,2025", limit=1000).json()["items"]
    assert {row["year"] for row in only_first} == {2024}
    both = requests.get(f"{server.base_url}/population/?year[]=2024&year[]=2025", timeout=5).json()
    assert {row["year"] for row in both["items"]} == {2024, 2025}


def test_solutions_carry_their_sums_and_unknown_paths_are_pages(server: RdfServer) -> None:
    solutions = get(server, "/solutions/", **PAIRS, limit=1000).json()
    flows = sum(int(row["returned_idps"]) for row in solutions["items"])
    assert solutions["total"]["returned_idps"] == flows > 0
    unknown = get(server, "/refugees/")
    assert (unknown.status_code, unknown.text[:9]) == (404, "<!DOCTYPE")


def test_vintages_differ_without_a_mark(server: RdfServer) -> None:
    def cells() -> dict[tuple[object, ...], object]:
        return {(r["year"], r["coo_iso"], r["coa_iso"]): r["refugees"] for r in server.rows}

    before = cells()
    (changed,) = server.revise(1)
    (gone,) = server.delete(1)
    after = cells()
    assert set(before) - set(after) == {gone}
    assert {key for key in after if after[key] != before[key]} == {changed[:3]}
    server.finish_year()
    at_the_end = cells()
    moved = {key[0] for key in after if at_the_end[key] != after[key]}
    assert moved == {2025}


def test_a_table_can_suddenly_shrink(server: RdfServer) -> None:
    server.misbehave("smaller", share=0.1)
    assert get(server, **PAIRS, limit=10).json()["maxPages"] == 5


@pytest.mark.slow
def test_a_million_rows_can_be_paged() -> None:
    with RdfServer(rows=1_000_000) as server:
        page = get(server, **PAIRS, limit=10_000, page=100).json()
    assert (page["maxPages"], len(page["items"])) == (100, 10_000)
