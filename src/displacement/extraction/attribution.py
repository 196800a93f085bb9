"""Who counted? Finds whom a text gives as the source of what it says.

A medium is never the counter unless it counted itself; any other publisher is, where its text
names nobody. A private person never is: the organisation that the person speaks for counts, or
nobody known.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Final, NamedTuple

from displacement.extraction.candidates import only_pattern
from displacement.extraction.document import Document, Span
from displacement.extraction.nations import countries
from displacement.extraction.needles import letters_of, possible
from displacement.extraction.numbers import Number
from displacement.extraction.rules import FOLDED, Rule, load_rules
from displacement.extraction.speakers import Speaker, read_speaker
from displacement_schemas.vocabulary import CounterKind


@dataclass(frozen=True)
class Attribution:
    """One "X said" of a text: the words that say it, and whom they name."""

    start: int
    """Where the words that name the counter begin."""
    end: int
    """Where they end."""
    cue_end: int
    """Where the verb ends: what follows up to the next number belongs to the saying."""
    counter: str
    kind: CounterKind
    known: bool = True
    cue: str = ""
    private: bool = False
    """Whether somebody speaks who stands for no counter: no other clause then speaks for them."""
    spoken: bool = True
    """Whether the words can only be said of somebody who speaks."""
    counts: bool = False
    """Whether a number follows the verb at once: "X has counted 300" says nothing of others."""
    pointed: "Attribution | None" = None
    """The body named last before words that point back: "the agency" may mean no other."""
    heads: bool = False
    """Whether it is a body that has others below it: a ministry."""
    below: bool = False
    """Whether it is a part of some body: the ministry named before counts, if there is one."""

    @property
    def speaks(self) -> bool:
        """Whether somebody is said to speak, known or not: then nobody else does."""
        return self.private or (self.spoken and self.cue != "cue.colon")


class _Named(NamedTuple):
    name: str | None
    """How the house calls it; None where the words of the text are its name."""
    kind: CounterKind
    start: int
    end: int
    private: bool = False
    own: bool = False
    """Whether what it publishes are its own counts."""
    short: str = ""
    """The abbreviation that stands behind it: "the refugee commission CNARR"."""


UNKNOWN: Final = Attribution(0, 0, 0, "unknown", CounterKind.UNKNOWN, known=False)


def find_attributions(document: Document, masked: str, sentence: Span) -> list[Attribution]:
    """All attributions of one sentence, in order."""
    found: list[Attribution] = []
    begin = max(0, sentence.start - 1)
    letters = letters_of(document.lang, masked[begin : sentence.end])
    for rule in possible(document.lang, "cue", letters):
        for match in rule.pattern.finditer(masked, begin, sentence.end):
            attribution = _read(document, masked, sentence, match, rule)
            if attribution and (attribution.known or not rule.get("strict")):
                counts = rule.get("side") == "before" and bool(_ITS_OWN.match(masked, match.end()))
                found.append(replace(attribution, cue=rule.id, counts=counts))
    found = [one for one in found if not any(_outdone(one, other) for other in found)]
    return sorted(found, key=lambda attribution: (attribution.start, attribution.cue))


_ITS_OWN: Final = re.compile(r"(?:\s+(?!that\b)[\w'-]+){0,4}?\s+[\ue001\ue003]")


def _outdone(one: Attribution, other: Attribution) -> bool:
    """In "..., said X" the words before are no subject, unless only they name a counter."""
    pair = (one.cue, other.cue)
    if pair == ("cue.x_said", "cue.said_x"):
        same_verb = other.start <= one.cue_end <= other.cue_end
        return same_verb and (other.known or not one.known)
    if pair == ("cue.said_x", "cue.x_said"):
        return one.start <= other.cue_end <= one.cue_end and other.known and not one.known
    return False


def choose(
    attributions: list[Attribution], number: Number, clause: Span, before: Attribution | None
) -> Attribution:
    """The attribution that holds for a number: of its clause first, then of its sentence.

    `before` is the last counter named in earlier sentences, for "it said".
    """
    of_others = [one for one in attributions if one.counts and one.start >= number.end]
    attributions = [one for one in attributions if one not in of_others]
    for scope in (clause, None):
        near = [
            attribution
            for attribution in attributions
            if scope is None or (scope.start <= attribution.start < scope.end)
        ]
        known = [_filled(one, _earlier(one, attributions) or before) for one in near]
        known = [attribution for attribution in known if attribution.known]
        if known:
            return min(known, key=lambda found: (_rank(found), _distance(found, number)))
        if any(attribution.private for attribution in near):
            break
    return UNKNOWN


def publisher_as_counter(document: Document) -> Attribution | None:
    """Whom "the agency" means where no counter was named before: a publisher that counts."""
    kind = _kind_of_publisher(document)
    if not document.publisher or kind is CounterKind.MEDIA:
        return None
    return Attribution(0, 0, 0, document.publisher, kind)


def own_count(document: Document, *, only_own: bool) -> Attribution:
    """The publisher, unless it is a medium; else nobody known.

    `only_own` takes only one whose bulletins give its own counts, whomever they name besides.
    """
    publisher = document.publisher
    known = _publisher_named((publisher or "").translate(FOLDED), document.lang, strict=True)
    kind = _kind_of_publisher(document)
    if not publisher or kind is CounterKind.MEDIA or (only_own and not (known and known.own)):
        return UNKNOWN
    if kind is CounterKind.UNKNOWN and _TELLS_NOTHING.fullmatch(publisher):
        return UNKNOWN
    return Attribution(0, 0, 0, (known and known.name) or publisher, kind)


_TELLS_NOTHING: Final = re.compile(
    r"\w[^\sA-Z]*|(?:The|Le|La|Les|El|Los|Las|Il|O|Der|Die|Das)\s\S+(?:\s\S+){0,3}|L'\S+(?:\s\S+)?"
)
"""One word, or an article before a few: so papers are called, and some bodies that nobody knows."""


def passed_on_by(attributions: list[Attribution], source: Attribution) -> str | None:
    """Who told of the source's number: X in "X, citing Y"."""
    if not source.known or _rank(source) != 0:
        return None
    others = [one for one in attributions if _rank(one) and one.known and one.cue_end <= source.end]
    named = [one.counter for one in others if one.counter not in (source.counter, _POINTS_BACK)]
    return named[-1] if named else None


