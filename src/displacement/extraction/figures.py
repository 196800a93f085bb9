"""What does a text say of a number that was taken? Puts figure and evidence together.

Last station of extraction: the rows of the two frames.
"""

import re
from typing import Any, Final, NamedTuple

from displacement.extraction.attribution import (
    Attribution,
    choose,
    last_known,
    passed_on_by,
    source_of_others,
    still_speaking,
)
from displacement.extraction.candidates import only_pattern
from displacement.extraction.claims import Claim, Decision, Refusal
from displacement.extraction.document import Document, Span
from displacement.extraction.evidence import (
    read_cause,
    read_caveat,
    read_quantifier,
    read_quote,
)
from displacement.extraction.measures import measure_of
from displacement.extraction.needles import letters_of, possible
from displacement.extraction.periods import Period, find_periods
from displacement.extraction.places import find_places
from displacement.extraction.publishers import own_count, publisher_as_counter
from displacement.extraction.rules import rules_that
from displacement.extraction.sayings import find_attributions, statement_spans
from displacement.extraction.scene import Scene
from displacement.extraction.scopes import (
    Area,
    Context,
    Dates,
    choose_area,
    choose_dates,
    clause_of,
    near_places,
)
from displacement_schemas.vocabulary import (
    FLOWS,
    DatePrecision,
    Measure,
    Modality,
    NumberReason,
    Population,
    Quantifier,
    Tier,
)

HISTORIC_DAYS: Final = 3 * 366
"""A period that ended longer before publication is background, not news."""

SENTENCES_BACK: Final = 12
"""How far back a sentence may point for its counter or its period."""

SOURCE_AFTER: Final = 3
"""So many sentences later a text may tell where its figures come from."""

SENTENCES_OF_A_TITLE: Final = 3
"""So many lines may stand above the text of a report."""

OF_REPORTS: Final = ("range", "as_of", "month")
"""Kinds of periods that a report may cover, the most telling first."""

_PARTS: Final = ("carry", "listed", "context.line", "left.largest_intake")
"""Rules by which a number carries on the figure before it."""

_TITLE: Final = re.compile(r"(?![*-])[^\n](?:[^\n]|\n(?!\s*\n)){0,240}[^.!?:;,\n]\n")

Row = dict[str, Any]


def figure_rows(
    document: Document, masked: str, decisions: list[Decision]
) -> tuple[list[Row], list[Row]]:
    """The rows of the figures, and those of the numbers that are none."""
    claims = [decision for decision in decisions if isinstance(decision, Claim)]
    refusals = [decision for decision in decisions if isinstance(decision, Refusal)]
    contexts = _Contexts(document, masked)
    known: dict[int, Context] = {}
    told: dict[int, Row] = {}
    rows = []
    for claim in claims:
        index = document.sentence_at(claim.number.start)
        context = known.get(index) or contexts.of(index)
        known[index] = context
        row = _row(document, masked, claim, context, told)
        told[claim.number.start] = row
        if _is_historic(row):
            refusals.append(Refusal(claim.number, claim.rule_id, NumberReason.HISTORIC))
        else:
            rows.append(row)
    refusals.sort(key=lambda refusal: refusal.number.start)
    return rows, [_rejected_row(document, refusal) for refusal in refusals]


