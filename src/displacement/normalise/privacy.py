"""Who must not be known from a text? Takes private persons out of it before anything is written.

Speakers keep their role and lose their name; phone numbers, e-mail addresses and positions go.
"""

import re
import tomllib
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from displacement.extraction.language import detect_language
from displacement.extraction.nations import countries

REMOVED: Final = "[removed]"
_MOST_ROUNDS: Final = 8
_SHORTEST_SURNAME: Final = 3
_ID: Final = 8
"""Digits of a number in an address; a longer one may be a telephone's."""
_LATIN: Final = ("en", "fr")

_WORDS_OF: Final = tomllib.loads(Path(__file__).with_name("people.toml").read_text("utf-8"))


def redact_speakers(text: str) -> str:
    """Replace the names of people to whom statements are attributed by their roles.

    "Ahmad Khalil, a spokesman for the volunteers, said" becomes "A spokesman for the volunteers
    said"; a name without a role becomes "a source", in later mentions too. Organisations, places
    and newspapers stay. Bylines, greetings, and names with an age lose the name as well. Applying
    it twice changes nothing.
    """
    for _ in range(_MOST_ROUNDS):
        unsigned = _BYLINE.sub(_unsigned, text)
        cleared = _without_arabic_speakers(_without_speakers(redact_contacts(unsigned)))
        if cleared == text:
            break
        text = cleared
    return text


def redact_contacts(text: str) -> str:
    """Take out phone numbers, e-mail addresses and positions."""
    return _CONTACT.sub(REMOVED, text)


