"""The HAPI stand-in keeps HAPI's contract."""

from collections.abc import Iterator

import pytest
import requests

from tests.servers.dtm import DtmServer
from tests.servers.hapi import HapiServer, encoded

IDPS = "/affected-people/idps"
REFUGEES = "/affected-people/refugees-persons-of-concern"


@pytest.fixture(scope="module")
def server() -> Iterator[HapiServer]:
    with HapiServer(rows=300, seed=1) as hapi:
        yield hapi


def get(server: HapiServer, path: str = IDPS, **query: object) -> requests.Response:
    asked = {"app_identifier": server.key} | query
    headers = {"User-Agent": "displacement/0.1"}
    with requests.Session() as session:
        return session.get(server.base_url + path, params=asked, headers=headers, timeout=30)  # type: ignore[arg-type]


def test_some_user_agents_are_not_acceptable(server: HapiServer) -> None:
    assert requests.get(server.base_url + IDPS, timeout=5).status_code == 406


def test_an_identifier_is_needed_and_must_decode_to_a_mail(server: HapiServer) -> None:
    missing = get(server, app_identifier="")
    assert (missing.status_code, missing.json()) == (403, {"error": "Missing app identifier"})
    wrong = get(server, app_identifier=encoded("app", "me@localhost"))
    assert (wrong.status_code, wrong.json()) == (403, {"error": "Invalid app identifier"})
    made = get(server, "/encode_app_identifier", application="app", email="me@example.org")
    assert made.json() == {"encoded_app_identifier": encoded("app", "me@example.org")}
    headers = {"User-Agent": "x", "X-HDX-HAPI-APP-IDENTIFIER": server.key}
    assert requests.get(server.base_url + IDPS, headers=headers, timeout=5).ok


def test_idps_are_the_totals_of_dtm(server: HapiServer) -> None:
    rows = get(server, admin_level=1).json()["data"]
    totals = DtmServer(rows=300, seed=1).totals(1)
    assert sum(row["population"] for row in rows) == sum(totals.values())
    assert {row["admin2_code"] for row in rows} == {None}
    assert {row["reference_period_start"] == row["reference_period_end"] for row in rows} == {True}
    chad = get(server, location_code="tcd", admin_level=1).json()["data"]
    assert {row["admin1_code"] for row in chad} == {"TCD07"}


def test_codes_are_patterns_and_names_are_parts(server: HapiServer) -> None:
    rows = get(server, admin1_code="ht%", admin_level=2).json()["data"]
    assert {row["location_code"] for row in rows} == {"HTI"}
    assert get(server, location_name="syrian").json()["data"][0]["location_code"] == "SYR"
    assert get(server, admin_level=0, provider_admin1_name="x").status_code == 400


def test_a_window_keeps_what_overlaps_it(server: HapiServer) -> None:
    rows = get(server, REFUGEES, start_date="2025-06", end_date="2025-07").json()["data"]
    assert {row["reference_period_start"] for row in rows} == {"2025-01-01T00:00:00"}
    month = get(server, start_date="2026-09", end_date="2026-09").json()["data"]
    assert {row["reference_period_start"][:7] for row in month} == {"2026-09"}
    wrong = get(server, start_date="01/02/2026")
    assert wrong.status_code == 400
    assert wrong.json()["error"].startswith("Invalid start_date format. Use YYYY, YYYY-MM")


def test_rows_by_gender_and_age_repeat_the_people_of_all(server: HapiServer) -> None:
    query = {"origin_location_code": "SYR", "asylum_location_code": "TUR", "start_date": "2025"}
    rows = get(server, REFUGEES, population_group="REF", **query).json()["data"]
    whole = [row for row in rows if row["gender"] == row["age_range"] == "all"]
    assert (len(rows), len(whole)) == (4, 1)
    halves = [row["population"] for row in rows if row["gender"] in "fm"]
    assert sum(halves[:2]) == whole[0]["population"]
    returns = get(server, "/affected-people/returnees").json()["data"]
    assert {row["population_group"] for row in returns} == {"RET", "RDP"}


def test_limits_are_kept_without_a_total_or_a_link(server: HapiServer) -> None:
    assert list(get(server, limit=5).json()) == ["data"]
    pages = [get(server, limit=5, offset=offset).json()["data"] for offset in (0, 5)]
    assert [*pages[0], *pages[1]] == server.idps[:10]
    assert get(server, limit=10_001).status_code == 422
    assert get(server, limit="many").json()["detail"][0]["loc"] == ["query", "limit"]
    assert get(server, output_format="csv", limit=2).text.count("\n") == 3


def test_ten_thousand_rows_are_the_silent_cap() -> None:
    with HapiServer(rows=20_000) as server:
        assert len(server.refugees) > 10_000
        assert len(get(server, REFUGEES).json()["data"]) == 10_000
        assert len(get(server, REFUGEES, limit=0).json()["data"]) == 1000


def test_metadata_and_broken_data_are_served(server: HapiServer) -> None:
    assert get(server, "/metadata/location").json()["data"][0]["code"] == "HTI"
    assert get(server, "/metadata/admin1").json()["data"][0]["code"].startswith("HT")
    assert "hapi_updated_date" in get(server, "/metadata/resource").json()["data"][0]
    server.misbehave("invalid_data")
    assert get(server).status_code == 500
