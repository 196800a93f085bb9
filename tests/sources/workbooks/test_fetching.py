"""Files at addresses and in folders, and servers that misbehave."""

import datetime as dt
import json

import pytest

from displacement.sources.source import Answer, Failure
from tests.servers.recorded import RecordedServer
from tests.sources.workbooks.books import ARRIVED, RETURNED, ocha_book, served
from tests.sources.workbooks.files import BOOK, NORTH, OCHA, fetch, parse_all


def test_a_workbook_is_read_from_its_address_through_a_redirect():
    with RecordedServer({f"/file/{BOOK}": served(ocha_book())}) as server:
        moved = served(b"")
        moved.status, moved.headers = 302, {"Location": f"{server.url}/file/{BOOK}"}
        server.answers[f"/s/{BOOK}"] = moved
        entry = OCHA | {"url": f"{server.url}/s/{BOOK}?dl=1", "cause": "conflict"}
        answers = fetch(entry | {"published_on": dt.date(2019, 2, 20)}, url=server.url)
    statements = parse_all(answers).statements
    assert {answer.name for answer in answers} == {"workbooks/syria"}
    assert len(statements) == 7
    assert set(statements["cause"]) == {"conflict"}
    assert set(statements["published_on"]) == {dt.date(2019, 2, 20)}
    assert all(statements["url"].str.endswith(f"/s/{BOOK}"))


@pytest.mark.parametrize(
    ("kind", "how", "words"),
    [
        ("html", {}, "an HTML page where an Excel workbook was expected"),
        ("500", {}, "status 500"),
        ("404", {}, "status 404"),
        ("garbage", {}, "is not an Excel workbook"),
        ("empty", {}, "is empty"),
        ("truncated", {}, "cannot be opened as a xlsx file"),
        ("cut_off", {}, "broke off"),
    ],
)
def test_a_server_that_misbehaves_costs_only_its_file(kind, how, words):
    paths = ("bad_january_2019.xlsx", "good_february_2019.xlsx")
    with RecordedServer({f"/{path}": served(ocha_book()) for path in paths}) as server:
        server.misbehave(kind, path="bad", times=None, **how)
        entries = [OCHA | {"name": path[:4], "url": f"{server.url}/{path}"} for path in paths]
        found = fetch(*entries, url=server.url)
    [failure] = [one for one in found if isinstance(one, Failure)]
    assert failure.name == "workbooks/bad_"
    assert words in failure.reason
    answers = [one for one in found if isinstance(one, Answer)]
    assert len(parse_all(answers).statements) == 7


def test_a_fault_that_passes_is_tried_again():
    with RecordedServer({f"/{BOOK}": served(ocha_book())}) as server:
        server.misbehave("html", times=1)
        answers = fetch(OCHA | {"url": f"{server.url}/{BOOK}"}, url=server.url)
    assert len(parse_all(answers).statements) == 7


def test_other_files_of_a_folder_are_no_workbooks(folder):
    for name in ("old.xls", "notes.txt", ".hidden.xlsx", "~$count.xlsx"):
        (folder / name).write_bytes(b"anything")
    [rejection] = fetch(NORTH | {"folder": "books"})
    assert rejection.reason == (
        "workbooks/north/old.xls: it is neither .xlsx nor .csv; save it as one of them."
    )


def test_the_landing_is_the_same_for_the_same_cells(folder):
    landed = []
    for _ in range(2):
        (folder / BOOK).write_bytes(ocha_book())
        landed.append([answer.content for answer in fetch(OCHA | {"folder": "books"})])
    assert landed[0] == landed[1]
    assert [json.loads(content)["total"] for content in landed[0]] == [ARRIVED, RETURNED]
