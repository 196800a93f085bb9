"""Which rows of areas and residents does a file hold? csv or xlsx, one sheet per level or one.

Title rows above the header, headers of two rows, merged cells, rows of HXL tags, blank rows and
rows of totals are known; a row that cannot be used is told with file, sheet and row.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from displacement.normalise.area_tables.columns import COUNTRY, Column, column_of
from displacement.normalise.quantities import western_digits
from displacement.sources.sheets.headers import is_tag_row, is_total
from displacement.sources.sheets.workbook import (
    DEEPEST_HEADER,
    TEXT_ENDINGS,
    Grid,
    UnreadableError,
    sheets_of,
)

SHEET: Final = ", sheet "
LONGEST_CODE: Final = 20
NO_DAY: Final = frozenset(["", "-99", "n/a", "na", "none", "null", "-"])
UNENDING: Final = date(2090, 1, 1)
"""Days from here on mean that a code has no end."""

_INVISIBLE: Final = dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u200e\u200f\ufeff\u202a\u202b\u202c")
)
_ARABIC: Final = re.compile(r"[\u0600-\u06ff]")
_CODE: Final = re.compile(r"[A-Z0-9.\-_]*\d[A-Z0-9.\-_]*|[A-Z]+-[A-Z]+|[A-Z]{3,4}")
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


class Row(NamedTuple):
    """One area as a row states it, or as a row of something inside it does."""

    place: str
    country: str
    level: int
    code: str
    parent: str
    """Code of the area that it lies in; empty for the first level."""
    names: tuple[str, ...]
    """The most own one first."""
    name_ar: str
    valid_from: date | None
    is_own: bool
    """Whether the row is this area's, and not that of an area inside it."""
    replaces: str = ""
    is_over: bool = False
    """Whether the row says that the code is out of force."""


class Count(NamedTuple):
    """A number of residents as a row states it."""

    place: str
    code: str
    year: int
    gender: str
    age: str
    persons: float


@dataclass
class Delivered:
    """What a file holds.

    A row that cannot be read is a problem of its own; a row that lies in nothing speaks against
    all areas of its country, "" where even that is not known.
    """

    rows: list[Row] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    loose: dict[str, list[str]] = field(default_factory=dict)
    trimmed: int = 0
    """Cells that had spaces or invisible signs around their text."""
    unread_days: int = 0
    """Days that are written in a way that could be read as two days."""


class _Table(NamedTuple):
    where: str
    grid: Grid
    first_row: int
    columns: dict[int, Column]


class _WrongRowError(ValueError):
    """A row cannot be used; the message says why."""


class _LooseRowError(_WrongRowError):
    """A row's area lies in nothing, so that the table is no tree."""


def read_area_table(
    content: bytes, name: str, country: str | None, countries: Mapping[str, str]
) -> Delivered:
    """The areas and residents of a file.

    Args:
        content: the file.
        name: its name; the ending says what it is.
        country: ISO 3166-1 alpha-3 code of the country that all rows are of, where told.
        countries: alpha-3 codes by every code and name that a country has, in capitals.

    Raises UnreadableError where it is no table of areas at all.
    """
    tables = [
        table for where, grid in _grids(content, name) if (table := _table(where, grid)) is not None
    ]
    if not tables:
        raise UnreadableError(
            f"{name}: no sheet has a column of P-codes (ADM1_PCODE, admin1Pcode, “P-Code” or "
            "alike) in its first rows."
        )
    delivered = Delivered()
    for table in tables:
        _read(table, name, country, countries, delivered)
    return delivered


def _grids(content: bytes, name: str) -> Iterator[tuple[str, Grid]]:
    is_text = name.lower().endswith(TEXT_ENDINGS)
    for sheet in sheets_of(content, name, _width):
        yield name if is_text else f"{name}{SHEET}{sheet.title or sheet.name}", sheet.grid


def _width(grid: Grid) -> int:
    return max(map(len, grid[:DEEPEST_HEADER]), default=0)


def _table(where: str, grid: Grid) -> _Table | None:
    """The header, of one row or two, and what its columns hold."""
    for height in (1, 2):
        for index in range(min(DEEPEST_HEADER, len(grid))):
            if is_tag_row(grid[index]):
                continue
            after = index + height
            below = grid[after] if after < len(grid) else []
            tags = below if is_tag_row(below) else []
            columns = _columns(_joined(grid[index:after]), tags)
            kinds = {column.kind for column in columns.values()}
            # A bare “P-Code” says nothing of its level, but a row above it may.
            long = "code" in kinds and kinds & {"level", "total", "women"}
            if long or ("codes" in kinds and len(columns) > 1):
                return _Table(where, grid, after, columns)
    return None