def _earlier(pronoun: Attribution, attributions: list[Attribution]) -> Attribution | None:
    """The counter named before a pronoun in its own sentence."""
    return last_known([one for one in attributions if one.cue_end <= pronoun.start])


def _filled(attribution: Attribution, before: Attribution | None) -> Attribution:
    """A pronoun takes the counter of the sentences before, and so does a part of its body."""
    if attribution.counter == _POINTS_BACK:
        before = before or attribution.pointed
    if before and (attribution.counter == _POINTS_BACK or (attribution.below and before.heads)):
        return replace(attribution, counter=before.counter, kind=before.kind, known=before.known)
    return replace(attribution, known=attribution.known and attribution.counter != _POINTS_BACK)


_POINTS_BACK: Final = "\ue000"


def _rank(attribution: Attribution) -> int:
    # "X, citing Y": Y counted, X passed it on
    return 0 if attribution.cue in _OF_SOURCES else 1


_OF_SOURCES: Final = ("cue.according_to", "cue.counted_by", "cue.paper_of", "cue.figures_from")


def _distance(attribution: Attribution, number: Number) -> int:
    return max(attribution.start - number.end, number.start - attribution.cue_end, 0)


def _read(
    document: Document, masked: str, sentence: Span, match: re.Match[str], rule: Rule
) -> Attribution | None:
    strict = bool(rule.get("strict"))
    if rule.get("side") == "after":
        region = _region_after(masked, match.end(), sentence.end, document.lang)
        cue_end = region.end
    else:
        limit = sentence.start
        if rule.id == "cue.colon":  # what stands above the line is a title
            limit = max(limit, masked.rfind("\n", limit, match.start()))
        region = _region_before(masked, match.start(), limit, document.lang)
        cue_end = match.end()
    words = document.clean[region.start : region.end]
    begin = min(match.start(), region.start)
    said = Attribution(begin, region.end, cue_end, "unknown", CounterKind.UNKNOWN, known=False)
    quoted = masked.count('"', sentence.start, match.start()) % 2
    own = _of_publisher(document, words, said, match, quoted=bool(quoted))
    if own or _is_print(document, words):
        return own
    if _pointing_back(document.lang).search(words.strip(" ,").lower()) and not _named(
        words, document.lang
    ):
        pointed = _body_before(document, masked, begin, words)
        return replace(said, counter=_POINTS_BACK, known=True, pointed=pointed)
    label = bool(_LABEL.match(masked, match.end()))
    said = replace(said, spoken=not label)
    spoken = None if strict or label or rule.id == "cue.colon" else _speaks(match, rule)
    first = rule.get("side") == "after"
    named = _resolved(words, document.lang, strict=strict, spoken=spoken, first=first)
    if named is None or named.private:
        return replace(said, private=named is not None, spoken=said.spoken and spoken is not False)
    if only_pattern(document.lang, "lone_title").match(words[named.start : named.end].strip()):
        return replace(said, spoken=spoken is not False)
    named = _with_short(_before_description(named, words, document.lang, strict=strict), words)
    begin = min(match.start(), region.start + named.start)
    end = region.start + named.end
    as_written = document.text[region.start + named.start : end]
    name = named.name or _as_name(as_written, document.lang)
    if rule.id == "cue.counted_by":
        cue_end = end  # the days behind it are those of the counting
    return Attribution(
        begin,
        end,
        cue_end,
        f"{name} ({named.short})" if named.short else name,
        named.kind,
        heads=bool(
            only_pattern(document.lang, "upper_body").search(words[named.start : named.end])
        ),
        below=bool(only_pattern(document.lang, "lower_body").fullmatch(words.strip(" ,"))),
    )


