"""Where are the words that say who says it? Before a verb, or behind "according to".

Beside `sayings`, which finds the verb.
"""

import re
from typing import Final

from displacement.extraction.candidates import only_pattern
from displacement.extraction.document import Span


def region_after(masked: str, start: int, limit: int, lang: str) -> Span:
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


def region_before(masked: str, end: int, limit: int, lang: str) -> Span:
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

_NAME: Final = re.compile(
    r"(?:[Tt]he\s+)?(?:[A-Z][\w'.-]*|al-[A-Z][\w'-]*|a-[A-Z][\w'-]*)(?:\s+(?:[A-Z][\w'.-]*|al-\w+|a-\w+|bin|abu|of|for|the|de|van|el)){0,6}"
)
