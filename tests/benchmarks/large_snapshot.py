"""How long do publication of a large snapshot and a question to it take, in process time?

    python -m tests.benchmarks.large_snapshot --estimates 10000000 --figures 1000000

Publication of a table is its digest, its bytes, their hash and the file; the peer is
`pyarrow.parquet.write_table` of the same frame with the same compression. The question is asked
in a process of its own, and its time is that beyond the start of an interpreter.
"""

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
from pandera.typing import DataFrame

from displacement.store import parquet
from displacement.store.files import write_whole
from displacement.store.snapshots import Snapshot
from displacement_schemas import Areas, Estimates, FigureAreas, Figures, Sources
from tests.benchmarks.speed.world import AS_OF, DAYS, FIRST_DAY, World, make_world

EPISODE = 7
"""Cells of one episode, in the rows that are made up."""


def write_snapshot(world: World, folder: Path) -> Snapshot:
    """The tables that questions are answered from, as a publication writes them."""
    frames = {
        Figures: Figures.in_order(world.figures),
        FigureAreas: FigureAreas.in_order(world.figure_areas),
        Areas: Areas.in_order(world.areas),
        Sources: sources(),
    }
    folder.mkdir(parents=True)
    for model, frame in frames.items():
        path = folder / f"{model.table_name()}.parquet"
        path.write_bytes(parquet.to_bytes(model, frame))
    about = {"as_of": str(AS_OF), "files": {f"{one.table_name()}.parquet": {} for one in frames}}
    (folder / "manifest.json").write_text(json.dumps(about))
    return Snapshot("large", folder)


def sources() -> DataFrame[Sources]:
    """The one source of the figures."""
    return Sources.build(
        {
            "source_id": ["files"],
            "title": "made",
            "enabled": True,
            "licence": "none",
            "cadence": "daily",
            "error": 0.1,
            "stock_expiry_days": 180,
            "rejected_share": 0.1,
        }
    )


def estimates(rows: int, seed: int = 0) -> DataFrame[Estimates]:
    """So many cells, in the order in which they are published."""
    random = np.random.default_rng(seed)
    value = np.round(random.lognormal(5, 1.5, rows), 1)
    start = np.sort(random.integers(0, DAYS - 40, rows)).astype("timedelta64[D]")
    first = np.datetime64(FIRST_DAY) + start
    episode = np.array([f"{number:016x}" for number in range(rows // EPISODE + 1)], dtype=object)
    codes = np.array(
        [f"C{country:03d}{place:04d}" for country in range(200) for place in range(50)]
    )
    return Estimates.build(
        {
            "episode_id": episode[np.arange(rows) // EPISODE],
            "measure": "new_displacement",
            "view": "location",
            "area_codes": codes.astype(object)[random.integers(0, len(codes), rows)],
            "start_date": first,
            "end_date": first + random.integers(0, 40, rows).astype("timedelta64[D]"),
            "value": value,
            "low": np.round(value * 0.8, 1),
            "high": np.round(value * 1.3, 1),
            "figures": random.integers(1, 4, rows),
            "counters": random.integers(1, 4, rows),
            "coverage": 1.0,
            "method": "balanced",
            "as_of": AS_OF,
        }
    )


ASK = """
import sys
from datetime import date
from pathlib import Path
from displacement.answer import explain_snapshot
from displacement.store.snapshots import Snapshot
days = {"first": date(2018, 1, 1), "last": date(2018, 3, 31)}
snapshot = Snapshot("large", Path(sys.argv[1]))
explain_snapshot(snapshot, codes=["C01203"], measure="new_displacement", **days)
"""
REPEATED = 5


def main() -> None:
    """Print what publishing and asking take."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--estimates", type=int, default=1_000_000)
    parser.add_argument("--figures", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(published(folder, given.estimates))
        snapshot = write_snapshot(make_world(given.figures), folder / "snapshot")
        (folder / "ours.parquet").rename(snapshot.path("estimates"))
        asked = min(in_a_process(ASK, str(snapshot.folder)) for _ in range(REPEATED))
        loads = min(in_a_process(ASK.partition("days =")[0]) for _ in range(REPEATED))
        start = min(in_a_process("") for _ in range(REPEATED))
        print(f"question: {asked - start:.2f} s, of which loading libraries {loads - start:.2f} s")


def published(folder: Path, rows: int) -> str:
    """Publish so many cells in both ways."""
    frame = estimates(rows)
    ours = seconds(lambda: publish(frame, folder / "ours.parquet"))
    peer = seconds(lambda: plainly(frame, folder / "plain.parquet"))
    return f"publication: {ours:.1f} s, write_table {peer:.1f} s, {ours / peer:.2f} times"


def publish(frame: DataFrame[Estimates], path: Path) -> None:
    """What a publication does with one table."""
    parquet.digest(Estimates, frame)
    content = parquet.to_bytes(Estimates, frame, {"snapshot_id": "large"})
    hashlib.sha256(content).hexdigest()
    write_whole(path, content)


def plainly(frame: DataFrame[Estimates], path: Path) -> None:
    """The peer."""
    pyarrow.parquet.write_table(pyarrow.Table.from_pandas(frame), path, compression="zstd")


def seconds(work: Callable[[], None]) -> float:
    """Process time of some work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def in_a_process(code: str, *arguments: str) -> float:
    """Process time of a Python process of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code, *arguments], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
