"""Readers get one whole snapshot, whatever happens to the one who publishes."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from displacement.store.files import ASIDE, remove_leftovers
from displacement.store.snapshots import Snapshots
from displacement_schemas import PUBLISHED, FigureAreas, Table

ROOT = Path(__file__).parents[2]
ABOUT = {"as_of": "2018-01-10", "parent": None}
KILLS = 10

PUBLISHER = """
import sys
from itertools import count
from pathlib import Path
from tests.store.test_snapshots import publish

print("ready", flush=True)
for number in count(int(sys.argv[2])):
    publish(Path(sys.argv[1]), number)
"""
CRAMPED = """
import resource, signal, sys
from pathlib import Path
from tests.store.test_snapshots import publish

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
publish(Path(sys.argv[1]), 2)
"""


def tables(number: int) -> dict[str, Table]:
    """Tables that say one number: as many links as that, all named after it."""
    link = {"area_code": "SY07", "code_system": "ocha_pcode", "match_method": "code"}
    links = [
        link | {"figure_id": f"{number}-{n:03d}", "match_score": 100.0} for n in range(number % 7)
    ]
    frames = {model.table_name(): model.empty() for model in PUBLISHED}
    return frames | {"figure_areas": FigureAreas.from_rows(links)}


def publish(store: Path, number: int):
    """Publish the snapshot of a number, with a page that is larger than the tables."""
    page = {"report.html": f"<p>{number}</p>".encode() * 4_000}
    return Snapshots(store).publish(f"snapshot-{number:04d}", tables(number), page, ABOUT)


def number_of(folder: Path) -> int:
    """The number that a published folder says, after making sure that all of it says so."""
    manifest = json.loads((folder / "manifest.json").read_text())
    number = int(manifest["snapshot_id"].partition("-")[2])
    assert (folder / "report.html").read_text().startswith(f"<p>{number}</p>")
    for model in PUBLISHED:
        path = folder / f"{model.table_name()}.parquet"
        assert pq.read_schema(path).metadata[b"snapshot_id"].decode() == manifest["snapshot_id"]
    links = pd.read_parquet(folder / "figure_areas.parquet")
    assert links["figure_id"].str.startswith(f"{number}-").all()
    assert len(links) == number % 7
    return number


def test_before_the_first_publication_there_is_nothing(store):
    assert Snapshots(store).current() is None
    assert Snapshots(store).all() == []
    assert not store.exists()


def test_a_publication_moves_every_pointer(store):
    for number in (1, 2):
        snapshot = publish(store, number)
        root = store / "published"
        assert Snapshots(store).current() == snapshot
        assert (root / "current").readlink() == Path("snapshots") / snapshot.snapshot_id
        assert json.loads((root / "current.json").read_text()) == {
            "snapshot_id": snapshot.snapshot_id
        }
        places = (snapshot.folder, root / "current", root / "latest")
        assert [number_of(place) for place in places] == [number] * 3
    assert [one.snapshot_id for one in Snapshots(store).all()] == ["snapshot-0001", "snapshot-0002"]


def test_the_fixed_paths_are_the_files_of_the_snapshot_themselves(store):
    snapshot = publish(store, 1)
    latest = store / "published" / "latest"
    assert sorted(path.name for path in latest.iterdir()) == sorted(
        path.name for path in snapshot.folder.iterdir()
    )
    for path in latest.iterdir():
        assert path.samefile(snapshot.folder / path.name)


def test_a_page_of_an_older_snapshot_does_not_stay_beside_newer_tables(store):
    publish(store, 1)
    Snapshots(store).publish("snapshot-0002", tables(2), {}, ABOUT)
    assert not (store / "published" / "latest" / "report.html").exists()
    assert (store / "published" / "snapshots" / "snapshot-0001" / "report.html").is_file()


def test_an_older_snapshot_is_never_changed(store):
    first = publish(store, 1)
    before = {path.name: path.stat().st_mtime_ns for path in first.folder.iterdir()}
    publish(store, 2)
    assert publish(store, 1) == first
    assert {path.name: path.stat().st_mtime_ns for path in first.folder.iterdir()} == before
    assert number_of(store / "published" / "current") == 1


def test_the_manifest_tells_rows_bytes_and_hashes_of_every_file(store):
    snapshot = publish(store, 3)
    files = snapshot.manifest["files"]
    names = {path.name for path in snapshot.folder.iterdir()}
    assert set(files) == names - {"manifest.json"}
    for name, entry in files.items():
        assert entry["bytes"] == (snapshot.folder / name).stat().st_size
    assert files["figure_areas.parquet"]["rows"] == 3
    assert "rows" not in files["report.html"]
    schemas = [files[f"{model.table_name()}.parquet"]["schema_sha256"] for model in PUBLISHED]
    assert len(set(schemas)) == len(PUBLISHED)
    assert snapshot.damaged() == []
    assert {name: snapshot.manifest[name] for name in ABOUT} == ABOUT


def test_damage_is_found(store):
    snapshot = publish(store, 1)
    snapshot.path("areas").unlink()
    path = snapshot.path("figures")
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert sorted(snapshot.damaged()) == ["areas.parquet", "figures.parquet"]


def test_a_snapshot_is_found_by_its_id_or_an_unambiguous_beginning(store):
    for number in (1, 2, 10):
        publish(store, number)
    snapshots = Snapshots(store)
    assert snapshots.find("snapshot-0002").snapshot_id == "snapshot-0002"
    assert snapshots.find("snapshot-001").snapshot_id == "snapshot-0010"
    with pytest.raises(LookupError, match="several snapshots: snapshot-0001, snapshot-0002"):
        snapshots.find("snapshot-000")
    with pytest.raises(LookupError, match="no snapshot other"):
        snapshots.find("other")


def test_a_reader_that_resolved_the_pointer_keeps_its_snapshot(store):
    publish(store, 1)
    resolved = (store / "published" / "current").resolve()
    publish(store, 2)
    assert number_of(resolved) == 1


def test_a_snapshot_that_was_not_finished_is_not_listed(store):
    publish(store, 1)
    (store / "published" / "snapshots" / f"{ASIDE}7-snapshot-0002").mkdir()
    assert len(Snapshots(store).all()) == 1


def start(script: str, *arguments: object, **more: object) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, **more)


@pytest.mark.slow
def test_a_publisher_killed_at_any_instant_leaves_the_last_good_snapshot(store):
    chance, least = random.Random(2018), 1
    publish(store, least)
    for _ in range(KILLS):
        with start(PUBLISHER, store, least + 1, stdout=subprocess.PIPE) as publisher:
            assert publisher.stdout.readline() == b"ready\n"
            time.sleep(chance.uniform(0.0, 0.4))
            publisher.kill()
        root = store / "published"
        pointed = number_of(Snapshots(store).current().folder)
        assert pointed >= least
        # Between the two pointers a kill may fall, never between a pointer and its snapshot.
        assert number_of(root / "current") in {pointed, pointed + 1}
        for snapshot in Snapshots(store).all():
            assert snapshot.damaged() == []
        assert all(pq.read_table(path) is not None for path in root.glob("latest/*.parquet"))
        least = pointed + 2
        remove_leftovers(store)
        publish(store, least)
        places = (root / "snapshots" / f"snapshot-{least:04d}", root / "current", root / "latest")
        assert [number_of(place) for place in places] == [least] * 3
        assert not list(store.rglob(f"{ASIDE}*"))


@pytest.mark.slow
@pytest.mark.parametrize("room", [100, 4_000, 20_000])
def test_a_full_disk_leaves_the_last_good_snapshot(store, room):
    publish(store, 1)
    with start(CRAMPED, store, room, stderr=subprocess.PIPE) as publisher:
        told = publisher.communicate()[1].decode()
    assert publisher.returncode == 1
    assert "File too large" in told
    root = store / "published"
    assert [number_of(place) for place in (root / "current", root / "latest")] == [1, 1]
    assert [one.snapshot_id for one in Snapshots(store).all()] == ["snapshot-0001"]
    assert not list(store.rglob(f"{ASIDE}*"))
    assert number_of(publish(store, 2).folder) == 2
