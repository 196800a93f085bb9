"""By which words does a text show that a name is a person's? Lists, and patterns made of them."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

WORDS: Final = tomllib.loads(Path(__file__).with_name("people.toml").read_text("utf-8"))
LATIN: Final = ("en", "fr")


def tells_role(words: str) -> bool:
    """Whether one of the words says what somebody is or where they work."""
    said = {folded(word) for word in re.findall(r"[^\W\d_]+", words)}
    return not said.isdisjoint(ROLES | OFFICES | PUBLIC | _ARABIC_ROLES)


def one_of(words: Iterable[str]) -> str:
    """A pattern of any of the words, longer ones first."""
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))


def words_of(name: str, *langs: str) -> list[str]:
    """The words of a list in some languages; in those of the Latin script where none is named."""
    return [word for lang in langs or LATIN for word in WORDS[lang].get(name, ())]


def any_of(name: str, *langs: str) -> str:
    """A pattern of any word of such a list."""
    return one_of(words_of(name, *langs))


def folded(word: str) -> str:
    """A word without capitals, an owner's s and a full stop."""
    return word.casefold().replace("’", "'").removesuffix("'s").rstrip(".")


def word_set(name: str) -> frozenset[str]:
    """The folded words of a list in the languages of the Latin script."""
    return frozenset(map(folded, words_of(name)))


ROLES: Final = word_set("roles")
OFFICES: Final = word_set("offices")
PUBLIC: Final = word_set("public")
_ARABIC_ROLES: Final = frozenset(
    word for name in ("roles", "private", "indefinite", "offices") for word in words_of(name, "ar")
)
STARTERS: Final = word_set("starters")
PLACES: Final = word_set("places")
PLAIN: Final = word_set("plain")
GIVEN: Final = word_set("given")
SPOKEN: Final = rf"(?:{any_of('said')})"
VERB: Final = rf"(?:(?:(?:{any_of('between')})\s+){{0,2}}(?:{any_of('said')}|{any_of('told')}))\b"
COUNTED: Final = (
    rf"(?:(?:(?:{any_of('between')})\s+){{0,2}}(?:{any_of('counts')}|{any_of('lives')}))\b"
)
ROLE: Final = rf"(?:{any_of('roles')})"
