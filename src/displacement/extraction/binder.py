"""Does a number count displaced people? Decides at the counted noun and its predicate.

Each number that its neighbours have not settled is bound to a rule: one that takes it as a
figure, or one that says why it is none.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from displacement.extraction.anaphora import (
    apposed,
    carried_on,
    in_context,
    listed,
    number_of_before,
    part_of_those,
    same_people,
)
from displacement.extraction.candidates import Candidate, only_pattern, read_candidate
from displacement.extraction.claims import Claim, Decision, Refusal, claim_of, refuse
from displacement.extraction.clues import foreign, likely
from displacement.extraction.document import Document, Span
from displacement.extraction.needles import possible
from displacement.extraction.numbers import MAX_PLAUSIBLE, Number
from displacement.extraction.predicates import applies, best_before, from_left, main_verb
from displacement.extraction.rules import load_rules, rules_that
from displacement.extraction.shares import with_shares
from displacement_schemas.vocabulary import FLOWS, Measure, NumberReason, Term, Unit

_OPEN_TO_DOUBT: Final = (
    "nothing.said",
    "nothing.counted",
    "noun.residents",
    "bare.other_verb",
    "base.right",
    "part.unsaid",
)
"""Refusals for want of words that decide: other words near the number may still hint."""

SMALLEST_BARE: Final = 10
"""Fewer displaced people without a predicate are the people of some story."""


NEAR: Final = 30
"""Characters between "who" and the predicate of its clause."""


def bind(
    document: Document, masked: str, numbers: list[Number], settled: Mapping[int, Refusal]
) -> list[Decision]:
    """Decide every number that is not `settled` yet; the result holds all of them in order."""
    decisions: list[Decision] = []
    open_starts = [number.start for number in numbers if number.start not in settled]
    for number, following in zip(numbers, [*numbers[1:], None], strict=False):
        if number.start in settled:
            decisions.append(settled[number.start])
            continue
        candidate = read_candidate(document, masked, number, following, open_starts)
        if _needs_reading(candidate, document.lang):
            previous = _previous(decisions, candidate.sentence)
            last = previous or _last_claim(decisions, document, candidate.sentence)
            decision = _decide(candidate, previous, last, masked, document.lang)
            if isinstance(previous, Refusal) and _of_list(
                decision, previous, masked, document.lang
            ):
                decision = refuse(candidate, previous.reason, "bare.listed")
            if isinstance(decision, Claim) and _of_others(decision, document.lang):
                decision = refuse(candidate, NumberReason.OTHER_EVENT, "alien")
            if isinstance(decision, Refusal) and _in_doubt(decision, document.lang):
                hinted = likely(decision.candidate or candidate, document.lang)
                decision = _unless_denied(hinted, document.lang) if hinted else decision
            if isinstance(decision, Claim) and isinstance(last, Claim) and _leans(decision):
                decision = replace(decision, after=last.number)
            decisions.append(decision)
            _note_superseded(decisions, decision, previous)
        else:
            decisions.append(_settled_by_noun(candidate))
    return with_shares(document, masked, decisions)


def _leans(claim: Claim) -> bool:
    """Whether the people are those of the figure before, or come where those came."""
    head = claim.candidate.head
    arrived = head is not None and claim.term is Term.ARRIVED and head.noun.endswith("arrivals")
    return head is None or arrived or claim.rule_id in _OF_THOSE


_OF_THOSE: Final = ("left.largest_group", "left.largest_intake", "context.line")
"""Rules for a share of the people of the figure before."""


def _of_list(decision: Decision, previous: Refusal, masked: str, lang: str) -> bool:
    """Whether a bare noun is the next of a list that tells of something else."""
    before = previous.candidate
    if not before or decision.rule_id != "bare.noun" or previous.reason not in _PASSED_ON:
        return False
    between = masked[before.right_start : decision.number.start]
    return bool(only_pattern(lang, "list_gap").fullmatch(between))


_PASSED_ON: Final = (
    NumberReason.SUBSET,
    NumberReason.AID_RECIPIENTS,
    NumberReason.PEOPLE_IN_NEED,
    NumberReason.INTERVIEW_SAMPLE,
    NumberReason.OTHER_EVENT,
)


def _of_others(claim: Claim, lang: str) -> bool:
    """Whether a wide rule took people of whom the clause tells something else."""
    wide = rules_that(lang, "right", review=True)
    end = claim.predicate.end - claim.candidate.right_start
    return claim.rule_id in wide and foreign(claim.candidate, end, lang)


def _in_doubt(refusal: Refusal, lang: str) -> bool:
    """Whether other words of the clause may still say that these people were displaced."""
    others = rules_that(lang, "right_blocker", reason=NumberReason.OTHER_EVENT)
    return refusal.rule_id in _OPEN_TO_DOUBT or refusal.rule_id in others


def _last_claim(decisions: list[Decision], document: Document, sentence: Span) -> Decision | None:
    """The last number of the sentence before, if it was a figure: "the number" may mean it."""
    index = document.sentence_at(sentence.start)
    while index > 1 and _leads_on(document, document.sentences[index - 1]):
        index -= 1
    if index == 0 or not decisions:
        return None
    before = document.sentences[index - 1]
    for decision in reversed(decisions):
        if decision.number.start < before.start:
            return None
        if isinstance(decision, Claim) or (decision.candidate and decision.reason not in _THINGS):
            return decision
    return None


def _leads_on(document: Document, sentence: Span) -> bool:
    """Whether a sentence only leads on to a list, or is a member of it."""
    text = document.clean[sentence.start : sentence.end].strip()
    return bool(only_pattern(document.lang, "leads_on").search(text)) or text[:1] in _BULLETS


_BULLETS: Final = ("-", "•", "*", "–")


def _note_superseded(
    decisions: list[Decision], decision: Decision, previous: Decision | None
) -> None:
    """Keep with a figure the number that it replaces: "12,000, up from 9,000"."""
    if not isinstance(decision, Refusal) or not isinstance(previous, Claim):
        return
    if decision.reason is NumberReason.SUPERSEDED and decisions[-2] is previous:
        decisions[-2] = replace(previous, supersedes=decision.number)


def _needs_reading(candidate: Candidate, lang: str) -> bool:
    """Whether the number may count people: by its noun, or because it has none."""
    head = candidate.head
    if head:
        return head.reason is None
    return bool(candidate.part or only_pattern(lang, "no_noun").match(candidate.right))


def _settled_by_noun(candidate: Candidate) -> Refusal:
    """Why a number that counts no people is no figure."""
    head = candidate.head
    if head and head.reason:
        return refuse(candidate, NumberReason(head.reason), f"noun.{head.reason}")
    return _leftover(candidate)


def _previous(decisions: list[Decision], sentence: Span) -> Decision | None:
    """The number of people, or of nobody knows what, counted before in the same sentence."""
    for decision in reversed(decisions):
        if decision.number.start < sentence.start:
            return None
        if isinstance(decision, Claim) or (decision.candidate and decision.reason not in _THINGS):
            return decision
    return None


_THINGS: Final = (
    NumberReason.NO_UNIT,
    NumberReason.HOUSING_DAMAGE,
    NumberReason.AID_ITEMS,
    NumberReason.DEFINITION,
)


def _decide(
    candidate: Candidate,
    previous: Decision | None,
    last: Decision | None,
    masked: str,
    lang: str,
) -> Decision:
    number, head = candidate.number, candidate.head
    if (number.high or number.value or 0) > MAX_PLAUSIBLE:
        return refuse(candidate, NumberReason.IMPLAUSIBLE, "implausible.bound")
    if previous and apposed(candidate, previous, masked, lang):
        return same_people(candidate, previous)
    if head and head.reason:
        return refuse(candidate, NumberReason(head.reason), f"noun.{head.reason}")
    named = head is not None and head.unit is not None and not head.measure
    elliptic = named or candidate.part or only_pattern(lang, "no_noun").match(candidate.right)
    if isinstance(last, Claim) and (named or not head) and elliptic:
        noun = last.candidate.noun
        if noun and last.same_people_as:
            noun = replace(noun, unit=Unit.PERSON)  # "82,300 IDPs (16,460 families) ... of them"
        candidate = replace(candidate, stand_in=noun, carried=(last.measure, last.term))
    if candidate.part:
        return _unless_denied(part_of_those(candidate, last, lang), lang)
    decision = _first_left(candidate, lang) or number_of_before(candidate, last, lang)
    decision = decision or listed(candidate, last, lang)
    decision = decision or from_left(candidate, lang) or _from_right(candidate, lang)
    if decision is None and previous:
        decision = carried_on(candidate, previous, lang)
    decision = decision or in_context(candidate, lang)
    if isinstance(decision, Claim) and not candidate.head and (number.value or 10) < SMALLEST_BARE:
        return refuse(candidate, NumberReason.OTHER_EVENT, "bare.few")
    return _unless_denied(decision, lang) if decision else _leftover(candidate)


def _first_left(candidate: Candidate, lang: str) -> Decision | None:
    """Words before the number that leave no doubt: "the number of displaced people is"."""
    blockers = possible(lang, "left_blocker", candidate.left_letters)
    blocker = best_before(tuple(one for one in blockers if one.get("first")), candidate, lang)
    if blocker:
        return refuse(candidate, NumberReason(blocker[0].get("reason")), blocker[0].id)
    taken = best_before(possible(lang, "left", candidate.left_letters), candidate, lang)
    if not taken or not taken[0].get("first"):
        return None
    return claim_of(candidate, *taken, side="left", lang=lang)


def _from_right(candidate: Candidate, lang: str) -> Decision | None:
    """The predicate after the noun; a clause beside the noun only if no main verb follows it."""
    beside = _clause_beside(candidate, lang)
    if not beside:
        return main_verb(candidate, 0, lang) or _bare(candidate, lang)
    main = main_verb(candidate, beside.predicate.end - candidate.right_start, lang)
    if main:
        return main
    licensed = bool(only_pattern(lang, "licence").search(candidate.left))
    if not licensed and (candidate.number.value or SMALLEST_BARE) < SMALLEST_BARE:
        return refuse(candidate, NumberReason.OTHER_EVENT, "bare.few")
    return replace(beside, certain=beside.certain and licensed)


def _clause_beside(candidate: Candidate, lang: str) -> Claim | None:
    """What a clause beside the noun says: "people displaced by ...", "people who crossed ..."."""
    if not candidate.head:
        return None
    for relative in possible(lang, "relative", candidate.right_letters):
        if match := relative.pattern.search(candidate.right):
            claim = claim_of(candidate, relative, match, side="right", lang=lang)
            fled = match.groupdict().get("flee")
            return replace(claim, term=Term.FORCED_TO_FLEE) if fled else claim
    for rule in possible(lang, "beside", candidate.right_letters):
        match = rule.pattern.match(candidate.right)
        if match and applies(rule, candidate, lang):
            return claim_of(candidate, rule, match, side="right", lang=lang)
    who = only_pattern(lang, "who").match(candidate.right)
    found = main_verb(candidate, 0, lang) if who else None
    if not who or not isinstance(found, Claim):
        return None
    near = found.predicate.start - candidate.right_start <= who.end() + NEAR
    return found if near else None


def _bare(candidate: Candidate, lang: str) -> Decision | None:
    """Displaced people without a predicate: somebody has to look."""
    head = candidate.head
    if not head or not head.measure:
        return None
    if (candidate.number.value or SMALLEST_BARE) < SMALLEST_BARE:
        return refuse(candidate, NumberReason.OTHER_EVENT, "bare.few")
    if not _stands_alone(candidate, lang):
        return refuse(candidate, NumberReason.OTHER_EVENT, "bare.other_verb")
    # "200 killed and 3,400 displaced" tells of an event, "3,400 displaced people" of a state
    newly = only_pattern(lang, "newly").search(f"{candidate.between}{head.noun}|")
    flow = newly and head.measure == Measure.IDPS
    return Claim(
        candidate=candidate,
        rule_id="bare.noun",
        measure=Measure.NEW_DISPLACEMENT if flow else Measure(head.measure),
        term=Term(head.term or Term.DISPLACED),
        unit=Unit(head.unit or Unit.PERSON),
        predicate=Span(head.start, head.end),
        certain=False,
    )


def _stands_alone(candidate: Candidate, lang: str) -> bool:
    """Whether no verb that we do not know may have the people for its subject or object."""
    if candidate.head and candidate.head.measure in FLOWS:
        return True  # displacements are events themselves, whoever triggered them
    verb_after = only_pattern(lang, "any_verb").search(candidate.right)
    return not verb_after and bool(only_pattern(lang, "no_verb_before").search(candidate.left))


def _unless_denied(decision: Decision, lang: str) -> Decision:
    if isinstance(decision, Refusal):
        return decision
    candidate = decision.candidate
    rules = load_rules(lang)
    between = candidate.right[: max(0, decision.predicate.end - candidate.right_start)]
    denied = only_pattern(lang, "denial").search(between)
    before = any(
        rule.pattern.search(candidate.before if rule.get("across") else candidate.left)
        and (not rule.then or rule.then.search(candidate.right))
        for rule in rules.table("denial_before")
    )
    if denied or before:
        return replace(refuse(candidate, NumberReason.DENIED, "denied"), denied=decision)
    return decision


def _leftover(candidate: Candidate) -> Refusal:
    head = candidate.head
    if head and head.guessed:
        return refuse(candidate, NumberReason.NO_UNIT, "nothing.counted")
    if head and head.base:
        return refuse(candidate, NumberReason.POPULATION_BASE, "noun.residents")
    if head:
        return refuse(candidate, NumberReason.NO_DISPLACEMENT_TERM, "nothing.said")
    return refuse(candidate, NumberReason.NO_UNIT, "nothing.counted")