class _Contexts:
    """What the sentences of a piece say besides their numbers; each is read once, when needed."""

    def __init__(self, document: Document, masked: str) -> None:
        self._document = document
        self._masked = masked
        self._read: dict[int, _Said] = {}

    def of(self, index: int) -> Context:
        """A sentence that holds figures, and what the sentences before it pass on."""
        document = self._document
        span = document.sentences[index]
        said_here = self._said(index)
        found = said_here.attributions
        before: Attribution | None = None
        earlier: list[Period] = []
        for past in range(index - 1, max(-1, index - 1 - SENTENCES_BACK), -1):
            said = self._said(past)
            before = before or last_known(said.attributions)
            earlier = [*self._of_events(said), *earlier]
        just_before = self._told_after(index) or self._still_speaking(index)
        before = before or publisher_as_counter(document)
        places = find_places(document.clean, span, document.lang)
        sayings = list(statement_spans(found, self._masked, document.lang))
        return Context(
            span,
            said_here.periods,
            said_here.compared,
            found,
            places,
            sayings,
            before,
            just_before,
            earlier,
            self._header(index),
        )

    def _still_speaking(self, index: int) -> Attribution | None:
        """The source of the sentence before, or of one before that announced a whole report.

        A report goes on behind a figure for which it only names the source.
        """
        nearest: Attribution | None = None
        for past in range(index - 1, max(-1, index - 1 - SENTENCES_BACK), -1):
            said = self._said(past).attributions
            if said and self._opens_report(past):
                return still_speaking(said)
            if past == index - 1:
                nearest = still_speaking(said)
            if any(one.speaks and not one.of_source for one in said):
                return nearest
        return nearest

    def _told_after(self, index: int) -> Attribution | None:
        """The source that one of the next sentences gives for the figures before it."""
        for later in range(index + 1, min(len(self._document.sentences), index + 1 + SOURCE_AFTER)):
            if source := source_of_others(self._said(later).attributions):
                return source
        return None

    def _opens_report(self, past: int) -> bool:
        document, span = self._document, self._document.sentences[past]
        return bool(only_pattern(document.lang, "opens_report").search(document.clean, *span))

    def _of_events(self, said: "_Said") -> list[Period]:
        """The periods of a sentence that are not those of a saying."""
        spans = list(statement_spans(said.attributions, self._masked, self._document.lang))
        return [
            period
            for period in said.periods
            if not any(span.start <= period.text_start < span.end for span in spans)
        ]

    def _header(self, index: int) -> Period | None:
        """The days that a line before a sentence gives for the whole report."""
        for past in range(index, max(-1, index - 1 - SENTENCES_BACK), -1):
            if self._heads(past, index):
                named = [one for one in self._said(past).periods if one.kind in OF_REPORTS]
                if named:
                    return min(named, key=lambda one: OF_REPORTS.index(one.kind))
        return None

    def _heads(self, past: int, index: int) -> bool:
        """Whether a sentence tells what a report covers, or is a title above the first of it."""
        document, span = self._document, self._document.sentences[past]
        letters = letters_of(document.lang, document.clean[span.start : span.end])
        heads = only_pattern(document.lang, "reporting_period")
        if possible(document.lang, "reporting_period", letters) and heads.search(
            document.clean, *span
        ):
            return True
        on_top = past < min(index, SENTENCES_OF_A_TITLE) and not document.origin
        return on_top and bool(_TITLE.fullmatch(document.clean, span.start, span.end + 1))

    def _said(self, index: int) -> "_Said":
        if index not in self._read:
            document = self._document
            span = document.sentences[index]
            named = find_periods(
                document.clean, span.start, span.end, document.published_on, document.lang
            )
            self._read[index] = _Said(
                find_attributions(document, self._masked, span),
                [one for one in named if one.compared is None],
                [one for one in named if one.compared is not None],
            )
        return self._read[index]


class _Said(NamedTuple):
    """What one sentence says besides its numbers, before it is weighed."""

    attributions: list[Attribution]
    periods: list[Period]
    compared: list[Period]
    """Those with which it only compares."""


def _row(
    document: Document, masked: str, claim: Claim, context: Context, told: dict[int, Row]
) -> Row:
    number = claim.number
    clause = clause_of(masked, context.span, number, document.lang)
    measure = measure_of(_scene(document, claim, context, clause, told))
    area = choose_area(claim, measure, context, clause, document)
    leader = _dates_of_leader(claim, told, document.lang)
    dates = choose_dates(
        claim, measure, context, document, clause=clause, masked=masked, leader=leader
    )
    source = choose(context.attributions, number, clause, context.before)
    if not source.known and not any(one.speaks for one in context.attributions):
        source = _unnamed(document, context)
    quantifier = read_quantifier(masked, number, document.lang)
    if claim.shown and quantifier is Quantifier.EXACT:
        quantifier = Quantifier.APPROXIMATELY
    return {
        "number_start": document.origin + number.start,
        "number_end": document.origin + number.end,
        "number_text": document.text[number.start : number.end],
        "sentence_start": document.origin + context.span.start,
        "sentence_end": document.origin + context.span.end,
        "quote": read_quote(document, claim.shown or context.span, number),
        "counter": source.counter,
        "counter_kind": source.kind,
        "publisher": document.publisher,
        "measure": measure,
        "term": claim.term,
        "cause": read_cause(document, context.span),
        "modality": claim.modality,
        "unit": claim.unit,
        "quantifier": quantifier,
        "stated": None if quantifier is Quantifier.VAGUE else number.value,
        "stated_high": number.high,
        "start_date": dates.start,
        "end_date": dates.end,
        "date_precision": dates.precision,
        "area_text": area.text,
        "area_names": "|".join(area.names) or None,
        "area_role": area.role,
        "published_on": document.published_on,
        "caveat": read_caveat(document, context.span),
        "tier": _tier(claim, measure, quantifier, dates),
        "rule_id": claim.rule_id,
        "supersedes": claim.supersedes and claim.supersedes.value,
        "population": _population(claim, measure, document.lang),
        "via": passed_on_by(context.attributions, source),
        "lang": document.lang,
        **_spans(document, claim, source, dates, area),
        "same_as": claim.same_people_as and document.origin + claim.same_people_as.start,
    }


