"""What do workbooks at an address or in a folder say? OCHA's monthly layout, or a declared one.

`fetch` lands only allow-listed columns, cleared of personal data; `parse` reads each row.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from displacement.normalise.dates import read_day
from displacement.normalise.places import Gazetteer
from displacement.sources.file_names import files_of
from displacement.sources.sheets.rows import read_table
from displacement.sources.sheets.signals import signals_of
from displacement.sources.sheets.statements import statements_of
from displacement.sources.sheets.workbook import (
    Sheet,
    UnreadableError,
    known_headers,
    named_headers,
    sheets_of,
    table_of,
)
from displacement.sources.source import (
    Answer,
    Declaration,
    Failure,
    Landed,
    Parsed,
    Rejection,
    Request,
    SourceError,
)
from displacement.sources.wire import Client, Expected, Query, ask_all
from displacement.sources.workbooks import ocha
from displacement.sources.workbooks.listed import Layout, Listed, days_of, listed_files, month_of
from displacement_schemas import SheetRows, Statements
from displacement_schemas.vocabulary import DatePrecision

READABLE: Final = frozenset({".xlsx", ".csv"})
OTHER_WORKBOOKS: Final = frozenset({".xls", ".xlsm", ".xlsb", ".ods", ".numbers"})
MOSTLY: Final = 0.5
"""A sheet with more than this share of the declared headers is meant to have them all."""

_DAY_IN_NAME: Final = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")


class Workbooks:
    """The workbooks that the configuration lists, each at an address or in a folder.

    What was read stays: a file that is taken out of its folder or of the list keeps its figures,
    as an address does that stops answering. Rows that are gone from a file are withdrawn.
    """

    source_id = "workbooks"
    lists_files = False

    def fetch(self, request: Request) -> Iterator[Answer | Rejection | Failure]:
        """The allowed cells of each file as JSON; a file that fails costs only itself."""
        listed = listed_files(request.declaration)
        asked = []
        for entry in listed:
            if entry.folder is not None:
                yield from _from_folder(entry, entry.folder, request.areas)
            elif _needs_month(entry) and not _month(entry, entry.url or ""):
                yield _no_month(entry, _name(entry), "address")
            else:
                asked.append(Query(_name(entry), entry))
        if asked:
            client = Client(request, discreet=True)
            yield from ask_all(client, asked, lambda query: _from_url(client, query, request.areas))

    def parse(self, landed: Landed, declaration: Declaration) -> Parsed:
        """Read and check every row of a landed file."""
        body = json.loads(landed.content)
        if body["layout"] == Layout.OCHA:
            return ocha.parse(landed, body)
        return _parse_sheets(landed, body, declaration)


SOURCE = Workbooks()


def _from_folder(
    entry: Listed, place: str, areas: Gazetteer | None
) -> Iterator[Answer | Rejection | Failure]:
    folder = Path(place)
    if not folder.is_dir():
        reason = f"{_name(entry)}: there is no folder {place}; make it, or change the entry"
        yield Failure(_name(entry), reason)
        return
    for path, called in files_of(folder):
        suffix = path.suffix.lower()
        if not path.is_file() or path.name.startswith((".", "~$")):
            continue
        name = f"{_name(entry)}/{called}"
        if suffix in OTHER_WORKBOOKS:
            reason = f"{name}: it is neither .xlsx nor .csv; save it as one of them."
            yield Rejection(_schema(entry), name, "unreadable_file", reason)
        elif suffix in READABLE:
            yield from _from_file(entry, path, name, areas)


def _from_file(
    entry: Listed, path: Path, name: str, areas: Gazetteer | None
) -> Iterator[Answer | Rejection]:
    if _needs_month(entry) and not _month(entry, path.name):
        yield _no_month(entry, name, "file")
        return
    try:
        called = name.rpartition("/")[2]
        landings = _landings(entry, path.read_bytes(), called, path.name, areas=areas)
    except OSError as error:
        reason = f"{name}: it cannot be opened ({error.strerror})."
        yield Rejection(_schema(entry), name, "unreadable_file", reason)
    except UnreadableError as error:
        yield Rejection(_schema(entry), name, "unreadable_file", f"{name}: {error}")
    else:
        for content in landings:
            yield Answer(name, f"folder:{name}", "application/json", content)


def _from_url(client: Client, query: Query, areas: Gazetteer | None) -> Iterable[Answer]:
    entry: Listed = query.what
    url = entry.url or ""
    reply = client.get(url, expected=Expected.CSV if entry.is_csv else Expected.WORKBOOK)
    called = entry.name + (".csv" if entry.is_csv else ".xlsx")
    try:
        landings = _landings(
            entry, reply.body, called, url, areas=areas, url=_public(reply.url, entry)
        )
    except UnreadableError as wrong:
        raise SourceError(str(wrong)) from None
    for content in landings:
        yield replace(reply.answer(query, content), url=_public(reply.url, entry) or query.name)


def _public(url: str, entry: Listed) -> str | None:
    """The address that may be told: a link to volunteers' sheet opens its personal columns."""
    return url.partition("?")[0] if entry.layout is Layout.OCHA else None


