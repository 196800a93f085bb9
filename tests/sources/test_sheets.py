import datetime as dt
import hashlib
import json
import random
from functools import cache
from pathlib import Path

import pytest
from openpyxl.comments import Comment

from displacement.normalise.places import Gazetteer
from displacement.sources.sheets import SOURCE
from displacement.sources.source import Answer, Declaration, Landed, Rejection, Request
from displacement.store.reference import load_areas, load_described_areas
from tests.runs import NOW
from tests.sources.workbooks.books import sheet_book

DATA = Path(__file__).parents[2] / "data"
DECLARATION = Declaration("sheets", "Sheets", "none", "daily")
HEADER = ["Governorate", "District", "Sub-district", "Families", "People", "From", "To"]
HEISH = ["Idlib", "Al Ma'ra", "Heish", 100, 560, "15/12/2017", "24/12/2017"]
SURAN = ["Hama", "Hama", "Suran", 200, 1150, "15/12/2017", "24/12/2017"]


@pytest.fixture
def inbox(tmp_path):
    (tmp_path / "volunteers").mkdir()
    return tmp_path


def write_book(inbox, rows, name="count.xlsx", title="Count", change=None):
    (inbox / "volunteers" / name).write_bytes(sheet_book(rows, title, change))


def write_csv(inbox, rows, name="count.csv", delimiter=",", encoding="utf-8"):
    lines = [delimiter.join(f'"{cell}"' for cell in row) for row in rows]
    (inbox / "volunteers" / name).write_bytes("\n".join(lines).encode(encoding))


def fetch(inbox, declaration=DECLARATION, areas=None):
    return list(SOURCE.fetch(Request(declaration, inbox, NOW, areas=areas)))


def parse(inbox, declaration=DECLARATION):
    [answer] = fetch(inbox, declaration)
    assert isinstance(answer, Answer), answer
    sha256 = hashlib.sha256(answer.content).hexdigest()
    parsed = SOURCE.parse(Landed(answer.name, sha256, answer.content), declaration)
    assert parsed.rows_in == len(parsed.statements) + len(parsed.rejections)
    return parsed


@cache
def known_areas():
    reference = DATA / "reference"
    return Gazetteer(load_areas(reference), load_described_areas(reference))


def landed_text(inbox):
    [answer] = fetch(inbox)
    return answer.content.decode("utf-8")


def test_a_row_becomes_a_statement(inbox):
    write_book(inbox, [HEADER, HEISH])
    [statement] = parse(inbox).statements.to_dict("records")
    assert statement["source_record_id"] == (
        "volunteers/count.xlsx#1!idlib > al ma'ra > heish@2017-12-15..2017-12-24"
    )
    assert (statement["unit"], statement["stated"]) == ("person", 560)
    assert (statement["quantifier"], statement["in_words"]) == ("exact", False)
    assert statement["start_date"] == dt.date(2017, 12, 15)
    assert statement["end_date"] == dt.date(2017, 12, 24)
    assert statement["area_names"] == "Idlib > Al Ma'ra > Heish"
    assert statement["area_text"] == "Heish, Al Ma'ra, Idlib"
    assert statement["counter"] == "Local volunteers"
    assert statement["measure"] == "new_displacement"
    assert statement["row"] == 2
    assert statement["quote"] == "Idlib | Al Ma'ra | Heish | 100 | 560 | 15/12/2017 | 24/12/2017"
    assert statement["published_on"] == dt.date(2017, 12, 24)


def test_families_are_stated_only_where_people_are_not(inbox):
    write_book(inbox, [HEADER, [*HEISH[:4], None, *HEISH[5:]], SURAN])
    statements = parse(inbox).statements
    assert statements["unit"].to_list() == ["household", "person"]
    assert statements["stated"].to_list() == [100, 1150]


def test_a_cell_may_hold_families_with_their_people_or_a_range(inbox):
    both = [*HEISH[:3], None, "35141 عائلة(228416نسمة)", *HEISH[5:]]
    wide = [*SURAN[:4], "66,188 – 77,280", *SURAN[5:]]
    write_book(inbox, [HEADER, both, wide])
    parsed = parse(inbox)
    first, second = parsed.statements.sort_values("row").to_dict("records")
    assert (first["unit"], first["stated"], first["quantifier"]) == ("person", 228_416, "exact")
    assert first["tier"] == "accepted"
    assert (second["stated"], second["stated_high"]) == (66_188, 77_280)
    assert second["quantifier"] == "range"


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


