"""Does a clause hint at displacement where no rule decides? Reads an open lexicon of moving.

The last resort of the binder: all that is found here waits for a reviewer.
"""

import re
from dataclasses import replace
from typing import Final

from displacement.extraction.candidates import Candidate, only_pattern
from displacement.extraction.claims import Claim, claim_of
from displacement.extraction.document import Span
from displacement.extraction.needles import letters_of, possible
from displacement.extraction.predicates import applies, best_before, blocked_at
from displacement.extraction.rules import Rule, load_rules
from displacement_schemas.vocabulary import Measure, Modality, Unit

FEW: Final = 10
"""Fewer people without a noun are the people of some story."""

_THOUGHT: Final = re.compile(r"[,;.]|\band\b")
_SUBORDINATE: Final = re.compile(
    r"[,;.]|\b(?:and|since|after|before|when|because|who|which|that|as)\b"
)


def likely(candidate: Candidate, lang: str) -> Claim | None:
    """What the words around a number of people hint at; None where nothing does.

    The label of its line goes first, then the verb before it, the verb behind it, the verb of
    somebody who counts, and last its own noun.
    """
    head = candidate.head
    few = candidate.number.value is not None and candidate.number.value < FEW
    if (head and not head.unit) or (few and not head):
        return None
    if not _may_hint(candidate, lang):
        return None
    around = candidate.around
    strong = _tells("setting_strong", candidate, around, lang)
    strong = strong and not only_pattern(lang, "alien_topic").search(around)
    found = _label(candidate, lang, strong=strong) or _behind(
        candidate, lang, strong=False, plain=True
    )
    if not found and (strong or _tells("setting", candidate, around, lang)):
        found = _in_setting(candidate, lang, strong=strong)
    if not found or found.modality is not Modality.ASSERTED:
        return None
    return replace(found, certain=False)


def _in_setting(candidate: Candidate, lang: str, *, strong: bool) -> Claim | None:
    """What verbs and nouns say in a text on displacement."""
    around = candidate.around
    asked = only_pattern(lang, "question").search(around)
    rules = [
        rule
        for rule in possible(lang, "clue_left", candidate.left_letters)
        if (strong or not rule.get("strong")) and (asked or not rule.get("asks"))
    ]
    doing = tuple(rule for rule in rules if not rule.get("counts"))
    counting = tuple(rule for rule in rules if rule.get("counts") and not candidate.part)
    found = (
        _before(candidate, doing, lang)
        or _behind(candidate, lang, strong=strong)
        or _before(candidate, counting, lang)
    )
    if found or only_pattern(lang, "alien_topic").search(around):
        return found
    return _noun(candidate, lang)


def _may_hint(candidate: Candidate, lang: str) -> bool:
    """Whether any clue fits: only then are the sentences around, which are long, looked through."""
    left, right, before = candidate.left_letters, candidate.right_letters, candidate.before
    return (
        any(rule.pattern.search(candidate.right) for rule in possible(lang, "clue", right))
        or best_before(possible(lang, "clue_left", left), candidate, lang) is not None
        or any(rule.pattern.search(before) for rule in possible(lang, "clue_label", left))
        or only_pattern(lang, "label").search(before) is not None
        or _noun(candidate, lang) is not None
    )


def _tells(table: str, candidate: Candidate, around: str, lang: str) -> bool:
    """Whether words near the number tell what the text is about; few nouns do so alone."""
    head = candidate.head
    own = f"{head.modifiers}{head.noun}" if head else ""
    if only_pattern(lang, "setting_own").search(own):
        return True
    others = around.replace(own, "", 1) if own.strip() else around
    return bool(only_pattern(lang, table).search(others))


def _label(candidate: Candidate, lang: str, *, strong: bool) -> Claim | None:
    """The name of the line, which holds whatever the sentence before said."""
    candidate = replace(candidate, stand_in=None, carried=None)
    for rule in possible(lang, "clue_label", candidate.left_letters):
        if rule.get("strong") and not strong:
            continue
        match = rule.pattern.search(candidate.before)
        if not match or (rule.get("noun") and candidate.head):
            continue
        if _ends(rule, candidate, lang) and not only_pattern(lang, "alien").search(match[0]):
            return claim_of(candidate, rule, match, side="left", lang=lang)
    return _label_in_words(candidate, lang)


