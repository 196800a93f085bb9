"""The workbooks lie where they should and have the layout and quirks of the real ones."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from openpyxl import Workbook, load_workbook

from tests.servers import PERSONAL_MARKERS
from tests.servers.workbook_files import COLUMNS
from tests.servers.workbooks import WorkbookServer


@pytest.fixture
def server() -> Iterator[WorkbookServer]:
    with WorkbookServer(rows=120, seed=1) as workbooks:
        yield workbooks


def book(server: WorkbookServer, path: str) -> Workbook:
    answer = requests.get(server.url + path, timeout=10)
    assert answer.content[:2] == b"PK"
    return load_workbook(io.BytesIO(answer.content))


def test_a_month_has_the_sheets_and_columns_of_ocha(server: WorkbookServer) -> None:
    found = book(server, "/ocha/idp-movements-2025-12.xlsx")
    assert found.sheetnames == [
        "December_IDPflow", "December_Retflow", "IDPFlow_Summarysince2016",
        "RetFlow_Summary_SinceAugust2018", "Table-Origin_vs_Departure",
        "ReturnTABLE-Origin_vs_Departure",
    ]  # fmt: skip
    header, *rows = found["December_IDPflow"].iter_rows(values_only=True)
    assert header == (*COLUMNS, "IDP_Flow_Estimation")
    table = {row[7]: row[8] for row in rows if row[7]}
    assert table == server.flow("2025-12")
    assert None in table.values()
    assert any(value and value % 1 == 0.5 for value in table.values())
    below = [row[0] for row in rows if not row[7]]
    assert below == [None, "Total 2025", "Average of IDP flow per day", "Number of communities"]


def test_sheet_names_can_be_stale_and_spellings_vary_with_the_month(
    server: WorkbookServer,
) -> None:
    january = book(server, "/ocha/idp-movements-2026-01.xlsx")["December_IDPflow"]
    totals = [row[0] for row in january.iter_rows(values_only=True)]
    assert "Total 2025" in totals
    assert "Idleb" in totals
    february = book(server, "/ocha/idp-movements-2026-02.xlsx")["February_IDPflow"]
    assert "Idlib" in [row[0] for row in february.iter_rows(values_only=True)]


def test_a_summary_repeats_earlier_months_and_tells_revisions(server: WorkbookServer) -> None:
    def november(path: str) -> float:
        sheet = book(server, path)["IDPFlow_Summarysince2016"]
        assert (sheet["B1"].value, sheet["C1"].value, sheet["N2"].value) == (2025, None, "Total")
        rows = {row[0]: row for row in sheet.iter_rows(values_only=True)}
        total: float = rows["Grand Total"][11]
        assert total == rows["Hama"][11] + (rows["Idleb"][11])
        return total

    before = november("/ocha/idp-movements-2026-02.xlsx")
    flow = server.flow("2025-11")
    assert before == sum(value or 0 for value in flow.values())
    community = next(code for code, value in flow.items() if value == round(value or 0.5))
    server.revise("2025-11", community, (flow[community] or 0) + 100)
    assert november("/ocha/idp-movements-2026-02.xlsx") == before + 100
    assert november("/ocha/idp-movements-2025-11.xlsx") == before


def test_a_volunteers_sheet_has_a_title_digits_of_many_kinds_and_names(
    server: WorkbookServer,
) -> None:
    found = book(server, "/volunteers/counts.xlsx")
    title, header, *rows = found.worksheets[0].iter_rows(values_only=True)
    assert title[0]
    assert title[1] is None
    assert "عدد العائلات" in header
    assert len(rows) == len(server.sheet) == 120
    assert int(rows[1][5]) == server.sheet[1].households
    assert any(sign in "٠١٢٣٤٥٦٧٨٩" for sign in rows[1][5])
    assert found["hidden"].sheet_state == "hidden"
    assert found.properties.creator.startswith(PERSONAL_MARKERS[0])


def test_the_sheet_comes_as_csv_too_and_a_file_is_named_by_its_etag(
    server: WorkbookServer,
) -> None:
    answer = requests.get(f"{server.url}/volunteers/counts.csv", timeout=5)
    assert answer.content[:3] == b"\xef\xbb\xbf"
    seen = {"If-None-Match": answer.headers["ETag"]}
    again = requests.get(f"{server.url}/volunteers/counts.csv", headers=seen, timeout=5)
    assert (again.status_code, again.content) == (304, b"")
    assert requests.get(f"{server.url}/volunteers/other.csv", timeout=5).status_code == 404


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
        WorkbookServer(rows=20, seed=3).save(folder)
    one, two = ({file.name: file.read_bytes() for file in f.iterdir()} for f in folders)
    assert one == two
    assert len(one) == 6


def test_a_column_of_a_workbook_can_change_and_rows_can_vanish(server: WorkbookServer) -> None:
    path = "/ocha/idp-movements-2025-12.xlsx"
    server.misbehave("renamed_column", column="IDP_Flow_Estimation", to="IDPs")
    assert book(server, path).worksheets[0]["I1"].value == "IDPs"
    server.misbehave("missing_column", column="Mantika")
    assert book(server, path).worksheets[0]["C1"].value == "Mantika PCODE"
    server.misbehave("smaller", share=0.1)
    assert book(server, path).worksheets[0].max_row == 1 + 12 + 4
