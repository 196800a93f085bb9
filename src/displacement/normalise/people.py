"""Which names of a text in Latin script are private persons'? Each gives way to what the text says.

A name is a sequence of words with a capital. It is a person's where something that only a person
has stands beside it: a title, a role, a verb of speaking or counting, an age, a label.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from displacement.extraction.language import detect_language
from displacement.extraction.nations import countries

WORDS: Final = tomllib.loads(Path(__file__).with_name("people.toml").read_text("utf-8"))
_LATIN: Final = ("en", "fr")
_LOOKED_AT: Final = 160
"""So many signs before and behind a name are looked at."""
_LONGEST: Final = 4
"""Words of a name; more of them are a headline."""
_SHORTEST_PART: Final = 3
_SHORTEST_IN_SMALL: Final = 5
"""Letters of a part of a name that is known again, with a capital and without."""


class Person(NamedTuple):
    """One naming of a person: where the name stands, and what takes its place."""

    name: str
    start: int
    end: int
    instead: str | None
    """None for what stands for the person everywhere."""
    role: str | None
    """What the text says the person is, as a noun: "teacher"."""


def without_people(text: str) -> str:
    """The text without the names of private persons, wherever they stand in it."""
    found = _people(text)
    if not found:
        return text
    lang = detect_language(text)
    lang = lang if lang in _LATIN else _LATIN[0]
    roles: dict[str, str | None] = {}
    for one in found:
        roles[one.name] = roles.get(one.name) or one.role
    pieces, last = [], 0
    for one in found:
        if one.start < last:
            continue
        instead = one.instead
        if instead is None:
            instead = _stand_in(text, one.start, roles[one.name], lang)
        pieces += [text[last : one.start], instead]
        last = one.end
    return _without_mentions("".join(pieces) + text[last:], roles, lang)


def names_latin_person(words: str) -> bool:
    """Whether words that should name an organisation or a role name a private person.

    By a title, by a role with a name behind it, or by a first name that many bear.
    """
    for capitals in {words, words.title()}:
        for name in _names(capitals):
            given = name.text.split()[0].casefold() in _GIVEN
            if name.title or name.role or (given and name.several):
                return True
    return False


def tells_role(words: str) -> bool:
    """Whether one of the words says what somebody is or where they work."""
    said = {_folded(word) for word in re.findall(r"[^\W\d_]+", words)}
    return not said.isdisjoint(_ROLES | _OFFICES | _PUBLIC | _ARABIC_ROLES)


class _Token(NamedTuple):
    word: str
    start: int


@dataclass(frozen=True)
class _Name:
    text: str
    start: int
    end: int
    title: str
    role: str
    """A role with a capital that stands before the name."""
    lead: int
    """Where title and role begin."""
    office: bool

    @property
    def several(self) -> bool:
        """Whether it has several words."""
        return len(self.text.split()) > 1


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


def _words(name: str, *langs: str) -> list[str]:
    return [word for lang in langs or _LATIN for word in WORDS[lang].get(name, ())]


def _any(name: str, *langs: str) -> str:
    """A pattern of all words of a list, longer ones first."""
    return "|".join(sorted(_words(name, *langs), key=lambda word: (-len(word), word)))


def _folded(word: str) -> str:
    return word.casefold().replace("’", "'").removesuffix("'s").rstrip(".")


def _set(name: str) -> frozenset[str]:
    return frozenset(map(_folded, _words(name)))


_ROLES: Final = _set("roles")
_OFFICES: Final = _set("offices")
_PUBLIC: Final = _set("public")
_ARABIC_ROLES: Final = frozenset(
    word for name in ("roles", "private", "indefinite", "offices") for word in _words(name, "ar")
)
_STARTERS: Final = _set("starters")
_PLACES: Final = _set("places")
_PLAIN: Final = _set("plain")
_GIVEN: Final = _set("given")
_COUNTRIES: Final = frozenset(name.casefold() for lang in _LATIN for name in countries(lang))

_ARTICLE: Final = r"(?:[Aa]l|[Aa]sh|[Aa]s|[Aa]n|[Aa]d|[Aa]z|[Ee]l|[Aa])-"
_LETTERS: Final = r"[A-Z\u00c0-\u00de](?:(?!['’]s\b)['’]?[\w\u00c0-\u024f-]){0,30}"
_PART: Final = rf"(?:{_ARTICLE})?{_LETTERS}(?:(?<=\b[A-Z])\.)?"
_PARTICLE: Final = r"(?:al|el|bin|ibn|bint|abu|de|van|von|der|da|dos|la|ben|ould|ag)"
_SPACE: Final = r"(?:[ \t\u00a0]+|[ \t]*\n[ \t]*(?=\S))"
_TITLE: Final = rf"(?:{_any('titles')})"
_SEQUENCE: Final = re.compile(
    rf"(?<![\w-])(?=[A-Z\u00c0-\u00deae])(?P<title>(?:{_TITLE}\b\.?{_SPACE}){{0,2}})"
    rf"(?P<words>{_PART}(?:{_SPACE}(?:{_PARTICLE}{_SPACE})?{_PART}){{0,7}})(?![\w-])"
)
_TOKEN: Final = re.compile(r"[^\s]+")


def _names(text: str) -> Iterator[_Name]:
    """All names of a text that may be a person's, in order."""
    for match in _SEQUENCE.finditer(text):
        words = match["words"]
        tokens = [
            _Token(one[0], match.start("words") + one.start()) for one in _TOKEN.finditer(words)
        ]
        title = match["title"]
        for group in _groups(tokens) if words.isupper() else [tokens]:
            if name := _name(text, group, title, match.start() if title else group[0].start):
                yield name
            title = ""


