"""Which language is a text written in, where nobody has said so? By its commonest words."""

import re
from collections import Counter
from functools import cache
from typing import Final

from displacement.extraction.rules import languages, load_words

DEFAULT: Final = "en"
HEAD: Final = 5_000
"""So much of a text, in characters, shows its language."""


def detect_language(text: str) -> str:
    """The language whose common words the text uses most; English where it uses none."""
    words = Counter(re.findall(r"[^\W\d_]+", text[:HEAD].casefold()))
    votes = {lang: sum(words[word] for word in _common(lang)) for lang in languages()}
    best = max(votes, key=lambda lang: (votes[lang], lang == DEFAULT))
    return best if votes[best] else DEFAULT


@cache
def _common(lang: str) -> frozenset[str]:
    return frozenset(load_words(lang)["common"])
