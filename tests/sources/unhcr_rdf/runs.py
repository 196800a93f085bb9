"""Rows of a small table, runs of the source against them, and what then stands."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from displacement.intake import take_in
from displacement.normalise.revisions import latest_standing
from displacement.outcome import Outcome
from displacement.sources.source import Declaration, Landed
from displacement.sources.unhcr_rdf import SOURCE
from displacement.store.store import Store
from tests.sources.unhcr_tables import pair

OCTOBER = datetime(2024, 10, 18, 6, tzinfo=UTC)
JUNE = datetime(2025, 6, 12, 6, tzinfo=UTC)
ORIGIN = "unhcr_rdf/SYR/origin/population"
FIXTURE = Path(__file__).parents[2] / "fixtures/unhcr_rdf.json"
ROWS = [
    pair(2023, "SYR", "LBN", refugees=784_884, returned_refugees=10_130, ooc=3_026),
    pair(2023, "SYR", "TUR", refugees=3_214_780, asylum_seekers=5, oip=7),
    pair(2023, "SYR", "UNK", returned_refugees=300),
    pair(2023, "SYR", "SYR", idps=7_248_188, returned_idps=155_325, hst=16_041_461),
    pair(2023, "IRQ", "LBN", refugees=2_000),
    pair(2023, "XXA", "LBN", refugees=40),
    pair(2024, "SYR", "LBN", refugees=774_697, returned_refugees=5_000),
    pair(2024, "SYR", "TUR", refugees=3_112_683),
    pair(2024, "SYR", "SYR", idps=7_414_806),
]


def declared(
    reference: Any, url: str, *, countries: tuple[str, ...] = ("SYR",), **changed: Any
) -> Declaration:
    """The declaration of the project, turned to a stand-in and hurried up."""
    declaration = reference.sources["unhcr_rdf"]
    quick = replace(
        declaration.http,
        url=url,
        requests_per_second=1000,
        first_wait_seconds=0.01,
        longest_wait_seconds=0.05,
    )
    options = declaration.options | changed.pop("options", {})
    return replace(declaration, http=quick, countries=countries, options=options, **changed)


def ask(
    store: Path, reference: Any, declaration: Declaration, now: datetime, **more: Any
) -> Outcome:
    return take_in(SOURCE, declaration, reference, store=Store(store), inbox=store, now=now, **more)


def standing(store: Path) -> pd.DataFrame:
    return latest_standing(Store(store).tables.read("unhcr_rdf").records)


def totals(records: pd.DataFrame, endpoint: str = "population") -> dict[tuple[str, ...], float]:
    """Persons by measure, role, country and last day."""
    mine = records[records["source_record_id"].str.startswith(f"unhcr_rdf:{endpoint}/")]
    keys = ["measure", "area_role", "area_codes", "end_date"]
    sums = mine.groupby(keys)["stated"].sum()
    return {(*key[:3], str(key[3])): value for key, value in sums.items()}


def parsed(reference: Any, items: list[dict[str, Any]]) -> Any:
    content = json.dumps({"page": 1, "maxPages": 1, "items": items}).encode()
    landed = Landed(ORIGIN, "0" * 64, content, retrieved_at=OCTOBER)
    return SOURCE.parse(landed, declared(reference, "http://localhost"))
