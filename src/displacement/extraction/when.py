"""Which day does an incomplete date mean? Infers missing years backwards from publication."""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from displacement_schemas.vocabulary import DatePrecision

LAST_YEAR: Final = -1
"""The year before the latest possible day: "in March last year"."""

YEARS_BACK: Final = 4
"""How far back a date without a year may lie."""


@dataclass(frozen=True)
class When:
    """A date as written: any part of it may be missing; `part` is "early", "first half", ..."""

    day: int | None
    month: int | None
    year: int | None
    part: str | None = None

    @property
    def precision(self) -> DatePrecision:
        """How exactly the words date."""
        if self.month is None:
            return DatePrecision.YEAR
        return DatePrecision.MONTH if self.day is None else DatePrecision.DAY

    def completed_by(self, other: "When") -> "When":
        """In "15 and 24 December" the first takes its month and year from the second."""
        if self.month is not None or self.year is not None:
            return self
        return When(self.day, other.month, other.year, self.part)


def first_day(when: When, latest: date, words: Mapping[str, Any]) -> date | None:
    """The latest first day of `when` that is not after `latest`."""
    return _resolved(when, latest, words, _opening)


def last_day(when: When, latest: date, words: Mapping[str, Any]) -> date | None:
    """The last day of the latest `when` that begins not after `latest`, cut off there."""
    first = first_day(when, latest, words)
    if first is None or first > latest:
        return None
    closing = _closing(When(when.day, when.month, first.year, when.part), first.year, words)
    return min(closing, latest) if closing else None


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


_Edge = Callable[[When, int, Mapping[str, Any]], date | None]


def _resolved(when: When, latest: date, words: Mapping[str, Any], edge: _Edge) -> date | None:
    if when.year is not None:
        year = latest.year - 1 if when.year == LAST_YEAR else when.year
        return edge(when, year, words)
    for year in range(latest.year, latest.year - YEARS_BACK - 1, -1):
        begins, day = _opening(when, year, words), edge(when, year, words)
        if begins and day and begins <= latest:
            return day
    return None


def _opening(when: When, year: int, words: Mapping[str, Any]) -> date | None:
    if when.month is None:
        return date(year, _part(when.part, words["parts_of_year"], (1, 12))[0], 1)
    if when.day is None:
        return _day(year, when.month, _part(when.part, words["parts_of_month"], (1, 31))[0])
    return _day(year, when.month, when.day)


def _closing(when: When, year: int, words: Mapping[str, Any]) -> date | None:
    if when.month is None:
        month = _part(when.part, words["parts_of_year"], (1, 12))[1]
        return date(year, month, monthrange(year, month)[1])
    if when.day is None:
        last = _part(when.part, words["parts_of_month"], (1, 31))[1]
        return date(year, when.month, min(last, monthrange(year, when.month)[1]))
    return _day(year, when.month, when.day)


def _part(part: str | None, parts: Mapping[str, Any], whole: tuple[int, int]) -> tuple[int, int]:
    if part is None:
        return whole
    first, last = parts.get(" ".join(part.lower().split()), whole)
    return first, last


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_when(named: Mapping[str, str | None], place: int, words: Mapping[str, Any]) -> When | None:
    """The date at the first or second place of a pattern."""

    def text(name: str) -> str | None:
        return named.get(f"{name}{place}")

    def whole(*names: str) -> int | None:
        found = next((found for name in names if (found := text(name))), None)
        return count_of(found, words) if found else None

    if iso := text("iso"):
        year, month, day = (int(piece) for piece in iso.split("-"))
        return When(day, month, year)
    if slash := text("slash"):
        return _day_first(slash)
    if whole("dyear"):
        return When(None, None, whole("dyear"), text("ypart"))
    name, day_found = text("amonth") or text("bmonth"), whole("aday", "bday", "cday")
    if name is None and day_found is None:
        return None
    month_found = _month(name, words) if name else None
    year_found = whole("ayear", "byear")
    if text("alast") or text("blast"):
        year_found = LAST_YEAR
    return When(day_found, month_found, year_found, text("part"))


def _month(name: str, words: Mapping[str, Any]) -> int | None:
    months: Mapping[str, int] = words["months"]
    written = " ".join(name.split()).rstrip("\u064b\u064c\u064d")
    return months.get(written) or months.get(written.lower()) or months.get(written.capitalize())


def _day_first(text: str) -> When:
    day, month, year = (int(piece) for piece in re.split(r"[/.]", text))
    day, month = (month, day) if month > 12 else (day, month)  # noqa: PLR2004
    return When(day, month, year + 2000 if year < 100 else year)  # noqa: PLR2004


def unit_in(text: str, words: Mapping[str, Any]) -> str | None:
    """Which unit of time the words name: hour, day, week, weekend, fortnight, month, year."""
    return next((unit for word, unit in words["time_units"].items() if word in text), None)


def weekday_before(text: str, published: date, words: Mapping[str, Any]) -> date | None:
    """The latest such day of the week up to `published`; "last Monday" is never today."""
    for name, number in words["weekdays"].items():
        if name.lower() in text:
            day = published - timedelta(days=(published.weekday() - number) % 7)
            today = day == published
            return day - timedelta(days=7) if today and re.search(words["last"], text) else day
    return None


def count_of(text: str | None, words: Mapping[str, Any]) -> int | None:
    """A count in digits or in words; one where none is given, None for a vague one."""
    if text is None:
        return 1
    return int(text) if text.isdigit() else words["number_values"].get(text.lower())