def test_personal_data_never_leaves_memory(inbox):
    def personal(book):
        sheet = book.active
        sheet["C2"].comment = Comment("Ask Fictitious Person", "Fictitious Person")
        book.properties.creator = "Fictitious Person"
        book.properties.lastModifiedBy = "Fictitious Person"

    header = [*HEADER, "Enumerator name", "Phone", "Notes", "GPS", "Fictitious Person 0933 000 111"]
    extra = ["Fictitious Person", "0933 000 111", "call fictitious@example.org", "35.9,36.6", "x"]
    write_book(inbox, [header, HEISH + extra], change=personal)
    text = landed_text(inbox)
    for trace in ("Fictitious", "0933", "example.org", "35.9"):
        assert trace not in text
    parsed = parse(inbox)
    assert [signal for signal in parsed.signals if "column L" in signal]
    assert "Fictitious" not in str(parsed)


@pytest.mark.parametrize(
    "cell", ["Heish 0933 000 111", "+963 933 000 111", "٠٩٣٣٠٠٠١١١", "x@example.org", "tel 234567"]
)
def test_a_phone_number_or_address_is_withheld_even_in_an_allowed_column(inbox, cell):
    write_book(inbox, [HEADER, [*HEISH[:2], cell, *HEISH[3:]], [None, None, cell, *HEISH[3:]]])
    assert cell not in landed_text(inbox)
    parsed = parse(inbox)
    assert parsed.statements["area_names"].to_list() == ["Idlib > Al Ma'ra"]
    assert "withheld" in parsed.rejections[0].reason
    assert any("rows 2 and 3" in signal for signal in parsed.signals)


def test_a_phone_number_in_a_column_of_counts_is_withheld(inbox):
    write_book(inbox, [HEADER, [*HEISH[:3], None, 933000111, *HEISH[5:]]])
    assert "933000111" not in landed_text(inbox)
    [rejected] = parse(inbox).rejections
    assert rejected.check == "missing_number"


@pytest.mark.parametrize(
    ("column", "value", "check"),
    [
        (5, "31/11/2017", "impossible_date"),
        (6, "12/15/2017", "impossible_date"),
        (6, "14/12/2017", "end_before_start"),
        (6, None, "missing_date"),
        (4, -5, "negative_count"),
        (3, "-5", "negative_count"),
        (4, "12,88", "unreadable_number"),
        (4, "#REF!", "unreadable_number"),
        (4, 178.689, "fractional_count"),
        (3, 12.88, "fractional_count"),
    ],
)
def test_a_bad_row_is_rejected_with_its_place_and_costs_no_other(inbox, column, value, check):
    bad = HEISH.copy()
    bad[column] = value
    write_book(inbox, [HEADER, SURAN, bad, SURAN])
    parsed = parse(inbox)
    [rejected] = parsed.rejections
    assert (rejected.check, rejected.row) == (check, 3)
    assert "volunteers/count.xlsx, sheet 1, row 3" in rejected.reason
    assert len(parsed.statements) == 2
    if value is not None:
        assert rejected.value == str(value).replace("REF", "…")


@pytest.mark.parametrize(
    ("cells", "check"),
    [
        ([None, None, None, 100, 560, "15/12/2017", "24/12/2017"], "missing_area"),
        (["Idlib", None, "Heish", None, None, "15/12/2017", "24/12/2017"], "missing_number"),
    ],
)
def test_a_row_without_an_area_or_a_number_is_rejected(inbox, cells, check):
    write_book(inbox, [HEADER, cells])
    assert [rejected.check for rejected in parse(inbox).rejections] == [check]


def test_a_stock_holds_on_its_day(inbox):
    write_book(inbox, [HEADER, HEISH])
    (inbox / "volunteers" / "count.toml").write_text('measure = "idps"')
    [statement] = parse(inbox).statements.to_dict("records")
    assert statement["start_date"] == statement["end_date"] == dt.date(2017, 12, 24)


def test_an_open_start_stays_open(inbox):
    write_book(inbox, [HEADER, [*HEISH[:5], None, HEISH[6]]])
    parsed = parse(inbox)
    assert parsed.statements["start_date"].isna().all()


def test_a_single_date_is_a_period_of_one_day(inbox):
    write_book(inbox, [["Nahya", "Persons", "Date"], ["Heish", 560, dt.date(2017, 12, 15)]])
    [statement] = parse(inbox).statements.to_dict("records")
    assert statement["start_date"] == statement["end_date"] == dt.date(2017, 12, 15)


@pytest.mark.parametrize("word", ["المجموع", "الإجمالي", "TOTAL", "Grand Total", "Total Idlib"])
def test_a_total_row_is_never_counted(inbox, word):
    write_book(inbox, [HEADER, HEISH, SURAN, [None, word, None, 300, 1710, None, None]])
    parsed = parse(inbox)
    assert parsed.rows_in == 2
    assert parsed.statements["stated"].sum() == 1710
    assert parsed.signals == []


def test_a_total_that_does_not_add_up_is_told_with_both_numbers(inbox):
    write_book(inbox, [HEADER, HEISH, SURAN, ["Total", None, None, 300, "1،900", None, None]])
    [signal] = parse(inbox).signals
    assert "1,900 people" in signal
    assert "1,710" in signal


