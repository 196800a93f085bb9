"""When and where does a figure hold? Chooses its period and its places among those named.

What belongs to the saying ("told a reporter in Amman on Monday") is no part of it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from displacement.extraction.attribution import Attribution
from displacement.extraction.candidates import only_pattern
from displacement.extraction.claims import Claim
from displacement.extraction.document import Document, Span
from displacement.extraction.numbers import Number
from displacement.extraction.periods import Period, by_weight
from displacement.extraction.places import Place, countries
from displacement.extraction.units import Head
from displacement_schemas.vocabulary import (
    FLOWS,
    AreaRole,
    DatePrecision,
    Measure,
    Modality,
    Term,
)


@dataclass(frozen=True)
class Context:
    """What one sentence says besides its numbers."""

    span: Span
    periods: list[Period]
    attributions: list[Attribution]
    places: list[Place]
    sayings: list[Span]
    before: Attribution | None
    """The last counter named in the sentences before."""
    carried: Period | None
    """The last range named in the sentences before."""
    reported: Period | None = None
    """The period of a whole bulletin, as a line before says."""


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
    start, end = sentence
    for boundary in only_pattern(lang, "boundary").finditer(masked, start, end):
        if boundary.end() <= number.start:
            start = boundary.end()
        elif boundary.start() >= number.end:
            end = boundary.start()
            break
    return Span(start, end)


def choose_area(
    claim: Claim, context: Context, clause: Span, document: Document
) -> tuple[Measure, Area]:
    """The places that the figure is about, and its measure: a border may lie between them."""
    places = [place for place in context.places if not _said(place.start, context)]
    near = [place for place in places if clause.start <= place.start < clause.end]
    own = _own_side(near, claim)
    near = own or near or places
    measure = _measure(claim, own, _said_of(claim, document.clean), document.lang)
    for role in _ORDER_OF_FLOW if measure in FLOWS else _ORDER_OF_STOCK:
        if of_role := [place for place in near if place.role is role]:
            return measure, _nearest(document, of_role, claim, role)
    return measure, Area("", (), AreaRole.LOCATION)


def choose_dates(
    claim: Claim, measure: Measure, context: Context, clause: Span, published: date
) -> Dates:
    """The period of a flow, or the day of a stock; nothing is invented where none is named."""
    free = [period for period in context.periods if not _said(period.text_start, context)]
    near = [period for period in free if clause.start <= period.text_start < clause.end]
    if measure not in FLOWS:
        before = [period for period in free if period.text_start < clause.start]
        return _day_of_stock(near or before, published)
    near = near or free
    own = [period for period in near if period.text_start < claim.candidate.body.end] or near
    for period in (*by_weight(own), *by_weight(near)):
        if period.kind != "carried":
            return Dates(period.start, period.end, period.precision, period.words)
        if context.carried:
            earlier = context.carried
            return Dates(earlier.start, earlier.end, DatePrecision.CARRIED, period.words)
    if not near and context.reported:
        whole = context.reported
        return Dates(whole.start, whole.end, DatePrecision.CARRIED, whole.words)
    return Dates(None, published, DatePrecision.PUBLICATION)


def _said_of(claim: Claim, clean: str) -> str:
    """The words from the number or its predicate up to the end of that thought."""
    start = min(claim.number.start, claim.predicate.start)
    body, predicate = claim.candidate.body, claim.predicate
    comma = clean.find(",", max(predicate.end, claim.number.end), body.end)
    return clean[start : comma if comma >= 0 else body.end]


def _said(offset: int, context: Context) -> bool:
    return any(saying.start <= offset < saying.end for saying in context.sayings)


def _own_side(places: list[Place], claim: Claim) -> list[Place]:
    """Places behind another figure of the clause belong to that one."""
    if claim.rule_id == "carry":
        return [place for place in places if place.start >= claim.number.end][:1]
    end = max(claim.candidate.body.end, claim.predicate.end + 1)
    return [place for place in places if place.start < end]


def _measure(claim: Claim, places: list[Place], clause: str, lang: str) -> Measure:
    across = bool(only_pattern(lang, "border").search(clause))
    foreign = _foreign(claim.candidate.noun, places, lang)
    if claim.measure is Measure.IDPS and foreign:
        return Measure.REFUGEES
    if claim.measure is Measure.NEW_DISPLACEMENT and _may_cross(claim):
        begin = min(claim.number.start, claim.predicate.start)
        abroad = any(
            place.country and place.role is AreaRole.DESTINATION and place.start >= begin
            for place in places
        )
        noun = claim.candidate.noun
        refugees = noun is not None and noun.measure == Measure.REFUGEES
        moved = refugees and claim.term in (Term.ARRIVED, Term.FORCED_TO_FLEE)
        crossed = across or abroad or moved or foreign
        return Measure.CROSS_BORDER_FLIGHT if crossed else claim.measure
    if claim.measure is Measure.RETURN:
        head, noun = claim.candidate.head, claim.candidate.noun
        refugees = noun is not None and noun.measure == Measure.REFUGEES
        refugees = refugees or (head is not None and head.demonym)
        abroad = any(place.country and place.role is AreaRole.ORIGIN for place in places)
        return Measure.CROSS_BORDER_RETURN if refugees or across or abroad else claim.measure
    return claim.measure


def _foreign(noun: Head | None, places: list[Place], lang: str) -> bool:
    """Whether people named by their nation are in the country of another one."""
    if noun is None or not noun.demonym:
        return False
    stem = noun.noun[:STEM].lower()

    def at_home(country: str) -> bool:
        return any(word.lower().startswith(stem) for word in country.split())

    is_nation = any(at_home(country) for country in countries(lang))
    return is_nation and any(
        place.country
        and place.role is not AreaRole.ORIGIN
        and not any(at_home(name) for name in place.names)
        for place in places
    )


STEM: Final = 4
"""So many letters a nation shares with its country: Syrians, Syria."""


def _may_cross(claim: Claim) -> bool:
    within = (Term.EVACUATED, Term.RELOCATED)
    return claim.modality is not Modality.ORDERED and claim.term not in within


_ORDER_OF_FLOW: Final = (AreaRole.ORIGIN, AreaRole.LOCATION, AreaRole.DESTINATION)
_ORDER_OF_STOCK: Final = (AreaRole.LOCATION, AreaRole.DESTINATION, AreaRole.ORIGIN)


def _nearest(document: Document, places: list[Place], claim: Claim, role: AreaRole) -> Area:
    """The phrase nearest to the number, one behind it before one in front of it."""
    anchor = claim.number.end
    best = min(places, key=lambda place: (place.start < anchor, abs(place.start - anchor)))
    text = " ".join(document.text[best.start : best.end].split())
    return Area(text, best.names, role, Span(best.start, best.end))


def _day_of_stock(periods: list[Period], published: date) -> Dates:
    for kind in ("as_of", "day", "month", "range"):
        for period in periods:
            if period.kind == kind:
                return Dates(period.end, period.end, period.precision, period.words)
    return Dates(published, published, DatePrecision.PUBLICATION)
