"""Which names of a text in Latin script are private persons'?

A name is a person's where something that only a person has stands beside it: a title, a role, a
verb of speaking or counting, an age, a label.
"""

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from displacement.normalise.privacy.capitals import Name, cased, names_in
from displacement.normalise.privacy.words import (
    COUNTED,
    GIVEN,
    OFFICES,
    PLACES,
    ROLE,
    ROLES,
    SPOKEN,
    VERB,
    any_of,
    folded,
    word_set,
)

_LOOKED_AT: Final = 160
"""So many signs before and behind a name are looked at."""


class Person(NamedTuple):
    """One naming of a person: where the name stands, and what takes its place."""

    name: str
    start: int
    end: int
    instead: str | None
    """None for what stands for the person everywhere."""
    role: str | None
    """What the text says the person is, as a noun: "teacher"."""


def names_latin_person(words: str) -> bool:
    """Whether words that should name an organisation or a role name a private person.

    By a title, by a role with a name behind it, or by a first name that many bear.
    """
    for capitals in {words, words.title()}:
        for name in names_in(capitals):
            given = name.text.split()[0].casefold() in GIVEN
            if name.title or name.role or (given and name.several):
                return True
    return False


@dataclass(frozen=True)
class _Before:
    """The last word before a name, where it ends, and whether a comma parts it from the name."""

    near: str
    word: str = ""
    end: int = 0
    comma: bool = False

    def segment(self, text: str) -> str:
        """The words of its clause that end with it."""
        return re.split(r"[,.;:]", text[max(0, self.end - _LOOKED_AT) : self.end])[-1]