def _groups(tokens: list[_Token]) -> Iterator[list[_Token]]:
    """A line in capitals, parted where its words are verbs or join others."""
    group: list[_Token] = []
    for token in tokens:
        if _folded(token.word) in _STARTERS or _ANY_VERB.fullmatch(token.word):
            if group:
                yield group
            group = []
        else:
            group.append(token)
    if group:
        yield group


def _name(text: str, tokens: list[_Token], title: str, lead: int) -> _Name | None:
    """The part of a sequence of capitals that may be a name, or None."""
    role, office = "", False
    for number in range(len(tokens) - 1, -1, -1):
        word = _folded(tokens[number][0])
        if word in _ROLES or word in _OFFICES:
            if any(_folded(one) in _PUBLIC for one, _ in tokens[number + 1 :]):
                return None
            office, role = word in _OFFICES, "" if word in _OFFICES else word
            lead, title, tokens = tokens[0][1], "", tokens[number + 1 :]
            break
    while tokens and _folded(tokens[0][0]) in _STARTERS:
        tokens = tokens[1:]
        lead, title, role = tokens[0][1] if tokens else lead, "", ""
    while tokens and (_folded(tokens[-1][0]) in _STARTERS or _is_particle(tokens[-1][0])):
        tokens = tokens[:-1]
    if len(tokens) > _LONGEST:
        tokens = _below_headline(text, tokens)
        lead, title, role = tokens[0][1] if tokens else lead, "", ""
    if not tokens or (len(tokens) > _LONGEST + 2):
        return None
    start, end = tokens[0][1], tokens[-1][1] + len(tokens[-1][0])
    name = text[start:end]
    if _is_public([one for one, _ in tokens], name):
        return None
    return _Name(name, start, end, title.strip(), role, lead if title or role else start, office)


def _below_headline(text: str, tokens: list[_Token]) -> list[_Token]:
    last = text.rfind("\n", tokens[0][1], tokens[-1][1])
    return [one for one in tokens if one[1] > last]


def _is_particle(word: str) -> bool:
    return re.fullmatch(_PARTICLE, word) is not None


def _is_public(words: list[str], name: str) -> bool:
    """Whether a name is that of an organisation, a newspaper, a country or an abbreviation."""
    plain = " ".join(name.split()).casefold()
    if plain in _COUNTRIES or words[-1].casefold() in _COUNTRIES:
        return True
    if any(_folded(word) in _PUBLIC for word in words):
        return True
    return name.isupper() and (len(words) == 1 or min(map(len, words)) < _SHORTEST_PART)


