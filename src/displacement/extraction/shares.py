"""How many people are "60 per cent of the 20,000 inhabitants"? Reads shares of a stated base.

Only where the base stands in the same sentence or the one before; the product waits for a reviewer.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice, takewhile
from typing import Final

from displacement.extraction.candidates import only_pattern, read_candidate
from displacement.extraction.claims import Claim, Decision, Refusal
from displacement.extraction.document import Document, Span
from displacement.extraction.evidence import QUOTE
from displacement.extraction.numbers import Number
from displacement.extraction.predicates import main_verb
from displacement.extraction.rules import load_rules
from displacement_schemas.vocabulary import Measure, NumberReason, Unit

RULE: Final = "share.of_base"


def with_shares(document: Document, masked: str, decisions: list[Decision]) -> list[Decision]:
    """The decisions, in which shares of people that the text has counted are figures.

    The value of such a figure is the share of its base, in whole people.
    """
    if not load_rules(document.lang).table("share_of_number"):
        return decisions
    read = list(decisions)
    for index, decision in enumerate(decisions):
        if isinstance(decision, Refusal) and decision.reason in _SHARES:
            read[index] = _share(document, masked, decisions, index) or decision
    return read


_SHARES: Final = (NumberReason.PERCENTAGE, NumberReason.FRACTION)


def _share(document: Document, masked: str, decisions: list[Decision], index: int) -> Claim | None:
    """The figure that a share makes, if its base is known and its people were displaced."""
    lang, number = document.lang, decisions[index].number
    part = _part_of_one(document.clean, number, lang)
    sentence = document.sentences[document.sentence_at(number.start)]
    if part is None or _counted_anyway(islice(decisions, index + 1, None), sentence):
        return None
    following = decisions[index + 1] if index + 1 < len(decisions) else None
    base: Decision | None = None
    if following and only_pattern(lang, "share_of_number").fullmatch(
        masked, number.end, following.number.start
    ):
        base = following
        claim = main_verb(base.candidate, 0, lang) if base.candidate else None
    else:
        base = _base_before(document, masked, decisions, index)
        claim = _own_verb(document, masked, number)
    if not base or not isinstance(claim, Claim) or not _may_be_base(base, claim):
        return None
    return _figure(document, claim, number, base, part)


def _part_of_one(clean: str, number: Number, lang: str) -> float | None:
    """The share as a part of one: 60 per cent is 0.6, two thirds are 0.667."""
    words = load_rules(lang).words
    if number.kind != "fraction":
        fits = number.value is not None and number.high is None and number.value <= _ALL
        return (number.value or 0) / _ALL if fits else None
    parts = re.findall(r"[^\W\d_]+", clean[number.start : number.end].lower())
    below = next((words["fractions"][word] for word in parts if word in words["fractions"]), None)
    times = next(
        (words["number_values"][word] for word in parts if word in words["number_values"]), 1
    )
    return times * below if below else None


_ALL: Final = 100


def _counted_anyway(later: Iterable[Decision], sentence: Span) -> bool:
    """Whether the sentence goes on to give a figure itself: "half of them, 30,000, fled"."""
    here = takewhile(lambda one: one.number.start < sentence.end, later)
    return any(isinstance(one, Claim) for one in here)


def _base_before(
    document: Document, masked: str, decisions: list[Decision], index: int
) -> Decision | None:
    """The people whom "half of whom" or "of the population" means: the last ones counted."""
    lang, number = document.lang, decisions[index].number
    sentence = document.sentence_at(number.start)
    end = document.sentences[sentence].end
    those = only_pattern(lang, "share_of_those").match(masked, number.end, end)
    people = only_pattern(lang, "share_of_people").match(masked, number.end, end)
    start = document.sentences[max(0, sentence - 1)].start
    for decision in (decisions[before] for before in range(index - 1, -1, -1)):
        if decision.number.start < start:
            return None
        counts = decision.candidate and decision.candidate.head and decision.candidate.head.unit
        lived = isinstance(decision, Refusal) and decision.reason is NumberReason.POPULATION_BASE
        if (those and counts) or (people and lived):
            return decision
        if those and decision.candidate and decision.candidate.head:
            return None
    return None


def _own_verb(document: Document, masked: str, number: Number) -> Decision | None:
    """What is said of the share itself."""
    named = only_pattern(document.lang, "share_named").match(masked, number.end)
    end = named.end() if named else number.end
    candidate = read_candidate(document, masked, replace(number, end=end), None, [])
    return main_verb(candidate, 0, document.lang)


def _may_be_base(base: Decision, claim: Claim) -> bool:
    """A part of people counted as displaced is a subset, unless it tells of their return."""
    if not base.number.value or base.number.high:
        return False
    if isinstance(base, Refusal):
        return base.reason in (NumberReason.POPULATION_BASE, NumberReason.NO_DISPLACEMENT_TERM)
    returned = (Measure.RETURN, Measure.CROSS_BORDER_RETURN)
    return claim.measure in returned and base.measure not in returned


def _figure(
    document: Document, claim: Claim, number: Number, base: Decision, part: float
) -> Claim | None:
    """The share as a figure, if one quotation can show it and its base."""
    first = min(base.number.start, number.start)
    sentences = document.sentences
    start = sentences[document.sentence_at(first)].start
    end = sentences[document.sentence_at(max(base.number.start, number.start))].end
    head = base.candidate.head if base.candidate else None
    if end - start > QUOTE:
        return None
    value = float(round((base.number.value or 0) * part))
    return replace(
        claim,
        candidate=replace(claim.candidate, number=replace(number, value=value), head=head),
        rule_id=RULE,
        unit=Unit((head and head.unit) or claim.unit),
        certain=False,
        shown=Span(start, end),
    )