_LABEL: Final = re.compile(r":\s*[\ue001-\ue004]")
"""What makes a line of a table of "Deaths confirmed": nobody confirms anything there."""


def _body_before(document: Document, masked: str, begin: int, words: str) -> Attribution | None:
    """The body that a text named last, though not as one that said something."""
    if not only_pattern(document.lang, "means_a_body").search(words.strip(" ,").lower()):
        return None
    start = max(0, begin - BODY_BEFORE)
    before = masked[start:begin]
    found: tuple[int, Attribution] | None = None
    for rule in possible(document.lang, "counter", letters_of(document.lang, before)):
        if not rule.get("sure") or rule.get("kind") == CounterKind.MEDIA:
            continue
        for match in rule.pattern.finditer(before):
            if found is None or match.end() > found[0]:
                written = document.text[start + match.start() : start + match.end()]
                name = rule.get("says") or _as_name(written, document.lang)
                found = match.end(), Attribution(0, 0, 0, name, CounterKind(rule.get("kind")))
    return found and found[1]


BODY_BEFORE: Final = 400
"""So far back "the agency" may mean a body that has not yet said anything."""


def _with_short(named: _Named, words: str) -> _Named:
    """The name with the abbreviation behind it, by which the text may call it later."""
    short = None if named.name else _SHORT.match(words, named.end)
    if not short or _ABBREVIATION.search(words, named.start, named.end):
        return named
    return named._replace(short=short["short"])


_SHORT: Final = re.compile(r"\s+(?:\(\s*)?(?P<short>(?!IDPs?\b)[A-Z][A-Z-]{2,9})(?![\w'])")
_ABBREVIATION: Final = re.compile(r"\b[A-Z]{3,}\b")


def _of_publisher(
    document: Document, words: str, said: Attribution, match: re.Match[str], *, quoted: bool
) -> Attribution | None:
    """The publisher, where it speaks of itself: as "we", as its teams, or by its own name."""
    if not quoted and (we := _is_we(words, document)):
        begin = max(said.start, min(match.start(), said.end - len(words) + we.start()))
        kind = _kind_of_publisher(document)
        return replace(said, start=begin, counter=str(document.publisher), kind=kind, known=True)
    if only_pattern(document.lang, "own_people").match(words):
        own = own_count(document, only_own=False)
        if own.known:
            return replace(said, counter=own.counter, kind=own.kind, known=True)
    if _is_print(document, words) and re.search(r"count|tall", match[0]):
        return replace(said, counter=str(document.publisher), kind=CounterKind.MEDIA, known=True)
    return None


