"""How does a figures file (CSV) become statements? The simplest way in, for people and tests.

Columns as in DESIGN section 9; one row is one figure. A bad row is rejected with its first
problem and costs no good row.
"""

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import pandas as pd
from pandera.typing import DataFrame

from displacement.normalise.places import Gazetteer
from displacement.normalise.privacy import (
    names_person,
    public_address,
    redact_contacts,
    redact_speakers,
)
from displacement.normalise.quantities import read_number
from displacement.sources.area_words import kept_area_text
from displacement.sources.file_names import files_of
from displacement.sources.personal import is_no_number
from displacement.sources.source import Answer, Declaration, Landed, Parsed, Rejection, Request
from displacement_schemas import FiguresFileRows, Statements
from displacement_schemas.vocabulary import (
    STOCKS,
    AreaRole,
    Cause,
    DatePrecision,
    Measure,
    Modality,
    Quantifier,
    Role,
    Term,
    Tier,
    Unit,
)

REQUIRED = ("counter", "published_on", "measure", "stated", "start_date", "end_date")
OPTIONAL = (
    *("quantifier", "stated_high", "unit", "areas", "area_text", "area_role", "publisher"),
    *("event_id", "cause", "role", "record_id", "error", "url", "quote"),
)
COLUMNS = REQUIRED + OPTIONAL
DEFAULTS = {
    "quantifier": Quantifier.EXACT.value,
    "unit": Unit.PERSON.value,
    "area_role": AreaRole.LOCATION.value,
    "cause": Cause.UNKNOWN.value,
}
NAMES = ("counter", "publisher")
"""Of organisations and groups; a person's name is left out."""
AREAS = ("areas", "area_text")
NAMED = ("record_id", "event_id")
"""What rows and events are called; a mail or a phone number is no name of either."""
LEFT_OUT = "…"
"""Stands for words where none belong."""
A_PERSON = "this names a person; name the organisation or group, as in “Local volunteers”"
_SLIP = re.compile(r"[a-z_]{1,25}")
_WORDS = re.compile(r"[^\W\d_]+")
SCHEMA = FiguresFileRows.table_name()

TERMS = {
    Measure.NEW_DISPLACEMENT: Term.DISPLACED,
    Measure.RETURN: Term.RETURNS,
    Measure.CROSS_BORDER_FLIGHT: Term.FORCED_TO_FLEE,
    Measure.CROSS_BORDER_RETURN: Term.RETURNS,
    Measure.IDPS: Term.DISPLACED,
    Measure.RETURNEES: Term.RETURNS,
    Measure.REFUGEES: Term.REFUGEES,
}


class FiguresFile:
    """The files `figures/*.csv` of the inbox."""

    source_id = "figures_file"
    lists_files = True

    def fetch(self, request: Request) -> Iterator[Answer | Rejection]:
        """Each file with the columns of the contract only; unreadable ones are rejections."""
        for path, name in files_of(request.inbox / "figures"):
            if path.suffix == ".csv":
                yield _answer(path, f"figures/{name}", request.areas)

    def parse(self, landed: Landed, declaration: Declaration) -> Parsed:
        """Read and check every row."""
        header, rows, first_row = _table(landed.content.decode("utf-8"))
        signals = _signals(landed.name, header)
        header = [name.removeprefix(DROPPED) for name in header]
        ragged = [n for n, cells in enumerate(rows) if cells and len(cells) != len(header)]
        uneven = set(ragged)
        filled = [n for n, cells in enumerate(rows) if any(cells) and n not in uneven]
        frame = pd.DataFrame([rows[n] for n in filled], columns=header, dtype=object)
        frame.index = pd.Index([n + first_row for n in filled])
        checked = _Checked(frame, landed.name)
        rejections = [
            _ragged(landed.name, n + first_row, len(header), len(rows[n])) for n in ragged
        ]
        good = checked.good_rows(landed.sha256)
        statements = _statements(good)
        return Parsed(
            rows_in=len(filled) + len(ragged),
            statements=statements,
            rejections=sorted(rejections + checked.rejections(), key=lambda r: r.row or 0),
            signals=signals,
        )


SOURCE = FiguresFile()

DROPPED = "dropped:"
"""Marks, in what is landed, the header of a column that was not kept."""


