"""Does a number count displaced people? Decides at the counted noun and its predicate.

Each number that its neighbours have not settled is bound to a rule: one that takes it as a
figure, or one that says why it is none.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from displacement.extraction.candidates import Candidate, only_pattern, read_candidate
from displacement.extraction.document import Document, Span
from displacement.extraction.numbers import MAX_PLAUSIBLE, Number
from displacement.extraction.rules import Rule, load_rules
from displacement.extraction.units import Head
from displacement_schemas.vocabulary import FLOWS, Measure, Modality, NumberReason, Term, Unit

SMALLEST_BARE: Final = 10
"""Fewer displaced people without a predicate are the people of some story."""


NEAR: Final = 30
"""Characters between "who" and the predicate of its clause."""


@dataclass(frozen=True)
class Refusal:
    """A number that is no displacement figure, and why."""

    number: Number
    rule_id: str
    reason: NumberReason
    candidate: Candidate | None = None


@dataclass(frozen=True)
class Claim:
    """A number that counts displaced people, as far as its noun and predicate tell."""

    candidate: Candidate
    rule_id: str
    measure: Measure
    term: Term
    unit: Unit
    predicate: Span
    modality: Modality = Modality.ASSERTED
    certain: bool = True
    same_people_as: Number | None = None
    supersedes: Number | None = None
    follows: Number | None = None
    """The figure whose unit and predicate it carries on."""

    @property
    def number(self) -> Number:
        """The number itself."""
        return self.candidate.number


Decision = Claim | Refusal


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
            decisions.append(decision)
            _note_superseded(decisions, decision, previous)
        else:
            decisions.append(_settled_by_noun(candidate))
    return decisions


def _last_claim(decisions: list[Decision], document: Document, sentence: Span) -> Decision | None:
    """The last number of the sentence before, if it was a figure: "the number" may mean it."""
    index = document.sentence_at(sentence.start)
    if index == 0 or not decisions:
        return None
    before = document.sentences[index - 1]
    for decision in reversed(decisions):
        if decision.number.start < before.start:
            return None
        if isinstance(decision, Claim) or (decision.candidate and decision.reason not in _THINGS):
            return decision
    return None


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
        return _refuse(candidate, NumberReason(head.reason), f"noun.{head.reason}")
    return _leftover(candidate)


def _previous(decisions: list[Decision], sentence: Span) -> Decision | None:
    """The number of people, or of nobody knows what, counted before in the same sentence."""
    for decision in reversed(decisions):
        if decision.number.start < sentence.start:
            return None
        if isinstance(decision, Claim) or (decision.candidate and decision.reason not in _THINGS):
            return decision
    return None


_THINGS: Final = (NumberReason.NO_UNIT, NumberReason.HOUSING_DAMAGE, NumberReason.AID_ITEMS)


def _decide(
    candidate: Candidate,
    previous: Decision | None,
    last: Decision | None,
    masked: str,
    lang: str,
) -> Decision:
    number, head = candidate.number, candidate.head
    if (number.high or number.value or 0) > MAX_PLAUSIBLE:
        return _refuse(candidate, NumberReason.IMPLAUSIBLE, "implausible.bound")
    if previous and _apposed(candidate, previous, masked, lang):
        return _same_people(candidate, previous)
    if head and head.reason:
        return _refuse(candidate, NumberReason(head.reason), f"noun.{head.reason}")
    named = head is not None and head.unit is not None and not head.measure
    elliptic = named or candidate.part or only_pattern(lang, "no_noun").match(candidate.right)
    if isinstance(last, Claim) and (named or not head) and elliptic:
        candidate = replace(
            candidate, stand_in=last.candidate.noun, carried=(last.measure, last.term)
        )
    if candidate.part:
        return _unless_denied(_part(candidate, last, lang), lang)
    decision = _first_left(candidate, lang) or _anaphor(candidate, last, lang)
    decision = decision or _listed(candidate, last, lang)
    decision = decision or _from_left(candidate, lang) or _from_right(candidate, lang)
    if decision is None and previous:
        decision = _carried(candidate, previous, lang)
    decision = decision or _in_context(candidate, lang)
    if isinstance(decision, Claim) and not candidate.head and (number.value or 10) < SMALLEST_BARE:
        return _refuse(candidate, NumberReason.OTHER_EVENT, "bare.few")
    return _unless_denied(decision, lang) if decision else _leftover(candidate)


def _first_left(candidate: Candidate, lang: str) -> Decision | None:
    """Words before the number that leave no doubt: "the number of displaced people is"."""
    taken = _longest(load_rules(lang).table("left"), candidate)
    if not taken or not taken[0].get("first"):
        return None
    return _claim(candidate, *taken, side="left", lang=lang)


def _from_left(candidate: Candidate, lang: str) -> Decision | None:
    rules = load_rules(lang)
    taken = _longest(rules.table("left"), candidate)
    if blocker := _longest(rules.table("left_blocker"), candidate):
        return _refuse(candidate, NumberReason(blocker[0].get("reason")), blocker[0].id)
    if taken is None:
        return None
    if taken[0].get("needs") == "displaced":
        blocked = _main_verb(candidate, 0, lang)
        if isinstance(blocked, Refusal):
            return blocked
    return _claim(candidate, *taken, side="left", lang=lang)


def _part(candidate: Candidate, last: Decision | None, lang: str) -> Decision:
    """So many "of them": a figure only with a predicate of its own."""
    near = replace(candidate, right=candidate.right.split(",")[0]) if candidate.head else candidate
    found = _from_left(candidate, lang) if candidate.stand_in and not candidate.head else None
    start = 0
    if only_pattern(lang, "part_who").match(near.right):
        beside = _main_verb(near, 0, lang)
        start = beside.predicate.end - near.right_start if isinstance(beside, Claim) else 0
    found = found or _main_verb(near, start, lang) or (last and _carried(candidate, last, lang))
    if isinstance(found, Claim):
        return replace(found, certain=False)
    return found or _refuse(candidate, NumberReason.SUBSET, "part.unsaid")


def _anaphor(candidate: Candidate, last: Decision | None, lang: str) -> Decision | None:
    """In "officials put the number at 3,900" the number is that of the figure before."""
    if candidate.head and not candidate.head.unit:
        return None
    for rule in load_rules(lang).table("anaphor"):
        if isinstance(last, Claim) and (match := _before(rule, candidate)):
            begin = candidate.body.start
            return replace(
                last,
                candidate=candidate,
                rule_id=rule.id,
                predicate=Span(begin + match.start(), begin + match.end()),
                unit=Unit(candidate.head.unit) if candidate.head else last.unit,
                certain=False,
                same_people_as=None,
                supersedes=None,
            )
    return None


def _listed(candidate: Candidate, last: Decision | None, lang: str) -> Decision | None:
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
    said = _counted_before(counted, lang) if counted else None
    if said:
        return replace(claim, measure=Measure(said.get("measure")), term=Term(said.get("term")))
    if not isinstance(last, Claim):
        return None
    plain = Unit.PERSON if last.same_people_as else last.unit
    return replace(
        claim, measure=last.measure, term=last.term, unit=Unit(unit or plain), follows=last.number
    )


def _longest(rules: tuple[Rule, ...], candidate: Candidate) -> tuple[Rule, re.Match[str]] | None:
    """The rule that fits the most words before the number; "first" rules before all others."""
    fits = [
        (rule, match)
        for rule in rules
        if (match := _before(rule, candidate))
        and _noun_fits(rule, candidate.head)
        and _applies(rule, candidate)
    ]
    return max(fits, key=lambda fit: (bool(fit[0].get("first")), len(fit[1][0])), default=None)


def _in_context(candidate: Candidate, lang: str) -> Decision | None:
    """Families registered, right after a sentence on displaced people, are such people."""
    if not candidate.head or not candidate.head.unit or not candidate.stand_in:
        return None
    for rule in load_rules(lang).table("context"):
        if match := rule.pattern.search(candidate.left):
            claim = _claim(candidate, rule, match, side="left", lang=lang)
            return replace(claim, measure=_STATE[0], term=_STATE[1], certain=False)
    return None


def _before(rule: Rule, candidate: Candidate) -> re.Match[str] | None:
    """The rule before the number or its quantifier: "has exceeded" may be read as either."""
    if rule.get("across"):
        return rule.pattern.search(candidate.before)
    found = rule.pattern.search(candidate.left)
    if found or not candidate.quantified.strip():
        return found
    return rule.pattern.search(candidate.left + candidate.quantified)


def _from_right(candidate: Candidate, lang: str) -> Decision | None:
    """The predicate after the noun; a clause beside the noun only if no main verb follows it."""
    beside = _clause_beside(candidate, lang)
    if not beside:
        return _main_verb(candidate, 0, lang) or _bare(candidate, lang)
    main = _main_verb(candidate, beside.predicate.end - candidate.right_start, lang)
    if main:
        return main
    licensed = bool(only_pattern(lang, "licence").search(candidate.left))
    if not licensed and (candidate.number.value or SMALLEST_BARE) < SMALLEST_BARE:
        return _refuse(candidate, NumberReason.OTHER_EVENT, "bare.few")
    return replace(beside, certain=beside.certain and licensed)


def _clause_beside(candidate: Candidate, lang: str) -> Claim | None:
    """What a clause beside the noun says: "people displaced by ...", "people who crossed ..."."""
    if not candidate.head:
        return None
    relative = load_rules(lang).table("relative")[0]
    if match := relative.pattern.search(candidate.right):
        claim = _claim(candidate, relative, match, side="right", lang=lang)
        return replace(claim, term=Term.FORCED_TO_FLEE) if match["flee"] else claim
    for rule in load_rules(lang).table("beside"):
        if match := rule.pattern.match(candidate.right):
            return _claim(candidate, rule, match, side="right", lang=lang)
    who = only_pattern(lang, "who").match(candidate.right)
    found = _main_verb(candidate, 0, lang) if who else None
    if not who or not isinstance(found, Claim):
        return None
    near = found.predicate.start - candidate.right_start <= who.end() + NEAR
    return found if near else None


def _main_verb(candidate: Candidate, start: int, lang: str) -> Decision | None:
    """The first predicate after `start` that says something of the counted people."""
    rules = load_rules(lang)
    right = candidate.right
    found: list[tuple[int, int, int, Rule, re.Match[str]]] = []
    for order, table in enumerate(("right_blocker", "right")):
        for rule in rules.table(table):
            if not _noun_fits(rule, candidate.head):
                continue
            match = rule.pattern.search(right, start)
            if match and _applies(rule, candidate):
                begin = match.end() - len(match[0].lstrip())
                if "at" in rule.pattern.groupindex:
                    begin = match.start("at")
                found.append((begin, -len(match[0]), order, rule, match))
    if not found:
        return None
    found.sort(key=lambda entry: (bool(entry[3].get("weak")), *entry[:3]))
    _, _, order, rule, match = found[0]
    if order == 0:
        return _refuse(candidate, NumberReason(rule.get("reason")), rule.id)
    return _claim(candidate, rule, match, side="right", lang=lang)


def _noun_fits(rule: Rule, head: Head | None) -> bool:
    noun = rule.get("noun")
    if noun == "plain":
        return not (head and head.displaced)
    return head is None if noun == "none" else True


def _applies(rule: Rule, candidate: Candidate) -> bool:
    displaced = candidate.noun is not None and candidate.noun.displaced
    displaced = displaced or (candidate.stand_in is not None and not candidate.head)
    if rule.get("needs") == "displaced" and not displaced:
        return False
    if rule.between and not rule.between.search(candidate.between):
        return False
    return rule.then is None or rule.then.search(candidate.right) is not None


def _claim(
    candidate: Candidate, rule: Rule, match: re.Match[str], *, side: str, lang: str
) -> Claim:
    head = candidate.noun
    measure, term = rule.get("measure"), rule.get("term")
    if measure == "as_noun":
        measure, term = (head.measure, head.term) if head and head.measure else _STATE
    if rule.get("keeps") and candidate.carried and not candidate.head:
        measure, term = candidate.carried
    elif rule.get("measure") == "as_noun" and head:
        if measure == "idps" and only_pattern(lang, "newly").search(head.modifiers):
            measure = "new_displacement"
    state = side == "right" and only_pattern(lang, "state").search(match[0])
    if measure == Measure.NEW_DISPLACEMENT and state:
        measure = Measure.IDPS
    if measure == Measure.IDPS and head and head.measure in _STOCKS_OF_NOUNS:
        measure, term = head.measure, head.term
    counted = _counted_before(match, lang)
    if counted:
        measure, term = counted.get("measure"), counted.get("term")
    begin = candidate.right_start if side == "right" else candidate.body.start
    unit = head.unit if head and head.unit else counted.get("unit") if counted else None
    if counted and not (candidate.head and candidate.head.unit):
        unit = _unit_before(match, lang) or unit
    modality = rule.get("modality") or _modality(candidate, match, side, lang)
    return Claim(
        candidate=candidate,
        rule_id=rule.id,
        measure=Measure(measure),
        term=Term(term),
        unit=Unit(unit or Unit.PERSON),
        predicate=Span(begin + match.start(), begin + match.end()),
        modality=Modality(modality),
        certain=unit is not None
        and not rule.get("review")
        and bool(candidate.head or not candidate.stand_in),
    )


_STATE: Final = (Measure.IDPS, Term.DISPLACED)
_STOCKS_OF_NOUNS: Final = (Measure.REFUGEES, Measure.RETURNEES)


def _counted_before(match: re.Match[str], lang: str) -> Rule | None:
    """What "the number of displaced families has reached" counts: the noun stands before."""
    noun = next(
        (found for name, found in match.groupdict().items() if name[:4] == "noun" and found), None
    )
    if not noun:
        return None
    counted = load_rules(lang).table("counted")
    return next((rule for rule in counted if rule.pattern.search(noun)), None)


def _unit_before(match: re.Match[str], lang: str) -> Unit | None:
    named = " ".join(text for name, text in match.groupdict().items() if text and "noun" in name)
    return Unit.HOUSEHOLD if only_pattern(lang, "in_households").search(named) else None


def _modality(candidate: Candidate, match: re.Match[str], side: str, lang: str) -> str:
    """Planned or forecast, if the words up to the predicate say so."""
    near = candidate.right[: match.end()] if side == "right" else match[0]
    before = candidate.left[-60:]
    if side == "left":
        before = candidate.left[max(0, match.start() - 60) :]
    for rule in reversed(load_rules(lang).table("modality")):
        if rule.pattern.search(near) or rule.pattern.search(before):
            return str(rule.get("says"))
    return "asserted"


def _bare(candidate: Candidate, lang: str) -> Decision | None:
    """Displaced people without a predicate: somebody has to look."""
    head = candidate.head
    if not head or not head.measure:
        return None
    if (candidate.number.value or SMALLEST_BARE) < SMALLEST_BARE:
        return _refuse(candidate, NumberReason.OTHER_EVENT, "bare.few")
    if not _stands_alone(candidate, lang):
        return _refuse(candidate, NumberReason.OTHER_EVENT, "bare.other_verb")
    # "200 killed and 3,400 displaced" tells of an event, "3,400 displaced people" of a state
    newly = only_pattern(lang, "newly").search(f"{head.modifiers} {head.noun}|")
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
    before = any(rule.pattern.search(candidate.left) for rule in rules.table("denial_before"))
    if denied or before:
        return _refuse(candidate, NumberReason.DENIED, "denied")
    return decision


def _apposed(candidate: Candidate, previous: Decision, masked: str, lang: str) -> bool:
    """Whether the number gives the previous one's people in another unit."""
    other = previous.candidate.head if previous.candidate else None
    head = candidate.head
    if not other or not head or not head.unit or not other.unit or head.unit == other.unit:
        return False
    between = masked[other.end : candidate.number.start]
    return bool(only_pattern(lang, "apposition").match(between))