def _label_in_words(candidate: Candidate, lang: str) -> Claim | None:
    """A line's name that says of people what happened to them: "Persons going back"."""
    named = only_pattern(lang, "label").search(candidate.before)
    if not named or only_pattern(lang, "alien").search(named["label"]):
        return None
    begin = named.end("noun") if named["noun"][:1].isupper() else named.start("noun")
    words = candidate.before[begin : named.end("label")]
    for rule in possible(lang, "clue", letters_of(lang, f" {words} {named['label']}")):
        if not rule.get("counts") and not rule.get("needs"):
            match = rule.pattern.search(f" {words}") or rule.pattern.search(f" {named['label']}")
            if match:
                claim = claim_of(candidate, rule, match, side="left", lang=lang)
                unit = only_pattern(lang, "in_households").search(named["label"])
                start = candidate.phrase_start - len(candidate.before) + named.start("label")
                end = candidate.phrase_start - len(candidate.before) + named.end("label")
                return replace(
                    claim,
                    unit=Unit.HOUSEHOLD if unit else claim.unit,
                    predicate=Span(start, end),
                )
    return None


def _before(candidate: Candidate, rules: tuple[Rule, ...], lang: str) -> Claim | None:
    """A verb or noun that governs the number."""
    taken = best_before(rules, candidate, lang)
    if not taken or foreign(candidate, 0, lang):
        return None
    rule, thought = taken[0], _SUBORDINATE.split(candidate.right)[0]
    if rule.get("quiet") and only_pattern(lang, "any_verb").search(thought):
        return None
    if only_pattern(lang, "alien" if rule.get("counts") else "alien_topic").search(candidate.left):
        return None
    return (
        claim_of(candidate, *taken, side="left", lang=lang)
        if _ends(rule, candidate, lang)
        else None
    )


def _ends(rule: Rule, candidate: Candidate, lang: str) -> bool:
    """Whether the line or the thought ends behind the number, where the rule asks for that."""
    asked = (("closed", "gap_closed"), ("stops", "stops"))
    return all(
        only_pattern(lang, table).match(candidate.right) for key, table in asked if rule.get(key)
    )


def _behind(candidate: Candidate, lang: str, *, strong: bool, plain: bool = False) -> Claim | None:
    """The first verb behind the noun, if nothing else is said of the people before it."""
    found: list[tuple[int, Rule, re.Match[str]]] = []
    for rule in possible(lang, "clue", candidate.right_letters):
        if plain and not rule.get("plain"):
            continue
        if (rule.get("strong") and not strong) or (rule.get("counts") and candidate.part):
            continue
        match = rule.pattern.search(candidate.right)
        if rule.get("alone") and not _alone(candidate, lang):
            continue
        if match and applies(rule, candidate, lang):
            found.append((match.start(), rule, match))
    if not found:
        return None
    start, rule, match = min(found, key=lambda one: one[0])
    blocked = blocked_at(candidate, lang)
    if (blocked is not None and blocked < start) or foreign(candidate, match.end(), lang):
        return None
    if not candidate.head and not _own_verb(candidate, start, lang):
        return None
    claim = claim_of(candidate, rule, match, side="right", lang=lang)
    named = _noun(candidate, lang) if claim.measure is Measure.IDPS else None
    return replace(claim, measure=named.measure, term=named.term) if named else claim


def _alone(candidate: Candidate, lang: str) -> bool:
    """Whether nobody but who counts may have the people for his object."""
    counted = (rule.pattern for rule in load_rules(lang).table("clue_left") if rule.get("quiet"))
    if only_pattern(lang, "alien").search(candidate.left):
        return False
    free = only_pattern(lang, "no_verb_before").search(candidate.left)
    return bool(free) or any(pattern.search(candidate.left) for pattern in counted)


def _own_verb(candidate: Candidate, start: int, lang: str) -> bool:
    """Without a noun the verb has to follow the number, but for adverbs and a "who"."""
    return bool(only_pattern(lang, "up_to_verb").match(candidate.right[:start]))


def foreign(candidate: Candidate, end: int, lang: str) -> bool:
    """Whether the clause, up to the end of the thought, tells of something else."""
    head = candidate.head
    rest = candidate.right[end:]
    words = candidate.right[:end] + (_THOUGHT if end else _SUBORDINATE).split(rest)[0]
    named = f"{head.modifiers} {head.noun} " if head else ""
    return bool(only_pattern(lang, "alien").search(named + words))


def _noun(candidate: Candidate, lang: str) -> Claim | None:
    """The counted noun itself tells of a movement: arrivals, returns."""
    head = candidate.head
    if not head or foreign(candidate, 0, lang):
        return None
    for rule in load_rules(lang).table("clue_noun"):
        if match := rule.pattern.search(f"{head.modifiers}{head.noun}"):
            start = head.end - len(match[0])
            claim = claim_of(candidate, rule, match, side="right", lang=lang)
            return replace(claim, predicate=claim.predicate._replace(start=start, end=head.end))
    return None
