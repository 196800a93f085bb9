"""Workbooks at addresses and in folders: OCHA's layout, declared sheets, files that go wrong."""

import dataclasses
import datetime as dt
import hashlib
import io
import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.comments import Comment

from displacement.intake import run_log, take_in
from displacement.sources.source import (
    Answer,
    Declaration,
    Failure,
    Http,
    Landed,
    Parsed,
    Rejection,
    Request,
    SourceError,
)
from displacement.sources.workbooks import SOURCE
from displacement.sources.workbooks.listed import listed_files, month_of
from displacement.store.store import Store
from tests.runs import REFERENCE, holds
from tests.servers.recorded import RecordedServer
from tests.sources.wire import QUICK
from tests.sources.workbooks import (
    ARRIVALS,
    ARRIVED,
    HEISH,
    IDP,
    RETURNED,
    RETURNS,
    ocha_book,
    served,
    sheet_book,
)

NOW = datetime(2019, 3, 1, 6, tzinfo=UTC)
LATER = datetime(2019, 4, 1, 6, tzinfo=UTC)
BOOK = "idp_movements_january_2019.xlsx"
OCHA = {"name": "syria", "layout": "ocha_idp_movements"}
COLUMNS = {
    "governorate": "Mohafaza",
    "sub_district": "Nahya name",
    "families": "HH counted",
    "people": "Souls",
    "day": "Counted on",
}
NORTH = {"name": "north", "layout": "sheet", "columns": COLUMNS}
HEADER = ["Mohafaza", "Nahya name", "HH counted", "Souls", "Counted on", "Enumerator"]
ROWS = [
    ["Idleb", "Heish", 20, 110, "15/01/2019", "Abu Marker"],
    ["Hama", "Suran", 30, 170, "15/01/2019", "Abu Marker"],
    ["Total", None, 50, 280, None, None],
]


def declaration(
    *entries: dict[str, Any], url: str = "http://127.0.0.1:9", **http: Any
) -> Declaration:
    return Declaration(
        "workbooks",
        "Workbooks",
        "none",
        "monthly",
        most_vanished=0.25,
        needs=("files",),
        http=Http(url=url, **QUICK | http),
        options={"files": list(entries)},
    )


def fetch(*entries, url="http://127.0.0.1:9"):
    return list(SOURCE.fetch(Request(declaration(*entries, url=url), None, NOW)))


def parse_all(answers):
    """All sheets of one file, as a run joins them."""
    parts = [parse(answer) for answer in answers]
    frames = [part.statements for part in parts]
    return Parsed(
        sum(part.rows_in for part in parts),
        pd.concat(frames, ignore_index=True),
        [one for part in parts for one in part.rejections],
        [one for part in parts for one in part.signals],
    )


def parse(answer):
    assert isinstance(answer, Answer), answer
    landed = Landed(answer.name, hashlib.sha256(answer.content).hexdigest(), answer.content)
    parsed = SOURCE.parse(landed, declaration(OCHA))
    accepted = len(parsed.statements) if parsed.accepted is None else parsed.accepted
    assert parsed.rows_in == accepted + len(parsed.rejections)
    return parsed


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder named relative to the working folder, as a configuration names it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "books").mkdir()
    return tmp_path / "books"


@pytest.fixture
def read_ocha(folder):
    """Read one workbook of OCHA's layout from the folder."""

    def read(name=BOOK, entry=OCHA, **book):
        (folder / name).write_bytes(ocha_book(**book))
        return parse_all(fetch(entry | {"folder": "books"}))

    return read


@pytest.fixture
def read_sheet(folder):
    """Read one sheet with the declared mapping from the folder."""

    def read(rows, name="count.xlsx", entry=NORTH):
        (folder / name).write_bytes(sheet_book(rows))
        return parse_all(fetch(entry | {"folder": "books"}))

    return read


@pytest.fixture
def take(store, folder, reference):
    """One run: its outcome, logged as a flow does."""

    def run(*entries, now=NOW, **declared):
        asked = dataclasses.replace(declaration(*entries), **declared)
        outcome = take_in(SOURCE, asked, reference, store=Store(store), inbox=folder, now=now)
        Store(store).ledger.add_run(f"{now:%Y%m%d}", run_log(f"{now:%Y%m%d}", now, [outcome]))
        return outcome

    return run


def standing(store):
    records = Store(store).tables.read("workbooks").records
    latest = records.groupby("source_record_id").tail(1)
    return latest[~latest["withdrawn"].astype(bool)]


