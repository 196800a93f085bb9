"""One statement or record of UNHCR, with whatever a test changes."""

from datetime import UTC, date, datetime
from typing import Any

from displacement_schemas import Records, Statements

NOW = datetime(2018, 1, 10, 6, tzinfo=UTC)
EARLIER = datetime(2018, 1, 5, 6, tzinfo=UTC)


def statement(record: str = "figures/a.csv#r1", **changes: Any) -> dict[str, Any]:
    """A row of a figures file."""
    return {
        "source_record_id": record,
        "file": record.partition("#")[0],
        "row": 2,
        "counter": "UNHCR",
        "publisher": "UNHCR",
        "measure": "new_displacement",
        "term": "displaced",
        "cause": "conflict",
        "modality": "asserted",
        "unit": "person",
        "quantifier": "exact",
        "stated": 60_000.0,
        "in_words": False,
        "start_date": date(2017, 11, 1),
        "end_date": date(2017, 12, 24),
        "date_precision": "day",
        "area_codes": "SY07",
        "area_text": "Idlib",
        "area_role": "location",
        "published_on": date(2018, 1, 4),
        "tier": "accepted",
        "landing_sha256": "0" * 64,
        "rule_id": "figures_file.row",
    } | changes


def statements(*rows: dict[str, Any]) -> Any:
    """Statements as a source hands them over."""
    return Statements.from_rows(rows)


def records(*rows: dict[str, Any]) -> Any:
    """First revisions, as a store that knew nothing keeps them."""
    kept = {
        "source_id": "figures_file",
        "revision": 1,
        "withdrawn": False,
        "recorded_at": EARLIER,
    }
    return Records.in_order(Records.from_rows([kept | row for row in rows]))