_SPOKEN: Final = rf"(?:{_any('said')})"
_VERB: Final = rf"(?:(?:(?:{_any('between')})\s+){{0,2}}(?:{_any('said')}|{_any('told')}))\b"
_COUNTED: Final = rf"(?:(?:(?:{_any('between')})\s+){{0,2}}(?:{_any('counts')}|{_any('lives')}))\b"
_ROLE: Final = rf"(?:{_any('roles')})"
_AGED: Final = (
    r"(?:,\s*(?:aged\s+|âgée?\s+de\s+)?\d{1,3}(?:\s+ans|\s+years\s+old)?(?=,(?!\d))"
    r"|\s*\((?:aged\s+|âgée?\s+de\s+)?\d{1,3}(?:\s+ans|\s+years(?:\s+old)?)?\))?"
)
_EXPLAINED: Final = (
    r"(?P<explained>,\s+(?P<phrase>(?:(?:an?|the|un|une|le|la|one\s+of|another|its|our|their)\s+"
    rf"|l['’]|who\s|qui\s|(?=(?:[\w-]+\s+)?{_ROLE}\b))(?!{_SPOKEN}\b)[^,.;:\"“”«»()\n]{{1,120}}))?"
)
_BEHIND: Final = re.compile(
    rf"(?P<age>{_AGED}){_EXPLAINED}(?P<comma>,(?=\s))?\s*"
    rf"(?:(?P<verb>\b{_VERB})|(?P<counted>\b{_COUNTED})|(?P<stop>[.;:!?)]|\Z|\n|,)|(?P<more>))",
    re.IGNORECASE,
)
_PHRASE_ROLE: Final = re.compile(rf"\b(?P<role>{_ROLE})(?:s|es)?\b", re.IGNORECASE)
_THING: Final = re.compile(rf"\b(?:{_any('things')})s?\b", re.IGNORECASE)
_HEAD_ENDS: Final = re.compile(
    r"\s(?:of|from|in|at|for|with|who|that|near|de|du|des|d['’]|à|au|en|qui|pour)\b|\s?['’]s\b"
)
_LABEL_BEHIND: Final = re.compile(
    r"(?:\s*\([^()\n]{1,40}\))?\s?:\s*(?:[\"“«‘']|(?:I|We|My|Our|You|Je|J['’]|Nous|On|Notre|Mon|Ma)\b)"
)
_ANY_VERB: Final = re.compile(rf"{_VERB}|{_COUNTED}|fled|flee", re.IGNORECASE)
_OWN: Final = re.compile(
    rf"['’]s\s+(?:\w+\s+)?(?:{_any('kin')})\b"
    rf"|\s+(?:is|was|est|était)\s+(?:(?:an?|the|une?|le|la)\s+)?(?:[\w-]+\s+){{0,2}}{_ROLE}\b"
    r"|,\s+(?:displaced|born|originally|living|now\s+living|déplacée?|originaire|née?)\b"
    rf"|\s*\((?:(?:an?|une?)\s+)?(?:[\w-]+\s+)?{_ROLE}\b"
    r"|\s+(?:and|with|et|avec)\s+(?:his|her|sa|son|ses)\b",
    re.IGNORECASE,
)
"""What only a person has behind the name: a family, a role, an origin."""
_FROM_THERE: Final = re.compile(
    rf",?\s+(?:of|from|with|in|at|de|du|à)\s+(?!{_VERB})[^,.;:\n]{{1,60}}?,?\s+{_VERB}"
    r"(?!\s+(?:an?\b|the\b|one\b|[A-Z]))"
    rf"|\s+(?:of|from)\s+[^,.;:\n]{{1,60}}?\s+{_COUNTED}"
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
    rf"(?P<quoted>[,\"”»’'?!…–—-]\s*)?\b(?:{_any('said')})\s+\Z", re.IGNORECASE
)
_LAST_WORD: Final = re.compile(r"([^\W\d_][\w'’-]*)(,?)\s*[\"“‘']?\Z")
_NAMED_BEFORE: Final = re.compile(rf",?\s+(?:{_any('named')})\s+[\"“‘']?\Z", re.IGNORECASE)
_QUOTED_BEFORE: Final = re.compile(
    rf"(?:\b(?:{_any('according')})\s+|\b(?:{_any('by')})\s+(?:by|par)\s+"
    rf"|(?:^|[\n(\[|.;,])[ \t]*(?:\w+[ \t]+)?(?:{_any('labels')})(?:\s*(?:by|par|de|:|/|©|-)\s*)"
    rf"|(?:^|\n)[ \t]*(?:{_any('bylines')})[ \t]*:?[ \t]*"
    r"|[\"”»]\s*[—–-]{1,2}\s*|(?:^|\n)[ \t]*—\s*|©\s*"
    rf"|\b(?:{_any('kin')})\s+(?:of|de)\s+|(?:{_any('closings')})[ \t]*,?[ \t]*\n\s*)\Z",
    re.IGNORECASE,
)
_THE: Final = _set("the")
_WAS: Final = _set("was")
_WHERE: Final = _set("where")
_JOINED_BEFORE: Final = re.compile(r"\b[A-Z\u00c0-\u00de][\w-]+\s+(?:and|et|&)\s+\Z")
_WHOSE: Final = frozenset({"sheikh", "sheik", "shaykh", "imam"})
"""Titles that begin names of places, too."""
_BEGINS: Final = re.compile(r"(?:\A|[\n.!?…\"“”»«>—–-]\s*)\Z")
_OWNED: Final = re.compile(r"['’]s?\s+\Z")


