"""What does a row of a sheet state, and what is refused?"""

import datetime as dt
import random

import pytest

from displacement.normalise.places import Gazetteer
from displacement.store.area_files import read_area_names
from tests.runs import DATA
from tests.sources.sheets.sheets import (
    HEADER,
    HEISH,
    SURAN,
    parse,
    write_book,
)


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


def test_records_keep_their_names_when_rows_change_places(inbox):
    rows = [HEISH, SURAN, [*SURAN[:4], 1151, *SURAN[5:]], [*SURAN[:4], 900, *SURAN[5:]]]
    write_book(inbox, [HEADER, *rows])
    before = parse(inbox).statements.set_index("source_record_id")["stated"].to_dict()
    random.Random(5).shuffle(rows)
    write_book(inbox, [HEADER, *rows])
    after = parse(inbox).statements.set_index("source_record_id")["stated"].to_dict()
    assert before == after
    assert len(before) == 4


def test_a_name_without_its_parent_says_its_level(inbox):
    write_book(
        inbox, [HEADER, ["Idlib", None, "Idlib", *HEISH[3:]], [None, "Hama", None, *HEISH[3:]]]
    )
    names = parse(inbox).statements["area_names"].to_list()
    assert names == ["Idlib > Idlib sub-district", "Hama district"]
    reference = DATA / "reference"
    tables = read_area_names(reference, reference)
    gazetteer = Gazetteer(tables.home, tables.described)
    assert [match.code for match in gazetteer.match_many(names)] == ["SY070000", "SY0501"]


def test_the_most_exact_code_is_taken(inbox):
    header = ["ADM1_PCODE", "ADM3_PCODE", "Individuals", "Date"]
    write_book(
        inbox, [header, ["SY07", "sy070205", 560, "15/12/2017"], ["SY07", None, 5, "15/12/2017"]]
    )
    assert parse(inbox).statements["area_codes"].to_list() == ["SY070205", "SY07"]


def test_families_of_impossible_size_wait_for_a_reviewer(inbox):
    write_book(inbox, [HEADER, HEISH, [*SURAN[:3], 100, 9000, *SURAN[5:]]])
    parsed = parse(inbox)
    assert parsed.statements["tier"].to_list() == ["accepted", "review"]
    assert "row 3" in parsed.signals[0]
