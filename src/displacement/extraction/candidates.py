"""What stands around a number? Reads its noun and the clause on either side of it."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from typing import Final

from displacement.extraction.document import Document, Span
from displacement.extraction.needles import Letters, letters_of, possible
from displacement.extraction.numbers import Number
from displacement.extraction.rules import load_rules
from displacement.extraction.units import Head, read_head
from displacement_schemas.vocabulary import FLOWS, Measure, Term

REACH: Final = 320
"""How far a predicate may stand from its number."""

ABOUT: Final = 600
"""So many characters before and after a sentence tell what it is about."""

FAMILY: Final = (1.5, 15)
"""So many people may be one household on average."""

MOST_BESIDE: Final = 6
"""So many further numbers may stand in phrases between a noun and its predicate."""


@dataclass(frozen=True)
class Candidate:
    """A number with its noun and the clause on either side of it."""

    number: Number
    sentence: Span
    phrase_start: int
    head: Head | None
    left: str
    before: str
    """The same, not cut at the boundary of the clause."""
    between: str
    """The words between the number and its noun."""
    quantified: str
    """The words between `left` and the number."""
    right: str
    right_start: int
    stand_in: Head | None = None
    """The noun of the figure before, where the number has none of its own."""
    carried: tuple[Measure, Term] | None = None
    """What that figure says of its people."""
    left_letters: Letters = 0
    """What the words before it hold of what rules need: it tells which may fit there."""
    right_letters: Letters = 0
    """The same of the words behind its noun."""
    around: str = ""
    """The sentences around, which tell what the text is about."""
    part: bool = False
    """Whether it counts some of those counted before: "300 of them", "of whom 300"."""
    joined: bool = False
    """Whether it shares its verb with the number behind it: "300 people and 40 cows were"."""

    @property
    def noun(self) -> Head | None:
        """What it counts, by its own noun or that of the figure before."""
        return self.head or self.stand_in

    @property
    def body(self) -> Span:
        """The stretch of the text that the candidate's rules look at."""
        return Span(self.phrase_start - len(self.left), self.right_start + len(self.right))