def test_totals_of_parts_and_of_the_whole_agree_with_their_rows(inbox):
    rows = [
        HEADER,
        HEISH,
        ["Total Idlib", None, None, 100, 560],
        SURAN,
        ["Total Hama", None, None, 200, 1150],
        ["Grand total", None, None, 300, 1710],
    ]
    write_book(inbox, rows)
    assert parse(inbox).signals == []


def test_records_keep_their_names_when_rows_change_places(inbox):
    rows = [HEISH, SURAN, [*SURAN[:4], 1151, *SURAN[5:]], [*SURAN[:4], 900, *SURAN[5:]]]
    write_book(inbox, [HEADER, *rows])
    before = parse(inbox).statements.set_index("source_record_id")["stated"].to_dict()
    random.Random(5).shuffle(rows)
    write_book(inbox, [HEADER, *rows])
    after = parse(inbox).statements.set_index("source_record_id")["stated"].to_dict()
    assert before == after
    assert len(before) == 4


def test_the_same_sheet_lands_as_the_same_bytes_under_any_name(inbox):
    write_book(inbox, [HEADER, HEISH], name="a.xlsx")
    write_book(inbox, [HEADER, HEISH], name="b.xlsx")
    first, second = fetch(inbox)
    assert first.content == second.content
    assert (first.name, second.name) == ("volunteers/a.xlsx", "volunteers/b.xlsx")


def test_a_name_without_its_parent_says_its_level(inbox):
    write_book(
        inbox, [HEADER, ["Idlib", None, "Idlib", *HEISH[3:]], [None, "Hama", None, *HEISH[3:]]]
    )
    names = parse(inbox).statements["area_names"].to_list()
    assert names == ["Idlib > Idlib sub-district", "Hama district"]
    reference = DATA / "reference"
    gazetteer = Gazetteer(load_areas(reference), load_described_areas(reference))
    assert [match.code for match in gazetteer.match_many(names)] == ["SY070000", "SY0501"]


def test_the_most_exact_code_is_taken(inbox):
    header = ["ADM1_PCODE", "ADM3_PCODE", "Individuals", "Date"]
    write_book(
        inbox, [header, ["SY07", "sy070205", 560, "15/12/2017"], ["SY07", None, 5, "15/12/2017"]]
    )
    assert parse(inbox).statements["area_codes"].to_list() == ["SY070205", "SY07"]


def test_the_sidecar_says_who_counted_and_when(inbox):
    write_book(inbox, [HEADER, HEISH])
    sidecar = inbox / "volunteers" / "count.toml"
    sidecar.write_text(
        'counter = "Network"\npublished_on = 2018-01-08\nmeasure = "return"\narea_role = "origin"\n'
    )
    [statement] = parse(inbox).statements.to_dict("records")
    assert (statement["counter"], statement["measure"]) == ("Network", "return")
    assert (statement["term"], statement["area_role"]) == ("returns", "origin")
    assert statement["published_on"] == dt.date(2018, 1, 8)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("counter = ", "is no TOML"),
        ('measure = "moved"', "must be one of"),
        ('volunteer = "x"', "unknown key"),
        ('published_on = "31/11/2017"', "November 2017 has 30 days"),
        ('counter = "call 0933 000 111"', "must be the name"),
    ],
)
def test_a_sidecar_that_cannot_be_read_costs_its_file(inbox, text, words):
    write_book(inbox, [HEADER, HEISH])
    (inbox / "volunteers" / "count.toml").write_text(text)
    [rejected] = fetch(inbox)
    assert words in rejected.reason


def test_the_day_of_publication_may_stand_in_the_name_of_the_file(inbox):
    write_book(inbox, [HEADER, HEISH], name="idlib-2018-01-08.xlsx")
    assert parse(inbox).statements["published_on"].to_list() == [dt.date(2018, 1, 8)]


def test_the_declared_counter_serves_where_the_sheet_names_none(inbox):
    write_book(inbox, [HEADER, HEISH])
    declared = Declaration("sheets", "Sheets", "none", "daily", counter="Field network")
    assert parse(inbox, declared).statements["counter"].to_list() == ["Field network"]


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


def test_families_of_impossible_size_wait_for_a_reviewer(inbox):
    write_book(inbox, [HEADER, HEISH, [*SURAN[:3], 100, 9000, *SURAN[5:]]])
    parsed = parse(inbox)
    assert parsed.statements["tier"].to_list() == ["accepted", "review"]
    assert "row 3" in parsed.signals[0]


def test_the_same_row_twice_is_told(inbox):
    write_book(inbox, [HEADER, HEISH, HEISH])
    parsed = parse(inbox)
    assert len(parsed.statements) == 2
    assert "rows 2 and 3" in parsed.signals[0]