def _answer(path: Path, name: str, areas: Gazetteer | None) -> Answer | Rejection:
    def refuse(check: str, reason: str, column: str | None = None) -> Rejection:
        return Rejection(SCHEMA, name, check, f"{name}: {reason}", column=column)

    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as wrong:
        return refuse("unreadable", f"the file cannot be opened ({wrong.strerror})")
    except UnicodeDecodeError:
        return refuse("encoding", "this is not UTF-8 text; save it as “CSV UTF-8” and try again")
    if not text.strip():
        return refuse("empty_file", "the file is empty; nothing was read from it")
    try:
        header, rows, first_row = _table(text)
    except csv.Error as wrong:
        return refuse("csv", f"this is not a readable CSV file ({wrong})")
    if problem := _header_problem(header, first_row - 1):
        return refuse(*problem)
    return Answer(name, f"inbox:{name}", "text/csv", _allowed(header, rows, first_row, areas))


def _header_problem(header: list[str], row: int) -> tuple[str, str, str] | None:
    """What is wrong with the header, if anything: check, sentence and column."""
    for column in REQUIRED:
        if column not in header:
            return "missing_column", f"row {row}: the column {column!r} is missing", column
    if not {"areas", "area_text"} & set(header):
        return "missing_column", f"row {row}: one of 'areas' and 'area_text' is needed", "areas"
    if repeated := [column for column in COLUMNS if header.count(column) > 1]:
        return "repeated_column", f"row {row}: {repeated[0]!r} stands there twice", repeated[0]
    return None


def _table(text: str) -> tuple[list[str], list[list[str]], int]:
    """Header, rows and the number of the first row, which a spreadsheet counts from 1.

    Cells are stripped; a blank line is an empty row, so that rows keep count.
    """
    lines = [
        [cell.strip() for cell in cells]
        for cells in csv.reader(io.StringIO(text, newline=""), strict=True)
    ]
    above = next((n for n, cells in enumerate(lines) if any(cells)), 0)
    header, *rows = lines[above:] or [[]]
    return [name.lower().replace(" ", "_") for name in header], rows, above + 2


def _allowed(
    header: list[str], rows: list[list[str]], first_row: int, areas: Gazetteer | None
) -> bytes:
    """The file with the columns of the contract only: anything else could name a person."""
    keep = [n for n, name in enumerate(header) if name in COLUMNS]
    others = [
        f"{DROPPED}{_position(n, name, rows)}"
        for n, name in enumerate(header)
        if name not in COLUMNS
    ]
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    writer.writerows([] for _ in range(first_row - 2))
    writer.writerow([header[n] for n in keep] + others)
    persons = _speakers(header, rows)
    for cells in rows:
        if not any(cells):
            writer.writerow([])
        elif len(cells) != len(header):
            # Which cell belongs to which column is unknown, so none is kept.
            writer.writerow([""] * (len(cells) - len(header) + len(keep) + len(others)))
        else:
            said = (LEFT_OUT if cell in persons else cell for cell in cells)
            kept = [
                _cleared(column, cell, areas)
                for column, cell in zip(header, said, strict=True)
                if column in COLUMNS
            ]
            writer.writerow(kept + [""] * len(others))
    return written.getvalue().encode("utf-8")


def _speakers(header: list[str], rows: list[list[str]]) -> set[str]:
    """Counters and publishers whom a quote of the file shows to be private persons."""
    whole = [dict(zip(header, cells, strict=True)) for cells in rows if len(cells) == len(header)]
    named = {row[name] for row in whole for name in NAMES if row.get(name)}
    quotes = {row["quote"] for row in whole if row.get("quote")}
    telling = {quote for quote in quotes if any(one in quote for one in named)}
    cleared = {quote: redact_speakers(quote) for quote in telling}
    return {
        one
        for one in named
        if any(one in said and one not in left for said, left in cleared.items())
    }


def _cleared(column: str, cell: str, areas: Gazetteer | None) -> str:
    """A cell as it lands: no names of people, no ways to reach them anywhere.

    Where a number, a day or a word of a list belongs, other words may be a name; one word in
    small letters is a slip that may be told.
    """
    if column == "quote":
        return redact_speakers(cell) if cell else cell
    if column == "url":
        return public_address(cell)
    if column in NAMED:
        return "" if redact_contacts(cell) != cell else cell
    if column in NAMES:
        return LEFT_OUT if names_person(cell) else redact_contacts(cell)
    if column in AREAS:
        return kept_area_text(redact_contacts(cell), areas) if cell else cell
    return _cleared_value(column, cell)


def _cleared_value(column: str, cell: str) -> str:
    """A number, a day or a word of a list; of what is none only signs that lead to nobody."""
    if _is_readable(column, cell) or _SLIP.fullmatch(cell):
        return cell
    if column not in _VOCABULARIES and is_no_number(cell):
        return LEFT_OUT
    return _WORDS.sub(LEFT_OUT, redact_contacts(cell))


