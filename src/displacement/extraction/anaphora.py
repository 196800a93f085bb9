"""Which figure does a number lean on? Parts, totals, lists and places with a number of their own.

What is read here waits for a reviewer: unit or predicate come from another figure.
"""

from dataclasses import replace
from typing import Final

from displacement.extraction.candidates import Candidate, may_be_same, only_pattern
from displacement.extraction.claims import (
    STATE,
    Claim,
    Decision,
    Refusal,
    claim_of,
    counted_before,
    refuse,
)
from displacement.extraction.document import Span
from displacement.extraction.needles import possible
from displacement.extraction.predicates import applies, before_number, from_left, main_verb
from displacement.extraction.rules import rules_that
from displacement_schemas.vocabulary import Measure, NumberReason, Term, Unit


def part_of_those(candidate: Candidate, last: Decision | None, lang: str) -> Decision:
    """So many "of them": a figure only with a predicate of its own."""
    whose = only_pattern(lang, "of_whom").search(f"{candidate.left}|{candidate.right}")
    if isinstance(last, Refusal) and last.reason in _OTHERS and whose:
        return refuse(candidate, NumberReason.SUBSET, "part.of_others")
    near = replace(candidate, right=candidate.right.split(",")[0]) if candidate.head else candidate
    found = from_left(candidate, lang) if candidate.stand_in and not candidate.head else None
    start = 0
    if only_pattern(lang, "part_who").match(near.right):
        beside = main_verb(near, 0, lang)
        start = beside.predicate.end - near.right_start if isinstance(beside, Claim) else 0
    found = found or main_verb(near, start, lang) or (last and carried_on(candidate, last, lang))
    # rules that only say that people were counted hold of no part alone
    if isinstance(found, Claim) and found.rule_id not in rules_that(lang, "right", keeps=True):
        return replace(found, certain=False)
    if isinstance(found, Refusal):
        return found
    return refuse(candidate, NumberReason.SUBSET, "part.unsaid")


_OTHERS: Final = (
    NumberReason.DETAINED,
    NumberReason.KILLED,
    NumberReason.INJURED,
    NumberReason.MISSING,
    NumberReason.COMBATANTS,
    NumberReason.MIXED_MIGRATION,
)
"""Whom a part of is no part of the displaced, whatever befell it."""


def number_of_before(candidate: Candidate, last: Decision | None, lang: str) -> Decision | None:
    """In "officials put the number at 3,900" the number is that of the figure before."""
    if candidate.head and not candidate.head.unit:
        return None
    if only_pattern(lang, "difference").match(candidate.right):
        return refuse(candidate, NumberReason.SUBSET, "difference")
    last = last.denied if isinstance(last, Refusal) else last
    for rule in possible(lang, "anaphor", candidate.left_letters):
        if rule.get("closed") and not _closed(candidate, lang):
            continue
        match = before_number(rule, candidate)
        if last and match and applies(rule, candidate, lang):
            begin = candidate.body.start
            return replace(
                last,
                candidate=candidate,
                rule_id=rule.id,
                predicate=Span(begin + match.start(), begin + match.end()),
                unit=Unit((candidate.head and candidate.head.unit) or last.unit.value),
                certain=False,
                same_people_as=None,
                supersedes=None,
                follows=last.number,
            )
    return None


def _closed(candidate: Candidate, lang: str) -> bool:
    """Whether the number stands alone and its part of the sentence ends right behind it."""
    closed = only_pattern(lang, "gap_closed").match(candidate.right)
    return not candidate.head and closed is not None


def listed(candidate: Candidate, last: Decision | None, lang: str) -> Decision | None:
    """A number in brackets behind a place: what the list counts, the sentence or the last says."""
    head = candidate.head
    closed = candidate.right.lstrip()[:1] == ")" and (not head or head.unit)
    match = only_pattern(lang, "listed").search(candidate.left) if closed else None
    counted = only_pattern(lang, "listed_of").search(candidate.left)
    if not match or not (counted or isinstance(last, Claim)):
        return None
    begin = candidate.body.start
    unit = head.unit if head and head.unit else None
    claim = Claim(
        candidate=candidate,
        rule_id="listed",
        measure=Measure.IDPS,
        term=Term.DISPLACED,
        unit=Unit(unit or Unit.PERSON),
        predicate=Span(begin + match.start(), begin + match.end()),
        certain=False,
    )
    said = counted_before(counted, lang) if counted else None
    if said:
        return replace(claim, measure=Measure(said.get("measure")), term=Term(said.get("term")))
    if not isinstance(last, Claim):
        return None
    plain = Unit.PERSON if last.same_people_as else last.unit
    return replace(
        claim,
        measure=last.measure,
        term=last.term,
        unit=Unit(unit or plain.value),
        follows=last.number,
    )


def in_context(candidate: Candidate, lang: str) -> Decision | None:
    """Families registered, right after a sentence on displaced people, are such people."""
    if not candidate.head or not candidate.head.unit or not candidate.stand_in:
        return None
    for rule in possible(lang, "context", candidate.left_letters):
        if match := before_number(rule, candidate):
            claim = claim_of(candidate, rule, match, side="left", lang=lang)
            kept = rule.get("keeps") and candidate.carried
            measure, term = kept or STATE
            return replace(claim, measure=measure, term=term, certain=False)
    return None


def carried_on(candidate: Candidate, previous: Decision, lang: str) -> Decision | None:
    """A further place with its own number: unit and predicate come from the number before."""
    if candidate.head or not isinstance(previous, Claim):
        return None
    placed = only_pattern(lang, "carry").match(candidate.right) and only_pattern(
        lang, "carry_gap"
    ).search(candidate.left)
    gapped = only_pattern(lang, "gapped").search(candidate.left) and only_pattern(
        lang, "gap_closed"
    ).match(candidate.right)
    if not placed and not gapped and not _next_line(candidate, previous, lang):
        return None
    return replace(
        previous,
        candidate=candidate,
        rule_id="carry",
        certain=False,
        follows=previous.number,
        same_people_as=None,
        supersedes=None,
    )


def _next_line(candidate: Candidate, previous: Claim, lang: str) -> bool:
    """Whether it is the next of a list of places, each with the number beside its name."""
    closed = not candidate.right.strip() or candidate.right.lstrip(" ").startswith("\n")
    listing = previous.rule_id in ("clue.list", "carry")
    return listing and closed and bool(only_pattern(lang, "next_line").search(candidate.before))


def apposed(candidate: Candidate, previous: Decision, masked: str, lang: str) -> bool:
    """Whether the number gives the previous one's people in another unit."""
    other, head = previous.candidate, candidate.head
    if not other or not head or not head.unit:
        return False
    unit = previous.unit if isinstance(previous, Claim) else other.head and other.head.unit
    if not unit or head.unit == unit or not may_be_same(other.number, candidate.number):
        return False
    between = masked[other.right_start : candidate.number.start]
    if only_pattern(lang, "apposition").match(between):
        return True
    closed = only_pattern(lang, "gap_closed").match(candidate.right)
    return bool(closed and only_pattern(lang, "apposition_late").match(between))


def same_people(candidate: Candidate, previous: Decision) -> Decision:
    """The decision about the number before, for its people in another unit."""
    if isinstance(previous, Refusal):
        return refuse(candidate, previous.reason, previous.rule_id)
    unit = candidate.head.unit if candidate.head else None
    return replace(
        previous,
        candidate=candidate,
        unit=Unit(unit or previous.unit),
        same_people_as=previous.number,
        rule_id="apposition",
    )
