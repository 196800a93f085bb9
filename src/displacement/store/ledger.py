"""What has been done? The run log: one row per source and run."""

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import displacement_schemas as contracts
from displacement.store import parquet
from displacement.store.files import write_whole

if TYPE_CHECKING:
    from pandera.typing import DataFrame


class Ledger:
    """The run log of a store, `ledger/runs/<run_id>.json`; see `Backfills` for their windows."""

    def __init__(self, store: Path) -> None:
        self._root = store / "ledger"
        self._runs = self._root / "runs"

    def runs(self) -> "DataFrame[contracts.Runs]":
        """Every source of every run, oldest first."""
        return contracts.Runs.in_order(contracts.Runs.from_rows(self.rows()))

    def rows(self) -> list[dict[str, Any]]:
        """The same as plain rows, for who shows them and does not wait for pandas."""
        paths = [path for path in self._runs.glob("[!.]*") if path.suffix in _READ]
        found = [row for path in sorted(paths) for row in _READ[path.suffix](path)]
        return sorted(found, key=lambda row: (row["started_at"], row["run_id"], row["source_id"]))

    def last_success(self, source_id: str) -> date | None:
        """The last day for which the source has answered in full.

        That is the day of its last good run, or of a backfill that ended earlier its last day:
        what lies between was never asked for.
        """
        rows = [row for row in self.rows() if row["source_id"] == source_id and row["complete"]]
        days = [(row["started_at"].date(), row["last_day"]) for row in rows]
        return max((min(day, last or day) for day, last in days), default=None)

    def has_run(self, run_id: str) -> bool:
        """Whether a run is logged."""
        return (self._runs / f"{run_id}.json").is_file()

    def add_run(self, run_id: str, outcome: "DataFrame[contracts.Runs]") -> None:
        """Log a run: one row per source."""
        rows = contracts.Runs.to_arrow(outcome).to_pylist()
        content = json.dumps(rows, indent=1, ensure_ascii=False, default=str)
        write_whole(self._runs / f"{run_id}.json", content.encode())

    def unreadable(self) -> list[Path]:
        """Notes of runs, backfills and windows that say nothing any more."""
        return [path for path in sorted(self._root.rglob("[!.]*.json")) if not _is_json(path)]


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
