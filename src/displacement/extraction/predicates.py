"""What do the words before and behind a counted noun say of it? The rules that fit best."""

import re

from displacement.extraction.candidates import Candidate, only_pattern
from displacement.extraction.claims import Decision, Refusal, claim_of, refuse
from displacement.extraction.needles import possible
from displacement.extraction.rules import Rule
from displacement.extraction.units import Head
from displacement_schemas.vocabulary import NumberReason


def from_left(candidate: Candidate, lang: str) -> Decision | None:
    """What the words right before the number say; a blocker there goes before a figure."""
    taken = best_before(possible(lang, "left", candidate.left_letters), candidate, lang)
    blocker = best_before(possible(lang, "left_blocker", candidate.left_letters), candidate, lang)
    lived_in = blocker and blocker[0].get("reason") == NumberReason.POPULATION_BASE
    if blocker and not (lived_in and taken and taken[0].get("site")):
        return refuse(candidate, NumberReason(blocker[0].get("reason")), blocker[0].id)
    if taken is None:
        return None
    if taken[0].get("needs") == "displaced":
        blocked = main_verb(candidate, 0, lang)
        if isinstance(blocked, Refusal):
            return blocked
    return claim_of(candidate, *taken, side="left", lang=lang)


def best_before(
    rules: tuple[Rule, ...], candidate: Candidate, lang: str
) -> tuple[Rule, re.Match[str]] | None:
    """The rule that fits the most words before the number; "first" rules before all others."""
    fits = [
        (rule, match)
        for rule in rules
        if (match := before_number(rule, candidate)) and applies(rule, candidate, lang)
    ]
    return max(fits, key=lambda fit: (bool(fit[0].get("first")), len(fit[1][0])), default=None)


def before_number(rule: Rule, candidate: Candidate) -> re.Match[str] | None:
    """The rule before the number or its quantifier: "has exceeded" may be read as either."""
    if rule.get("across"):
        return rule.pattern.search(candidate.before)
    found = rule.pattern.search(candidate.left)
    if found or not candidate.quantified.strip():
        return found
    return rule.pattern.search(candidate.left + candidate.quantified)


def main_verb(candidate: Candidate, start: int, lang: str) -> Decision | None:
    """The first predicate after `start` that says something of the counted people."""
    right = candidate.right
    found: list[tuple[int, int, int, Rule, re.Match[str]]] = []
    for order, table in enumerate(("right_blocker", "right")):
        for rule in possible(lang, table, candidate.right_letters):
            match = rule.pattern.search(right, start)
            if match and applies(rule, candidate, lang):
                begin = match.end() - len(match[0].lstrip())
                if "at" in rule.pattern.groupindex:
                    begin = match.start("at")
                found.append((begin, -len(match[0]), order, rule, match))
    certain = [
        one[4].span() for one in found if not one[3].get("review") and not one[3].get("weak")
    ]
    found = [
        one
        for one in found
        if not one[3].get("review")
        or not any(start < one[4].end() and one[4].start() < end for start, end in certain)
    ]
    if not found:
        return None
    found.sort(
        key=lambda entry: (
            bool(entry[3].get("weak")),
            entry[0],
            bool(entry[3].get("review")),
            *entry[1:3],
        )
    )
    _, _, order, rule, match = found[0]
    if order == 0:
        return refuse(candidate, NumberReason(rule.get("reason")), rule.id)
    return claim_of(candidate, rule, match, side="right", lang=lang)


def blocked_at(candidate: Candidate, lang: str) -> int | None:
    """Where behind the noun the first words stand that make the people somebody else's."""
    starts = [
        match.end() - len(match[0].lstrip())
        for rule in possible(lang, "right_blocker", candidate.right_letters)
        if not rule.get("weak")
        and (match := rule.pattern.search(candidate.right))
        and applies(rule, candidate, lang)
    ]
    return min(starts, default=None)


def _noun_fits(rule: Rule, head: Head | None) -> bool:
    noun = rule.get("noun")
    if noun == "plain":
        return not (head and head.displaced)
    if noun == "displaced":
        return bool(head and head.displaced)
    return head is None if noun == "none" else True


def applies(rule: Rule, candidate: Candidate, lang: str) -> bool:
    """Whether what the rule asks of the noun and of the words around the number holds."""
    head = candidate.head
    return (
        _noun_fits(rule, head)
        and _need_is_met(rule, candidate)
        and not (rule.get("near") and not only_pattern(lang, "about").search(candidate.around))
        and not (rule.heads and not (head and rule.heads.search(head.noun)))
        and not (rule.between and not rule.between.search(candidate.between))
        and not (rule.then and not rule.then.search(candidate.right))
    )


def _need_is_met(rule: Rule, candidate: Candidate) -> bool:
    """Whether the people are displaced, or a part of others, where the rule asks for that."""
    if rule.get("needs") == "displaced":
        displaced = candidate.noun is not None and candidate.noun.displaced
        return displaced or (candidate.stand_in is not None and not candidate.head)
    return candidate.part if rule.get("needs") == "part" else True