def _unnamed(document: Document, context: Context) -> Attribution:
    """Who counted what a sentence tells without a word of anybody.

    A body whose bulletins are counts speaks for itself; else whoever was the source of the
    sentence before still is, and if nobody was, a publisher that counts speaks for itself.
    """
    own = own_count(document, only_own=True)
    if own.known:
        return own
    return context.just_before or own_count(document, only_own=False)


def _dates_of_leader(claim: Claim, told: dict[int, Row], lang: str) -> Dates | None:
    """The days of the figure of which a claim is a part, or whose people it counts again."""
    part = claim.rule_id in {*_PARTS, *rules_that(lang, "anaphor", same_days=True)}
    leader = claim.same_people_as or ((claim.follows or claim.after) if part else None)
    row = told.get(leader.start) if leader else None
    if row is None or row["measure"] not in FLOWS or row["start_date"] is None:
        return None
    return Dates(row["start_date"], row["end_date"], DatePrecision.CARRIED)


def _scene(
    document: Document, claim: Claim, context: Context, clause: Span, told: dict[int, Row]
) -> Scene:
    """What tells the measure of a claim, with those of the figures on which it leans."""
    leader = claim.same_people_as or claim.follows
    before = claim.follows or claim.after
    measures = {start: row["measure"] for start, row in told.items()}
    part = Span(min(clause.start, claim.predicate.start), clause.end)
    return Scene(
        claim=claim,
        lang=document.lang,
        clean=document.clean,
        places=near_places(claim, context, part),
        periods=[one for one in context.periods if part.start <= one.text_start < part.end],
        leader=measures.get(leader.start) if leader else None,
        before=measures.get(before.start) if before else None,
    )


def _spans(document: Document, claim: Claim, source: Attribution, dates: Dates, area: Area) -> Row:
    """Where in the text each part of the figure stands."""
    words = {
        "term": claim.predicate,
        "counter": Span(source.start, source.end) if source.end else None,
        "period": dates.words,
        "area": area.words,
    }
    return {
        f"{name}_{edge}": span and document.origin + getattr(span, edge)
        for name, span in words.items()
        for edge in ("start", "end")
    }


def _population(claim: Claim, measure: Measure, lang: str) -> Population:
    head = claim.candidate.head
    if head and only_pattern(lang, "mixed").search(f"{head.modifiers}{head.noun}"):
        return Population.MIXED
    if measure in (Measure.RETURN, Measure.CROSS_BORDER_RETURN, Measure.RETURNEES):
        return Population.RETURNEE
    abroad = measure in (Measure.CROSS_BORDER_FLIGHT, Measure.REFUGEES)
    return Population.REFUGEE if abroad else Population.IDP


def _tier(claim: Claim, measure: Measure, quantifier: Quantifier, dates: Dates) -> Tier:
    sure = (
        claim.certain
        and claim.modality is Modality.ASSERTED
        and quantifier is not Quantifier.VAGUE
        and dates.precision is not DatePrecision.CARRIED
        and (measure not in FLOWS or dates.start is not None)
    )
    return Tier.ACCEPTED if sure else Tier.REVIEW


def _is_historic(row: Row) -> bool:
    return bool((row["published_on"] - row["end_date"]).days > HISTORIC_DAYS)


def _rejected_row(document: Document, refusal: Refusal) -> Row:
    number = refusal.number
    return {
        "number_start": document.origin + number.start,
        "number_end": document.origin + number.end,
        "number_text": document.text[number.start : number.end],
        "value": number.value,
        "reason": refusal.reason.value,
        "rule_id": refusal.rule_id,
    }