def _people(text: str) -> list[Person]:
    """Every name that something beside it shows to be a private person's, in order."""
    names = list(_names(text))
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


def _beside(text: str, names: list[_Name], found: dict[int, Person], number: int) -> int | None:
    """The person's name to which a name of several words is joined, if any: "X and Y said"."""
    name = names[number]
    if not name.several or name.office or name.text.split()[0].casefold() in _PLACES:
        return None
    for other in (number - 1, number + 1):
        if other in found:
            first, second = sorted((number, other))
            between = text[names[first].end : names[second].lead]
            if between.strip() in ("and", "et", "&"):
                return other
    return None


def _person(text: str, name: _Name, *, joined: bool) -> Person | None:
    before = _before(text, name.lead)
    if name.office or before.word in _OFFICES or before.word.removesuffix("s") in _OFFICES:
        return None
    behind = _BEHIND.match(text, name.end, min(len(text), name.end + _LOOKED_AT + _NEAR))
    assert behind is not None, "the pattern fits the empty text"  # noqa: S101
    if name.title or name.role:
        return _entitled(text, name, behind)
    told = _role_before(text, before)
    if told and _fits_role(told, behind, several=name.several):
        end = name.end + (told.comma and text[name.end : name.end + 1] == ",")
        return Person(name.text, told.end, end, "", told.role)
    if not name.several or name.text.split()[0].casefold() in _PLACES or _is_thing(behind):
        return None
    return _several(text, name, before, behind, joined=joined)


def _entitled(text: str, name: _Name, behind: re.Match[str]) -> Person | None:
    """A name with a title or with a role in capitals before it."""
    speaks = behind["verb"] or behind["counted"]
    if _folded(name.title) in _WHOSE and not (name.several or speaks):
        return None
    explained, role = _explained(behind)
    role = role or name.role or None
    if name.role and not explained:
        begin = name.lead + len(text[name.lead : name.start].rstrip())
        return Person(name.text, begin, name.end, "", role)
    return _replaced(text, name, behind, role, explained=explained)


def _several(
    text: str, name: _Name, before: _Before, behind: re.Match[str], *, joined: bool
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
    return _Before(near, _folded(last[1]), begin + last.end(1), bool(last[2]))


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
    word = before.word if before.word in _ROLES else word
    role = next((one for one in (word, word[:-1], word[:-2]) if one in _ROLES), None)
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
    name: _Name,
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


def _is_quoted(text: str, name: _Name, before: _Before, behind: re.Match[str]) -> bool:
    """Whether a verb before a name, or a sign behind it, makes it a speaker's or a victim's."""
    spoken = _SPEAKS_BEFORE.search(before.near)
    if spoken and (spoken["quoted"] or behind["stop"]) and not _FINITE.match(text, name.end):
        return True
    if _BEGINS.search(before.near) and _LABEL_BEHIND.match(text, name.end):
        return True
    if before.near.endswith(("(", "[")) and _CREDIT.match(text, name.end):
        return True
    return before.word in _WAS and bool(_DEAD.match(text, name.end))


def _is_subject(text: str, name: _Name, behind: re.Match[str]) -> bool:
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
    text: str, name: _Name, behind: re.Match[str], role: str | None, *, explained: bool
) -> Person:
    """The name gives way to the role that stands behind it, else to what stands for the person."""
    start = name.lead
    if explained and role is not None:
        begin, end = behind.start("phrase"), behind.end("phrase")
        comma = behind["comma"] and (behind["verb"] or behind["counted"])
        words = _cased(text[begin:end].rstrip(), text, start)
        return Person(name.text, start, behind.end("comma") if comma else end, words, role)
    return Person(name.text, start, name.end, None, role)


