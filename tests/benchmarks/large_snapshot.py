"""A snapshot of a world of figures, as large as the disk and the memory allow."""

import json
from pathlib import Path

import numpy as np
from pandera.typing import DataFrame

from displacement.store import parquet
from displacement.store.snapshots import Snapshot
from displacement_schemas import Areas, Estimates, FigureAreas, Figures, Sources
from tests.benchmarks.speed.world import AS_OF, DAYS, FIRST_DAY, World

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
