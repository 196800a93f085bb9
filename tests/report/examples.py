"""A small north-west Syria case: two counters who overlap, a repeat, a plan and a stock."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd

from displacement.report import Publication
from displacement_schemas import (
    Areas,
    Conflicts,
    Contributions,
    Estimates,
    FigureAreas,
    Figures,
    Rejected,
    Runs,
    Stocks,
)

AS_OF = date(2018, 1, 31)
KNOWN = datetime(2018, 1, 31, 6, tzinfo=UTC)
TOTAL = {
    "measure": "new_displacement",
    "view": "origin",
    "start_date": date(2017, 11, 1),
    "end_date": date(2018, 1, 6),
    "value": 151_682.0,
    "low": 99_000.0,
    "high": 209_000.0,
    "naive_sum": 180_000.0,
    "coverage": 1.0,
    "counters": "Local volunteers, UNHCR",
}


def figure(figure_id: str, **changes: Any) -> dict[str, Any]:
    """UNHCR's figure of January 2018, with changes."""
    return {
        "figure_id": figure_id,
        "source_id": "inbox",
        "source_record_id": f"{figure_id}.txt#1",
        "revision": 1,
        "withdrawn": False,
        "counter": "UNHCR",
        "publisher": "UNHCR",
        "measure": "new_displacement",
        "term": "displaced",
        "cause": "conflict",
        "modality": "asserted",
        "unit": "person",
        "quantifier": "more_than",
        "stated": 60_000.0,
        "persons": 60_000.0,
        "persons_low": 60_000.0,
        "persons_high": 70_000.0,
        "error": 0.10,
        "start_date": date(2017, 11, 1),
        "end_date": date(2017, 12, 24),
        "date_precision": "day",
        "area_text": "Hama and Idlib",
        "area_role": "origin",
        "published_on": date(2018, 1, 4),
        "recorded_at": KNOWN,
        "tier": "accepted",
        "quote": "More than 60,000 people were displaced from Hama and Idlib.",
        "url": "https://example.org/unhcr",
        "landing_sha256": "0" * 64,
        "rule_id": "test",
    } | changes


def volunteers(figure_id: str = "volunteers", **changes: Any) -> dict[str, Any]:
    """The local volunteers' figure, with changes."""
    told = {
        "counter": "Local volunteers",
        "error": 0.20,
        "publisher": "A newspaper",
        "quantifier": "nearly",
        "stated": 120_000.0,
        "persons": 120_000.0,
        "persons_low": 110_000.0,
        "persons_high": 120_000.0,
        "start_date": date(2017, 12, 15),
        "end_date": date(2018, 1, 6),
        "published_on": date(2018, 1, 8),
        "quote": "Nearly 120,000 people fled between 15 December and 6 January.",
        "url": "https://example.org/newspaper",
    }
    return figure(figure_id, **(told | changes))


def repeat() -> dict[str, Any]:
    """A newspaper that repeats UNHCR."""
    return figure("repeat", derived_from="unhcr", publisher="Another newspaper")


def plan() -> dict[str, Any]:
    """A camp that is planned."""
    return figure(
        "plan",
        counter="Turkish Red Crescent",
        modality="planned",
        tier="review",
        unit="household",
        quantifier="exact",
        stated=800.0,
        persons=4_400.0,
        persons_low=4_000.0,
        persons_high=4_800.0,
        start_date=date(2018, 1, 8),
        end_date=date(2018, 1, 8),
        area_text="Kafr Lousein",
        area_role="destination",
        quote="A camp for 800 families is planned.",
        url=None,
    )


def stock() -> dict[str, Any]:
    """The internally displaced of Idlib."""
    return figure(
        "stock",
        counter="United Nations",
        measure="idps",
        quantifier="approximately",
        stated=1_100_000.0,
        persons=1_100_000.0,
        persons_low=1_000_000.0,
        persons_high=1_200_000.0,
        start_date=date(2018, 1, 4),
        end_date=date(2018, 1, 4),
        area_text="Idlib",
        area_role="location",
        quote="1.1 million internally displaced people live in Idlib.",
    )


def area(code: str, level: int, parent: str | None, name: str, people: float) -> dict[str, Any]:
    """One area."""
    return {
        "area_code": code,
        "code_system": "ocha_pcode",
        "admin_level": level,
        "parent_code": parent,
        "country": "SYR",
        "name": name,
        "population": people,
        "reference": "test",
    }


def cell(days: tuple[date, date], value: float, low: float, high: float, n: int) -> dict[str, Any]:
    """One cell of Hama and Idlib."""
    return {
        "episode_id": "e1",
        "measure": "new_displacement",
        "view": "origin",
        "area_codes": "SY05|SY07",
        "start_date": days[0],
        "end_date": days[1],
        "value": value,
        "low": low,
        "high": high,
        "figures": n,
        "counters": n,
        "coverage": 1.0,
        "method": "balanced",
        "as_of": AS_OF,
    }


