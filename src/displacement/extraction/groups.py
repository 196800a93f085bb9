"""Which figures of a text count the same people? In another unit, or told once more."""

from collections import Counter
from typing import Any

Row = dict[str, Any]


def grouped(rows: list[Row]) -> list[Row]:
    """Give one `group_id` to figures that count the same people; `same_as` is used up."""
    leader: dict[int, int] = {}
    first_of: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        start = row["number_start"]
        first = first_of.setdefault(_kind_of(row), row)
        again = row["stated"] is not None and _agree(first["area_names"], row["area_names"])
        target: int = first["number_start"] if again else start
        if row["same_as"] is not None:
            target = row["same_as"]
        leader[start] = leader.get(target, target)
    sizes = Counter(leader.values())
    groups = {start: f"g{first}" for start, first in leader.items() if sizes[first] > 1}
    named = [row | {"group_id": groups.get(row["number_start"])} for row in rows]
    return [{name: row[name] for name in row if name != "same_as"} for row in named]


def _kind_of(row: Row) -> tuple[Any, ...]:
    return row["measure"], row["unit"], row["modality"], row["stated"], row["stated_high"]


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other
