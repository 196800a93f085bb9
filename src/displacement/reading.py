"""What does one text say? For `displacement extract`: figures and rejected numbers as values.

Nothing is stored; offsets are those of the text as read from the file.
"""

from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from displacement.normalise.figures import Reference, figures_from
from displacement.normalise.revisions import first_revisions
from displacement.sources.documents import read, statements_of
from displacement.sources.documents.files import Report

SOURCE_ID = "documents"


def reading_of(
    report: Report, file: str, published_on: date, publisher: str | None, reference: Reference
) -> dict[str, Any]:
    """Figures (columns of DESIGN 9, areas and offsets) and rejected numbers of one text."""
    found = read(report.text, published_on, publisher or report.publisher, report.lang)
    statements = statements_of(found, file, "", None)
    recorded = datetime.combine(published_on, datetime.min.time(), UTC)
    records = first_revisions(statements, source_id=SOURCE_ID, now=recorded)
    normalised = figures_from(records, reference, keep_unplaced=True)
    areas = normalised.figure_areas.groupby("figure_id")["area_code"].agg(list).to_dict()
    where = found.figures[list(_WHERE)].assign(source_record_id=statements["source_record_id"])
    # The tier is that of the words; whether the area is known here is another question.
    figures = normalised.figures.drop(columns="tier")
    merged = where.merge(figures, on="source_record_id").sort_values("number_start")
    return {
        "figures": [
            row | {"area_codes": areas.get(row["figure_id"], [])} for row in _plain(merged)
        ],
        "rejected": _plain(found.rejected),
    }


_WHERE = (
    *("number_start", "number_end", "number_text", "sentence_start", "sentence_end"),
    *("group_id", "supersedes", "population", "via", "caveat", "tier", "lang"),
    *("term_start", "term_end", "counter_start", "counter_end"),
    *("period_start", "period_end", "area_start", "area_end"),
)


def _plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON can hold them: None where nothing is known, days as text."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [
        {
            str(name): value.isoformat() if isinstance(value, date) else value
            for name, value in row.items()
        }
        for row in rows
    ]
