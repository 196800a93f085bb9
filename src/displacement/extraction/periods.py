"""Which days do the words of a text mean?

Reads dates, ranges and relative periods and infers missing years backwards from publication:
the end of a range first, then its start.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final

from displacement.extraction.rules import load_rules
from displacement_schemas.vocabulary import DatePrecision

Named = dict[str, str | None]


@dataclass(frozen=True)
class Period:
    """A stretch of days named in a text; `start` is null where the words leave it open.

    `kind`: range, since, month, day, relative, as_of or carried.
    """

    text_start: int
    text_end: int
    kind: str
    start: date | None
    end: date
    precision: DatePrecision


def find_periods(clean: str, start: int, end: int, published: date, lang: str) -> list[Period]:
    """All periods named between two offsets, in order, none inside another."""
    found: list[Period] = []
    for kind, pattern in _patterns(lang).items():
        for match in pattern.finditer(clean, start, end):
            period = _READERS[kind](match.groupdict(), match.span(), published)
            if period and not any(_overlap(period, other) for other in found):
                found.append(period)
    return sorted(found, key=lambda period: period.text_start)


def _overlap(one: Period, other: Period) -> bool:
    return one.text_start < other.text_end and other.text_start < one.text_end


@dataclass(frozen=True)
class _When:
    """A date as written: any of its parts may be missing."""

    day: int | None
    month: int | None
    year: int | None
    part: str | None = None

    def with_defaults_of(self, other: "_When") -> "_When":
        """ "15 and 24 December": the first takes its month and year from the second."""
        month = self.month if self.month is not None else other.month
        year = self.year
        if year is None and self.month is None:
            year = other.year
        return _When(self.day, month, year, self.part)


@cache
def _patterns(lang: str) -> dict[str, re.Pattern[str]]:
    rules = load_rules(lang)
    months = rules.macros["month"]
    part = r"(?:the\s+)?(?P<part{0}>early|mid|late|beginning\s+of|start\s+of|middle\s+of|end\s+of|(?:first|second)\s+half\s+of)?[\s-]*"
    day = r"(?:the\s+)?(?P<{1}day{0}>\d{{1,2}})(?:st|nd|rd|th)?"
    weekday = rf"(?:(?:on\s+)?{rules.macros['weekday']},?\s+)?"
    written = (
        weekday
        + r"(?:(?P<iso{0}>\d{{4}}-\d{{2}}-\d{{2}})|(?P<slash{0}>\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}})|"
        + day.replace("{1}", "a")
        + r"(?:\s+of)?[\s-]+(?P<amonth{0}>MONTHS)\b\.?(?:,?\s+(?P<ayear{0}>(?:19|20)\d\d)\b(?!,\d))?|"
        + part
        + r"(?P<bmonth{0}>MONTHS)\b\.?(?:\s+"
        + day.replace("{1}", "b")
        + r"\b(?![,.]?\d|\s*[-a-z]*\s*(?:people|families)))?(?:,?\s+(?:of\s+)?(?P<byear{0}>(?:19|20)\d\d)\b(?!,\d))?)"
    )
    bare = r"(?:the\s+)?(?P<cday{0}>\d{{1,2}})(?:st|nd|rd|th)?"
    year = r"(?:the\s+)?(?:year\s+)?(?P<part{0}>early|mid|late|(?:first|second)\s+half\s+of|(?:first|second|third|fourth|last)\s+quarter\s+of|beginning\s+of|start\s+of|end\s+of)?[\s-]*(?P<dyear{0}>(?:19|20)\d\d)\b(?![,.]\d|-\d|\s*(?:people|families|IDPs|displaced))"

    def at(template: str, number: int) -> str:
        return template.format(number, "").replace("MONTHS", months)

    def first(number: int) -> str:
        return f"(?:{at(written, number)}|{at(bare, number)}|{at(year, number).replace('part', 'ypart')})"

    def last(number: int) -> str:
        return f"(?:{at(written, number)}|{at(year, number).replace('part', 'ypart')})"

    joint = r"\s*(?:\band\b|\bto\b|\buntil\b|\btill\b|\bthrough\b|\bup\s+to\b|-)\s*"
    count = r"(?:(?P<count>\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|twelve|several|few|couple\s+of)\s+)?"
    sources = {
        "range": rf"\b(?:(?:between|from|during|over|in|for)\s+)?{first(1)}{joint}{last(2)}",
        "since": rf"\b(?:since|starting(?:\s+(?:in|on|from))?|beginning(?:\s+(?:in|on))?|as\s+from|from)\s+(?:(?!in\b|on\b)[a-z]+\s+){{0,7}}?(?:(?:in|on)\s+)?{last(1)}(?:\s+onwards?)?",
        "since_relative": r"\b(?:since|from)\s+(?:the\s+)?(?P<what>(?:beginning|start)\s+of\s+(?:the|this)\s+(?:year|month|week)|last\s+(?:week|month|year)|yesterday|(?:last\s+)?WEEKDAYS)\b|\b(?P<what2>(?:so\s+far\s+)?this\s+(?:year|month|week)|(?:last|previous)\s+(?:week(?:end)?|month|year))\b",
        "as_of": rf"\b(?:as\s+(?:of|at)|by|until|till|up\s+to)\s+(?:the\s+end\s+of\s+)?{last(1)}",
        "past": rf"\b(?:(?:in|over|during|within|for)\s+)?(?:the\s+|just\s+the\s+)?(?:past|last|previous|preceding)\s+{count}(?P<unit>hours?|days?|weeks?|fortnight|months?|years?)\b",
        "first_weeks": rf"\b(?:in|during|over)\s+the\s+first\s+(?:(?P<count>\d{{1,2}}|one|two|three|ten)\s+)?(?P<unit>days?|weeks?|months?)\s+of\s+(?:(?P<thisyear>the\s+year|this\s+year)|{last(1)})",
        "on": rf"(?:\b(?:on|in|during|throughout|of|over|for|dated|at|around)\s+)?{at(written, 1)}",
        "year": rf"\b(?:in|during|throughout|of|over|for|by)\s+{at(year, 1)}",
        "weekday": r"\b(?:on\s+)?(?:(?P<which>last|previous|this|past)\s+)?(?P<weekday>WEEKDAYS)\b",
        "today": r"\b(?P<today>today|yesterday|overnight|this\s+morning|last\s+night)\b",
        "carried": r"\b(?:over|during|in|for)\s+(?:the|that)\s+same\s+(?:period|time|weeks|days|month)\b|\b(?:over|during|in)\s+(?:that|this)\s+(?:period|time)\b",
    }
    flags = re.IGNORECASE
    case = rules.macros["month"]
    result = {}
    for kind, source in sources.items():
        cased = source.replace(case, f"(?-i:{case})").replace("WEEKDAYS", rules.macros["weekday"])
        result[kind] = re.compile(cased, flags)
    return result


def _when(named: Named, number: int) -> _When | None:
    """The date of the numbered place of a pattern."""

    def of(name: str) -> str | None:
        return named.get(f"{name}{number}")

    def whole(name: str) -> int | None:
        text = of(name)
        return int(text) if text else None

    if iso := of("iso"):
        year, month, day = (int(piece) for piece in iso.split("-"))
        return _When(day, month, year)
    if slash := of("slash"):
        day, month, year = (int(piece) for piece in re.split(r"[/.]", slash))
        day, month = (month, day) if month > 12 else (day, month)  # noqa: PLR2004
        return _When(day, month, year + 2000 if year < 100 else year)  # noqa: PLR2004
    part = of("part") or of("ypart")
    year_alone = whole("dyear")
    if year_alone:
        return _When(None, None, year_alone, part)
    month_name = of("amonth") or of("bmonth")
    day_found = whole("aday") or whole("bday") or whole("cday")
    if month_name is None and day_found is None:
        return None
    month_number = _MONTH_NUMBERS[month_name[:3].lower()] if month_name else None
    return _When(day_found, month_number, whole("ayear") or whole("byear"), part)


_MONTH_NUMBERS: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}


def _first_day(when: _When, latest: date) -> date | None:
    """The latest first day of `when` that is not after `latest`."""
    return _resolved(when, latest, _opening)


def _last_day(when: _When, latest: date) -> date | None:
    """The latest last day of `when` that begins not after `latest`."""
    first = _first_day(when, latest)
    if first is None:
        return None
    closing = _resolved(_When(when.day, when.month, first.year, when.part), latest, _closing)
    return min(closing, latest) if closing else None


def _resolved(
    when: _When, latest: date, edge: Callable[[_When, int], date | None]
) -> date | None:
    if when.year is not None:
        return edge(when, when.year)
    for year in (latest.year, latest.year - 1, latest.year - 2, latest.year - 3, latest.year - 4):
        begins, day = _opening(when, year), edge(when, year)
        if begins and day and begins <= latest:
            return day
    return None


def _opening(when: _When, year: int) -> date | None:
    if when.month is None:
        month, _ = _months_of(when.part)
        return date(year, month, 1)
    if when.day is None:
        return date(year, when.month, _days_of(when.part, year, when.month)[0])
    return _day_or_none(year, when.month, when.day)


def _closing(when: _When, year: int) -> date | None:
    if when.month is None:
        _, month = _months_of(when.part)
        return date(year, month, monthrange(year, month)[1])
    if when.day is None:
        return date(year, when.month, _days_of(when.part, year, when.month)[1])
    return _day_or_none(year, when.month, when.day)


def _day_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _days_of(part: str | None, year: int, month: int) -> tuple[int, int]:
    last = monthrange(year, month)[1]
    for word, days in _PARTS_OF_MONTH.items():
        if part and part.lower().startswith(word):
            return days[0], min(days[1], last)
    return 1, last


_PARTS_OF_MONTH: Final = {
    "early": (1, 10), "mid": (11, 20), "late": (21, 31), "beginning": (1, 10), "start": (1, 10),
    "end": (21, 31), "first": (1, 15), "second": (16, 31),
}  # fmt: skip


def _months_of(part: str | None) -> tuple[int, int]:
    words = (part or "").lower().split()
    if "quarter" in words:
        quarter = {"first": 0, "second": 1, "third": 2}.get(words[0], 3)
        return 3 * quarter + 1, 3 * quarter + 3
    if "half" in words:
        return (1, 6) if words[0] == "first" else (7, 12)
    starts = {"early": (1, 4), "mid": (5, 8), "late": (9, 12), "beginning": (1, 3), "start": (1, 3)}
    return starts.get(words[0], (10, 12) if words[0] == "end" else (1, 12)) if words else (1, 12)


def _precision(when: _When) -> DatePrecision:
    if when.month is None:
        return DatePrecision.YEAR
    return DatePrecision.MONTH if when.day is None else DatePrecision.DAY


def _range(named: Named, span: tuple[int, int], published: date) -> Period | None:
    first, last = _when(named, 1), _when(named, 2)
    if not first or not last or (first.day is None and first.month is None and first.year is None):
        return None
    if first.month is None and first.day is not None and last.day is None:
        return None
    first = first.with_defaults_of(last) if first.year is None and first.month is None else first
    end = _last_day(last, published)
    if end is None:
        return None
    if first.year is None and last.year is not None and first.month is not None:
        limit = end
    else:
        limit = end
    start = _first_day(first, limit)
    if start is None or start > end:
        return None
    precision = max(_precision(first), _precision(last), key=_ROUGHNESS.index)
    return Period(*span, "range", start, end, precision)


_ROUGHNESS: Final = [
    DatePrecision.DAY, DatePrecision.WEEK, DatePrecision.MONTH, DatePrecision.YEAR,
]  # fmt: skip


def _since(named: Named, span: tuple[int, int], published: date) -> Period | None:
    when = _when(named, 1)
    if when and when.part and when.part.lower() == "mid" and when.month:
        when = _When(15, when.month, when.year)
    start = _first_day(when, published) if when else None
    if not when or not start or start > published:
        return None
    return Period(*span, "since", start, published, _precision(when))


def _since_relative(named: Named, span: tuple[int, int], published: date) -> Period | None:
    open_end = named.get("what") is not None
    words = (named.get("what") or named.get("what2") or "").lower()
    whole = _calendar_unit(words, published)
    if whole is None:
        return None
    start, end, precision = whole
    closed = not open_end and "this" not in words
    return Period(*span, "since" if not closed else "relative", start, end if closed else published, precision)


def _calendar_unit(words: str, published: date) -> tuple[date, date, DatePrecision] | None:
    this = not re.search(r"last|previous", words)
    if "year" in words:
        year = published.year - (0 if this else 1)
        return date(year, 1, 1), min(date(year, 12, 31), published), DatePrecision.YEAR
    if "month" in words:
        first = published.replace(day=1)
        first = first if this else (first - timedelta(days=1)).replace(day=1)
        last = first.replace(day=monthrange(first.year, first.month)[1])
        return first, min(last, published), DatePrecision.MONTH
    if "week" in words:
        monday = published - timedelta(days=published.weekday() + (0 if this else 7))
        if "weekend" in words:
            return monday + timedelta(days=5), monday + timedelta(days=6), DatePrecision.WEEK
        return monday, min(monday + timedelta(days=6), published), DatePrecision.WEEK
    if "yesterday" in words:
        day = published - timedelta(days=1)
        return day, published, DatePrecision.DAY
    day_found = _weekday(words, published)
    return (day_found, published, DatePrecision.DAY) if day_found else None


_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _weekday(words: str, published: date) -> date | None:
    for number, name in enumerate(_WEEKDAYS):
        if name in words:
            day = published - timedelta(days=(published.weekday() - number) % 7)
            return day - timedelta(days=7) if re.search(r"last|previous", words) else day
    return None


def _as_of(named: Named, span: tuple[int, int], published: date) -> Period | None:
    when = _when(named, 1)
    end = _last_day(when, published) if when else None
    if not when or not end:
        return None
    return Period(*span, "as_of", None, end, _precision(when))


def _past(named: Named, span: tuple[int, int], published: date) -> Period | None:
    count = _small_number(named.get("count"))
    unit = (named.get("unit") or "").lower()
    if count is None:
        return None
    if unit.startswith("hour"):
        start = published - timedelta(days=max(1, round(count / 24)))
        return Period(*span, "relative", start, published, DatePrecision.DAY)
    if unit.startswith(("day", "week", "fortnight")):
        days = count * {"d": 1, "w": 7, "f": 14}[unit[0]]
        precision = DatePrecision.DAY if unit[0] == "d" else DatePrecision.WEEK
        return Period(*span, "relative", published - timedelta(days=days), published, precision)
    months = count * (12 if unit.startswith("year") else 1)
    precision = DatePrecision.YEAR if unit.startswith("year") else DatePrecision.MONTH
    return Period(*span, "relative", _months_before(published, months), published, precision)


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _small_number(text: str | None) -> int | None:
    words = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    if text is None:
        return 1
    lowered = text.lower()
    if lowered.isdigit():
        return int(lowered)
    if lowered == "twelve":
        return 12
    return words.index(lowered) + 1 if lowered in words else None


def _first_weeks(named: Named, span: tuple[int, int], published: date) -> Period | None:
    count, unit = _small_number(named.get("count")), (named.get("unit") or "").lower()
    when = _When(None, None, published.year) if named.get("thisyear") else _when(named, 1)
    start = _first_day(when, published) if when else None
    if not start or count is None:
        return None
    if unit.startswith("month"):
        end = _months_before(start, -count) - timedelta(days=1)
        return Period(*span, "range", start, min(end, published), DatePrecision.MONTH)
    end = start + timedelta(days=count * (7 if unit[0] == "w" else 1) - 1)
    return Period(*span, "range", start, min(end, published), DatePrecision.DAY)


def _on(named: Named, span: tuple[int, int], published: date) -> Period | None:
    when = _when(named, 1)
    start = _first_day(when, published) if when else None
    end = _last_day(when, published) if when else None
    if not when or not start or not end or start > end:
        return None
    kind = "day" if when.day else "month"
    return Period(*span, kind, start, end, _precision(when))


def _on_weekday(named: Named, span: tuple[int, int], published: date) -> Period | None:
    day = _weekday(f"{named.get('which') or ''} {named.get('weekday')}".lower(), published)
    return Period(*span, "day", day, day, DatePrecision.DAY) if day else None


def _today(named: Named, span: tuple[int, int], published: date) -> Period:
    back = 1 if (named.get("today") or "").lower() in ("yesterday", "last night") else 0
    day = published - timedelta(days=back)
    return Period(*span, "day", day, day, DatePrecision.DAY)


def _carried(named: Named, span: tuple[int, int], published: date) -> Period:
    del named
    return Period(*span, "carried", None, published, DatePrecision.CARRIED)


_READERS: Final[dict[str, Callable[[Named, tuple[int, int], date], Period | None]]] = {
    "range": _range,
    "since": _since,
    "since_relative": _since_relative,
    "as_of": _as_of,
    "past": _past,
    "first_weeks": _first_weeks,
    "on": _on,
    "year": _on,
    "weekday": _on_weekday,
    "today": _today,
    "carried": _carried,
}


def in_order_of_weight(periods: list[Period]) -> Iterator[Period]:
    """The periods of a clause, the one that says most about a flow first."""
    weight = ("range", "since", "relative", "month", "day", "as_of", "carried")
    yield from sorted(periods, key=lambda period: weight.index(period.kind))