def _is_print(document: Document, words: str) -> bool:
    """Whether words name the newspaper itself, which mostly only tells what others counted."""
    publisher = document.publisher
    named = publisher and publisher.lower() in words.lower()
    return bool(named) and _kind_of_publisher(document) is CounterKind.MEDIA


def _before_description(named: _Named, words: str, lang: str, *, strict: bool) -> _Named:
    """The name in "COPECO, the national emergency agency": what it is stands behind it."""
    described = _DESCRIBED.fullmatch(words)
    own = described and _resolved(described["name"], lang, strict=strict, spoken=True)
    if own and not own.private:
        return own
    body = only_pattern(lang, "named_body").match(words)
    if body and not named.name:
        group = "name" if body["name"] else "behind"
        return named._replace(start=body.start(group), end=body.end(group))
    return named


def _speaks(match: re.Match[str], rule: Rule) -> bool:
    """Whether the words can only be said of somebody, not of a thing."""
    said = any(found for name, found in match.groupdict().items() if name.startswith("speaks"))
    return said or bool(rule.get("speaks"))


def _is_we(words: str, document: Document) -> re.Match[str] | None:
    """An organisation that publishes speaks of itself: "our teams have registered"."""
    we = only_pattern(document.lang, "we").search(words)
    return we if document.publisher and '"' not in words else None


def _kind_of_publisher(document: Document) -> CounterKind:
    """What kind of counter a publisher is: one that is no medium may count."""
    publisher, lang = (document.publisher or "").translate(FOLDED), document.lang
    if only_pattern(lang, "medium").search(publisher):
        return CounterKind.MEDIA
    named = _publisher_named(publisher, lang, strict=False)
    return named.kind if named else CounterKind.UNKNOWN


@lru_cache(maxsize=256)
def _publisher_named(publisher: str, lang: str, *, strict: bool) -> _Named | None:
    """The counter that a publisher's name names: the same for every sentence of its texts."""
    return _resolved(publisher, lang, strict=strict)


def _region_after(masked: str, start: int, limit: int, lang: str) -> Span:
    """The phrase after "according to", with the apposition that tells a person's role."""
    end = min(limit, start + 160)
    stop = _AFTER_STOP.search(masked, start, end)
    end = stop.start() if stop else end
    stop = only_pattern(lang, "after_stop").search(masked, start, end)
    end = stop.start() if stop else end
    comma = masked.find(",", start, end)
    if comma < 0:
        return Span(start, end)
    if _ROLE.match(masked, comma, end):
        second = masked.find(",", comma + 1, end)
        return Span(start, second if second > 0 else end)
    return Span(start, comma)


_AFTER_STOP: Final = re.compile(
    r"[\ue001-\ue004;:\"—)]|\.(?:\s|$)|\s(?:which|that|while|but|has|have|had|were|was|are|is)\s"
)
_ROLE: Final = re.compile(
    r",\s+(?:an?|the|who|its|head|director|spokes\w+|chief|deputy|one\s+of)\b"
)