_AGED: Final = (
    r"(?:,\s*(?:aged\s+|âgée?\s+de\s+)?\d{1,3}(?:\s+ans|\s+years\s+old)?(?=,(?!\d))"
    r"|\s*\((?:aged\s+|âgée?\s+de\s+)?\d{1,3}(?:\s+ans|\s+years(?:\s+old)?)?\))?"
)
_EXPLAINED: Final = (
    r"(?P<explained>,\s+(?P<phrase>(?:(?:an?|the|un|une|le|la|one\s+of|another|its|our|their)\s+"
    rf"|l['’]|who\s|qui\s|(?=(?:[\w-]+\s+)?{ROLE}\b))(?!{SPOKEN}\b)[^,.;:\"“”«»()\n]{{1,120}}))?"
)
_BEHIND: Final = re.compile(
    rf"(?P<age>{_AGED}){_EXPLAINED}(?P<comma>,(?=\s))?\s*"
    rf"(?:(?P<verb>\b{VERB})|(?P<counted>\b{COUNTED})|(?P<stop>[.;:!?)]|\Z|\n|,)|(?P<more>))",
    re.IGNORECASE,
)
_PHRASE_ROLE: Final = re.compile(rf"\b(?P<role>{ROLE})(?:s|es)?\b", re.IGNORECASE)
_THING: Final = re.compile(rf"\b(?:{any_of('things')})s?\b", re.IGNORECASE)
_HEAD_ENDS: Final = re.compile(
    r"\s(?:of|from|in|at|for|with|who|that|near|de|du|des|d['’]|à|au|en|qui|pour)\b|\s?['’]s\b"
)
_LABEL_BEHIND: Final = re.compile(
    r"(?:\s*\([^()\n]{1,40}\))?\s?:\s*(?:[\"“«‘']|(?:I|We|My|Our|You|Je|J['’]|Nous|On|Notre|Mon|Ma)\b)"
)
_OWN: Final = re.compile(
    rf"['’]s\s+(?:\w+\s+)?(?:{any_of('kin')})\b"
    rf"|\s+(?:is|was|est|était)\s+(?:(?:an?|the|une?|le|la)\s+)?(?:[\w-]+\s+){{0,2}}{ROLE}\b"
    r"|,\s+(?:displaced|born|originally|living|now\s+living|déplacée?|originaire|née?)\b"
    rf"|\s*\((?:(?:an?|une?)\s+)?(?:[\w-]+\s+)?{ROLE}\b"
    r"|\s+(?:and|with|et|avec)\s+(?:his|her|sa|son|ses)\b",
    re.IGNORECASE,
)
"""What only a person has behind the name: a family, a role, an origin."""
_FROM_THERE: Final = re.compile(
    rf",?\s+(?:of|from|with|in|at|de|du|à)\s+(?!{VERB})[^,.;:\n]{{1,60}}?,?\s+{VERB}"
    r"(?!\s+(?:an?\b|the\b|one\b|[A-Z]))"
    rf"|\s+(?:of|from)\s+[^,.;:\n]{{1,60}}?\s+{COUNTED}"
)
_CREDIT: Final = re.compile(r"\s?/\s?[A-Z]")
_DEAD: Final = re.compile(r",\s\d{1,2}\s*(?:[.;)\n]|\Z)")
_ONE_OF: Final = re.compile(r"\b(?:one\s+of|another|l['’]une?\s+d|among\s+them)\b", re.IGNORECASE)
_FINITE: Final = re.compile(
    r"\s+(?:was|were|is|are|has|have|had|would|will|could|can|should|must|may|might|did|does|hosts?|"
    r"hosted|remains?|remained|received|saw|and|or)\b"
)
_NEAR: Final = 40
"""So many signs before a name hold the verb or the label of it."""
_SPEAKS_BEFORE: Final = re.compile(
    rf"(?P<quoted>[,\"”»’'?!…–—-]\s*)?\b(?:{any_of('said')})\s+\Z", re.IGNORECASE
)
_LAST_WORD: Final = re.compile(r"([^\W\d_][\w'’-]*)(,?)\s*[\"“‘']?\Z")
_NAMED_BEFORE: Final = re.compile(rf",?\s+(?:{any_of('named')})\s+[\"“‘']?\Z", re.IGNORECASE)
_QUOTED_BEFORE: Final = re.compile(
    rf"(?:\b(?:{any_of('according')})\s+|\b(?:{any_of('by')})\s+(?:by|par)\s+"
    rf"|(?:^|[\n(\[|.;,])[ \t]*(?:\w+[ \t]+)?(?:{any_of('labels')})(?:\s*(?:by|par|de|:|/|©|-)\s*)"
    rf"|(?:^|\n)[ \t]*(?:{any_of('bylines')})[ \t]*:?[ \t]*"
    r"|[\"”»]\s*[—–-]{1,2}\s*|(?:^|\n)[ \t]*—\s*|©\s*"
    rf"|\b(?:{any_of('kin')})\s+(?:of|de)\s+|(?:{any_of('closings')})[ \t]*,?[ \t]*\n\s*)\Z",
    re.IGNORECASE,
)
_THE: Final = word_set("the")
_WAS: Final = word_set("was")
_WHERE: Final = word_set("where")
_JOINED_BEFORE: Final = re.compile(r"\b[A-Z\u00c0-\u00de][\w-]+\s+(?:and|et|&)\s+\Z")
_WHOSE: Final = frozenset({"sheikh", "sheik", "shaykh", "imam"})
"""Titles that begin names of places, too."""
_BEGINS: Final = re.compile(r"(?:\A|[\n.!?…\"“”»«>—–-]\s*)\Z")


def people_in(text: str) -> list[Person]:
    """Every name that something beside it shows to be a private person's, in order."""
    names = list(names_in(text))
    found: dict[int, Person] = {}
    for number, name in enumerate(names):
        joined = number > 0 and names[number - 1].several and not names[number - 1].office
        person = _person(text, name, joined=joined)
        if person is not None:
            found[number] = person
    for number, name in enumerate(names):
        if number not in found and (other := _beside(text, names, found, number)) is not None:
            role = found[other].role
            gone = found[other].instead == "" and other < number
            start = found[other].end if gone else name.start
            found[number] = Person(name.text, start, name.end, "" if gone else None, role)
    return [found[number] for number in sorted(found)]


