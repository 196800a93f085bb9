"""Each misbehaviour is seen by a client as what it is called."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
import requests

from tests.servers.core import StandIn
from tests.servers.exchange import Answer, Request, json_answer
from tests.servers.misbehaviour import KINDS, parse_order
from tests.servers.recorded import RecordedServer


class Pages(StandIn):
    """Two pages of five rows, behind a key."""

    name: ClassVar[str] = "pages"

    def respond(self, request: Request) -> Answer:
        first = 5 * (request.whole("page", 1) - 1)
        rows = [{"n": n, "inner": {"m": n}} for n in range(10)]
        seen = self.visible(rows, request)
        return json_answer({"count": len(seen), "rows": seen[first : first + 5]})


@pytest.fixture
def server() -> Iterator[Pages]:
    with Pages() as pages:
        yield pages


def get(server: StandIn, page: int = 1, **how: object) -> requests.Response:
    with requests.Session() as session:
        return session.get(f"{server.url}/rows", params={"page": page}, timeout=5, **how)  # type: ignore[arg-type]


def numbers(response: requests.Response) -> list[int]:
    return [row["n"] for row in response.json()["rows"]]


def test_a_well_server_answers_and_keeps_what_it_was_asked(server: Pages) -> None:
    assert numbers(get(server, page=2)) == [5, 6, 7, 8, 9]
    (request,) = server.requests
    assert (request.method, request.path, request.value("page")) == ("GET", "/rows", "2")
    assert request.header("user-agent").startswith("python-requests/")


def test_an_answer_can_be_429_with_retry_after_and_then_well(server: Pages) -> None:
    server.misbehave("429", times=2, retry_after=7)
    answers = [get(server) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "7"


def test_an_answer_can_be_500_after_some_that_were_well(server: Pages) -> None:
    server.misbehave("500", after=1)
    assert [get(server).status_code for _ in range(3)] == [200, 500, 200]


def test_an_order_can_concern_some_paths_only(server: Pages) -> None:
    server.misbehave("503", path="/other$", times=None)
    assert get(server).status_code == 200
    assert requests.get(f"{server.url}/other", timeout=5).status_code == 503


def test_a_slow_server_runs_into_the_read_timeout(server: Pages) -> None:
    server.misbehave("slow", delay=30)
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{server.url}/rows", timeout=0.3)


def test_a_trickle_keeps_every_read_timeout_happy_and_takes_its_time(server: Pages) -> None:
    server.misbehave("trickle", piece=40, delay=0.1)
    begun = time.monotonic()
    assert numbers(get(server)) == [0, 1, 2, 3, 4]
    assert time.monotonic() - begun > 0.2


@pytest.mark.parametrize("kind", ["reset", "reset_midway", "cut_off", "cut_chunks"])
def test_a_connection_that_breaks_is_an_error_of_the_connection(server: Pages, kind: str) -> None:
    server.misbehave(kind)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        get(server)
    assert get(server).ok


def test_truncated_json_comes_with_an_honest_length(server: Pages) -> None:
    server.misbehave("truncated")
    answer = get(server)
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_right_data_can_come_under_a_wrong_content_type(server: Pages) -> None:
    server.misbehave("wrong_type", content_type="text/plain")
    answer = get(server)
    assert answer.headers["Content-Type"] == "text/plain"
    assert numbers(answer) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("kind", "status"), [("html", 200), ("challenge", 202)])
def test_a_page_can_come_instead_of_data(server: Pages, kind: str, status: int) -> None:
    server.misbehave(kind)
    answer = get(server)
    assert answer.status_code == status
    assert answer.text.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("kind", ["empty", "garbage"])
def test_a_body_can_be_empty_or_garbage_and_call_itself_json(server: Pages, kind: str) -> None:
    server.misbehave(kind)
    answer = get(server)
    assert answer.headers["Content-Type"].startswith("application/json")
    with pytest.raises(ValueError, match=r".*"):
        json.loads(answer.content)


def test_an_endless_body_ends_only_when_the_client_stops(server: Pages) -> None:
    server.misbehave("endless")
    with get(server, stream=True) as answer:
        sizes = (len(piece) for piece in answer.iter_content(1 << 16))
        assert sum(next(sizes) for _ in range(200)) > 10_000_000


@pytest.mark.parametrize(
    ("kind", "how", "row"),
    [
        ("renamed_column", {"column": "n", "to": "number"}, {"number": 0, "inner": {"m": 0}}),
        ("renamed_column", {"column": "inner.m", "to": "o"}, {"n": 0, "inner": {"o": 0}}),
        ("missing_column", {"column": "inner"}, {"n": 0}),
        ("new_column", {"column": "x", "to": "y"}, {"n": 0, "inner": {"m": 0}, "x": "y"}),
        ("retyped_column", {"column": "n", "to": "n/a"}, {"n": "n/a", "inner": {"m": 0}}),
    ],
)
def test_columns_can_change(
    server: Pages, kind: str, how: dict[str, str], row: dict[str, object]
) -> None:
    server.misbehave(kind, **how)
    assert get(server).json()["rows"][0] == row


def test_a_page_can_be_served_twice(server: Pages) -> None:
    server.misbehave("duplicate_page", after=1)
    assert numbers(get(server, page=1)) == numbers(get(server, page=2)) == [0, 1, 2, 3, 4]


def test_a_short_page_disagrees_with_its_count(server: Pages) -> None:
    server.misbehave("short_page", share=0.4)
    answer = get(server)
    assert (answer.json()["count"], numbers(answer)) == (10, [0, 1])


def test_no_rows_leaves_the_envelope(server: Pages) -> None:
    server.misbehave("no_rows")
    assert get(server).json() == {"count": 10, "rows": []}


def test_a_smaller_answer_agrees_with_its_count(server: Pages) -> None:
    server.misbehave("smaller", share=0.3)
    answer = get(server)
    assert (answer.json()["count"], numbers(answer)) == (3, [0, 1, 2])


def test_an_expired_key_is_refused(server: Pages) -> None:
    server.misbehave("expired_key")
    assert [get(server).status_code for _ in range(2)] == [403, 200]


def test_requests_that_run_side_by_side_are_counted(server: Pages) -> None:
    server.misbehave("slow", delay=0.3, times=None)
    threads = [threading.Thread(target=get, args=(server,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.most_at_once == 3


def test_an_unknown_misbehaviour_is_refused(server: Pages) -> None:
    with pytest.raises(ValueError, match="has no misbehaviour 'tired'"):
        server.misbehave("tired")


def test_an_order_is_read_from_the_command_line() -> None:
    order = parse_order("429,times=2,retry_after=1")
    assert (order.kind, order.times, order.retry_after) == ("429", 2, "1")
    assert parse_order("smaller,share=0.5").times is None
    assert order.kind not in KINDS


def test_a_broken_stand_in_fails_the_test_that_uses_it() -> None:
    with pytest.raises(AssertionError, match="stand-in itself failed"), StandIn() as broken:
        assert requests.get(broken.url, timeout=5).status_code == 500


def test_recorded_answers_are_replayed_by_path_and_parameters(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b'{"a":1}')
    answers = {"/a": tmp_path / "a.json", "/a?page=2": b'{"a":2}'}
    with RecordedServer(answers) as server:
        assert requests.get(f"{server.url}/a", timeout=5).json() == {"a": 1}
        assert requests.get(f"{server.url}/a?page=2", timeout=5).json() == {"a": 2}
        assert requests.get(f"{server.url}/b", timeout=5).status_code == 404
