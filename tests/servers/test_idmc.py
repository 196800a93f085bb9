"""The IDMC stand-in keeps Helix's contract."""

from collections import Counter
from collections.abc import Iterator

import pytest
import requests

from tests.servers.idmc import IdmcServer

FEED = "/idus/last-180-days/"


@pytest.fixture
def server() -> Iterator[IdmcServer]:
    with IdmcServer(rows=600, seed=1, key="me") as idmc:
        yield idmc


def get(server: IdmcServer, path: str = FEED, **how: object) -> requests.Response:
    query = {"client_id": "me"} | how
    with requests.Session() as session:
        return session.get(server.base_url + path, params=query, timeout=30)  # type: ignore[arg-type]


def test_a_feed_is_a_redirect_to_a_dump_on_another_host(server: IdmcServer) -> None:
    answer = get(server)
    assert [step.status_code for step in answer.history] == [302]
    assert answer.json() == server.last_180_days
    first, second = server.requests
    assert (first.site, second.site) == ("main", "dump")
    assert "client_id" not in second.query
    assert "client" not in answer.url


def test_a_dump_wants_its_signature(server: IdmcServer) -> None:
    plain = get(server).url.partition("?")[0]
    assert requests.get(plain, timeout=5).status_code == 403
    server.misbehave("expired_link", path="/media/")
    assert get(server).status_code == 403


def test_clients_that_are_unknown_or_deactivated_are_refused(server: IdmcServer) -> None:
    unknown = get(server, client_id="you")
    assert (unknown.status_code, unknown.json()) == (403, {"detail": "Client is not registered."})
    closed = get(server, client_id="inactive-client")
    assert closed.json() == {"detail": "Client is deactivated."}


@pytest.mark.parametrize(("kind", "status"), [("no_dump", 404), ("pending", 202),
                                              ("failed_dump", 500)])  # fmt: skip
def test_an_empty_list_without_a_dump_is_no_data(
    server: IdmcServer, kind: str, status: int
) -> None:
    server.misbehave(kind)
    answer = get(server)
    assert (answer.status_code, answer.json()) == (status, [])


def test_rows_have_the_fields_of_the_feed(server: IdmcServer) -> None:
    rows = get(server, "/idus/all/").json()
    assert len(rows) == 600 > len(server.last_180_days) > 100
    starts = [row["displacement_start_date"] for row in rows]
    assert starts == sorted(starts, reverse=True)
    assert {row["role"] for row in rows} == {"Recommended figure", "Triangulation"}
    assert all(row["displacement_date"] == row["displacement_end_date"] for row in rows)
    assert all(row["year"] == int(row["displacement_start_date"][:4]) for row in rows)
    assert {row["source_url"] for row in rows} == {""}
    assert {row["category"] for row in rows if row["displacement_type"] == "Conflict"} == {None}
    several = [row for row in rows if ";" in row["locations_name"]]
    lists = ("locations_name", "locations_coordinates", "locations_type", "locations_accuracy")
    assert several
    assert all(len({row[name].count(";") for name in lists}) == 1 for row in rows)


def test_ids_are_unique_and_some_rows_are_twins(server: IdmcServer) -> None:
    rows = server.rows
    assert len({row["id"] for row in rows}) == len(rows)
    twins = Counter(repr({k: v for k, v in row.items() if k != "id"}) for row in rows)
    assert max(twins.values()) == 2


def test_disasters_are_a_feed_of_their_own(server: IdmcServer) -> None:
    rows = get(server, "/idus/all/disaster/").json()
    assert {row["displacement_type"] for row in rows} == {"Disaster"}


def test_revisions_flip_roles_let_rows_vanish_and_leave_created_at(server: IdmcServer) -> None:
    before = {row["id"]: row for row in server.last_180_days}
    edited, gone, flipped = server.edit(), server.vanish(2), server.flip_roles(3)
    added = server.add(figure=77)
    after = {row["id"]: row for row in get(server).json()}
    assert set(before) - set(after) == set(gone)
    assert set(after) - set(before) == {added["id"]}
    common = set(before) & set(after)
    assert {i for i in common if before[i]["role"] != after[i]["role"]} == set(flipped)
    assert {i for i in common if before[i]["figure"] != after[i]["figure"]} == set(edited)
    assert all(before[i]["created_at"] == after[i]["created_at"] for i in common)


def test_gidd_is_paged_and_refuses_unknown_filters(server: IdmcServer) -> None:
    first = get(server, "/gidd/displacements/", limit=5).json()
    assert list(first) == ["last_updated", "count", "next", "previous", "results"]
    second = requests.get(first["next"], timeout=5).json()
    assert second["results"][0] not in first["results"]
    assert get(server, "/gidd/displacements/", colour="red").status_code == 400


def test_a_path_without_its_slash_is_redirected(server: IdmcServer) -> None:
    answer = get(server, "/idus/all")
    assert [step.status_code for step in answer.history] == [301, 302]
    assert len(answer.json()) == 600
