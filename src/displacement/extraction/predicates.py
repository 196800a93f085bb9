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
    taken = best_before(possible(lang, "left", candidate.letters), candidate, lang)
    blocker = best_before(possible(lang, "left_blocker", candidate.letters), candidate, lang)
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
        for rule in possible(lang, table, candidate.letters):
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


def _noun_fits(rule: Rule, head: Head | None) -> bool:
    noun = rule.get("noun")
    if noun == "plain":
        return not (head and head.displaced)
    return head is None if noun == "none" else True


def applies(rule: Rule, candidate: Candidate, lang: str) -> bool:
    """Whether what the rule asks of the noun and of the words around the number holds."""
    if not _noun_fits(rule, candidate.head):
        return False
    displaced = candidate.noun is not None and candidate.noun.displaced
    displaced = displaced or (candidate.stand_in is not None and not candidate.head)
    if rule.get("needs") == "displaced" and not displaced:
        return False
    if rule.get("needs") == "part" and not candidate.part:
        return False
    if rule.get("near") and not only_pattern(lang, "about").search(candidate.around):
        return False
    if rule.heads and not (candidate.head and rule.heads.search(candidate.head.noun)):
        return False
    if rule.between and not rule.between.search(candidate.between):
        return False
    return rule.then is None or rule.then.search(candidate.right) is not None
