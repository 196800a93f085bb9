"""Where in a workbook does the table stand, and which of its cells may be kept?

Used before anything lands: finds the header row, applies the allow-list of `columns.toml`, and
withholds what looks like a phone number or an address.
"""

import csv
import datetime as dt
import io
import re
import warnings
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from displacement.normalise.places import Gazetteer
from displacement.normalise.quantities import without_marks
from displacement.sources.area_words import WITHHELD, kept_areas
from displacement.sources.enumerators import Token
from displacement.sources.personal import Cell, has_other_words, is_personal, looks_personal
from displacement.sources.sheets.headers import (
    AREA_COLUMNS,
    CODE_COLUMNS,
    COUNT_COLUMNS,
    DATE_COLUMNS,
    ENUMERATOR,
    Declared,
    is_ignored,
    is_tag_row,
    is_total,
    known_part,
    roles_of,
    roles_of_tags,
)
from displacement_schemas.vocabulary import MatchMethod

Grid = list[list[Any]]

DEEPEST_HEADER: Final = 30
TEXT_ENDINGS: Final = (".csv", ".tsv", ".txt")
DELIMITERS: Final = (",", ";", "\t", "|")
ARABIC_WINDOWS: Final = "cp1256"
TOTAL: Final = "Total"
LEFT_OUT: Final = "…"
"""Stands for words in a cell of numbers or days: nothing that holds it can be read as one."""

_WORDS: Final = re.compile(r"[^\W\d_]+")


class UnreadableError(Exception):
    """A workbook or one of its sheets cannot be used; the message is a sentence."""


@dataclass(frozen=True)
class Sheet:
    """One sheet before the allow-list: every cell, only in memory."""

    name: str
    grid: Grid
    stacked: dict[tuple[int, int], str] = field(default_factory=dict)
    """Cells merged over several rows, by row and column (from 0), with those rows in words."""
    title: str = ""
    """What people called it: never to be kept."""


class Header(NamedTuple):
    """Where a table's header stands and which columns it names."""

    last_row: int
    columns: dict[int, str]
    unknown: list[int]


