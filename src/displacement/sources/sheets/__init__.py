"""How do workbooks and CSV sheets of local volunteers become statements?

`fetch` lands only the columns on the allow-list, cleared of personal data; `parse` reads each row,
rejects the bad ones with a sentence, and checks the totals that the counters wrote themselves.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from displacement.normalise.dates import read_day
from displacement.normalise.places import Gazetteer
from displacement.normalise.privacy import names_person
from displacement.sources.enumerators import Token, tokens
from displacement.sources.file_names import files_of
from displacement.sources.personal import looks_personal
from displacement.sources.sheets.rows import read_table
from displacement.sources.sheets.signals import signals_of
from displacement.sources.sheets.statements import statements_of
from displacement.sources.sheets.workbook import (
    UnreadableError,
    read_sheets,
    table_of,
)
from displacement.sources.sidecar import read_sidecar
from displacement.sources.source import Answer, Declaration, Landed, Parsed, Rejection, Request
from displacement_schemas import SheetRows
from displacement_schemas.vocabulary import AreaRole, Cause, Measure

FOLDER: Final = "volunteers"
READABLE: Final = frozenset({".xlsx", ".csv"})
COMPANIONS: Final = frozenset({".toml", ".md", ".txt"})
WORDS: Final = {"measure": Measure, "area_role": AreaRole, "cause": Cause}
SIDECAR_KEYS: Final = ("counter", "publisher", "published_on", *WORDS)

_DAY_IN_NAME: Final = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")


class Sheets:
    """The workbooks and sheets `volunteers/*.xlsx` and `volunteers/*.csv` of the inbox."""

    source_id = "sheets"
    lists_files = True

    def fetch(self, request: Request) -> Iterator[Answer | Rejection]:
        """Each sheet's allowed cells as JSON; a file that cannot be used is one rejection."""
        token = tokens(request.secrets)
        for path, name in files_of(request.inbox / FOLDER):
            if path.is_file() and not path.name.startswith((".", "~$")):
                yield from _answers(path, name, token, request.areas)

    def parse(self, landed: Landed, declaration: Declaration) -> Parsed:
        """Read and check every row of a landed sheet."""
        body = json.loads(landed.content)
        tables = [read_table(table, landed.name, landed.sha256) for table in body["sheets"]]
        frame = SheetRows.from_rows([record for table in tables for record in table.records])
        statements = statements_of(frame, body["meta"], declaration)
        rejections = [rejection for table in tables for rejection in table.rejections]
        return Parsed(
            rows_in=len(statements) + len(rejections),
            statements=statements,
            rejections=rejections,
            signals=signals_of(landed.name, body, tables, statements),
        )


SOURCE = Sheets()


def _answers(
    path: Path, called: str, token: Token | None, areas: Gazetteer | None
) -> Iterator[Answer | Rejection]:
    name = f"{FOLDER}/{called}"
    if path.suffix.lower() in COMPANIONS:
        return
    try:
        content = _landing(path, called, token, areas)
    except UnreadableError as error:
        yield Rejection(SheetRows.table_name(), name, "unreadable_file", f"{FOLDER}/{error}")
    else:
        yield Answer(name, f"inbox:{name}", "application/json", content)


def _landing(path: Path, called: str, token: Token | None, areas: Gazetteer | None) -> bytes:
    """What lands of one file: canonical JSON, the same for the same sheet on every machine."""
    if path.suffix.lower() not in READABLE:
        raise UnreadableError(
            f"{called} is neither .xlsx nor .csv; save it as one of them, or take it out."
        )
    tables, left_out = [], []
    for sheet in read_sheets(path, called):
        if not any(any(str(cell or "").strip() for cell in row) for row in sheet.grid):
            continue
        try:
            tables.append(table_of(sheet, token=token, areas=areas))
        except UnreadableError as error:
            left_out.append(str(error))
    if not tables:
        raise UnreadableError(f"{called}: {' '.join(left_out)}")
    body = {"meta": _meta(path, called), "sheets": tables, "left_out": left_out}
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8")


def _meta(path: Path, called: str) -> dict[str, str | None]:
    """Who counted and when it was known: from the sidecar, the day else from the file name."""
    beside = path.with_suffix(".toml")
    given = _sidecar(beside, str(Path(called).with_suffix(beside.suffix)))
    meta = {key: given.get(key) for key in SIDECAR_KEYS}
    if meta["published_on"] is None and (found := _DAY_IN_NAME.search(path.stem)):
        meta["published_on"] = _day(found[0], called)
    return meta


def _sidecar(path: Path, called: str) -> dict[str, str]:
    try:
        given = read_sidecar(path)
    except ValueError as error:
        raise UnreadableError(f"{called} {error}.") from None
    if set(given) - set(SIDECAR_KEYS):
        raise UnreadableError(
            f"{called} has an unknown key; it may hold {', '.join(SIDECAR_KEYS)}."
        )
    return {key: _checked(called, key, value) for key, value in given.items()}


def _checked(file: str, key: str, value: Any) -> str:
    if key == "published_on":
        return _day(value, file)
    if key in WORDS and value not in list(WORDS[key]):
        raise UnreadableError(f"{file}: {key} must be one of {', '.join(WORDS[key])}.")
    if not isinstance(value, str) or not value.strip() or looks_personal(value):
        raise UnreadableError(f"{file}: {key} must be the name of an organisation or group.")
    if names_person(value):
        raise UnreadableError(
            f"{file}: {key} names a person; name the organisation or group, as in "
            "“Local volunteers”."
        )
    return value.strip()


def _day(value: object, file: str) -> str:
    try:
        return read_day(value).isoformat()
    except ValueError as error:
        told = "write it as 2018-01-31" if re.search(r"[^\W\d_]", str(value)) else error
        raise UnreadableError(f"{file}: the day of publication, {told}.") from None
