"""How does a text in Latin script look without private persons? What stands in their place.

`persons` finds them where something beside the name shows it; here they go wherever they are named.
"""

import re
from typing import Final

from displacement.extraction.language import detect_language
from displacement.normalise.privacy.capitals import (
    COUNTRIES,
    PARTICLE,
    SHORTEST_PART,
    TITLE,
    cased,
    is_particle,
)
from displacement.normalise.privacy.persons import people_in
from displacement.normalise.privacy.words import (
    LATIN,
    PLAIN,
    PUBLIC,
    ROLES,
    STARTERS,
    WORDS,
    folded,
)

_SHORTEST_IN_SMALL: Final = 5
"""Letters of a part of a name that is known again, with a capital and without."""


def without_people(text: str) -> str:
    """The text without the names of private persons, wherever they stand in it."""
    found = people_in(text)
    if not found:
        return text
    lang = detect_language(text)
    lang = lang if lang in LATIN else LATIN[0]
    roles: dict[str, str | None] = {}
    for one in found:
        roles[one.name] = roles.get(one.name) or one.role
    pieces, last = [], 0
    for one in found:
        if one.start < last:
            continue
        instead = one.instead
        if instead is None:
            instead = _stand_in(text, one.start, roles[one.name], lang)
        pieces += [text[last : one.start], instead]
        last = one.end
    return _without_mentions("".join(pieces) + text[last:], roles, lang)


_OWNED: Final = re.compile(r"['’]s?\s+\Z")


def _stand_in(text: str, start: int, role: str | None, lang: str) -> str:
    """What stands for a person: "a teacher", "a source"; never a place or a day."""
    before = text[max(0, start - 8) : start]
    if _OWNED.search(before):
        return str(WORDS[lang]["spokesperson"])
    words = str(WORDS[lang]["someone"])
    if role is not None and lang == "en" and role in WORDS[lang]["roles"]:
        words = f"{'an' if role[0] in 'aeiou' else 'a'} {role}"
    return cased(words, text, start)


_MOVING: Final = re.compile(
    r"\b(?:displaced|fled|flee|fleeing|moved?|arrived|came|left|evacuated|travelled|returned?|went|reached|"
    r"people|families|déplacé\w*|fui|arrivé\w*)\b[^.,;\n]{0,40}\b(?:from|to|de|à|vers)\s+\Z"
)
_INSIDE: Final = re.compile(r"\b(?:in|at|near|around|outside|across|into|dans|à)\s+\Z")
_NEXT_NAME: Final = re.compile(rf"[ \t]+(?:{PARTICLE}[ \t]+)?[A-Z\u00c0-\u00de]\w")
_NAME_BEFORE: Final = re.compile(
    r"(?:\A|[^.!?\n\"“:;,])[ \t]*\b(?P<word>[A-Z\u00c0-\u00de][\w’'-]+)[ \t]+\Z"
)


def _without_mentions(text: str, roles: dict[str, str | None], lang: str) -> str:
    """Every further mention of the people gives way, whole or in part, whatever its case."""
    parts: dict[str, str | None] = {}
    for name, role in roles.items():
        words = [word for word in re.split(r"\s+", name) if not is_particle(word)]
        for word in words:
            if len(word) >= SHORTEST_PART and not _is_common(word):
                parts.setdefault(word.casefold(), role)
    whole = {
        " ".join(name.split()).casefold(): role
        for name, role in roles.items()
        if len(name.split()) > 1
    }

    def pattern(name: str) -> str:
        return r"[\s._-]*".join(re.escape(word) for word in name.split())

    names = sorted([*whole, *parts], key=lambda name: (-len(name), name))
    if not names:
        return text
    mention = re.compile(
        rf"(?<![\w-])(?:(?:{TITLE})\.?\s+)?(?P<name>{'|'.join(map(pattern, names))})"
        r"(?![\w-]|\.\w)",
        re.IGNORECASE,
    )

    def stand_in(match: re.Match[str]) -> str:
        key = " ".join(re.split(r"[\s._-]+", match["name"].casefold()))
        known = whole.get(key) or parts.get(key)
        if key in parts and key not in whole and not _is_mention(text, match, parts):
            return match[0]
        start = match.start()
        return _stand_in(text, start, known, lang)

    return mention.sub(stand_in, text)


def _is_common(word: str) -> bool:
    """Whether a part of a name is a word of other use."""
    plain = folded(word)
    return any(plain in words for words in (STARTERS, PUBLIC, COUNTRIES, ROLES))


def _is_mention(text: str, match: re.Match[str], parts: dict[str, str | None]) -> bool:
    """Whether a part of a name stands for the person, and for no place or other name."""
    word = match["name"]
    before = text[max(0, match.start() - 80) : match.start()]
    if word[0].islower():
        return len(word) >= _SHORTEST_IN_SMALL and word not in PLAIN
    if _NEXT_NAME.match(text, match.end()):
        return False
    other = _NAME_BEFORE.search(before)
    if other and not _is_common(other["word"]) and folded(other["word"]) not in parts:
        return False
    return not _INSIDE.search(before) and not _MOVING.search(before)
