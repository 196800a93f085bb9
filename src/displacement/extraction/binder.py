"""Does a number count displaced people? Decides at the counted noun and its predicate.

Each number that its neighbours have not settled is bound to a rule: one that takes it as a
figure, or one that says why it is none.
"""

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from displacement.extraction.document import Document, Span
from displacement.extraction.numbers import MAX_PLAUSIBLE, Number
from displacement.extraction.rules import Rule, load_rules
from displacement.extraction.units import Head, read_head
from displacement_schemas.vocabulary import Measure, Modality, NumberReason

REACH: Final = 320
"""How far a predicate may stand from its number."""
SMALLEST_BARE: Final = 10
"""Fewer displaced people without a predicate are the people of some story."""


@dataclass(frozen=True)
class Candidate:
    """A number with its noun and the clause on either side of it."""

    number: Number
    sentence: Span
    phrase_start: int
    head: Head | None
    left: str
    right: str
    right_start: int

    @property
    def elliptic(self) -> bool:
        """Whether no noun follows at all, as in "the number of IDPs rose to 60,000 in May"."""
        return bool(_NO_NOUN.match(self.right))

    @property
    def body(self) -> Span:
        """The stretch of the text that the candidate's rules look at."""
        return Span(self.phrase_start - len(self.left), self.right_start + len(self.right))


@dataclass(frozen=True)
class Decision:
    """What was decided of a number: a figure (then `measure` is set) or a reason against it."""

    number: Number
    rule_id: str
    reason: NumberReason | None = None
    measure: Measure | None = None
    term: str = "unknown"
    unit: str = "person"
    modality: Modality = Modality.ASSERTED
    certain: bool = True
    candidate: Candidate | None = None
    same_people_as: Number | None = None
    predicate: Span | None = None


def bind(
    document: Document, masked: str, numbers: list[Number], settled: dict[int, Decision]
) -> list[Decision]:
    """Decide every number that is not `settled` yet; the result holds all of them in order."""
    decisions: list[Decision] = []
    open_starts = [number.start for number in numbers if number.start not in settled]
    for position, number in enumerate(numbers):
        if number.start in settled:
            decisions.append(settled[number.start])
            continue
        candidate = _candidate(document, masked, numbers, position, settled)
        previous = _previous(decisions, candidate.sentence)
        decisions.append(_decide(candidate, previous, masked, document.lang))
    assert len(open_starts) + len(settled) == len(decisions)
    return decisions