def test_arrivals_and_returns_are_flows_of_the_month_at_the_place_of_arrival(read_ocha):
    statements = read_ocha().statements
    first = statements.iloc[0]
    assert first["source_record_id"] == "workbooks:ocha_idp_movements/2019-01/arrivals/C4101"
    assert (first["area_codes"], first["area_text"]) == ("SY070205", "Heish")
    assert (first["stated"], first["unit"], first["quantifier"]) == (250, "person", "exact")
    assert (first["start_date"], first["end_date"]) == (dt.date(2019, 1, 1), dt.date(2019, 1, 31))
    assert first["published_on"] == dt.date(2019, 1, 31)
    assert (first["counter"], first["cause"]) == ("OCHA", "unknown")
    assert set(statements["area_role"]) == {"destination"}
    assert set(statements["date_precision"]) == {"month"}
    assert statements.groupby("measure").size().to_dict() == {"new_displacement": 5, "return": 2}


def test_only_the_rows_of_the_flow_sheets_count_and_their_sums_are_those_of_the_file(read_ocha):
    statements = read_ocha().statements
    sums = statements.groupby("measure")["stated"].sum().to_dict()
    assert sums == {"new_displacement": ARRIVED, "return": RETURNED}
    assert sum(row[8] or 0 for row in ARRIVALS) == ARRIVED
    by_place = statements[statements["measure"] == "new_displacement"].groupby("area_codes")
    assert by_place["stated"].sum().to_dict() == {
        "SY050101": 83,
        "SY070203": 0,
        "SY070205": 370.5,
    }


def test_communities_of_one_sub_district_are_parts_of_one_figure(read_ocha):
    statements = read_ocha().statements
    parts = statements.groupby("partition_id")["area_codes"].unique()
    assert all(len(codes) == 1 for codes in parts)
    assert parts.index[0] == "workbooks:ocha_idp_movements/2019-01/arrivals/SY050101"
    assert len(parts) == 4


def test_a_blank_is_no_statement_and_zero_is_one(read_ocha):
    parsed = read_ocha()
    stated = dict(
        zip(parsed.statements["source_record_id"], parsed.statements["stated"], strict=True)
    )
    assert stated["workbooks:ocha_idp_movements/2019-01/arrivals/C4103"] == 0
    assert "workbooks:ocha_idp_movements/2019-01/arrivals/C4104" not in stated
    assert parsed.rejections == []
    [signal] = parsed.signals
    assert signal == (
        f"workbooks/syria/{BOOK}, sheet 1: 1 communities have no number; they were not counted, "
        "which is not zero."
    )


def test_half_persons_stay_as_given(read_ocha):
    assert 120.5 in read_ocha().statements["stated"].to_list()


def test_a_name_variant_of_a_code_is_kept_as_written(read_ocha):
    arrivals = read_ocha().statements
    there = arrivals[arrivals["area_codes"] == "SY050101"]
    assert set(there["area_text"]) == {"Suran", "Soran"}


def test_a_stale_name_of_a_sheet_only_raises_a_signal(read_ocha):
    parsed = read_ocha(months=("December", "January"))
    assert set(parsed.statements["start_date"]) == {dt.date(2019, 1, 1)}
    assert (
        f"workbooks/syria/{BOOK}, sheet 1: it is called after December, but was read as January "
        "2019; if that is wrong, set month for the file."
    ) in parsed.signals


def test_a_summary_that_differs_from_its_rows_raises_a_signal(read_ocha):
    parsed = read_ocha(totals=(ARRIVED + 1, RETURNED + 300))
    assert len(parsed.statements) == 7
    [signal] = [one for one in parsed.signals if "summary" in one]
    assert signal == (
        f"workbooks/syria/{BOOK}, sheet 2: the summary of 2019-01 says 347.5 people, but the "
        "accepted rows add up to 47.5; look for a missing or a doubled row."
    )


def test_a_month_that_the_summary_does_not_have_raises_a_signal(read_ocha):
    parsed = read_ocha(entry=OCHA | {"month": "2020-01"})
    assert sum("has no total of 2020-01" in one for one in parsed.signals) == 2
    assert set(parsed.statements["start_date"]) == {dt.date(2020, 1, 1)}


def test_a_total_row_that_differs_from_its_rows_raises_a_signal(read_ocha):
    def change(book):
        sheet = book["January_Retflow"]
        sheet.cell(5, 9).value = 999

    signals = read_ocha(change=change).signals
    assert any("row 5: the total says 999 people" in one for one in signals)