def read_sheets(path: Path, called: str) -> list[Sheet]:
    """The visible sheets of a workbook or CSV file, by the name it has in the store.

    Raises UnreadableError.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unopened(called, error) from None
    return sheets_of(content, called)


def known_headers(grid: Grid, declared: Declared | None = None) -> int:
    """How many columns of a mapping the best row among the first of a sheet names."""
    return max((len(roles_of(row, declared)) for row in grid[:DEEPEST_HEADER]), default=0)


def sheets_of(
    content: bytes, name: str, fitness: Callable[[Grid], int] = known_headers
) -> list[Sheet]:
    """The visible sheets of a file of this name, which never touches the disk.

    `fitness` tells which sign parts the columns of a CSV file. Raises UnreadableError.
    """
    try:
        if name.lower().endswith(TEXT_ENDINGS):
            sheets = [Sheet(Path(name).stem, _csv_grid(content, fitness))]
        else:
            sheets = _xlsx_sheets(content)
    except (
        BadZipFile, InvalidFileException, ParseError, OSError, KeyError, ValueError, TypeError,
        IndexError, AttributeError, EOFError, zlib.error, csv.Error,
    ) as error:  # fmt: skip
        raise _unopened(name, error) from None
    if not any(_filled(row) for sheet in sheets for row in sheet.grid):
        raise UnreadableError(f"{name} is empty: no visible sheet has a filled cell.")
    return sheets


def named_headers(sheet: Sheet, declared: Declared) -> set[str]:
    """The columns of a mapping that the best row among the first of a sheet names."""
    rows = (set(roles_of(row, declared).values()) for row in sheet.grid[:DEEPEST_HEADER])
    return max(rows, key=len, default=set())


def table_of(
    sheet: Sheet,
    declared: Declared | None = None,
    token: Token | None = None,
    areas: Gazetteer | None = None,
) -> dict[str, Any]:
    """What may land of a sheet: its mapped columns, row by row. Raises UnreadableError.

    With a `declared` mapping all of its columns have to be there, and no other one lands. Of
    who counted only the token lands, where there is one. `areas` tell which words of an area
    cell are the names of areas.
    """
    header = _header(sheet.grid, declared)
    if header is None:
        raise UnreadableError(_what_is_missing(sheet, declared))
    _refuse_doubled_columns(sheet.name, header)
    rows, withheld, unknown = [], [], []
    for number, row in enumerate(sheet.grid[header.last_row :], start=header.last_row + 1):
        cells = _allowed(sheet, number - 1, header)
        named = cells.pop(ENUMERATOR, None)
        who = token(named) if token else None
        if not cells or is_tag_row(row) or _repeats_header(row, header, declared):
            continue
        kept = kept_cells(cells, areas)
        withheld += [[number, role] for role in sorted(cells) if kept[role] is None]
        unknown += [[number, role] for role in AREA_COLUMNS if WITHHELD in str(kept.get(role))]
        rows.append([number, kept | ({ENUMERATOR: who} if who else {})])
    return {
        "name": _without_personal(sheet.name),
        "columns": {
            role: known_part(sheet.grid[header.last_row - 1][column], role, declared)
            for column, role in sorted(header.columns.items())
            if role != ENUMERATOR
        },
        "unknown_columns": [get_column_letter(column + 1) for column in header.unknown],
        "rows": rows,
        "withheld": withheld,
    } | ({"unknown_words": unknown} if unknown else {})


def kept_cells(cells: Mapping[str, Cell], areas: Gazetteer | None) -> dict[str, Cell]:
    """What is kept of the cells of a row; None for one that is withheld.

    Of a total nothing stays but that it is one, of the name of an area what names one.
    """
    known = None if areas is None else partial(_has_code, areas)
    kept: dict[str, Cell] = {
        role: None if is_personal(role, cell, known) else cell for role, cell in cells.items()
    }
    named = [role for role in AREA_COLUMNS if isinstance(kept.get(role), str)]
    totals = [role for role in AREA_COLUMNS if role in cells and is_total(cells[role])]
    names = kept_areas([str(kept[role]) for role in named], areas) if not totals else []
    return kept | dict(zip(named, names, strict=bool(names))) | dict.fromkeys(totals, TOTAL)


def _has_code(areas: Gazetteer, code: str) -> bool:
    return areas.match_code(code).method is MatchMethod.CODE


def _unopened(name: str, error: Exception) -> UnreadableError:
    """The library's own message may quote cells, so only its kind is passed on."""
    return UnreadableError(
        f"{name} cannot be opened as a {Path(name).suffix.lstrip('.').lower()} file "
        f"({type(error).__name__}); open it, save it again, and remove any password."
    )


def _xlsx_sheets(content: bytes) -> list[Sheet]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions it leaves out
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
    try:
        return [
            _sheet(sheet, number)
            for number, sheet in enumerate(book.worksheets, start=1)
            if sheet.sheet_state == "visible"
        ]
    finally:
        book.close()


def _sheet(sheet: Any, number: int) -> Sheet:
    """A worksheet with each merged range filled with its one value.

    It goes by its number: people name sheets after themselves.
    """
    grid = [list(row) for row in sheet.iter_rows(values_only=True)]
    stacked = {}
    for merged in sheet.merged_cells.ranges:
        rows = range(merged.min_row - 1, merged.max_row)
        columns = range(merged.min_col - 1, merged.max_col)
        value = grid[rows.start][columns.start]
        if len(columns) > 1 and isinstance(value, int | float):
            continue  # one count beside another column: it belongs to the first alone
        for row in rows:
            for column in columns:
                grid[row][column] = value
                if len(rows) > 1:
                    stacked[row, column] = f"rows {merged.min_row} to {merged.max_row}"
    return Sheet(str(number), grid, stacked, str(sheet.title))


def _csv_grid(content: bytes, fitness: Callable[[Grid], int]) -> Grid:
    text = _decoded(content)
    grids = (
        list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        for delimiter in DELIMITERS
    )
    return max(grids, key=fitness)


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode(ARABIC_WINDOWS)


def _header(grid: Grid, declared: Declared | None) -> Header | None:
    """The first row, alone or with the row below it, that names all a table needs."""
    for height in (1, 2):
        for index in range(min(DEEPEST_HEADER, len(grid))):
            band = grid[index : index + height]
            below = grid[index + height] if index + height < len(grid) else []
            columns = _named(band, below, declared)
            if _is_complete(columns.values(), declared) and _is_header_band(band):
                unknown = [] if declared else _unknown(grid, index, height, columns)
                return Header(index + height, columns, unknown)
    return None


