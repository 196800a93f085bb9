"""What does a sentence attribute, and to whom? Every "X said", "according to X", "X's figures".

The verbs and labels are data; `subjects` finds whose words they are, `counter_names` what those
name, `publishers` where the publisher speaks of itself.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from displacement.extraction.attribution import POINTS_BACK, Attribution
from displacement.extraction.candidates import only_pattern
from displacement.extraction.counter_names import (
    as_name,
    before_description,
    names_body,
    resolved,
    with_short,
)
from displacement.extraction.document import Document, Span
from displacement.extraction.needles import letters_of, possible
from displacement.extraction.publishers import is_print, of_publisher
from displacement.extraction.rules import Rule
from displacement.extraction.subjects import region_after, region_before
from displacement_schemas.vocabulary import CounterKind


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


def _read(
    document: Document, masked: str, sentence: Span, match: re.Match[str], rule: Rule
) -> Attribution | None:
    strict = bool(rule.get("strict"))
    if rule.get("side") == "after":
        region = region_after(masked, match.end(), sentence.end, document.lang)
        cue_end = region.end
    else:
        limit = sentence.start
        if rule.id == "cue.colon":  # what stands above the line is a title
            limit = max(limit, masked.rfind("\n", limit, match.start()))
        region = region_before(masked, match.start(), limit, document.lang)
        cue_end = match.end()
    words = document.clean[region.start : region.end]
    begin = min(match.start(), region.start)
    said = Attribution(begin, region.end, cue_end, "unknown", CounterKind.UNKNOWN, known=False)
    quoted = masked.count('"', sentence.start, match.start()) % 2
    own = of_publisher(document, words, said, match, quoted=bool(quoted))
    if own or is_print(document, words):
        return own
    if only_pattern(document.lang, "pronoun").search(words.strip(" ,").lower()) and not names_body(
        words, document.lang
    ):
        pointed = _body_before(document, masked, begin, words)
        return replace(said, counter=POINTS_BACK, known=True, pointed=pointed)
    label = bool(_LABEL.match(masked, match.end()))
    said = replace(said, spoken=not label)
    spoken = None if strict or label or rule.id == "cue.colon" else _speaks(match, rule)
    first = rule.get("side") == "after"
    named = resolved(words, document.lang, strict=strict, spoken=spoken, first=first)
    if named is None or named.private:
        return replace(said, private=named is not None, spoken=said.spoken and spoken is not False)
    if only_pattern(document.lang, "lone_title").match(words[named.start : named.end].strip()):
        return replace(said, spoken=spoken is not False)
    named = with_short(before_description(named, words, document.lang, strict=strict), words)
    begin = min(match.start(), region.start + named.start)
    end = region.start + named.end
    as_written = document.text[region.start + named.start : end]
    name = named.name or as_name(as_written, document.lang)
    if rule.id in ("cue.counted_by", "cue.registered_with"):
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
                name = rule.get("says") or as_name(written, document.lang)
                found = match.end(), Attribution(0, 0, 0, name, CounterKind(rule.get("kind")))
    return found and found[1]


BODY_BEFORE: Final = 400
"""So far back "the agency" may mean a body that has not yet said anything."""


def _speaks(match: re.Match[str], rule: Rule) -> bool:
    """Whether the words can only be said of somebody, not of a thing."""
    said = any(found for name, found in match.groupdict().items() if name.startswith("speaks"))
    return said or bool(rule.get("speaks"))


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