def _joined(rows: Grid) -> list[Any]:
    """The texts of a header of several rows; what stands above spaces holds for them too."""
    if len(rows) == 1:
        return rows[0]
    above, upper = "", []
    for cell in rows[0]:
        above = str(cell).strip() if cell not in (None, "") else above
        upper.append(above)
    lower = ["" if cell is None else str(cell) for cell in rows[1]]
    upper += [above] * (len(lower) - len(upper))
    return [f"{outer} {inner}" for outer, inner in zip(upper, lower, strict=False)]


def _columns(headers: list[Any], tags: list[Any]) -> dict[int, Column]:
    padded = [*tags, *[None] * len(headers)]
    found = {
        position: column
        for position, header in enumerate(headers)
        if (column := column_of(header, padded[position])) is not None
    }
    # “code” and “name” alone say nothing where each level has its own.
    wide = any(column.kind == "codes" and column.level for column in found.values())
    alone = {"code", "name", "parent", "level"}
    return {at: one for at, one in found.items() if not (wide and one.kind in alone)}


def _read(
    table: _Table,
    name: str,
    country: str | None,
    countries: Mapping[str, str],
    delivered: Delivered,
) -> None:
    counted = {one.kind for one in table.columns.values()} & {"total", "women", "men"}
    sheet, stem = table.where.rpartition(SHEET)[2], Path(name).stem
    if not counted and not any(map(_tells_areas, table.columns.values())):
        return  # the sheet of a country alone: every other one names it
    for number, cells in enumerate(table.grid[table.first_row :], start=table.first_row + 1):
        filled = [cell for cell in cells if cell is not None and str(cell).strip()]
        if len(filled) <= 1 or is_tag_row(cells) or any(map(is_total, filled)):
            continue
        place, there = f"{table.where}, row {number}", ""
        values: dict[Column, str] = {}
        for at, column in table.columns.items():
            text = _text(cells[at]) if at < len(cells) else ""
            delivered.trimmed += (
                at < len(cells) and isinstance(cells[at], str) and (text != cells[at])
            )
            if text or column not in values:
                values[column] = text
        delivered.unread_days += _unread_days(values)
        try:
            there = _country(values, country, countries)
            if counted:
                delivered.counts.append(_count(place, values, (sheet, stem)))
            else:
                delivered.rows += _rows(place, values, there)
        except _LooseRowError as wrong:
            delivered.loose.setdefault(there, []).append(f"{place}: {wrong}.")
        except _WrongRowError as wrong:
            delivered.problems.append(f"{place}: {wrong}.")


def _tells_areas(column: Column) -> bool:
    return column.kind == "code" or (column.kind == "codes" and column.level != COUNTRY)


def _text(cell: object) -> str:
    """A cell as text, without spaces at its ends and signs that nobody sees."""
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).translate(_INVISIBLE).split())


def _country(values: Mapping[Column, str], told: str | None, countries: Mapping[str, str]) -> str:
    codes = sorted(
        (one.level or 0, text)
        for one, text in values.items()
        if one.kind in {"code", "codes"} and text and one.level != COUNTRY
    )
    said = [
        text
        for one, text in values.items()
        if text and (one.kind == "country" or (one.kind == "codes" and one.level == COUNTRY))
    ]
    letters = re.match(r"[A-Za-z]+", codes[0][1]) if codes else None
    found = next((countries[text.upper()] for text in said if text.upper() in countries), None)
    if told is not None and found not in (None, told):
        raise _WrongRowError(f"it is of {found}, not of {told} as you said")
    found = told or found or (letters and countries.get(letters[0].upper()))
    if found is None:
        what = codes[0][1] if codes else "the row"
        raise _WrongRowError(f"the country of {what} is not known; say it with --country")
    return found


def _rows(place: str, values: Mapping[Column, str], country: str) -> list[Row]:
    codes = {one.level: text for one, text in values.items() if one.kind == "codes" and one.level}
    return _wide(place, values, codes, country) if codes else [_long(place, values, country)]


def _wide(
    place: str, values: Mapping[Column, str], codes: dict[int, str], country: str
) -> list[Row]:
    deepest = max((level for level, code in codes.items() if code), default=0)
    if not deepest:
        raise _WrongRowError("no level has a code")
    if deepest > 1 and deepest - 1 not in codes:
        raise _LooseRowError(
            f"{codes[deepest]} is of level {deepest}, but there is no column for the codes of "
            f"level {deepest - 1}"
        )
    empty = [level for level in codes if level < deepest and not codes[level]]
    if empty:
        raise _LooseRowError(
            f"{codes[deepest]} has no code of level {max(empty)}, so that it lies in nothing"
        )
    made, over = _day(values, "valid_on") or _day(values, "made_on"), _day(values, "valid_to")
    rows = []
    for level in sorted(codes):
        if level > deepest or (level > 1 and level - 1 not in codes):
            continue  # what an outer area lies in, its own rows say
        names, arabic = _names(values, level)
        own = level == deepest
        rows.append(
            Row(
                place,
                country,
                level,
                _code(codes[level]),
                _code(codes[level - 1]) if level > 1 else "",
                names,
                arabic,
                made,
                own,
                _code(_one(values, "replaces")) if own and _one(values, "replaces") else "",
                own and over is not None and over < UNENDING,
            )
        )
    return rows


