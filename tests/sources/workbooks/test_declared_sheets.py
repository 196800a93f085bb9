"""Sheets of any shape, read by a declared mapping of their columns."""

import datetime as dt

from tests.servers.recorded import RecordedServer
from tests.sources.workbooks.books import served, sheet_book
from tests.sources.workbooks.files import HEADER, NORTH, ROWS, fetch, parse


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