def read_candidate(
    document: Document,
    masked: str,
    number: Number,
    following: Number | None,
    open_starts: list[int],
) -> Candidate:
    """Read what stands around a number.

    Args:
        document: The text.
        masked: The text with marks in place of its numbers.
        number: The number.
        following: The number after it, of whatever kind.
        open_starts: Where the numbers begin that may count something; the others end no clause.
    """
    lang = document.lang
    sentence = document.sentences[document.sentence_at(number.start)]
    phrase_start = _phrase_start(masked, number, sentence, lang)
    head = read_head(masked, number.end, sentence.end, lang)
    if head and following and following.start < head.start and not head.of_number:
        head = None
    right_start = head.end if head else number.end
    same = _equivalent(masked, number, following, head, lang)
    right_start = same or right_start
    right = Span(right_start, min(sentence.end, number.end + REACH))
    right = _up_to_boundary(masked, right, phrase_start, lang)
    beside = _DASHED.match(masked, right.start, right.end)
    event = head is not None and head.measure in FLOWS  # "300 evacuated and 40 sheltered in tents"
    skipped = beside.end() if beside else 0
    right = _up_to_next_noun(masked, right, skipped, open_starts, lang, joins=not event)
    before = masked[max(sentence.start, phrase_start - REACH // 2) : phrase_start]
    left = before[_last_end(only_pattern(lang, "boundary"), before) :]
    words = _without_brackets(masked[right.start : right.end])
    if same and head:
        words, right_start = " " * (same - head.end) + words, head.end
    joined = not event and only_pattern(lang, "coordinated").match(words)
    part = bool(
        only_pattern(lang, "part_after").match(masked, number.end, sentence.end)
        or only_pattern(lang, "part_before").search(left)
    )
    quantified = masked[phrase_start : number.start]
    between = masked[number.end : head.start] if head else ""
    return Candidate(
        number=number,
        sentence=sentence,
        phrase_start=phrase_start,
        head=head,
        left=left,
        before=before,
        between=between,
        quantified=quantified,
        right=words,
        right_start=right_start,
        left_letters=letters_of(lang, before + quantified),
        right_letters=letters_of(lang, words),
        around=masked[max(0, sentence.start - ABOUT) : sentence.end + ABOUT],
        part=part,
        joined=bool(joined),
    )


def may_be_same(one: Number, other: Number) -> bool:
    """Whether the two can be the same people in persons and in households."""
    if not one.value or not other.value:
        return True
    small, large = sorted((one.value, other.value))
    return FAMILY[0] <= large / small <= FAMILY[1]


def _equivalent(
    masked: str, number: Number, following: Number | None, head: Head | None, lang: str
) -> int | None:
    """Where the same people end that stand in another unit right behind: "or 20,134 persons"."""
    if not head or not head.unit or not following or not may_be_same(number, following):
        return None
    match = only_pattern(lang, "equivalent").match(masked, head.end)
    if not match or not match.start() <= following.start < match.end():
        return None
    return match.end() if match.lastgroup != head.unit else None


def _phrase_start(masked: str, number: Number, sentence: Span, lang: str) -> int:
    """Where the noun phrase of the number begins, before its quantifier and article."""
    start = number.start
    for _ in range(4):
        before = masked[max(sentence.start, start - 40) : start]
        letters = letters_of(lang, before)
        words = (*possible(lang, "quantifier", letters), *possible(lang, "determiner", letters))
        found = [match.start() for rule in words if (match := rule.pattern.search(before))]
        if not found:
            break
        start -= len(before) - min(found)
    return start


def _up_to_boundary(masked: str, right: Span, phrase_start: int, lang: str) -> Span:
    beside = _DASHED.match(masked, right.start, right.end)
    start = beside.end() if beside else right.start
    for boundary in only_pattern(lang, "boundary").finditer(masked, start, right.end):
        if boundary.start() > right.start + 1 or not _in_dashes(masked, phrase_start, right.start):
            return Span(right.start, boundary.start())
    return right


def _up_to_next_noun(
    masked: str, right: Span, skipped: int, open_starts: list[int], lang: str, *, joins: bool
) -> Span:
    """Another counted noun takes over, unless it only belongs to a phrase beside the first.

    `joins` tells whether both may share one verb: "300 people and 40 cows were moved".
    """
    inside, equal = only_pattern(lang, "inside"), only_pattern(lang, "equal")
    coordinated = only_pattern(lang, "coordinated")
    first = bisect_left(open_starts, max(right.start, skipped))
    for index in range(first, len(open_starts)):
        start = open_starts[index]
        if start >= right.end:
            break
        if index - first == MOST_BESIDE:
            return Span(right.start, start)
        joined = joins and index == first and coordinated.fullmatch(masked[right.start : start])
        if not (joined or inside.search(masked, max(right.start, start - 40), start)) and not (
            (same := equal.search(masked, max(right.start, start - 30), right.end))
            and same.start() < start < same.end()
        ):
            return Span(right.start, start)
    return right


def _in_dashes(masked: str, start: int, end: int) -> bool:
    """A counted noun between dashes, as in "half of them - 1.1 million - are displaced"."""
    before = masked[max(0, start - 3) : start].strip()[-1:]
    after = masked[end : end + 3].strip()[:1]
    return bool(before) and before in "—-" and bool(after) and after in "—-"


def _without_brackets(text: str) -> str:
    """The text without what brackets, or dashes right behind the noun, set beside it."""
    beside = _DASHED.match(text)
    text = " " * beside.end() + text[beside.end() :] if beside else text
    return _BRACKETS.sub(lambda match: " " * len(match[0]), text)


_DASHED: Final = re.compile(r"(?:\s-|\s?—)\s?(?:(?!\s-\s|—)[^;:.]){1,120}?(?:\s-\s|\s?—\s?)")
_BRACKETS: Final = re.compile(
    r"\([^()]{0,200}\)|\s*/\s*[\ue001-\ue004]+\s+[a-z]+|,\s(?:or\s)?(?:about|around|some|roughly)\s[\ue001-\ue004]+\s[a-z]+,"
)


@cache
def only_pattern(lang: str, table: str) -> re.Pattern[str]:
    """The pattern of a table that holds a single rule; none fits where a language lacks it."""
    return load_rules(lang).only(table)


def _last_end(pattern: re.Pattern[str], text: str) -> int:
    return max((match.end() for match in pattern.finditer(text)), default=0)