def _long(place: str, values: Mapping[Column, str], country: str) -> Row:
    code, parent = _code(_one(values, "code")), _one(values, "parent").upper()
    text = _one(values, "level")
    if not re.fullmatch(r"[1-5]", text):
        raise _WrongRowError(f"the level of {code} is “{text}”, but has to be 1 to 5")
    if int(text) > 1 and not parent:
        raise _LooseRowError(f"{code} is of level {text} and says nothing of what it lies in")
    names, arabic = _names(values, None)
    replaced, over = _one(values, "replaces"), _day(values, "valid_to")
    return Row(
        place,
        country,
        int(text),
        code,
        parent if int(text) > 1 else "",
        names,
        arabic,
        _day(values, "valid_on"),
        is_own=True,
        replaces=_code(replaced) if replaced else "",
        is_over=over is not None and over < UNENDING,
    )


def _names(values: Mapping[Column, str], level: int | None) -> tuple[tuple[str, ...], str]:
    """The names of an area in Latin letters, the most own one first, and the Arabic one."""
    kind = "name" if level is None else "names"
    found = sorted(
        (one.rank, one.language, text)
        for one, text in values.items()
        if one.kind == kind and one.level == level and text
    )
    arabic = next((text for *_, text in found if _ARABIC.search(text)), "")
    return tuple(
        dict.fromkeys(text.replace("|", "/") for *_, text in found if not _ARABIC.search(text))
    ), arabic


def _one(values: Mapping[Column, str], kind: str) -> str:
    return next((text for one, text in values.items() if one.kind == kind and text), "")


def _code(text: str) -> str:
    code = western_digits(text).upper()
    if len(code) > LONGEST_CODE or not _CODE.fullmatch(code):
        raise _WrongRowError(f"“{text}” is no code of an area")
    return code


def _day(values: Mapping[Column, str], kind: str) -> date | None:
    """A day as year-month-day, or a year; others could be read in two ways and are left out."""
    text = _one(values, kind)[:10].replace("/", "-")
    try:
        return date(int(text), 1, 1) if _YEAR.fullmatch(text) else date.fromisoformat(text)
    except ValueError:
        return None


def _unread_days(values: Mapping[Column, str]) -> int:
    return sum(
        _day(values, kind) is None and _one(values, kind).casefold() not in NO_DAY
        for kind in ("valid_on", "made_on", "valid_to")
    )


def _count(place: str, values: Mapping[Column, str], titles: tuple[str, ...]) -> Count:
    """The residents of a row; their year may stand in the title of the sheet or of the file."""
    codes = [
        (one.level or 0, text)
        for one, text in values.items()
        if one.kind in {"code", "codes"} and text
    ]
    if not codes:
        raise _WrongRowError("no level has a code")
    level, code = max(codes)
    titled = [year for title in titles for year in _YEAR.findall(title)]
    year = _one(values, "year") or (titled[0] if titled else "")
    if not _YEAR.fullmatch(year):
        raise _WrongRowError(
            f"the year of the residents of {code} is “{year}”; a column “year” has to say it, or "
            "the name of the sheet or of the file"
        )
    total = _one(values, "total")
    parts = [text for kind in ("women", "men") if (text := _one(values, kind))]
    persons = _persons(total, code) if total else sum(_persons(text, code) for text in parts)
    if not total and not parts:
        raise _WrongRowError(f"{code} has no number of residents")
    gender, age = _one(values, "gender").casefold(), _one(values, "age").casefold()
    if not gender and not age:  # F_TL: women of all ages; T_00_04: children
        gender, _, age = _one(values, "group").casefold().partition("_")
    return Count(
        place, code.upper() if level == COUNTRY else _code(code), int(year), gender, age, persons
    )


def _persons(text: str, code: str) -> float:
    plain = re.sub(r"(?<=\d)[,\s](?=\d{3}(?:\D|$))", "", western_digits(text))
    if not re.fullmatch(r"\d+(?:\.\d+)?", plain):
        raise _WrongRowError(f"“{text}” is no number of residents of {code}")
    if re.fullmatch(r"\d{1,3}\.\d{3}", plain):
        raise _WrongRowError(
            f"“{text}” residents of {code} may be thousands or a decimal; write no sign"
        )
    return float(plain)