def _region_before(masked: str, end: int, limit: int, lang: str) -> Span:
    """The subject of "said": the last stretch between commas, and the name it explains."""
    start = max(limit, end - 200)
    for stop in _BEFORE_STOP.finditer(masked, start, end):
        start = stop.end()
    segments = [
        Span(start + m.start(), start + m.end()) for m in _SEGMENT.finditer(masked[start:end])
    ]
    if len(segments) < 2:  # noqa: PLR2004
        return Span(start, end)
    if masked[start:end].rstrip().endswith(",") and not _WHO.match(masked, segments[-1].start):
        beside = only_pattern(lang, "beside_speaker").match(masked, *segments[-1])
        return segments[-2] if beside else Span(segments[-2].start, segments[-1].end)
    while len(segments) > 1 and _WHO.match(masked, segments[-1].start):
        segments.pop()  # "a spokesman, who asked not to be named, said"
    if len(segments) == 1:
        return segments[0]
    dated = only_pattern(lang, "only_a_date")
    while len(segments) > 1 and dated.fullmatch(masked, segments[-1].start, segments[-1].end):
        segments.pop()  # "Interior Ministry spokesperson, 27 July, evening: ..."
    if len(segments) == 1:
        return segments[0]
    last, name = segments[-1], segments[-2]
    if not masked[last.start : last.end].strip():
        last, name = segments[-2], segments[max(0, len(segments) - 3)]
    if _NAME.fullmatch(masked[last.start : last.end].strip()) and _ROLE.match(
        masked, name.start - 1
    ):
        return Span(name.start, end)  # "a member of the council, Ali Example, said"
    explains = _NAME.fullmatch(masked[name.start : name.end].strip()) and _ROLE.match(
        masked, last.start - 1
    )
    return Span(name.start if explains else last.start, end)


_BEFORE_STOP: Final = re.compile(
    r"[\ue001-\ue004;:\"—]|\b(?:that|whom)\b|\b(?:while|but|although|and then)\b"
)
_WHO: Final = re.compile(r"\s*(?:who|which|whose|speaking|citing|quoting|quoted)\b")
_SEGMENT: Final = re.compile(r"[^,]+")
_DESCRIBED: Final = re.compile(
    r"(?P<name>\s*(?:[Tt]he\s+[A-Z]\w+(?:\s+[\w'-]+){0,5}|[A-Z][A-Z-]+)),\s+(?:an?|the|its|one\s+of)\s[^,]+"
)
_NAME: Final = re.compile(
    r"(?:[Tt]he\s+)?(?:[A-Z][\w'.-]*|al-[A-Z][\w'-]*|a-[A-Z][\w'-]*)(?:\s+(?:[A-Z][\w'.-]*|al-\w+|a-\w+|bin|abu|of|for|the|de|van|el)){0,6}"
)


@cache
def _pointing_back(lang: str) -> re.Pattern[str]:
    return load_rules(lang).only("pronoun")


def _named(words: str, lang: str) -> bool:
    return any(
        rule.get("says") and rule.pattern.search(words)
        for rule in possible(lang, "counter", letters_of(lang, words))
        if rule.get("kind") != "local_volunteers"
    )


def _resolved(
    words: str,
    lang: str,
    *,
    strict: bool = False,
    spoken: bool | None = None,
    first: bool = False,
) -> _Named | None:
    """The counter that words name.

    `strict` takes only those that are known by name; `spoken` reads the grammar of others, too,
    and tells whether their verb is one of speaking; `first`, whether the words begin with them.
    """
    speaker = only_pattern(lang, "speaker_for").match(words)
    if speaker:
        of = spoken and speaker[0].split()[-1] in ("of", "for")
        open_ended = None if spoken is None else bool(of)
        behind = _resolved(
            words[speaker.end() :], lang, strict=strict, spoken=open_ended, first=True
        )
        if behind and not behind.private:
            skipped = speaker.end()
            return behind._replace(start=behind.start + skipped, end=behind.end + skipped)
    phrase = None if spoken is None else read_speaker(words, lang, speaks=spoken, first=first)
    for rule in possible(lang, "counter", letters_of(lang, words)):
        match = None if strict and not rule.get("sure") else rule.pattern.search(words)
        if match and match[0].title() not in countries(lang):
            group = next((name for name, text in match.groupdict().items() if text), 0)
            kind, own = CounterKind(rule.get("kind")), bool(rule.get("own"))
            named = _Named(rule.get("says"), kind, *match.span(group), own=own)
            named = _with_whose(named, words, lang)
            exact = bool(rule.get("sure")) and words[named.start].isupper()
            return _widened(named, phrase, words, exact=exact)
    return _Named(None, phrase.kind, *phrase.span, phrase.private) if phrase else None


