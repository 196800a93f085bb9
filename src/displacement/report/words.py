"""How does the report say it: numbers, ranges, periods and measures in plain English?

Month names are spelled here because those of the system follow its locale.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from displacement.reconcile.scopes import MONTHS, in_words
from displacement_schemas.vocabulary import AreaRole, Measure, Quantifier, Unit

MEASURE_TITLE: Final[dict[str, str]] = {
    Measure.NEW_DISPLACEMENT: "New displacement",
    Measure.RETURN: "Returns",
    Measure.CROSS_BORDER_FLIGHT: "Flight across the border",
    Measure.CROSS_BORDER_RETURN: "Return across the border",
    Measure.IDPS: "Internally displaced people",
    Measure.RETURNEES: "Returnees",
    Measure.REFUGEES: "Refugees",
}

HAPPENED: Final[dict[str, str]] = {
    Measure.NEW_DISPLACEMENT: "were newly displaced",
    Measure.RETURN: "returned",
    Measure.CROSS_BORDER_FLIGHT: "fled across the border",
    Measure.CROSS_BORDER_RETURN: "returned across the border",
}

VIEW_TITLE: Final[dict[str, str]] = {
    AreaRole.ORIGIN: "by place of origin",
    AreaRole.DESTINATION: "by place of arrival",
    AreaRole.LOCATION: "by place",
}

VIEW_PREPOSITION: Final[dict[str, str]] = {
    AreaRole.ORIGIN: "from",
    AreaRole.DESTINATION: "to",
    AreaRole.LOCATION: "in",
}

_BEFORE_NUMBER: Final[dict[str, str]] = {
    Quantifier.EXACT: "",
    Quantifier.APPROXIMATELY: "about ",
    Quantifier.MORE_THAN: "more than ",
    Quantifier.AT_LEAST: "at least ",
    Quantifier.NEARLY: "nearly ",
    Quantifier.LESS_THAN: "less than ",
    Quantifier.AT_MOST: "at most ",
}

_UNITS: Final[dict[str, tuple[str, str]]] = {
    Unit.PERSON: ("person", "people"),
    Unit.HOUSEHOLD: ("household", "households"),
}

WITHHELD: Final = "withheld"
"""What stands where a number would point at few people."""

_DIGITS: Final = 3
_EXACT_BELOW: Final = 1_000
_FEW: Final = 4


def number(value: float | None) -> str:
    """A whole number with thousands separators."""
    return WITHHELD if value is None else f"{value:,.0f}"


def rounded(value: float | None) -> str:
    """A number to three significant digits, so that it claims no more than it knows."""
    if value is None or value < _EXACT_BELOW:
        return number(value)
    digits = len(f"{value:.0f}") - _DIGITS
    return number(round(value, -digits))


def about(value: float) -> str:
    """A rounded number that says so where it is one."""
    shown = rounded(value)
    return shown if shown == number(value) else f"About {shown}"


def span(low: float | None, high: float | None) -> str:
    """A range of rounded numbers."""
    if low is None or high is None:
        return WITHHELD
    return f"{rounded(low)} to {rounded(high)}"


def rate(value: float) -> str:
    """People a day: with a decimal where there are few."""
    return f"{value:,.1f}" if 0 < value < 10 else rounded(value)  # noqa: PLR2004 - one decimal


def percent(share: float) -> str:
    """A share in percent, never rounded up to the whole."""
    shown = f"{share * 100:.0f}" if 0.01 <= share <= 0.99 or share in {0, 1} else f"{share:.1%}"  # noqa: PLR2004
    return f"{shown.removesuffix('%')}%"


def day(value: date) -> str:
    """A day in words: 6 January 2018."""
    return in_words(value)


def short_day(value: date) -> str:
    """A day in few letters: 6 Jan 2018."""
    return f"{value.day} {MONTHS[value.month - 1][:3]} {value.year}"


def period(start: date | None, end: date) -> str:
    """A period in few letters, naming month and year once where that is enough."""
    if start is None:
        return f"until {short_day(end)}"
    if start == end:
        return short_day(end)
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}–{short_day(end)}"
    if start.year == end.year:
        return f"{start.day} {MONTHS[start.month - 1][:3]} – {short_day(end)}"
    return f"{short_day(start)} – {short_day(end)}"


def between(start: date, end: date) -> str:
    """A period inside a sentence."""
    return f"on {day(end)}" if start == end else f"between {day(start)} and {day(end)}"


def listed(names: Sequence[str]) -> str:
    """Names as an English list."""
    if len(names) < 2:  # noqa: PLR2004 - one name needs no joint
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def shortened(names: Sequence[str], noun: str) -> str:
    """An English list of a few names, and how many more there are."""
    if len(names) <= _FEW:
        return listed(names)
    return f"{', '.join(names[: _FEW - 1])} and {len(names) - _FEW + 1} more {noun}"


def said(quantifier: str, stated: float | None, stated_high: float | None, unit: str) -> str:
    """What was reported: more than 60,000 people."""
    singular, plural = _UNITS[unit]
    if stated is None:
        return f"an unstated number of {plural}"
    if quantifier == Quantifier.RANGE and stated_high is not None:
        return f"{_as_reported(stated)} to {_as_reported(stated_high)} {plural}"
    noun = singular if stated == 1 else plural
    return f"{_BEFORE_NUMBER.get(quantifier, '')}{_as_reported(stated)} {noun}"


def _as_reported(value: float) -> str:
    return number(value) if float(value).is_integer() else f"{value:,.1f}"


def counted(amount: int, singular: str, plural: str | None = None) -> str:
    """A number with its noun: 1 figure, 22 figures."""
    return f"{number(amount)} {singular if amount == 1 else plural or singular + 's'}"
