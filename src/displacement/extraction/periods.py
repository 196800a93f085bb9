"""Which days do the words of a text mean?

Reads dates, ranges and relative periods: the end of a range first, then its start.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from displacement.extraction.document import Span
from displacement.extraction.moments import READERS as OF_MOMENTS
from displacement.extraction.moments import Named, Read, Words
from displacement.extraction.needles import letters_of, possible
from displacement.extraction.rules import load_rules
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


@dataclass(frozen=True)
class Period:
    """A stretch of days named in a text; `start` is null where the words leave it open.

    `kind`: range, since, relative, month, day, event, aftermath or as_of; or one that points back
    to those named before: carried, reported, since_then, that_day, that_week, that_month,
    that_year, later.
    """

    text_start: int
    text_end: int
    kind: str
    start: date | None
    end: date
    precision: DatePrecision
    compared: int | None = None
    """Where the words begin that only compare with it: it dates what stands in between."""

    @property
    def words(self) -> Span:
        """Where the text names it."""
        return Span(self.text_start, self.text_end)


def find_periods(clean: str, start: int, end: int, published: date, lang: str) -> list[Period]:
    """All periods named between two offsets, in order, none inside another."""
    rules = load_rules(lang)
    readers = {**_READERS, **OF_MOMENTS}
    of, compared = rules.only("of_event"), rules.only("compared")
    found: list[Period] = []
    for rule in possible(lang, "period", letters_of(lang, clean[start:end])):
        reader = readers[rule.id.rpartition(".")[2]]
        for match in rule.pattern.finditer(clean, start, end):
            read = reader(match.groupdict(), published, rules.words)
            if read is None or read[2] > published or (read[1] and read[1] > read[2]):
                continue
            kind = "event" if read[0] in _OF_EVENTS and of.match(match[0]) else read[0]
            beside = compared.search(clean, max(start, match.start() - COMPARED), match.start())
            period = Period(
                match.start(), match.end(), kind, *read[1:], compared=beside and beside.start()
            )
            if not any(_overlap(period, other) for other in found):
                found.append(period)
    return _joined(sorted(found, key=lambda period: period.text_start), clean, lang)


def _joined(found: list[Period], clean: str, lang: str) -> list[Period]:
    """Two periods that are the ends of one: "between the spring and last month"."""
    rules = load_rules(lang)
    from_one = rules.only("from_one")
    joined: list[Period] = []
    for period in found:
        last = joined[-1] if joined else None
        if last and last.start and last.kind not in POINTS_BACK and last.compared is None:
            words = clean[max(0, last.text_start - 14) : last.text_start]
            begun = f"{words}{clean[last.text_start : last.text_end].split(maxsplit=1)[0]} "
            between = clean[last.text_end : period.text_start]
            ends = rules.only("joined").match(between) and last.start <= period.end
            if ends and (from_one.search(words) or from_one.search(begun)):
                both = (last.text_start, period.text_end, "range", last.start, period.end)
                precision = max(last.precision, period.precision, key=_FINENESS.index)
                joined[-1] = Period(*both, precision)
                continue
        joined.append(period)
    return joined


COMPARED: Final = 90
"""So far before a date the words may stand that only compare with it."""
_FINENESS: Final = tuple(DatePrecision)


def by_weight(periods: list[Period]) -> list[Period]:
    """The periods of a clause, the one that says most about a flow first."""
    return sorted(periods, key=lambda period: _WEIGHT.index(period.kind))


_OF_EVENTS: Final = ("day", "month")
"""Kinds that may date an event which the sentence only names: "the coup of February"."""
_WEIGHT: Final = (
    "range",
    "since",
    "since_then",
    "relative",
    "month",
    "day",
    "that_day",
    "later",
    "that_week",
    "that_month",
    "that_year",
    "as_of",
    "aftermath",
    "event",
    "reported",
    "carried",
)
POINTS_BACK: Final = (
    "carried",
    "reported",
    "since_then",
    "that_day",
    "that_week",
    "that_month",
    "that_year",
    "later",
)
"""Kinds whose days are those of a period named before."""


def _overlap(one: Period, other: Period) -> bool:
    return one.text_start < other.text_end and other.text_start < one.text_end


def _range(named: Named, published: date, words: Words) -> Read | None:
    first, last = read_when(named, 1, words), read_when(named, 2, words)
    if not first or not last:
        return None
    first = first.completed_by(last)
    end = last_day(last, published, words)
    start = first_day(first, end, words) if end else None
    if not end or not start:
        return None
    precision = max(first.precision, last.precision, key=_ROUGHNESS.index)
    return "range", start, end, precision


_ROUGHNESS: Final = (DatePrecision.DAY, DatePrecision.MONTH, DatePrecision.YEAR)


def _since(named: Named, published: date, words: Words) -> Read | None:
    when = read_when(named, 1, words)
    if when and when.month and _is_middle(when, words):
        when = When(15, when.month, when.year, when.part)
    start = first_day(when, published, words) if when else None
    if not when or not start:
        return None
    return "since", start, published, DatePrecision.MONTH if when.part else when.precision


def _aftermath(named: Named, published: date, words: Words) -> Read | None:
    """From an event on: people still flee the day after it."""
    when = read_when(named, 1, words)
    start = first_day(when, published, words) if when else None
    if named.get("weekday"):
        start = weekday_before((named["weekday"] or "").lower(), published, words)
    if not start:
        return None
    return "aftermath", start, published, when.precision if when else DatePrecision.DAY


def _is_middle(when: When, words: Words) -> bool:
    part = words["parts_of_month"].get((when.part or "").lower())
    return part is not None and part[0] == _MIDDLE


_MIDDLE: Final = 11


def _calendar(named: Named, published: date, words: Words) -> Read | None:
    text = (named.get("open") or named.get("closed") or "").lower()
    unit = _calendar_unit(text, published, words)
    if unit is None:
        return None
    start, end, precision = unit
    if named.get("open"):
        if start == published and precision is DatePrecision.DAY:
            start -= timedelta(days=7)  # "since Saturday's quake", said on a Saturday
        return "since", start, published, precision
    return "relative", start, min(end, published), precision


def _calendar_unit(
    text: str, published: date, words: Words
) -> tuple[date, date, DatePrecision] | None:
    back = 1 if re.search(words["last"], text) else 0
    unit = unit_in(text, words)
    if unit == "year":
        year = published.year - back
        return date(year, 1, 1), date(year, 12, 31), DatePrecision.YEAR
    if unit == "month":
        first = months_before(published.replace(day=1), back)
        last = first.replace(day=monthrange(first.year, first.month)[1])
        return first, last, DatePrecision.MONTH
    if unit == "weekend":
        # the weekend just gone, unless it is still on
        saturday = published - timedelta(days=(published.weekday() - 5) % 7)
        return saturday, saturday + timedelta(days=1), DatePrecision.DAY
    if unit == "week":
        monday = published - timedelta(days=published.weekday() + 7 * back)
        return monday, monday + timedelta(days=6), DatePrecision.WEEK
    if unit == "yesterday":
        day = published - timedelta(days=1)
        return day, published, DatePrecision.DAY
    found = weekday_before(text, published, words)
    return (found, published, DatePrecision.DAY) if found else None


def _as_of(named: Named, published: date, words: Words) -> Read | None:
    if named.get("same") or named.get("before"):
        return "as_of", None, _today(named, published, words)[2], DatePrecision.DAY
    if named.get("weekday"):
        day = weekday_before((named["weekday"] or "").lower(), published, words)
        return ("as_of", None, day, DatePrecision.DAY) if day else None
    when = read_when(named, 1, words)
    end = last_day(when, published, words) if when else None
    return ("as_of", None, end, when.precision) if when and end else None


def _past(named: Named, published: date, words: Words) -> Read | None:
    count = count_of(named.get("count"), words)
    unit = unit_in((named.get("unit") or "").lower(), words)
    if count is None or unit is None:
        return None
    if unit in _DAYS:
        days = max(1, round(count * _DAYS[unit]))
        precision = DatePrecision.DAY if unit in ("hour", "day") else DatePrecision.WEEK
        return "relative", published - timedelta(days=days), published, precision
    yearly = unit in ("year", "decade")
    start = months_before(published, count * {"year": 12, "decade": 120}.get(unit, 1))
    return "relative", start, published, DatePrecision.YEAR if yearly else DatePrecision.MONTH


_DAYS: Final = {"hour": 1 / 24, "day": 1, "week": 7, "fortnight": 14}


def _first(named: Named, published: date, words: Words) -> Read | None:
    count = count_of(named.get("count"), words)
    unit = unit_in((named.get("unit") or "").lower(), words)
    when = When(None, None, published.year) if named.get("thisyear") else read_when(named, 1, words)
    start = first_day(when, published, words) if when else None
    if not start or count is None:
        return None
    if named.get("from_end"):
        return _last_of(start, count, unit, published)
    if unit == "month":
        end = months_before(start, -count) - timedelta(days=1)
        return "range", start, min(end, published), DatePrecision.MONTH
    end = start + timedelta(days=count * (7 if unit == "week" else 1) - 1)
    return "range", start, min(end, published), DatePrecision.DAY


def _last_of(start: date, count: int, unit: str | None, published: date) -> Read | None:
    """The last months of a year."""
    if unit != "month" or (start.month, start.day) != (1, 1):
        return None
    end = date(start.year, 12, 31)
    first = months_before(start, count - 12)
    return "range", first, min(end, published), DatePrecision.MONTH


def _date(named: Named, published: date, words: Words) -> Read | None:
    when = read_when(named, 1, words)
    start = first_day(when, published, words) if when else None
    end = last_day(when, published, words) if when else None
    if not when or not start or not end:
        return None
    return "day" if when.day else "month", start, end, when.precision


def _on_weekday(named: Named, published: date, words: Words) -> Read | None:
    text = f"{named.get('which') or ''} {named.get('weekday')}".lower()
    day = weekday_before(text, published, words)
    return ("day", day, day, DatePrecision.DAY) if day else None


def _weekdays(named: Named, published: date, words: Words) -> Read | None:
    """Between two days of the week: the end first, then the start before it."""
    end = weekday_before(
        (named.get("last") or named.get("last_of") or "").lower(), published, words
    )
    start = (
        weekday_before((named.get("first") or named.get("first_of") or "").lower(), end, words)
        if end
        else None
    )
    return ("range", start, end, DatePrecision.DAY) if start and end else None


def _week_to(named: Named, published: date, words: Words) -> Read | None:
    """The week, or the days, that ended on a date or a day of the week."""
    when = read_when(named, 1, words)
    end = last_day(when, published, words) if when else None
    if named.get("weekday"):
        end = weekday_before((named["weekday"] or "").lower(), published, words)
    count = count_of(named.get("count"), words)
    if not end or count is None:
        return None
    unit = unit_in((named.get("unit") or "").lower(), words)
    if unit == "month":
        return "range", months_before(end, count) + timedelta(days=1), end, DatePrecision.MONTH
    if unit == "hour":
        hours = int((named.get("unit") or "24").split()[0])
        return "range", end - timedelta(days=hours // 24), end, DatePrecision.DAY
    days = count * (7 if unit == "week" else 1)
    return "range", end - timedelta(days=days - 1), end, DatePrecision.DAY


def _part_of_year(named: Named, published: date, words: Words) -> Read | None:
    """The third quarter, the first half: the latest that has ended."""
    when = When(None, None, None, " ".join((named.get("ypart1") or "").lower().split()))
    for year in (published.year, published.year - 1):
        dated = When(None, None, year, when.part)
        start, end = first_day(dated, published, words), last_day(dated, date.max, words)
        if start and end and end <= published:
            return "range", start, end, DatePrecision.YEAR
    return None


def _today(named: Named, published: date, words: Words) -> Read:
    del words
    day = published - timedelta(days=2 if named.get("two") else 1 if named.get("before") else 0)
    return "day", day, day, DatePrecision.DAY


def _carried(named: Named, published: date, words: Words) -> Read:
    del words
    kind = "that_year" if named.get("year") else "carried"
    kind = "reported" if named.get("reported") else kind
    return kind, None, published, DatePrecision.CARRIED


_READERS: Final[dict[str, Callable[[Named, date, Words], Read | None]]] = {
    "range": _range,
    "since": _since,
    "aftermath": _aftermath,
    "calendar": _calendar,
    "as_of": _as_of,
    "past": _past,
    "first": _first,
    "date": _date,
    "year": _date,
    "weekday": _on_weekday,
    "weekdays": _weekdays,
    "week_to": _week_to,
    "part_of_year": _part_of_year,
    "today": _today,
    "carried": _carried,
}
