"""The client is patient with faults that pass, strict with answers, and silent about keys."""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from displacement.sources.source import Failure, SourceError
from displacement.sources.wire import AccessError, Client, Expected, Query, ask_all
from tests.servers import RecordedServer
from tests.servers.exchange import Answer
from tests.sources.wire import KEY, client_of, request_to

GOOD = b'[{"a": 1}]'
SPELLED = (
    *(KEY, "a-key-that%2Fnobody%3Dsees", "a-key-that/nobody%3Dsees"),
    *("a-key-that%2fnobody%3dsees", r"a-key-that\/nobody=sees", r"a-key-that/nobody\u003Dsees"),
)


@pytest.fixture
def server():
    with RecordedServer({"/rows": GOOD, "/other": b'{"b": 2}'}) as stand_in:
        yield stand_in


def test_a_good_answer_comes_with_its_address_and_without_the_key(server):
    reply = client_of(server.url).get("rows", {"page": 2, "none": None, "many": ["x", "y"]})
    assert reply.json() == [{"a": 1}]
    assert reply.url == f"{server.url}/rows?id=***&page=2&many=x&many=y"
    assert server.requests[0].query == {"id": [KEY], "page": ["2"], "many": ["x", "y"]}
    assert server.requests[0].header("x-key") == KEY


@pytest.mark.parametrize(
    "kind",
    ["429", "500", "502", "503", "504", "408", "reset", "reset_midway", "cut_off", "cut_chunks",
     "truncated", "html", "challenge", "empty", "garbage", "wrong_type"],
)  # fmt: skip
@pytest.mark.parametrize("way", ["get", "download"])
def test_a_fault_that_passes_costs_only_time(server, kind, way):
    server.misbehave(kind, times=2)
    assert getattr(client_of(server.url), way)("rows").body == GOOD
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("500", "answers with status 500"),
        ("html", "is an HTML page where JSON was expected"),
        ("challenge", "status 202: not ready, or a challenge"),
        ("truncated", "breaks off before its end"),
        ("cut_off", "broke off"),
        ("reset", "cannot be reached"),
        ("empty", "is empty where JSON was expected"),
        ("garbage", "is not JSON"),
    ],
)
def test_a_fault_that_stays_is_told_in_a_sentence(server, kind, words):
    server.misbehave(kind, times=None)
    with pytest.raises(SourceError, match=words):
        client_of(server.url).get("rows")
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", ["401", "403"])
def test_a_refused_key_is_not_tried_again(server, status):
    server.misbehave(status, times=None)
    with pytest.raises(AccessError, match=f"refuses us with status {status}"):
        client_of(server.url).get("rows")
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", ["400", "404", "410", "422"])
def test_a_wrong_question_is_not_asked_again(server, status):
    server.misbehave(status, times=None)
    with pytest.raises(SourceError, match=f"status {status}"):
        client_of(server.url).get("rows")
    assert len(server.requests) == 1


def test_retry_after_is_honoured(server):
    server.misbehave("429", times=1, retry_after=1)
    begin = time.monotonic()
    client_of(server.url).get("rows")
    assert time.monotonic() - begin >= 1


@pytest.mark.parametrize(
    "said",
    ["\xb2", "-5", "soon", "Wed, 21 Oct 2015 07:28:00 GMT"],
)
def test_a_pause_that_makes_no_sense_is_no_reason_to_give_up(server, said):
    server.misbehave("429", times=1, retry_after=said)
    assert client_of(server.url).get("rows").body == GOOD


@pytest.mark.parametrize("body", [b"[" * 99_999, b"{ nothing }", b"\xff\xfe{"])
def test_an_error_whose_body_makes_no_sense_is_told_by_its_status(server, body):
    server.answers["/rows"] = Answer(body, 404)
    with pytest.raises(SourceError, match=r"answers with status 404$"):
        client_of(server.url).get("rows")


@pytest.mark.parametrize("where", ["http://[::bad", "ftp://x/", "http://*x..y/", ""])
def test_a_redirect_to_nowhere_is_told_in_a_sentence(server, where):
    server.answers["/rows"] = Answer(b"", 301, headers={"Location": where})
    with pytest.raises(SourceError):
        client_of(server.url, attempts=1).get("rows")


def test_a_server_that_asks_for_hours_is_left_alone(server):
    server.misbehave("503", times=None, retry_after=7200)
    with pytest.raises(SourceError, match="asks to wait 7200 seconds"):
        client_of(server.url).get("rows")
    assert len(server.requests) == 1


def test_a_server_that_does_not_answer_is_given_up(server):
    server.misbehave("slow", times=None, delay=5)
    with pytest.raises(SourceError, match=r"did not answer within 0\.2 seconds"):
        client_of(server.url, read_seconds=0.2, attempts=2).get("rows")
    assert len(server.requests) == 2


def test_an_answer_that_trickles_for_too_long_is_given_up(server):
    server.answers["/rows"] = b"[" + b" " * 10_000 + b"]"
    server.misbehave("trickle", times=None, delay=0.05, piece=16)
    begin = time.monotonic()
    with pytest.raises(SourceError, match="longer than"):
        client_of(server.url, answer_seconds=0.3, attempts=1).download("rows")
    assert time.monotonic() - begin < 10, "the whole answer would take half a minute"