def _beside(text: str, names: list[Name], found: dict[int, Person], number: int) -> int | None:
    """The person's name to which a name of several words is joined, if any: "X and Y said"."""
    name = names[number]
    if not name.several or name.office or name.text.split()[0].casefold() in PLACES:
        return None
    for other in (number - 1, number + 1):
        if other in found:
            first, second = sorted((number, other))
            between = text[names[first].end : names[second].lead]
            if between.strip() in ("and", "et", "&"):
                return other
    return None


def _person(text: str, name: Name, *, joined: bool) -> Person | None:
    before = _before(text, name.lead)
    if name.office or before.word in OFFICES or before.word.removesuffix("s") in OFFICES:
        return None
    behind = _BEHIND.match(text, name.end, min(len(text), name.end + _LOOKED_AT + _NEAR))
    assert behind is not None, "the pattern fits the empty text"  # noqa: S101
    if name.title or name.role:
        return _entitled(text, name, behind)
    told = _role_before(text, before)
    if told and _fits_role(told, behind, several=name.several):
        end = name.end + (told.comma and text[name.end : name.end + 1] == ",")
        return Person(name.text, told.end, end, "", told.role)
    if not name.several or name.text.split()[0].casefold() in PLACES or _is_thing(behind):
        return None
    return _several(text, name, before, behind, joined=joined)


def _entitled(text: str, name: Name, behind: re.Match[str]) -> Person | None:
    """A name with a title or with a role in capitals before it."""
    speaks = behind["verb"] or behind["counted"]
    if folded(name.title) in _WHOSE and not (name.several or speaks):
        return None
    explained, role = _explained(behind)
    role = role or name.role or None
    if name.role and not explained:
        begin = name.lead + len(text[name.lead : name.start].rstrip())
        return Person(name.text, begin, name.end, "", role)
    return _replaced(text, name, behind, role, explained=explained)


def _several(
    text: str, name: Name, before: _Before, behind: re.Match[str], *, joined: bool
) -> Person | None:
    """A name of several words without title or role before it."""
    if before.comma and _is_enclosed(behind):
        segment = before.segment(text)
        if (named := _role_in(segment)) or _ONE_OF.search(segment):
            return Person(name.text, before.end, behind.end("comma"), "", named)
    explained, role = _explained(behind)
    if _is_bound(text, name, before, behind, role, joined=joined):
        return _replaced(text, name, behind, role, explained=explained)
    return None


def _is_thing(behind: re.Match[str]) -> bool:
    """Whether what explains a name is no person: "X, a town in the west"."""
    return bool(behind["phrase"] and _THING.search(_head(behind)))


def _head(behind: re.Match[str]) -> str:
    """The noun phrase that explains a name, without what it is of."""
    phrase = behind["phrase"] or ""
    if phrase.startswith(("who ", "qui ")):
        return ""
    ends = _HEAD_ENDS.search(phrase)
    return phrase[: ends.start()] if ends else phrase


def _explained(behind: re.Match[str]) -> tuple[bool, str | None]:
    """Whether a role explains the name behind it, and its noun."""
    if not behind["phrase"] or _THING.search(_head(behind)):
        return False, None
    nouns = [found["role"].casefold() for found in _PHRASE_ROLE.finditer(_head(behind))]
    said = bool(behind["verb"] or behind["counted"])
    return bool(nouns) or (said and bool(_head(behind))), nouns[-1] if nouns else None


def _before(text: str, start: int) -> _Before:
    begin = max(0, start - _NEAR)
    near = text[begin:start]
    last = _LAST_WORD.search(near)
    if last is None:
        return _Before(near)
    return _Before(near, folded(last[1]), begin + last.end(1), bool(last[2]))


class _Told(NamedTuple):
    role: str
    end: int
    comma: bool
    many: bool
    named: bool


