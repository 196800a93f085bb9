"""The figures file: the simplest way in, forgiving in form and strict in sense."""

import datetime as dt
import hashlib
import time
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from displacement.reference import load_reference
from displacement.sources.figures_file import COLUMNS, REQUIRED, SOURCE
from displacement.sources.source import Answer, Declaration, Landed, Rejection, Request
from tests.runs import NOW, UNHCR, VOLUNTEERS, holds, take_in_all, write_figures

DECLARATION = Declaration("figures_file", "Figures files", "none", "daily")
HEADER = "counter,published_on,measure,stated,start_date,end_date,areas"
ROW = "UNHCR,2018-01-04,new_displacement,60000,2017-11-01,2017-12-24,SY07"


def fetch(inbox):
    return list(SOURCE.fetch(Request(DECLARATION, inbox, NOW)))


def parse_landed(content, name="figures/counts.csv"):
    parsed = SOURCE.parse(Landed(name, hashlib.sha256(content).hexdigest(), content), DECLARATION)
    assert parsed.rows_in == len(parsed.statements) + len(parsed.rejections)
    return parsed


def parse(inbox):
    [answer] = fetch(inbox)
    assert isinstance(answer, Answer), answer
    return parse_landed(answer.content, answer.name)


def parse_text(inbox, text, encoding="utf-8"):
    (inbox / "figures" / "counts.csv").write_bytes(text.encode(encoding))
    return parse(inbox)


def refused(inbox, content):
    (inbox / "figures" / "counts.csv").write_bytes(content)
    [rejection] = fetch(inbox)
    assert isinstance(rejection, Rejection)
    assert rejection.reason.startswith("figures/counts.csv: ")
    return rejection


@cache
def known():
    """The reference's areas, as a run hands them to every source."""
    return load_reference(Path(__file__).parents[2] / "data" / "reference").gazetteer


@pytest.mark.parametrize(
    ("counter", "good"),
    [
        ("Dr Qaswara Zalmut", False),
        ("volunteer Qaswara Zalmut", False),
        ("السيد قسورة الزلموط", False),
        ("Ahmad Zalmut", False),
        ("Local volunteers", True),
        ("Enab Baladi", True),
    ],
)
def test_a_counter_that_is_a_person_is_rejected_and_never_lands(inbox, counter, *, good):
    text = lines(ROW.replace("UNHCR", counter))
    parsed = parse_text(inbox, text)
    assert len(parsed.statements) == int(good)
    [answer] = fetch(inbox)
    assert good or "Zalmut" not in answer.content.decode() + str(parsed.rejections)
    assert good or "names a person" in parsed.rejections[0].reason


def test_a_counter_who_speaks_in_a_quote_is_a_person(inbox):
    quote = "Qaswara Zalmut said 60,000 people had fled."
    other = {"record_id": "b", "quote": "60,000 fled, UNHCR said."}
    rows = [UNHCR | {"counter": "Qaswara Zalmut", "quote": quote}, UNHCR | other]
    write_figures(inbox, rows)
    parsed = parse(inbox)
    assert parsed.statements["counter"].to_list() == ["UNHCR"]
    assert "names a person" in parsed.rejections[0].reason
    [answer] = fetch(inbox)
    assert "Zalmut" not in answer.content.decode()


def test_of_area_texts_and_addresses_nothing_personal_lands(inbox):
    row = UNHCR | {
        "areas": "",
        "area_text": "Hama, at Qaswara Zalmut house",
        "url": "https://x.example/u/qaswara.zalmut?token=0944777111",
        "quote": "Qaswara Zalmut said 9100 fled, WhatsApp 944777111",
    }
    write_figures(inbox, [row])
    [answer] = SOURCE.fetch(Request(DECLARATION, inbox, NOW, areas=known()))
    landed = answer.content.decode().casefold()
    assert "hama at (withheld)" in landed
    assert not [one for one in ("qaswara", "zalmut", "944777111") if one in landed]


@pytest.mark.parametrize("stated", ["35.74,36.55", "777-1119", "0944777111x"])
def test_what_is_no_number_but_leads_to_somebody_is_not_quoted(inbox, stated):
    write_figures(inbox, [UNHCR | {"stated": stated}])
    [rejected] = parse(inbox).rejections
    assert "…" in (rejected.value or "")
    assert not {"35.74", "777-1119", "0944777111"} & set(rejected.reason.split("'"))


