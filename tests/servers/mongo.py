"""Queries in MongoDB's JSON, as far as KoboToolbox allows them."""

import re
from collections.abc import Callable
from typing import Any

from tests.servers.exchange import Json

MISSING = object()


def matches(row: dict[str, Json], query: dict[str, Json]) -> bool:
    """Whether a row fulfils a query. Raises ValueError for an operator that is not allowed."""
    return all(_condition(row, name, wanted) for name, wanted in query.items())


def fields_of(query: Json) -> set[str]:
    """The fields that a query looks at."""
    if isinstance(query, list):
        return set().union(*(fields_of(part) for part in query))
    if not isinstance(query, dict):
        return set()
    names = {name for name in query if not name.startswith("$")}
    inside = (fields_of(part) for name, part in query.items() if name in {"$and", "$or"})
    return names.union(*inside)


def _condition(row: dict[str, Json], name: str, wanted: Json) -> bool:
    if name == "$and":
        return all(matches(row, part) for part in wanted)
    if name == "$or":
        return any(matches(row, part) for part in wanted)
    if name.startswith("$"):
        raise ValueError(f"The operator {name} is not allowed.")
    value = _value(row, name)
    if isinstance(wanted, dict) and any(key.startswith("$") for key in wanted):
        return _operators(value, wanted)
    return bool((None if value is MISSING else value) == wanted)


def _value(row: dict[str, Json], name: str) -> Any:
    if name in row:
        return row[name]
    outer, _, inner = name.partition(".")
    inside = row.get(outer)
    return _value(inside, inner) if inner and isinstance(inside, dict) else MISSING


def _operators(value: Any, wanted: dict[str, Json]) -> bool:
    for operator, operand in wanted.items():
        if operator == "$options":
            continue
        if operator == "$regex":
            flags = re.IGNORECASE if "i" in wanted.get("$options", "") else 0
            holds = isinstance(value, str) and re.search(operand, value, flags) is not None
        elif operator in OPERATORS:
            holds = OPERATORS[operator](value, operand)
        else:
            raise ValueError(f"The operator {operator} is not allowed.")
        if not holds:
            return False
    return True


def _compared(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Values of different types never compare, as in MongoDB."""
    return lambda value, operand: _alike(value, operand) and compare(value, operand)


def _alike(value: Any, operand: Any) -> bool:
    numbers = isinstance(value, int | float) and isinstance(operand, int | float)
    return numbers or (isinstance(value, str) and isinstance(operand, str))


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "$gt": _compared(lambda value, operand: value > operand),
    "$gte": _compared(lambda value, operand: value >= operand),
    "$lt": _compared(lambda value, operand: value < operand),
    "$lte": _compared(lambda value, operand: value <= operand),
    "$ne": lambda value, operand: (None if value is MISSING else value) != operand,
    "$in": lambda value, operand: (None if value is MISSING else value) in operand,
    "$nin": lambda value, operand: (None if value is MISSING else value) not in operand,
    "$exists": lambda value, operand: (value is not MISSING) == bool(operand),
    "$not": lambda value, operand: not _operators(value, operand),
    "$all": lambda value, operand: isinstance(value, list) and set(operand) <= set(value),
    "$elemMatch": lambda value, operand: (
        isinstance(value, list) and any(matches(part, operand) for part in value)
    ),
}
