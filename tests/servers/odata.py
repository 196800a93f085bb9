"""OData filters, as far as ODK Central understands them."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from tests.servers.exchange import Json

Test = Callable[[dict[str, Json]], bool]

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<moment>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?)"
    r"|(?P<number>-?\d+)|(?P<word>[A-Za-z_][\w/]*)|(?P<sign>[()]))"
)
FIELDS = {
    "__id",
    "__system/submissionDate",
    "__system/updatedAt",
    "__system/deletedAt",
    "__system/submitterId",
    "__system/reviewState",
}
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, operand: value == operand,
    "ne": lambda value, operand: value != operand,
    "gt": lambda value, operand: value > operand,
    "ge": lambda value, operand: value >= operand,
    "lt": lambda value, operand: value < operand,
    "le": lambda value, operand: value <= operand,
}
PARTS = ("year", "month", "day", "hour", "minute", "second")


class UnsupportedError(Exception):
    """The filter is OData, but not of the kind that Central supports."""


def parse_filter(text: str) -> Test:
    """A test of rows. Raises ValueError or UnsupportedError where it is not understood."""
    tokens = _tokens(text)
    test = _either(tokens)
    if tokens:
        raise ValueError(tokens[0])
    return test


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    while text[place:].strip():
        match = TOKEN.match(text, place)
        if match is None:
            raise ValueError(text[place:])
        found.append(match[0].strip())
        place = match.end()
    return found


def _take(tokens: list[str], *wanted: str) -> str | None:
    if tokens and tokens[0] in wanted:
        return tokens.pop(0)
    return None


def _either(tokens: list[str]) -> Test:
    tests = [_both(tokens)]
    while _take(tokens, "or"):
        tests.append(_both(tokens))
    return lambda row: any(test(row) for test in tests)


def _both(tokens: list[str]) -> Test:
    tests = [_single(tokens)]
    while _take(tokens, "and"):
        tests.append(_single(tokens))
    return lambda row: all(test(row) for test in tests)


def _single(tokens: list[str]) -> Test:
    if _take(tokens, "not"):
        inner = _single(tokens)
        return lambda row: not inner(row)
    if _take(tokens, "("):
        test = _either(tokens)
        if not _take(tokens, ")"):
            raise ValueError("A parenthesis is not closed.")
        return test
    left = _operand(tokens)
    comparison = _take(tokens, *COMPARISONS)
    if comparison is None:
        raise ValueError("A comparison is missing.")
    return _comparison(left, COMPARISONS[comparison], _operand(tokens), comparison)


def _comparison(
    left: Callable[[dict[str, Json]], Any],
    compare: Callable[[Any, Any], bool],
    right: Callable[[dict[str, Json]], Any],
    name: str,
) -> Test:
    def test(row: dict[str, Json]) -> bool:
        value, operand = left(row), right(row)
        if value is None or operand is None:
            # Nothing is before or after null; it can only be it or not.
            return compare(value, operand) if name in {"eq", "ne"} else False
        return compare(value, operand)

    return test


def _operand(tokens: list[str]) -> Callable[[dict[str, Json]], Any]:
    if not tokens:
        raise ValueError("The filter ends too early.")
    token = tokens.pop(0)
    if token in {*PARTS, "now"} and _take(tokens, "("):
        return _function(token, tokens)
    if token == "null":
        return lambda _: None
    if token[0] == "'":
        text = token[1:-1].replace("''", "'")
        return lambda _: text
    if re.match(r"\d{4}-\d\d-\d\d", token):
        moment = _moment(token)
        return lambda _: moment
    if re.fullmatch(r"-?\d+", token):
        return lambda _: int(token)
    if token not in FIELDS:
        raise UnsupportedError(token)
    return lambda row: _field(row, token)


def _function(name: str, tokens: list[str]) -> Callable[[dict[str, Json]], Any]:
    if name == "now":
        raise UnsupportedError("now()")
    inner = _operand(tokens)
    if not _take(tokens, ")"):
        raise ValueError("A parenthesis is not closed.")
    return lambda row: getattr(inner(row), name, None)


def _field(row: dict[str, Json], path: str) -> Any:
    value: Any = row
    for step in path.split("/"):
        value = value[step]
    return _moment(value) if path.endswith(("Date", "At")) and value else value


def _moment(text: str) -> dt.datetime:
    """A moment; a date alone is its first instant, so that "le" a date leaves the day out."""
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
