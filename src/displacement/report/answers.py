"""What is the answer, in one sentence, and what would a careless reader have believed?

One answer per flow measure and view, and the latest stock of every area.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import pandas as pd

from displacement.report import words
from displacement.report.comparison import Cell
from displacement.report.evidence import Evidence
from displacement.report.places import Places
from displacement.report.publication import Publication, records
from displacement_schemas import Stocks
from displacement_schemas.vocabulary import Measure

_NOTICEABLE: Final = 0.01
_GOVERNORATE: Final = 1


@dataclass(frozen=True)
class Answer:
    """The headline of one flow measure and view."""

    key: str
    measure: str
    view: str
    title: str
    start: date
    end: date
    value: float
    low: float | None
    """None where it is withheld, as are high and the naive sum."""
    high: float | None
    naive_sum: float | None
    where: str
    headline: str
    who: str
    careless: str


@dataclass(frozen=True)
class StockAnswer:
    """The latest stock of one area."""

    area: str
    code: str
    day: date
    value: float | None
    """None where it is withheld."""
    said: str
    range: str
    counters: str
    age: str


def answers(
    publication: Publication, found: Sequence[Cell], items: Sequence[Evidence], places: Places
) -> list[Answer]:
    """One answer for each total that is not withheld, in the order of the vocabulary."""
    rows = [row for row in _totals(publication) if row["value"] is not None]
    return [_answer(row, found, items, places) for row in rows]


def untold(publication: Publication) -> list[str]:
    """The measures and views whose total is withheld."""
    return [
        _title(row["measure"], row["view"]) for row in _totals(publication) if row["value"] is None
    ]


def stock_groups(frame: pd.DataFrame) -> list[tuple[str, str, pd.DataFrame]]:
    """The stocks of each measure and view, at governorate level or the widest there is."""
    groups = []
    for measure in Measure:
        of_measure = frame[(frame["measure"] == measure).to_numpy(dtype=bool)]
        for view in sorted(set(of_measure["view"])):
            group = of_measure[(of_measure["view"] == view).to_numpy(dtype=bool)]
            levels = set(group["admin_level"])
            level = _GOVERNORATE if _GOVERNORATE in levels else min(levels)
            chosen = group[(group["admin_level"] == level).to_numpy(dtype=bool)]
            groups.append((str(measure), str(view), chosen))
    return groups


def latest_stocks(
    group: pd.DataFrame, items: Sequence[Evidence], places: Places
) -> list[StockAnswer]:
    """The latest number of each area, the largest first."""
    last = group.sort_values("date").drop_duplicates("area_code", keep="last")
    found = [_stock(row, items, places) for row in records(last)]
    return sorted(found, key=lambda stock: (-(stock.value or 0.0), stock.area, stock.code))


def stocks_of(publication: Publication) -> pd.DataFrame:
    """The published stocks."""
    return publication.table(Stocks)


def _totals(publication: Publication) -> list[dict[str, Any]]:
    order = list(Measure)
    return sorted(
        records(publication.totals),
        key=lambda row: (order.index(Measure(row["measure"])), str(row["view"])),
    )


def _title(measure: str, view: str) -> str:
    return f"{words.MEASURE_TITLE[measure]}, {words.VIEW_TITLE[view]}"


def _answer(
    row: dict[str, Any], found: Sequence[Cell], items: Sequence[Evidence], places: Places
) -> Answer:
    measure, view = row["measure"], row["view"]
    value = float(row["value"])
    where = _where(measure, view, found, items, places)
    when = words.between(row["start_date"], row["end_date"])
    counters = [name for name in str(row["counters"] or "").split(", ") if name]
    who = f"Counted by {words.shortened(counters, 'counters')}. " if counters else ""
    return Answer(
        key=f"{measure}-{view}",
        measure=measure,
        view=view,
        title=_title(measure, view),
        start=row["start_date"],
        end=row["end_date"],
        value=value,
        low=row["low"],
        high=row["high"],
        naive_sum=row["naive_sum"],
        where=where,
        headline=f"{words.HAPPENED[measure]}{where} {when}.",
        who=f"{who}{_covered(row['coverage'])}",
        careless=_careless(value, row["naive_sum"]),
    )


def _where(
    measure: str, view: str, found: Sequence[Cell], items: Sequence[Evidence], places: Places
) -> str:
    said = {
        code
        for item in items
        if (item.measure, item.view) == (measure, view) and item.accepted
        for code in item.codes
    }
    codes = said or {
        code
        for cell in found
        if (cell.measure, cell.view) == (measure, view)
        for code in cell.codes
    }
    return f" {words.VIEW_PREPOSITION[view]} {places.described(codes)}" if codes else ""


def _covered(coverage: float | None) -> str:
    if coverage is None:
        return ""
    if coverage > 1 - 1e-9:
        return "Their figures cover every area and day of this."
    return (
        f"Their figures cover {words.percent(float(coverage))} of these areas and days; "
        "the rest is unknown, not zero."
    )


def _careless(value: float, naive: float | None) -> str:
    if naive is None:
        return "Adding up every figure would help to point at few people: that sum is withheld."
    sentence = f"Adding up every figure would have said {words.rounded(naive)}"
    if abs(naive - value) <= _NOTICEABLE * max(value, 1):
        return f"{sentence}: the same, as hardly any figures overlap."
    difference = words.rounded(abs(naive - value))
    if naive > value:
        return f"{sentence}: {difference} more, because it counts people twice."
    return f"{sentence}: {difference} fewer."


def _stock(row: dict[str, Any], items: Sequence[Evidence], places: Places) -> StockAnswer:
    age = int(row["age_days"])
    named = _stock_counters(row, items, places)
    return StockAnswer(
        area=places.name(row["area_code"]),
        code=row["area_code"],
        day=row["date"],
        value=row["value"],
        said=words.rounded(row["value"]),
        range=words.span(row["low"], row["high"]),
        counters=words.shortened(named, "counters")
        if named
        else words.counted(int(row["counters"]), "counter"),
        age="that day" if age == 0 else f"{words.counted(age, 'day')} earlier",
    )


def _stock_counters(row: dict[str, Any], items: Sequence[Evidence], places: Places) -> list[str]:
    """Who counted: the counters of figures of the area, none older than the oldest live one."""
    oldest = row["date"] - timedelta(days=int(row["age_days"]))
    return sorted(
        {
            item.counter
            for item in items
            if (item.measure, item.view) == (row["measure"], row["view"])
            and item.accepted
            and oldest <= item.end <= row["date"]
            and places.meet(item.codes, (row["area_code"],))
        }
    )
