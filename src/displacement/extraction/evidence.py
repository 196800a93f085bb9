"""What do the words around a figure add to it: quantifier, reservation, cause, quote?"""

from bisect import bisect_left
from collections import Counter
from functools import lru_cache
from typing import Final

from displacement.extraction.document import Document, Span, clean_characters, find_sentences
from displacement.extraction.needles import letters_of, possible
from displacement.extraction.numbers import Number
from displacement.extraction.rules import load_rules
from displacement_schemas.vocabulary import Cause, Quantifier

QUOTE: Final = 300
"""The longest quotation, in characters."""


def read_quantifier(masked: str, number: Number, lang: str) -> Quantifier:
    """How the words around the number bind it."""
    if number.kind == "vague" or number.value is None:
        return Quantifier.VAGUE
    if number.high is not None:
        return Quantifier.RANGE
    rules = load_rules(lang)
    for rule in rules.table("after"):
        if rule.pattern.search(masked[number.end : number.end + 40]):
            return Quantifier(rule.get("says"))
    start = number.start
    for _ in range(3):
        before = masked[max(0, start - 40) : start]
        hits = [
            (m.start(), rule)
            for rule in rules.table("quantifier")
            if (m := rule.pattern.search(before))
        ]
        strong = [hit for hit in hits if hit[1].get("says") != "approximately"]
        if strong:
            return Quantifier(min(strong, key=lambda hit: hit[0])[1].get("says"))
        skipped = [m.start() for r in rules.table("determiner") if (m := r.pattern.search(before))]
        if hits:
            # "more than an estimated 5,000": the outer word binds
            outer = _quantifier_before(before[: hits[0][0]], lang)
            return outer or Quantifier.APPROXIMATELY
        if not skipped:
            break
        start -= len(before) - min(skipped)
    return Quantifier.APPROXIMATELY if number.rough else Quantifier.EXACT


def _quantifier_before(text: str, lang: str) -> Quantifier | None:
    for rule in load_rules(lang).table("quantifier"):
        if rule.pattern.search(text):
            return Quantifier(rule.get("says"))
    return None


def read_caveat(document: Document, sentence: Span) -> str | None:
    """A reservation in the sentence of the figure or in one of the two after it."""
    index = bisect_left(document.sentences, sentence)
    for offset, span in enumerate(document.sentences[index : index + 3]):
        words = document.clean[span.start : span.end]
        rules = possible(document.lang, "caveat", letters_of(document.lang, words))
        if any(rule.pattern.search(words) for rule in rules) and (offset == 0 or _short(span)):
            return " ".join(document.text[span.start : span.end].split())[:QUOTE]
    return None


def _short(span: Span) -> bool:
    return span.end - span.start <= QUOTE


HEAD: Final = 20_000
"""So much of a text, in characters, tells what it is about."""


def read_cause(document: Document, sentence: Span) -> Cause | None:
    """What the sentence names, else the sentences around it; None where they name nothing."""
    index = bisect_left(document.sentences, sentence)
    around = document.sentences[max(0, index - 3) : index + 4]
    for spans in ((sentence,), around):
        cause = strongest_cause(document.clean, spans, document.lang)
        if cause is not Cause.UNKNOWN:
            return cause
    return None


def overall_cause(text: str, start: int, lang: str) -> Cause:
    """The cause that the beginning of a text names most."""
    head = clean_characters(text[start : start + HEAD])
    return strongest_cause(head, tuple(find_sentences(head, 0, lang)), lang)


def strongest_cause(clean: str, spans: tuple[Span, ...], lang: str) -> Cause:
    """The cause that most words of these stretches name."""
    votes = Counter[str]()
    for span in spans:
        votes.update(_votes(clean, span, lang))
    causes = [str(rule.get("says")) for rule in load_rules(lang).table("cause")]
    best = max(causes, key=lambda cause: votes[cause])
    return Cause(best) if votes[best] else Cause.UNKNOWN


@lru_cache(maxsize=64)
def _votes(clean: str, span: Span, lang: str) -> dict[str, int]:
    """How often a stretch names each cause; the sentences of several figures overlap."""
    rules = possible(lang, "cause", letters_of(lang, clean[span.start : span.end]))
    return {
        str(rule.get("says")): len(rule.pattern.findall(clean, span.start, span.end))
        for rule in rules
    }


def read_quote(document: Document, sentence: Span, number: Number) -> str:
    """The sentence, or so much of it around the number as a quotation may hold."""
    if sentence.end - sentence.start <= QUOTE:
        return document.text[sentence.start : sentence.end]
    middle = (number.start + number.end) // 2
    start = max(sentence.start, min(middle - QUOTE // 2, sentence.end - QUOTE))
    return document.text[start : start + QUOTE]