def _stand_in(text: str, start: int, role: str | None, lang: str) -> str:
    """What stands for a person: "a teacher", "a source"; never a place or a day."""
    before = text[max(0, start - 8) : start]
    if _OWNED.search(before):
        return str(WORDS[lang]["spokesperson"])
    words = str(WORDS[lang]["someone"])
    if role is not None and lang == "en" and role in _set_of("en"):
        words = f"{'an' if role[0] in 'aeiou' else 'a'} {role}"
    return _cased(words, text, start)


def _set_of(lang: str) -> frozenset[str]:
    return frozenset(WORDS[lang]["roles"])


def _cased(words: str, text: str, position: int) -> str:
    """Capital letter where a sentence begins."""
    before = text[max(0, position - 8) : position].rstrip(" \t\"“'‘(«")
    begins = not before or before[-1] in ".!?\n"
    return words[:1].upper() + words[1:] if begins else words


_MOVING: Final = re.compile(
    r"\b(?:displaced|fled|flee|fleeing|moved?|arrived|came|left|evacuated|travelled|returned?|went|reached|"
    r"people|families|déplacé\w*|fui|arrivé\w*)\b[^.,;\n]{0,40}\b(?:from|to|de|à|vers)\s+\Z"
)
_INSIDE: Final = re.compile(r"\b(?:in|at|near|around|outside|across|into|dans|à)\s+\Z")
_NEXT_NAME: Final = re.compile(rf"[ \t]+(?:{_PARTICLE}[ \t]+)?[A-Z\u00c0-\u00de]\w")
_NAME_BEFORE: Final = re.compile(
    r"(?:\A|[^.!?\n\"“:;,])[ \t]*\b(?P<word>[A-Z\u00c0-\u00de][\w’'-]+)[ \t]+\Z"
)


def _without_mentions(text: str, roles: dict[str, str | None], lang: str) -> str:
    """Every further mention of the people gives way, whole or in part, whatever its case."""
    parts: dict[str, str | None] = {}
    for name, role in roles.items():
        words = [word for word in re.split(r"\s+", name) if not _is_particle(word)]
        for word in words:
            if len(word) >= _SHORTEST_PART and not _is_common(word):
                parts.setdefault(word.casefold(), role)
    whole = {
        " ".join(name.split()).casefold(): role
        for name, role in roles.items()
        if len(name.split()) > 1
    }

    def pattern(name: str) -> str:
        return r"[\s._-]*".join(re.escape(word) for word in name.split())

    names = sorted([*whole, *parts], key=lambda name: (-len(name), name))
    if not names:
        return text
    mention = re.compile(
        rf"(?<![\w-])(?:(?:{_TITLE})\.?\s+)?(?P<name>{'|'.join(map(pattern, names))})"
        r"(?![\w-]|\.\w)",
        re.IGNORECASE,
    )

    def stand_in(match: re.Match[str]) -> str:
        key = " ".join(re.split(r"[\s._-]+", match["name"].casefold()))
        known = whole.get(key) or parts.get(key)
        if key in parts and key not in whole and not _is_mention(text, match, parts):
            return match[0]
        start = match.start()
        return _stand_in(text, start, known, lang)

    return mention.sub(stand_in, text)


def _is_common(word: str) -> bool:
    """Whether a part of a name is a word of other use."""
    folded = _folded(word)
    return folded in _STARTERS or folded in _PUBLIC or folded in _COUNTRIES or folded in _ROLES


def _is_mention(text: str, match: re.Match[str], parts: dict[str, str | None]) -> bool:
    """Whether a part of a name stands for the person, and for no place or other name."""
    word = match["name"]
    before = text[max(0, match.start() - 80) : match.start()]
    if word[0].islower():
        return len(word) >= _SHORTEST_IN_SMALL and word not in _PLAIN
    if _NEXT_NAME.match(text, match.end()):
        return False
    other = _NAME_BEFORE.search(before)
    if other and not _is_common(other["word"]) and _folded(other["word"]) not in parts:
        return False
    return not _INSIDE.search(before) and not _MOVING.search(before)
