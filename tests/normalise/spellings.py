"""How people write a place's name: other spellings of known names, drawn by a seeded dice.

The rules are those of transliteration (Arabic, Ukrainian, French, Amharic) and of slips of the
hand. They are written from how sources spell, not from how names are folded.
"""

import random
import re
from collections.abc import Sequence

Rule = tuple[str, Sequence[str]]

ARTICLE = (
    r"(?:(?<=^)|(?<=[\s-]))(?:[Aa]l|[Ee]l|[Aa]sh|[Aa]s|[Aa]n|[Aa]r|[Aa]d|[Aa]t|[Aa]z|[Ee]j)[\s-]"
)
ARABIC_IN_LATIN: tuple[Rule, ...] = (
    (ARTICLE, ("al-", "el-", "Al ", "", "", "ar-", "an-", "as-")),
    ("ou|oo", ("u", "o")),
    ("(?<![aeiou])u(?![aeiou])", ("ou", "oo", "o")),
    ("ee", ("i",)),
    ("(?<![aeiou])i(?![aeiou])", ("ee", "e", "y")),
    ("gh", ("g",)),
    ("kh", ("h", "k")),
    ("dh", ("z", "d", "th")),
    ("q", ("k", "g")),
    ("k(?!h)", ("q", "c")),
    ("([bdflmnrst])\\1", ("\\1",)),
    ("(?<=[aeiou])([bdflmnrst])(?=[aeiou])", ("\\1\\1",)),
    ("(?:ah|eh|a)\\b", ("a", "ah", "eh", "e")),
    ("[’'‘`]", ("", "’", "‘")),
    ("[-]", (" ", "")),
    (" ", ("-", "")),
    ("sh", ("ch", "sch")),
    ("j", ("dj", "g")),
    ("ay|ei|ai", ("ei", "ai", "e", "ay")),
    ("aw|au", ("o", "au", "ou")),
    ("w", ("ou",)),
    ("iy", ("y", "i")),
    ("(?<=\\w)a(?=\\w)", ("e", "aa")),
    ("e(?=\\w)", ("a", "i")),
)  # fmt: skip
UKRAINIAN: tuple[Rule, ...] = (
    ("yi\\b|yy\\b|iy\\b", ("y", "iy", "yy", "ij")),
    ("kh", ("h",)),
    ("(?<![kzcs])h", ("g",)),
    ("yi|ii", ("i",)),
    ("(?<=[^aeiouy])y", ("i",)),
    ("i", ("y",)),
    ("iv", ("ov",)),
    ("ts", ("c", "tz")),
    ("shch", ("sch", "shh")),
    ("zh", ("j",)),
    ("ia", ("ya",)),
    ("[’'‘`]", ("",)),
    ("ska\\b", ("skaya", "ska")),
    ("skyi\\b", ("skiy", "sky", "skyy")),
    ("v\\b", ("w",)),
)
FRENCH: tuple[Rule, ...] = (
    ("ou", ("u", "oo")), ("u", ("ou",)), ("k", ("c",)), ("c(?!h)", ("k",)), ("tsh", ("ch",)),
    ("ch", ("tsh",)), ("dj", ("j",)), ("[-]", (" ", "")), (" ", ("-", "")), ("w", ("ou",)),
    ("y", ("i",)), ("([a-z])\\1", ("\\1",)), ("é|è|ê", ("e",)), ("e", ("é",)), ("z", ("s",)),
)  # fmt: skip
AMHARIC: tuple[Rule, ...] = (
    ("e(?=\\w)", ("a", "i")), ("i(?=\\w)", ("e", "")), ("q", ("k",)), ("k", ("q",)),
    ("ch", ("tch",)), ("tch", ("ch",)), ("gn", ("ny",)), ("ts", ("tz", "s")), ("a\\b", ("ah", "e")),
    ("([a-z])\\1", ("\\1",)), ("(?<=[aeiou])([bdflmnrst])(?=[aeiou])", ("\\1\\1",)),
    ("[-]", (" ", "")), (" ", ("-", "")), ("u", ("oo", "ou")), ("w", ("u",)), ("y", ("i",)),
    ("o", ("u",)),
)  # fmt: skip
ARABIC: tuple[Rule, ...] = (
    ("[أإآ]", ("ا",)), ("\\bا(?!ل)", ("أ", "إ")), ("ة\\b", ("ه",)), ("ه\\b", ("ة",)),
    ("ى\\b", ("ي",)), ("ي\\b", ("ى",)), ("(?<=\\w)(?=\\w\\b)", ("\u0640",)),
    ("(?<=\\w\\w)(?=\\w)", ("\u064e", "\u0651", "\u0652")), ("(?<!\\S)ال", ("",)),
    ("(?<!\\S)(?!ال|مركز)(?=\\w{3})", ("ال",)), (" ", ("", "  ")), ("ئ", ("ي", "ء")), ("ؤ", ("و",)),
    ("ء", ("",)),
)  # fmt: skip
TRANSLATED = re.compile(
    r"\b(?:north|south|east|west|central|northern|southern|eastern|western|city|old|new|zone|rural"
    r"|urban|region|special|woreda|red|sea|river|nile|lower|castle|nord|sud|haut|bas)\b",
    re.IGNORECASE,
)
"""Words that are translated and not transliterated: they have one spelling, but for slips."""
KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
LANGUAGES = {"SDN": ARABIC_IN_LATIN, "YEM": ARABIC_IN_LATIN, "UKR": UKRAINIAN}
LANGUAGES |= {"COD": FRENCH, "ETH": AMHARIC}


def variants(name: str, rules: Sequence[Rule], dice: random.Random, wanted: int = 6) -> list[str]:
    """Other spellings of a name: one to three rules applied, now and then a slip of the hand."""
    found: dict[str, None] = {}
    for _ in range(wanted * 4):
        text = name
        for _ in range(dice.choice((1, 1, 2, 2, 3))):
            text = _respelt(text, rules, dice)
        if dice.random() < 1 / 8:
            text = slip(text, dice)
        if text.casefold() != name.casefold() and text.strip():
            found[text] = None
        if len(found) == wanted:
            break
    return list(found)


def slip(text: str, dice: random.Random) -> str:
    """A letter left out, doubled, exchanged with the next, or the next key of the keyboard."""
    if len(text) < 5:
        return text
    at = dice.randrange(1, len(text) - 1)
    kind = dice.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    row = next((row for row in KEYBOARD if text[at] in row), text[at])
    beside = row[(row.index(text[at]) + 1) % len(row)]
    return text[:at] + beside + text[at + 1 :]


def _respelt(text: str, rules: Sequence[Rule], dice: random.Random) -> str:
    fitting = [rule for rule in rules if re.search(rule[0], text, re.IGNORECASE)]
    if not fitting:
        return text
    pattern, written = dice.choice(fitting)
    kept = [word.span() for word in TRANSLATED.finditer(text)]
    places = [
        place
        for place in re.finditer(pattern, text, re.IGNORECASE)
        if not any(start < place.end() and place.start() < end for start, end in kept)
    ]
    if not places:
        return text
    place = dice.choice(places)
    other = place.expand(dice.choice(list(written)))
    if place[0][:1].isupper():
        other = other[:1].upper() + other[1:]
    spelt = text[: place.start()] + other + text[place.end() :]
    return " ".join(spelt.split()).strip("-")
