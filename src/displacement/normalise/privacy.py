"""Who must not be known from a text? Takes private persons out of it before anything is written.

Speakers keep their role and lose their name; phone numbers, e-mail addresses and positions go.
"""

import re
from typing import Final

from displacement.extraction.nations import countries

REMOVED: Final = "[removed]"
SOMEONE: Final = "a source"
_MOST_ROUNDS: Final = 8
_SHORTEST_SURNAME: Final = 3


def redact_speakers(text: str) -> str:
    """Replace the names of people to whom statements are attributed by their roles.

    "Ahmad Khalil, a spokesman for the volunteers, said" becomes "A spokesman for the volunteers
    said"; a name without a role becomes "a source", in later mentions too. Organisations, places
    and newspapers stay. Applying it twice changes nothing.
    """
    for _ in range(_MOST_ROUNDS):
        unsigned = _BYLINE.sub(rf"\g<by> {REMOVED}", text)
        cleared = _without_speakers(_CONTACT.sub(REMOVED, unsigned))
        if cleared == text:
            break
        text = cleared
    return text


_SIGNED: Final = r"[A-Z][\w.'’-]{0,30}(?:[ \t]+[A-Z][\w.'’-]{0,30}){1,3}"
_BYLINE: Final = re.compile(
    rf"(?m)^(?P<by>By|Reporting by|[Aa]uthors?:|[Bb]yline:)[ \t]+{_SIGNED}"
    rf"(?:(?:,|[ \t]+and)[ \t]+{_SIGNED}){{0,4}}[ \t]*$"
)

_CONTACT: Final = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"
    r"|(?<![\w+])(?:\+|00)\d{1,3}(?:[\s().-]{0,2}\d){6,12}(?!\d)"
    r"|(?<![\w.,])\(?0\d{1,4}\)?(?:[\s.-]?\d){6,9}(?![\d,])"
    r"|(?<![\w.])-?\d{1,3}\.\d{3,12}\s?(?:°\s?)?[NS]?\s?[,;/ ]\s?"
    r"-?\d{1,3}\.\d{3,12}(?:\s?°)?(?:\s?[EW]\b)?"
    r"|\b\d{1,3}\s?°\s?\d{1,2}\s?['’′]\s?(?:\d{1,2}(?:\.\d+)?\s?[\"”″]\s?)?[NSEW]\b"
)

