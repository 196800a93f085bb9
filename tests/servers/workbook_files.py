"""The seeded workbooks: OCHA's monthly IDP movements and a volunteers' sheet, quirks and all."""

import calendar
import datetime as dt
import io
import random
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from tests.servers.exchange import Personal
from tests.servers.forms import name, phone
from tests.servers.places import places, provinces

SIDES = ("Mohafaza", "Mantika", "Nahya", "Community")
COLUMNS = tuple(column for side in SIDES for column in (side, f"{side} PCODE"))
FLOW, RETURNS = "IDP_Flow_Estimation", "Ret_Flow_Estimation"
NAHYAS = {
    "SY070001": "Abul Thohur", "SY070003": "Saraqab", "SY070200": "Ma'arrat An Nu'man",
    "SY070201": "Khan Shaykun", "SY070203": "Kafr Nobol", "SY070301": "Dana", "SY070302": "Salqin",
    "SY070402": "Darkosh", "SY070501": "Ehsem", "SY050101": "Suran", "SY050103": "Hamra",
    "SY050302": "As-Saan", "SY050304": "Oqeirbat", "SY050501": "Kafr Zeita",
}  # fmt: skip
# The same code under another spelling, as files of different months have it.
VARIANTS = {"Idleb": "Idlib", "Ma'arrat An Nu'man": "Ma'arrat An-Numan", "Suran": "Soran"}
SHEET_COLUMNS = ("من تاريخ", "إلى تاريخ", "المحافظة", "ناحية", "PCODE", "عدد العائلات", "نسمة")
PRIVATE_COLUMNS = ("اسم العداد", "رقم الهاتف")


@dataclass(frozen=True)
class Community:
    """A community with its parents."""

    nahya: str
    number: int

    @property
    def code(self) -> str:
        """Its code: C and four digits, or more where there are many."""
        return f"C{self.number:04d}"

    def names(self, *, variant: bool) -> list[str]:
        """The eight columns that say where it is."""
        district, governorate = self.nahya[:6], self.nahya[:4]
        title = dict(provinces("SYR"))[governorate]
        mantika = next(p.admin2_name for p in places("SYR") if p.admin2_code == district)
        found = [title, governorate, mantika, district, NAHYAS[self.nahya], self.nahya,
                 f"Village {self.number}", self.code]  # fmt: skip
        return [VARIANTS.get(text, text) if variant else text for text in found]


@cache
def communities(count: int) -> tuple[Community, ...]:
    """So many communities, spread over the nahyas."""
    nahyas = list(NAHYAS)
    return tuple(Community(nahyas[n % len(nahyas)], 1000 + n) for n in range(count))


def flows(seed: int, month: str, kind: str, count: int) -> dict[str, float | None]:
    """People per community in a month: mostly whole, some halves, some blank, some zero."""
    draw = random.Random(f"{seed}-{month}-{kind}")
    found: dict[str, float | None] = {}
    for community in communities(count):
        people = round(draw.lognormvariate(3.6, 1.4)) + 1
        chance = draw.random()
        found[community.code] = (
            people + 0.5 if chance < 0.02 else None if chance < 0.04 else 0 if chance < 0.06
            else people
        )  # fmt: skip
    return found


def ocha_workbook(
    tables: dict[str, tuple[dict[str, float | None], dict[str, float | None]]],
    month: str,
    *,
    stale_name: bool,
) -> bytes:
    """The workbook of a month; `tables` holds (flow, returns) of it and every month before.

    With a stale name the sheets are called after the month before, and the label of the total
    names the year before.
    """
    year, number = (int(part) for part in month.split("-"))
    called = calendar.month_name[(number - 2) % 12 + 1 if stale_name else number]
    book = Workbook()
    book.remove(book.active)
    flow, returns = tables[month]
    variant = number % 2 == 0
    for title, column, values in ((f"{called}_IDPflow", FLOW, flow),
                                  (f"{called}_Retflow", RETURNS, returns)):  # fmt: skip
        sheet = book.create_sheet(title)
        sheet.append([*COLUMNS, column])
        for community in communities(len(values)):
            sheet.append([*community.names(variant=variant), values[community.code]])
        _statistics(sheet, values, year - 1 if stale_name else year)
    _summary(book.create_sheet("IDPFlow_Summarysince2016"), tables, 0)
    _summary(book.create_sheet("RetFlow_Summary_SinceAugust2018"), tables, 1)
    for title, values in (("Table-Origin_vs_Departure", flow),
                          ("ReturnTABLE-Origin_vs_Departure", returns)):  # fmt: skip
        _matrix(book.create_sheet(title), values)
    return steady(book)


def _statistics(sheet: Worksheet, values: dict[str, float | None], year: int) -> None:
    people = [value for value in values.values() if value is not None]
    sheet.append([])
    sheet.append([f"Total {year}", *[None] * 7, sum(people)])
    sheet.append(["Average of IDP flow per day", *[None] * 7, round(sum(people) / 30, 2)])
    sheet.append(["Number of communities", *[None] * 7, len(people)])


