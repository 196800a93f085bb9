"""Which snapshots stay, and how much room does a store take? Part of every run that publishes.

The caller holds the store's lock. Records and landing stay for good: what was published on a day
can be made again from them.
"""

import shutil
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from stat import S_ISDIR
from typing import Final

from displacement.store.snapshots import Snapshot
from displacement.store.store import Store

SECONDS_PER_HOUR: Final = 3600


@dataclass(frozen=True)
class Retention:
    """A snapshot stays while it is one of the newest, or young, or may still be read."""

    count: int
    days: float
    grace_hours: float
    """How long whoever resolved the pointer may go on reading after it has moved."""


@dataclass(frozen=True)
class Room:
    """Bytes that a store takes, by its folders; what several snapshots share counts once."""

    parts: dict[str, int]
    free: int

    @property
    def used(self) -> int:
        """All of it."""
        return sum(self.parts.values())


def retire(store: Store, keep: Retention, now: datetime) -> list[str]:
    """Remove the snapshots that need not stay, with what they withheld; says which they were.

    A kill in between leaves what the next run's janitor removes.
    """
    gone = [one for one in _older(store, keep.count) if _is_done_with(one, keep, now)]
    for snapshot in gone:
        store.snapshots.drop(snapshot)
    store.withheld.keep_only({one.snapshot_id for one in store.snapshots.all()})
    return [one.snapshot_id for one in gone]


def _older(store: Store, count: int) -> list[Snapshot]:
    """The snapshots that are not among the newest, but for the one that readers get."""
    by_age = sorted(store.snapshots.all(), key=lambda one: one.created_at, reverse=True)
    current = store.snapshots.current()
    return [one for one in by_age[max(count, 1) :] if one != current]


def _is_done_with(snapshot: Snapshot, keep: Retention, now: datetime) -> bool:
    old = snapshot.created_at < now - timedelta(days=keep.days)
    # The clock of the machine, not of the run: it is readers who wait.
    hours = (time.time() - snapshot.left_at) / SECONDS_PER_HOUR
    return old and hours > keep.grace_hours


def room_of(store: Path) -> Room:
    """What the folders of a store take on the disk, and what is free there."""
    there = next(folder for folder in (store, *store.absolute().parents) if folder.is_dir())
    seen: set[tuple[int, int]] = set()
    parts: dict[str, int] = {}
    for path in store.rglob("*") if store.is_dir() else []:
        try:
            status = path.lstat()
        except FileNotFoundError:  # a run is at work
            continue
        if not S_ISDIR(status.st_mode) and (status.st_dev, status.st_ino) not in seen:
            seen.add((status.st_dev, status.st_ino))
            part = path.relative_to(store).parts[0]
            parts[part] = parts.get(part, 0) + status.st_size
    return Room(parts, shutil.disk_usage(there).free)
