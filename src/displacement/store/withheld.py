"""What do readers not get? Figures as they were before small numbers were withheld (DESIGN 7).

Beside the publications, never among them: for the owner of the store, so that questions are
answered from all figures.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import displacement_schemas as contracts
from displacement.store import parquet
from displacement.store.files import write_whole

if TYPE_CHECKING:
    from pandera.typing import DataFrame


class Withheld:
    """The withheld figures of every snapshot, and the digest of its inputs, below `withheld/`.

    The digest is made from unveiled tables: who knows all of them but a number finds it.
    """

    def __init__(self, store: Path) -> None:
        self._root = store / "withheld"

    def write(self, snapshot_id: str, figures: "DataFrame[contracts.Figures]", inputs: str) -> None:
        """Keep the figures of a snapshot (where none is withheld, there is no table)."""
        write_whole(self._inputs(snapshot_id), inputs.encode())
        path = self._path(snapshot_id)
        if figures.empty:
            path.unlink(missing_ok=True)
            return
        content = parquet.to_bytes(contracts.Figures, figures, {"snapshot_id": snapshot_id})
        if not path.is_file() or path.read_bytes() != content:
            write_whole(path, content)

    def read(self, snapshot_id: str) -> "DataFrame[contracts.Figures]":
        """The figures that a snapshot withholds."""
        path = self._path(snapshot_id)
        return (
            parquet.read(contracts.Figures, path) if path.is_file() else contracts.Figures.empty()
        )

    def inputs_of(self, snapshot_id: str) -> str | None:
        """The digest of everything that a snapshot was made from; None where nobody kept it."""
        path = self._inputs(snapshot_id)
        return path.read_text() if path.is_file() else None

    def keep_only(self, snapshots: set[str]) -> None:
        """Forget what snapshots withheld that are not kept any more."""
        for path in self._root.glob("[!.]*.*"):
            if path.stem not in snapshots:
                path.unlink()

    def _inputs(self, snapshot_id: str) -> Path:
        return self._root / f"{snapshot_id}.inputs"

    def _path(self, snapshot_id: str) -> Path:
        return self._root / f"{snapshot_id}.parquet"


def with_known(
    published: "DataFrame[contracts.Figures]", known: "DataFrame[contracts.Figures]"
) -> "DataFrame[contracts.Figures]":
    """Published figures, those that are known better as they are known."""
    if known.empty:
        return contracts.Figures.in_order(published)
    others = published[~published["figure_id"].isin(known["figure_id"])]
    return contracts.Figures.in_order(contracts.Figures.joined([others, known]))
