"""Which cells of sheets, forms and figures files may not be kept, because they look personal?

Used at the edge, before anything lands: phone numbers, addresses, positions, and words among codes.
"""

import re
from collections.abc import Callable
from typing import Any, Final

from displacement.normalise.dates import read_day
from displacement.normalise.quantities import read_counts, western_digits, without_marks

Cell = str | float | None
"""A cell as it lands: text, or the number itself where it is no whole one."""

CODES: Final = ("area_code", "sub_district_code", "district_code", "governorate_code")
COUNTS: Final = ("families", "people")
DATES: Final = ("start_date", "end_date", "date")
PHONE_DIGITS: Final = 9
SHORT_PHONE_DIGITS: Final = 7
"""Digits of a number of a telephone: anywhere, and where a count or a day should stand."""
NAME_DIGITS: Final = 5

_WORDS: Final = re.compile(r"[^\W\d_]+")
_EMAIL: Final = re.compile(r"\S@\S|\bwww\.|https?:")
_DATE_LIKE: Final = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ]\d{1,2}:\d{2}(:[\d.]+)?Z?)?"
    r"|\d{1,2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{2,4}"
)
_PHONE_LIKE: Final = re.compile(r"\+?\d(?:[\s().\-/]*\d)+")
_CODE: Final = re.compile(
    r"[A-Za-z]{0,4}[-_.]?\d{1,12}(?:[-_.]?[A-Za-z]{0,2}\d{1,6}){0,3}[A-Za-z]?"
    r"|[A-Z]{2}(?:-[A-Z]{1,3})?|[A-Z]{3}"
)
"""Codes of areas, with digits or as ISO 3166 writes them."""
_LETTERS: Final = re.compile(r"[A-Z]{3}")
_CODE_LIKE: Final = re.compile(r"[A-Za-z]{2,3}\d+(?:[A-Za-z]{1,2}\d+)?|[CN]\d{4,5}")
_CODE_IN_TEXT: Final = re.compile(r"\b[A-Z]{2,3}\d{2,10}\b")
_BETWEEN_CODES: Final = re.compile(r"[\s,;|،/]+")
_POSITION: Final = re.compile(
    r"-?\d{1,3}[.,٫]\d{2,}\s*°?\s*[NS]?\s*[,;/|،\s]\s*-?\d{1,3}[.,٫]\d{2,}"
    r"|-?\d{1,3}[.,٫]\d{3,}|\d{1,3}\s*°"
)


def looks_personal(text: str) -> bool:
    """Whether a text holds what looks like a phone number, an e-mail or a web address."""
    plain = western_digits(without_marks(text))
    if _EMAIL.search(plain):
        return True
    runs = _PHONE_LIKE.findall(_DATE_LIKE.sub("; ", plain))
    return any(_digits(run) >= PHONE_DIGITS for run in runs)


def is_personal(role: str, cell: Cell, known: Callable[[str], bool] | None = None) -> bool:
    """Whether a cell may not be kept; names of areas hold fewer digits than those of people.

    `known` tells whether a word of capitals is the code of an area.
    """
    text = western_digits(str(cell)).strip()
    if role in (*COUNTS, *DATES):
        return looks_personal(text) or _is_misplaced(role, text)
    if role in CODES:
        codes = [part for part in _BETWEEN_CODES.split(text) if part]
        if not all(_is_code(part, known) for part in codes):
            return True
        if all(_CODE_LIKE.fullmatch(part) for part in codes):
            return False
    elif _CODE_LIKE.fullmatch(text):
        return False
    else:
        text = _CODE_IN_TEXT.sub("", text)
    return looks_personal(text) or _digits(text) >= NAME_DIGITS


def has_other_words(role: str, cell: Cell) -> bool:
    """Whether a count or a day holds words that make none: they may be a name."""
    if role not in (*COUNTS, *DATES) or not _WORDS.search(str(cell or "")):
        return False
    return not _is_readable(role, cell)


def is_no_number(text: str) -> bool:
    """Whether what should be a number or a share looks like a position or a telephone's."""
    return looks_personal(text) or _is_misplaced(COUNTS[0], western_digits(text))


def _digits(text: str) -> int:
    return sum(sign.isdigit() for sign in text)


def _is_code(part: str, known: Callable[[str], bool] | None) -> bool:
    if not _CODE.fullmatch(part):
        return False
    return known is None or not _LETTERS.fullmatch(part) or known(part)


def _is_misplaced(role: str, text: str) -> bool:
    """Whether a telephone number or a position stands where a count or a day should."""
    if role in COUNTS and re.fullmatch(rf"0\d{{{SHORT_PHONE_DIGITS - 1},}}", text):
        return True
    if _is_readable(role, text):
        return False
    rest = _DATE_LIKE.sub("; ", text)
    runs = _PHONE_LIKE.findall(rest)
    return bool(_POSITION.search(rest)) or any(_digits(run) >= SHORT_PHONE_DIGITS for run in runs)


def _is_readable(role: str, cell: Any) -> bool:
    try:
        if role not in COUNTS:
            return bool(read_day(cell))
        counts = read_counts(cell, role)
    except ValueError:
        return False
    return all(one.number.is_integer() for one in counts.values())