@pytest.mark.parametrize(
    ("row", "check", "words"),
    [
        ([*HEISH[:5], None, "X", "C4109", 5], "missing_code", "a code is needed here"),
        ([*HEISH, "X", None, 5], "missing_code", "a code is needed here"),
        ([*HEISH[:5], "SY99", "X", "C4109", 5], "unknown_code", "“SY99” is no code of this kind"),
        ([*HEISH[:3], "SY0501", *HEISH[4:], "X", "C4109", 5], "codes_disagree", "does not lie in"),
        ([*HEISH, "X", "C4109", "many"], "unreadable_number", "“…”"),
        ([*HEISH, "X", "C4109", -5], "unreadable_number", "negative"),
    ],
)
def test_a_bad_row_is_rejected_with_its_place_and_stops_no_other(read_ocha, row, check, words):
    parsed = read_ocha(arrivals=[*ARRIVALS[:2], row])
    [rejection] = parsed.rejections
    assert (rejection.check, rejection.row, rejection.schema) == (check, 4, "workbooks_rows")
    assert f"{BOOK}, sheet 1, row 4, column" in rejection.reason
    assert words in rejection.reason
    assert len(parsed.statements) == 4


def test_a_community_with_five_digits_is_no_personal_number(read_ocha):
    parsed = read_ocha(arrivals=[[*HEISH, "X", "C41099", 5]])
    assert parsed.statements["source_record_id"][0].endswith("/C41099")


def test_a_hidden_sheet_is_not_read(read_ocha):
    def change(book):
        book["January_Retflow"].sheet_state = "hidden"

    assert set(read_ocha(change=change).statements["measure"]) == {"new_displacement"}


def test_a_flow_sheet_without_its_name_is_known_by_its_columns(read_ocha):
    def change(book):
        book["January_IDPflow"].title = "Sheet1"

    assert len(read_ocha(change=change).statements) == 7


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda book: setattr(book.worksheets[0]["I1"], "value", "Estimate"), f"“{IDP}”"),
        (lambda book: setattr(book.worksheets[0]["H1"], "value", None), "“Community PCODE”"),
        (lambda book: setattr(book.worksheets[1], "title", "X_IDPflow"), "both hold arrivals"),
    ],
)
def test_a_changed_layout_refuses_the_file_in_words(folder, change, words):
    (folder / BOOK).write_bytes(ocha_book(change=change))
    [rejection] = fetch(OCHA | {"folder": "books"})
    assert isinstance(rejection, Rejection)
    assert rejection.check == "unreadable_file"
    assert words in rejection.reason


def test_a_workbook_of_another_layout_is_refused(folder):
    (folder / BOOK).write_bytes(sheet_book([HEADER, *ROWS]))
    [rejection] = fetch(OCHA | {"folder": "books"})
    assert "this is another layout" in rejection.reason


def test_a_file_without_a_month_is_rejected_with_what_to_do(folder):
    (folder / "movements.xlsx").write_bytes(ocha_book())
    (folder / BOOK).write_bytes(ocha_book())
    *answers, rejection = fetch(OCHA | {"folder": "books"})
    assert (rejection.check, rejection.file) == ("missing_month", "workbooks/syria/movements.xlsx")
    assert 'set month = "YYYY-MM" for the entry' in rejection.reason
    assert len(parse_all(answers).statements) == 7


def test_an_address_without_a_month_is_rejected_and_not_asked():
    with RecordedServer({}) as server:
        [rejection] = fetch(OCHA | {"url": f"{server.url}/movements.xlsx"}, url=server.url)
        assert rejection.check == "missing_month"
        assert server.requests == []


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("idp_movements_january_2019.xlsx", "2019-01"),
        ("201901_idps.xlsx", "2019-01"),
        ("Syria IDPs 2019-01.xlsx", "2019-01"),
        ("2019_Jan.xlsx", "2019-01"),
        ("نزوح كانون الأول 2018.xlsx", None),
        ("تموز_2018.xlsx", "2018-07"),
        ("december_2018_as_of_2019-01-15.xlsx", "2018-12"),
        ("https://x.org/2017-05/Jan2019.xlsx?dl=1", "2019-01"),
        ("https://x.org/2019-01/movements.xlsx", None),
        ("dec_2018_jan_2019.xlsx", None),
        ("published 2019-01-15.xlsx", None),
        ("area 2019-13.xlsx", None),
    ],
)
def test_the_month_is_read_from_the_name_alone(name, month):
    assert month_of(name) == month


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


