"""Runs of the pipeline as a flow does them, but without a flow: take in, log, publish."""

import csv
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from displacement import report
from displacement.intake import run_log, take_in
from displacement.normalise.figures import Reference
from displacement.outcome import Outcome
from displacement.publication import Published, publish
from displacement.sources.registry import find_source
from displacement.store.decisions import load_decisions
from displacement.store.store import Store
from displacement.windows import Window

DATA = Path(__file__).parents[1] / "data"
REFERENCE = DATA / "reference"
NOW = datetime(2018, 1, 10, 6, tzinfo=UTC)

UNHCR: dict[str, Any] = {
    "record_id": "unhcr",
    "counter": "UNHCR",
    "published_on": "2018-01-04",
    "measure": "new_displacement",
    "quantifier": "more_than",
    "stated": 60_000,
    "start_date": "2017-11-01",
    "end_date": "2017-12-24",
    "areas": "SY07",
}
VOLUNTEERS: dict[str, Any] = {
    "record_id": "volunteers",
    "counter": "Local volunteers",
    "published_on": "2018-01-08",
    "measure": "new_displacement",
    "quantifier": "nearly",
    "stated": 120_000,
    "start_date": "2017-12-15",
    "end_date": "2018-01-06",
    "areas": "SY07",
}


@dataclass(frozen=True)
class Run:
    """What a run of some sources came to."""

    outcomes: dict[str, Outcome]
    published: Published


def write_figures(inbox: Path, rows: Iterable[Mapping[str, Any]], name: str = "counts.csv") -> Path:
    """Write a figures file; its columns are those of its rows, in their order."""
    path = inbox / "figures" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = list(rows)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


def take_in_all(
    store: Path,
    inbox: Path,
    reference: Reference,
    *,
    now: datetime = NOW,
    sources: Iterable[str] = ("figures_file",),
    window: Window | None = None,
) -> dict[str, Outcome]:
    """First half of a run."""
    return {
        source_id: take_in(
            find_source(source_id),
            reference.sources[source_id],
            reference,
            store=Store(store),
            inbox=inbox,
            now=now,
            window=window,
            believed=load_decisions(REFERENCE, store).believed(source_id),
        )
        for source_id in sources
    }


def publish_tables(
    store: Path,
    reference: Reference,
    *,
    now: datetime = NOW,
    as_of: date | None = None,
    folder: Path = REFERENCE,
) -> Published:
    """Second half of a run, without the page and the picture, which take seconds."""
    with patch.object(report, "can_draw", return_value=False):
        return publish(Store(store), reference, folder, now=now, as_of=as_of)


def run(
    store: Path,
    inbox: Path,
    reference: Reference,
    *,
    now: datetime = NOW,
    sources: Iterable[str] = ("figures_file",),
    window: Window | None = None,
    as_of: date | None = None,
    folder: Path = REFERENCE,
) -> Run:
    """A whole run of some sources."""
    outcomes = take_in_all(store, inbox, reference, now=now, sources=sources, window=window)
    run_id = f"{now:%Y%m%dT%H%M%S}Z"
    Store(store).ledger.add_run(run_id, run_log(run_id, now, outcomes.values()))
    return Run(outcomes, publish_tables(store, reference, now=now, as_of=as_of, folder=folder))


def files_below(folder: Path) -> dict[str, str]:
    """sha256 of every file, by its path; links are followed."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def holds(folder: Path, word: str) -> list[str]:
    """The files that hold a word, in any case, as UTF-8 or as UTF-16; names of files count."""
    seen = []
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes().lower() if path.is_file() else b""
        spellings = (word.lower().encode(), word.lower().encode("utf-16-le"))
        if any(spelling in content for spelling in spellings) or word.lower() in path.name.lower():
            seen.append(str(path))
    return seen
