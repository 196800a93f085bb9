"""What of a sheet is told though it is taken: totals, repetitions, days to come."""

import pytest

from tests.sources.sheets.sheets import (
    HEADER,
    HEISH,
    SURAN,
    parse,
    write_book,
)


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


def test_the_same_row_twice_is_told(inbox):
    write_book(inbox, [HEADER, HEISH, HEISH])
    parsed = parse(inbox)
    assert len(parsed.statements) == 2
    assert "rows 2 and 3" in parsed.signals[0]


def test_a_period_that_ends_after_publication_is_told(inbox):
    write_book(inbox, [HEADER, HEISH], name="count-2017-12-20.xlsx")
    assert "ends after the sheet was published" in parse(inbox).signals[0]
