"""Rows of an answer: exact types, one sentence per bad row, a signal per surprise."""

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandera.typing import Series

from displacement.sources.source import Declaration, Landed, SourceError
from displacement.sources.wire import read_json, read_rows, rows_of
from displacement_schemas.delivered import ISO_DAY, Delivered
from displacement_schemas.table import Decimal, Flag, Text, Whole, field

DECLARATION = Declaration("stand", "A stand-in", "none", "never", ignored_columns=("id",))


class StandRows(Delivered):
    """Rows of a stand-in."""

    place: Series[Text] = field("A place.")
    kind: Series[Text] = field("A kind.", isin=["BA", "SA"])
    day: Series[Text] = field("A day.", str_matches=ISO_DAY)
    people: Series[Whole] = field("A count.", ge=0)
    share: Series[Decimal] = field("A share.", nullable=True)
    sure: Series[Flag] = field("A flag.", nullable=True)


GOOD = {"id": 7, "place": "Atma", "kind": "BA", "day": "2018-01-05", "people": 12}


def read(rows, at=None, nothing=()):
    content = json.dumps({at: rows} if at else rows).encode()
    return read_rows(
        StandRows, Landed("stand/x", "0" * 64, content), DECLARATION, at=at, nothing=nothing
    )


def test_good_rows_come_with_their_place_in_the_answer():
    rows = read([GOOD, GOOD | {"share": 0.5, "sure": True}], at="result")
    assert rows.frame["row"].to_list() == [1, 2]
    assert rows.frame["people"].to_list() == [12, 12]
    assert rows.frame["share"].isna().to_list() == [True, False]
    assert (rows.rows_in, rows.rejections, rows.signals) == (2, [], [])


def test_rows_that_are_nothing_at_all_cost_no_other() -> None:
    rows = read([None, GOOD, None])
    assert rows.frame["row"].to_list() == [2]
    assert [one.check for one in rows.rejections] == ["row", "row"]


@pytest.mark.parametrize(
    ("change", "column", "check", "words"),
    [
        ({"people": "many"}, "people", "readable", "“many” is no whole number"),
        ({"people": 1.5}, "people", "readable", "“1.5” is no whole number"),
        ({"people": 1e30}, "people", "readable", "“1e+30” is no whole number"),
        ({"people": 10**400}, "people", "readable", "is no whole number"),
        ({"people": "9" * 30}, "people", "readable", "is no whole number"),
        ({"people": "Infinity"}, "people", "readable", "“Infinity” is no whole number"),
        ({"people": True}, "people", "readable", "“True” is no whole number"),
        ({"people": None}, "people", "required", "a value is needed here"),
        ({"people": -1}, "people", "greater_than_or_equal_to", "“-1” is not allowed"),
        ({"kind": "XX"}, "kind", "isin", "“XX” is not allowed"),
        ({"day": "05/01/2018"}, "day", "str_matches", "“05/01/2018” is not allowed"),
        ({"place": {"name": "Atma"}}, "place", "readable", "is no text"),
        ({"sure": "yes"}, "sure", "readable", "“yes” is no yes or no"),
    ],
)
def test_a_bad_row_is_rejected_with_its_place_and_costs_no_other(change, column, check, words):
    rows = read([GOOD, GOOD | change, GOOD])
    assert rows.frame["row"].to_list() == [1, 3]
    [rejection] = rows.rejections
    assert (rejection.row, rejection.column, rejection.check) == (2, column, check)
    assert f"stand/x, row 2, column '{column}': " in rejection.reason
    assert words in rejection.reason


def test_something_that_is_no_row_is_rejected():
    rows = read([GOOD, 5, "text", None])
    assert [one.row for one in rows.rejections] == [2, 3, 4]
    assert rows.rows_in == 4


def test_numbers_written_as_text_and_marks_for_nothing_are_read():
    rows = read([GOOD | {"people": "0", "share": "-"}, GOOD | {"people": 3.0}], nothing=("-",))
    assert rows.frame["people"].to_list() == [0, 3]
    assert rows.frame["share"].isna().all()
    assert rows.rejections == []