def _candidate(
    document: Document,
    masked: str,
    numbers: list[Number],
    position: int,
    settled: dict[int, Decision],
) -> Candidate:
    number = numbers[position]
    lang = document.lang
    sentence = document.sentences[document.sentence_at(number.start)]
    phrase_start = _phrase_start(masked, number, sentence, lang)
    head = read_head(masked, number.end, sentence.end, lang)
    if head and _belongs_to_other(head, number, numbers, position):
        head = None
    right_start = head.end if head else number.end
    limit = min(sentence.end, number.end + REACH)
    right_end = _right_end(masked, right_start, limit, numbers, position, settled, lang)
    left_start = max(sentence.start, phrase_start - REACH // 2)
    left = masked[left_start:phrase_start]
    if cut := _last_end(_pattern(lang, "boundary"), left):
        left = left[cut:]
    right = _without_brackets(masked[right_start:right_end])
    return Candidate(number, sentence, phrase_start, head, left, right, right_start)


def _belongs_to_other(head: Head, number: Number, numbers: list[Number], position: int) -> bool:
    if head.of_number or position + 1 >= len(numbers):
        return False
    return numbers[position + 1].start < head.start and numbers[position + 1].end > number.end


def _phrase_start(masked: str, number: Number, sentence: Span, lang: str) -> int:
    """Where the noun phrase of the number begins, before its quantifier and article."""
    start = number.start
    words = (*load_rules(lang).table("quantifier"), *load_rules(lang).table("determiner"))
    for _ in range(4):
        before = masked[max(sentence.start, start - 40) : start]
        found = [match.start() for rule in words if (match := rule.pattern.search(before))]
        if not found:
            break
        start -= len(before) - min(found)
    return start


def _right_end(
    masked: str,
    start: int,
    limit: int,
    numbers: list[Number],
    position: int,
    settled: dict[int, Decision],
    lang: str,
) -> int:
    """The clause ends at its boundary, or where another counted noun takes over."""
    for boundary in _pattern(lang, "boundary").finditer(masked, start, limit):
        if boundary.start() == start and _in_dashes(masked, numbers[position]):
            continue
        limit = boundary.start()
        break
    inside = _pattern(lang, "inside")
    for following in numbers[position + 1 :]:
        if following.start >= limit:
            break
        if following.start < start or following.start in settled:
            continue
        if not inside.search(masked, max(start, following.start - 40), following.start):
            return following.start
    return limit


def _in_dashes(masked: str, number: Number) -> bool:
    """A number set between dashes, as in "half of them - 1.1 million - are displaced"."""
    before = masked[max(0, number.start - 3) : number.start].strip()[-1:]
    after = masked[number.end : number.end + 3].strip()[:1]
    return bool(before) and before in "—-" and bool(after) and after in "—-"


def _without_brackets(text: str) -> str:
    return _BRACKETS.sub(lambda match: " " * len(match[0]), text)


_NO_NOUN: Final = re.compile(
    r"\s*(?:[^\w\s']|\Z|(?:in|from|to|across|at|on|by|since|and|or|as|last|this|during|over|after|"
    r"between|so|within|with|near|because|due|for|who|were|have|had|are|people|alone|new|more)\b)",
    re.IGNORECASE,
)
_BRACKETS: Final = re.compile(r"\([^()]{0,200}\)")


@cache
def _pattern(lang: str, table: str) -> re.Pattern[str]:
    return load_rules(lang).table(table)[0].pattern


def _last_end(pattern: re.Pattern[str], text: str) -> int | None:
    end = None
    for match in pattern.finditer(text):
        end = match.end()
    return end


def _previous(decisions: list[Decision], sentence: Span) -> Decision | None:
    for decision in reversed(decisions):
        if decision.number.start < sentence.start:
            return None
        if decision.candidate:
            return decision
    return None


def _decide(candidate: Candidate, previous: Decision | None, masked: str, lang: str) -> Decision:
    number, head = candidate.number, candidate.head
    if (number.high or number.value or 0) > MAX_PLAUSIBLE:
        return _reject(candidate, NumberReason.IMPLAUSIBLE, "implausible.bound")
    if head and head.reason and not _apposed(candidate, previous, masked, lang):
        return _reject(candidate, NumberReason(head.reason), f"noun.{head.reason}")
    if previous and _apposed(candidate, previous, masked, lang):
        return _same_people(candidate, previous)
    decision = _from_left(candidate, lang) or _from_right(candidate, lang)
    if decision is None and previous and _carried(candidate, previous, masked, lang):
        return _carry(candidate, previous)
    return _denied(decision, lang) if decision else _leftover(candidate)


def _from_left(candidate: Candidate, lang: str) -> Decision | None:
    rules = load_rules(lang)
    taken = _longest(rules.table("left"), candidate)
    if taken is None or not taken[0].get("first"):
        blocker = _longest(rules.table("left_blocker"), candidate)
        if blocker:
            return _reject(candidate, NumberReason(blocker[0].get("reason")), blocker[0].id)
    if taken is None or (
        not candidate.head and not candidate.elliptic and not taken[0].get("first")
    ):
        return None
    if taken[0].get("needs") == "displaced":
        blocked = _main_verb(candidate, 0, lang)
        if blocked and blocked.reason:
            return blocked
    return _accept(candidate, *taken, side="left", lang=lang)


def _longest(rules: tuple[Rule, ...], candidate: Candidate) -> tuple[Rule, re.Match[str]] | None:
    """The rule that fits the most words before the number; "first" rules before all others."""
    fits = [
        (rule, match)
        for rule in rules
        if (match := rule.pattern.search(candidate.left))
        and _noun_fits(rule, candidate.head)
        and _applies(rule, candidate)
    ]
    return max(fits, key=lambda fit: (bool(fit[0].get("first")), len(fit[1][0])), default=None)


def _from_right(candidate: Candidate, lang: str) -> Decision | None:
    relative = load_rules(lang).table("right")[-1]
    match = relative.pattern.search(candidate.right) if candidate.head else None
    if match and relative.get("relative"):
        main = _main_verb(candidate, match.end(), lang)
        if main:
            return main
        measure, term = _relative_reading(candidate, match)
        return replace(
            _accept(candidate, relative, match, side="right", lang=lang),
            measure=measure,
            term=term,
            certain=_licensed(candidate),
        )
    return _main_verb(candidate, 0, lang) or _bare(candidate)


def _relative_reading(candidate: Candidate, match: re.Match[str]) -> tuple[Measure, str]:
    term = "forced_to_flee" if match["flee"] else "displaced"
    return Measure.NEW_DISPLACEMENT, term


_LICENCE: Final = re.compile(r"\bthere\s+(?:are|were|is|was)\s*\Z", re.IGNORECASE)


def _licensed(candidate: Candidate) -> bool:
    return bool(_LICENCE.search(candidate.left))


def _main_verb(candidate: Candidate, start: int, lang: str) -> Decision | None:
    """The first predicate after `start` that says something of the counted people."""
    rules = load_rules(lang)
    right = candidate.right
    found: list[tuple[int, int, int, Rule, re.Match[str]]] = []
    for order, table in enumerate(("right_blocker", "right")):
        for rule in rules.table(table):
            if rule.get("relative") or not _noun_fits(rule, candidate.head):
                continue
            match = rule.pattern.search(right, start)
            if match and _applies(rule, candidate):
                begin = match.end() - len(match[0].lstrip())
                if "at" in rule.pattern.groupindex:
                    begin = match.start("at")
                found.append((begin, -len(match[0]), order, rule, match))
    if not found:
        return None
    _, _, order, rule, match = min(found, key=lambda entry: entry[:3])
    if order == 0:
        return _reject(candidate, NumberReason(rule.get("reason")), rule.id)
    return _accept(candidate, rule, match, side="right", lang=lang)


def _noun_fits(rule: Rule, head: Head | None) -> bool:
    noun = rule.get("noun")
    if noun == "plain":
        return not (head and head.displaced)
    return head is None if noun == "none" else True


def _applies(rule: Rule, candidate: Candidate) -> bool:
    displaced = candidate.head is not None and candidate.head.displaced
    if rule.get("needs") == "displaced" and not displaced:
        return False
    return rule.then is None or rule.then.search(candidate.right) is not None


def _accept(
    candidate: Candidate, rule: Rule, match: re.Match[str], *, side: str, lang: str
) -> Decision:
    head = candidate.head
    measure, term = rule.get("measure"), rule.get("term")
    if measure == "as_noun" and head:
        measure, term = head.measure, head.term
        if _NEWLY.search(head.modifiers) and measure == "idps":
            measure = "new_displacement"
    noun = match.groupdict().get("noun")
    if noun:
        measure, term = _measure_of_noun(noun, measure, term)
    begin = (
        candidate.phrase_start - len(candidate.left) if side == "left" else candidate.right_start
    )
    predicate = Span(begin + match.start(), begin + match.end())
    unit = head.unit if head and head.unit else _unit_of_noun(noun)
    modality = rule.get("modality") or _modality(candidate, match, side, lang)
    return Decision(
        number=candidate.number,
        rule_id=rule.id,
        measure=Measure(measure),
        term=str(term),
        unit=unit or "person",
        modality=Modality(modality),
        certain=not rule.get("review") and unit is not None,
        candidate=candidate,
        predicate=predicate,
    )


_NEWLY: Final = re.compile(r"\b(?:newly|recently|new)\b", re.IGNORECASE)


def _measure_of_noun(noun: str, measure: str, term: str) -> tuple[str, str]:
    lowered = noun.lower()
    if lowered.startswith("refugee"):
        return "refugees", "refugees"
    if lowered.startswith("returnee"):
        return "returnees", "returns"
    if lowered.startswith("people") or "newly" in lowered:
        fled = re.search(r"fled|flee", lowered)
        return "new_displacement", "forced_to_flee" if fled else "displaced"
    return measure, term


def _unit_of_noun(noun: str | None) -> str | None:
    if noun is None:
        return None
    return "household" if re.search(r"famil|household", noun, re.IGNORECASE) else "person"


def _modality(candidate: Candidate, match: re.Match[str], side: str, lang: str) -> str:
    """Planned or forecast, if the words up to the predicate say so."""
    near = candidate.right[: match.end()] if side == "right" else match[0]
    before = candidate.left[-60:]
    for rule in reversed(load_rules(lang).table("modality")):
        if rule.pattern.search(near) or rule.pattern.search(before):
            return str(rule.get("says"))
    return "asserted"


def _bare(candidate: Candidate) -> Decision | None:
    """Displaced people without a predicate: somebody has to look."""
    head = candidate.head
    if not head or not head.displaced:
        return None
    if (candidate.number.value or SMALLEST_BARE) < SMALLEST_BARE:
        return _reject(candidate, NumberReason.OTHER_EVENT, "bare.few")
    newly = head.noun.lower() == "displaced" or bool(_NEWLY.search(head.modifiers))
    newly = newly and head.measure == "idps"
    return Decision(
        number=candidate.number,
        rule_id="bare.noun",
        measure=Measure.NEW_DISPLACEMENT if newly else Measure(head.measure or "idps"),
        term=head.term or "displaced",
        unit=head.unit or "person",
        certain=False,
        candidate=candidate,
        predicate=Span(head.start, head.end),
    )


def _denied(decision: Decision, lang: str) -> Decision:
    candidate = decision.candidate
    if decision.reason or not candidate or not decision.predicate:
        return decision
    rules = load_rules(lang)
    between = candidate.right[: max(0, decision.predicate.end - candidate.right_start)]
    denied = rules.table("denial")[0].pattern.search(between) and "not only" not in between
    before = any(rule.pattern.search(candidate.left) for rule in rules.table("denial_before"))
    if denied or before:
        return _reject(candidate, NumberReason.DENIED, "denied")
    return decision


def _apposed(candidate: Candidate, previous: Decision | None, masked: str, lang: str) -> bool:
    """Whether the number gives the previous one's people in another unit."""
    other = previous.candidate if previous else None
    if not other or not other.head or not candidate.head or not candidate.head.unit:
        return False
    if not other.head.unit or other.head.unit == candidate.head.unit:
        return False
    between = masked[other.head.end : candidate.number.start]
    return bool(_pattern(lang, "apposition").match(between))


def _same_people(candidate: Candidate, previous: Decision) -> Decision:
    head = candidate.head
    return replace(
        previous,
        number=candidate.number,
        candidate=candidate,
        unit=(head.unit if head else None) or previous.unit,
        same_people_as=previous.number if previous.measure else None,
        rule_id="apposition" if previous.measure else previous.rule_id,
    )


def _carried(candidate: Candidate, previous: Decision, masked: str, lang: str) -> bool:
    if candidate.head or not previous.measure or not previous.candidate:
        return False
    gap = masked[previous.number.end : candidate.number.start]
    end = candidate.number.end
    follows = _pattern(lang, "carry").match(masked[end : end + 80])
    return bool(follows) and ";" not in gap and bool(re.search(r"(?:,|\band\b)", gap))


def _carry(candidate: Candidate, previous: Decision) -> Decision:
    return replace(
        previous,
        number=candidate.number,
        candidate=candidate,
        rule_id="carry",
        certain=False,
        same_people_as=None,
    )


def _leftover(candidate: Candidate) -> Decision:
    head = candidate.head
    if head and head.base:
        return _reject(candidate, NumberReason.POPULATION_BASE, "noun.residents")
    if head:
        return _reject(candidate, NumberReason.NO_DISPLACEMENT_TERM, "nothing.said")
    return _reject(candidate, NumberReason.NO_UNIT, "nothing.counted")


def _reject(candidate: Candidate, reason: NumberReason, rule_id: str) -> Decision:
    return Decision(candidate.number, rule_id, reason=reason, candidate=candidate)
