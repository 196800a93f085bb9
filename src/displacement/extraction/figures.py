"""What does a text say of a number that was taken? Puts figure and evidence together.

Adds quantifier, period, counter, places, cause and caveat to every decision, in frames.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any, Final

from displacement.extraction import attribution as attributions
from displacement.extraction.periods import Period, by_weight, find_periods
from displacement.extraction.attribution import Attribution
from displacement.extraction.binder import Decision
from displacement.extraction.document import Document, Span
from displacement.extraction.numbers import Number
from displacement.extraction.places import Place, find_places, is_country
from displacement.extraction.rules import load_rules
from displacement_schemas.vocabulary import (
    FLOWS,
    AreaRole,
    Cause,
    DatePrecision,
    Measure,
    Modality,
    NumberReason,
    Quantifier,
    Tier,
)

HISTORIC_YEARS: Final = 3
"""A period that ended longer before publication is background, not news."""
QUOTE: Final = 300


@dataclass(frozen=True)
class Context:
    """What one sentence says besides its numbers."""

    span: Span
    periods: list[Period]
    attributions: list[Attribution]
    places: list[Place]
    sayings: list[Span]
    before: Attribution | None
    carried: Period | None


def figure_rows(
    document: Document, masked: str, decisions: list[Decision]
) -> tuple[list[dict[str, Any]], list[Decision]]:
    """The rows of the figures, and all decisions against a number."""
    contexts = _contexts(document, masked, {d.number.start for d in decisions if d.measure})
    overall = _strongest_cause(document, document.sentences)
    rows, rejected = [], []
    for decision in decisions:
        if decision.measure is None:
            rejected.append(decision)
            continue
        context = contexts[document.sentence_at(decision.number.start)]
        row = _row(document, masked, decision, context, overall)
        if _is_historic(row, document.published_on):
            rejected.append(replace(decision, measure=None, reason=NumberReason.HISTORIC))
        else:
            rows.append(row)
    return _grouped(rows, decisions), rejected


def _contexts(document: Document, masked: str, starts: set[int]) -> dict[int, Context]:
    """Read the sentences that hold figures, and what the sentences before them pass on."""
    wanted = {document.sentence_at(start) for start in starts}
    contexts: dict[int, Context] = {}
    before: Attribution | None = None
    previous: Period | None = None
    for index, span in enumerate(document.sentences):
        found = attributions.find_attributions(document, masked, span)
        named = find_periods(
            document.clean, span.start, span.end, document.published_on, document.lang
        )
        if index in wanted:
            contexts[index] = Context(
                span,
                named,
                found,
                find_places(document.clean, span, document.lang),
                list(attributions.statement_spans(found, masked)),
                before,
                previous,
            )
        before = attributions.last_known(found) or before
        previous = next((p for p in named if p.kind == "range"), previous)
    return contexts


def _row(
    document: Document, masked: str, decision: Decision, context: Context, overall: Cause
) -> dict[str, Any]:
    candidate = decision.candidate
    assert candidate is not None
    assert decision.measure is not None
    number = decision.number
    clause = _clause(masked, context.span, number, document.lang)
    places = _free(context.places, context.sayings)
    measure, area = _area(decision, places, clause, document)
    period, precision = _period(decision, measure, context, clause, document)
    source = attributions.choose(
        context.attributions, Span(number.start, number.end), clause, context.before
    )
    quantifier = _quantifier(masked, number, document.lang)
    caveat = _caveat(document, context.span)
    return {
        "number_start": number.start,
        "number_end": number.end,
        "number_text": document.text[number.start : number.end],
        "sentence_start": context.span.start,
        "sentence_end": context.span.end,
        "quote": _quote(document, context.span, number),
        "counter": source.counter,
        "counter_kind": source.kind,
        "publisher": document.publisher,
        "measure": measure,
        "term": decision.term,
        "cause": _cause(document, context.span, overall),
        "modality": decision.modality,
        "unit": decision.unit,
        "quantifier": quantifier,
        "stated": None if quantifier is Quantifier.VAGUE else number.value,
        "stated_high": number.high,
        "start_date": period[0],
        "end_date": period[1],
        "date_precision": precision,
        "area_text": area.text,
        "area_names": "|".join(area.names) or None,
        "area_role": area.role,
        "published_on": document.published_on,
        "group_id": None,
        "caveat": caveat,
        "tier": _tier(decision, measure, quantifier, period[0], precision),
        "rule_id": decision.rule_id,
    }


def _free(places: Iterable[Place], sayings: list[Span]) -> list[Place]:
    return [p for p in places if not any(s.start <= p.start < s.end for s in sayings)]


def _clause(masked: str, sentence: Span, number: Number, lang: str) -> Span:
    """The part of the sentence between the boundaries on either side of the number."""
    start, end = sentence
    for boundary in _boundary(lang).finditer(masked, sentence.start, sentence.end):
        if boundary.end() <= number.start:
            start = boundary.end()
        elif boundary.start() >= number.end:
            end = boundary.start()
            break
    return Span(start, end)


@cache
def _boundary(lang: str) -> re.Pattern[str]:
    return load_rules(lang).table("boundary")[0].pattern


@dataclass(frozen=True)
class _Area:
    text: str
    names: tuple[str, ...]
    role: AreaRole


def _area(
    decision: Decision, places: list[Place], clause: Span, document: Document
) -> tuple[Measure, _Area]:
    """The place that the figure is about, and the measure if a border lies between."""
    measure = decision.measure
    assert measure is not None
    near = [place for place in places if clause.start <= place.start < clause.end] or places
    near = _own_side(near, decision)
    roles = {role: [p for p in near if p.role is role] for role in AreaRole}
    countries = [p for p in roles[AreaRole.DESTINATION] if p.country]
    sentence = document.clean[clause.start : clause.end]
    if measure is Measure.NEW_DISPLACEMENT and _crosses(
        countries, decision, sentence, document.lang
    ):
        measure = Measure.CROSS_BORDER_FLIGHT
    if measure is Measure.RETURN and _returns_across(decision, near, sentence):
        measure = Measure.CROSS_BORDER_RETURN
    order = _ORDER_OF_FLOW if measure in FLOWS else _ORDER_OF_STOCK
    for role in order:
        if roles[role]:
            return measure, _joined(document, roles[role], decision, role)
    return measure, _Area("", (), AreaRole.LOCATION)


_ORDER_OF_FLOW: Final = (AreaRole.ORIGIN, AreaRole.LOCATION, AreaRole.DESTINATION)
_ORDER_OF_STOCK: Final = (AreaRole.LOCATION, AreaRole.DESTINATION, AreaRole.ORIGIN)


def _own_side(places: list[Place], decision: Decision) -> list[Place]:
    """Places behind another figure of the clause belong to that one."""
    candidate = decision.candidate
    assert candidate is not None
    if decision.rule_id != "carry":
        right = candidate.body.end
        own = [
            p for p in places if p.start < max(right, (decision.predicate or Span(0, 0)).end + 1)
        ]
        return own or places
    return [p for p in places if p.start >= decision.number.end][:1]


def _crosses(countries: list[Place], decision: Decision, sentence: str, lang: str) -> bool:
    if decision.modality is Modality.ORDERED or decision.term in ("evacuated", "relocated"):
        return False
    if countries and decision.term in (
        "forced_to_flee",
        "sheltered",
        "arrived",
        "refugees",
        "displaced",
    ):
        return any(is_country(name, lang) for place in countries for name in place.names)
    return bool(
        re.search(
            r"\b(?:across|over)\s+the\s+(?:\w+\s+)?border|\bfled\s+(?:the\s+country|abroad)",
            sentence,
        )
    )


def _returns_across(decision: Decision, places: list[Place], sentence: str) -> bool:
    candidate = decision.candidate
    head = candidate.head if candidate else None
    refugees = bool(head and head.measure == "refugees")
    from_abroad = any(p.role is AreaRole.ORIGIN and p.country for p in places)
    return refugees or from_abroad or "across the border" in sentence


def _joined(document: Document, places: list[Place], decision: Decision, role: AreaRole) -> _Area:
    """The phrases of one role that stand nearest to the predicate."""
    anchor = decision.number.end
    best = min(places, key=lambda p: (p.start < anchor, abs(p.start - anchor)))
    names = list(best.names)
    text = document.text[best.start : best.end]
    for place in places:
        between = document.clean[best.end : place.start]
        if place.start > best.end and re.fullmatch(r",?\s*and\s+(?:\w+\s+)?", between):
            names += place.names
            text = document.text[best.start : place.end]
    return _Area(" ".join(text.split()), tuple(dict.fromkeys(names)), role)


def _period(
    decision: Decision, measure: Measure, context: Context, clause: Span, document: Document
) -> tuple[tuple[date | None, date], DatePrecision]:
    usable = [
        p
        for p in context.periods
        if not any(s.start <= p.text_start < s.end for s in context.sayings)
    ]
    near = [p for p in usable if clause.start <= p.text_start < clause.end] or usable
    published = document.published_on
    if measure not in FLOWS:
        return _day_of_stock(near, published)
    candidate = decision.candidate
    assert candidate is not None
    own = [p for p in near if p.text_start < candidate.body.end] or near
    for pool in (own, near):
        for period in by_weight(pool):
            if period.kind == "carried":
                if context.carried:
                    return (context.carried.start, context.carried.end), DatePrecision.CARRIED
                continue
            return (period.start, period.end), period.precision
    return (None, published), DatePrecision.PUBLICATION


def _day_of_stock(
    periods: list[Period], published: date
) -> tuple[tuple[date, date], DatePrecision]:
    for kind in ("as_of", "day", "month", "range", "relative"):
        for period in periods:
            if period.kind == kind and kind != "relative":
                return (period.end, period.end), period.precision
    return (published, published), DatePrecision.PUBLICATION


def _quantifier(masked: str, number: Number, lang: str) -> Quantifier:
    if number.kind == "vague" or number.value is None:
        return Quantifier.VAGUE
    if number.high is not None:
        return Quantifier.RANGE
    rules = load_rules(lang)
    for rule in rules.table("after"):
        if rule.pattern.search(masked[number.end : number.end + 40]):
            return Quantifier(rule.get("says"))
    start = number.start
    for _ in range(3):
        before = masked[max(0, start - 40) : start]
        hits = [
            (m.start(), rule)
            for rule in rules.table("quantifier")
            if (m := rule.pattern.search(before))
        ]
        strong = [hit for hit in hits if hit[1].get("says") != "approximately"]
        if strong:
            return Quantifier(min(strong, key=lambda hit: hit[0])[1].get("says"))
        skipped = [m.start() for r in rules.table("determiner") if (m := r.pattern.search(before))]
        if hits:
            # "more than an estimated 5,000": the outer word binds
            outer = _quantifier_before(before[: hits[0][0]], lang)
            return outer or Quantifier.APPROXIMATELY
        if not skipped:
            break
        start -= len(before) - min(skipped)
    return Quantifier.EXACT


def _quantifier_before(text: str, lang: str) -> Quantifier | None:
    for rule in load_rules(lang).table("quantifier"):
        if rule.pattern.search(text):
            return Quantifier(rule.get("says"))
    return None


def _caveat(document: Document, sentence: Span) -> str | None:
    """A reservation in the sentence of the figure or in one of the two after it."""
    index = bisect_left(document.sentences, sentence)
    rules = load_rules(document.lang).table("caveat")
    for offset, span in enumerate(document.sentences[index : index + 3]):
        words = document.clean[span.start : span.end]
        if any(rule.pattern.search(words) for rule in rules) and (offset == 0 or _short(span)):
            return " ".join(document.text[span.start : span.end].split())[:QUOTE]
    return None


def _short(span: Span) -> bool:
    return span.end - span.start <= QUOTE


def _cause(document: Document, sentence: Span, overall: Cause) -> Cause:
    """What the sentence names, else the sentences around it, else the whole text."""
    index = bisect_left(document.sentences, sentence)
    around = document.sentences[max(0, index - 3) : index + 4]
    for spans in ((sentence,), around):
        cause = _strongest_cause(document, spans)
        if cause is not Cause.UNKNOWN:
            return cause
    return overall


def _strongest_cause(document: Document, spans: tuple[Span, ...]) -> Cause:
    votes = {
        str(rule.get("says")): sum(
            len(rule.pattern.findall(document.clean, span.start, span.end)) for span in spans
        )
        for rule in load_rules(document.lang).table("cause")
    }
    best = max(votes, key=lambda cause: votes[cause])
    return Cause(best) if votes[best] else Cause.UNKNOWN


def _quote(document: Document, sentence: Span, number: Number) -> str:
    if sentence.end - sentence.start <= QUOTE:
        return document.text[sentence.start : sentence.end]
    middle = (number.start + number.end) // 2
    start = max(sentence.start, min(middle - QUOTE // 2, sentence.end - QUOTE))
    return document.text[start : start + QUOTE]


def _tier(
    decision: Decision,
    measure: Measure,
    quantifier: Quantifier,
    start: date | None,
    precision: DatePrecision,
) -> Tier:
    sure = (
        decision.certain
        and decision.modality is Modality.ASSERTED
        and quantifier is not Quantifier.VAGUE
        and precision is not DatePrecision.CARRIED
        and (measure not in FLOWS or start is not None)
    )
    return Tier.ACCEPTED if sure else Tier.REVIEW


def _is_historic(row: dict[str, Any], published: date) -> bool:
    if row["date_precision"] == DatePrecision.PUBLICATION:
        return False
    return bool((published - row["end_date"]).days > HISTORIC_YEARS * 366)


def _grouped(rows: list[dict[str, Any]], decisions: list[Decision]) -> list[dict[str, Any]]:
    """Give one group to figures that count the same people in other units or once more."""
    same = {d.number.start: d.same_people_as.start for d in decisions if d.same_people_as}
    seen: dict[tuple[Any, ...], int] = {}
    leader: dict[int, int] = {}
    for row in rows:
        key = (row["measure"], row["unit"], row["stated"], row["stated_high"])
        start = row["number_start"]
        first = same.get(start)
        if first is None and row["stated"] is not None:
            first = seen.setdefault(key, start)
        leader[start] = leader.get(first, first) if first is not None else start
    sizes: dict[int, int] = {}
    for start in leader.values():
        sizes[start] = sizes.get(start, 0) + 1
    return [
        row | {"group_id": f"g{leader[row['number_start']]}"}
        if sizes[leader[row["number_start"]]] > 1
        else row
        for row in rows
    ]


def rejected_rows(document: Document, rejected: list[Decision]) -> list[dict[str, Any]]:
    """The rows of the numbers that are no figures."""
    return [
        {
            "number_start": decision.number.start,
            "number_end": decision.number.end,
            "number_text": document.text[decision.number.start : decision.number.end],
            "value": decision.number.value,
            "reason": decision.reason,
            "rule_id": decision.rule_id,
        }
        for decision in rejected
    ]
