"""Which tables does a file of sheets hold, however it is laid out?"""

import datetime as dt
import json

import pytest

from displacement.sources.sheets import SOURCE
from displacement.sources.source import Answer, Landed, Rejection
from tests.runs import DATA
from tests.sources.sheets.sheets import (
    DECLARATION,
    HEADER,
    HEISH,
    SURAN,
    fetch,
    known_areas,
    landed_text,
    parse,
    write_book,
    write_csv,
)


def test_the_table_is_found_below_titles_and_above_tags_and_blank_rows(inbox):
    header = [
        "محافظة / Governorate",
        "Mantika",
        "ناحية",
        "عدد\nالعائلات",
        "نسمة",
        "من تاريخ",
        "إلى",
    ]
    tags = ["#adm1+name", "#adm2 +name", "#adm3+name", "#affected+hh", "#affected+idps"]
    rows = [["Displacement in December"], [], header, tags, [], HEISH, [], SURAN]

    def merge(book):
        book.active.merge_cells("A1:G1")

    write_book(inbox, rows, change=merge)
    parsed = parse(inbox)
    assert parsed.statements["row"].to_list() == [6, 8]
    assert parsed.signals == []


def test_a_header_of_two_rows_is_read_as_one(inbox):
    top = ["Area", None, None, "Counted", None, "Period", None]
    write_book(
        inbox,
        [
            ["محافظة", "منطقة", "ناحية", None, None, None, None],
            [None, None, None, "Families", "People", "From", "To"],
            HEISH,
        ],
    )
    assert len(parse(inbox).statements) == 1
    write_book(inbox, [top, HEADER, HEISH])
    assert parse(inbox).statements["row"].to_list() == [3]


def test_a_second_header_row_in_another_language_is_no_data(inbox):
    arabic = ["محافظة", "منطقة", "ناحية", "عدد العائلات", "عدد الأفراد", "من", "إلى"]
    write_book(inbox, [arabic, HEADER, HEISH, HEADER, SURAN])
    parsed = parse(inbox)
    assert len(parsed.statements) == 2
    assert parsed.rejections == []


def test_columns_may_be_named_by_their_tags_alone(inbox):
    header = ["a", "b", "c", "d", "e", "f"]
    tags = [
        "#adm1+name",
        "#adm3+name",
        "#affected+idps+m",
        "#affected +idps",
        "#date+start",
        "#date+end",
    ]
    write_book(inbox, [header, tags, ["Idlib", "Heish", 7, 560, "15/12/2017", "24/12/2017"]])
    parsed = parse(inbox)
    assert parsed.statements["stated"].to_list() == [560]
    assert any("column C" in signal for signal in parsed.signals)


def test_merged_areas_hold_for_all_their_rows_and_merged_counts_for_none(inbox):
    rows = [
        HEADER,
        HEISH,
        [None, None, "Sanjar", 90, 500, "15/12/2017", "24/12/2017"],
        [*SURAN[:3], None, 4000, *SURAN[5:]],
        [*SURAN[:2], "Hamra", None, None, *SURAN[5:]],
    ]

    def merge(book):
        book.active.merge_cells("A2:A3")
        book.active.merge_cells("B2:B3")
        book.active.merge_cells("E4:E5")

    write_book(inbox, rows, change=merge)
    parsed = parse(inbox)
    assert parsed.statements["area_names"].to_list()[1] == "Idlib > Al Ma'ra > Sanjar"
    assert [(bad.row, bad.value) for bad in parsed.rejections] == [
        (4, "4000 for rows 4 to 5"),
        (5, "4000 for rows 4 to 5"),
    ]


def test_hidden_sheets_are_left_alone(inbox):
    def hide(book):
        secret = book.create_sheet("Secret")
        secret.append(HEADER)
        secret.append(SURAN)
        secret.sheet_state = "hidden"

    write_book(inbox, [HEADER, HEISH], change=hide)
    assert len(parse(inbox).statements) == 1
    assert "Secret" not in landed_text(inbox)


