"""When and where does a figure hold? Chooses its period and its places among those named.

What belongs to the saying ("told a reporter in Amman on Monday") is no part of it.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from displacement.extraction.attribution import Attribution
from displacement.extraction.candidates import only_pattern
from displacement.extraction.claims import Claim
from displacement.extraction.document import Document, Span
from displacement.extraction.numbers import Number
from displacement.extraction.periods import POINTS_BACK, Period, by_weight
from displacement.extraction.places import Place
from displacement_schemas.vocabulary import (
    FLOWS,
    AreaRole,
    DatePrecision,
    Measure,
)


@dataclass(frozen=True)
class Context:
    """What one sentence says besides its numbers."""

    span: Span
    periods: list[Period]
    compared: list[Period]
    """The periods with which the sentence only compares its own."""
    attributions: list[Attribution]
    places: list[Place]
    sayings: list[Span]
    before: Attribution | None
    """The last counter named in the sentences before."""
    just_before: Attribution | None
    """The source of what was said right before, or that a next sentence gives for it."""
    earlier: list[Period]
    """The periods named in the sentences before, in order."""
    header: Period | None
    """The days that the head of the report says it covers."""


@dataclass(frozen=True)
class Dates:
    """The days of a figure; `start` is null where the text leaves it open."""

    start: date | None
    end: date
    precision: DatePrecision
    words: Span | None = None
    """Where the text says so."""


@dataclass(frozen=True)
class Area:
    """The places of a figure, as the text has them and one by one."""

    text: str
    names: tuple[str, ...]
    role: AreaRole
    words: Span | None = None
    """Where the text says so."""


def clause_of(masked: str, sentence: Span, number: Number, lang: str) -> Span:
    """The part of the sentence between the boundaries on either side of the number."""
    return _part_around(number, sentence, masked, only_pattern(lang, "boundary"))


def _part_around(
    number: Number, stretch: Span, text: str, marks: re.Pattern[str], *, with_mark: bool = False
) -> Span:
    """The part of a stretch between the marks on either side of a number."""
    start, end = stretch
    for mark in marks.finditer(text, start, end):
        if mark.end() <= number.start:
            start = mark.start() if with_mark else mark.end()
        elif mark.start() >= number.end:
            end = mark.start()
            break
    return Span(start, end)


def near_places(claim: Claim, context: Context, clause: Span) -> list[Place]:
    """The places of a claim's part of the sentence, up to the next figure."""
    return _own_side(_inside(clause, _free_places(context)), claim)


def choose_area(
    claim: Claim, measure: Measure, context: Context, clause: Span, document: Document
) -> Area:
    """The places that the figure is about."""
    places = _free_places(context)
    near = near_places(claim, context, clause) or _inside(clause, places) or places
    for role in _ORDER_OF_FLOW if measure in FLOWS else _ORDER_OF_STOCK:
        if of_role := [place for place in near if place.role is role]:
            return _nearest(document, of_role, claim, role)
    return Area("", (), AreaRole.LOCATION)


def choose_dates(
    claim: Claim,
    measure: Measure,
    context: Context,
    document: Document,
    *,
    clause: Span,
    masked: str,
    leader: Dates | None = None,
) -> Dates:
    """The period of a flow, or the day of a stock; nothing is invented where none is named.

    `leader` are the days of the figure on which a claim leans that names none of its own.
    """
    published = document.published_on
    if compared := _compared(claim, context):
        return _days_of(compared, measure)
    written = context.span.start + _dateline(document, context.span)
    dated = [period for period in context.periods if period.text_start >= written]
    free = [period for period in dated if not _said(period.text_start, context)]
    free = [period for period in free if not _beside(period, claim, context.span, document)]
    near = [period for period in free if clause.start <= period.text_start < clause.end]
    near = [period for period in near if not _of_another(period, near, claim, masked)]
    if measure not in FLOWS:
        same = _day_pointed_at(near, free, context)
        days = near or _days_before(clause, dated, free, document)
        return same or _day_of_stock(days, context.header, published)
    near = _before_turn(near or free, claim, clause, document, masked)
    found = _most_telling(near, free, claim, context)
    found = found or (_of_header(context.header) if not free else None)
    if found:
        return found
    counted = [one for one in _days_before(clause, dated, free, document) if one.kind == "as_of"]
    if counted:
        return Dates(None, counted[-1].end, counted[-1].precision, counted[-1].words)
    return leader or Dates(None, published, DatePrecision.PUBLICATION)


def _days_of(period: Period, measure: Measure) -> Dates:
    """All days of a period for a flow, its last for a stock."""
    start = period.start if measure in FLOWS else period.end
    return Dates(start, period.end, period.precision, period.words)


def _before_turn(
    near: list[Period], claim: Claim, clause: Span, document: Document, masked: str
) -> list[Period]:
    """The periods of a claim up to where its clause turns to a total, or from there on."""
    turns = only_pattern(document.lang, "period_break")
    part = _part_around(claim.number, clause, document.clean, turns, with_mark=True)
    if part != clause:
        near = [period for period in near if part.start <= period.text_start < part.end]
    return [period for period in near if not _of_another(period, near, claim, masked)]


