"""What stands in the page's tables: cells, conflicts, rejections and runs, in words?

Long tables are cut, and say so; the published Parquet files hold every row.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from displacement.report import words
from displacement.report.comparison import Cell
from displacement.report.evidence import Evidence
from displacement.report.places import Places
from displacement.report.publication import Publication, records
from displacement_schemas import Areas, Conflicts, FigureAreas, Figures, Rejected, Runs

_MOST_CELLS: Final = 300
_MOST_REASONS: Final = 50

_METHODS: Final = {
    "stated": "as stated by its one figure",
    "even": "one even level fits every figure",
    "balanced": "figures weighed against each other",
    "stretched": "contradicting figures, ranges stretched",
}


@dataclass(frozen=True)
class Sheet:
    """Rows of a table, and how many there are in all."""

    rows: tuple[Any, ...]
    in_all: int


@dataclass(frozen=True)
class CellRow:
    """One cell in words, with the figures that speak of it."""

    measure: str
    period: str
    areas: str
    value: str
    range: str
    method: str
    figures: tuple[Evidence, ...]


@dataclass(frozen=True)
class RejectedSummary:
    """What was not taken: counts by source and check, and the first reasons."""

    counts: tuple[tuple[str, str, int], ...]
    reasons: tuple[dict[str, Any], ...]
    in_all: int


def places_of(publication: Publication) -> Places:
    """The areas of the publication."""
    return Places(publication.table(Areas), publication.table(FigureAreas))


def opening(publication: Publication, items: Sequence[Evidence]) -> str:
    """One sentence about what the page rests on."""
    used = [item for item in items if item.accepted]
    if not publication.table(Figures).shape[0]:
        return "No figures have been published yet."
    counters = words.counted(len({item.counter for item in used}), "counter")
    figures = words.counted(len(used), "accepted figure")
    aside = len(items) - len(used)
    return f"It rests on {figures} by {counters}" + (
        f"; {words.number(aside)} more {'is' if aside == 1 else 'are'} set aside." if aside else "."
    )


def cell_rows(found: Sequence[Cell], places: Places) -> Sheet:
    """The cells with the most people, by measure and day."""
    kept = sorted(found, key=lambda cell: (-(cell.value or 0.0), cell.start, cell.codes))[
        :_MOST_CELLS
    ]
    kept.sort(key=lambda cell: (cell.measure, cell.view, cell.start, cell.end, cell.codes))
    return Sheet(tuple(_cell_row(cell, places) for cell in kept), len(found))


def conflict_rows(publication: Publication) -> list[dict[str, Any]]:
    """Contradictions, the strongest first."""
    rows = records(publication.table(Conflicts))
    return sorted(rows, key=lambda row: (-(row["stretch"] or 0.0), row["conflict_id"]))


def rejected_summary(publication: Publication) -> RejectedSummary:
    """How many rows were not taken, from where and why."""
    frame = publication.table(Rejected)
    sizes = Counter(zip(frame["source_id"], frame["check"], strict=True))
    counts = sorted(
        ((source, check, size) for (source, check), size in sizes.items()),
        key=lambda count: (-count[2], count[0], count[1]),
    )
    return RejectedSummary(
        counts=tuple(counts),
        reasons=tuple(records(frame.head(_MOST_REASONS))),
        in_all=len(frame),
    )


def run_rows(publication: Publication) -> list[dict[str, Any]]:
    """What the latest run took from each source."""
    rows = records(publication.table(Runs))
    latest = {row["source_id"]: row for row in sorted(rows, key=lambda row: row["started_at"])}
    return [latest[source_id] for source_id in sorted(latest)]


def _cell_row(cell: Cell, places: Places) -> CellRow:
    return CellRow(
        measure=f"{words.MEASURE_TITLE[cell.measure]}, {words.VIEW_TITLE[cell.view]}",
        period=words.period(cell.start, cell.end),
        areas=places.described(cell.codes),
        value=words.number(cell.value),
        range=words.WITHHELD
        if cell.low is None
        else f"{words.number(cell.low)} to {words.number(cell.high)}",
        method=_METHODS.get(cell.method, cell.method),
        figures=cell.figures,
    )
