"""A source of one's own, exactly as the README tells, from another folder and without an edit."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.command import ROOT, environment
from tests.runs import holds
from tests.servers import RecordedServer

README = (ROOT / "README.md").read_text(encoding="utf-8")
KEY = "a-key-that-nobody-sees"
CAMPS = [
    {"camp": "Atma", "pcode": "SY070301", "day": "2018-01-05", "people": 1200},
    {"camp": "Qah", "pcode": "SY070301", "day": "2018-01-05", "people": 800},
    {"camp": "Nowhere", "pcode": "SY070301", "day": "2018-01-05", "people": -1},
]


def block(name: str) -> str:
    """One of the README's blocks on adding a source."""
    found = re.search(rf"```{name}\n(.*?)```", README, flags=re.DOTALL)
    assert found, name
    return found[1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of one's own with the three pieces, and nothing else."""
    sources, contracts = (
        tmp_path / "own/displacement/sources",
        tmp_path / "own/displacement_schemas",
    )
    sources.mkdir(parents=True)
    contracts.mkdir()
    (sources / "camp_register.py").write_text(block("python source"), encoding="utf-8")
    (contracts / "camp_register_rows.py").write_text(block("python contract"), encoding="utf-8")
    return tmp_path


SCRIPT = """
import json, sys
from pathlib import Path
from displacement.source_status import status_of
from displacement.reference import load_reference
from displacement_schemas import rows_of_sources
from tests.runs import NOW, REFERENCE, publish_tables, take_in_all
from displacement.sources.registry import source_ids
from displacement.intake import run_log, take_in
from displacement.sources.registry import find_source
from displacement.store.store import Store

folder = Path(sys.argv[1])
reference = load_reference(REFERENCE, folder / "sources.toml")
store = Store(folder / "store")
outcome = take_in(
    find_source("camp_register"),
    reference.sources["camp_register"],
    reference,
    store=store,
    inbox=folder,
    now=NOW,
    secrets={"key": sys.argv[2]},
)
store.ledger.add_run("run", run_log("run", NOW, [outcome]))
published = publish_tables(folder / "store", reference)
from displacement_schemas import Stocks
stocks = published.snapshot.read(Stocks)
day = stocks[(stocks["area_code"] == "SY070301")].iloc[0]
print(json.dumps({
    "message": outcome.message, "failed": outcome.failed, "signals": outcome.signals,
    "value": day["value"], "found": "camp_register" in source_ids(),
    "contract": "camp_register_rows" in [one.table_name() for one in rows_of_sources()],
}))
"""


def test_a_source_in_a_folder_of_its_own_needs_no_edit_elsewhere(folder: Path) -> None:
    answer = json.dumps({"camps": CAMPS}).encode()
    with RecordedServer({"/api/camps": answer}) as server:
        declared = block("toml source").replace("https://camps.example.org", server.url)
        (folder / "sources.toml").write_text(declared, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(folder), KEY],
            cwd=ROOT,
            env=environment(folder / "home", PYTHONPATH=f"{folder / 'own'}:{ROOT}"),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        [asked] = server.requests
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["found"]
    assert said["contract"]
    assert said["message"].startswith("2 of 3 rows accepted from 1 files")
    assert said["value"] == 2000
    assert asked.header("x-key") == KEY
    assert asked.header("user-agent").startswith("displacement/")
    assert holds(folder / "store", KEY) == []
