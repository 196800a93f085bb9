"""Which numbers does a text hold, and what does each of them say?

The lexer reads digits, words, ranges and vague amounts alike; it judges nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from displacement.extraction.rules import NEVER, Rules, load_rules

MAX_PLAUSIBLE: Final = 200_000_000
"""No crisis has displaced so many; a larger number is a misprint or no count of people."""


@dataclass(frozen=True)
class Number:
    """One number of a text; `value` is null where it is vague or cannot be read.

    Kinds: plain, year, day, ordinal, range, vague, fraction, date, time, phone, malformed.
    """

    start: int
    end: int
    value: float | None
    high: float | None = None
    kind: str = "plain"
    in_words: bool = False
    rough: bool = False
    """Whether its own word says that it is rounded: "une centaine"."""


def find_numbers(clean: str, start: int, lang: str) -> list[Number]:
    """All numbers of the cleaned text from `start` on, in order and without overlaps."""
    rules = load_rules(lang)
    found = [_read(match, clean, rules) for match in _matches(clean, start, lang)]
    return list(_with_ranges(clean, found, lang))


def masked(clean: str, numbers: list[Number]) -> str:
    """The text with every number replaced, character for character, by the mark of its kind."""
    pieces = []
    position = 0
    for number in numbers:
        pieces.append(clean[position : number.start])
        pieces.append(_MARKS.get(number.kind, "\ue001") * (number.end - number.start))
        position = number.end
    pieces.append(clean[position:])
    return "".join(pieces)


def without_brackets(mask: str, lang: str) -> str:
    """The masked text without brackets around a number whose noun stands behind them."""
    return _bracketed(lang).sub(r" \1 ", mask) if ")" in mask else mask


@cache
def _bracketed(lang: str) -> re.Pattern[str]:
    rules = load_rules(lang)
    return rules.compile(r"\(({n})\)(?=\s?(?:{person}|{household})(?!\w))")


_MARKS: Final = {"year": "\ue002", "day": "\ue003", "ordinal": "\ue004"}
_DATE: Final = r"\d{4}-\d{2}-\d{2}(?!\d)|\d{1,2}[/.]\d{1,2}[/.](?:\d{4}|\d{2})(?!\d)"
_TIME: Final = r"\d{1,2}:\d{2}(?::\d{2})?(?!\d)"
_PHONE: Final = r"\+\d[\d ()-]{6,16}\d"
_DIGITS: Final = (
    r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?(?!\d)"
    r"|\d{1,3}(?: \d{3})+(?![\d,.]?\d)"
    r"|\d{1,3}(?:\.\d{3})+(?!\d)"
    r"|\d{1,3}(?:'\d{3})+(?!\d)"
    r"|\d++[.,]\d{1,2}(?!\d)"
    r"|\d++(?:\.\d++)?"
)
_GROUPED: Final = re.compile(r"\d{1,3}(?:(?:,\d{2,3})*,\d{3}|(?: \d{3})+|(?:\.\d{3})+|(?:'\d{3})+)")
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2100
_LAST_DAY: Final = 31
_MAX_DIGITS: Final = 18
_WORDS: Final = re.compile(r"[^\W\d_]+[\u064b-\u0652]*")
_HALF: Final = 0.5
_TEN: Final = 10
_THOUSAND: Final = 1000
_MILLION: Final = 1_000_000
_LONGEST_JOINT: Final = 8
_DIGITS_OF_REST: Final = 3


def _matches(clean: str, start: int, lang: str) -> Iterator[re.Match[str]]:
    """Where the lexer fits; it is tried only where a digit or the word of a number begins."""
    lexer, word = _lexer(lang), _first_words(lang)
    lower = clean.lower()
    if len(lower) != len(clean):  # a few letters grow when they shrink
        lower = clean.translate(_LOWER)
    seeds = [match.start() for match in _DIGIT_SEED.finditer(clean, start)]
    for match in word.finditer(lower, start):
        begin = match.start()
        if begin == 0 or not lower[begin - 1].isalpha():
            seeds.append(begin)
    position = start
    for seed in sorted(seeds):
        if seed >= position and (found := lexer.match(clean, seed)):
            yield found
            position = found.end()


_LOWER: Final = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_DIGIT_SEED: Final = re.compile(r"[+0-9](?<![0-9].)(?=[0-9]|(?<=[0-9]))")


@cache
def _first_words(lang: str) -> re.Pattern[str]:
    """The words that a number in words may begin with: literals only, which are found fast."""
    return re.compile("|".join(load_rules(lang).words["first_words"]))


@cache
def _rough(lang: str) -> re.Pattern[str]:
    """Words of numbers that only say about how many."""
    rules = load_rules(lang)
    return rules.compile("{rough_number}") if "rough_number" in rules.macros else NEVER


@cache
def _lexer(lang: str) -> re.Pattern[str]:
    rules = load_rules(lang)
    return rules.compile(
        rf"(?P<date>(?<![\d.,/-]){_DATE})|(?P<time>(?<!\d){_TIME})|(?P<phone>{_PHONE})"
        r"|(?P<vague>\b{vague_number}\b)|(?P<fraction>\b{fraction}\b)"
        r"|(?P<ordinal>(?<![\d.,])\d{1,4}(?:,\d\d\d)?{ordinal_ending}\b)"
        rf"|(?<!\d)(?P<digits>{_DIGITS})(?P<scale>{{digit_scale}})?"
        r"|(?P<words>\b{number_words}\b)"
    )


def _read(match: re.Match[str], clean: str, rules: Rules) -> Number:
    start, end = match.span()
    kind = match.lastgroup or ""
    if match["digits"]:
        return _read_digits(match, clean, rules)
    if kind == "ordinal":
        value = float("".join(re.findall(r"\d", match[0])))
        return Number(start, end, value, kind="ordinal")
    if kind == "words":
        rough = bool(_rough(rules.lang).search(match[0]))
        return Number(start, end, _value_of_words(match[0], rules), in_words=True, rough=rough)
    return Number(start, end, None, kind=kind)


def _read_digits(match: re.Match[str], clean: str, rules: Rules) -> Number:
    digits, scale = match["digits"], match["scale"]
    start, end = match.start("digits"), match.end()
    before = clean[start - 1] if start else " "
    glued = (before.isalpha() and before not in rules.words.get("prefixes", ())) or before == "_"
    if len(digits) > _MAX_DIGITS:
        return Number(start, end, None, kind="malformed")
    factor = 1.0
    if scale:
        words = [_bare(word) for word in _WORDS.findall(scale.lower())]
        for word in words:
            factor *= rules.words["scales"].get(word, 1)
        part = sum(rules.words["parts"].get(word, 0) for word in words)
        if part and digits.strip("0.,"):
            factor *= 1 + part / float(digits.replace(",", "."))
    value = _value_of_digits(digits, scaled=factor > 1)
    if value is None:
        return Number(start, end, None, kind="malformed")
    if not scale and not glued and digits.isdecimal():
        return Number(start, end, value, kind=_calendar_kind(digits, value))
    return Number(start, end, round(value * factor, 6))


def _bare(word: str) -> str:
    """A word without the marks on its letters."""
    return word.rstrip("\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652")


def _value_of_digits(digits: str, *, scaled: bool) -> float | None:
    if _GROUPED.fullmatch(digits) and not (scaled and digits.count(".") == 1):
        return float(re.sub(r"[ ,.']", "", digits))
    if re.fullmatch(r"\d+,\d{1,2}", digits):
        # "12,88" without a scale is a thousand that lost a digit, or no number at all
        return float(digits.replace(",", ".")) if scaled else None
    return float(re.sub(r"[ ,']", "", digits))


def _calendar_kind(digits: str, value: float) -> str:
    if len(digits) == 4 and _FIRST_YEAR <= value < _LAST_YEAR:  # noqa: PLR2004
        return "year"
    return "day" if 1 <= value <= _LAST_DAY and len(digits) <= 2 else "plain"  # noqa: PLR2004


def _value_of_words(text: str, rules: Rules) -> float | None:
    words = _words_of_number(text.lower(), rules)
    units, scales = rules.words["number_values"], rules.words["scales"]
    parts = rules.words["parts"]
    following = [*words[1:], ""]
    total = part = 0.0
    for position, word in enumerate(words):
        if word in parts:
            # "half a million" is 0.5 million, "two and a half million" is 2.5 million
            whole = parts[word] >= _HALF
            part = part + parts[word] if whole else (part or 1) * parts[word]
        elif word in units and word not in scales and following[position] in parts:
            continue  # "un demi-million": the article of the half
        elif word in units and not (word in scales and (part or following[position] in parts)):
            part += units[word]
        elif word in scales:
            after_half = any(parts.get(later) == _HALF for later in words[position + 1 :])
            part = (part or 1) * scales[word]
            if scales[word] >= _THOUSAND:
                half = 0.5 * scales[word] if after_half else 0
                total, part = total + part + half, 0.0
                if after_half:
                    break
    return total + part


def _words_of_number(text: str, rules: Rules) -> list[str]:
    """Its words one by one: those that make one number together joined, those glued on freed."""
    for apart, joined in rules.words.get("number_compounds", {}).items():
        text = text.replace(apart, joined)
    known = {*rules.words["number_values"], *rules.words["scales"], *rules.words["parts"]}
    words = [_bare(word) for word in _WORDS.findall(text)]
    glued = rules.words.get("number_prefix", "")
    return [
        word[len(glued) :] if word not in known and glued and word.startswith(glued) else word
        for word in words
    ]


def _with_ranges(clean: str, found: list[Number], lang: str) -> Iterator[Number]:
    pending: Number | None = None
    for number in found:
        joined = pending and _joined(clean, pending, number, lang)
        if joined:
            pending = joined
            continue
        if pending:
            yield pending
        pending = number
    if pending:
        yield pending


@cache
def _joints(lang: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    rules = load_rules(lang)
    return (
        rules.compile(r"\s?-\s?|\s+{range_to}\s+"),
        rules.compile(r"\s+{range_and}\s*"),
        rules.compile(r"\b{range_between}\s+(?:{rough}\s+)?\Z"),
        rules.compile(r"\b{rise}\b(?:\s+[\w-]+){0,4},?\s+{range_from}\s+(?:{rough}\s+)?\Z"),
    )


def _joined(clean: str, low: Number, high: Number, lang: str) -> Number | None:
    """The two numbers as one range, if the words around them make it one."""
    kinds = {low.kind, high.kind}
    if not kinds <= {"plain", "day"} or low.value is None or high.value is None:
        return None
    if _adds(clean, low, high, lang):
        return replace(low, end=high.end, value=low.value + high.value)
    if not _is_joint(clean, low, high, lang):
        return None
    days = kinds == {"day"}
    bottom = low.value if days else _scaled_like(low.value, clean[low.end : high.end], high)
    if not bottom < high.value:
        return None
    return Number(low.start, high.end, bottom, high.value, "day" if days else "range")


def _adds(clean: str, low: Number, high: Number, lang: str) -> bool:
    """Whether the second number goes on with the first: "143 alf wa-164", "milyun wa-300 alf"."""
    joint = load_rules(lang).words.get("adds")
    if not joint or not low.value or not high.value or high.in_words:
        return False
    if not clean[low.end - 1].isalpha():
        return False
    in_thousands = high.value % _THOUSAND == 0 and clean[high.end - 1].isalpha()
    if low.value % _MILLION == 0:
        rest = in_thousands and high.value < _MILLION
    else:
        rest = low.value % _THOUSAND == 0 and high.value < _THOUSAND
        rest = rest and high.end - high.start <= _DIGITS_OF_REST
    alone = _joints(lang)[2].search(clean[max(0, low.start - 40) : low.start]) is None
    return rest and alone and bool(re.fullmatch(rf"\s+{joint}\s?", clean[low.end : high.start]))


def _is_joint(clean: str, low: Number, high: Number, lang: str) -> bool:
    to, and_, between, rises = _joints(lang)
    if not 0 < high.start - low.end <= _LONGEST_JOINT:
        return False
    joint, before = clean[low.end : high.start], clean[max(0, low.start - 40) : low.start]
    joins = to.fullmatch(joint) or (and_.fullmatch(joint) and between.search(before))
    return bool(joins) and not rises.search(before)


def _scaled_like(low: float, joint_and_high: str, high: Number) -> float:
    """The low end in the scale of the high one: "25-30,000", "1 to 1.2 million"."""
    spoken = re.search(r"[^\W\d_]{3,}[\u064b-\u0652]*\Z", joint_and_high)
    compact = joint_and_high.startswith("-") and low >= _TEN
    if high.value is None or low >= _THOUSAND or not (spoken or compact):
        return low
    for scale in (1_000_000, _THOUSAND):
        if high.value >= scale and low * scale < high.value:
            return low * scale
    return low
