"""The ReliefWeb stand-in keeps the contract of API v2."""

from collections.abc import Iterator

import pypdfium2
import pytest
import requests

from tests.servers.reliefweb import ReliefWebServer


@pytest.fixture
def server() -> Iterator[ReliefWebServer]:
    with ReliefWebServer(rows=60, seed=1, key="me") as reliefweb:
        yield reliefweb


def post(server: ReliefWebServer, **body: object) -> requests.Response:
    url = f"{server.base_url}/reports?appname=me"
    return requests.post(url, json=body, timeout=10)


def changed_since(moment: str) -> dict[str, object]:
    return {"field": "date.changed", "value": {"from": moment}}


def test_an_appname_must_be_approved_and_stand_in_the_url(server: ReliefWebServer) -> None:
    url = f"{server.base_url}/reports"
    answer = requests.post(url, json={"appname": "me"}, timeout=5)
    assert answer.status_code == 403
    assert answer.json()["error"]["message"].startswith("You are not using an approved appname.")
    assert requests.get(url, params={"appname": "you"}, timeout=5).status_code == 403


def test_version_one_is_gone(server: ReliefWebServer) -> None:
    assert requests.get(f"{server.url}/v1/reports?appname=me", timeout=5).status_code == 410


def test_conditions_and_sorting_hold_in_post_and_get(server: ReliefWebServer) -> None:
    conditions = [
        {"field": "primary_country.iso3", "value": "SYR"},
        {"field": "source.shortname", "value": ["OCHA", "IOM"], "operator": "OR"},
    ]
    include = ["title", "date.changed", "primary_country.iso3", "source.shortname"]
    answer = post(
        server,
        filter={"operator": "AND", "conditions": conditions},
        fields={"include": include},
        sort=["date.changed:asc"],
        limit=100,
    ).json()
    assert answer["totalCount"] == answer["count"] == len(answer["data"]) > 3
    fields = [item["fields"] for item in answer["data"]]
    assert {row["primary_country"]["iso3"] for row in fields} == {"syr"}
    assert {row["source"][0]["shortname"] for row in fields} == {"OCHA", "IOM"}
    dates = [row["date"]["changed"] for row in fields]
    assert dates == sorted(dates)
    assert isinstance(answer["data"][0]["id"], str)
    query = {
        "appname": "me", "limit": 100, "sort[]": "date.changed:asc", "fields[include][]": include,
        "filter[operator]": "AND",
        "filter[conditions][0][field]": "primary_country.iso3",
        "filter[conditions][0][value]": "syr",
        "filter[conditions][1][field]": "source.shortname",
        "filter[conditions][1][value][]": ["OCHA", "IOM"],
        "filter[conditions][1][operator]": "OR",
    }  # fmt: skip
    got = requests.get(f"{server.base_url}/reports", params=query, timeout=5).json()
    assert got["data"] == answer["data"]


def test_ten_rows_come_by_default_and_a_link_to_the_next(server: ReliefWebServer) -> None:
    query = {"appname": "me", "sort[]": "date.changed:asc"}
    first = requests.get(f"{server.base_url}/reports", params=query, timeout=5).json()
    assert (first["count"], first["totalCount"]) == (10, 60)
    assert list(first["data"][0]["fields"]) == ["title"]
    second = requests.get(first["links"]["next"]["href"], timeout=5).json()
    assert second["data"][0]["id"] not in {item["id"] for item in first["data"]}
    assert "next" not in post(server, limit=60).json()["links"]
    assert post(server, limit=1001).status_code == 400


@pytest.mark.parametrize(
    "moment",
    ["2026-01-01", "2026-01-01T00:00:00Z", "2026-01-01T00:00+00:00", "2026-01-01T00:00:00+02:00",
     "2026-01-01T00:00:00.000+00:00"],
)  # fmt: skip
def test_dates_have_one_form_only(server: ReliefWebServer, moment: str) -> None:
    answer = post(server, filter=changed_since(moment))
    assert answer.status_code == 400
    assert "It must be an ISO 8601 date." in answer.json()["error"]["message"]


def test_what_changed_is_found_by_its_date(server: ReliefWebServer) -> None:
    since = changed_since(server.now.strftime("%Y-%m-%dT%H:%M:%S+0000"))
    assert post(server, filter=since).json()["totalCount"] == 0
    edited = server.rows[0]["id"]
    server.edit(edited, "Corrected: 5 people.")
    new = server.publish(body="New: 7 people.")
    found = post(server, filter=since, sort=["date.changed:asc"], profile="full").json()["data"]
    assert [item["id"] for item in found] == [str(edited), str(new)]
    assert found[0]["fields"]["body"] == "Corrected: 5 people."


def test_the_newest_report_has_a_pdf_and_no_body(server: ReliefWebServer) -> None:
    newest = post(server, preset="latest", profile="full", limit=1).json()["data"][0]["fields"]
    assert "body" not in newest
    file = requests.get(newest["file"][0]["url"], timeout=5)
    assert file.content[:5] == b"%PDF-"
    document = pypdfium2.PdfDocument(file.content)
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert newest["title"] in " ".join(text.split())


def test_words_are_searched_in_title_and_body(server: ReliefWebServer) -> None:
    found = post(server, query={"value": "newly displaced", "operator": "AND"}, limit=100).json()
    assert 0 < found["totalCount"] < 60


def test_unknown_fields_and_ids_are_errors(server: ReliefWebServer) -> None:
    answer = post(server, sort=["bogus.field"])
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("Unrecognized sort field 'bogus.field'.")
    known = server.rows[5]["id"]
    one = requests.get(f"{server.base_url}/reports/{known}?appname=me", timeout=5).json()
    assert one["data"][0]["fields"]["id"] == known
    server.remove(known)
    gone = requests.get(f"{server.base_url}/reports/{known}?appname=me", timeout=5)
    assert gone.status_code == 404


def test_bursts_meet_a_challenge_and_a_day_has_its_quota() -> None:
    with ReliefWebServer(rows=5, burst=2, key="me") as server:
        answers = [post(server) for _ in range(3)]
        assert answers[2].status_code == 202
        assert answers[2].headers["x-amzn-waf-action"] == "challenge"
    with ReliefWebServer(rows=5, quota=1, key="me") as server:
        assert [post(server).status_code for _ in range(2)] == [200, 429]
