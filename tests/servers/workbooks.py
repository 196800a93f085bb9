"""Stand-in of a place where workbooks lie: OCHA's monthly files and a volunteers' sheet by URL."""

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from openpyxl import load_workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from tests.servers.core import StandIn
from tests.servers.exchange import XLSX, Answer, Request, html_answer
from tests.servers.misbehaviour import Misbehaviour
from tests.servers.workbook_files import (
    PRIVATE_COLUMNS,
    SHEET_COLUMNS,
    SheetRow,
    flows,
    name,
    ocha_workbook,
    phone,
    sheet_rows,
    volunteers_workbook,
    written,
)

MONTHS = ("2025-11", "2025-12", "2026-01", "2026-02")
Flows = dict[str, float | None]


class WorkbookServer(StandIn):
    """Workbooks by URL: /ocha/idp-movements-<YYYY-MM>.xlsx and /volunteers/counts.xlsx (or .csv).

    `rows` is the number of communities a month and of rows of the volunteers' sheet. The file of
    a month repeats all `months` up to it in its summary; `revise` changes a month in the files of
    later months only. Files of the months in `stale` are called after the month before. `save`
    writes the files into a folder. Every file has an ETag.
    """

    name: ClassVar[str] = "workbooks"
    source_id: ClassVar[str] = "ocha_idp_movements"

    def __init__(
        self,
        *,
        rows: int = 541,
        seed: int = 1,
        months: Sequence[str] = MONTHS,
        stale: Sequence[str] = ("2026-01",),
        port: int = 0,
    ) -> None:
        super().__init__(key="", port=port)
        self.months = tuple(sorted(months))
        self.stale = tuple(stale)
        self._size = rows
        self._tables = {
            month: (flows(seed, month, "flow", rows), flows(seed, month, "return", rows // 2))
            for month in self.months
        }
        self._revisions: dict[tuple[str, str], float] = {}
        self.sheet: list[SheetRow] = sheet_rows(seed, rows)
        self._files: dict[tuple[str, float], bytes] = {}

    def settings(self) -> dict[str, str]:
        """The addresses of the files."""
        return {f"url_{n}": self.url + path for n, path in enumerate(self.paths(), start=1)}

    def paths(self) -> list[str]:
        """The paths of all files."""
        ocha = [f"/ocha/idp-movements-{month}.xlsx" for month in self.months]
        return [*ocha, "/volunteers/counts.xlsx", "/volunteers/counts.csv"]

    def flow(self, month: str) -> Flows:
        """Arrivals of a month by community, as its own file has them."""
        return dict(self._tables[month][0])

    def returns(self, month: str) -> Flows:
        """Returns of a month by community, as its own file has them."""
        return dict(self._tables[month][1])

    def revise(self, month: str, community: str, people: float) -> None:
        """Revise a community's arrivals of a month: only the summaries of later files tell."""
        self._revisions[month, community] = people
        self._files.clear()

    def save(self, folder: Path) -> list[Path]:
        """Write all files into a folder."""
        found = []
        for path in self.paths():
            file = folder / path.rpartition("/")[2]
            file.write_bytes(self._file(path, 1.0))
            found.append(file)
        return found

    def refuse(self, request: Request) -> Answer:
        """A file that is no longer for everybody."""
        return html_answer("Access denied", "<h1>Please log in</h1>", 403)

    def respond(self, request: Request) -> Answer:
        """The file, or nothing new, or a page that says there is none."""
        if request.path not in self.paths():
            return html_answer("Page not found", "<h1>Page not found</h1>", 404)
        body = self._file(request.path, request.share)
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if request.header("if-none-match") == tag:
            return Answer(status=304, headers={"ETag": tag})
        kind = XLSX if request.path.endswith(".xlsx") else "text/csv; charset=utf-8"
        return Answer(body, content_type=kind, headers={"ETag": tag})

    def spoilt(self, answer: Answer, order: Misbehaviour) -> Answer:
        """Columns of a workbook change in its cells."""
        changes = {"renamed_column", "new_column", "missing_column", "retyped_column"}
        if order.kind not in changes or answer.content_type != XLSX:
            return super().spoilt(answer, order)
        book = load_workbook(io.BytesIO(answer.whole_body()))
        for sheet in book.worksheets:
            _change(sheet, order)
        changed = io.BytesIO()
        book.save(changed)
        return replace(answer, body=changed.getvalue())

    def _file(self, path: str, share: float) -> bytes:
        if (path, share) not in self._files:
            self._files[path, share] = self._made(path, share)
        return self._files[path, share]

    def _made(self, path: str, share: float) -> bytes:
        if path.startswith("/volunteers/"):
            rows = self.sheet[: int(len(self.sheet) * share)]
            return volunteers_workbook(rows) if path.endswith(".xlsx") else _csv(rows)
        month = path.rpartition("movements-")[2].removesuffix(".xlsx")
        tables = {
            past: (self._as_known(past, month, share), _part(self._tables[past][1], share))
            for past in self.months
            if past <= month
        }
        return ocha_workbook(tables, month, stale_name=month in self.stale)

    def _as_known(self, past: str, month: str, share: float) -> Flows:
        found = _part(self._tables[past][0], share)
        revised = {c: people for (m, c), people in self._revisions.items() if m == past}
        return found | revised if past < month else found


def _part(values: Flows, share: float) -> Flows:
    return dict(list(values.items())[: int(len(values) * share)])


def _csv(rows: Sequence[SheetRow]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*SHEET_COLUMNS, *PRIVATE_COLUMNS])
    for number, row in enumerate(rows):
        writer.writerow([*written(row, number), name(number % 40), phone(number % 40)])
    return text.getvalue().encode("utf-8-sig")


def _change(sheet: Worksheet, order: Misbehaviour) -> None:
    top = sheet.iter_rows(max_row=3)
    headers = [cell for row in top for cell in row if isinstance(cell, Cell) and cell.value]
    if order.kind == "new_column" and headers:
        sheet.cell(headers[-1].row, sheet.max_column + 1, order.column or "New column")
    for cell in headers:
        if cell.value != order.column:
            continue
        if order.kind == "renamed_column":
            cell.value = order.to
        elif order.kind == "missing_column":
            sheet.delete_cols(cell.column)
        elif order.kind == "retyped_column":
            below = sheet.iter_rows(cell.row + 1, min_col=cell.column, max_col=cell.column)
            for (value,) in below:
                if not isinstance(value, MergedCell):
                    value.value = order.to