def test_a_period_that_ends_after_publication_is_told(inbox):
    write_book(inbox, [HEADER, HEISH], name="count-2017-12-20.xlsx")
    assert "ends after the sheet was published" in parse(inbox).signals[0]


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


ARIHA = ["Idleb", "Ariha", "Ehsem", 100, 560, "15/12/2017", "24/12/2017"]


def landed_area(inbox, cell):
    """What lands of a cell of sub-districts, and what people are told of it."""
    write_book(inbox, [HEADER, [*ARIHA[:2], cell, *ARIHA[3:]]])
    [answer] = fetch(inbox, areas=known_areas())
    body = json.loads(answer.content)
    parsed = SOURCE.parse(Landed(answer.name, "0" * 64, answer.content), DECLARATION)
    return body["sheets"][0]["rows"][0][1]["sub_district"], parsed.signals


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("Ehsem - Qaswara Zalmut", "Ehsem (withheld)"),
        ("Ehsem (Qaswara)", "Ehsem (withheld)"),
        ("Qaswara Zalmut", "(withheld)"),
        ("سراقب قسورة الزلموط", "سراقب (withheld)"),
        ("Ehsem near house of hajji qaswara", "Ehsem near (withheld)"),
        ("Maaret Tamsrin Ali", "Maaret Tamsrin (withheld)"),
        ("SY070501 Qaswara Zalmut", "(withheld)"),
    ],
)
def test_of_an_area_cell_only_areas_stay(inbox, cell, kept):
    landed, signals = landed_area(inbox, cell)
    assert landed == kept
    assert "row 2: words that are no area known were withheld" in signals[0]


@pytest.mark.parametrize(
    "cell",
    [
        "Ehsem", "Ehsem town", "ناحية إحسم", "Ma'arrat an Nu'man", "Khan Shaykhoun", "Ehsim",
        "SY070501 Ehsem", "Ehsem, Ariha", "northern Ariha", "Maaretnman",
        "Foobarin", "Kafr Foobarin", "كفر فوبار",
    ],
)  # fmt: skip
def test_areas_their_spellings_and_unknown_villages_stay(inbox, cell):
    assert landed_area(inbox, cell) == (cell, [])


def test_a_row_with_words_withheld_waits_for_a_reviewer(inbox):
    write_book(inbox, [HEADER, [*ARIHA[:2], "Ehsem - Qaswara Zalmut", *ARIHA[3:]]])
    [answer] = fetch(inbox, areas=known_areas())
    parsed = SOURCE.parse(Landed(answer.name, "0" * 64, answer.content), DECLARATION)
    [path] = parsed.statements["area_names"]
    assert path == "Idleb > Ariha > Ehsem (withheld)"
    assert known_areas().match(path).codes == ()


@pytest.mark.parametrize("cell", ["Ali", "1qaswara", "Qaswara", "SY0705 Ali", "ALI"])
def test_codes_are_codes_alone(inbox, cell):
    write_book(inbox, [[*HEADER, "P-code"], [*ARIHA, cell]])
    [answer] = fetch(inbox, areas=known_areas())
    [[_, cells]] = json.loads(answer.content)["sheets"][0]["rows"]
    assert cells["area_code"] is None


@pytest.mark.parametrize(
    "cell", ["SY070501|SY070502", "SY070501, SY070502", "SY0705", "CD6101ZS01"]
)
def test_lists_of_codes_are_no_telephone(inbox, cell):
    write_book(inbox, [[*HEADER, "P-code"], [*ARIHA, cell]])
    [answer] = fetch(inbox, areas=known_areas())
    [[_, cells]] = json.loads(answer.content)["sheets"][0]["rows"]
    assert cells["area_code"] == cell


@pytest.mark.parametrize("cell", ["35.74,36.55", 35.741234, "03777111", "777-1119", "35,7412"])
def test_a_position_or_a_telephone_is_quoted_nowhere(inbox, cell):
    write_book(inbox, [HEADER, [*ARIHA[:3], None, cell, *ARIHA[5:]]])
    parsed = parse(inbox)
    [rejected] = parsed.rejections
    assert rejected.value is None
    assert str(cell) not in str(parsed.rejections) + landed_text(inbox)
    assert "looks like a phone number, a position or an address" in rejected.reason


@pytest.mark.parametrize("counter", ["Dr Qaswara Zalmut", "Volunteer Qaswara Zalmut"])
def test_a_counter_is_no_person(inbox, counter):
    write_book(inbox, [HEADER, ARIHA])
    (inbox / "volunteers" / "count.toml").write_text(f'counter = "{counter}"\n')
    [refused] = fetch(inbox)
    assert "counter names a person" in refused.reason
    assert "Zalmut" not in refused.reason