def test_the_same_sheet_lands_as_the_same_bytes_under_any_name(inbox):
    write_book(inbox, [HEADER, HEISH], name="a.xlsx")
    write_book(inbox, [HEADER, HEISH], name="b.xlsx")
    first, second = fetch(inbox)
    assert first.content == second.content
    assert (first.name, second.name) == ("volunteers/a.xlsx", "volunteers/b.xlsx")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1256"])
def test_csv_files_of_all_kinds_are_read(inbox, delimiter, encoding):
    row = ["إدلب", "معرة النعمان", "حيش", "١٠٠", "5،600", "15/12/2017", "24/12/2017"]
    rows = [HEADER, [*row[:3], "1000", *row[4:]]] if encoding == "cp1256" else [HEADER, row]
    write_csv(inbox, rows, delimiter=delimiter, encoding=encoding)
    [statement] = parse(inbox).statements.to_dict("records")
    assert statement["stated"] == 5600
    assert statement["area_names"] == "إدلب > معرة النعمان > حيش"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("broken.xlsx", b"no workbook", "cannot be opened"),
        ("empty.csv", b"", "is empty"),
        ("old.xls", b"\xd0\xcf", "neither .xlsx nor .csv"),
        ("short.csv", b"Governorate,Date\nIdlib,15/12/2017\n", "a count"),
        ("other.csv", b"a,b\n1,2\n", "an area"),
        ("two.csv", b"Nahya,People,Persons,Date\nHeish,1,2,15/12/2017\n", "several columns"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_rejection_and_stops_nothing(inbox, name, content, words):
    (inbox / "volunteers" / name).write_bytes(content)
    write_book(inbox, [HEADER, HEISH], name="zz.xlsx")
    rejected, answer = fetch(inbox)
    assert isinstance(rejected, Rejection)
    assert words in rejected.reason
    assert rejected.file == f"volunteers/{name}"
    assert isinstance(answer, Answer)


def test_companions_and_lock_files_are_no_sheets(inbox):
    for name in ("README.md", "notes.txt", "~$count.xlsx", ".hidden.xlsx", "lone.toml"):
        (inbox / "volunteers" / name).write_text("")
    assert fetch(inbox) == []


def test_an_inbox_without_the_folder_gives_nothing(tmp_path):
    assert fetch(tmp_path) == []


def test_a_sheet_without_a_table_is_left_out_with_a_word(inbox):
    def add(book):
        book.create_sheet("Read me").append(["How to fill in"])
        book.create_sheet("Blank")

    write_book(inbox, [HEADER, HEISH], change=add)
    parsed = parse(inbox)
    assert len(parsed.statements) == 1
    [signal] = parsed.signals
    assert "sheet 2" in signal


def test_a_sheet_without_rows_holds_no_statements(inbox):
    write_book(inbox, [HEADER])
    parsed = parse(inbox)
    assert (parsed.rows_in, len(parsed.statements)) == (0, 0)


def test_what_lands_is_canonical_json(inbox):
    write_book(inbox, [HEADER, HEISH])
    text = landed_text(inbox)
    body = json.loads(text)
    assert text == json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert body["sheets"][0]["rows"][0][0] == 2


def test_the_example_of_january_2018_reads_as_intended():
    gazetteer = known_areas()
    [answer] = fetch(DATA / "inbox", areas=gazetteer)
    parsed = SOURCE.parse(Landed(answer.name, "0" * 64, answer.content), DECLARATION)
    statements = parsed.statements
    matches = gazetteer.match_many(statements["area_names"])
    assert parsed.rows_in == 23
    assert parsed.signals == []
    [rejected] = parsed.rejections
    assert (rejected.row, rejected.column, rejected.value) == (20, "start_date", "31/11/2017")
    assert statements["stated"].sum() == 119_011
    assert statements["start_date"].min() == dt.date(2017, 12, 15)
    assert statements["end_date"].max() == dt.date(2018, 1, 6)
    assert set(statements["published_on"]) == {dt.date(2018, 1, 8)}
    described = {
        key for name in ("eastern Hama", "southern Idlib") for key in gazetteer.match(name).codes
    }
    assert {key for match in matches for key in match.codes} == described
