"""Which day does a cell say, however a person wrote it?

Days come before months, as counters in the field write; what no calendar has is refused.
"""

import calendar
import datetime as dt
import re
import unicodedata
from typing import Final

import pandas as pd

from displacement.normalise.quantities import western_digits, without_marks

EMPTY: Final = "the cell is empty where a date is needed"
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100

_MONTH_NAMES: Final = (
    "january jan janvier janv كانون الثاني|يناير|جانفي",
    "february feb février fevrier févr fevr شباط|فبراير|فيفري",
    "march mar mars آذار|اذار|أذار|مارس",
    "april apr avril avr نيسان|أبريل|ابريل|إبريل|أفريل|افريل",
    "may mai أيار|ايار|مايو|ماي",
    "june jun juin حزيران|يونيو|يونيه|جوان",
    "july jul juillet juil تموز|يوليو|يوليه|جويلية",
    "august aug août aout آب|اب|أغسطس|اغسطس|أوت|اوت",
    "september sep sept septembre أيلول|ايلول|سبتمبر",
    "october oct octobre تشرين الأول|تشرين الاول|أكتوبر|اكتوبر",
    "november nov novembre تشرين الثاني|نوفمبر",
    "december dec décembre decembre déc كانون الأول|كانون الاول|ديسمبر",
)

_ISO: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::[\d.]+)?Z?)?")
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?: \d{1,2}:\d{2}(?::\d{2})?)?")
_SHORT_YEAR: Final = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}")
_DAY_NAMED: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er)?[\s-]+(?:of )?(.+?)[\s,-]+(\d{4})")
_NAMED_DAY: Final = re.compile(r"([^\d]+?)[\s-]+(\d{1,2})(?:st|nd|rd|th)?[\s,-]+(\d{4})")


def read_day(cell: object) -> dt.date:
    """The day that a cell says; raises ValueError with a sentence where it says none."""
    if pd.isna(cell):  # type: ignore[call-overload]
        raise ValueError(EMPTY)
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    if not isinstance(cell, str):
        reason = (
            f"“{cell}” is a bare number, no date; format the cell as a date or write 2018-01-31"
        )
        raise ValueError(reason)  # noqa: TRY004  # every refusal is the same kind to callers
    text = re.sub(r"\s*([-/.])\s*", r"\1", western_digits(without_marks(cell)))
    if not text:
        raise ValueError(EMPTY)
    return _read(text, cell.strip())


def month_number(name: str) -> int | None:
    """The number of a month named in English, French or Arabic (Levantine, Egyptian, Maghreb)."""
    parts = [part for part in re.split(r"\s*[/()]\s*", name.strip(" .")) if part]
    numbers = {_MONTHS.get(_folded(part.strip(" ."))) for part in parts}
    return numbers.pop() if len(numbers) == 1 else None


def _read(text: str, shown: str) -> dt.date:
    if found := _ISO.fullmatch(text):
        return _day(int(found[1]), int(found[2]), int(found[3]), shown)
    if found := _DAY_FIRST.fullmatch(text):
        return _day(int(found[3]), int(found[2]), int(found[1]), shown)
    if _SHORT_YEAR.fullmatch(text):
        raise ValueError(f"“{shown}” has a year of two digits; write all four")
    for pattern, day, month in ((_DAY_NAMED, 1, 2), (_NAMED_DAY, 2, 1)):
        found = pattern.fullmatch(text)
        number = month_number(found[month]) if found else None
        if found and number:
            return _day(int(found[3]), number, int(found[day]), shown)
    raise ValueError(f"“{shown}” is no date that we can read; write it as 2018-01-31")


def _day(year: int, month: int, day: int, shown: str) -> dt.date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"“{shown}” lies in the year {year}, which cannot be meant")
    if not 1 <= month <= len(_MONTH_NAMES):
        raise ValueError(f"“{shown}” has no month {month}: the day comes first, then the month")
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        name = calendar.month_name[month]
        raise ValueError(f"“{shown}” is no day of the calendar: {name} {year} has {last} days")
    return dt.date(year, month, day)


def _folded(name: str) -> str:
    """Lower case, without accents; Arabic alif in one form."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def _spellings(names: str) -> list[str]:
    latin = re.findall(r"[^\W\d\u0600-\u06ff]+", names)
    arabic = re.search(r"[\u0600-\u06ff].*", names)
    return latin + (arabic[0].split("|") if arabic else [])


_MONTHS: Final = {
    _folded(name): number
    for number, names in enumerate(_MONTH_NAMES, start=1)
    for name in _spellings(names)
}
