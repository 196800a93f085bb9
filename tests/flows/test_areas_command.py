"""The commands about areas, as a user types them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from displacement_flows.cli import app

LIST = """Location,Admin Level,P-Code,Name,Parent P-Code,Valid from date
YEM,1,YE26,Marib,YEM,2025-01-01
YEM,2,YE2601,Majzar,YE26,2025-01-01
"""


@pytest.fixture
def run(store: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DISPLACEMENT_STORE", str(store))

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, list(words))

    return run


def test_a_list_is_imported_once_and_its_areas_are_shown(run, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    first = run("areas", "import", "list.csv", "--country", "YE")
    assert (first.exit_code, "2 areas of 1 countries" in first.output) == (0, True), first.output
    again = run("areas", "import", "list.csv", "--country", "YE")
    assert "Nothing new" in again.output
    shown = json.loads(run("areas", "show", "ye2601", "--json").output)
    assert shown["areas"][0]["name"] == "Majzar"
    assert "Marib (YE26)" in run("areas", "show", "YE2601").output
    assert run("areas", "check").exit_code == 0


def test_an_old_code_says_so_wherever_it_is_asked_for(run, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    longer = LIST.replace("YE26", "YE026").replace("2025", "2026")
    (tmp_path / "longer.csv").write_text(longer, encoding="utf-8")
    run("areas", "import", "list.csv")
    run("areas", "import", "longer.csv")
    assert "YE2601 (Majzar) is an old code" in run("areas", "show", "YE2601").output
    found = json.loads(run("match", "YE2601", "--json").output)[0]
    assert (found["code"], found["method"]) == ("YE02601", "code")
    assert "old code" in found["reason"]


def test_a_list_that_does_not_nest_ends_with_status_1_and_a_strange_file_with_2(
    run, tmp_path: Path
) -> None:
    loose = LIST.replace(",YE26,2025", ",YE99,2025")
    (tmp_path / "list.csv").write_text(loose, encoding="utf-8")
    refused = run("areas", "import", "list.csv")
    assert refused.exit_code == 1
    assert "list.csv, row 3: YE2601 (Majzar) lies in YE99" in refused.output
    (tmp_path / "strange.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert run("areas", "import", "strange.csv").exit_code == 2
    assert run("areas", "import", "missing.csv").exit_code == 2
    assert run("areas", "show", "QQ1").exit_code == 2


def test_populations_of_governorates_are_shown_by_year(run) -> None:
    area = json.loads(run("areas", "show", "SY07", "--json").output)["areas"][0]
    years = {one["year"]: one["population"] for one in area["populations"]}
    assert years[2004] == 1_258_427
    assert years[2016] == 1_445_000
