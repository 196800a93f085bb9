"""Which rules can fit a sentence at all? Looks for the letters without which a pattern fails.

Patterns are slow and mostly fit nowhere; a sentence's groups of letters are read once and rule
out most of them. Nothing is lost: only what a pattern cannot do without is asked for.
"""

from functools import cache, lru_cache
from itertools import product
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final

from displacement.extraction.rules import Rule, load_rules

SHORT, LONG = 3, 4
"""Lengths of the groups of letters that are looked for."""
MOST: Final = 600
"""So many spellings of one stretch of a pattern are followed up."""

Strings = frozenset[str]


@lru_cache(maxsize=64)
def letters_of(text: str) -> Strings:
    """All groups of three and of four neighbouring characters of a text, in small letters."""
    small = text.lower()
    ends = range(len(small))
    found = {small[at : at + SHORT] for at in ends}
    found.update([small[at : at + LONG] for at in ends])
    return frozenset(found)


@lru_cache(maxsize=512)
def possible(lang: str, table: str, letters: Strings) -> tuple[Rule, ...]:
    """The rules of a table whose patterns may fit a text of these letters, in their order."""
    rules = load_rules(lang).table(table)
    return tuple(
        rule
        for rule in rules
        if (needed := needles(rule.pattern.pattern)) is None or not needed.isdisjoint(letters)
    )


@cache
def needles(pattern: str) -> Strings | None:
    """Groups of letters of which a text that fits holds one; None where there are none to tell."""
    return _needed(list(parser.parse(pattern)))


def _needed(items: list[Any]) -> Strings | None:
    found: list[Strings] = []
    run: Strings = frozenset({""})
    for item in [*items, None]:
        spelled = _spellings(item) if item else None
        joined = frozenset(map("".join, product(run, spelled))) if spelled else frozenset()
        if spelled and len(run) * len(spelled) <= MOST:
            run = joined
            continue
        found += _groups(run)
        run = spelled or frozenset({""})
        if item and not spelled:
            found += filter(None, [_within(*item)])
    return max(found, key=_worth, default=None)


def _worth(groups: Strings) -> tuple[bool, int]:
    """Longer groups tell more, and fewer of them."""
    return all(len(group) == LONG for group in groups), -len(groups)


def _groups(run: Strings) -> list[Strings]:
    """One group of letters out of each spelling, if each has one."""
    chosen = [_group(spelling.lower()) for spelling in run]
    return [frozenset(one for one in chosen if one)] if all(chosen) else []


def _group(spelling: str) -> str | None:
    for size in (LONG, SHORT):
        for at in range(len(spelling) - size + 1):
            if spelling[at : at + size].isalpha():
                return spelling[at : at + size]
    return None


def _within(kind: Any, value: Any) -> Strings | None:
    """What an item needs whose spellings are too many to follow."""
    if kind is kinds.SUBPATTERN:
        return _needed(list(value[3]))
    if kind is kinds.ATOMIC_GROUP:
        return _needed(list(value))
    if kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT) and value[0]:
        return _needed(list(value[2]))
    if kind is kinds.BRANCH:
        each = [_needed(list(branch)) for branch in value[1]]
        return frozenset().union(*(one for one in each if one)) if all(each) else None
    return None


def _spellings(item: Any) -> Strings | None:  # noqa: PLR0911 - one answer for each kind
    """All that an item can match, where that is little; None where it is much or unknown."""
    kind, value = item
    if kind is kinds.LITERAL:
        return frozenset({chr(value)})
    if kind in (kinds.AT, kinds.ASSERT, kinds.ASSERT_NOT):
        return frozenset({""})
    if kind is kinds.IN:
        letters = [one for what, one in value if what is kinds.LITERAL]
        return frozenset(map(chr, letters)) if len(letters) == len(value) else None
    if kind is kinds.SUBPATTERN:
        return _spelled_out(list(value[3]))
    if kind is kinds.ATOMIC_GROUP:
        return _spelled_out(list(value))
    if kind is kinds.BRANCH:
        each = [_spelled_out(list(branch)) for branch in value[1]]
        if any(one is None for one in each):
            return None
        every = frozenset().union(*(one for one in each if one))
        return every if len(every) <= MOST else None
    if kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT) and value[:2] == (0, 1):
        inner = _spelled_out(list(value[2]))
        return inner and inner | {""}
    return None


def _spelled_out(items: list[Any]) -> Strings | None:
    every: Strings = frozenset({""})
    for item in items:
        spelled = _spellings(item)
        if spelled is None or len(every) * len(spelled) > MOST:
            return None
        every = frozenset(map("".join, product(every, spelled)))
    return every
