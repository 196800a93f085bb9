"""The DTM stand-in keeps DTM's contract."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest
import requests

from tests.servers.dtm import DtmServer
from tests.servers.dtm_rows import Key

AGENT = "Mozilla/5.0 (compatible; DTMClient/2.0)"


@pytest.fixture
def server() -> Iterator[DtmServer]:
    with DtmServer(rows=1000, seed=1, key="k") as dtm:
        yield dtm


def get(server: DtmServer, path: str, **query: object) -> requests.Response:
    headers = {"User-Agent": AGENT, "Ocp-Apim-Subscription-Key": "k"}
    with requests.Session() as session:
        return session.get(server.url + path, params=query, headers=headers, timeout=30)  # type: ignore[arg-type]


def sums(rows: list[dict[str, object]], level: int) -> dict[Key, int]:
    found: dict[Key, int] = defaultdict(int)
    for row in rows:
        key = (row["operation"], row["assessmentType"], row["roundNumber"],
               str(row["reportingDate"])[:10], row[f"admin{level}Pcode"])  # fmt: skip
        found[key] += row["numPresentIdpInd"]  # type: ignore[index,operator]
    return found


def test_the_firewall_turns_away_python_requests_before_it_looks_at_the_key(
    server: DtmServer,
) -> None:
    answer = requests.get(f"{server.base_url}/admin0", timeout=5)
    assert (answer.status_code, answer.text[:9]) == (403, "<!DOCTYPE")


def test_a_missing_and_a_wrong_key_are_denied(server: DtmServer) -> None:
    agent = {"User-Agent": AGENT}
    missing = requests.get(f"{server.base_url}/admin0", headers=agent, timeout=5)
    wrong = requests.get(
        f"{server.base_url}/admin0",
        headers=agent | {"Ocp-Apim-Subscription-Key": "x"},
        timeout=5,
    )
    assert missing.status_code == wrong.status_code == 401
    assert "missing subscription key" in missing.json()["message"]
    assert "invalid subscription key" in wrong.json()["message"]


@pytest.mark.parametrize("level", [0, 1, 2])
def test_parts_by_reason_and_origin_sum_to_the_totals_of_v2(server: DtmServer, level: int) -> None:
    parts = get(server, f"/v3/displacement/admin{level}").json()["result"]
    totals = get(server, f"/v2/IdpAdmin{level}Data").json()["result"]
    assert sums(parts, level) == sums(totals, level) == server.totals(level)
    assert len(parts) > len(totals)
    keys = Counter(tuple(v for k, v in row.items() if k not in {"id", "numPresentIdpInd",
                   "numberMales", "numberFemales"}) for row in parts)  # fmt: skip
    assert set(keys.values()) == {1}


def test_a_level_sums_to_the_one_above_it(server: DtmServer) -> None:
    lower, upper = (sum(server.totals(level).values()) for level in (2, 0))
    assert lower == upper > 0


def test_rows_have_the_columns_and_the_envelope_of_the_interface(server: DtmServer) -> None:
    answer = get(server, "/v3/displacement/admin2", Admin0Pcode="HTI").json()
    assert (answer["statusCode"], answer["isSuccess"], answer["errorMessages"]) == (200, True, [])
    assert answer["totalRecordsCount"] == len(answer["result"])
    assert list(answer["result"][0]) == [
        "id", "operation", "admin0Name", "admin0Pcode", "admin1Name", "admin1Pcode", "admin2Name",
        "admin2Pcode", "numPresentIdpInd", "reportingDate", "yearReportingDate",
        "monthReportingDate", "roundNumber", "displacementReason", "numberMales", "numberFemales",
        "idpOriginAdmin1Name", "idpOriginAdmin1Pcode", "assessmentType",
    ]  # fmt: skip
    assert answer["result"][0]["admin1Name"] == "Ouest"
    assert "id" not in get(server, "/v3/displacement/admin0").json()["result"][0]
    v2 = get(server, "/v2/IdpAdmin0Data").json()["result"][0]
    assert "id" in v2
    assert "displacementReason" not in v2


def test_baseline_and_site_assessments_and_operations_overlap(server: DtmServer) -> None:
    seen = {(key[0], key[1]) for key in server.totals(0) if key[4] in {"HTI", "SDN"}}
    assert {("Countrywide monitoring", "BA"), ("Countrywide monitoring", "SA")} <= seen
    assert {("Armed Clashes in Sudan", "BA"), ("Darfur conflict", "BA")} <= seen
    assert server.preferred("HTI") == ("Countrywide monitoring", "BA")


def test_sexes_are_unknown_in_old_rounds_and_sum_to_the_people_elsewhere(
    server: DtmServer,
) -> None:
    rows = server.rows
    old = [row for row in rows if row["operation"] == "Haiti Earthquake"]
    assert old
    assert all(row["numberMales"] is None for row in old)
    new = [row for row in rows if row["numberMales"] is not None]
    assert all(r["numberMales"] + r["numberFemales"] == r["numPresentIdpInd"] for r in new)
    assert {"Not available"} < {row["idpOriginAdmin1Name"] for row in rows}


def test_filters_hold_and_unknown_countries_are_empty(server: DtmServer) -> None:
    path = "/v3/displacement/admin1"
    window = {"FromReportingDate": "2026-08-31", "ToReportingDate": "2026-08-31"}
    rows = get(server, path, CountryName="Sudan", **window).json()["result"]
    assert {(row["admin0Pcode"], row["reportingDate"]) for row in rows} == {
        ("SDN", "2026-08-31T00:00:00")
    }
    assert get(server, path, Admin0Pcode="XXX").json()["result"] == []
    west = get(server, path, Admin1Pcode="HT01").json()["result"]
    assert {row["admin1Name"] for row in west} == {"Ouest"}


def test_a_bad_parameter_and_an_order_fail_under_status_200(server: DtmServer) -> None:
    answer = get(server, "/v3/displacement/admin0", FromReportingDate="31/08/2026")
    assert answer.status_code == 200
    assert answer.json()["isSuccess"] is False
    server.misbehave("not_success")
    assert get(server, "/v3/displacement/admin0").json()["errorMessages"]


def test_lists_of_countries_and_operations_are_served(server: DtmServer) -> None:
    countries = get(server, "/v3/displacement/country-list").json()["result"]
    assert {"admin0Name": "Syrian Arab Republic", "admin0Pcode": "SYR"} in countries
    operations = get(server, "/v3/displacement/operation-list").json()["result"]
    statuses = {row["operation"]: row["operationStatus"] for row in operations}
    assert statuses["Haiti Earthquake"] == "Inactive"
    assert statuses["Darfur conflict"] == "Active"


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    bodies = []
    for seed in (1, 1, 2):
        with DtmServer(rows=50, seed=seed, key="k") as server:
            bodies.append(get(server, "/v3/displacement/admin2").content)
    assert bodies[0] == bodies[1] != bodies[2]


@pytest.mark.parametrize("rows", [10, 123, 5000])
def test_there_are_exactly_as_many_rows_as_asked_for(rows: int) -> None:
    server = DtmServer(rows=rows)
    assert len(server.rows) == rows


def test_ids_names_totals_and_late_rounds_can_change_between_two_runs() -> None:
    with DtmServer(rows=300, late_rounds=1, key="k") as server:
        before = server.rows
        server.renumber()
        assert {row["id"] for row in server.rows}.isdisjoint(row["id"] for row in before[1:9])
        held_back = len(before)
        server.publish_late_rounds()
        assert len(server.rows) == 300 > held_back
        old = server.totals(2)
        key = server.correct(by=2)
        assert server.totals(2)[key] == 2 * old[key]
        assert sums(server.rows, 2) == server.totals(2)
        server.rename("Haiti Earthquake", "Earthquake of Haiti")
        assert "Haiti Earthquake" not in json.dumps(server.rows)