def _role_before(text: str, before: _Before) -> _Told | None:
    """The role that stands before a name: "the teacher X", "a teacher named X"."""
    named = None if before.comma else _NAMED_BEFORE.search(before.near)
    if named:
        start = before.end - len(before.near.rstrip(" \n\t\"“‘'")) + named.start()
        before = _before(text, start)
    word = re.sub(r"^[ld]['’]", "", before.word).rpartition("-")[2]
    word = before.word if before.word in ROLES else word
    role = next((one for one in (word, word[:-1], word[:-2]) if one in ROLES), None)
    if role is None or (role != word and word.removeprefix(role) not in ("s", "es")):
        return None
    return _Told(role, before.end, before.comma, role != word, bool(named))


def _fits_role(told: _Told, behind: re.Match[str], *, several: bool) -> bool:
    """Whether a role before a name is that of its bearer."""
    speaks = bool(behind["verb"] or behind["counted"] or behind["age"])
    if told.comma:
        return several and not told.many and (speaks or bool(behind["stop"] or behind["comma"]))
    return several or speaks or told.named


def _is_bound(
    text: str,
    name: Name,
    before: _Before,
    behind: re.Match[str],
    role: str | None,
    *,
    joined: bool,
) -> bool:
    """Whether something beside a name of several words makes it a person's.

    `joined` are names after “and” that another name stands before.
    """
    if _QUOTED_BEFORE.search(before.near) or _OWN.match(text, name.end):
        return True
    if before.word in _THE and not before.comma:
        return False
    if _is_quoted(text, name, before, behind):
        return True
    if before.word in _WHERE and not before.comma:
        return False
    explained = role is not None and (behind["comma"] or behind["more"] is None)
    loose = joined or not _JOINED_BEFORE.search(before.near)
    return bool(explained) or (loose and _is_subject(text, name, behind))


def _is_quoted(text: str, name: Name, before: _Before, behind: re.Match[str]) -> bool:
    """Whether a verb before a name, or a sign behind it, makes it a speaker's or a victim's."""
    spoken = _SPEAKS_BEFORE.search(before.near)
    if spoken and (spoken["quoted"] or behind["stop"]) and not _FINITE.match(text, name.end):
        return True
    if _BEGINS.search(before.near) and _LABEL_BEHIND.match(text, name.end):
        return True
    if before.near.endswith(("(", "[")) and _CREDIT.match(text, name.end):
        return True
    return before.word in _WAS and bool(_DEAD.match(text, name.end))


def _is_subject(text: str, name: Name, behind: re.Match[str]) -> bool:
    """Whether a name is that of who speaks, counts or is so old."""
    speaks = bool(behind["verb"] or behind["counted"])
    if behind["age"] and (speaks or behind["age"][0] == ","):
        return True
    return bool(_FROM_THERE.match(text, name.end)) or (speaks and not _is_enclosed(behind))


def _is_enclosed(behind: re.Match[str]) -> bool:
    """Whether a comma stands between a name and its verb: "fled X, said Y" says nothing of X."""
    speaks = behind["verb"] or behind["counted"]
    return bool(speaks and behind["comma"] and not behind["explained"] and not behind["age"])


def _role_in(words: str) -> str | None:
    """The role that words tell: "its director for Goma"."""
    found = _PHRASE_ROLE.search(words)
    return found["role"].casefold() if found else None


def _replaced(
    text: str, name: Name, behind: re.Match[str], role: str | None, *, explained: bool
) -> Person:
    """The name gives way to the role that stands behind it, else to what stands for the person."""
    start = name.lead
    if explained and role is not None:
        begin, end = behind.start("phrase"), behind.end("phrase")
        comma = behind["comma"] and (behind["verb"] or behind["counted"])
        words = cased(text[begin:end].rstrip(), text, start)
        return Person(name.text, start, behind.end("comma") if comma else end, words, role)
    return Person(name.text, start, name.end, None, role)