def test_a_declared_mapping_reads_a_sheet(read_sheet):
    entry = NORTH | {"counter": "Northern network", "measure": "return", "area_role": "origin"}
    parsed = read_sheet([["A title"], [], HEADER, *ROWS], entry=entry)
    first, second = parsed.statements.to_dict("records")
    assert first["source_record_id"] == (
        "workbooks:north/count.xlsx#1!idleb > heish@2019-01-15..2019-01-15"
    )
    assert (first["area_names"], first["stated"], first["unit"]) == (
        "Idleb > Heish sub-district",
        110,
        "person",
    )
    assert (first["counter"], first["measure"], first["area_role"]) == (
        "Northern network",
        "return",
        "origin",
    )
    assert (second["start_date"], second["date_precision"]) == (dt.date(2019, 1, 15), "day")
    assert sum(parsed.statements["stated"]) == ROWS[2][3]
    assert parsed.signals == []


def test_a_mapping_may_name_a_code_and_a_period(read_sheet):
    columns = {"area_code": "P", "people": "N", "start_date": "A", "end_date": "Z"}
    rows = [["P", "N", "A", "Z"], ["SY070205", 12, dt.date(2019, 1, 1), dt.date(2019, 1, 9)]]
    [statement] = read_sheet(rows, entry=NORTH | {"columns": columns}).statements.to_dict("records")
    assert (statement["area_codes"], statement["stated"]) == ("SY070205", 12)
    assert (statement["start_date"], statement["end_date"]) == (
        dt.date(2019, 1, 1),
        dt.date(2019, 1, 9),
    )


def test_a_sheet_without_dates_holds_the_month_of_its_name(folder, read_sheet):
    columns = {"sub_district": "Nahya name", "people": "Souls"}
    entry = NORTH | {"columns": columns}
    parsed = read_sheet([HEADER, *ROWS[:2]], "north_january_2019.xlsx", entry)
    [first, _] = parsed.statements.to_dict("records")
    assert (first["start_date"], first["end_date"], first["date_precision"]) == (
        dt.date(2019, 1, 1),
        dt.date(2019, 1, 31),
        "month",
    )
    (folder / "north_january_2019.xlsx").rename(folder / "north.xlsx")
    [rejection] = fetch(entry | {"folder": "books"})
    assert rejection.check == "missing_month"


def test_a_csv_at_an_address_is_read_whatever_parts_its_columns():
    text = "Mohafaza;Nahya name;HH counted;Souls;Counted on\nHama;Suran;30;١٧٠;15/01/2019\n"
    csv = served(text.encode(), "text/csv; charset=utf-8")
    with RecordedServer({"/export": csv}) as server:
        [answer] = fetch(NORTH | {"url": f"{server.url}/export?output=csv"}, url=server.url)
    [statement] = parse(answer).statements.to_dict("records")
    assert server.url not in answer.url + answer.content.decode()  # the link opens all columns
    assert (statement["stated"], statement["file"]) == (170, "workbooks/north")
    assert statement["source_record_id"].startswith("workbooks:north#north!")


def test_a_declared_header_that_is_gone_refuses_the_file_in_words(folder):
    (folder / "count.xlsx").write_bytes(sheet_book([[*HEADER[:3], "People", *HEADER[4:]], *ROWS]))
    [rejection] = fetch(NORTH | {"folder": "books"})
    assert "no header row that names “Souls”" in rejection.reason
    assert "or change the mapping" in rejection.reason


def test_a_sheet_of_other_things_is_left_out_with_a_signal(folder):
    def change(book):
        book.create_sheet("Legend").append(["Mohafaza", "means governorate"])

    (folder / "count.xlsx").write_bytes(sheet_book([HEADER, *ROWS], change=change))
    [answer] = fetch(NORTH | {"folder": "books"})
    parsed = parse(answer)
    assert len(parsed.statements) == 2
    [signal] = parsed.signals
    assert "sheet 2 has no header row that names" in signal