def lines(*rows):
    return "\n".join([HEADER, *rows]) + "\n"


def test_only_the_required_columns_are_needed(inbox):
    [row] = parse_text(inbox, lines(ROW)).statements.to_dict("records")
    assert (row["counter"], row["measure"], row["stated"]) == ("UNHCR", "new_displacement", 60_000)
    assert row["start_date"] == dt.date(2017, 11, 1)
    assert row["end_date"] == dt.date(2017, 12, 24)
    assert row["published_on"] == dt.date(2018, 1, 4)
    assert (row["area_codes"], row["area_names"], row["area_text"]) == ("SY07", None, "SY07")


def test_defaults_are_those_of_the_design(inbox):
    [row] = parse_text(inbox, lines(ROW)).statements.to_dict("records")
    assert (row["quantifier"], row["unit"], row["area_role"]) == ("exact", "person", "location")
    assert (row["cause"], row["role"], row["tier"]) == ("unknown", None, "accepted")
    assert (row["in_words"], row["date_precision"], row["term"]) == (False, "day", "displaced")
    assert (row["modality"], row["row"]) == ("asserted", 2)


def test_every_optional_column_is_read(inbox):
    full = UNHCR | {
        "stated": 60_000,
        "quantifier": "range",
        "stated_high": 80_000,
        "unit": "household",
        "area_text": "Idlib",
        "area_role": "origin",
        "publisher": "OCHA",
        "event_id": "storm",
        "cause": "disaster",
        "role": "triangulation",
        "error": 0.25,
        "url": "https://example.org/4",
        "quote": "between 60,000 and 80,000 families",
    }
    assert set(full) == set(COLUMNS)
    write_figures(inbox, [full])
    [row] = parse(inbox).statements.to_dict("records")
    same = set(full) - {"record_id", "areas", "published_on", "start_date", "end_date"}
    assert {name: row[name] for name in same} == {name: full[name] for name in same}
    assert row["source_record_id"] == "figures/counts.csv#unhcr"


def test_an_area_may_be_given_in_words_alone(inbox):
    write_figures(
        inbox, [{n: v for n, v in UNHCR.items() if n != "areas"} | {"area_text": "Idlib"}]
    )
    [row] = parse(inbox).statements.to_dict("records")
    assert (row["area_codes"], row["area_names"], row["area_text"]) == (None, "Idlib", "Idlib")


@pytest.mark.parametrize("column", REQUIRED)
def test_a_missing_column_is_named(inbox, column):
    write_figures(inbox, [{name: value for name, value in UNHCR.items() if name != column}])
    [rejection] = fetch(inbox)
    assert rejection.reason == f"figures/counts.csv: row 1: the column '{column}' is missing"
    assert (rejection.check, rejection.column) == ("missing_column", column)


def test_one_of_the_area_columns_is_needed(inbox):
    write_figures(inbox, [{name: value for name, value in UNHCR.items() if name != "areas"}])
    [rejection] = fetch(inbox)
    assert "one of 'areas' and 'area_text' is needed" in rejection.reason


def test_headers_may_be_written_freely_and_stand_in_any_order(inbox):
    header = " AREAS , End Date,Start_Date,STATED,Measure,Published on,counter"
    cells = "SY07,2017-12-24,2017-11-01,60000,new_displacement,2018-01-04,UNHCR"
    [free] = parse_text(inbox, f"{header}\n{cells}\n").statements.to_dict("records")
    [plain] = parse_text(inbox, lines(ROW)).statements.to_dict("records")
    assert {**free, "landing_sha256": None} == {**plain, "landing_sha256": None}


@pytest.mark.parametrize("above", [0, 1, 3])
def test_blank_lines_keep_the_numbers_of_the_rows(inbox, above):
    bad = ROW.replace("60000", "-1")
    parsed = parse_text(inbox, "\n" * above + lines("", ROW, "", ",,,,,,", bad, ROW + "|SY05", ""))
    assert parsed.statements["row"].to_list() == [above + 3, above + 7]
    [rejection] = parsed.rejections
    assert rejection.row == above + 6
    assert rejection.reason.startswith(f"figures/counts.csv, row {above + 6}, column 'stated': ")