def _landings(
    entry: Listed,
    content: bytes,
    called: str,
    named: str,
    *,
    areas: Gazetteer | None,
    url: str | None = None,
) -> list[bytes]:
    """What lands of each sheet of a file: canonical JSON, the same on every machine.

    `named` is the name or address that may tell a month or a day of publication.
    """
    if entry.layout is Layout.OCHA:
        bodies = ocha.landings_of(sheets_of(content, called), _month(entry, named) or "", areas)
    else:
        bodies = _sheet_landings(
            entry,
            sheets_of(content, called, partial(known_headers, declared=entry.headers)),
            areas,
        )
        month = None if entry.has_dates else _month(entry, named)
        bodies = [body | {"month": month} for body in bodies]
    meta = entry.meta()
    if meta["published_on"] is None:
        meta["published_on"] = _day_in(named)
    shared = {"layout": entry.layout, "meta": meta, "url": url}
    return [_canonical(body | shared) for body in bodies]


def _canonical(body: dict[str, Any]) -> bytes:
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8")


def _sheet_landings(
    entry: Listed, sheets: list[Sheet], areas: Gazetteer | None
) -> list[dict[str, Any]]:
    headers = entry.headers
    tables, left_out = [], []
    for sheet in sheets:
        if len(named_headers(sheet, headers)) > MOSTLY * len(headers):
            tables.append(table_of(sheet, headers, areas=areas))
        elif any(any(str(cell or "").strip() for cell in row) for row in sheet.grid):
            left_out.append(_lacking(sheet, entry))
    if not tables:
        raise UnreadableError(" ".join(left_out))
    return [
        {"sheets": [table], "left_out": [] if number else left_out}
        for number, table in enumerate(tables)
    ]


def _lacking(sheet: Sheet, entry: Listed) -> str:
    try:
        table_of(sheet, entry.headers)
    except UnreadableError as error:
        return str(error)
    return f"sheet {sheet.name} has its headers in several rows; put them into one."


def _parse_sheets(landed: Landed, body: dict[str, Any], declaration: Declaration) -> Parsed:
    days = days_of(body["month"]) if body["month"] else None
    tables = [read_table(table, landed.name, landed.sha256, days) for table in body["sheets"]]
    frame = SheetRows.from_rows([record for table in tables for record in table.records])
    statements = statements_of(frame, body["meta"], declaration)
    if len(statements):
        own = statements["source_record_id"].str.replace("workbooks/", "workbooks:", n=1)
        precision = DatePrecision.MONTH if days else DatePrecision.DAY
        columns = {str(name): statements[name] for name in statements.columns} | {
            "source_record_id": own,
            "date_precision": precision,
            "url": body["url"],
            "rule_id": "workbooks.sheet",
        }
        statements = Statements.build(columns)
    rejections = [rejection for table in tables for rejection in table.rejections]
    return Parsed(
        rows_in=len(statements) + len(rejections),
        statements=statements,
        rejections=rejections,
        signals=signals_of(landed.name, body, tables, statements),
    )


def _name(entry: Listed) -> str:
    return f"workbooks/{entry.name}"


def _schema(entry: Listed) -> str:
    return ocha.SCHEMA if entry.layout is Layout.OCHA else SheetRows.table_name()


def _needs_month(entry: Listed) -> bool:
    return entry.layout is Layout.OCHA or not entry.has_dates


def _month(entry: Listed, named: str) -> str | None:
    return entry.month or month_of(named)


def _no_month(entry: Listed, name: str, what: str) -> Rejection:
    reason = (
        f'{name}: nothing says which month it holds; set month = "YYYY-MM" for the entry, or put '
        f"one month into the name of the {what}, like 2019-01 or January_2019."
    )
    return Rejection(_schema(entry), name, "missing_month", reason)


def _day_in(named: str) -> str | None:
    """The day of publication that a name holds."""
    found = _DAY_IN_NAME.search(named.rpartition("/")[2])
    try:
        return read_day(found[0]).isoformat() if found else None
    except ValueError:
        return None
