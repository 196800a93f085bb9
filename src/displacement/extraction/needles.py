"""Which rules can fit a sentence at all? Looks for the letters without which a pattern fails.

Patterns are slow and mostly fit nowhere; a sentence's words are looked up once and rule out most
of them. Nothing is lost: only what a pattern cannot do without is asked for.
"""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Final

from displacement.extraction.rules import Rule, load_rules
from displacement.extraction.spellings import folded, needles

Letters = int
"""The needles of a language that a text holds: a set of bits, one for each."""

LONGEST_KEPT: Final = 40
"""Letters of a word that is worth remembering."""
WORDS_KEPT: Final = 20_000
"""So many words are remembered: their like make up nearly all of a text, however long."""
_OPENING: Final = 3


@lru_cache(maxsize=256)
def letters_of(lang: str, text: str) -> Letters:
    """Which needles of a language the words of a text hold."""
    of_word, keep = _of_words(lang)
    bits = 0
    for word in set(text.lower().split()):
        bits |= keep(word) if len(word) <= LONGEST_KEPT else of_word(word)
    return bits


def possible(lang: str, table: str, letters: Letters) -> tuple[Rule, ...]:
    """The rules of a table whose patterns may fit a text of these letters, in their order."""
    return _fitting(lang, table, letters & _asked(lang, table)[0])


@lru_cache(maxsize=8192)
def _fitting(lang: str, table: str, letters: Letters) -> tuple[Rule, ...]:
    rules = load_rules(lang).table(table)
    asked = _asked(lang, table)[1]
    fitting = []
    for rule, groups in zip(rules, asked, strict=True):
        for group in groups:
            if not group & letters:
                break
        else:
            fitting.append(rule)
    return tuple(fitting)


@cache
def _asked(lang: str, table: str) -> tuple[Letters, tuple[tuple[Letters, ...], ...]]:
    """The needles of a table, and of each of its rules: it needs one out of every group."""
    bits = _bits(lang)
    asked = tuple(
        tuple(sum(1 << bits[needle] for needle in group) for group in needles(rule.source))
        for rule in load_rules(lang).table(table)
    )
    every = 0
    for groups in asked:
        for group in groups:
            every |= group
    return every, asked


@cache
def _bits(lang: str) -> dict[str, int]:
    """The needles of a language, numbered."""
    every = {
        needle
        for rules in load_rules(lang).tables.values()
        for rule in rules
        for group in needles(rule.source)
        for needle in group
    }
    return {needle: number for number, needle in enumerate(sorted(every))}


@cache
def _of_words(lang: str) -> tuple[Callable[[str], Letters], Callable[[str], Letters]]:
    """What tells the needles in a word, and the same with a memory."""
    starting: dict[str, list[tuple[str, Letters]]] = {}
    short: list[tuple[str, Letters]] = []
    for needle, number in _bits(lang).items():
        entry = (needle, 1 << number)
        if len(needle) < _OPENING:
            short.append(entry)
        else:
            starting.setdefault(needle[:_OPENING], []).append(entry)

    def of_word(word: str) -> Letters:
        bits = 0
        word = folded(word)
        for at in range(len(word) - _OPENING + 1):
            for needle, bit in starting.get(word[at : at + _OPENING], ()):
                if word.startswith(needle, at):
                    bits |= bit
        for needle, bit in short:
            if needle in word:
                bits |= bit
        return bits

    return of_word, lru_cache(maxsize=WORDS_KEPT)(of_word)