@pytest.mark.parametrize(
    ("row", "found"), [(ROW + ",SY05", 8), (ROW.rpartition(",")[0], 6), ("UNHCR", 1)]
)
def test_a_row_of_another_length_is_refused_and_none_of_it_is_kept(inbox, row, found):
    parsed = parse_text(inbox, lines(row, ROW))
    assert len(parsed.statements) == 1
    [rejection] = parsed.rejections
    assert rejection.reason == (f"figures/counts.csv, row 2: {found} cells where the header has 7")
    assert b"SY05" not in fetch(inbox)[0].content


def test_an_unknown_column_is_dropped_before_landing_and_told(inbox):
    write_figures(inbox, [UNHCR | {"enumerator": "Layla Haddad", "Phone": "0933 123 456"}])
    parsed = parse(inbox)
    assert len(parsed.statements) == 1
    assert parsed.signals == [
        f"figures/counts.csv: column number {number} is not part of a figures file and was not read"
        for number in (10, 11)
    ]


def test_what_stood_in_an_unknown_column_is_nowhere_in_the_store(inbox, store, reference):
    rows = [UNHCR | {"enumerator": "Layla Haddad", "phone": "0933 123 456"}, VOLUNTEERS]
    path = write_figures(inbox, rows)
    with path.open("a", encoding="utf-8") as file:
        file.write("Layla Haddad,0933 123 456\n")
    outcome = take_in_all(store, inbox, reference)["figures_file"]
    assert (outcome.accepted, outcome.rejected, len(outcome.signals)) == (2, 1, 2)
    assert holds(store, "60000") or holds(store, "unhcr")
    for secret in ("Layla", "Haddad", "0933", "123 456"):
        assert holds(store, secret) == []


@pytest.mark.parametrize("ending", [",,", ", ,"])
def test_empty_columns_that_a_spreadsheet_appends_do_no_harm(inbox, ending):
    parsed = parse_text(inbox, f"{HEADER}{ending}\n{ROW}{ending}\n{ROW}\n")
    assert len(parsed.statements) == 1
    assert parsed.signals == []
    assert parsed.rejections[0].reason.endswith("7 cells where the header has 9")


def test_a_column_without_a_name_that_holds_values_is_told(inbox):
    parsed = parse_text(inbox, f"{HEADER},\n{ROW},Layla\n")
    assert len(parsed.statements) == 1
    assert "column number 8" in parsed.signals[0]


def test_a_repeated_column_is_refused(inbox):
    rejection = refused(inbox, f"{HEADER},stated\n{ROW},5\n".encode())
    assert rejection.reason == "figures/counts.csv: row 1: 'stated' stands there twice"


def test_quotes_hold_commas_lines_and_quotes(inbox):
    row = '"Council, Northern",2018-01-04,new_displacement,"60,000",2017-11-01,2017-12-24,SY07'
    quote = '"they said ""go"",\nand we went"'
    parsed = parse_text(inbox, f"{HEADER},quote\n{row},{quote}\n{ROW},\n")
    [first, second] = parsed.statements.to_dict("records")
    assert (first["counter"], first["stated"]) == ("Council, Northern", 60_000)
    assert first["quote"] == 'they said "go",\nand we went'
    assert (first["row"], second["row"]) == (2, 3)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_byte_order_mark_and_any_line_ending_are_read(inbox, encoding, end):
    text = lines(ROW, ROW + "|SY05").replace("\n", end)
    assert parse_text(inbox, text, encoding).statements["stated"].to_list() == [60_000, 60_000]


