"""Old snapshots go, but never one that somebody may still read."""

import json
import os
import time
from datetime import UTC, datetime, timedelta

import pytest

from displacement.store.files import ASIDE
from displacement.store.retention import Retention, retire, room_of
from displacement.store.store import Store
from displacement_schemas import Figures
from tests.store.test_snapshots import tables

NOW = datetime(2018, 3, 1, 6, tzinfo=UTC)
HOUR = 3600


def publish(store, day, **more):
    """A snapshot of a day of February 2018."""
    at = datetime(2018, 2, day, 6, tzinfo=UTC)
    about = {"as_of": str(at.date()), "parent": None, "created_at": at.isoformat()}
    return Store(store).snapshots.publish(f"day-{day:02d}", tables(day), {}, about, **more)


def age(snapshot, hours):
    """As if readers had got another snapshot so many hours ago."""
    left = time.time() - hours * HOUR
    os.utime(snapshot.folder, (left, left))


def kept(store):
    return [one.snapshot_id for one in Store(store).snapshots.all()]


@pytest.fixture
def five(store):
    """A store with snapshots of five days, all but the last one left long ago."""
    snapshots = [publish(store, day) for day in (1, 5, 10, 20, 25)]
    for snapshot in snapshots:
        age(snapshot, 1_000)
    return store


def test_the_newest_are_kept_however_old_they_are(five):
    gone = retire(Store(five), Retention(count=2, days=0, grace_hours=1), NOW + timedelta(days=999))
    assert sorted(gone) == ["day-01", "day-05", "day-10"]
    assert kept(five) == ["day-20", "day-25"]


def test_the_young_are_kept_however_many_there_are(five):
    retire(Store(five), Retention(count=1, days=20, grace_hours=1), NOW)
    assert kept(five) == ["day-10", "day-20", "day-25"]


def test_what_a_reader_may_hold_is_kept(store):
    first, second = publish(store, 1), publish(store, 2)
    age(first, 1_000)
    age(second, 1_000)
    publish(store, 3)
    retire(Store(store), Retention(count=1, days=0, grace_hours=1), NOW)
    assert kept(store) == ["day-02", "day-03"]
    age(second, 2)
    retire(Store(store), Retention(count=1, days=0, grace_hours=1), NOW)
    assert kept(store) == ["day-03"]


def test_what_readers_get_is_kept_even_where_it_is_the_oldest(five):
    publish(five, 1)
    retire(Store(five), Retention(count=1, days=0, grace_hours=0), NOW)
    assert Store(five).snapshots.current().snapshot_id == "day-01"
    assert kept(five) == ["day-01", "day-25"]


def test_a_clock_that_goes_back_removes_nothing(five):
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)
    assert retire(Store(five), Retention(count=1, days=0, grace_hours=1), long_ago) == []


def test_what_a_removed_snapshot_withheld_goes_with_it(five):
    folder = five / "withheld"
    folder.mkdir()
    for day in ("day-01", "day-25", f"{ASIDE}7-day-25"):
        (folder / f"{day}.parquet").touch()
    retire(Store(five), Retention(count=1, days=0, grace_hours=1), NOW)
    assert sorted(path.name for path in folder.iterdir()) == [
        f"{ASIDE}7-day-25.parquet",
        "day-25.parquet",
    ]
    assert Store(five).withheld.read("day-01").equals(Figures.empty())


def test_the_fixed_paths_outlive_the_snapshots_that_share_their_files(store):
    same = {"areas": "none", "figures": "none"}
    first = publish(store, 1, digests=same)
    age(first, 1_000)
    second = publish(store, 2, digests=same)
    age(first, 1_000)
    retire(Store(store), Retention(count=1, days=0, grace_hours=1), NOW)
    assert kept(store) == ["day-02"]
    assert second.damaged() == []
    assert (store / "published" / "latest" / "areas.parquet").samefile(second.path("areas"))


def test_an_unchanged_table_is_one_file_for_several_snapshots(store):
    first = publish(store, 1, digests={"areas": "a", "figures": "a", "figure_areas": "1"})
    second = publish(store, 2, digests={"areas": "a", "figures": "b", "figure_areas": "2"})
    assert second.path("areas").samefile(first.path("areas"))
    assert not second.path("figures").samefile(first.path("figures"))
    assert second.damaged() == []
    files = second.manifest["files"]
    assert files["areas.parquet"] == first.manifest["files"]["areas.parquet"]
    assert files["areas.parquet"]["snapshot_id"] == "day-01"
    assert files["figures.parquet"]["snapshot_id"] == "day-02"


def test_a_damaged_file_is_not_shared(store):
    first = publish(store, 1, digests={"areas": "a"})
    first.path("areas").write_bytes(b"PAR1")
    second = publish(store, 2, digests={"areas": "a"})
    assert second.damaged() == []
    assert first.damaged() == ["areas.parquet"]


def test_room_counts_what_snapshots_share_once(store):
    assert room_of(store).used == 0
    first = publish(store, 1, digests=dict.fromkeys(tables(1), "same"))
    before = room_of(store)
    second = publish(store, 2, digests=dict.fromkeys(tables(1), "same"))
    added = room_of(store).used - before.used
    written = (second.folder / "manifest.json").stat().st_size
    assert added <= written + len(json.dumps({"snapshot_id": second.snapshot_id})) + 100
    assert set(before.parts) == {"published"}
    assert before.used >= sum(one.stat().st_size for one in first.folder.iterdir())
    assert before.free > 0
