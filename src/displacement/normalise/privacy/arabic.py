"""Which names of an Arabic text are private persons'? There are no capitals to tell a name by.

A name is what stands behind a title, a role or a verb and is none of the words that texts name
other things with; a role stays, a name without one becomes "a source".
"""

import re
from typing import Final, NamedTuple

from displacement.normalise.privacy.words import WORDS, one_of

_OWN: Final = WORDS["ar"]
_SHORTEST_PART: Final = 4
_ARABIC: Final = "\u0621-\u065f\u0671"


class _Word(NamedTuple):
    """A word of what may be a name, with its place."""

    said: str
    start: int
    end: int


def without_arabic_people(text: str) -> str:
    """The text without the names of private persons that it tells in Arabic."""
    if not _SIGN.search(text):
        return text
    names: dict[str, None] = {}
    someone = str(_OWN["someone"])
    pieces, last, position = [], 0, 0
    while match := _NAMED.search(text, position):
        found = _person(match)
        if found is None:  # a name may begin within what is none
            position = match.start() + 1
            continue
        head, name, rest = found
        names[name] = None
        stays = match["before"] + (match["private"] or "") + head
        if match["private"] or head or match["kin"] or match["role"]:
            instead = f"{stays.rstrip()}{rest}{' ' if match['role'] else ''}"
        else:
            instead = f"{stays}{someone}{rest}"
        pieces += [text[last : match.start()], instead]
        last = position = match.end()
    return _without_mentions("".join(pieces) + text[last:], names, someone)


def names_arabic_person(words: str) -> bool:
    """Whether words that should name an organisation name a private person."""
    said = words.split()
    given = len(said) > 1 and said[0] in _GIVEN and not _PUBLIC.intersection(said)
    return given or without_arabic_people(words) != words


def _any(name: str) -> str:
    return one_of(map(re.escape, _OWN[name]))


_BINDING: Final = "(?:أبو|أبي|أبا|أم|عبد|بن|ابن|بنت|آل|أبوال)"
_WORD: Final = rf"(?:{_BINDING}\s+)*[{_ARABIC}]{{2,20}}"
_THAT: Final = r"(?:أن|إن|بأن|أنه|أنها|أنهم|إنه|إنها|إنهم|إننا|أننا|أنني|إنني)"
_STOP: Final = rf"(?:{_THAT[3:-1]}|عن|من|في|على|إلى|خلال|وهو|وهي|لـ[{_ARABIC}]*)"
_END: Final = rf"(?=\s+{_STOP}(?![{_ARABIC}])|\s*[،,.:;؛«»\"“”()\n]|\s*$)"
_NEXT: Final = rf"(?:\s+(?!{_STOP}(?![{_ARABIC}])){_WORD})"
_NAME: Final = rf"(?P<name>{_WORD}(?:{_NEXT}{{0,3}}?{_END}|{_NEXT}(?:\s+ال[{_ARABIC}]{{2,20}})?))"
_EDGE: Final = rf"(?<![{_ARABIC}])"
_NO_MORE: Final = rf"(?![{_ARABIC}])"
_NAMED: Final = re.compile(
    rf"(?P<before>{_EDGE}[وف]?(?:(?:(?P<verb>{_any('verbs')})|(?P<counted>{_any('counts')}))(?:\s+لنا)?"
    rf"|(?P<told>{_any('according')}|{_any('met')}))(?:\s+|\s*:\s*|(?<=ل)|(?<=ب))"
    rf"|{_EDGE}(?=[وفبلك]?(?:{_any('titles')}|{_any('private')}|{_any('named')})[\s:])[وفبلك]?"
    rf"|(?<!\d\s){_EDGE}[وفبلك]?(?P<kin>{_any('kin')})\s+"
    rf"|(?P<subject>(?:^|[\n.؛،:»\"”])[ \t]*)(?=[^\n:،.]{{4,40}}?(?::\s*[«\"“]"
    rf"|\s(?:{_any('verbs')}|{_any('counts')})\s|،\s*(?:{_any('indefinite')}){_NO_MORE}"
    r"|\s?\(\d+\s(?:عام|سنة))))"
    rf"(?P<title>(?:(?:{_any('titles')})\s*)(?:\s*{_any('titles')}\s+)?)?"
    rf"(?P<private>(?:{_any('private')})(?:\s+|\s?:\s*)(?:(?:{_any('named')})\s+)?|(?:{_any('named')})\s+"
    rf"|(?:{_any('indefinite')})\s+(?:{_any('named')})\s+)?"
    rf"{_NAME}(?P<role>\s*،\s*(?=(?:{_any('roles')}){_NO_MORE}))?",
    re.MULTILINE,
)
_NUMBER: Final = re.compile(rf"\s+(?:\d|{_any('counted')})")
_PARTED: Final = re.compile(rf"(?:{_BINDING}\s+)*\S+")
_SIGN: Final = re.compile(f"[{_ARABIC}]")
_PUBLIC: Final = frozenset(_OWN["public"])
_ROLES: Final = frozenset((*_OWN["roles"], *_OWN["private"], *_OWN["indefinite"]))
_OFFICES: Final = frozenset(_OWN["offices"])
_VERBS: Final = frozenset(_OWN["verbs"]) | frozenset(_OWN["counts"])
_GIVEN: Final = frozenset(_OWN["given"])
_PLURAL: Final = ("ون", "ين", "ات", "ية")
_NAMED_SO: Final = frozenset(_OWN["named"])
_STOPPED: Final = re.compile(rf"\s+{_THAT}{_NO_MORE}|\s?:")


