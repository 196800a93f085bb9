"""Which days do words mean that name no full date: seasons, decades, feasts, "ten days after"?

Readers of period rules, beside those of `periods`; each gives kind, first day, last day, precision.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from displacement.extraction.when import (
    When,
    count_of,
    first_day,
    last_day,
    months_before,
    read_when,
    unit_in,
    weekday_before,
)
from displacement_schemas.vocabulary import DatePrecision

Named = Mapping[str, str | None]
Words = Mapping[str, Any]
Read = tuple[str, date | None, date, DatePrecision]


def _season(named: Named, published: date, words: Words) -> Read | None:
    """The latest such season that has begun, or that of a year; a winter is its January's."""
    first, last = words["seasons"][(named.get("season") or "").lower()]
    year = count_of(named.get("dyear1"), words) if named.get("dyear1") else None
    for begun in [year] if year else [published.year, published.year - 1]:
        start = date(begun - (first > last), first, 1)
        end = date(begun, last, monthrange(begun, last)[1])
        begun_before = start <= published and (not named.get("which") or end <= published)
        if begun_before and named.get("open"):
            return "since", start, published, DatePrecision.MONTH
        if begun_before:
            return "range", start, min(end, published), DatePrecision.MONTH
    return None


def _decade(named: Named, published: date, words: Words) -> Read | None:
    first = count_of(named.get("decade"), words)
    if first is None:
        return None
    years = {"early": (0, 3), "mid": (4, 6), "late": (7, 9)}
    begin, end = years.get((named.get("part") or "").lower(), (0, 9))
    last = min(date(first + end, 12, 31), published)
    kind = "event" if named.get("of") else "range"  # "the wars of the 1990s"
    return kind, date(first + begin, 1, 1), last, DatePrecision.YEAR


def _years(named: Named, published: date, words: Words) -> Read | None:
    """1980-94, 2015/16."""
    del published, words
    first, second = named["first"] or "", named["second"] or ""
    last = int(first[: 4 - len(second)] + second)
    if last <= int(first):
        return None
    return "range", date(int(first), 1, 1), date(last, 12, 31), DatePrecision.YEAR


def _quarter(named: Named, published: date, words: Words) -> Read | None:
    year = (
        count_of(named.get("dyear1"), words) if named.get("dyear1") else published.year
    ) or published.year
    length = 3 if (named["part"] or "").upper() == "Q" else 6
    first = (int(named["count"] or 1) - 1) * length + 1
    start = date(year, first, 1)
    end = months_before(start, -length) - timedelta(days=1)
    return "range", start, min(end, published), DatePrecision.MONTH


def _feast(named: Named, published: date, words: Words) -> Read | None:
    """The latest such feast, on its day or since then."""
    month, day = words["feasts"][" ".join((named.get("feast") or "").lower().split())]
    when = When(day, month, count_of(named.get("dyear1"), words) if named.get("dyear1") else None)
    found = first_day(when, published, words)
    if found is None:
        return None
    if named.get("open"):
        return "since", found, published, DatePrecision.DAY
    return "day", found, found, DatePrecision.DAY


def _nth(named: Named, published: date, words: Words) -> Read | None:
    """The last three days of May; its second week."""
    when = read_when(named, 1, words)
    first = first_day(when, published, words) if when else None
    if not when or not first or (when.month is None) or when.day:
        return None
    last = first.replace(day=monthrange(first.year, first.month)[1])
    count = count_of(named.get("count"), words) if named.get("count") else None
    week = unit_in((named.get("unit") or "").lower(), words) == "week"
    days = (count or 1) * 7 if week else count or _FEW_DAYS
    place = words["places_in_month"][(named.get("place") or "").lower()]
    if place < 0:
        start, end = last - timedelta(days=days - 1), last
    else:
        start = first + timedelta(days=place * days)
        end = start + timedelta(days=days - 1)
    if named.get("open"):
        return "since", start, published, DatePrecision.DAY
    return "range", start, min(end, published), DatePrecision.DAY


_FEW_DAYS: Final = 10
"""So many are "the first days" of a month."""


def _day_of_month(named: Named, published: date, words: Words) -> Read | None:
    """The 11th: of the month of publication, or of the one before."""
    day = count_of(named.get("cday1"), words)
    for first in (published.replace(day=1), months_before(published.replace(day=1), 1)):
        if not day or day > monthrange(first.year, first.month)[1]:
            continue
        found = first.replace(day=day)
        if found <= published:
            return _bound(named, found, published)
    return None


def _bound(named: Named, found: date, published: date) -> Read:
    if named.get("open"):
        return "since", found, published, DatePrecision.DAY
    if named.get("until"):
        return "as_of", None, found, DatePrecision.DAY
    return "day", found, found, DatePrecision.DAY