def _most_telling(
    near: list[Period], free: list[Period], claim: Claim, context: Context
) -> Dates | None:
    """The period that says most about a flow, of those near its number."""
    own = [period for period in near if period.text_start < claim.candidate.body.end] or near
    for period in (*by_weight(own), *by_weight(near)):
        if period.kind not in POINTS_BACK:
            end = _until(period, own, context.header)
            return Dates(period.start, end, period.precision, period.words)
        if found := _pointed_at(period, free, context):
            return Dates(*found, DatePrecision.CARRIED, period.words)
    return None


def _of_header(header: Period | None) -> Dates | None:
    """The days that the head of a report covers."""
    if header is None:
        return None
    return Dates(header.start, header.end, DatePrecision.CARRIED, header.words)


def _compared(claim: Claim, context: Context) -> Period | None:
    """The period of a number with which the sentence compares: "against 700 in April"."""
    number = claim.number
    return next(
        (
            period
            for period in context.compared
            if period.compared is not None
            and period.compared <= number.start
            and number.end <= period.text_start
        ),
        None,
    )


def _beside(period: Period, claim: Claim, sentence: Span, document: Document) -> bool:
    """Whether a clause between commas holds the period, which tells of something else.

    "The camp, shut by the governor last year, took in 700 people."
    """
    opened = document.clean.rfind(",", sentence.start, period.text_start)
    closed = document.clean.find(",", period.text_end, sentence.end)
    if opened < 0 or closed < 0 or opened < claim.number.end < closed:
        return False
    clause = only_pattern(document.lang, "beside_clause").match(document.clean, opened + 1, closed)
    ours = opened < claim.predicate.start < closed or 0 <= opened - _reach(claim) <= 1
    return bool(clause) and not ours


def _of_another(period: Period, near: list[Period], claim: Claim, masked: str) -> bool:
    """Whether another number with words of its own stands between: its period, not ours."""
    number = claim.number
    if period.text_start >= number.end:
        if period.kind not in ("day", "that_day", "later") or period.text_start < _reach(claim):
            return False
        between = Span(_reach(claim), period.text_start)
    else:
        ours = any(one.text_start >= number.end for one in near)
        between = Span(period.text_end, claim.candidate.phrase_start)
        if not ours or not _AND.search(masked, between.start, between.end):
            return False
        return bool(_COUNTED.search(masked, max(0, period.text_start - 60), period.text_start))
    beside = [one for one in near if between.start <= one.text_start < between.end]
    return not beside and bool(_COUNTED.search(masked, between.start, between.end))


def _reach(claim: Claim) -> int:
    """Up to where the words are those of the claim, whatever follows."""
    head = claim.candidate.noun
    return max(
        claim.number.end, claim.predicate.end, head.end if claim.candidate.head and head else 0
    )


_AND: Final = re.compile(r"\band\b")
_COUNTED: Final = re.compile(
    r"(?:[,(:;]|\b(?:and|or|with|while|that|leaving|killing|wounding|has|have|had)\b)\s+(?:[a-z]+\s+){0,3}"
    "(?<![\ue001-\ue004])[\ue001\ue003]{1,12}(?![\ue001-\ue004])[^\\W\\d_]?\\s+(?!(?:in|at|from|to|on|of|near|were|are)\\b)[A-Za-z]"
)


def _until(period: Period, own: list[Period], header: Period | None) -> date:
    """What has gone on since a day ends with the day up to which it was counted."""
    if period.start is None or period.kind not in _GOES_ON:
        return period.end
    counted = [one.end for one in own if one.kind == "as_of" and one.end > period.start]
    if counted and period.kind in _SINCE:
        return counted[0]
    return header.end if header and period.start < header.end < period.end else period.end


_SINCE: Final = ("since", "aftermath")
_GOES_ON: Final = (*_SINCE, "relative", "month")


def _days_before(
    clause: Span, dated: list[Period], free: list[Period], document: Document
) -> list[Period]:
    """The days of counting that stand before a clause: a date, that of a paper, or of a colon."""

    def counted(periods: list[Period]) -> list[Period]:
        return [one for one in periods if one.text_start < clause.start and one.kind in _COUNTED_ON]

    papers = [_as_day(period) for period in dated if _of_paper(period, document)]
    colon = document.clean[max(0, clause.start - 1) : clause.start] == ":"
    return counted(free) or papers or (counted(dated)[-1:] if colon else [])


_COUNTED_ON: Final = ("day", "as_of", "range")


def _day_pointed_at(near: list[Period], free: list[Period], context: Context) -> Dates | None:
    """The day of a stock "on the same date"."""
    if any(one.kind not in POINTS_BACK for one in near):
        return None
    for period in near:
        if found := _pointed_at(period, free, context):
            return Dates(found[1], found[1], DatePrecision.CARRIED, period.words)
    return None