def _summary(
    sheet: Worksheet,
    tables: dict[str, tuple[dict[str, float | None], dict[str, float | None]]],
    side: int,
) -> None:
    """Governorate by month: the year over thirteen merged columns, a spacer, totals inside."""
    years = sorted({month[:4] for month in tables})
    sheet.cell(2, 1, "Mohafaza")
    codes = sorted({nahya[:4] for nahya in NAHYAS})
    titles = dict(provinces("SYR"))
    for position, year in enumerate(years):
        first = 2 + 14 * position
        sheet.cell(1, first, int(year))
        sheet.merge_cells(start_row=1, end_row=1, start_column=first, end_column=first + 12)
        for number in range(1, 13):
            sheet.cell(2, first + number - 1, calendar.month_abbr[number])
        sheet.cell(2, first + 12, "Total")
        for row, code in enumerate(codes, start=3):
            sheet.cell(row, 1, titles[code])
            known = {m: _of(t[side], code) for m, t in tables.items() if m[:4] == year}
            for month, people in known.items():
                sheet.cell(row, first + int(month[5:]) - 1, people)
            sheet.cell(row, first + 12, sum(known.values()))
        _totals(sheet, first, len(codes))


def _totals(sheet: Worksheet, first: int, codes: int) -> None:
    sheet.cell(3 + codes, 1, "Grand Total")
    sheet.cell(4 + codes, 1, "Average of IDP flow per day")
    for column in range(first, first + 13):
        cells = [sheet.cell(row, column).value for row in range(3, 3 + codes)]
        if any(cell is not None for cell in cells):
            total = sum(cell or 0 for cell in cells)
            sheet.cell(3 + codes, column, total)
            sheet.cell(4 + codes, column, round(total / 30, 2))


def _of(values: dict[str, float | None], governorate: str) -> float:
    members = {c.code for c in communities(len(values)) if c.nahya[:4] == governorate}
    return sum(value or 0 for code, value in values.items() if code in members)


def _matrix(sheet: Worksheet, values: dict[str, float | None]) -> None:
    """Origin by governorate of arrival, in fractions of people, with an unknown origin."""
    titles = [title for _, title in provinces("SYR")]
    total = sum(value or 0 for value in values.values())
    sheet.append(["Origin", *titles, "Grand Total"])
    for origin in (*titles, "Unknown"):
        cells = [round(total / (len(titles) + 1) / len(titles), 3) for _ in titles]
        sheet.append([origin, *cells, round(sum(cells), 3)])


@dataclass(frozen=True)
class SheetRow:
    """One row of the volunteers' sheet: what it says, and how it is written."""

    first_day: dt.date
    last_day: dt.date
    nahya: str
    households: int
    persons: int | None


def sheet_rows(seed: int, count: int) -> list[SheetRow]:
    """What the volunteers counted."""
    found = []
    for number in range(count):
        draw = random.Random(f"sheet-{seed}-{number}")
        last = dt.date(2026, 9, 30) - dt.timedelta(days=draw.randrange(200))
        households = draw.randint(3, 900)
        persons = None if draw.random() < 0.2 else round(households * draw.uniform(4, 6.5))
        first = last - dt.timedelta(days=draw.choice((0, 6, 13)))
        found.append(SheetRow(first, last, draw.choice(list(NAHYAS)), households, persons))
    return found


def volunteers_workbook(rows: Sequence[SheetRow]) -> bytes:
    """A sheet as volunteers keep it: a title above the header, digits of several kinds, names."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "الأعداد"
    columns = (*SHEET_COLUMNS, *PRIVATE_COLUMNS)
    sheet.append(["أعداد النازحين"])
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(columns))
    sheet.append(list(columns))
    for number, row in enumerate(rows):
        sheet.append([*written(row, number), name(number % 40), phone(number % 40)])
    sheet.cell(2, 1).comment = Comment(f"{Personal.NOTE} {name(1)}", name(1))
    hidden = book.create_sheet("hidden")
    hidden.sheet_state = "hidden"
    hidden.append([name(2), phone(2), Personal.MAIL])
    book.properties.creator = book.properties.lastModifiedBy = name(3)
    return steady(book)


def written(row: SheetRow, number: int) -> list[object]:
    """A row as typed: days first, people in Latin or Arabic digits or with a thousands sign."""
    kinds = (str, _arabic, lambda people: f"{people:,}", int)
    typed = kinds[number % len(kinds)]
    title = dict(provinces("SYR"))[row.nahya[:4]]
    return [
        f"{row.first_day:%d/%m/%Y}",
        f"{row.last_day:%d/%m/%Y}",
        title,
        NAHYAS[row.nahya],
        row.nahya,
        typed(row.households),
        None if row.persons is None else typed(row.persons),
    ]


def _arabic(people: int) -> str:
    return str(people).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))


def steady(book: Workbook) -> bytes:
    """The bytes of a workbook without the time at which it was written."""
    first, second = io.BytesIO(), io.BytesIO()
    book.save(first)
    with zipfile.ZipFile(first) as old, zipfile.ZipFile(second, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            content = old.read(part)
            if part == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"2026-10-01T06:00:00Z", content)
            new.writestr(zipfile.ZipInfo(part, (2026, 10, 1, 6, 0, 0)), content)
    return second.getvalue()
