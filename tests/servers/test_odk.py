"""The ODK Central stand-in keeps the contract of its OData feed."""

import json
from collections.abc import Iterator

import pytest
import requests

from tests.servers import PERSONAL_MARKERS
from tests.servers.odk import OdkServer

TABLE = "/projects/1/forms/displacement_count.svc/Submissions"


@pytest.fixture
def server() -> Iterator[OdkServer]:
    with OdkServer(rows=60, seed=1, key="secret") as odk:
        yield odk


def get(server: OdkServer, url: str = TABLE, **query: object) -> requests.Response:
    asked = {f"${name}": value for name, value in query.items()}
    address = url if url.startswith("http") else server.base_url + url
    with requests.Session() as session:
        session.auth = (server.mail, "secret")
        return session.get(address, params=asked, timeout=30)  # type: ignore[arg-type]


def ids(answer: requests.Response) -> list[str]:
    return [row["__id"] for row in answer.json()["value"]]


def test_an_account_or_a_session_is_needed(server: OdkServer) -> None:
    url = server.base_url + TABLE
    assert requests.get(url, timeout=5).status_code == 403
    assert requests.get(url, auth=("reader@example.org", "x"), timeout=5).json()["code"] == 401.2
    login = {"email": server.mail, "password": "secret"}
    session = requests.post(f"{server.base_url}/sessions", json=login, timeout=5).json()
    bearer = {"Authorization": f"Bearer {session['token']}"}
    assert requests.get(url, headers=bearer, timeout=5).ok
    server.expire_sessions()
    assert requests.get(url, headers=bearer, timeout=5).status_code == 401


def test_pages_hold_while_rows_are_added(server: OdkServer) -> None:
    expected = ids(get(server))
    first = get(server, top=25, count="true")
    assert first.json()["@odata.count"] == 60
    server.submit(5)
    second = get(server, first.json()["@odata.nextLink"])
    third = get(server, second.json()["@odata.nextLink"])
    assert "@odata.nextLink" not in third.json()
    assert ids(first) + ids(second) + ids(third) == expected
    assert "@odata.nextLink" not in get(server).json()


def test_what_changed_since_a_moment_is_found_by_two_dates(server: OdkServer) -> None:
    moment = server.now.strftime("%Y-%m-%dT%H:%M:%S.001Z")
    since = f"__system/submissionDate ge {moment} or __system/updatedAt ge {moment}"
    assert ids(get(server, filter=since)) == []
    old, reviewed = server.ids[3], server.ids[4]
    server.edit(old, persons=999)
    server.review(reviewed, "rejected")
    (new,) = server.submit()
    assert set(ids(get(server, filter=since))) == {old, reviewed, new}
    row = server.row(old)
    assert (row["count"]["persons"], row["__system"]["edits"]) == (999, 1)
    assert row["__system"]["reviewState"] == "edited"


def test_deleted_rows_are_seen_only_where_they_are_asked_for(server: OdkServer) -> None:
    gone = server.ids[0]
    server.delete(gone)
    assert gone not in ids(get(server))
    assert ids(get(server, filter="__system/deletedAt ne null")) == [gone]


def test_filters_that_are_not_understood_say_so(server: OdkServer) -> None:
    assert get(server, filter="count/persons gt 5").status_code == 501
    assert get(server, filter="__id eq").status_code == 400
    day = "__system/submissionDate le 2026-01-05"
    assert get(server, filter=f"{day} and not (year(__system/submissionDate) eq 2025)").ok
    assert ids(get(server, filter=day)) == []
    approved = get(server, filter="__system/reviewState eq 'approved'").json()["value"]
    assert {row["__system"]["reviewState"] for row in approved} == {"approved"}


def test_groups_are_nested_and_repeats_are_tables_of_their_own(server: OdkServer) -> None:
    row = get(server, top=1).json()["value"][0]
    assert isinstance(row["count"]["households"], int)
    assert "people" not in row
    assert "people@odata.navigationLink" in row
    assert get(server, top=1, expand="*").json()["value"][0]["people"]
    person = get(server, TABLE + ".people", top=1).json()["value"][0]
    assert person["__Submissions-id"] == row["__id"]
    selected = get(server, top=1, select="__id,count/persons").json()["value"][0]
    assert list(selected) == ["__id", "count"]
    assert list(selected["count"]) == ["persons"]


def test_every_submission_carries_personal_data_that_must_not_be_kept(server: OdkServer) -> None:
    text = json.dumps(server.rows)
    assert all(marker in text for marker in PERSONAL_MARKERS)
