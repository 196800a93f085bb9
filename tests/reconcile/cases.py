"""Small figures, areas and voices from which the tests of the reconciliation are built.

Days are counted from 1 November 2017, so that a period is two small numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from displacement.reconcile.area_tree import AreaTree
from displacement.reconcile.evidence import Evidence
from displacement.reconcile.scopes import Voice, day_number
from displacement_schemas import Areas, FigureAreas, Figures

FIRST_DAY = date(2017, 11, 1)
LATER = date(2030, 1, 1)
SYSTEM = "ocha_pcode"

Row = dict[str, Any]


def day(number: int) -> date:
    """The date of a day counted from `FIRST_DAY`."""
    return FIRST_DAY + timedelta(days=number)


def figure(
    name: str,
    persons: float,
    start: int,
    stop: int,
    *,
    areas: str = "XX",
    low: float | None = None,
    high: float | None = None,
    error: float = 0.1,
    **others: Any,
) -> Row:
    """One exact figure of days [start, stop), its areas joined by |; `others` are columns."""
    row = {
        "figure_id": name,
        "source_id": "files",
        "source_record_id": f"{name}.csv#{name}",
        "revision": 1,
        "withdrawn": False,
        "counter": name.upper(),
        "publisher": name.upper(),
        "measure": "new_displacement",
        "term": "displaced",
        "cause": "conflict",
        "modality": "asserted",
        "unit": "person",
        "quantifier": "exact",
        "stated": persons,
        "persons": persons,
        "persons_low": persons if low is None else low,
        "persons_high": persons if high is None else high,
        "error": error,
        "start_date": day(start),
        "end_date": day(stop - 1),
        "date_precision": "day",
        "area_text": areas,
        "area_role": "location",
        "published_on": date(2018, 6, 1),
        "recorded_at": datetime(2018, 6, 2, tzinfo=UTC),
        "tier": "accepted",
        "landing_sha256": "0" * 64,
        "rule_id": "test",
    }
    return row | others


def stock(name: str, persons: float, on: int, **others: Any) -> Row:
    """One exact stock of a day, published on it."""
    return figure(
        name, persons, on, on + 1, **({"measure": "idps", "published_on": day(on)} | others)
    )


def more_than(number: float, granularity: float) -> dict[str, float]:
    """The likely range of "more than"."""
    return {"low": number, "high": number + granularity}


def nearly(number: float, granularity: float) -> dict[str, float]:
    """The likely range of "nearly"."""
    return {"low": number - granularity, "high": number}


def frames(rows: Sequence[Row]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Figures and their areas."""
    links = [
        {
            "figure_id": row["figure_id"],
            "area_code": code,
            "code_system": SYSTEM,
            "match_method": "code",
            "match_score": 100.0,
        }
        for row in rows
        for code in row["area_text"].split("|")
    ]
    return Figures.from_rows(rows), FigureAreas.from_rows(links)


def areas(population: Mapping[str, float | None]) -> pd.DataFrame:
    """Areas named by their place in the tree: XX, then XX01, then XX0102, and so on."""
    return Areas.from_rows(
        [
            {
                "area_code": code,
                "code_system": SYSTEM,
                "admin_level": level_of(code),
                "parent_code": code[:-2] if level_of(code) else None,
                "country": "XXX",
                "name": code,
                "population": residents,
                "reference": "test",
            }
            for code, residents in population.items()
        ]
    )


def level_of(code: str) -> int:
    """Admin level of a code of `areas`."""
    return len(code) // 2 - 1


ONE_AREA = {"XX": 1000.0}
TWO_GOVERNORATES = {
    "XX": 6000.0,
    "XX01": 4000.0,
    "XX0101": 3000.0,
    "XX0102": 1000.0,
    "XX02": 2000.0,
    "XX0201": 1500.0,
    "XX0202": 500.0,
}
"""A country of four districts."""


def tree_of(population: Mapping[str, float | None]) -> AreaTree:
    """The tree of `areas`."""
    return AreaTree.build(areas(population))


def voice(row: Row, tree: AreaTree) -> Voice:
    """What a figure of `figure` becomes when it speaks alone."""
    keys = [(SYSTEM, code) for code in row["area_text"].split("|")]
    return Voice(
        figure_ids=(row["figure_id"],),
        parts=(float(row["persons"]),),
        counter=row["counter"],
        measure=row["measure"],
        view="location",
        source_id=row["source_id"],
        areas=tuple(sorted(keys)),
        leaves=tuple(sorted({int(leaf) for key in keys for leaf in tree.leaves[key]})),
        start=day_number(row["start_date"]),
        stop=day_number(row["end_date"]) + 1,
        reported=(day_number(row["start_date"]), day_number(row["end_date"])),
        event=row.get("event_id"),
        stated=float(row["persons"]),
        low=float(row["persons_low"]),
        high=float(row["persons_high"]),
        error=float(row["error"]),
    )


def voices(rows: Iterable[Row], tree: AreaTree) -> list[Voice]:
    """The voices of several figures."""
    return [voice(row, tree) for row in rows]


def evidence(
    incidence: Sequence[Sequence[int]],
    exposure: Sequence[float],
    ranges: Sequence[tuple[float, float, float, float]],
) -> Evidence:
    """Evidence from 0/1 rows and, per figure, (stated, low, high, error)."""
    stated, low, high, error = np.array(ranges, dtype=float).T
    return Evidence(
        incidence=np.array(incidence, dtype=bool),
        exposure=np.array(exposure, dtype=float),
        stated=stated,
        low=low,
        high=high,
        error=error,
    )
