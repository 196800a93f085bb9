"""How does a name sound that is written in Latin or Arabic letters? In several readings.

Beside `likeness`, which compares them. One script is written in another in many ways; each reading
here is one such way.
"""

import re
from itertools import groupby
from typing import Final

from displacement.normalise.place_names import Name

_ALIKE: Final = {
    **dict.fromkeys(["shch", "tsch", "tsh", "tch", "sch", "ch", "sh"], "$"),
    **dict.fromkeys(["dzh", "dj", "zh", "j"], "j"),
    **dict.fromkeys(["gh", "g"], "g"),
    **dict.fromkeys(["ph", "f"], "f"),
    **dict.fromkeys(["cq", "k"], "k"),
    **dict.fromkeys(["tz", "ts"], "c"),
    **dict.fromkeys(["gn", "ny"], "n"),
    **dict.fromkeys(["ee", "ii", "yi", "iy", "yy", "i", "y"], "i"),
    **dict.fromkeys(["oo", "ou", "uw", "ow", "o", "u", "w"], "u"),
    **dict.fromkeys(["aa", "a", "e"], "a"),
    "p": "b",
}
_HARD: Final = {"kh": "k", "q": "k", "c": "k", "dh": "d", "th": "t", "x": "ks", "v": "f"}
_SOFT: Final = {"kh": "h", "q": "g", "c": "c", "dh": "z", "th": "s", "x": "c", "v": "u"}
_WITH_J: Final = _HARD | {"g": "j", "z": "s", "th": "d"}
_WITH_G: Final = _SOFT | {"kh": "g", "h": "g"}
READINGS: Final = tuple(_ALIKE | more for more in (_HARD, _SOFT, _WITH_J, _WITH_G))
_WRITTEN: Final = re.compile(
    "|".join(sorted(set().union(*READINGS), key=len, reverse=True)) + "|.", re.DOTALL
)
"""One sound as it is written; all readings part a word alike."""
_ARABIC: Final = re.compile("[\u0600-\u06ff]")
_ARABIC_ALIKE: Final = str.maketrans("طضظذزثصغ", "تدددزتسق")
_ENDING: Final = re.compile(r"(?<=\w\w)(?:[ae][ht]?|ih|(?<=k)a[yi]a)$")


def usual_sounds(name: Name) -> tuple[str, str]:
    """How the name sounds in the two usual readings."""
    hard, soft = sounds_of(name.words, readings=2)
    return hard, soft


def sounds_of(words: tuple[str, ...], readings: int) -> list[str]:
    """How words sound together in the first so many readings."""
    text = "".join([_ENDING.sub("a", word) for word in words])
    if _ARABIC.search(text):
        return [text, *[text.translate(_ARABIC_ALIKE)] * (readings - 1)]
    written = _WRITTEN.findall(text)
    return [
        _undoubled([sounds.get(part, part) for part in written]) for sounds in READINGS[:readings]
    ]


def _undoubled(sounds: list[str]) -> str:
    return "".join([sign for sign, _ in groupby("".join(sounds))])