def _named(band: Grid, below: list[Any], declared: Declared | None) -> dict[int, str]:
    """The columns that the rows of a header name, and those that only a tag row below names."""
    columns: dict[int, str] = {}
    for row in band:
        columns |= roles_of(row, declared)
    tagged = roles_of_tags(below) if declared is None and is_tag_row(below) else {}
    return columns | {
        column: role
        for column, role in tagged.items()
        if column not in columns and role not in columns.values()
    }


def _is_complete(roles: Any, declared: Declared | None) -> bool:
    found = set(roles)
    if declared is not None:
        return found == set(declared.values())
    return (
        not found.isdisjoint((*AREA_COLUMNS, *CODE_COLUMNS))
        and not found.isdisjoint(COUNT_COLUMNS)
        and not found.isdisjoint(("end_date", "date"))
    )


def _is_header_band(band: Grid) -> bool:
    """Each row of a header names something, and none holds a number."""
    return all(_filled(row) for row in band) and not any(
        isinstance(cell, int | float | dt.date) for row in band for cell in row
    )


def _unknown(grid: Grid, index: int, height: int, columns: dict[int, str]) -> list[int]:
    """Columns with a header that is neither mapped nor declared as ignored."""
    band = grid[index : index + height]
    width = max(map(len, band))
    return [
        column
        for column in range(width)
        if column not in columns
        and not all(is_ignored(row[column]) for row in band if column < len(row))
    ]


def _what_is_missing(sheet: Sheet, declared: Declared | None) -> str:
    if declared is not None:
        found = named_headers(sheet, declared)
        missing = [f"“{header}”" for header, role in declared.items() if role not in found]
        return (
            f"sheet {_without_personal(sheet.name)} has no header row that names "
            f"{' and '.join(missing) or 'all that is needed in one row'}; "
            "name the columns there as before, or change the mapping."
        )
    best = max((roles_of(row) for row in sheet.grid[:DEEPEST_HEADER]), key=len, default={})
    found = set(best.values())
    needs = {
        "an area (governorate, district, sub-district or P-code)": (*AREA_COLUMNS, *CODE_COLUMNS),
        "a count (families or people)": COUNT_COLUMNS,
        "a date (to, or date)": ("end_date", "date"),
    }
    missing = [need for need, roles in needs.items() if found.isdisjoint(roles)]
    return (
        f"sheet {_without_personal(sheet.name)} has no header row that names "
        f"{' and '.join(missing) or 'all that is needed in one row'}; "
        "name the columns as in the README and leave no filled cells among the headers."
    )


def _refuse_doubled_columns(sheet: str, header: Header) -> None:
    for role in (*COUNT_COLUMNS, *DATE_COLUMNS):
        letters = [get_column_letter(c + 1) for c, r in sorted(header.columns.items()) if r == role]
        if len(letters) > 1:
            raise UnreadableError(
                f"sheet {_without_personal(sheet)} has several columns for "
                f"{role.replace('_', ' ')} ({', '.join(letters)}); keep one."
            )


def _allowed(sheet: Sheet, index: int, header: Header) -> dict[str, Cell]:
    """The filled cells of mapped columns; of two columns with one meaning, the first filled."""
    row = sheet.grid[index]
    cells: dict[str, Cell] = {}
    for column, role in sorted(header.columns.items()):
        cell = _plain(row[column]) if column < len(row) else None
        if has_other_words(role, cell):
            cell = _WORDS.sub(LEFT_OUT, str(cell))
        if cell is not None and role in COUNT_COLUMNS and (index, column) in sheet.stacked:
            cell = f"{cell} for {sheet.stacked[index, column]}"  # no row may have it alone
        if cell is not None and role not in cells:
            cells[role] = cell
    return cells


def _plain(value: object) -> Cell:
    """A cell as it lands; times are cut to the day."""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float) and not value.is_integer():
        return value
    if isinstance(value, float):
        return str(int(value))
    return without_marks(str(value)) or None if value is not None else None


def _without_personal(text: str) -> str:
    return WITHHELD if looks_personal(text) else text


def _repeats_header(row: list[Any], header: Header, declared: Declared | None) -> bool:
    same = [c for c, role in roles_of(row, declared).items() if header.columns.get(c) == role]
    return len(same) > 1


def _filled(row: list[Any]) -> list[Any]:
    return [cell for cell in row if cell is not None and str(cell).strip()]