def _person(match: re.Match[str]) -> tuple[str, str, str] | None:
    """What was found as what stands before a private person's name, the name, and the rest."""
    text = match["name"]
    words = _words(text)
    first = next((n for n, word in enumerate(words) if _is_no_name(word.said)), len(words))
    if first == 0:
        return _behind_role(text, words) if match["verb"] or match["told"] else None
    spoken = match["subject"] is not None and first < len(words) and words[first].said in _VERBS
    if first < len(words) and not (match["private"] or match["title"] or spoken):
        return None
    kept = words[:first]
    end = kept[-1].end
    return (
        ("", text[:end], text[end:]) if _is_person(match, [one.said for one in kept], end) else None
    )


def _is_person(match: re.Match[str], words: list[str], end: int) -> bool:
    """Whether the words behind a title, a role or a verb are a private person's name."""
    first, several = words[0].split()[0], len(words) > 1
    strange = several and _is_strange(words)
    if match["title"]:
        return True
    if match["private"] or match["kin"]:
        return first in _GIVEN or _has_name(match["private"] or "") or strange
    if not several and " " not in words[0]:
        return False
    if first in _GIVEN or (match["role"] is not None and not first.startswith("ال")):
        return True
    return strange and _ends_as_name(match, first, match.start("name") + end)


def _ends_as_name(match: re.Match[str], first: str, behind: int) -> bool:
    """Whether what follows words that have the form of a name follows names."""
    if (match["told"] or "").endswith("ل") and first.startswith("ل"):
        return False
    if match["verb"]:
        return bool(_STOPPED.match(match.string, behind))
    return not match["counted"] or bool(_NUMBER.match(match.string, behind))


def _has_name(private: str) -> bool:
    """Whether a role is followed by “who is called”."""
    return bool({*private.split()} & _NAMED_SO)


def _is_strange(words: list[str]) -> bool:
    """Whether words that nobody knows have the form of a name: two, the second with an article.

    Between them may stand a first name that many bear, the father's.
    """
    first, *fathers, last = words
    plain = not first.startswith("ال") and not first.endswith(_PLURAL)
    return (
        plain
        and last.startswith("ال")
        and not last.endswith(_PLURAL)
        and all(word.split()[0] in _GIVEN for word in fathers)
    )


def _behind_role(text: str, words: list[_Word]) -> tuple[str, str, str] | None:
    """The name behind a role of several words: "the head of the camp X Y"."""
    if words[0].said not in _ROLES:
        return None
    for before, one, two in zip(words, words[1:], words[2:], strict=False):
        named = one.said in _GIVEN or before.said.startswith("ال")
        own = not any(map(_is_no_name, (one.said, two.said)))
        if named and own and _is_strange([one.said, two.said]):
            return text[: one.start], text[one.start : two.end], text[two.end :]
    return None


def _words(name: str) -> list[_Word]:
    return [_Word(one[0], one.start(), one.end()) for one in _PARTED.finditer(name)]


def _is_no_name(word: str) -> bool:
    plain = word.rsplit(maxsplit=1)[-1]
    return plain in _PUBLIC or plain in _ROLES or plain in _OFFICES or plain in _VERBS


def _without_mentions(text: str, names: dict[str, None], someone: str) -> str:
    """Every further mention of the people gives way, whole or in part."""
    parts = {part: None for name in names for part in (name, *_parts(name))}
    for part in sorted(parts, key=lambda part: (-len(part), part)):
        mention = rf"(?<![{_ARABIC}])(?P<joined>[وفبلك]?){re.escape(part)}(?![{_ARABIC}])"
        text = re.sub(mention, rf"\g<joined>{someone}", text)
    return text


def _parts(name: str) -> list[str]:
    """The words of a name that are no first names that many bear and no other words."""
    words = [word for word in name.split() if word not in _GIVEN and not _is_no_name(word)]
    return [word for word in words if len(word) >= _SHORTEST_PART and " " in name]
