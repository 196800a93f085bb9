"""What a workbook in OCHA's layout says of itself and does not hold raises a signal."""

import datetime as dt

from tests.sources.workbooks.books import ARRIVED, RETURNED
from tests.sources.workbooks.files import BOOK, OCHA


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