@pytest.mark.parametrize("way", ["get", "download"])
def test_an_answer_without_end_is_cut(server, way, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    server.misbehave("endless", times=None)
    with pytest.raises(SourceError, match="larger than 2 MB"):
        getattr(client_of(server.url, largest_megabytes=2), way)("rows")
    assert list(tmp_path.iterdir()) == []


def test_the_key_is_cut_out_of_answers_errors_and_logs(server, caplog):
    caplog.set_level(logging.DEBUG)
    spelled = ", ".join(f'"{one}"' for one in SPELLED)
    echo = f'{{"next": "/rows?id={SPELLED[1]}", "you": "{KEY}", "all": [{spelled}]}}'.encode()
    server.answers |= {"/rows": echo, "/refused": Answer(echo.replace(b"you", b"error"), 403)}
    client = client_of(server.url)
    reply = client.download("rows")
    texts = [reply.url, reply.body.decode(), client.get("rows").body.decode()]
    with pytest.raises(AccessError) as refused:
        client.get("refused")
    nowhere = client_of("http://127.0.0.1:9", attempts=1)
    with pytest.raises(SourceError) as unreachable:
        nowhere.get("rows")
    texts += [str(refused.value), str(unreachable.value), caplog.text, repr(request_to("x"))]
    assert "GET /rows" in caplog.text
    for text in texts:
        assert not any(spelling in text for spelling in SPELLED)


def test_a_key_cut_in_two_by_the_chunks_of_a_stream_is_found(server):
    half = len(KEY) // 2
    parts = [b'["' + b"x" * 100 + KEY[:half].encode(), KEY[half:].encode() + b'"]']
    server.answers["/rows"] = Answer(parts)
    body = client_of(server.url).download("rows").body
    assert body == b'["' + b"x" * 100 + b'***"]'


def test_keys_do_not_follow_a_redirect_to_another_host(server):
    with RecordedServer({"/dump": GOOD}) as elsewhere:
        to = elsewhere.url.replace("127.0.0.1", "localhost") + "/dump"
        server.answers["/rows"] = Answer(b"", 302, headers={"Location": to})
        assert client_of(server.url).get("rows").body == GOOD
        [asked] = elsewhere.requests
    assert asked.header("x-key") == ""
    assert asked.query == {}


def test_a_next_page_on_another_host_is_refused(server):
    with pytest.raises(SourceError, match=r"next page is on another server, elsewhere\.invalid"):
        client_of(server.url).get("https://elsewhere.invalid/rows")
    assert server.requests == []


def test_requests_keep_their_distance(server):
    client = client_of(server.url, requests_per_second=20)
    for _ in range(4):
        client.get("rows")
    times = [request.at for request in server.requests]
    assert times[-1] - times[0] >= 3 / 20 * 0.9


def test_requests_of_several_clients_of_a_server_keep_their_distance_too(server):
    for _ in range(4):
        client_of(server.url, requests_per_second=20).get("rows")
    times = [request.at for request in server.requests]
    assert times[-1] - times[0] >= 3 / 20 * 0.9


def test_several_clients_of_a_server_ask_no_more_at_once_than_declared(server):
    server.misbehave("slow", times=None, delay=0.1)
    with ThreadPoolExecutor(6) as pool:
        for answer in [
            pool.submit(client_of(server.url, concurrency=2).get, "rows") for _ in range(6)
        ]:
            answer.result()
    assert server.most_at_once == 2


def test_no_more_queries_run_side_by_side_than_declared(server):
    server.misbehave("slow", times=None, delay=0.1)
    client = client_of(server.url, concurrency=2)
    queries = [Query(f"q{number}") for number in range(6)]
    answers = list(ask_all(client, queries, lambda query: [client.get("rows").answer(query)]))
    assert [answer.name for answer in answers] == [query.name for query in queries]
    assert server.most_at_once == 2


def test_a_query_that_fails_costs_no_other_one(server):
    client = client_of(server.url)
    paths = [Query("good", "rows"), Query("bad", "nothing-here"), Query("too", "other")]
    first, second, third = ask_all(
        client, paths, lambda query: [client.get(query.what).answer(query)]
    )
    assert (first.name, third.name) == ("good", "too")
    assert isinstance(second, Failure)
    assert second.reason.startswith("bad: the server answers with status 404")


def test_each_source_says_who_it_is(server):
    client_of(server.url).get("rows")
    client_of(server.url, user_agent="Mozilla/5.0 (compatible; displacement)").get("rows")
    first, second = (request.header("user-agent") for request in server.requests)
    assert first.startswith("displacement/")
    assert second == "Mozilla/5.0 (compatible; displacement)"


@pytest.mark.parametrize(
    ("expected", "content", "good"),
    [
        (Expected.WORKBOOK, b"PK\x03\x04...", True),
        (Expected.WORKBOOK, b"<!DOCTYPE html><html>", False),
        (Expected.PDF, b"%PDF-1.7", True),
        (Expected.PDF, b"not a pdf", False),
        (Expected.CSV, b"a,b\n1,2\n", True),
        (Expected.CSV, b"<html>", False),
    ],
)
def test_files_are_known_by_their_first_bytes(server, expected, content, good):
    server.answers["/file"] = Answer(content, content_type="application/octet-stream")
    client = client_of(server.url, attempts=1)
    if good:
        assert client.get("file", expected=expected).body == content
    else:
        with pytest.raises(SourceError):
            client.get("file", expected=expected)


def test_a_source_without_an_address_says_so(tmp_path: Path):
    request = request_to("http://x")
    object.__setattr__(request.declaration, "http", None)
    with pytest.raises(SourceError, match="no address is declared"):
        Client(request)


def test_a_missing_key_names_the_variable_and_the_block():
    request = request_to("http://x")
    request.declaration.secrets["other"] = "OTHER_KEY"
    with pytest.raises(SourceError, match=r"variable OTHER_KEY.*block named other-key"):
        request.secret("other")
