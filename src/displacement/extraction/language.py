"""Which language is a text written in, where nobody has said so? By its commonest words."""

import re
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import Final

from displacement.extraction.rules import load_words

DEFAULT: Final = "en"
HEAD: Final = 5_000
"""So much of a text, in characters, shows its language."""


@cache
def languages() -> tuple[str, ...]:
    """The languages that have rules, in order."""
    folder = files("displacement.extraction")
    found = (entry.name for entry in folder.iterdir() if entry.joinpath("words.toml").is_file())
    return tuple(sorted(found))


def detect_language(text: str) -> str:
    """The language whose common words the text uses most; English where it uses none."""
    words = Counter(re.findall(r"[^\W\d_]+", text[:HEAD].casefold()))
    votes = {lang: sum(words[word] for word in _common(lang)) for lang in languages()}
    best = max(votes, key=lambda lang: (votes[lang], lang == DEFAULT))
    return best if votes[best] else DEFAULT


@cache
def _common(lang: str) -> frozenset[str]:
    return frozenset(load_words(lang)["common"])
