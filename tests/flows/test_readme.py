"""Every command and query of the README does what it says, in a copy of the example."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest

from tests.flows.command import ROOT, environment

pytestmark = pytest.mark.slow

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The code blocks of the README in a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like a clone after `make run`, by the first run of all on a machine."""
    folder = tmp_path_factory.mktemp("clone")
    shutil.copytree(ROOT / "data/inbox", folder / "data/inbox")
    run("displacement refresh", folder, tmp_path_factory.mktemp("first-prefect-home"))
    return folder


def run(command: str, folder: Path, home: Path) -> None:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


def test_the_shell_commands_run(folder: Path, home: Path) -> None:
    commands = [line for block in blocks("bash") for line in block.splitlines() if line]
    assert len(commands) > 8
    for command in commands:
        run(command, folder, home)
    assert (folder / "my-crisis/displacement.toml").is_file()


def test_the_python_reads_the_tables(folder: Path, home: Path) -> None:
    for number, block in enumerate(blocks("python")):
        script = folder / f"block{number}.py"
        script.write_text(block, encoding="utf-8")
        run(f"python {script.name}", folder, home)


def test_the_query_reads_the_tables(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    for block in blocks("sql"):
        assert duckdb.sql(block).fetchall()


def test_the_picture_and_every_linked_file_exist() -> None:
    links = re.findall(r"\]\(([^)#]+)", README.replace("\n", " "))
    assert links
    assert all((ROOT / link).exists() for link in links), links
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
