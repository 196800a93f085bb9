"""Which letters does a text hold for certain, if a pattern fits it? Reads the pattern's own text.

A pattern may be tried in vain, but never be passed over where it fits.
"""

import re
from collections.abc import Iterable
from functools import cache
from itertools import product
from typing import Final, NamedTuple

Strings = frozenset[str]

SHORT: Final = 2
"""So many characters in a row tell little."""
LONG: Final = 4
"""So many tell much."""
ENOUGH: Final = 6
"""No more letters of a word are asked for: the rest is mostly its ending."""
MOST: Final = 600
"""So many spellings of one stretch of a pattern are followed up."""
GROUPS: Final = 3
"""So many needed groups are kept of one pattern."""


class _Piece(NamedTuple):
    """What a part of a pattern can match: all spellings, where these are few; what it needs."""

    spelled: Strings | None
    needed: tuple[Strings, ...] = ()


_EMPTY: Final = frozenset({""})
_NOTHING: Final = _Piece(_EMPTY)
_ANYTHING: Final = _Piece(None)
DIGIT: Final = "0"
"""Stands for each digit."""
_DIGIT: Final = _Piece(frozenset({DIGIT}))
_DIGITS: Final = dict.fromkeys(map(ord, "0123456789"), DIGIT)


def folded(text: str) -> str:
    """A text as needles have it: in small letters, and every digit alike."""
    return text.lower().translate(_DIGITS)


@cache
def needles(pattern: str) -> tuple[Strings, ...]:
    """Groups of letters: a text that fits holds, in small letters, one of each group.

    Raises ValueError where the pattern has a kind of group that no rule may use.
    """
    piece, end = _alternatives(pattern, 0)
    if end != len(pattern):
        return ()  # a bracket too many is no pattern
    return _best([*piece.needed, *_telling(piece.spelled)])


def _best(groups: Iterable[Strings]) -> tuple[Strings, ...]:
    """Longer needles tell more, and fewer of them; each only once."""
    ranked = sorted(dict.fromkeys(groups), key=_worth, reverse=True)
    return tuple(ranked[:GROUPS])


def _worth(group: Strings) -> tuple[int, int]:
    return min(LONG, *map(len, group)), -len(group)


def _telling(spelled: Strings | None) -> list[Strings]:
    """The beginning of the longest word of each spelling, if each has one that tells something."""
    if not spelled or spelled == _EMPTY:
        return []
    words = frozenset([_longest_word(folded(spelling))[:ENOUGH] for spelling in spelled])
    return [words] if all(map(_tells, words)) else []


def _longest_word(spelling: str) -> str:
    return spelling if spelling.isalpha() else max(spelling.split(), key=len, default="")


def _tells(word: str) -> bool:
    """One letter is in every text, and so are the marks between words; a digit is not."""
    return len(word) >= SHORT or any(not (c.isalpha() or c in _COMMON) for c in word)


_COMMON: Final = ".,;:'\"()-"


def _alternatives(pattern: str, at: int) -> tuple[_Piece, int]:
    """Read branches up to the bracket that closes them."""
    branches = []
    while True:
        branch, at = _sequence(pattern, at)
        branches.append(branch)
        if pattern[at : at + 1] != "|":
            break
        at += 1
    return (branches[0] if len(branches) == 1 else _one_of(branches)), at


def _one_of(branches: list[_Piece]) -> _Piece:
    if all(branch.spelled is not None for branch in branches):
        every = frozenset().union(*(branch.spelled for branch in branches if branch.spelled))
        if len(every) <= MOST:
            return _Piece(every)
    each = [_best([*branch.needed, *_telling(branch.spelled)]) for branch in branches]
    if not all(each):
        return _ANYTHING
    return _Piece(None, (frozenset().union(*(groups[0] for groups in each)),))


def _sequence(pattern: str, at: int) -> tuple[_Piece, int]:
    """Read what stands one after the other, up to the end of the branch."""
    run = _EMPTY
    whole = True
    needed: list[Strings] = []
    while at < len(pattern) and pattern[at] not in "|)":
        piece, at = _repeated(*_item(pattern, at), pattern)
        spelled = piece.spelled
        if spelled == _EMPTY:
            continue
        if spelled is not None and len(run) * len(spelled) <= MOST:
            run = frozenset([one + other for one in run for other in spelled])
            continue
        whole = False
        needed += [*_telling(run), *piece.needed]
        run = _EMPTY if spelled is None else spelled
    if whole:
        return _Piece(run), at
    return _Piece(None, _best([*needed, *_telling(run)])), at