def _with_whose(named: _Named, words: str, lang: str) -> _Named:
    """The name with what it is of, where the grammar of a language has that behind it."""
    whose = None if named.name else only_pattern(lang, "counter_of").match(words, named.end)
    return named._replace(end=whose.end()) if whose else named


def _widened(named: _Named, phrase: Speaker | None, words: str, *, exact: bool) -> _Named:
    """The whole phrase around a word for an office; who lives beside an office is private."""
    if phrase is None:
        return named
    start, end = phrase.span
    if phrase.private:
        subject = exact and not _AFTER_PREPOSITION.search(words, 0, named.start)
        beside = end <= named.start and "," not in words[end : named.start] and not subject
        return _Named(None, phrase.kind, start, end, private=True) if beside else named
    if not exact and not named.name and start <= named.start and named.end <= end:
        return named._replace(start=start, end=end)
    return named


_AFTER_PREPOSITION: Final = re.compile(
    r"\b(?:of|at|for|from|with|in|on|near|by|to|outside|inside|and|or)\s+(?:the\s+|an?\s+)?\Z"
)
"""What makes a body that follows a part of another phrase: "a driver for the UN said"."""


def _as_name(words: str, lang: str) -> str:
    name = re.sub(r"^(?:the|a|an)\s+|'s$", "", " ".join(words.split()), flags=re.IGNORECASE)
    joined, apart = load_rules(lang).words.get("joined_article", ("", ""))
    if joined and name.startswith(joined):
        name = apart + name.removeprefix(joined)  # Arabic writes "to the council" as one word
    return name[:1].upper() + name[1:]


def source_of_others(attributions: list[Attribution]) -> Attribution | None:
    """Who counted what other sentences tell, by one that says so: "These figures come from X"."""
    return last_known([one for one in attributions if one.cue == "cue.figures_from"])


def still_speaking(attributions: list[Attribution]) -> Attribution | None:
    """Whose words the next sentence may go on with: not those of a body that only plans."""
    return last_known([one for one in attributions if one.cue != "cue.plans"])


def last_known(attributions: list[Attribution]) -> Attribution | None:
    """The last counter that a sentence names, for sentences that point back to it."""
    known = [found for found in attributions if found.known and found.counter != _POINTS_BACK]
    return known[-1] if known else None


def statement_spans(attributions: list[Attribution], masked: str, lang: str) -> Iterator[Span]:
    """Where a sentence speaks of the saying itself: "told a reporter in Amman on Monday that".

    Dates and places in there are not those of the figure.
    """
    for attribution in attributions:
        if not attribution.known and (attribution.cue == "cue.colon" or not attribution.spoken):
            continue  # "Over 105,000 have fled since early April: 70,187 are in Tanzania"
        if attribution.cue == "cue.colon" and only_pattern(lang, "colon_period").search(
            masked, attribution.start, attribution.cue_end
        ):
            continue
        speaks = attribution.cue in ("cue.x_said", "cue.said_x")
        after = _SAYING.match(masked, attribution.cue_end) if speaks else None
        yield Span(attribution.start, after.end() if after else attribution.cue_end)


_SAYING: Final = re.compile(
    r"(?:(?!\bthat\b|[\ue001\ue004;:\"—])[^.]){0,110}?(?=\bthat\b|:|\"|—)"
    r"|(?:\s+(?:reporters|journalists|parliament|lawmakers|us|(?:an?|the)\s+(?:[\w-]+\s+){0,2}?(?:briefing|conference|agency|station|newspaper|parliament|council|meeting|radio|reporter)|(?:[A-Z]\w+\s?){1,3}))?(?:\s+in\s+(?:a|an|the|its)\s+(?:\w+\s+){0,3}?(?:statement|report|update|bulletin|briefing))?"
    r"(?:,?\s+(?:(?:released|published|issued|dated)\s+)?(?:on\s+|late\s+|early\s+)?(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|today|tonight|this\s+(?:morning|afternoon|evening|week)|last\s+night|yesterday|[\ue003\d]+\s+[A-Z]\w+|[A-Z]\w+\.?\s+[\ue003\d]+)(?:,?\s+[\ue002\d]{4})?)?"
)