def test_other_files_of_a_folder_are_no_workbooks(folder):
    for name in ("old.xls", "notes.txt", ".hidden.xlsx", "~$count.xlsx"):
        (folder / name).write_bytes(b"anything")
    [rejection] = fetch(NORTH | {"folder": "books"})
    assert rejection.reason == (
        "workbooks/north/old.xls: it is neither .xlsx nor .csv; save it as one of them."
    )


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"layout": "ocha_idp_movements", "url": "http://x"}, "name"),
        (OCHA, "give either url or folder"),
        (OCHA | {"url": "http://x", "folder": "x"}, "give either url or folder"),
        (OCHA | {"url": "ftp://x"}, "url"),
        (OCHA | {"folder": "x", "month": "January"}, "month"),
        (OCHA | {"folder": "x", "measure": "return"}, "follow from the layout"),
        (OCHA | {"folder": "x", "colums": {}}, "colums"),
        (OCHA | {"folder": "x", "counter": "call +963 944 123 456"}, "names of organisations"),
        (NORTH | {"folder": "x", "columns": {"people": "N"}}, "has to name one of governorate"),
        (NORTH | {"folder": "x", "columns": {"area_code": "P"}}, "one of families, people"),
        (NORTH | {"folder": "x", "columns": COLUMNS | {"phone": "Tel"}}, "knows no phone"),
        (NORTH | {"folder": "x", "columns": COLUMNS | {"people": "Mohafaza"}}, "one header twice"),
        ({"name": "x", "layout": "pdf", "folder": "x"}, "layout"),
    ],
)
def test_a_slip_in_an_entry_is_named(entry, words):
    with pytest.raises(SourceError, match="files, entry ") as caught:
        fetch(entry)
    assert words in str(caught.value)


def test_two_entries_of_one_name_are_refused():
    with pytest.raises(SourceError, match="two entries of files are called 'syria'"):
        fetch(OCHA | {"folder": "a"}, OCHA | {"folder": "b"})


def test_a_source_without_files_says_what_to_add():
    with pytest.raises(SourceError, match=r"\[\[sources.workbooks.options.files\]\]"):
        fetch()
    assert declaration().open_needs() == ["files"]


def test_a_whole_run_places_every_row_and_a_second_one_changes_nothing(take, folder, store):
    (folder / BOOK).write_bytes(ocha_book())
    (folder / "count.xlsx").write_bytes(sheet_book([HEADER, *ROWS]))
    (folder / "ocha").mkdir()
    (folder / BOOK).rename(folder / "ocha" / BOOK)
    entries = (OCHA | {"folder": "books/ocha"}, NORTH | {"folder": "books"})
    first = take(*entries)
    assert (first.rows_in, first.accepted, first.rejected, first.new) == (10, 10, 0, 9)
    assert first.complete
    second = take(*entries, now=LATER)
    assert (second.new, second.revised, second.withdrawn) == (0, 0, 0)


def test_a_file_issued_again_revises_its_communities_whatever_it_is_called(take, folder, store):
    (folder / BOOK).write_bytes(ocha_book())
    take(OCHA | {"folder": "books"})
    (folder / BOOK).unlink()
    changed = [[*ARRIVALS[0][:8], 300], *ARRIVALS[1:]]
    (folder / "v2_2019-01.xlsx").write_bytes(ocha_book(changed, totals=(503.5, RETURNED)))
    outcome = take(OCHA | {"folder": "books"}, now=LATER)
    assert (outcome.new, outcome.withdrawn) == (0, 0)
    now = standing(store)
    assert now[now["measure"] == "new_displacement"]["stated"].sum() == ARRIVED + 50
    one = now[now["source_record_id"].str.endswith("arrivals/C4101")].iloc[0]
    assert (one["stated"], one["published_on"]) == (300, LATER.date())


def test_a_community_that_is_gone_is_withdrawn(take, folder, store):
    (folder / BOOK).write_bytes(ocha_book())
    take(OCHA | {"folder": "books"})
    (folder / BOOK).write_bytes(ocha_book(ARRIVALS[:-1]))
    assert take(OCHA | {"folder": "books"}, now=LATER).withdrawn == 1


def test_a_shrunk_sheet_is_held_back(take, folder, store):
    (folder / BOOK).write_bytes(ocha_book())
    take(OCHA | {"folder": "books"})
    (folder / BOOK).write_bytes(ocha_book(ARRIVALS[:2], RETURNS[:1]))
    outcome = take(OCHA | {"folder": "books"}, now=LATER)
    assert (outcome.withdrawn, outcome.complete) == (0, False)
    assert len(standing(store)) == 7