def _as_day(period: Period) -> Period:
    """The date of a paper that counts, which else would be that of an event."""
    return replace(period, kind="as_of") if period.kind == "event" else period


def _dateline(document: Document, sentence: Span) -> int:
    """How much of a sentence only says where and when it was written."""
    line = only_pattern(document.lang, "dateline").match(
        document.clean[sentence.start : min(sentence.end, sentence.start + 90)]
    )
    return line.end() if line else 0


def _of_paper(period: Period, document: Document) -> bool:
    """Whether the words date what counts: "data of 18 January show"."""
    start = period.text_start
    named = document.clean[max(0, start - 60) : start]
    inside = document.clean[start : period.text_end]
    joined = named + ("of " if inside[:4].lower().split(" ")[0] in ("of", "for") else "")
    before = only_pattern(document.lang, "paper_of").search(joined)
    return bool(
        before or only_pattern(document.lang, "of_paper").match(document.clean, period.text_end)
    )


def _pointed_at(
    period: Period, free: list[Period], context: Context
) -> tuple[date | None, date] | None:
    """The days that "since then" or "that night" mean: those of the last time named before."""
    here = [one for one in free if one.text_end <= period.text_start]
    named = [one for one in (*context.earlier, *here) if one.kind not in POINTS_BACK][::-1]
    if period.kind in _STRETCHES:
        return _stretch(period, named, context.header)
    if period.kind == "since_then":
        begun = ("since", "aftermath")
        day = next((one.start if one.kind in begun else one.end for one in named), None)
        return (day, period.end) if day else None
    if period.kind == "later":
        day = next((_day_of(one) for one in named if one.kind in _DAYS_OF_THAT), None)
        day = day and day + (period.end - (period.start or period.end))
        return (day, day) if day and day <= period.end else None
    kinds = _OF_THAT[period.kind]
    last = next((one for one in named if one.kind in kinds), None)
    if last is None and period.kind == "that_week":
        return (context.header.start, context.header.end) if context.header else _own(period)
    if last and last.kind == "aftermath":
        return _day_of(last), _day_of(last)
    return (last.start or last.end, last.end) if last else None


_STRETCHES: Final = ("carried", "reported", "that_year")


def _stretch(
    period: Period, named: list[Period], header: Period | None
) -> tuple[date | None, date] | None:
    """The days of "the same period", of the reporting period or of the year told of before."""
    if period.kind == "that_year":
        year = next((one.end.year for one in (*named, header) if one), None)
        return (date(year, 1, 1), min(date(year, 12, 31), period.end)) if year else None
    ranges = (one for one in named if one.kind == "range")
    first = header if period.kind == "reported" else None
    last = first or next(ranges, None) or header or next(iter(named), None)
    return (last.start, last.end) if last else None


def _day_of(period: Period) -> date:
    """The day itself, of a period that may be open towards now."""
    return period.start if period.kind == "aftermath" and period.start else period.end


def _own(period: Period) -> tuple[date, date] | None:
    return (period.start, period.end) if period.start else None


_DAYS_OF_THAT: Final = ("day", "event", "as_of", "aftermath")
_OF_THAT: Final = {
    "that_day": _DAYS_OF_THAT,
    "that_week": ("range", "relative"),
    "that_month": ("month", "relative"),
}


def _free_places(context: Context) -> list[Place]:
    """The places of a sentence that are not those of a saying."""
    return [place for place in context.places if not _said(place.start, context)]


def _inside(clause: Span, places: list[Place]) -> list[Place]:
    return [place for place in places if clause.start <= place.start < clause.end]


def _said(offset: int, context: Context) -> bool:
    return any(saying.start <= offset < saying.end for saying in context.sayings)


def _own_side(places: list[Place], claim: Claim) -> list[Place]:
    """Places behind another figure of the clause belong to that one."""
    if claim.rule_id == "carry":
        return [place for place in places if place.start >= claim.number.end][:1]
    end = max(claim.candidate.body.end, claim.predicate.end + 1)
    return [place for place in places if place.start < end]


_ORDER_OF_FLOW: Final = (AreaRole.ORIGIN, AreaRole.LOCATION, AreaRole.DESTINATION)
_ORDER_OF_STOCK: Final = (AreaRole.LOCATION, AreaRole.DESTINATION, AreaRole.ORIGIN)


def _nearest(document: Document, places: list[Place], claim: Claim, role: AreaRole) -> Area:
    """The phrase nearest to the number, one behind it before one in front of it."""
    anchor = claim.number.end
    best = min(places, key=lambda place: (place.start < anchor, abs(place.start - anchor)))
    text = " ".join(document.text[best.start : best.end].split())
    return Area(text, best.names, role, Span(best.start, best.end))


def _day_of_stock(periods: list[Period], header: Period | None, published: date) -> Dates:
    for kind in ("as_of", "day", "month", "range"):
        for period in periods:
            if period.kind == kind:
                return Dates(period.end, period.end, period.precision, period.words)
    if header:
        return Dates(header.end, header.end, header.precision, header.words)
    return Dates(published, published, DatePrecision.PUBLICATION)