@pytest.mark.parametrize(
    "written", ["٦٠٠٠٠", "٦٠٬٠٠٠", "60 000", "60.000", '"60,000"', "60 thousand", "٦٠ ألف"]
)
def test_numbers_are_read_as_people_write_them(inbox, written):
    parsed = parse_text(inbox, lines(ROW.replace("60000", written)))
    assert parsed.statements["stated"].to_list() == [60_000]


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("start_date", "2017-02-30", "'2017-02-30' is no day; write it as 2018-01-31"),
        ("start_date", "01/11/2017", "is no day"),
        ("end_date", "", "a value is needed here"),
        ("end_date", "2017-10-31", "the period ends (2017-10-31) before it starts (2017-11-01)"),
        ("published_on", "soon", "is no day"),
        ("stated", "-5", "a count cannot be negative"),
        ("stated", "", "a value is needed here"),
        ("stated", "many", "“many” holds words beside the number"),
        ("stated", "12,88", "cannot be read for certain"),
        ("counter", "", "a value is needed here"),
        ("measure", "displaced", "'displaced' is none of: new_displacement, return,"),
        ("quantifier", "about", "'about' is none of: exact, approximately,"),
        ("unit", "families", "is none of: person, household"),
        ("area_role", "there", "is none of: origin, destination, location"),
        ("cause", "war", "is none of: conflict, disaster, other, unknown"),
        ("role", "best", "is none of: recommended, triangulation"),
        ("error", "10%", "'10%' is no share; write it as 0.15"),
        ("error", "0", "an error lies between 0 and 1"),
        ("error", "1.0", "an error lies between 0 and 1"),
        ("error", "inf", "an error lies between 0 and 1"),
        ("areas", "", "'areas' or 'area_text' is needed"),
    ],
)
def test_a_bad_cell_is_refused_with_its_place_and_costs_no_other_row(inbox, column, value, words):
    write_figures(inbox, [UNHCR, UNHCR | {"record_id": "bad", column: value}, VOLUNTEERS])
    parsed = parse(inbox)
    assert parsed.statements["source_record_id"].str.partition("#")[2].to_list() == [
        "unhcr",
        "volunteers",
    ]
    [rejection] = parsed.rejections
    assert (rejection.file, rejection.row, rejection.column) == ("figures/counts.csv", 3, column)
    assert rejection.reason.startswith(f"figures/counts.csv, row 3, column '{column}': ")
    assert words in rejection.reason
    assert rejection.value == (value or None)


@pytest.mark.parametrize(
    ("changes", "column", "words"),
    [
        ({"quantifier": "range"}, "stated_high", "a range needs a high end above its low"),
        ({"quantifier": "range", "stated_high": 5}, "stated_high", "above its low"),
        ({"measure": "idps"}, "end_date", "a stock holds on one day"),
    ],
)
def test_a_row_has_to_make_sense_as_a_whole(inbox, changes, column, words):
    write_figures(inbox, [UNHCR | {"stated_high": ""} | changes])
    [rejection] = parse(inbox).rejections
    assert rejection.column == column
    assert words in rejection.reason


def test_a_vague_figure_needs_no_number(inbox):
    write_figures(inbox, [UNHCR | {"quantifier": "vague", "stated": ""}])
    [row] = parse(inbox).statements.to_dict("records")
    assert (row["quantifier"], row["stated"]) == ("vague", None)


def test_the_id_of_the_publisher_names_the_record_and_stands_once(inbox):
    write_figures(inbox, [UNHCR, UNHCR | {"stated": 5}, VOLUNTEERS])
    parsed = parse(inbox)
    assert parsed.statements["source_record_id"].to_list() == [
        "figures/counts.csv#unhcr",
        "figures/counts.csv#volunteers",
    ]
    [rejection] = parsed.rejections
    assert (
        rejection.reason == "figures/counts.csv, row 3, column 'record_id': 'unhcr' is used twice"
    )


def ids(inbox, *rows, name="counts.csv"):
    write_figures(inbox, [{n: v for n, v in row.items() if n != "record_id"} for row in rows], name)
    return parse(inbox).statements["source_record_id"].to_list()


def test_without_an_id_a_record_is_what_it_counts_whatever_the_number(inbox):
    [first] = ids(inbox, UNHCR)
    assert ids(inbox, UNHCR | {"stated": 65_000, "quantifier": "exact", "quote": "new"}) == [first]
    assert ids(inbox, VOLUNTEERS, UNHCR)[1] == first
    for change in ({"areas": "SY05"}, {"end_date": "2017-12-31"}, {"counter": "OCHA"}):
        assert ids(inbox, UNHCR | change) != [first]


def test_equal_rows_without_an_id_are_told_apart(inbox):
    [first, second] = ids(inbox, UNHCR, UNHCR | {"stated": 5})
    assert second == f"{first}-2"


