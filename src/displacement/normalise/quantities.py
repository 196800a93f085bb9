"""Which number does a cell say, however a person wrote it?

Second station after parsing: sources hand over cells as found, and get a number or a sentence.
"""

import math
import re
import unicodedata
from decimal import Decimal
from itertools import pairwise
from numbers import Real
from typing import Final, NamedTuple

EMPTY: Final = "the cell is empty where a number is needed"
ARABIC_DECIMAL: Final = "\u066b"

SCALES: Final = {
    "ألف": 1_000,
    "ألفا": 1_000,
    "الف": 1_000,
    "الفا": 1_000,
    "آلاف": 1_000,
    "الاف": 1_000,
    "thousand": 1_000,
    "مليون": 1_000_000,
    "مليونا": 1_000_000,
    "ملايين": 1_000_000,
    "million": 1_000_000,
}
DUALS: Final = {"ألفان": 2_000, "ألفين": 2_000, "الفان": 2_000, "الفين": 2_000}

_MINUS: Final = re.compile(r"^\(?\s*[-−–—]\s*\d")
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:([.,\u060c\u066c' ])[0-9]{3})(?:\1[0-9]{3})*")
_DECIMAL: Final = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{4,})\.([0-9]{1,2}|[0-9]{4,})")
_TERM: Final = re.compile(r"(?P<number>[0-9][0-9.,\u060c\u066b\u066c ]*)?\s*(?P<scale>[^\W\d_]+)?")
_FAMILIES: Final = r"(?:عائلات|عائلة|عائله|أسرة|اسرة|أسر|famil(?:y|ies)|households?|HHs?)"
_PEOPLE: Final = (
    r"(?:نسمة|نسمه|شخصاً|شخصا|شخص|أشخاص|فرداً|فردا|فرد|أفراد|نازحاً|نازح"
    r"|I ?DPs?|persons?|people|individuals?|inds?)"
)
_BOTH: Final = re.compile(
    rf"(?P<families>[0-9].*?)\s*{_FAMILIES}\W*?(?P<people>[0-9].*?)\s*{_PEOPLE}\s*\)?",
    re.IGNORECASE,
)
_IN_UNITS: Final = {
    column: re.compile(rf"\(?(?P<number>[0-9].*?)\)?\s*{words}\.?", re.IGNORECASE)
    for column, words in (("families", _FAMILIES), ("people", _PEOPLE))
}
_RANGE: Final = re.compile(
    r"([0-9].*?)\s+(?:[-–—]|to|إلى|الى)\s+([0-9].*)"
    r"|([0-9]{1,3}(?:,[0-9]{3})+)[-–—]([0-9]{1,3}(?:,[0-9]{3})+)"
)
"""With spaces or thousands signs: “777-1111” may be a telephone's."""
_HARAKAT: Final = re.compile("[\u064b-\u0652\u0640]")


def read_number(cell: object) -> float:
    """The number that a cell says; raises ValueError with a sentence where it says none.

    A comma or dot before a group of three digits parts thousands. A last group of another length
    is refused: "12,88" may be 12.88, or 12,88? with a digit lost.
    """
    if isinstance(cell, Real) and not isinstance(cell, bool):
        return _counted(float(cell), cell)
    if not isinstance(cell, str):
        reason = EMPTY if cell is None else f"“{cell}” is no number"
        raise ValueError(reason)  # noqa: TRY004  # every refusal is the same kind to callers
    text = _tidied(cell)
    if not text:
        raise ValueError(EMPTY)
    if _MINUS.match(text):
        raise ValueError(f"“{cell.strip()}” is negative, and a count cannot be negative")
    return _counted(_sum_of_terms(text, cell.strip()), cell)


class Counted(NamedTuple):
    """Families or people as a cell says them: one number, or the least and the most of a range."""

    number: float
    high: float | None = None


def read_counts(cell: object, column: str) -> dict[str, Counted]:
    """The counts of a cell in the column of families or of people, by what they count.

    Beside a plain number a cell may hold its unit ("33,163 IDPs"), a range ("66,188 – 77,280"),
    or families with their people ("35141 عائلة (228416 نسمة)"). Raises ValueError as
    `read_number` does.
    """
    text = _tidied(cell) if isinstance(cell, str) else ""
    if both := _BOTH.fullmatch(text):
        families, people = read_number(both["families"]), read_number(both["people"])
        return {"families": Counted(families), "people": Counted(people)}
    if found := _IN_UNITS[column].fullmatch(text):
        text = found["number"]
    ends = _RANGE.fullmatch(text)
    if ends is None:
        return {column: Counted(read_number(text if found else cell))}
    low, high = (read_number(end) for end in ends.groups() if end)
    if high <= low:
        raise ValueError(f"“{cell}” is no range: the second number is not above the first")
    return {column: Counted(low, high)}


def western_digits(text: str) -> str:
    """The text with every decimal digit of any script written 0 to 9."""
    return "".join(
        str(unicodedata.decimal(sign)) if sign.isdecimal() and sign > "9" else sign for sign in text
    )


def without_marks(text: str) -> str:
    """The text without invisible direction marks, and with every space a plain one."""
    visible = (sign for sign in text if unicodedata.category(sign) != "Cf")
    return " ".join("".join(visible).split())


def _counted(value: float, cell: object) -> float:
    if math.isnan(value) or math.isinf(value):
        raise ValueError(EMPTY)
    if value < 0:
        raise ValueError(f"“{cell}” is negative, and a count cannot be negative")
    return value


def _tidied(cell: str) -> str:
    text = western_digits(without_marks(cell))
    inside = re.fullmatch(r"\(\s*(.*?)\s*\)", text)
    return inside[1] if inside else text


def _sum_of_terms(text: str, shown: str) -> float:
    """Add up what "و" joins: "11 ألفاً و137" is 11,000 and 137."""
    terms = re.split(r"\s+و\s*(?=\d|ألف|الف)", _HARAKAT.sub("", text))
    read = [_term(term, shown) for term in terms]
    for (_, scale), (value, _) in pairwise(read):
        if value >= scale:
            raise ValueError(f"“{shown}” joins numbers that do not make one number")
    return float(sum(value for value, _ in read))


def _term(term: str, shown: str) -> tuple[Decimal, int]:
    """One term and its scale: "11 ألف" is 11,000, counted in thousands."""
    if term in DUALS:
        return Decimal(DUALS[term]), 1_000
    found = _TERM.fullmatch(term)
    if not found or not (found["number"] or found["scale"]):
        raise ValueError(f"“{shown}” is not one number; write digits only")
    if not found["scale"]:
        return _digits(found["number"].strip(), shown), 1
    if found["scale"] not in SCALES:
        raise ValueError(f"“{shown}” holds words beside the number; write digits only")
    scale = SCALES[found["scale"]]
    times = _scaled(found["number"].strip(), shown) if found["number"] else Decimal(1)
    return times * scale, scale


def _scaled(number: str, shown: str) -> Decimal:
    """Before a word like "million" a point can only be a decimal one ("1.1 million")."""
    if re.fullmatch(r"[0-9]+[.\u066b][0-9]{1,2}", number):
        return Decimal(number.replace(ARABIC_DECIMAL, "."))
    return _digits(number, shown)


def _digits(number: str, shown: str) -> Decimal:
    whole, sign, fraction = number.partition(ARABIC_DECIMAL)
    if sign:
        if not re.fullmatch(r"[0-9]+", fraction):
            raise ValueError(f"“{shown}” is not one number; write digits only")
        return Decimal(f"{_digits(whole, shown)}.{fraction}")
    if re.fullmatch(r"0[0-9]+", number):
        raise ValueError(
            "the number begins with a zero, as phone numbers and codes do; write a count without it"
        )
    if re.fullmatch(r"[0-9]+", number):
        return Decimal(number)
    if _GROUPED.fullmatch(number) and not number.startswith("0"):
        return Decimal(re.sub(r"[^0-9]", "", number))
    if _DECIMAL.fullmatch(number):
        return Decimal(number.replace(",", ""))
    raise ValueError(
        f"“{shown}” cannot be read for certain: after a comma or dot come three digits, "
        "or a digit was lost; write the number without signs"
    )
