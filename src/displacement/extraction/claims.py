"""What is decided of a number? A claim to be a figure, or a refusal, and how they are made."""

import re
from dataclasses import dataclass, replace
from typing import Final

from displacement.extraction.candidates import Candidate, only_pattern
from displacement.extraction.document import Span
from displacement.extraction.numbers import Number
from displacement.extraction.rules import Rule, load_rules
from displacement_schemas.vocabulary import Measure, Modality, NumberReason, Term, Unit


@dataclass(frozen=True)
class Refusal:
    """A number that is no displacement figure, and why."""

    number: Number
    rule_id: str
    reason: NumberReason
    candidate: Candidate | None = None
    denied: "Claim | None" = None
    """The claim that its sentence calls false: "the real number" corrects it."""


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
    shown: Span | None = None
    """For a share of a base: the words that show both, and the value is worked out."""
    after: Number | None = None
    """The figure before, where the number has no noun of its own: the same kind of people."""

    @property
    def number(self) -> Number:
        """The number itself."""
        return self.candidate.number


Decision = Claim | Refusal


def claim_of(
    candidate: Candidate, rule: Rule, match: re.Match[str], *, side: str, lang: str
) -> Claim:
    """What a rule that fits on the "left" or "right" of a number makes of it."""
    head = candidate.noun
    measure, term = rule.get("measure"), rule.get("term")
    if measure == "as_noun":
        measure, term = (head.measure, head.term) if head and head.measure else STATE
    if rule.get("keeps") and candidate.carried and not candidate.head:
        measure, term = candidate.carried
    elif _tells_of_new(rule) and head and measure in _FLOW_OF_NEW:
        newly = only_pattern(lang, "newly").search(f"{candidate.between}{head.noun}")
        measure = _FLOW_OF_NEW[Measure(measure)] if newly else measure
    counted = counted_before(match, lang)
    if counted:
        measure, term = counted.get("measure"), counted.get("term")
    begin = candidate.right_start if side == "right" else _begin_before(candidate, match)
    unit = head.unit if head and head.unit else counted.get("unit") if counted else None
    if counted and not (candidate.head and candidate.head.unit):
        unit = _unit_before(match, lang) or unit
    modality = rule.get("modality") or _modality(candidate, match, side, lang)
    return Claim(
        candidate=replace(candidate, stand_in=None) if counted else candidate,
        rule_id=rule.id,
        measure=Measure(measure),
        term=Term(term),
        unit=Unit(unit or Unit.PERSON),
        predicate=Span(begin + match.start(), begin + match.end()),
        modality=Modality(modality),
        certain=unit is not None
        and not (head and head.guessed)
        and not rule.get("review")
        and not (candidate.joined and side == "right")
        and bool(candidate.head or not candidate.stand_in),
    )


def _tells_of_new(rule: Rule) -> bool:
    """Whether its noun may tell of an event; people who live somewhere are counted as they are."""
    return rule.get("measure") == "as_noun" and not rule.get("lasting")


def _begin_before(candidate: Candidate, match: re.Match[str]) -> int:
    """Where the words before a number begin in which a rule was looked for."""
    across = match.string == candidate.before
    return candidate.phrase_start - len(candidate.before if across else candidate.left)


STATE: Final = (Measure.IDPS, Term.DISPLACED)


_FLOW_OF_NEW: Final = {
    Measure.IDPS: Measure.NEW_DISPLACEMENT,
    Measure.REFUGEES: Measure.CROSS_BORDER_FLIGHT,
}
"""What newly displaced people and new refugees are, where only the noun tells."""


def counted_before(match: re.Match[str], lang: str) -> Rule | None:
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


def refuse(candidate: Candidate, reason: NumberReason, rule_id: str) -> Refusal:
    """The number is no figure, says the rule."""
    return Refusal(candidate.number, rule_id, reason, candidate)
