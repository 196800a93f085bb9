"""Which numbers are settled by the words right beside them: dates, ages, money, names?

What is settled here is never looked at again, neither as a figure nor as the end of a clause.
"""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final

from displacement.extraction.claims import Refusal
from displacement.extraction.document import Document, Span
from displacement.extraction.needles import letters_of, possible
from displacement.extraction.numbers import Number
from displacement.extraction.rules import Rule, load_rules
from displacement_schemas.vocabulary import NumberReason


def settle(document: Document, masked: str, numbers: list[Number]) -> dict[int, Refusal]:
    """The numbers that a local rule rejects, by their first character; the first rule wins."""
    at = {number.start: number for number in numbers}
    settled = {
        number.start: Refusal(number, rule.id, NumberReason(rule.get("reason")))
        for rule in load_rules(document.lang).table("local")
        if (kind := rule.get("kind"))
        for number in numbers
        if number.kind == kind
    }
    for stretch, inside in _stretches(document, numbers):
        open_ones = {number.start for number in inside} - settled.keys()
        letters = letters_of(document.lang, masked[stretch.start : stretch.end])
        for rule in possible(document.lang, "local", letters):
            if not open_ones:
                break
            words = rule.says.get("word")
            if "kind" in rule.says or (words and not _written(words, document, at, open_ones)):
                continue
            for start in _hits(rule, masked, stretch):
                number = at.get(start)
                if number is None or start in settled:
                    continue
                if words and not _written(words, document, at, {start}):
                    continue
                settled[start] = Refusal(number, rule.id, NumberReason(rule.get("reason")))
                open_ones.discard(start)
    return settled


def _written(
    words: list[str], document: Document, at: Mapping[int, Number], starts: set[int]
) -> bool:
    """Whether one of the numbers that begin there is written as one of these words."""
    return any(document.clean[start : at[start].end].lower() in words for start in starts)


BESIDE: Final = 60
"""How far the words that settle a number may stand from it."""


def _stretches(document: Document, numbers: list[Number]) -> Iterator[tuple[Span, list[Number]]]:
    """The parts of the sentences that hold numbers, with the words beside these and them."""
    for index, inside in groupby(numbers, key=lambda number: document.sentence_at(number.start)):
        sentence, found = document.sentences[index], list(inside)
        start = document.clean.find(" ", max(sentence.start, found[0].start - BESIDE))
        end = min(sentence.end, found[-1].end + BESIDE)
        begin = sentence.start if found[0].start - BESIDE < sentence.start else start
        yield Span(begin, end), found


def _hits(rule: Rule, masked: str, sentence: Span) -> Iterator[int]:
    names = rule.pattern.groupindex
    for match in rule.pattern.finditer(masked, *sentence):
        for name in names:
            if (start := match.start(name)) >= 0:
                yield start


def unmasked(clean: str, masked: str, settled: Mapping[int, Refusal]) -> str:
    """The masked text in which settled numbers are words again: they count nothing."""
    pieces: list[str] = []
    position = 0
    for start in sorted(settled):
        end = settled[start].number.end
        pieces += (masked[position:start], clean[start:end])
        position = end
    return "".join((*pieces, masked[position:]))
