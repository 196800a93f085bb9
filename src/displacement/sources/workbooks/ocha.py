"""What does OCHA's monthly workbook of IDP movements say? Arrivals and returns by community.

One statement a community, filed under its sub-district, whose rows add up; summary sheets repeat
the rows and only check them.
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import pandas as pd
from pandera.typing import DataFrame

from displacement.normalise.dates import month_number
from displacement.normalise.places import Gazetteer
from displacement.normalise.quantities import read_number, without_marks
from displacement.sources.sheets.headers import is_total
from displacement.sources.sheets.workbook import (
    Grid,
    Sheet,
    UnreadableError,
    named_headers,
    table_of,
)
from displacement.sources.source import COUNTED, Landed, Parsed, Rejection
from displacement.sources.workbooks.listed import days_of
from displacement_schemas import Statements
from displacement_schemas.vocabulary import AreaRole, DatePrecision, Measure, Term
from displacement_schemas.workbooks_rows import WorkbooksRows

COUNTER: Final = "OCHA"
SCHEMA: Final = WorkbooksRows.table_name()
PLACE: Final = {
    "Mohafaza": "governorate",
    "Mohafaza PCODE": "governorate_code",
    "Mantika": "district",
    "Mantika PCODE": "district_code",
    "Nahya": "sub_district",
    "Nahya PCODE": "sub_district_code",
    "Community PCODE": "community_code",
}
"""The columns that land beside the number; names of communities do not."""
HEADERS: Final = {
    "arrivals": PLACE | {"IDP_Flow_Estimation": "people"},
    "returns": PLACE | {"Ret_Flow_Estimation": "people"},
}
MEASURES: Final = {"arrivals": Measure.NEW_DISPLACEMENT, "returns": Measure.RETURN}
TERMS: Final = {"arrivals": Term.DISPLACED, "returns": Term.RETURNS}
KINDS: Final = {"idp": "arrivals", "ret": "returns"}
CODES: Final = ("governorate_code", "district_code", "sub_district_code", "community_code")
NAMES: Final = ("governorate", "district", "sub_district")
TOLERANCE: Final = 1.0
"""Persons by which a rounded total may differ from its rows."""
FEWEST_MONTHS: Final = 6
"""Names of months in a row that make it the header of a summary."""

_FLOW: Final = re.compile(r"(?P<month>[^\W\d_]*)[-_\s]*(?P<kind>IDP|Ret)[-_\s]*Flow", re.IGNORECASE)
_SUMMARY: Final = re.compile(r"(?P<kind>IDP|Ret)[-_\s]*Flow[-_\s]*Summary.*", re.IGNORECASE)
_REPEATS: Final = re.compile(r".*Origin[-_\s]*vs.*", re.IGNORECASE)
_AVERAGE: Final = re.compile(r"average\b", re.IGNORECASE)
_SUB_DISTRICT: Final = re.compile(r"SY\d{6}")
_COMMUNITY: Final = re.compile(r"[CN]\d+")
_YEAR: Final = re.compile(r"(?:19|20)\d{2}")


class _Wrong(NamedTuple):
    check: str
    column: str
    value: Any
    sentence: str


def landings_of(
    sheets: Sequence[Sheet], month: str, areas: Gazetteer | None
) -> list[dict[str, Any]]:
    """What may land of each flow sheet of a workbook that holds `month`.

    Raises UnreadableError.
    """
    tables: dict[str, dict[str, Any]] = {}
    totals: dict[str, float | None] = {}
    left_out = []
    for sheet in sheets:
        kind = _kind(sheet)
        if kind is not None:
            if kind in tables:
                raise UnreadableError(
                    f"sheets {tables[kind]['name']} and {sheet.name} both hold {kind}; keep one, "
                    "or give each month a file of its own."
                )
            named = _FLOW.fullmatch(sheet.title.strip())
            number = month_number(named["month"]) if named else None
            tables[kind] = table_of(sheet, HEADERS[kind], areas=areas) | {"named_month": number}
        elif summary := _SUMMARY.fullmatch(sheet.title.strip()):
            totals[KINDS[summary["kind"].lower()]] = _total_in(sheet.grid, month)
        elif not _REPEATS.fullmatch(sheet.title.strip()):
            left_out.append(f"sheet {sheet.name} is no sheet of this layout, so it was left out.")
    if not tables:
        raise UnreadableError(
            "no sheet is called like January_IDPflow or January_Retflow, or has their columns "
            f"({', '.join(HEADERS['arrivals'])}); this is another layout."
        )
    bodies = [
        {"month": month, "kind": kind, "table": table, "summary": kind in totals}
        | {"total": totals.get(kind), "left_out": []}
        for kind, table in sorted(tables.items())
    ]
    bodies[0]["left_out"] = left_out
    return bodies


def parse(landed: Landed, body: dict[str, Any]) -> Parsed:
    """Read every row: a statement, a rejection, or a blank that is no statement."""
    read = _Table(landed, body["kind"], body["table"])
    where = f"{landed.name}, sheet {read.table['name']}"
    return Parsed(
        rows_in=len(read.records) + read.blanks + len(read.rejections),
        statements=_statements(WorkbooksRows.from_rows(read.records), body, landed),
        rejections=read.rejections,
        signals=[f"{landed.name}: {sentence}" for sentence in body["left_out"]]
        + [f"{where}{sentence}" for sentence in read.signals(body)],
        accepted=len(read.records) + read.blanks,
    )


def _kind(sheet: Sheet) -> str | None:
    """Whether a sheet holds arrivals or returns: by its name, else by all its columns."""
    title = sheet.title.strip()
    if named := _FLOW.fullmatch(title):
        return KINDS[named["kind"].lower()]
    if _SUMMARY.fullmatch(title) or _REPEATS.fullmatch(title):
        return None
    complete = (
        kind for kind, headers in HEADERS.items()
        if named_headers(sheet, headers) == set(headers.values())
    )  # fmt: skip
    return next(complete, None)


def _total_in(grid: Grid, month: str) -> float | None:
    """The total of a month in a summary of governorates by months; None where it has none."""
    for index, row in enumerate(grid):
        if sum(_is_month(cell) for cell in row) >= FEWEST_MONTHS:
            column = _column_of(month, grid[index - 1] if index else [], row)
            return None if column is None else _total_below(grid[index + 1 :], column)
    return None


def _column_of(month: str, years: Sequence[Any], months: Sequence[Any]) -> int | None:
    """The column below this month; a year holds until the next one, as in merged cells."""
    year, number = map(int, month.split("-"))
    current = None
    for column, cell in enumerate(months):
        above = years[column] if column < len(years) else None
        if found := _YEAR.match(str(above if above is not None else "").strip()):
            current = int(found[0])
        if isinstance(cell, dt.date):
            if (cell.year, cell.month) == (year, number):
                return column
        elif current == year and isinstance(cell, str) and month_number(cell) == number:
            return column
    return None


def _total_below(rows: Grid, column: int) -> float | None:
    """What the first total row says of a column."""
    for row in rows:
        if any(is_total(cell) for cell in row[:column] if isinstance(cell, str)):
            value = row[column] if column < len(row) else None
            return float(value) if isinstance(value, int | float) else None
    return None


def _is_month(cell: object) -> bool:
    if isinstance(cell, dt.date):
        return True
    return isinstance(cell, str) and month_number(cell) is not None


class _Table:
    """The rows of one sheet, sorted by what they are."""

    def __init__(self, landed: Landed, kind: str, table: dict[str, Any]) -> None:
        self.kind = kind
        self.table = table
        self.records: list[dict[str, Any]] = []
        self.rejections: list[Rejection] = []
        self.blanks = 0
        self.totals: list[tuple[int, float]] = []
        self._landed = landed
        self._rows: dict[str, int] = {}
        for number, cells in table["rows"]:
            self._add(number, cells)

    def signals(self, body: dict[str, Any]) -> Iterator[str]:
        """Everything odd that cost no row."""
        month = days_of(body["month"])[0]
        named = self.table["named_month"]
        if named is not None and named != month.month:
            yield (
                f": it is called after {dt.date(2000, named, 1):%B}, but was read as "
                f"{month:%B %Y}; if that is wrong, set month for the file."
            )
        if self.table["withheld"]:
            rows = ", ".join(str(row) for row in sorted({row for row, _ in self.table["withheld"]}))
            yield f", rows {rows}: cells that look like phone numbers or addresses were withheld."
        if self.blanks:
            yield (
                f": {self.blanks} communities have no number; they were not counted, which is "
                "not zero."
            )
        found = sum(record["people"] for record in self.records)
        for row, total in self.totals:
            if abs(total - found) > TOLERANCE:
                yield _differs(f", row {row}: the total", total, found)
        if body["summary"]:
            total = body["total"]
            if total is None:
                yield f": the summary has no total of {body['month']} to check the rows with."
            elif abs(total - found) > TOLERANCE:
                yield _differs(f": the summary of {body['month']}", total, found)

    def _add(self, number: int, cells: dict[str, Any]) -> None:
        texts = [str(cells[name]) for name in (*NAMES, *CODES) if cells.get(name)]
        if any(is_total(text) for text in texts):
            if (total := _number(cells.get("people"))) is not None:
                self.totals.append((number, total))
            return
        if not any(cells.get(code) for code in CODES) and len(texts) < len(NAMES):
            return  # statistics below the table
        if any(_AVERAGE.match(text) for text in texts):
            return
        if "people" not in cells:
            self.blanks += 1
            return
        read = self._read(number, cells)
        if isinstance(read, _Wrong):
            self.rejections.append(self._rejection(number, read))
        else:
            self.records.append(read)

    def _read(self, number: int, cells: dict[str, Any]) -> dict[str, Any] | _Wrong:
        governorate, district, place, community = (_code(cells.get(name)) for name in CODES)
        for column, code, pattern in (
            ("sub_district_code", place, _SUB_DISTRICT),
            ("community_code", community, _COMMUNITY),
        ):
            if code is None:
                return _Wrong("missing_code", column, None, "a code is needed here")
            if not pattern.fullmatch(code):
                return _Wrong("unknown_code", column, code, f"“{code}” is no code of this kind")
        outer = [
            code for code in (governorate, district) if code and not str(place).startswith(code)
        ]
        if outer:
            sentence = f"{place} does not lie in {outer[0]}, so nobody knows which one is meant"
            return _Wrong("codes_disagree", "sub_district_code", place, sentence)
        if community in self._rows:
            sentence = f"“{community}” stands in row {self._rows[community]} already: counted once"
            return _Wrong("repeated_record", "community_code", community, sentence)
        try:
            people = read_number(cells["people"])
        except ValueError as wrong:
            return _Wrong("unreadable_number", "people", cells["people"], str(wrong))
        self._rows[str(community)] = number
        name = cells.get("sub_district")
        return {
            "row": number,
            "sheet": self.table["name"],
            "kind": self.kind,
            "sub_district": name or str(place),
            "sub_district_code": place,
            "community_code": community,
            "people": people,
            "quote": " | ".join(str(cells[one]) for one in _QUOTED if cells.get(one)),
        }

    def _rejection(self, row: int, wrong: _Wrong) -> Rejection:
        header = self.table["columns"].get(wrong.column, wrong.column)
        where = f"{self._landed.name}, sheet {self.table['name']}, row {row}, column “{header}”"
        value = None if wrong.value is None else str(wrong.value)
        reason = f"{where}: {wrong.sentence}"
        return Rejection(SCHEMA, self._landed.name, wrong.check, reason, row, wrong.column, value)


_QUOTED: Final = (*NAMES, "sub_district_code", "community_code", "people")


def _differs(what: str, total: float, found: float) -> str:
    return (
        f"{what} says {total:,.10g} people, but the accepted rows add up to {found:,.10g}; look "
        "for a missing or a doubled row."
    )


def _code(cell: Any) -> str | None:
    return without_marks(str(cell)).replace(" ", "").upper() or None if cell is not None else None


def _number(cell: Any) -> float | None:
    try:
        return read_number(cell)
    except ValueError:
        return None


def _statements(
    rows: DataFrame[WorkbooksRows], body: dict[str, Any], landed: Landed
) -> DataFrame[Statements]:
    if rows.empty:
        return Statements.empty()
    meta = body["meta"]
    first, last = days_of(body["month"])
    stem = "workbooks:ocha_idp_movements/" + body["month"] + "/" + rows["kind"] + "/"
    columns: dict[str, Any] = dict(COUNTED) | {
        "source_record_id": stem + rows["community_code"],
        "partition_id": stem + rows["sub_district_code"],
        "file": landed.name,
        "row": rows["row"],
        "counter": meta["counter"] or COUNTER,
        "publisher": meta["publisher"],
        "measure": rows["kind"].map({kind: one.value for kind, one in MEASURES.items()}),
        "term": rows["kind"].map({kind: one.value for kind, one in TERMS.items()}),
        "stated": rows["people"],
        "start_date": first,
        "end_date": last,
        "date_precision": DatePrecision.MONTH,
        "area_codes": rows["sub_district_code"],
        "area_text": rows["sub_district"],
        "area_role": AreaRole.DESTINATION,
        "published_on": _day(meta["published_on"]) or last,
        "quote": rows["quote"],
        "url": body["url"],
        "landing_sha256": landed.sha256,
        "rule_id": "workbooks.ocha_idp_movements",
    }
    if meta["cause"]:
        columns["cause"] = meta["cause"]
    return Statements.build(columns)


def _day(text: str | None) -> dt.date | None:
    return pd.Timestamp(text).date() if text else None
