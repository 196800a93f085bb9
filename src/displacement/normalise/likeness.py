"""How like are two place names? Compares letters, sounds and consonants of folded names.

Beside `places`, which asks it about the areas inside a known parent. One script is written in
another in many ways; each reading here is one such way, and the most favourable one counts.
"""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Final

import numpy as np
import numpy.typing as npt
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import cdist

from displacement.normalise.area_codes import Key
from displacement.normalise.place_names import Name
from displacement.normalise.sounds import READINGS, sounds_of

OTHER_QUALIFIER: Final = 0.77
"""What is left of the likeness of names of which one says “northern” and the other does not."""

OTHER_LEVEL: Final = -1.0
"""The likeness of a name that speaks of one level with a spelling of another."""

MOST_TRUST: Final = 0.5
TRUST_PER_CONSONANT: Final = 0.17
"""What the consonants weigh against the whole word: half, and less where they are few."""

Scores = npt.NDArray[np.float32]

_GLUED_ARTICLE: Final = re.compile(r"^(?:[ae]l|[ae]([dnrstz])(?=\1)|a(?=sh))(?=\w{4})")
_WEAK: Final = str.maketrans("", "", "aiuاويه")


class Spellings:
    """Every spelling of some areas, laid out for comparing with one name at once."""

    def __init__(self, spelt: Sequence[tuple[Key, int, Name]]) -> None:
        """Lay out each area's key and level with one of its names."""
        ordered = sorted(spelt, key=lambda one: one[0])
        names = [name for _, _, name in ordered]
        self.owners = [key for key, _ in groupby(key for key, _, _ in ordered)]
        self._starts = np.array(_starts([key for key, _, _ in ordered]))
        self._forms = [_distinct(column) for column in zip(*map(_forms, names), strict=True)]
        self._qualifiers = np.array([_qualified(name) for name in names])
        self._levels = np.array([name.level or level for _, level, name in ordered])

    def likest(self, name: Name, most: int, *, rough: bool = False) -> list[tuple[Key, float]]:
        """So many owners of the likest spellings with their likeness, the likest first."""
        if not self.owners:
            return []
        scores = self.scores(name, rough=rough)
        best = np.argsort(-scores, kind="stable")[:most]
        return [(self.owners[at], float(scores[at])) for at in best if scores[at] >= 0]

    def scores(self, name: Name, *, rough: bool = False) -> Scores:
        """The likeness, 0 to 100, of each owner's most similar spelling; -1 at another level.

        A `rough` one tries the first reading only: quick, and good enough to list candidates.
        """
        asked = _forms(name)
        readings = 1 if rough else len(READINGS)
        bones_at = 1 + len(READINGS)
        compared = [*range(1 + readings), *range(bones_at, bones_at + readings)]
        alike = [_alike(asked[form], *self._forms[form]) for form in compared]
        letters_and_sounds, bones = alike[: 1 + readings], alike[1 + readings :]
        trust = min(MOST_TRUST, TRUST_PER_CONSONANT * len(asked[bones_at]))
        likeness = (1 - trust) * np.maximum.reduce(letters_and_sounds)
        likeness += trust * np.maximum.reduce(bones)
        likeness[self._qualifiers != _qualified(name)] *= OTHER_QUALIFIER
        if name.level is not None:
            likeness[self._levels != name.level] = OTHER_LEVEL
        best: Scores = np.maximum.reduceat(likeness, self._starts)
        return best


def _qualified(name: Name) -> str:
    return " ".join(sorted(name.qualifiers))


def _starts(keys: list[Key]) -> list[int]:
    return [at for at, key in enumerate(keys) if at == 0 or key != keys[at - 1]]


def _distinct(column: Sequence[str]) -> tuple[list[str], npt.NDArray[np.intp]]:
    """The different forms, and which of them each spelling has."""
    forms, which = np.unique(np.array(column, dtype=np.str_), return_inverse=True)
    return forms.tolist(), which


def _alike(asked: str, forms: list[str], which: npt.NDArray[np.intp]) -> Scores:
    """The likeness of a form to that of each spelling."""
    found: Scores = cdist(_asked(asked), forms, scorer=ratio).max(axis=0)[which]
    return found


def _asked(form: str) -> list[str]:
    """The form, and what is left of it without an article that was glued to it."""
    bare = _GLUED_ARTICLE.sub("", form)
    return [form] if bare == form else [form, bare]


def _forms(name: Name) -> list[str]:
    """Letters, then the sounds in every reading, then the consonants of every reading."""
    sounds = sounds_of(name.words, len(READINGS))
    return [name.core, *sounds, *(text.removesuffix("h").translate(_WEAK) for text in sounds)]