def _item(pattern: str, at: int) -> tuple[_Piece, int]:
    """Read plain characters, or one set or group."""
    if plain := _PLAIN.match(pattern, at):
        return _Piece(frozenset({plain[0]})), plain.end()
    sign = pattern[at]
    if sign == "\\":
        return _escaped(pattern, at + 1)
    if sign == "[":
        return _set(pattern, at + 1)
    if sign == "(":
        return _group(pattern, at + 1)
    if sign in "^$":
        return _NOTHING, at + 1
    return (_ANYTHING if sign == "." else _Piece(frozenset({sign}))), at + 1


_PLAIN: Final = re.compile(r"[^\\\[\]().^$|*+?{}]+(?![*+?{])")
"""As many as can be read at once: a sign of repetition belongs to the one before it alone."""


def _escaped(pattern: str, at: int) -> tuple[_Piece, int]:
    sign = pattern[at]
    if sign in "bBAZ":
        return _NOTHING, at + 1
    if sign == "d":
        return _DIGIT, at + 1
    if sign in "ux":
        end = at + (5 if sign == "u" else 3)
        return _Piece(frozenset({chr(int(pattern[at + 1 : end], 16))})), end
    if sign in "nrtfv":
        return _Piece(frozenset({" "})), at + 1  # no letter, like a blank
    return (_ANYTHING if sign.isalnum() else _Piece(frozenset({sign}))), at + 1


def _set(pattern: str, at: int) -> tuple[_Piece, int]:
    """Read a set of characters: plain ones are spellings, ranges and classes are anything."""
    end = _SET_END.match(pattern, at).end()  # type: ignore[union-attr]
    inside = pattern[at : end - 1]
    plain = not _NOT_PLAIN.search(inside)
    letters = frozenset(inside.replace("\\", ""))
    return (_Piece(letters) if plain and letters else _ANYTHING), end


_SET_END: Final = re.compile(r"\^?\]?(?:[^\\\]]|\\.)*\]", re.DOTALL)
_NOT_PLAIN: Final = re.compile(r"\A\^|\\[A-Za-z0-9]|.-.", re.DOTALL)


def _group(pattern: str, at: int) -> tuple[_Piece, int]:
    """Read a group; one that only looks ahead or back matches nothing itself."""
    opening = _OPENING.match(pattern, at)
    if not opening:
        raise ValueError(
            f"{pattern[at - 1 : at + 9]!r} opens a group of a kind that no rule may use"
        )
    piece, end = _alternatives(pattern, opening.end())
    if opening["looks"] == "=":
        # what is looked at ahead stands in the text, too, but others may match it as well
        return _Piece(None, _best([*piece.needed, *_telling(piece.spelled)])), end + 1
    return (_NOTHING if opening["looks"] else piece), end + 1


_OPENING: Final = re.compile(r"\?(?P<looks><?[=!])|\?(?::|>|P<\w+>|-?[a-z]+:)|(?!\?)")


def _repeated(piece: _Piece, at: int, pattern: str) -> tuple[_Piece, int]:
    """What a piece matches with the sign behind it that says how often."""
    found = _TIMES.match(pattern, at)
    if not found:
        return piece, at
    sign = found[0][0]
    if sign == "{":
        least = int(found["least"] or 0)
        most = int(found["most"] or (LONG + 1 if found["to"] else least))
    else:
        least, most = int(sign == "+"), 1 if sign == "?" else LONG + 1
    if most <= LONG and piece.spelled and len(piece.spelled) ** most <= MOST:
        times = [_times(piece.spelled, count) for count in range(least, most + 1)]
        return _Piece(frozenset().union(*times)), found.end()
    needed = _best([*piece.needed, *_telling(piece.spelled)]) if least else ()
    return _Piece(None, needed), found.end()


def _times(spelled: Strings, count: int) -> Strings:
    return frozenset(map("".join, product(spelled, repeat=count)))


_TIMES: Final = re.compile(r"(?:[*+?]|\{(?P<least>\d+)?(?P<to>,(?P<most>\d*))?\})[?+]?")
