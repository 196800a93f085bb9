"""What has been done? The run log, and the windows of backfills."""

import json
from datetime import date
from pathlib import Path

from pandera.typing import DataFrame

from displacement.store import parquet
from displacement.store.files import write_whole
from displacement.windows import Window
from displacement_schemas import Runs


class Ledger:
    """The ledger of a store: `ledger/runs/<run_id>.parquet` and `ledger/windows/`."""

    def __init__(self, store: Path) -> None:
        self._runs = store / "ledger" / "runs"
        self._windows = store / "ledger" / "windows"

    def runs(self) -> DataFrame[Runs]:
        """Every source of every run, oldest first."""
        frames = [parquet.read(Runs, path) for path in sorted(self._runs.glob("[!.]*.parquet"))]
        return Runs.in_order(Runs.joined(frames))

    def last_success(self, source_id: str) -> date | None:
        """The day of the last run in which the source answered in full."""
        runs = self.runs()
        good = runs[(runs["source_id"] == source_id) & runs["complete"].fillna(value=False)]
        return None if good.empty else good["started_at"].max().date()

    def add_run(self, run_id: str, outcome: DataFrame[Runs]) -> None:
        """Log a run: one row per source."""
        write_whole(self._runs / f"{run_id}.parquet", parquet.to_bytes(Runs, outcome))

    def is_done(self, source_id: str, window: Window) -> bool:
        """Whether a backfill has recorded this window of the source."""
        return self._window(source_id, window).is_file()

    def mark_done(self, source_id: str, window: Window, run_id: str) -> None:
        """Note that a backfill has recorded a window."""
        entry = {"source_id": source_id, "window": str(window), "run_id": run_id}
        write_whole(self._window(source_id, window), json.dumps(entry, indent=1).encode())

    def _window(self, source_id: str, window: Window) -> Path:
        return self._windows / source_id / f"{window.first}_{window.last}.json"