def test_a_corrected_number_is_a_revision_of_its_record(inbox, store, reference):
    row = {name: value for name, value in UNHCR.items() if name != "record_id"}
    write_figures(inbox, [row, VOLUNTEERS | {"record_id": ""}])
    assert take_in_all(store, inbox, reference)["figures_file"].new == 2
    write_figures(inbox, [row | {"stated": 66_000}, VOLUNTEERS | {"record_id": ""}])
    outcome = take_in_all(store, inbox, reference)["figures_file"]
    assert (outcome.new, outcome.revised, outcome.withdrawn) == (0, 1, 0)


@pytest.mark.parametrize(
    ("content", "check", "words"),
    [
        (b"", "empty_file", "the file is empty"),
        (b"\xef\xbb\xbf \n\n", "empty_file", "the file is empty"),
        (b"PK\x03\x04\xff\xfe\x00", "encoding", "this is not UTF-8 text"),
        (f"{HEADER}\n{ROW}".encode("utf-16"), "encoding", "save it as “CSV UTF-8”"),
        (f'{HEADER}\n"UNHCR,2018'.encode(), "csv", "this is not a readable CSV file"),
        (b"just a sentence\n", "missing_column", "row 1: the column 'counter' is missing"),
        (f"\n\n{ROW}\n".encode(), "missing_column", "row 3: the column 'counter' is missing"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_rejection(inbox, content, check, words):
    rejection = refused(inbox, content)
    assert rejection.check == check
    assert words in rejection.reason


def test_a_file_that_cannot_be_opened_is_one_rejection_and_costs_no_other_file(inbox):
    (inbox / "figures" / "a.csv").mkdir()
    write_figures(inbox, [UNHCR])
    [rejection, answer] = fetch(inbox)
    assert rejection.reason.startswith("figures/a.csv: the file cannot be opened (")
    assert isinstance(answer, Answer)


def test_a_header_alone_is_no_rows(inbox):
    assert parse_text(inbox, HEADER + "\n").rows_in == 0


def test_files_are_read_in_the_order_of_their_names(inbox):
    for name in ("b.csv", "a.csv", "notes.txt"):
        write_figures(inbox, [UNHCR], name)
    assert [answer.name for answer in fetch(inbox)] == ["figures/a.csv", "figures/b.csv"]
    assert fetch(inbox / "nowhere") == []


CELLS = st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=8), max_size=9)


@settings(max_examples=20)
@given(st.lists(CELLS, max_size=8))
def test_every_filled_row_is_a_statement_or_a_rejection(rows):
    content = "\n".join([HEADER, *[",".join(_quoted(row)) for row in rows], ROW]) + "\n"
    parsed = parse_landed(content.encode())
    assert parsed.statements["row"].max() == len(rows) + 2
    filled = sum(any(cell.strip() for cell in row) for row in rows)
    assert parsed.rows_in >= filled + 1


def _quoted(row):
    return ['"' + cell.replace('"', '""') + '"' for cell in row]


def many_rows(number, **changes):
    start = dt.date(2015, 1, 1)
    for n in range(number):
        first = start + dt.timedelta(days=n % 2_000)
        yield (
            UNHCR
            | {
                "record_id": "",
                "stated": 1_000 + n,
                "start_date": first,
                "end_date": first + dt.timedelta(days=6),
                "areas": f"SY0703{n % 6:02d}",
                "quote": f"report {n}, page 1",
            }
            | changes
        )


@pytest.mark.parametrize("changes", [{}, {"quantifier": "about"}], ids=["good", "bad"])
def test_ten_times_the_rows_take_about_ten_times_as_long(inbox, changes):
    def took(rows: int) -> float:
        write_figures(inbox, many_rows(rows, **changes))
        begin = time.process_time()
        assert parse(inbox).rows_in == rows
        return time.process_time() - begin

    took(10)  # what is loaded once
    assert took(20_000) < 25 * took(2_000)


def test_ten_times_the_rows_of_another_length_take_about_ten_times_as_long(inbox):
    def took(rows: int) -> float:
        figures = inbox / "figures" / "counts.csv"
        figures.write_text(lines(*["UNHCR,1"] * rows), encoding="utf-8")
        begin = time.process_time()
        assert len(parse(inbox).rejections) == rows
        return time.process_time() - begin

    took(10)
    assert took(20_000) < 25 * took(2_000)