def test_a_file_that_breaks_or_is_taken_away_keeps_its_figures(take, folder, store):
    (folder / BOOK).write_bytes(ocha_book())
    (folder / "february_2019.xlsx").write_bytes(ocha_book())
    take(OCHA | {"folder": "books"})
    (folder / BOOK).write_bytes((folder / BOOK).read_bytes()[:900])
    outcome = take(OCHA | {"folder": "books"}, now=LATER)
    assert (outcome.withdrawn, outcome.complete) == (0, False)
    (folder / BOOK).unlink()
    assert take(OCHA | {"folder": "books"}, now=LATER).withdrawn == 0
    gone = take(OCHA | {"folder": "nowhere"}, now=LATER)
    assert gone.failed
    assert "there is no folder nowhere" in gone.message
    assert len(standing(store)) == 14


def test_a_file_with_its_header_alone_is_taken_back_where_that_is_declared(take, folder, store):
    (folder / BOOK).write_bytes(ocha_book())
    take(OCHA | {"folder": "books"})
    (folder / BOOK).write_bytes(ocha_book([], []))
    assert take(OCHA | {"folder": "books"}, now=LATER).withdrawn == 0
    assert take(OCHA | {"folder": "books"}, now=LATER, most_vanished=1.0).withdrawn == 7


def test_one_community_in_two_rows_or_two_files_is_counted_once(take, folder, store):
    (folder / BOOK).write_bytes(ocha_book([*ARRIVALS, [*HEISH, "Again", "C4101", 999]]))
    (folder / "copy_2019-01.xlsx").write_bytes(ocha_book())
    outcome = take(OCHA | {"folder": "books"})
    assert outcome.rejected == 8
    assert standing(store)["stated"].sum() == ARRIVED + RETURNED
    reasons = Store(store).tables.read("workbooks").rejected["reason"]
    assert any("row 8, column “Community PCODE”: “C4101” stands in row 2" in one for one in reasons)


def test_personal_columns_comments_and_names_of_communities_are_nowhere_in_the_store(
    take, folder, store
):
    def change(book):
        sheet = book.worksheets[0]
        sheet["A2"].comment = Comment("ask Marker Omar", "Marker Omar")
        sheet.cell(1, 12).value = "Marker Focal point"
        sheet.cell(2, 12).value = "Marker Omar"
        sheet.title = "Marker_Omar" if sheet.title == "Count" else sheet.title
        book.properties.creator = "Marker Omar"
        hidden = book.create_sheet("Marker_IDPflow")
        hidden.sheet_state = "hidden"
        hidden.append(["Marker Omar"])

    (folder / "ocha").mkdir()
    (folder / "ocha" / BOOK).write_bytes(ocha_book(change=change))
    phoned = ["Idleb", "Heish 0944 123 456", 5, 28, "16/01/2019", "Abu Marker"]
    (folder / "count.xlsx").write_bytes(sheet_book([HEADER, *ROWS, phoned], change=change))
    outcome = take(OCHA | {"folder": "books/ocha"}, NORTH | {"folder": "books"})
    assert outcome.accepted >= 10
    for word in ("marker", "secretville", "hidden farm", "far well", "0944"):
        assert holds(store, word) == [], word


def test_the_landing_is_the_same_for_the_same_cells(folder):
    landed = []
    for _ in range(2):
        (folder / BOOK).write_bytes(ocha_book())
        landed.append([answer.content for answer in fetch(OCHA | {"folder": "books"})])
    assert landed[0] == landed[1]
    assert [json.loads(content)["total"] for content in landed[0]] == [ARRIVED, RETURNED]


def test_the_entries_that_the_declaration_shows_can_be_used():
    text = (REFERENCE / "sources.toml").read_text(encoding="utf-8")
    shown = text.partition("[sources.workbooks.options]")[2].partition("files = []")[0]
    example = tomllib.loads("\n".join(line[1:] for line in shown.splitlines() if line[1:2].strip()))
    ocha, north = listed_files(declaration(*example["sources"]["workbooks"]["options"]["files"]))
    assert (ocha.layout, ocha.month) == ("ocha_idp_movements", "2019-01")
    assert month_of(ocha.url) == "2019-01"
    assert north.headers["Day"] == "date"


def test_the_recorded_shape_is_the_one_that_these_tests_build():
    recorded = openpyxl.load_workbook(Path(__file__).parents[1] / "fixtures/workbooks.xlsx")
    built = openpyxl.load_workbook(io.BytesIO(ocha_book()))
    assert recorded.sheetnames == built.sheetnames
    for one, other in zip(recorded, built, strict=True):
        assert list(one.values) == list(other.values)
