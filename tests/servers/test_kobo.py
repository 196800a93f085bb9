"""The KoboToolbox stand-in keeps the contract of API v2."""

import json
from collections.abc import Iterator

import pytest
import requests

from tests.servers import PERSONAL_MARKERS
from tests.servers.kobo import KoboServer


@pytest.fixture
def server() -> Iterator[KoboServer]:
    with KoboServer(rows=1250, seed=1, key="k") as kobo:
        yield kobo


def get(server: KoboServer, path: str = "/data.json", **query: object) -> requests.Response:
    url = path if path.startswith("http") else f"{server.base_url}/assets/{server.asset}{path}"
    asked = {name: json.dumps(v) if isinstance(v, dict | list) else v for name, v in query.items()}
    with requests.Session() as session:
        return session.get(url, params=asked, headers={"Authorization": "Token k"}, timeout=30)  # type: ignore[arg-type]


def ids(answer: requests.Response) -> list[int]:
    return [row["_id"] for row in answer.json()["results"]]


def test_a_token_is_needed(server: KoboServer) -> None:
    url = f"{server.base_url}/assets/{server.asset}/data.json"
    assert requests.get(url, timeout=5).status_code == 401
    wrong = requests.get(url, headers={"Authorization": "Token x"}, timeout=5)
    assert (wrong.status_code, wrong.json()) == (401, {"detail": "Invalid token."})
    assert get(server, "/nothing").status_code == 404


def test_pages_are_cut_at_a_hundred_and_a_thousand_without_a_word(server: KoboServer) -> None:
    assert len(ids(get(server))) == 100
    first = get(server, limit=30_000)
    assert (first.json()["count"], len(ids(first)), first.json()["previous"]) == (1250, 1000, None)
    second = get(server, first.json()["next"])
    assert len(ids(second)) == 250
    assert second.json()["next"] is None
    assert ids(first) + ids(second) == server.ids
    assert ids(get(server, offset=3, limit=1)) == ids(get(server, page=4, page_size=1))


def test_queries_fields_and_sort_are_understood(server: KoboServer) -> None:
    later = get(server, query={"_id": {"$gt": server.ids[-3]}})
    assert ids(later) == server.ids[-2:]
    approved = {"_validation_status.uid": "validation_status_approved"}
    count = get(server, query=approved).json()["count"]
    assert 600 < count < 900
    fields = ["_id", "_uuid", "meta/rootUuid", "_validation_status"]
    assert list(get(server, fields=fields, limit=1).json()["results"][0]) == [
        "_id", "meta/rootUuid", "_uuid", "_validation_status",
    ]  # fmt: skip
    assert ids(get(server, sort={"_id": -1}, limit=1)) == server.ids[-1:]
    assert get(server, query={"$where": "1"}).status_code == 400
    assert get(server, count=1).status_code == 400


def test_answers_are_texts_under_whole_paths_and_absent_where_not_given(
    server: KoboServer,
) -> None:
    rows = server.rows
    assert all(row["group_count/households"].isdecimal() for row in rows)
    absent = [row for row in rows if "group_count/persons" not in row]
    assert 0 < len(absent) < len(rows)
    assert all(row["_uuid"] == row["meta/instanceID"].removeprefix("uuid:") for row in rows)
    assert {row["_submission_time"][-1] for row in rows} <= set("0123456789")


def test_an_edit_changes_the_uuid_and_neither_the_id_nor_the_time(server: KoboServer) -> None:
    number = server.ids[5]
    before = server.row(number)
    server.edit(number, persons=999)
    after = get(server, f"/data/{number}.json").json()
    assert after["group_count/persons"] == "999"
    assert after["meta/deprecatedID"] == before["meta/instanceID"] != after["meta/instanceID"]
    for name in ("_id", "meta/rootUuid", "_submission_time", "_submitted_by", "start"):
        assert after[name] == before[name]


def test_reviews_and_deletions_leave_no_other_trace(server: KoboServer) -> None:
    one, two, three = server.ids[:3]
    server.approve(one)
    server.reject(two)
    server.delete(three)
    answer = get(server, limit=2)
    assert answer.json()["count"] == 1249
    uids = [row["_validation_status"]["uid"] for row in answer.json()["results"]]
    assert uids == ["validation_status_approved", "validation_status_not_approved"]
    server.unreview(one)
    assert server.row(one)["_validation_status"] == {}


def test_a_new_version_of_the_form_renames_keys_of_new_submissions(server: KoboServer) -> None:
    server.new_version(persons="group_count/people")
    (new, newer) = server.submit(2)
    assert "group_count/people" in {**server.row(new), **server.row(newer)}
    assert "group_count/people" not in server.row(server.ids[0])


def test_every_submission_carries_personal_data_that_must_not_be_kept(server: KoboServer) -> None:
    text = json.dumps(server.rows)
    assert all(marker in text for marker in PERSONAL_MARKERS)


def test_duplicates_are_a_conflict(server: KoboServer) -> None:
    server.misbehave("duplicates")
    assert get(server).status_code == 409
