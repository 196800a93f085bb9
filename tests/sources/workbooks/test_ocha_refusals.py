"""Rows and workbooks that do not fit OCHA's layout are refused in words."""

import pytest

from displacement.sources.source import Rejection
from tests.sources.workbooks.books import ARRIVALS, HEISH, IDP, ocha_book, sheet_book
from tests.sources.workbooks.files import BOOK, HEADER, OCHA, ROWS, fetch


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