def cells() -> list[dict[str, Any]]:
    """The three cells of the case."""
    return [
        cell((date(2017, 11, 1), date(2017, 12, 14)), 43_875, 0, 77_000, 1),
        cell((date(2017, 12, 15), date(2017, 12, 24)), 27_283, 0, 77_000, 2),
        cell((date(2017, 12, 25), date(2018, 1, 6)), 80_525, 22_000, 132_000, 1),
    ]


def stock_days(days: int = 28) -> list[dict[str, Any]]:
    """The stock of Idlib carried forward."""
    return [
        {
            "measure": "idps",
            "view": "location",
            "area_code": "SY07",
            "admin_level": 1,
            "date": date(2018, 1, 4) + timedelta(days=ahead),
            "value": 1_100_000.0,
            "low": 900_000.0,
            "high": 1_320_000.0,
            "figures": 1,
            "counters": 1,
            "coverage": 1.0,
            "method": "stated",
            "as_of": AS_OF,
            "age_days": ahead,
        }
        for ahead in range(days)
    ]


def conflict() -> dict[str, Any]:
    """A contradiction."""
    return {
        "conflict_id": "c1",
        "episode_id": "e1",
        "measure": "new_displacement",
        "figure_id": "unhcr",
        "counter": "UNHCR",
        "against": "volunteers",
        "against_counters": "Local volunteers",
        "stretch": 0.057,
        "text": "UNHCR says at most 77,000 people, Local volunteers at least 99,000.",
    }


def rejection(number: int) -> dict[str, Any]:
    """A number that is no displacement figure."""
    return {
        "rejected_id": f"r{number}",
        "source_id": "inbox",
        "schema": "extracted_figures",
        "file": "reports/article.txt",
        "row": number,
        "check": "killed" if number % 2 else "age",
        "value": str(number),
        "reason": f"The number {number} in article.txt counts no displaced people.",
        "recorded_at": KNOWN,
    }


def run(**changes: Any) -> dict[str, Any]:
    """One source in one run."""
    return {
        "run_id": "run-1",
        "started_at": KNOWN,
        "source_id": "inbox",
        "failed": False,
        "rows_in": 34,
        "accepted": 4,
        "rejected": 30,
        "new": 4,
        "revised": 0,
        "withdrawn": 0,
        "message": "All was read.",
    } | changes


def publication(
    figures: Sequence[Mapping[str, Any]] = (),
    *,
    estimates: Sequence[Mapping[str, Any]] = (),
    stocks: Sequence[Mapping[str, Any]] = (),
    conflicts: Sequence[Mapping[str, Any]] = (),
    rejected: Sequence[Mapping[str, Any]] = (),
    runs: Sequence[Mapping[str, Any]] = (),
    totals: Sequence[Mapping[str, Any]] = (),
    speaks: Sequence[str] = (),
) -> Publication:
    """A publication of these rows; the figures in `speaks` carry the one episode."""
    linked = [
        {
            "figure_id": row["figure_id"],
            "area_code": code,
            "code_system": "ocha_pcode",
            "match_method": "exact",
            "match_score": 100.0,
        }
        for row in figures
        for code in (("SY07",) if row["measure"] == "idps" else ("SY05", "SY07"))
    ]
    shares = [
        {"episode_id": "e1", "figure_id": figure_id, "value": 75_841.0, "share": 0.5}
        for figure_id in speaks
    ]
    tables = {
        "figures": Figures.from_rows(figures),
        "figure_areas": FigureAreas.from_rows(linked),
        "estimates": Estimates.from_rows(estimates),
        "contributions": Contributions.from_rows(shares),
        "stocks": Stocks.from_rows(stocks),
        "conflicts": Conflicts.from_rows(conflicts),
        "rejected": Rejected.from_rows(rejected),
        "runs": Runs.from_rows(runs),
        "areas": Areas.from_rows(
            [
                area("SY", 0, None, "Syrian Arab Republic", 18_000_000),
                area("SY05", 1, "SY", "Hama", 1_600_000),
                area("SY07", 1, "SY", "Idleb", 2_500_000),
                area("SY0501", 2, "SY05", "Hama district", 900_000),
            ]
        ),
    }
    if not totals:
        return Publication("2018-01-31-abc", AS_OF, tables)
    return Publication("2018-01-31-abc", AS_OF, tables, pd.DataFrame(totals))


def syria(**changes: Any) -> Publication:
    """The whole case."""
    parts = {
        "estimates": cells(),
        "stocks": stock_days(),
        "rejected": [rejection(number) for number in range(1, 61)],
        "runs": [run()],
        "totals": [TOTAL],
        "speaks": ["unhcr", "volunteers"],
    }
    rows = [figure("unhcr"), volunteers(), repeat(), plan(), stock()]
    return publication(rows, **(parts | changes))