def _after_days(named: Named, published: date, words: Words) -> Read | None:
    """So many days after a date."""
    when = read_when(named, 1, words)
    start = first_day(when, published, words) if when and when.day else None
    if named.get("weekday"):
        start = weekday_before((named["weekday"] or "").lower(), published, words)
    if start and not named.get("count") and (named.get("unit") or "")[-1:].lower() == "s":
        return "since", start, published, DatePrecision.DAY  # "in the days after"
    end = start and _moved(start, named, words)
    if not start or not end or start > published:
        return None
    return "range", start, min(end, published), DatePrecision.DAY


def _before_days(named: Named, published: date, words: Words) -> Read | None:
    """So many days before a date."""
    when = read_when(named, 1, words)
    end = first_day(when, published, words) if when and when.day else None
    if named.get("weekday"):
        end = weekday_before((named["weekday"] or "").lower(), published, words)
    start = end and _moved(end, named, words, -1)
    return ("range", start, end, DatePrecision.DAY) if start and end else None


def _week_of(named: Named, published: date, words: Words) -> Read | None:
    when = read_when(named, 1, words)
    start = first_day(when, published, words) if when and when.day else None
    if not start or start > published:
        return None
    return "range", start, min(start + timedelta(days=6), published), DatePrecision.WEEK


def _moved(day: date, named: Named, words: Words, sign: int = 1) -> date | None:
    """The day so many units of time later, or earlier with a `sign` of -1."""
    count = count_of(named.get("count"), words)
    unit = unit_in((named.get("unit") or "").lower(), words)
    if count is None or unit is None:
        return None
    if unit in ("month", "year"):
        return months_before(day, -sign * count * (12 if unit == "year" else 1))
    days = {"hour": 1 / 24, "day": 1, "week": 7, "fortnight": 14}[unit]
    return day + sign * timedelta(days=max(1, round(count * days)))


def _ago(named: Named, published: date, words: Words) -> Read | None:
    day = _moved(published, named, words, -1)
    unit = unit_in((named.get("unit") or "").lower(), words)
    if not day or unit not in ("day", "week", "fortnight"):
        return None
    return "day", day, day, DatePrecision.DAY if unit == "day" else DatePrecision.WEEK


def _within(named: Named, published: date, words: Words) -> Read | None:
    """In the space of a month: up to publication."""
    start = _moved(published, named, words, -1)
    return ("relative", start, published, DatePrecision.WEEK) if start else None


def _part_of_this(named: Named, published: date, words: Words) -> Read | None:
    """Early this month, late last year, the end of last week."""
    unit = unit_in((named.get("unit") or "").lower(), words)
    back = 1 if (named.get("which") or "").lower() in words["before_this"] else 0
    month = months_before(published.replace(day=1), back)
    year = published.year - back
    when = When(None, month.month, month.year) if unit == "month" else When(None, None, year)
    when = When(None, when.month, when.year, (named.get("part1") or "").lower())
    start, end = first_day(when, published, words), last_day(when, published, words)
    if not start or not end or start > published:
        return None
    if named.get("open"):
        return "since", start, published, DatePrecision.MONTH
    return "range", start, min(end, published), DatePrecision.MONTH


def _since_then(named: Named, published: date, words: Words) -> Read:
    del named, words
    return "since_then", None, published, DatePrecision.CARRIED


def _that(named: Named, published: date, words: Words) -> Read:
    """That night, that month: the last such time that the text named."""
    unit = unit_in((named.get("unit") or "").lower(), words) or "day"
    known = {"week": "that_week", "month": "that_month", "year": "that_month"}
    start = published - timedelta(days=7) if named.get("reported") and unit == "week" else None
    return known.get(unit, "that_day"), start, published, DatePrecision.CARRIED


def _next(named: Named, published: date, words: Words) -> Read:
    """The following day, two days later: after the last day that the text named."""
    unit = unit_in((named.get("unit") or "").lower(), words) or "day"
    count = count_of(named.get("count"), words) or 1
    days = count * {"week": 7, "fortnight": 14}.get(unit, 1)
    return "later", published - timedelta(days=days), published, DatePrecision.CARRIED


READERS: Final[dict[str, Callable[[Named, date, Words], Read | None]]] = {
    "season": _season,
    "decade": _decade,
    "years": _years,
    "quarter": _quarter,
    "feast": _feast,
    "nth": _nth,
    "day_of_month": _day_of_month,
    "after_days": _after_days,
    "before_days": _before_days,
    "week_of": _week_of,
    "ago": _ago,
    "within": _within,
    "part_of_this": _part_of_this,
    "since_then": _since_then,
    "that": _that,
    "next": _next,
}
