"""What has been done? The run log, and the windows of backfills."""

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import displacement_schemas as contracts
from displacement.store import parquet
from displacement.store.files import write_whole
from displacement.windows import Window

if TYPE_CHECKING:
    from pandera.typing import DataFrame


class Ledger:
    """The ledger of a store: `ledger/runs/<run_id>.json` and `ledger/windows/`."""

    def __init__(self, store: Path) -> None:
        self._runs = store / "ledger" / "runs"
        self._windows = store / "ledger" / "windows"

    def runs(self) -> "DataFrame[contracts.Runs]":
        """Every source of every run, oldest first."""
        return contracts.Runs.in_order(contracts.Runs.from_rows(self.rows()))

    def rows(self) -> list[dict[str, Any]]:
        """The same as plain rows, for who shows them and does not wait for pandas."""
        paths = [path for path in self._runs.glob("[!.]*") if path.suffix in _READ]
        found = [row for path in sorted(paths) for row in _READ[path.suffix](path)]
        return sorted(found, key=lambda row: (row["started_at"], row["run_id"], row["source_id"]))

    def last_success(self, source_id: str) -> date | None:
        """The day of the last run in which the source answered in full."""
        rows = [row for row in self.rows() if row["source_id"] == source_id and row["complete"]]
        return rows[-1]["started_at"].date() if rows else None

    def add_run(self, run_id: str, outcome: "DataFrame[contracts.Runs]") -> None:
        """Log a run: one row per source."""
        rows = contracts.Runs.to_arrow(outcome).to_pylist()
        content = json.dumps(rows, indent=1, ensure_ascii=False, default=str)
        write_whole(self._runs / f"{run_id}.json", content.encode())

    def unreadable(self) -> list[Path]:
        """Notes of runs and windows that say nothing any more."""
        notes = [*self._runs.glob("[!.]*.json"), *self._windows.glob("*/[!.]*.json")]
        return [path for path in sorted(notes) if not _is_json(path)]

    def is_done(self, source_id: str, window: Window) -> bool:
        """Whether a backfill has recorded this window of the source."""
        return self._window(source_id, window).is_file()

    def mark_done(self, source_id: str, window: Window, run_id: str) -> None:
        """Note that a backfill has recorded a window."""
        entry = {"source_id": source_id, "window": str(window), "run_id": run_id}
        write_whole(self._window(source_id, window), json.dumps(entry, indent=1).encode())

    def _window(self, source_id: str, window: Window) -> Path:
        return self._windows / source_id / f"{window.first}_{window.last}.json"


def _is_json(path: Path) -> bool:
    try:
        json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return False
    return True


def _logged(path: Path) -> list[dict[str, Any]]:
    """The rows of one run, with its time and its days as such."""
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    for row in rows:
        row["started_at"] = datetime.fromisoformat(row["started_at"])
        for name in ("first_day", "last_day"):
            row[name] = row[name] and date.fromisoformat(row[name])
    return rows


_READ: Final[dict[str, Callable[[Path], list[dict[str, Any]]]]] = {
    ".json": _logged,
    ".parquet": parquet.rows,  # as older versions of the program logged runs
}