_ARTICLE: Final = r"(?:[Aa]l|[Aa]sh|[Aa]s|[Aa]n|[Aa]d|[Aa]z|[Ee]l|[Aa])-"
_LETTERS: Final = r"[A-Z\u00c0-\u00de](?:(?!['’]s\b)['’]?[\w\u00c0-\u024f-]){0,30}"
_PART: Final = rf"(?:{_ARTICLE})?{_LETTERS}"
_PARTICLE: Final = r"(?:al|el|bin|ibn|abu|de|van|von|der|da|la)"
_TITLE: Final = r"(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sheikh|Sheik|Imam|Haji|Professor)\.?"
_WORDS: Final = rf"{_PART}(?:\s+(?:{_PARTICLE}\s+)?{_PART}){{0,3}}"
_NAME: Final = rf"(?<![\w-])(?:(?P<title>{_TITLE})\s+)?(?P<name>(?!{_TITLE}\s){_WORDS})(?![\w-])"
_SAID: Final = r"(?:said|says|added|adds|explained|recalled|argued|complained|insisted|continued)"
_VERB: Final = (
    rf"(?:{_SAID}|told|tells|recounted|described|warned|noted|confirmed|stated|claimed|wrote|"
    r"remembers|remembered|asked|believes|admitted|testified|spoke)"
)
_ROLE_WORDS: Final = (
    r"(?:a|an|the|one\s+of|who|head|director|deputy|chief|spokes(?:man|woman|person)|mayor|"
    r"chairman|co-?ordinator|member|manager|doctor|teacher|resident|activist|volunteer|leader|"
    r"founder|its)"
)
_AGE: Final = r"(?:,\s*\d{1,3})?"
_ROLE: Final = rf"(?:,\s+(?P<role>{_ROLE_WORDS}\b[^,.;:\"“”\n]{{0,120}}))"
_SPEAKERS: Final = (
    re.compile(rf"{_NAME}{_AGE}{_ROLE},?\s+{_VERB}\b"),
    re.compile(rf"{_NAME}{_AGE},?\s+(?:(?:has|have|had|also|later)\s+)?{_VERB}\b"),
    re.compile(rf"\b{_SAID}\s+{_NAME}{_AGE}{_ROLE}?"),
    re.compile(rf"\b[Aa]ccording\s+to\s+{_NAME}{_AGE}{_ROLE}?"),
)
_MENTION: Final = re.compile(
    rf"{_NAME}(?P<own>['’]s)?(?P<beside>{_AGE}{_ROLE}(?P<comma>,(?=\s+{_VERB}\b))?)?"
)
_ORGANISATION: Final = re.compile(
    r"\b(?:UN|U\.N|UNHCR|OCHA|IOM|United|Nations?|Agency|Office|Ministry|Minister|Council|Committee|"
    r"Commission|Red|Crescent|Cross|Organi[sz]ation|Authority|Department|Government|Union|League|"
    r"Network|Observatory|Cent(?:re|er)|Foundation|Association|Society|Group|Team|Fund|Programme|"
    r"Program|Institute|University|Hospital|Helmets|Defen[cs]e|Army|Forces?|Police|Dispatch|Times|"
    r"News|Post|Direct|Herald|Tribune|Guardian|Reuters|Jazeera|Press|Daily|Journal|Gazette|Radio|TV|"
    r"Agence|Media|Relief|Rights|Watch|International|Refugees?|Children|Vision|Corps|Doctors|Borders|"
    r"World|Bank|Province|Governorate|State|City|District|County|Region|Republic|Islamic|National|"
    r"Federal|Local|Displacement|Monitoring|Tracking|Matrix|Response|Coordination|Cluster|Service|"
    r"Coalition|Movement|Party|Assembly|Parliament|House|Court|Bureau|Board|Company|Volunteers?|"
    r"Officials?|Residents?|Activists?|January|February|March|April|May|June|July|August|September|"
    r"October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Civil|"
    r"Norwegian|Danish|Turkish|Syrian|European|African|American|North|South|East|West|Northern|"
    r"Southern|Eastern|Western|Amnesty|Mission|Authorities|Security|Health|Emergency|"
    r"Management|Disaster|The|This|That|These|Those|When|After|Before|But|And|In|On|At|For|It|He|"
    r"She|They|We|As|Some|Many|Most|All|Three|Two|One|According|However|Meanwhile|General)\b"
)


def _without_speakers(text: str) -> str:
    """Cut every name where its role stands beside it; write the role, or "a source", elsewhere."""
    speakers = _speakers(text)
    surnames = {
        surname: role
        for name, role in speakers.items()
        if len(surname := name.split()[-1]) >= _SHORTEST_SURNAME and not _is_public(surname)
    }
    roles = surnames | speakers

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
        return before + _cased(_described(role), text, position) + own + (match["beside"] or "")

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


def _described(role: str | None) -> str:
    """The role as it can stand alone: "a spokesman for X" as "the spokesman for X"."""
    if role is None or role.startswith("who"):
        return SOMEONE
    return re.sub(r"^an?\s+(?=\w)", "the ", role)


def _cased(words: str, text: str, position: int) -> str:
    """Capital letter where a sentence begins."""
    before = text[max(0, position - 8) : position].rstrip(" \t\"“'‘(")
    begins = not before or before[-1] in ".!?\n"
    return words[:1].upper() + words[1:] if begins else words
