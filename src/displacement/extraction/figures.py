"""What does a text say of a number that was taken? Puts figure and evidence together.

Last station of extraction: the rows of the two frames.
"""

from collections import Counter
from typing import Any, Final

from displacement.extraction.attribution import (
    Attribution,
    choose,
    find_attributions,
    last_known,
    statement_spans,
)
from displacement.extraction.binder import Claim, Decision, Refusal
from displacement.extraction.document import Document
from displacement.extraction.evidence import (
    read_cause,
    read_caveat,
    read_quantifier,
    read_quote,
    strongest_cause,
)
from displacement.extraction.periods import Period, find_periods
from displacement.extraction.places import find_places
from displacement.extraction.scopes import (
    Context,
    Dates,
    choose_area,
    choose_dates,
    clause_of,
)
from displacement_schemas.vocabulary import (
    FLOWS,
    Cause,
    DatePrecision,
    Measure,
    Modality,
    NumberReason,
    Quantifier,
    Tier,
)

HISTORIC_DAYS: Final = 3 * 366
"""A period that ended longer before publication is background, not news."""

Row = dict[str, Any]


def figure_rows(
    document: Document, masked: str, decisions: list[Decision]
) -> tuple[list[Row], list[Row]]:
    """The rows of the figures, and those of the numbers that are none."""
    claims = [decision for decision in decisions if isinstance(decision, Claim)]
    refusals = [decision for decision in decisions if isinstance(decision, Refusal)]
    contexts = _contexts(document, masked, {claim.number.start for claim in claims})
    overall = strongest_cause(document, document.sentences)
    rows = []
    for claim in claims:
        context = contexts[document.sentence_at(claim.number.start)]
        row = _row(document, masked, claim, context, overall)
        if _is_historic(row):
            refusals.append(Refusal(claim.number, claim.rule_id, NumberReason.HISTORIC))
        else:
            rows.append(row)
    refusals.sort(key=lambda refusal: refusal.number.start)
    return _grouped(rows, claims), [_rejected_row(document, refusal) for refusal in refusals]


def _contexts(document: Document, masked: str, starts: set[int]) -> dict[int, Context]:
    """Read the sentences that hold figures, and what the sentences before them pass on."""
    wanted = {document.sentence_at(start) for start in starts}
    contexts: dict[int, Context] = {}
    before: Attribution | None = None
    carried: Period | None = None
    for index, span in enumerate(document.sentences):
        found = find_attributions(document, masked, span)
        periods = find_periods(
            document.clean, span.start, span.end, document.published_on, document.lang
        )
        if index in wanted:
            places = find_places(document.clean, span, document.lang)
            sayings = list(statement_spans(found, masked))
            contexts[index] = Context(span, periods, found, places, sayings, before, carried)
        before = last_known(found) or before
        carried = next((period for period in periods if period.kind == "range"), carried)
    return contexts


def _row(document: Document, masked: str, claim: Claim, context: Context, overall: Cause) -> Row:
    number = claim.number
    clause = clause_of(masked, context.span, number, document.lang)
    measure, area = choose_area(claim, context, clause, document)
    dates = choose_dates(claim, measure, context, clause, document.published_on)
    source = choose(context.attributions, number, clause, context.before)
    quantifier = read_quantifier(masked, number, document.lang)
    return {
        "number_start": number.start,
        "number_end": number.end,
        "number_text": document.text[number.start : number.end],
        "sentence_start": context.span.start,
        "sentence_end": context.span.end,
        "quote": read_quote(document, context.span, number),
        "counter": source.counter,
        "counter_kind": source.kind,
        "publisher": document.publisher,
        "measure": measure,
        "term": claim.term,
        "cause": read_cause(document, context.span, overall),
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
    }


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


def _grouped(rows: list[Row], claims: list[Claim]) -> list[Row]:
    """Give one group to figures that count the same people in another unit or once more."""
    same = {c.number.start: c.same_people_as.start for c in claims if c.same_people_as}
    leader: dict[int, int] = {}
    first_of: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        start = row["number_start"]
        first = first_of.setdefault(_kind_of(row), row)
        again = row["stated"] is not None and _agree(first["area_names"], row["area_names"])
        target = same.get(start) or (first["number_start"] if again else start)
        leader[start] = leader.get(target, target)
    sizes = Counter(leader.values())
    groups = {start: f"g{first}" for start, first in leader.items() if sizes[first] > 1}
    return [row | {"group_id": groups.get(row["number_start"])} for row in rows]


def _kind_of(row: Row) -> tuple[Any, ...]:
    return row["measure"], row["unit"], row["modality"], row["stated"], row["stated_high"]


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _rejected_row(document: Document, refusal: Refusal) -> Row:
    number = refusal.number
    return {
        "number_start": number.start,
        "number_end": number.end,
        "number_text": document.text[number.start : number.end],
        "value": number.value,
        "reason": refusal.reason,
        "rule_id": refusal.rule_id,
    }