def public_address(url: str) -> str:
    """A web address without accounts: of what it asks for only numbers stay."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return REMOVED
    host = parts.netloc.rpartition("@")[2]
    asked = [one for one in parse_qsl(parts.query) if one[1].isdecimal() and len(one[1]) <= _ID]
    path = "/".join(_MAIL.sub(REMOVED, part) for part in parts.path.split("/"))
    return urlunsplit((parts.scheme, host, path, urlencode(asked), ""))


def _any(name: str, *langs: str) -> str:
    """A pattern of all words of a list, longer ones first; of the Latin script if not told else."""
    words = (word for lang in langs or _LATIN for word in _WORDS_OF[lang][name])
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))


_SIGNED: Final = r"[A-Z\u00c0-\u00de][\w.'’-]{0,30}(?:[ \t]+[A-Z\u00c0-\u00de][\w.'’-]{0,30}){1,3}"
_BYLINE: Final = re.compile(
    rf"(?m)^(?P<by>{_any('bylines')})[ \t]+{_SIGNED}"
    rf"(?:(?:,|[ \t]+(?:and|et))[ \t]+{_SIGNED}){{0,4}}[ \t]*$"
    rf"|^(?P<dear>{_any('greetings')})[ \t]+{_SIGNED}(?=[ \t]*[,!]?[ \t]*$)"
    rf"|^(?P<arabic>(?:{_any('bylines', 'ar')})[ \t]*:|{_any('greetings', 'ar')})"
    r"(?:[ \t]+[\u0621-\u065f]{2,15}){1,4}(?=[ \t]*[،,]?[ \t]*$)"
)

_MAIL: Final = re.compile(r"[\w.+-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_CONTACT: Final = re.compile(
    rf"{_MAIL.pattern}"
    r"|(?<![\w+])(?:\+|[0٠۰]{2})\d{1,3}(?:[\s().-]{0,2}\d){6,12}(?!\d)"
    r"|(?<![\w.,])\(?[0٠۰]\d{1,4}\)?(?:[\s.-]?\d){6,9}(?![\d,])"
    r"|(?<![\w.])-?\d{1,3}\.\d{3,12}\s?(?:°\s?)?[NS]?\s?[,;/ ]\s?"
    r"-?\d{1,3}\.\d{3,12}(?:\s?°)?(?:\s?[EW]\b)?"
    r"|\b\d{1,3}\s?°\s?\d{1,2}\s?['’′]\s?(?:\d{1,2}(?:\.\d+)?\s?[\"”″]\s?)?[NSEW]\b"
)

_ARTICLE: Final = r"(?:[Aa]l|[Aa]sh|[Aa]s|[Aa]n|[Aa]d|[Aa]z|[Ee]l|[Aa])-"
_LETTERS: Final = r"[A-Z\u00c0-\u00de](?:(?!['’]s\b)['’]?[\w\u00c0-\u024f-]){0,30}"
_PART: Final = rf"(?:{_ARTICLE})?{_LETTERS}"
_PARTICLE: Final = r"(?:al|el|bin|ibn|abu|de|van|von|der|da|la)"
_TITLE: Final = rf"(?:{_any('titles')})\.?"
_WORDS: Final = rf"{_PART}(?:\s+(?:{_PARTICLE}\s+)?{_PART}){{0,3}}"
_NAME: Final = rf"(?<![\w-])(?:(?P<title>{_TITLE})\s+)?(?P<name>(?!{_TITLE}\s){_WORDS})(?![\w-])"
_SAID: Final = rf"(?:{_any('said')})"
_VERB: Final = rf"(?:{_any('said', 'en', 'fr')}|{_any('told')})"
_AGE: Final = r"(?:,\s*\d{1,3}(?:\s+ans)?)?"
_ROLE: Final = rf"(?:,\s+(?!{_SAID}\b)(?P<role>(?:{_any('roles')})\b[^,.;:\"“”«»\n]{{0,120}}))"
_SPEAKERS: Final = (
    re.compile(rf"{_NAME}{_AGE}{_ROLE},?\s+{_VERB}\b"),
    re.compile(rf"{_NAME}{_AGE},?\s+(?:(?:{_any('between')})\s+)?{_VERB}\b"),
    re.compile(rf"\b{_SAID}\s+{_NAME}{_AGE}{_ROLE}?"),
    re.compile(rf"\b(?:{_any('according')})\s+{_NAME}{_AGE}{_ROLE}?"),
    re.compile(rf"{_NAME},\s*\d{{1,2}}(?:\s+ans)?(?=,(?!\d))"),
)
_MENTION: Final = re.compile(
    rf"{_NAME}(?P<own>['’]s)?(?P<beside>{_AGE}{_ROLE}(?P<comma>,(?=\s+{_VERB}\b))?)?"
)
_ORGANISATION: Final = re.compile(rf"\b(?:{_any('public')})\b")


def _unsigned(match: re.Match[str]) -> str:
    return f"{match['by'] or match['dear'] or match['arabic']} {REMOVED}"


def _without_speakers(text: str) -> str:
    """Cut every name where its role stands beside it; write the role, or "a source", elsewhere."""
    speakers = _speakers(text)
    surnames = {
        surname: role
        for name, role in speakers.items()
        if len(surname := name.split()[-1]) >= _SHORTEST_SURNAME and not _is_public(surname)
    }
    roles = surnames | speakers
    someone = _WORDS_OF[detect_language(text)]["someone"] if roles else ""

    def stand_in(match: re.Match[str]) -> str:
        name = match["name"]
        known = next((tail for tail in _tails(name) if tail in roles), None)
        if known is None:
            return match[0]
        role, own = roles[known], match["own"] or ""
        before = match[0][: match.end("name") - match.start() - len(known)]
        before = "" if before.strip() == (match["title"] or "") else before
        position = match.start() + len(before)
        if role and match["role"] and match["role"].strip() == role:
            after = "" if match["comma"] else match[0][match.end("role") - match.start() :]
            return before + _cased(role, text, position) + after
        return (
            before
            + _cased(_described(role, someone), text, position)
            + own
            + (match["beside"] or "")
        )

    return _MENTION.sub(stand_in, text)


def _speakers(text: str) -> dict[str, str | None]:
    """Everyone whose words the text gives, with the role that it tells of them."""
    found: dict[str, str | None] = {}
    for pattern in _SPEAKERS:
        for match in pattern.finditer(text):
            name = match["name"]
            if _is_public(name) or (" " not in name and not match["title"]):
                continue
            role = match.groupdict().get("role")
            found[name] = found.get(name) or (role.strip() if role else None)
    return found


def _is_public(name: str) -> bool:
    """Whether a name is that of an organisation, a newspaper or a country."""
    return bool(_ORGANISATION.search(name)) or name.isupper() or name in countries("en")


def _tails(name: str) -> list[str]:
    """The name itself, and what is left of it word by word: the last is the surname."""
    return [name[word.start() :] for word in re.finditer(r"\S+", name)]


def _described(role: str | None, someone: str) -> str:
    """The role as it can stand alone: "a spokesman for X" as "the spokesman for X"."""
    if role is None or role.startswith(("who", "qui")):
        return someone
    return re.sub(r"^an?\s+(?=\w)", "the ", role)


def _cased(words: str, text: str, position: int) -> str:
    """Capital letter where a sentence begins."""
    before = text[max(0, position - 8) : position].rstrip(" \t\"“'‘(")
    begins = not before or before[-1] in ".!?\n"
    return words[:1].upper() + words[1:] if begins else words


def _without_arabic_speakers(text: str) -> str:
    """The same for Arabic: the name goes where a title, a role or a common first name shows it."""
    names: set[str] = set()
    someone = _WORDS_OF["ar"]["someone"]

    def stand_in(match: re.Match[str]) -> str:
        name = match["name"]
        if not _is_arabic_person(match):
            return match[0]
        names.add(name)
        return f"{match['before']}{'' if match['role'] else someone}"

    text = _ARABIC_SPEAKER.sub(stand_in, text)
    known = {part for name in names for part in (name, _arabic_surname(name)) if part}
    for part in sorted(known, key=lambda part: (-len(part), part)):
        mention = rf"(?<![{_ARABIC}])(?P<joined>[وفبلك]?){re.escape(part)}(?![{_ARABIC}])"
        text = re.sub(mention, rf"\g<joined>{someone}", text)
    return text


def _is_arabic_person(match: re.Match[str]) -> bool:
    first, *others = match["name"].split()
    if {first, *others} & _PUBLIC_IN_ARABIC or first in _ROLES_IN_ARABIC:
        return False
    if match["title"]:
        return True
    common = first in _GIVEN_NAMES
    return bool(others) and (common or (match["role"] is not None and not first.startswith("ال")))


def _arabic_surname(name: str) -> str | None:
    """The last of several names, where it is no name that many bear."""
    *before, last = name.split()
    return last if before and last not in _GIVEN_NAMES and len(last) > _SHORTEST_SURNAME else None


_ARABIC: Final = "\u0621-\u065f\u0671"
_ARABIC_WORD: Final = rf"[{_ARABIC}]{{2,20}}"
_STOP: Final = r"(?:أن|إن|بأن|أنه|أنها|أنهم|إنه|إنها|إنهم|عن|من|في|على|إلى|لـ\w*|خلال|وهو|وهي)"
_ARABIC_END: Final = rf"(?=\s+{_STOP}(?![{_ARABIC}])|\s*[،,.:;؛«»\"“”()\n]|\s*$)"
_ARABIC_NEXT: Final = rf"(?:\s+(?!{_STOP}(?![{_ARABIC}])){_ARABIC_WORD})"
_ARABIC_NAME: Final = (
    rf"(?P<name>{_ARABIC_WORD}(?:{_ARABIC_NEXT}{{0,3}}?{_ARABIC_END}|{_ARABIC_NEXT}))"
)
_ARABIC_SPEAKER: Final = re.compile(
    rf"(?P<before>(?<![{_ARABIC}])[وف]?(?:(?:{_any('verbs', 'ar')})(?:\s+لنا)?|"
    rf"{_any('according', 'ar')})(?:\s+|(?<=ل)))"
    rf"(?:(?P<title>{_any('titles', 'ar')})\s+)?{_ARABIC_NAME}"
    rf"(?P<role>\s*،\s*(?=(?:{_any('roles', 'ar')})(?![{_ARABIC}])))?"
)
_PUBLIC_IN_ARABIC: Final = frozenset(_WORDS_OF["ar"]["public"])
_ROLES_IN_ARABIC: Final = frozenset(_WORDS_OF["ar"]["roles"])
_GIVEN_NAMES: Final = frozenset(_WORDS_OF["ar"]["given_names"])
