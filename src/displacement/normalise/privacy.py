"""Who must not be known from a text? Takes private persons out of it before anything is written.

Speakers keep their role and lose their name; phone numbers, e-mail addresses and positions go.
"""

import re
from typing import Final

REMOVED: Final = "[removed]"
SOMEONE: Final = "a source"


def redact_speakers(text: str) -> str:
    """Replace the names of people to whom statements are attributed by their roles.

    "Ahmad Khalil, a spokesman for the volunteers, said" becomes "A spokesman for the volunteers
    said"; a name without a role becomes "a source", in later mentions too. Organisations, places
    and newspapers stay. Applying it twice changes nothing.
    """
    cleared = _CONTACT.sub(REMOVED, text)
    names = _speakers(cleared)
    for name, role in sorted(names.items(), key=lambda item: -len(item[0])):
        cleared = _with_role_only(cleared, name, role)
    return _later_mentions(cleared, names)


_CONTACT: Final = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"
    r"|(?<![\w+])(?:\+|00)\d{1,3}(?:[\s().-]{0,2}\d){6,12}(?!\d)"
    r"|(?<![\w.,])\(?0\d{1,4}\)?(?:[\s.-]?\d){6,9}(?![\d,])"
    r"|(?<![\w.])-?\d{1,3}\.\d{3,}\s?(?:°\s?)?[NS]?\s?[,;/ ]\s?-?\d{1,3}\.\d{3,}(?:\s?°)?(?:\s?[EW]\b)?"
    r"|\b\d{1,3}\s?°\s?\d{1,2}\s?['’′]\s?(?:\d{1,2}(?:\.\d+)?\s?[\"”″]\s?)?[NSEW]\b"
)

_CAPITAL: Final = r"[A-Z\u00c0-\u00de]"
_PART: Final = (
    rf"(?:(?:[Aa]l|[Aa]sh|[Aa]s|[Aa]n|[Aa]d|[Aa]z|[Ee]l|[Aa])-)?{_CAPITAL}[\w\u00c0-\u024f'’-]*"
)
_PARTICLE: Final = r"(?:al|el|bin|ibn|abu|Abu|Umm|de|van|von|der|da|la)"
_TITLE: Final = r"(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sheikh|Sheik|Imam|Haji|Professor)\.?"
_FULL_NAME: Final = rf"(?:{_TITLE}\s+)?{_PART}(?:\s+(?:{_PARTICLE}\s+)?{_PART}){{1,3}}"
_TITLED: Final = rf"{_TITLE}\s+{_PART}(?:\s+{_PART}){{0,3}}"
_NAME: Final = rf"(?:{_TITLED}|{_FULL_NAME})"
_VERB: Final = (
    r"(?:said|says|told|tells|added|adds|explained|recalled|recounted|described|estimated|"
    r"estimates|reported|warned|noted|confirmed|stated|claimed|argued|complained|wrote|insisted|"
    r"remembers|remembered|asked|believes|admitted|testified|continued|spoke)"
)
_ROLE_WORDS: Final = (
    r"(?:a|an|the|one\s+of|who|head|director|deputy|chief|spokes(?:man|woman|person)|mayor|chairman|"
    r"co-?ordinator|member|manager|doctor|teacher|resident|activist|volunteer|leader|founder|its)"
)
_AGE: Final = r"(?:,\s*\d{1,3})?"
_ROLE: Final = rf",\s+(?P<role>{_ROLE_WORDS}\b[^,.;:\"“”\n]{{0,120}})"
_SPEAKERS: Final = (
    re.compile(rf"(?P<name>{_NAME}){_AGE}{_ROLE},?\s+{_VERB}\b"),
    re.compile(rf"\b(?P<name>{_NAME}){_AGE},?\s+(?:(?:has|have|had|also|later)\s+)?{_VERB}\b"),
    re.compile(rf"\b{_VERB}\s+(?P<name>{_NAME}){_AGE}(?:{_ROLE})?(?=[,.;:\"”\n]|\s|$)"),
    re.compile(rf"\b[Aa]ccording\s+to\s+(?P<name>{_NAME}){_AGE}(?:{_ROLE})?(?=[,.;:\n]|\s|$)"),
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
    r"Southern|Eastern|Western|Amnesty|Mission|Authorities|Security|Health|Health|Emergency|"
    r"Management|Disaster|The|This|That|These|Those|When|After|Before|But|And|In|On|At|For|It|He|"
    r"She|They|We|As|Some|Many|Most|All|Three|Two|One|According|However|Meanwhile|General)\b"
)


def _speakers(text: str) -> dict[str, str | None]:
    """Everyone whose words the text gives, with the role that it tells of them."""
    found: dict[str, str | None] = {}
    for pattern in _SPEAKERS:
        for match in pattern.finditer(text):
            name = match["name"]
            bare = re.sub(rf"^{_TITLE}\s+", "", name)
            if _ORGANISATION.search(bare) or (bare.isupper() and " " not in bare):
                continue
            role = match.groupdict().get("role")
            found[bare] = found.get(bare) or (role.strip() if role else None)
    return found


def _with_role_only(text: str, name: str, role: str | None) -> str:
    """Cut the name where its role stands beside it; write the role, or "a source", elsewhere."""
    titled = rf"(?<![\w-])(?:{_TITLE}\s+)?{re.escape(name)}(?![\w-])"
    if role:
        beside = re.compile(
            rf"{titled}{_AGE},\s+(?={re.escape(role)})(?P<role>{re.escape(role)}),?"
        )
        text = beside.sub(lambda match: _cased(match["role"], text, match.start()), text)
    stand_in = _described(role)
    return re.sub(
        rf"{titled}(?P<own>['’]s)?",
        lambda match: _cased(stand_in, text, match.start()) + (match["own"] or ""),
        text,
    )


def _described(role: str | None) -> str:
    """The role as it can stand alone: "spokesman for X" as "the spokesman for X"."""
    if role is None or role.startswith("who"):
        return SOMEONE
    return re.sub(
        r"^(?:an?|one\s+of)\s+(?=\w)", "the " if not role.startswith("one") else "one of ", role
    )


def _cased(words: str, text: str, position: int) -> str:
    """Capital letter where a sentence begins."""
    before = text[max(0, position - 8) : position].rstrip(" \t\"“'‘(")
    begins = not before or before[-1] in ".!?\n" or text[:position].endswith("\n")
    return words[:1].upper() + words[1:] if begins else words


def _later_mentions(text: str, names: dict[str, str | None]) -> str:
    """Surnames of the same people, alone or with a title."""
    for name, role in names.items():
        surname = name.split()[-1]
        if len(surname) < 3 or _ORGANISATION.search(surname):  # noqa: PLR2004
            continue
        stand_in = _described(role)
        text = re.sub(
            rf"(?<![\w-])(?:{_TITLE}\s+)?{re.escape(surname)}(?P<own>['’]s)?(?![\w-])",
            lambda match, s=stand_in: _cased(s, match.string, match.start()) + (match["own"] or ""),
            text,
        )
    return text
