"""When are two spellings the same name? Folds Latin and Arabic place names to one form.

Beside `places`, which looks the folded names up; the words that carry no name are data here.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

LEVEL_WORDS: Final = {
    **dict.fromkeys(
        [
            "province",
            "governorate",
            "mohafaza",
            "muhafaza",
            "muhafazah",
            "mohafazah",
            "mhafzt",
            "محافظه",
        ],
        1,
    ),
    **dict.fromkeys(["district", "mantika", "mantiqa", "mantiqah", "mntqt", "منطقه"], 2),
    **dict.fromkeys(
        [
            "subdistrict",
            "nahiya",
            "nahiyah",
            "nahiyat",
            "nahya",
            "nahia",
            "nahyah",
            "nahyt",
            "ناحيه",
        ],
        3,
    ),
}
SEAT_WORDS: Final = frozenset(
    [
        "city",
        "town",
        "village",
        "markaz",
        "mrkz",
        "centre",
        "center",
        "مركز",
        "مدينه",
        "بلده",
        "قريه",
    ]
)
EMPTY_WORDS: Final = frozenset(["of", "the", "in", "area", "region", "part", "parts"])
ARTICLES: Final = frozenset(
    [
        "al",
        "el",
        "ul",
        "as",
        "es",
        "ash",
        "esh",
        "an",
        "en",
        "ad",
        "ed",
        "adh",
        "ar",
        "er",
        "at",
        "et",
        "ath",
        "az",
        "ez",
        "adh",
    ]
)
COUNTRYSIDE: Final = "countryside"
QUALIFIERS: Final = {
    spelling: meaning
    for meaning, spellings in {
        "north": "north northern shamali shamal شمال شمالي شماليه",
        "south": "south southern janubi janoubi janub qibli جنوب جنوبي جنوبيه",
        "east": "east eastern sharqi sharqiyah sharqiya شرق شرقي شرقيه",
        "west": "west western gharbi gharbiyah gharbiya غرب غربي غربيه",
        COUNTRYSIDE: "countryside rural rif reef ريف",
    }.items()
    for spelling in spellings.split()
}


SHORTEST_SLIP: Final = 4


@dataclass(frozen=True)
class Words:
    """The words around a name that are no name: of a level, of a town, of nothing, of a part."""

    levels: dict[str, int | None]
    seats: frozenset[str]
    empty: frozenset[str]
    qualifiers: dict[str, str]

    @cached_property
    def long(self) -> list[str]:
        """All of them that are known with a slip of the hand in them."""
        words = {*self.levels, *self.seats, *self.empty, *self.qualifiers}
        return sorted(word for word in words if len(word) >= SHORTEST_SLIP)


SYRIAN: Final = Words(dict(LEVEL_WORDS), SEAT_WORDS, EMPTY_WORDS, QUALIFIERS)
WORLDWIDE: Final = Words(
    levels={
        **dict.fromkeys(
            ["governorate", "oblast", "krai", "state", "region", "wilaya", "emirate"], 1
        ),
        **dict.fromkeys(
            [
                "district",
                "raion",
                "rayon",
                "regency",
                "kabupaten",
                "zone",
                "municipality",
                "commune",
                "cercle",
            ],
            2,
        ),
        **dict.fromkeys(
            ["subdistrict", "ward", "woreda", "subprefecture", "barangay", "township"], 3
        ),
        **dict.fromkeys(
            [
                "province",
                "department",
                "county",
                "division",
                "prefecture",
                "parish",
                "provincia",
                "departamento",
                "departement",
                "estado",
                "regiao",
                "setor",
            ],
            None,
        ),
    },
    seats=frozenset(["city", "town", "village", "camp", "kota"]),
    empty=EMPTY_WORDS | frozenset(["de", "du", "des", "del", "da", "do", "la", "le", "les"]),
    qualifiers=QUALIFIERS
    | dict.fromkeys(["nord", "norte", "utara"], "north")
    | dict.fromkeys(["sud", "sur", "selatan"], "south")
    | dict.fromkeys(["est", "este", "leste", "timur"], "east")
    | dict.fromkeys(["ouest", "oeste", "barat"], "west")
    | dict.fromkeys(["central", "centrale", "centre", "center", "centro", "tengah"], "central"),
)
"""Elsewhere one word stands for several levels: a province is a first level in Turkey, a second
in Peru. Such a word (None) is no part of the name, but says nothing of the level."""

_ARABIC_LETTERS: Final = str.maketrans(
    "أإآٱىةؤئ", "اااايهوي", "ء\u0640" + "".join(map(chr, range(0x064B, 0x0653))) + "\u0670"
)
_PLAIN: Final = str.maketrans("ıđøłħ", "idolh")
_APOSTROPHES: Final = re.compile("['’‘`´ʿʾʻʼ\u02bd\u02be\u02bf]")
_GLUED: Final = re.compile("(?<=[a-z])(?=[A-Z])")
_GLUED_ARABIC: Final = re.compile(r"\b(مركز|ناحيه|منطقه|محافظه|مدينه)(?=ال\w{2})")
_ELISION: Final = re.compile(r"\b[ldLD]['’](?=\w)")


class Name(NamedTuple):
    """A folded name.

    `words` are those of the name without articles, qualifiers and generic words, `core` the same
    without spaces. `key` is the core with its qualifiers, `full` the same with the generic words.
    `level` is the one that those speak of; `seat` says that the name is a town's or a village's.
    """

    words: tuple[str, ...]
    core: str
    key: str
    full: str
    qualifiers: frozenset[str]
    level: int | None
    seat: bool


@lru_cache(maxsize=16384)
def fold(text: str, *, worldwide: bool = False) -> Name:
    """The name in its folded form; `worldwide` knows the words of other countries too."""
    known = WORLDWIDE if worldwide else SYRIAN
    words = _without_articles(_words(_ELISION.sub("", text) if worldwide else text))
    qualifiers = _qualifiers(words, known)
    named = [word for word in words if word not in known.qualifiers]
    core = [word for word in named if not _is_generic(word, known)]
    if not core:
        core, named, qualifiers = words, words, frozenset()
        if worldwide:
            core, named = _of_directions(words, known)
    tail = "".join(f"~{qualifier}" for qualifier in sorted(qualifiers))
    return Name(
        words=tuple(core),
        core="".join(core),
        key="".join(core) + tail,
        full="".join(named) + tail,
        qualifiers=qualifiers,
        level=next((known.levels[word] for word in words if known.levels.get(word)), None),
        seat=any(word in known.seats for word in words),
    )


def without_slips(text: str, *, worldwide: bool = False) -> str:
    """The name, its words that are a slip away from a generic word put right: Esatern, Distritc."""
    known = WORLDWIDE if worldwide else SYRIAN
    return " ".join(_without_slip(word, known) for word in _words(text))


def _without_slip(word: str, known: Words) -> str:
    if len(word) < SHORTEST_SLIP:
        return word
    found = extractOne(word, known.long, scorer=OSA.distance, score_cutoff=1)
    return found[0] if found else word


def _of_directions(words: list[str], known: Words) -> tuple[list[str], list[str]]:
    """A name of directions alone: Centre-Nord is Central-North, Centre Department is Centre."""
    named = [known.qualifiers.get(word, word) for word in words]
    return [word for word in named if not _is_generic(word, known)] or named, named


def _words(text: str) -> list[str]:
    lower = re.sub(r"(?<=\w\w)['’]s\b", "", _GLUED.sub(" ", text).casefold())
    plain = _APOSTROPHES.sub("", lower.translate(_ARABIC_LETTERS))
    signs = unicodedata.normalize("NFKD", plain)
    letters = "".join(sign for sign in signs if not unicodedata.combining(sign)).translate(_PLAIN)
    joined = re.sub(r"\bsub[\W_]+(?=district)", "sub", letters.replace("_", " "))
    return re.findall(r"\w+", _GLUED_ARABIC.sub(r"\1 ", joined))


def _without_articles(words: list[str]) -> list[str]:
    kept = [_without_arabic_article(word) for word in words if word not in ARTICLES]
    return kept or words


def _without_arabic_article(word: str) -> str:
    return word[2:] if word.startswith("ال") and len(word) > len("ال") + 1 else word


def _is_generic(word: str, known: Words) -> bool:
    return word in known.levels or word in known.seats or word in known.empty


def _qualifiers(words: list[str], known: Words) -> frozenset[str]:
    """North, south, east, west; "countryside" only where no direction says it already."""
    found = frozenset(known.qualifiers[word] for word in words if word in known.qualifiers)
    return found if found == {COUNTRYSIDE} else found - {COUNTRYSIDE}