def _is_readable(column: str, cell: str) -> bool:
    if column in _VOCABULARIES:
        return cell in list(_VOCABULARIES[column])
    try:
        _READERS[column](cell)
    except ValueError:
        return False
    return True


def _position(number: int, name: str, rows: list[list[str]]) -> str:
    """Where a dropped column stands; its header may itself be personal.

    Spreadsheets append empty columns without a name; only one with values is worth a word.
    """
    used = name or any(any(cells[number : number + 1]) for cells in rows)
    return str(number + 1) if used else ""


def _signals(name: str, header: list[str]) -> list[str]:
    dropped = [name.removeprefix(DROPPED) for name in header if name.startswith(DROPPED)]
    return [
        f"{name}: column number {column} is not part of a figures file and was not read"
        for column in dropped
        if column
    ]


def _ragged(file: str, row: int, expected: int, found: int) -> Rejection:
    reason = f"{file}, row {row}: {found} cells where the header has {expected}"
    return Rejection(SCHEMA, file, "cells", reason, row=row)


class _Checked:
    """The rows of one file with their values read, and the first problem of every bad one."""

    def __init__(self, frame: pd.DataFrame, file: str) -> None:
        self._file = file
        self._text = pd.DataFrame(
            {name: frame.get(name, "") for name in COLUMNS}, index=frame.index
        )
        self._read: dict[str, pd.Series[Any]] = {}
        self._problem: dict[int, tuple[str, str, str]] = {}
        for name, default in DEFAULTS.items():
            self._text[name] = self._text[name].where(self._text[name] != "", default)
        self._check_all()

    def good_rows(self, landing_sha256: str) -> DataFrame[FiguresFileRows]:
        """The rows without a problem."""
        good = self._text[~self._text.index.isin(list(self._problem))]
        columns: dict[str, Any] = {
            name: self._read[name].reindex(good.index)
            if name in self._read
            else _or_null(good[name])
            for name in COLUMNS
        }
        size = len(good)
        columns |= {"file": [self._file] * size, "row": good.index.to_numpy(dtype="int64")}
        return FiguresFileRows.build(columns | {"landing_sha256": [landing_sha256] * size})

    def rejections(self) -> list[Rejection]:
        """One per bad row."""
        return [
            Rejection(
                schema=SCHEMA,
                file=self._file,
                check=check,
                reason=f"{self._file}, row {row}, column {column!r}: {problem}",
                row=row,
                column=column,
                value=str(self._text.loc[row, column]) or None,
            )
            for row, (column, check, problem) in self._problem.items()
        ]

    def _check_all(self) -> None:
        for name in ("counter", "measure"):
            self._flag(name, "required", self._text[name] == "", lambda _: "a value is needed here")
        for name in NAMES:
            self._flag(name, "person", self._text[name] == LEFT_OUT, lambda _: A_PERSON)
        for name, words in _VOCABULARIES.items():
            self._check_words(name, words)
        vague = self._text["quantifier"] == Quantifier.VAGUE
        for name in _READERS:
            needed = ~vague if name == "stated" else name in REQUIRED
            self._read_column(name, required=needed)
        self._check_sense()

    def _check_sense(self) -> None:
        start, end = self._read["start_date"], self._read["end_date"]
        known = start.notna() & end.notna()
        backwards = pd.Series(data=False, index=start.index)
        backwards[known] = end[known] < start[known]
        self._flag("end_date", "end_before_start", backwards, self._backwards)
        stock = self._text["measure"].isin([measure.value for measure in STOCKS])
        apart = pd.Series(data=False, index=start.index)
        apart[known] = stock[known] & (end[known] != start[known])
        self._flag("end_date", "stock_on_a_day", apart, lambda _: "a stock holds on one day")
        ranged = self._text["quantifier"] == Quantifier.RANGE
        low, high = self._read["stated"].astype(float), self._read["stated_high"].astype(float)
        wrong = ranged & ~(high >= low)
        self._flag(
            "stated_high", "range", wrong, lambda _: "a range needs a high end above its low"
        )
        error = self._read["error"].astype(float)
        outside = error.notna() & ~((error > 0) & (error < 1))
        self._flag("error", "error_share", outside, lambda _: "an error lies between 0 and 1")
        nowhere = (self._text["areas"] == "") & (self._text["area_text"] == "")
        self._flag("areas", "no_area", nowhere, lambda _: "'areas' or 'area_text' is needed")
        numbered = self._text["record_id"]
        twice = (numbered != "") & numbered.duplicated()
        self._flag(
            "record_id", "repeated_id", twice, lambda row: f"{numbered[row]!r} is used twice"
        )

    def _backwards(self, row: int) -> str:
        end, start = (str(self._text.loc[row, name]) for name in ("end_date", "start_date"))
        return f"the period ends ({end}) before it starts ({start})"

    def _check_words(self, name: str, words: type[StrEnum]) -> None:
        given = self._text[name]
        unknown = (given != "") & ~given.isin([word.value for word in words])
        choice = ", ".join(words)
        self._flag(name, "vocabulary", unknown, lambda row: f"{given[row]!r} is none of: {choice}")

    def _read_column(self, name: str, *, required: "bool | pd.Series[bool]") -> None:
        """Read every distinct text of a column once."""
        read = _READERS[name]
        given = self._text[name]
        values: dict[str, Any] = {"": None}
        problems: dict[str, str] = {}
        for text in given.unique():
            try:
                values[text] = read(text) if text else None
            except ValueError as wrong:
                problems[text] = str(wrong)
        self._read[name] = pd.Series(
            [values.get(text) for text in given], given.index, dtype=object
        )
        needed = (given == "") & required
        self._flag(name, "required", needed, lambda _: "a value is needed here")
        self._flag(name, "readable", given.isin(list(problems)), lambda row: problems[given[row]])

    def _flag(
        self, column: str, check: str, wrong: "pd.Series[bool]", say: Callable[[int], str]
    ) -> None:
        for row in self._text.index[wrong.to_numpy(dtype=bool)]:
            self._problem.setdefault(int(row), (column, check, say(int(row))))


