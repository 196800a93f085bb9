"""Which days do the words of a text mean?

Reads dates, ranges and relative periods: the end of a range first, then its start.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from displacement.extraction.document import Span
from displacement.extraction.rules import load_rules
from displacement.extraction.when import LAST_YEAR, When, first_day, last_day, months_before
from displacement_schemas.vocabulary import DatePrecision

Named = dict[str, str | None]


@dataclass(frozen=True)
class Period:
    """A stretch of days named in a text; `start` is null where the words leave it open.

    `kind`: range, since, relative, month, day, event, as_of or carried.
    """

    text_start: int
    text_end: int
    kind: str
    start: date | None
    end: date
    precision: DatePrecision

    @property
    def words(self) -> Span:
        """Where the text names it."""
        return Span(self.text_start, self.text_end)


def find_periods(clean: str, start: int, end: int, published: date, lang: str) -> list[Period]:
    """All periods named between two offsets, in order, none inside another."""
    rules = load_rules(lang)
    of, compared = rules.only("of_event"), rules.only("compared")
    found: list[Period] = []
    for rule in rules.table("period"):
        reader = _READERS[rule.id.rpartition(".")[2]]
        for match in rule.pattern.finditer(clean, start, end):
            read = reader(match.groupdict(), published, rules.words)
            if read is None or read[2] > published or (read[1] and read[1] > read[2]):
                continue
            if compared.search(clean, max(start, match.start() - 24), match.start()):
                continue
            kind = "event" if read[0] in _OF_EVENTS and of.match(match[0]) else read[0]
            period = Period(match.start(), match.end(), kind, *read[1:])
            if not any(_overlap(period, other) for other in found):
                found.append(period)
    return sorted(found, key=lambda period: period.text_start)


def by_weight(periods: list[Period]) -> list[Period]:
    """The periods of a clause, the one that says most about a flow first."""
    return sorted(periods, key=lambda period: _WEIGHT.index(period.kind))


_OF_EVENTS: Final = ("day", "month")
"""Kinds that may date an event which the sentence only names: "the coup of February"."""
_WEIGHT: Final = ("range", "since", "relative", "month", "day", "event", "as_of", "carried")
_Words = Mapping[str, Any]
_Read = tuple[str, date | None, date, DatePrecision]


def _overlap(one: Period, other: Period) -> bool:
    return one.text_start < other.text_end and other.text_start < one.text_end


def _when(named: Named, place: int, words: _Words) -> When | None:
    """The date at the first or second place of a pattern."""

    def text(name: str) -> str | None:
        return named.get(f"{name}{place}")

    def whole(*names: str) -> int | None:
        found = next((found for name in names if (found := text(name))), None)
        return _count(found, words) if found else None

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


def _month(name: str, words: _Words) -> int | None:
    months: Mapping[str, int] = words["months"]
    written = " ".join(name.split()).rstrip("\u064b\u064c\u064d")
    return months.get(written) or months.get(written.lower()) or months.get(written.capitalize())


def _day_first(text: str) -> When:
    day, month, year = (int(piece) for piece in re.split(r"[/.]", text))
    day, month = (month, day) if month > 12 else (day, month)  # noqa: PLR2004
    return When(day, month, year + 2000 if year < 100 else year)  # noqa: PLR2004


def _range(named: Named, published: date, words: _Words) -> _Read | None:
    first, last = _when(named, 1, words), _when(named, 2, words)
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


def _since(named: Named, published: date, words: _Words) -> _Read | None:
    when = _when(named, 1, words)
    if when and when.month and _is_middle(when, words):
        when = When(15, when.month, when.year, when.part)
    start = first_day(when, published, words) if when else None
    if not when or not start:
        return None
    return "since", start, published, DatePrecision.MONTH if when.part else when.precision


def _is_middle(when: When, words: _Words) -> bool:
    part = words["parts_of_month"].get((when.part or "").lower())
    return part is not None and part[0] == _MIDDLE


_MIDDLE: Final = 11


def _calendar(named: Named, published: date, words: _Words) -> _Read | None:
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
    text: str, published: date, words: _Words
) -> tuple[date, date, DatePrecision] | None:
    back = 1 if re.search(words["last"], text) else 0
    unit = _unit_in(text, words)
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
    found = _weekday(text, published, words)
    return (found, published, DatePrecision.DAY) if found else None


def _unit_in(text: str, words: _Words) -> str | None:
    """Which unit of time the words name: hour, day, week, weekend, fortnight, month, year."""
    return next((unit for word, unit in words["time_units"].items() if word in text), None)


def _weekday(text: str, published: date, words: _Words) -> date | None:
    for name, number in words["weekdays"].items():
        if name.lower() in text:
            day = published - timedelta(days=(published.weekday() - number) % 7)
            return day - timedelta(days=7) if re.search(words["last"], text) else day
    return None


def _as_of(named: Named, published: date, words: _Words) -> _Read | None:
    if named.get("weekday"):
        day = _weekday((named["weekday"] or "").lower(), published, words)
        return ("as_of", None, day, DatePrecision.DAY) if day else None
    when = _when(named, 1, words)
    end = last_day(when, published, words) if when else None
    return ("as_of", None, end, when.precision) if when and end else None


def _past(named: Named, published: date, words: _Words) -> _Read | None:
    count = _count(named.get("spent") or named.get("count"), words)
    unit = _unit_in((named.get("spans") or named.get("unit") or "").lower(), words)
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


def _count(text: str | None, words: _Words) -> int | None:
    if text is None:
        return 1
    return int(text) if text.isdigit() else words["number_values"].get(text.lower())


def _first(named: Named, published: date, words: _Words) -> _Read | None:
    count = _count(named.get("count"), words)
    unit = _unit_in((named.get("unit") or "").lower(), words)
    when = When(None, None, published.year) if named.get("thisyear") else _when(named, 1, words)
    start = first_day(when, published, words) if when else None
    if not start or count is None:
        return None
    if unit == "month":
        end = months_before(start, -count) - timedelta(days=1)
        return "range", start, min(end, published), DatePrecision.MONTH
    end = start + timedelta(days=count * (7 if unit == "week" else 1) - 1)
    return "range", start, min(end, published), DatePrecision.DAY


def _date(named: Named, published: date, words: _Words) -> _Read | None:
    when = _when(named, 1, words)
    start = first_day(when, published, words) if when else None
    end = last_day(when, published, words) if when else None
    if not when or not start or not end:
        return None
    return "day" if when.day else "month", start, end, when.precision


def _on_weekday(named: Named, published: date, words: _Words) -> _Read | None:
    text = f"{named.get('which') or ''} {named.get('weekday')}".lower()
    day = _weekday(text, published, words)
    return ("day", day, day, DatePrecision.DAY) if day else None


def _weekdays(named: Named, published: date, words: _Words) -> _Read | None:
    """Between two days of the week: the end first, then the start before it."""
    end = _weekday((named.get("last") or "").lower(), published, words)
    start = _weekday((named.get("first") or "").lower(), end, words) if end else None
    return ("range", start, end, DatePrecision.DAY) if start and end else None


def _week_to(named: Named, published: date, words: _Words) -> _Read | None:
    """The week, or the days, that ended on a date or a day of the week."""
    when = _when(named, 1, words)
    end = last_day(when, published, words) if when else None
    if named.get("weekday"):
        end = _weekday((named["weekday"] or "").lower(), published, words)
    count = _count(named.get("count"), words)
    if not end or count is None:
        return None
    unit = _unit_in((named.get("unit") or "").lower(), words)
    if unit == "month":
        return "range", months_before(end, count) + timedelta(days=1), end, DatePrecision.MONTH
    if unit == "hour":
        hours = int((named.get("unit") or "24").split()[0])
        return "range", end - timedelta(days=hours // 24), end, DatePrecision.DAY
    days = count * (7 if unit == "week" else 1)
    return "range", end - timedelta(days=days - 1), end, DatePrecision.DAY


def _days_after(named: Named, published: date, words: _Words) -> _Read | None:
    when = _when(named, 1, words)
    start = first_day(when, published, words) if when else None
    count, unit = _count(named.get("count"), words), (named.get("unit") or "").lower()
    if not start or count is None:
        return None
    if _unit_in(unit, words) == "month":
        end = months_before(start, -count)
    else:
        end = start + timedelta(days=count * (7 if _unit_in(unit, words) == "week" else 1))
    return "range", start, min(end, published), DatePrecision.DAY


def _part_of_year(named: Named, published: date, words: _Words) -> _Read | None:
    """The third quarter, the first half: the latest that has ended."""
    when = When(None, None, None, " ".join((named.get("ypart1") or "").lower().split()))
    for year in (published.year, published.year - 1):
        dated = When(None, None, year, when.part)
        start, end = first_day(dated, published, words), last_day(dated, date.max, words)
        if start and end and end <= published:
            return "range", start, end, DatePrecision.YEAR
    return None


def _today(named: Named, published: date, words: _Words) -> _Read:
    del words
    day = published - timedelta(days=1 if named.get("before") else 0)
    return "day", day, day, DatePrecision.DAY


def _carried(named: Named, published: date, words: _Words) -> _Read:
    del named, words
    return "carried", None, published, DatePrecision.CARRIED


_READERS: Final[dict[str, Callable[[Named, date, _Words], _Read | None]]] = {
    "range": _range,
    "since": _since,
    "calendar": _calendar,
    "as_of": _as_of,
    "past": _past,
    "first": _first,
    "date": _date,
    "year": _date,
    "weekday": _on_weekday,
    "weekdays": _weekdays,
    "week_to": _week_to,
    "days_after": _days_after,
    "part_of_year": _part_of_year,
    "today": _today,
    "carried": _carried,
}