def test_a_mark_for_nothing_is_no_text_either_way():
    quick = read([GOOD | {"place": "-"}, GOOD], nothing=("-",))
    slow = read([GOOD | {"place": "-", "people": "12"}, GOOD], nothing=("-",))
    for rows in (quick, slow):
        assert [one.check for one in rows.rejections] == ["required"]
        assert rows.frame["place"].to_list() == ["Atma"]


def test_a_new_column_is_a_signal_unless_it_is_declared_as_ignored():
    assert read([GOOD | {"extra": 1}]).signals == [
        "stand/x: new column 'extra'; read it, or name it in ignored_columns"
    ]
    slowly = read([GOOD | {"extra": 1, "people": "12"}])
    assert slowly.signals == read([GOOD | {"extra": 1}]).signals


def test_a_missing_column_holds_the_answer_back():
    rows = read([{name: value for name, value in GOOD.items() if name != "people"}] * 3)
    assert rows.held == "stand/x: the column people is missing from every row"
    assert rows.frame.empty
    assert rows.rows_in == len(rows.rejections) == 1


def test_an_unknown_label_is_one_signal_however_often_it_stands_there():
    rows = read([GOOD, *[GOOD | {"kind": "ETT"}] * 4])
    assert rows.signals == ["stand/x: kind has the unknown value 'ETT' in 4 rows: held back"]
    assert len(rows.rejections) == 4


@pytest.mark.parametrize("content", [b"{}", b"[1", b"5", b'{"result": 5}', b'{"rows": []}'])
def test_an_answer_of_another_shape_is_a_fault(content):
    with pytest.raises(SourceError, match="another shape than usual"):
        read_rows(StandRows, Landed("a", "0" * 64, content), DECLARATION, at="result")


def test_no_rows_are_no_fault():
    assert read([]).rows_in == 0


def test_pretty_printed_rows_are_read_alike():
    content = json.dumps([GOOD] * 3, indent=2).encode()
    rows = read_rows(StandRows, Landed("a", "0" * 64, content), DECLARATION)
    pd.testing.assert_frame_equal(rows.frame, read([GOOD] * 3).frame)


CELLS = st.one_of(
    st.none(), st.integers(-5, 10**12), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5), st.booleans(), st.just("12"), st.just("BA"), st.just("2018-01-05"),
)  # fmt: skip
ROWS = st.lists(
    st.one_of(
        st.just(GOOD),
        st.dictionaries(st.sampled_from(["place", "kind", "day", "people", "share"]), CELLS).map(
            lambda change: GOOD | change
        ),
    ),
    max_size=8,
)


@given(ROWS)
def test_every_row_is_taken_or_rejected_whichever_way_it_is_read(rows):
    wired, taken_apart = read(rows), rows_of(StandRows, rows, "stand/x", DECLARATION)
    pd.testing.assert_frame_equal(wired.frame, taken_apart.frame)
    for one in (wired, taken_apart):
        assert one.held or len(one.frame) + len({r.row for r in one.rejections}) == len(rows)


def test_half_a_character_costs_only_its_row_and_can_be_written_down():
    rows = rows_of(StandRows, [GOOD | {"place": "\ud800"}, GOOD], "stand/x", DECLARATION)
    assert rows.frame["row"].to_list() == [2]
    [rejection] = rows.rejections
    assert rejection.reason.encode()
    assert rejection.value == "?"


def test_a_row_in_another_charset_costs_only_itself():
    content = json.dumps([GOOD, GOOD | {"place": "At_a"}]).encode().replace(b"_", b"\xe9")
    rows = read_rows(StandRows, Landed("stand/x", "0" * 64, content), DECLARATION)
    assert rows.frame["row"].to_list() == [1]
    assert [(one.row, one.check) for one in rows.rejections] == [(2, "row")]


@pytest.mark.parametrize("content", [b"[" * 9999 + b"]" * 9999, b"[ nothing ]", b"[\xe9]"])
def test_what_is_no_json_is_told_in_a_sentence(content):
    with pytest.raises(SourceError, match="another shape than usual"):
        read_rows(StandRows, Landed("stand/x", "0" * 64, content), DECLARATION)
    with pytest.raises(SourceError, match="no JSON that can be read"):
        read_json(content)