_VOCABULARIES: dict[str, type[StrEnum]] = {
    "measure": Measure,
    "quantifier": Quantifier,
    "unit": Unit,
    "area_role": AreaRole,
    "cause": Cause,
    "role": Role,
}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no day; write it as 2018-01-31") from None


def _share(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{text!r} is no share; write it as 0.15") from None


_READERS: dict[str, Callable[[str], Any]] = {
    "published_on": _day,
    "start_date": _day,
    "end_date": _day,
    "stated": read_number,
    "stated_high": read_number,
    "error": _share,
}


def _or_null(column: "pd.Series[str]") -> "pd.Series[Any]":
    return column.where(column != "", None)


def _statements(rows: DataFrame[FiguresFileRows]) -> DataFrame[Statements]:
    size = len(rows)
    same = ["counter", "publisher", "measure", "cause", "role", "unit", "quantifier", "stated"]
    same += ["stated_high", "error", "start_date", "end_date", "event_id", "area_role", "quote"]
    same += ["published_on", "url", "landing_sha256", "file", "row"]
    columns: dict[str, Any] = {name: rows[name] for name in same}
    text = rows["area_text"].fillna(rows["areas"])
    columns |= {
        "source_record_id": _record_ids(rows),
        "term": [TERMS[Measure(measure)].value for measure in rows["measure"]],
        "modality": [Modality.ASSERTED.value] * size,
        "in_words": [False] * size,
        "date_precision": [DatePrecision.DAY.value] * size,
        "area_codes": rows["areas"],
        "area_names": rows["area_text"].where(rows["areas"].isna(), None),
        "area_text": text,
        "tier": [Tier.ACCEPTED.value] * size,
        "rule_id": ["figures_file.row"] * size,
    }
    return Statements.build(columns)


def _record_ids(rows: DataFrame[FiguresFileRows]) -> list[str]:
    """The publisher's own id, else what identifies the row apart from its numbers.

    So a corrected number is a revision of its record, not another record.
    """
    identity = ["counter", "published_on", "measure", "areas", "area_text", "area_role"]
    identity += ["start_date", "end_date", "event_id", "unit", "cause", "role"]
    words = rows[identity].astype("string").fillna("")
    keys = words["counter"].str.cat(words[identity[1:]], sep="\x1f")
    digests = [hashlib.sha256(key.encode()).hexdigest()[:12] for key in keys]
    own = rows["record_id"].to_numpy(dtype=object)
    names = pd.Series([o if isinstance(o, str) else d for o, d in zip(own, digests, strict=True)])
    again = names.groupby(names).cumcount()
    numbered = names.where(again == 0, names + "-" + (again + 1).astype(str))
    return [f"{file}#{name}" for file, name in zip(rows["file"], numbered, strict=True)]
