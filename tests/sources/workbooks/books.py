"""Workbooks as their publishers shape them, with invented numbers: for tests of workbooks."""

import io
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl

from tests.servers.exchange import XLSX, Answer

PLACE = [
    *("Mohafaza", "Mohafaza PCODE", "Mantika", "Mantika PCODE"),
    *("Nahya", "Nahya PCODE", "Community", "Community PCODE"),
]
IDP, RET = "IDP_Flow_Estimation", "Ret_Flow_Estimation"
HEISH = ["Idleb", "SY07", "Al Ma'ra", "SY0702", "Heish", "SY070205"]
NOBOL = ["Idleb", "SY07", "Al Ma'ra", "SY0702", "Kafr Nobol", "SY070203"]
SURAN = ["Hama", "SY05", "Hama", "SY0501", "Suran", "SY050101"]
ARRIVALS = [
    [*HEISH, "Secretville", "C4101", 250],
    [*HEISH, "Hidden Farm", "C4102", 120.5],
    [*NOBOL, "Unnamed Hill", "C4103", 0],
    [*NOBOL, "Silent Mill", "C4104", None],
    [*SURAN, "Far Well", "C3101", 80],
    [*SURAN[:4], "Soran", "SY050101", "Near Well", "C3102", 3],
]
RETURNS = [[*SURAN, "Far Well", "C3101", 40], [*SURAN, "Near Well", "C3102", 7.5]]
ARRIVED, RETURNED = 453.5, 47.5
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

Rows = Sequence[Sequence[Any]]
Change = Callable[[openpyxl.Workbook], None]


def ocha_book(
    arrivals: Rows = ARRIVALS,
    returns: Rows = RETURNS,
    *,
    months: tuple[str, str] = ("January", "January"),
    totals: tuple[float, float] = (ARRIVED, RETURNED),
    change: Change | None = None,
) -> bytes:
    """OCHA's workbook of January 2019: flows with statistics below, summaries, origin tables."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, count, rows in (
        (f"{months[0]}_IDPflow", IDP, arrivals),
        (f"{months[1]}_Retflow", RET, returns),
    ):
        sheet = book.create_sheet(title)
        sheet.append([f" {PLACE[0]}\n", *PLACE[1:5], "Nahya  PCODE ", *PLACE[6:], count])
        for row in rows:
            sheet.append(row)
        sheet.append([])
        sheet.append(
            [
                "Grand Total",
                *[None] * 7,
                sum(row[8] for row in rows if isinstance(row[8], int | float)),
            ]
        )
        sheet.append(["Average of IDP flow per day", *[None] * 7, 14.6])
        sheet.append(["Communities covered", None, None, None, None, None, None, None, 6])
    _summary(book, "IDPFlow_Summarysince2016", totals[0])
    _summary(book, "RetFlow_Summary_SinceAugust2018", totals[1])
    origin = book.create_sheet("Table-Origin_vs_Departure")
    origin.append(["Origin", "Idleb", "Hama", "Grand Total"])
    origin.append(["Unknown", 9000.25, 8000.75, 17001])
    if change:
        change(book)
    return saved(book)


def sheet_book(rows: Rows, title: str = "Count", change: Change | None = None) -> bytes:
    """One sheet of rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    if change:
        change(book)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    """The bytes of a workbook."""
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def served(content: bytes, content_type: str = XLSX) -> Answer:
    """How a file server sends it."""
    return Answer(content, content_type=content_type)


def _summary(book: openpyxl.Workbook, title: str, total: float) -> None:
    """Governorates by months: years merged over 13 columns, blank spacers, a wrong label."""
    sheet = book.create_sheet(title)
    sheet.append(["Governorate", 2018, *[None] * 12, None, 2019, *[None] * 12])
    sheet.append([None, *MONTHS, "Total 2018", None, *MONTHS, "Total 2018"])
    sheet.append(["Idleb", *[900.5] * 12, 10806, None, total - 10, *[None] * 11, total - 10])
    sheet.append(["Hama", *[100] * 12, 1200, None, 10, *[None] * 11, 10])
    sheet.append(["Grand Total", *[1000.5] * 12, 12006, None, total, *[None] * 11, total])
    sheet.append(["Average of IDP flow per day", *[33.3] * 12, None, None, total / 31])
    sheet.merge_cells(start_row=1, start_column=2, end_row=1, end_column=14)
    sheet.merge_cells(start_row=1, start_column=16, end_row=1, end_column=28)
