"""Where did it happen? Finds the places of a clause and their part in the movement."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from displacement.extraction.document import Span
from displacement.extraction.nations import countries
from displacement.extraction.rules import load_rules
from displacement_schemas.vocabulary import AreaRole


@dataclass(frozen=True)
class Place:
    """One phrase that names places: its span, the single names, and its role."""

    start: int
    end: int
    names: tuple[str, ...]
    role: AreaRole
    country: bool


def find_places(clean: str, span: Span, lang: str) -> list[Place]:
    """All place phrases of a sentence, in order."""
    lead, phrase, host = _patterns(lang)
    places: list[Place] = []
    for match in lead.finditer(clean, span.start, span.end):
        role = next(name for name, text in match.groupdict().items() if text is not None)
        named = phrase.match(clean, match.end(), span.end)
        if named:
            place = _place(named[0], named.start(), AreaRole(role), lang)
            if place and not any(place.start < p.end and p.start < place.end for p in places):
                places.append(place)
    for match in host.finditer(clean, span.start, span.end):
        place = _subject(clean, max(span.start, match.start() - 80), match.start(), lang)
        if place and not any(place.start < p.end and p.start < place.end for p in places):
            places.append(place)
    return sorted(places, key=lambda place: place.start)


@cache
def _patterns(lang: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    rules = load_rules(lang)
    lead = {rule.get("says"): rule.source for rule in rules.table("place_lead")}
    leads = "|".join(f"(?P<{role}>{pattern})" for role, pattern in lead.items())
    name = rules.table("place")[0].source
    return re.compile(leads), re.compile(name), rules.only("place_host")


def _subject(clean: str, start: int, end: int, lang: str) -> Place | None:
    """The place that ends where "hosts" begins."""
    for match in _patterns(lang)[1].finditer(clean, start, end):
        if match.end() == end:
            return _place(match[0], match.start(), AreaRole.LOCATION, lang)
    return None


def _place(text: str, start: int, role: AreaRole, lang: str) -> Place | None:
    """Read a place phrase; what names no place at its ends is cut off."""
    kept = [
        (piece.start(), piece.start() + len(words), name)
        for piece in _PIECE.finditer(text)
        if (words := piece[0].rstrip(" ,.'")) and (name := _name(words, lang))
    ]
    if not kept:
        return None
    names = [name for _, _, name in kept]
    if len(names) > 1 and names[-1] in countries(lang) and not _LISTED.search(text):
        # "Goma, North Kivu, Congo": the country only says where the others lie
        names.pop()
    country = all(name in countries(lang) for name in names)
    distinct = tuple(dict.fromkeys(names))
    return Place(start + kept[0][0], start + kept[-1][1], distinct, role, country)


_PIECE: Final = re.compile(r"(?:(?!\s*,|\s+(?:and|or|&)\s).)+(?:\s(?=\s*,))?")
_LISTED: Final = re.compile(r"\s(?:and|or|&)\s[^,]*$")


def _name(piece: str, lang: str) -> str | None:
    """The name in a phrase: "the north-western province of Idlib" is Idlib."""
    rules = load_rules(lang)
    name = re.sub(r"^[\s,]*(?:(?:and|or|&)\s+)?(?:in|from|across)?\s*", "", piece)
    name = rules.only("place_described").sub("", name)
    name = re.sub(r"^(?:the|both)\s+", "", name)
    name = rules.only("place_suffix").sub("", name).strip(" ,")
    name = re.sub(r"'s$", "", name)
    owner, _, owned = name.partition("'s ")
    name = owned if owned and owner in countries(lang) else name
    is_name = re.search(r"[A-Z\u00c0-\u00de\u0620-\u064a]", name)
    return name if is_name and not rules.only("not_a_place").search(name) else None
