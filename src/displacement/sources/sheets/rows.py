"""What do the rows of a landed sheet say? Each becomes a record, a rejection or a total.

A row is rejected with its first problem, and costs no other row.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar

from displacement.normalise.dates import read_day
from displacement.normalise.quantities import Counted, read_counts
from displacement.sources.personal import Cell
from displacement.sources.sheets.headers import (
    AREA_COLUMNS,
    CODE_COLUMNS,
    COUNT_COLUMNS,
    DATE_COLUMNS,
    ENUMERATOR,
    is_total,
)
from displacement.sources.source import Rejection
from displacement_schemas import SheetRows

SCHEMA: Final = SheetRows.table_name()

Record = dict[str, Any]
Days = tuple[dt.date, dt.date]
Value = TypeVar("Value")


@dataclass
class Total:
    """A row that the counters wrote as the sum of others."""

    row: int
    families: float | None
    people: float | None
    problem: str | None = None


@dataclass
class TableRows:
    """The rows of one sheet, sorted by what they are."""

    sheet: str
    records: list[Record] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)


class RowError(ValueError):
    """A row cannot be taken; the message is a sentence without its place."""

    def __init__(self, check: str, column: str, value: Cell, sentence: str) -> None:
        super().__init__(sentence)
        self.check, self.column, self.value = check, column, value


def read_table(
    table: dict[str, Any], file: str, landing_sha256: str, days: Days | None = None
) -> TableRows:
    """Read every row of one landed sheet; `days` hold where the sheet has no dates of its own."""
    rows = TableRows(table["name"])
    for number, cells in table["rows"]:
        if any(is_total(cells.get(column)) for column in AREA_COLUMNS):
            rows.totals.append(_total(number, cells))
            continue
        try:
            record = read_cells(cells, days)
        except RowError as error:
            rows.rejections.append(_rejection(file, table, number, error))
        else:
            place = {"file": file, "sheet": table["name"], "row": number}
            rows.records.append(place | record | {"landing_sha256": landing_sha256})
    return rows


def read_cells(cells: dict[str, Cell], days: Days | None) -> Record:
    """What the allowed cells of one row say; a withheld cell is None. Raises RowError."""
    code = next((cells[column] for column in CODE_COLUMNS if cells.get(column)), None)
    names = {column: cells.get(column) for column in AREA_COLUMNS}
    if code is None and not any(names.values()):
        raise RowError("missing_area", "sub_district", None, _missing(cells, "area", AREA_COLUMNS))
    counts = _counts(cells)
    if not counts:
        sentence = _missing(cells, "number of families or people", COUNT_COLUMNS)
        raise RowError("missing_number", "people", None, sentence)
    start, end = days or _period(cells)
    return {
        **names,
        "area_code": None if code is None else str(code).upper(),
        **{column: counts[column].number if column in counts else None for column in COUNT_COLUMNS},
        **{
            f"{column}_high": counts[column].high if column in counts else None
            for column in COUNT_COLUMNS
        },
        "start_date": start,
        "end_date": end,
        "enumerator": cells.get(ENUMERATOR),
        "quote": " | ".join(str(cells[column]) for column in _ORDER if cells.get(column)),
    }


def _total(number: int, cells: dict[str, Cell]) -> Total:
    try:
        counts = _counts(cells)
    except RowError as error:
        return Total(number, None, None, str(error))
    families, people = (counts[c].number if c in counts else None for c in COUNT_COLUMNS)
    return Total(number, families, people)


_ORDER: Final = (*AREA_COLUMNS, *reversed(CODE_COLUMNS), *COUNT_COLUMNS, *DATE_COLUMNS)


def _counts(cells: dict[str, Cell]) -> dict[str, Counted]:
    """Families and people; what has a column of its own is not taken from another's cell."""
    found: dict[str, Counted] = {}
    for column in COUNT_COLUMNS:
        read = _read(cells, column, partial(read_counts, column=column), "unreadable_number") or {}
        if any(not one.number.is_integer() for one in read.values()):
            sentence = f"“{cells[column]}” is no whole number, and {column} are counted one by one"
            raise RowError("fractional_count", column, cells[column], sentence)
        found |= {name: one for name, one in read.items() if name == column or not cells.get(name)}
    return found


def _period(cells: dict[str, Cell]) -> tuple[dt.date | None, dt.date]:
    start, end, day = (_read(cells, column, read_day, "impossible_date") for column in DATE_COLUMNS)
    if end is None and start is None:
        start = day
    end = end or day
    if end is None:
        sentence = _missing(cells, "last day", DATE_COLUMNS)
        raise RowError("missing_date", "end_date", None, sentence)
    if start is not None and end < start:
        sentence = f"the last day, {end}, comes before the first, {start}"
        raise RowError("end_before_start", "end_date", cells.get("end_date"), sentence)
    return start, end


def _read(
    cells: dict[str, Cell], column: str, read: Callable[[object], Value], check: str
) -> Value | None:
    cell = cells.get(column)
    if cell is None:
        return None
    try:
        return read(cell)
    except ValueError as error:
        negative = "negative" in str(error)
        raise RowError("negative_count" if negative else check, column, cell, str(error)) from None


def _missing(cells: dict[str, Cell], what: str, columns: tuple[str, ...]) -> str:
    withheld = any(column in cells and cells[column] is None for column in columns)
    why = "; a cell was withheld because it looks like a phone number, a position or an address"
    return f"there is no {what}{why if withheld else ''}"


def _rejection(file: str, table: dict[str, Any], row: int, error: RowError) -> Rejection:
    header = table["columns"].get(error.column)
    column = f", column “{header}”" if header else ""
    return Rejection(
        schema=SCHEMA,
        file=file,
        check=error.check,
        reason=f"{file}, sheet {table['name']}, row {row}{column}: {error}; correct it there.",
        row=row,
        column=error.column,
        value=None if error.value is None else str(error.value),
    )