def _same_people(candidate: Candidate, previous: Decision) -> Decision:
    if isinstance(previous, Refusal):
        return _refuse(candidate, previous.reason, previous.rule_id)
    unit = candidate.head.unit if candidate.head else None
    return replace(
        previous,
        candidate=candidate,
        unit=Unit(unit or previous.unit),
        same_people_as=previous.number,
        rule_id="apposition",
    )


def _carried(candidate: Candidate, previous: Decision, lang: str) -> Decision | None:
    """A further place with its own number: unit and predicate come from the number before."""
    if candidate.head or not isinstance(previous, Claim):
        return None
    placed = only_pattern(lang, "carry").match(candidate.right) and only_pattern(
        lang, "carry_gap"
    ).search(candidate.left)
    gapped = only_pattern(lang, "gapped").search(candidate.left) and not candidate.right.strip(
        " .,;)"
    )
    if not placed and not gapped:
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


def _leftover(candidate: Candidate) -> Refusal:
    head = candidate.head
    if head and head.base:
        return _refuse(candidate, NumberReason.POPULATION_BASE, "noun.residents")
    if head:
        return _refuse(candidate, NumberReason.NO_DISPLACEMENT_TERM, "nothing.said")
    return _refuse(candidate, NumberReason.NO_UNIT, "nothing.counted")


def _refuse(candidate: Candidate, reason: NumberReason, rule_id: str) -> Refusal:
    return Refusal(candidate.number, rule_id, reason, candidate)
