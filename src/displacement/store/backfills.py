"""How far is each backfill, and each of its windows? Small files, each written whole.

An entry moves on only after the bytes that it speaks of are on the disk: `fetched` after the
answers have landed, `recorded` after the records are in the tables. So a kill at any instant
loses at most the work of one step, which the next run does again.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from displacement.outcome import Outcome
from displacement.sources.source import Rejection
from displacement.store.files import write_whole
from displacement.windows import Window, WindowSize


class State(StrEnum):
    """How far a window of a source is."""

    PENDING = "pending"
    """Still to be fetched; or fetched in part only, and to be fetched again."""
    FETCHED = "fetched"
    """All its answers have landed. What is held back of them stays here."""
    RECORDED = "recorded"
    PUBLISHED = "published"


@dataclass(frozen=True)
class Backfill:
    """What was asked for, and the run that works at it."""

    backfill_id: str
    first: date
    last: date
    size: WindowSize
    sources: tuple[str, ...]
    force: bool
    """Whether windows that earlier backfills recorded are fetched again."""
    run_id: str
    """The latest run, as the run log has it. One that was killed goes on under its name."""
    started_at: datetime
    ended: bool = False
    """Whether that run has published what it recorded."""
    complete: bool = False
    """Whether no window was left to do when it ended."""


@dataclass(frozen=True)
class LandedAs:
    """An answer of a window, by its name and where it has landed."""

    name: str
    sha256: str
    covers: Window | None = None


@dataclass(frozen=True)
class Entry:
    """One window of one source."""

    source_id: str
    window: Window
    state: State = State.PENDING
    backfill_id: str = ""
    run_id: str = ""
    retrieved_at: datetime | None = None
    said: tuple[LandedAs | Rejection, ...] = ()
    """What the source said, in its order."""
    superseded: tuple[str, ...] = ()
    """The answers of an earlier fetch, whose rejections these ones replace."""
    part: str | None = None
    """What it adds to the tables, noted before it is added: it is added once."""
    outcome: Outcome | None = None

    @property
    def answers(self) -> list[str]:
        """Where its answers have landed."""
        return [one.sha256 for one in self.said if isinstance(one, LandedAs)]

    @property
    def was_fetched(self) -> bool:
        """Whether the source has ever answered for it."""
        return self.state is not State.PENDING or bool(self.superseded)


class Backfills:
    """The backfills of a store: `ledger/backfills/<id>.json`, `ledger/windows/<source>/….json`."""

    def __init__(self, store: Path) -> None:
        self._backfills = store / "ledger" / "backfills"
        self._windows = store / "ledger" / "windows"

    def all(self) -> list[Backfill]:
        """Every backfill that can be read, the oldest first."""
        paths = sorted(self._backfills.glob("[!.]*.json"))
        found = [_read(Backfill, path) for path in paths]
        return sorted(
            (one for one in found if one is not None), key=lambda one: (one.started_at, one.run_id)
        )

    def write(self, backfill: Backfill) -> None:
        """Note how far a backfill is."""
        path = self._backfills / f"{backfill.backfill_id}.json"
        write_whole(path, _adapter(Backfill).dump_json(backfill, indent=1))

    def entry(self, source_id: str, window: Window) -> Entry:
        """How far a window is; pending where nothing is noted, or nothing that can be read."""
        found = _entry(self._path(source_id, window))
        return found or Entry(source_id, window)

    def entries(self, source_id: str) -> list[Entry]:
        """Every window of a source that has been worked at, by its days."""
        paths = sorted((self._windows / source_id).glob("[!.]*.json"))
        return [entry for path in paths if (entry := _entry(path)) is not None]

    def sources(self) -> list[str]:
        """The sources of which windows have been worked at."""
        return sorted(path.name for path in self._windows.glob("*"))

    def write_entry(self, entry: Entry) -> None:
        """Note how far a window is."""
        content = _adapter(Entry).dump_json(entry, indent=1, exclude_defaults=True)
        write_whole(self._path(entry.source_id, entry.window), content)

    def _path(self, source_id: str, window: Window) -> Path:
        return self._windows / source_id / f"{window.first}_{window.last}.json"


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _read(kind: type, path: Path) -> Any:
    try:
        return _adapter(kind).validate_json(path.read_bytes())
    except (ValidationError, FileNotFoundError):
        return None


def _entry(path: Path) -> Entry | None:
    entry: Entry | None = _read(Entry, path)
    return entry or (_entry_of_old(path) if path.is_file() else None)


def _entry_of_old(path: Path) -> Entry | None:
    """The note that older versions of the program made of a window once it was recorded."""
    try:
        told = json.loads(path.read_bytes())
        first, last = map(date.fromisoformat, path.stem.split("_"))
        run_id = str(told["run_id"])
    except (ValueError, KeyError, TypeError):
        return None
    if not isinstance(told.get("window"), str):
        return None
    return Entry(path.parent.name, Window(first, last), State.RECORDED, run_id=run_id)
