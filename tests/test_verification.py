"""What is wrong with a store is found, and what can be made again is mended."""

import json
import shutil
from datetime import timedelta

import pytest

from displacement.store.store import Store
from displacement.verification import mend, problems_of
from tests.runs import NOW, UNHCR, VOLUNTEERS, run, write_figures


@pytest.fixture(scope="module")
def original(tmp_path_factory, reference):
    folder = tmp_path_factory.mktemp("original")
    write_figures(folder / "inbox", [UNHCR])
    run(folder / "store", folder / "inbox", reference)
    write_figures(folder / "inbox", [UNHCR, VOLUNTEERS])
    run(folder / "store", folder / "inbox", reference, now=NOW + timedelta(days=1))
    return folder


@pytest.fixture
def made(tmp_path, original):
    """A store with two snapshots that a test may damage, and its inbox beside it."""
    folder = tmp_path / "made"
    shutil.copytree(original, folder, symlinks=True)
    found = Store(folder / "store")
    found.snapshots.point_again()  # copied links are files of their own
    return found


def said(store):
    return [one.says for one in problems_of(store)]


def mended(store):
    mend(store, problems_of(store))
    mend(store, problems_of(store))
    return said(store)


def test_a_whole_store_and_an_empty_one_have_no_problems(made, tmp_path):
    assert said(made) == []
    assert said(Store(tmp_path / "nowhere")) == []


def test_readers_get_the_last_whole_snapshot_and_the_next_run_publishes_again(made, reference):
    current = made.snapshots.current()
    parent = made.snapshots.parent_of(current)
    current.path("estimates").write_bytes(b"PAR1")
    assert any("estimates.parquet is missing or changed" in one for one in said(made))
    assert mended(made) == []
    assert made.snapshots.current() == parent
    inbox, later = made.folder.parent / "inbox", NOW + timedelta(days=1)
    again = run(made.folder, inbox, reference, now=later).published
    assert again.snapshot.snapshot_id == current.snapshot_id
    assert said(made) == []


def test_where_every_snapshot_is_damaged_readers_get_none_until_the_next_run(made, reference):
    for snapshot in made.snapshots.all():
        (snapshot.folder / "manifest.json").write_text("{")
    assert mended(made) == []
    assert made.snapshots.current() is None
    inbox = made.folder.parent / "inbox"
    assert run(made.folder, inbox, reference, now=NOW + timedelta(days=1)).published.is_new
    assert said(made) == []


@pytest.mark.parametrize("pointer", ["current", "current.json", "latest/figures.parquet"])
def test_a_lost_pointer_is_set_again(made, pointer):
    before = made.snapshots.current()
    (made.folder / "published" / pointer).unlink()
    assert "pointers" in said(made)[0]
    assert mended(made) == []
    assert made.snapshots.current() == before


def test_a_damaged_answer_lands_again_with_the_next_run(made, reference):
    path = next(one for one in made.folder.glob("landing/??/*") if one.suffix != ".json")
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    assert said(made) == [f"landing: {path.name} is not what its name says"]
    mend(made, problems_of(made))
    assert path.is_file()
    write_figures(made.folder.parent / "inbox", [UNHCR])
    run(made.folder, made.folder.parent / "inbox", reference, now=NOW + timedelta(days=2))
    write_figures(made.folder.parent / "inbox", [UNHCR, VOLUNTEERS])
    run(made.folder, made.folder.parent / "inbox", reference, now=NOW + timedelta(days=3))
    assert said(made) == []


def test_rows_that_do_not_add_up_and_lost_evidence_are_told(made):
    log = min((made.folder / "ledger/runs").iterdir())
    rows = json.loads(log.read_text())
    rows[0]["accepted"] += 1
    log.write_text(json.dumps(rows))
    for path in made.folder.glob("landing/??/*"):
        path.unlink()
    [lost, unequal] = said(made)
    assert "answers behind its records are gone" in lost
    assert "rows came in, but" in unequal
    assert mended(made) == [lost, unequal]


def test_an_unreadable_note_of_a_window_is_taken_away_so_that_it_is_worked_again(made):
    note = made.folder / "ledger/windows/sheets/2018-01-01_2018-01-31.json"
    note.parent.mkdir(parents=True)
    note.write_text("")
    assert said(made) == [f"ledger: {note.name} cannot be read"]
    assert mended(made) == []
    assert not note.exists()


def test_a_damaged_table_waits_for_a_person(made):
    part = next(made.folder.glob("tables/*/*/records.parquet"))
    part.write_bytes(part.read_bytes()[:-1])
    assert said(made) == mended(made) != []
