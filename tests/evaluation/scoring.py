"""How near does the reading of the passages come to what an analyst finds in them?

A figure is found where the spans overlap and the values are equal; the fields of the found
figures are compared one by one. Pure: passages and readings in, scores out.
"""

import re
from collections import Counter as Tally
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from math import sqrt
from typing import Any, NamedTuple

import pandas as pd

from displacement.extraction import extract
from displacement.normalise.counters import Counters
from displacement.store.declarations import load_declarations
from tests.evaluation.gold import GoldFigure, Passage, Trap
from tests.runs import REFERENCE

FIELDS = ("unit", "quantifier", "measure", "modality", "period", "counter", "tier")
Row = dict[str, Any]


class Share(NamedTuple):
    """So many of so many."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        """The share; 1 of nothing."""
        return self.hits / self.total if self.total else 1.0

    def interval(self, z: float = 1.96) -> tuple[float, float]:
        """Wilson's interval, 95 % by default."""
        if not self.total:
            return 0.0, 1.0
        n, p = self.total, self.value
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, centre - half), min(1.0, centre + half)


@dataclass(frozen=True)
class Reading:
    """What extraction takes and rejects in one passage, as plain rows."""

    figures: list[Row]
    rejected: list[Row]


@dataclass(frozen=True)
class Difference:
    """One field of one found figure that is read otherwise than annotated."""

    passage: Passage
    gold: GoldFigure
    field: str
    expected: str
    read: str


@dataclass
class Score:
    """What was found, missed and taken wrongly in all passages."""

    found: list[tuple[Passage, GoldFigure, Row]] = field(default_factory=list)
    missed: list[tuple[Passage, GoldFigure, str]] = field(default_factory=list)
    false: list[tuple[Passage, Row, str]] = field(default_factory=list)
    reasons: list[tuple[Passage, Trap, str]] = field(default_factory=list)
    rejections: list[tuple[str, bool]] = field(default_factory=list)
    """Of each rejected number the rule, and whether it is right that it is no figure."""
    differences: list[Difference] = field(default_factory=list)
    compared: Tally[str] = field(default_factory=Tally)

    def precision(self, *, accepted_only: bool = True) -> Share:
        """How many of the figures taken are figures.

        Of the accepted ones, those that an analyst would hold back count as wrong.
        """
        taken = [(row, gold.review) for _, gold, row in self.found]
        if not accepted_only:
            return Share(len(taken), len(taken) + len(self.false))
        accepted = [review for row, review in taken if row["tier"] == "accepted"]
        wrong = sum(row["tier"] == "accepted" for _, row, _ in self.false)
        return Share(len(accepted) - sum(accepted), len(accepted) + wrong)

    def recall(
        self, difficulty: str | None = None, lang: str | None = None, *, accepted_only: bool = False
    ) -> Share:
        """How many of the annotated figures are found, in whichever tier."""

        def counts(passage: Passage, gold: GoldFigure) -> bool:
            sure = not (accepted_only and gold.review)
            return sure and difficulty in {None, gold.difficulty} and lang in {None, passage.lang}

        hits = [
            row["tier"] == "accepted" or not accepted_only
            for passage, gold, row in self.found
            if counts(passage, gold)
        ]
        missed = sum(counts(passage, gold) for passage, gold, _ in self.missed)
        return Share(sum(hits), len(hits) + missed)

    def accuracy(self, name: str) -> Share:
        """How many of the found figures have this field as annotated."""
        wrong = sum(difference.field == name for difference in self.differences)
        return Share(self.compared[name] - wrong, self.compared[name])

    def reason_accuracy(self) -> Share:
        """How many of the annotated traps are rejected for the annotated reason."""
        return Share(
            sum(given in trap.reasons for _, trap, given in self.reasons), len(self.reasons)
        )

    def figures(self) -> dict[str, Share]:
        """All figures by which two readings can be compared, by name."""
        langs = sorted({passage.lang for passage, *_ in (*self.found, *self.missed)})
        return {
            "precision": self.precision(),
            "precision_with_review": self.precision(accepted_only=False),
            "recall": self.recall(),
            "recall_plain": self.recall("plain"),
            "recall_hard": self.recall("hard"),
            "recall_accepted": self.recall(accepted_only=True),
            **{f"recall_{lang}": self.recall(lang=lang) for lang in langs},
            **{name: self.accuracy(name) for name in FIELDS},
            "reason": self.reason_accuracy(),
        }


def read(passage: Passage) -> Reading:
    """The figures and the rejected numbers of a passage; none where its language has no rules."""
    try:
        result = extract(passage.text, passage.published, passage.publisher, passage.lang)
    except ValueError:
        return Reading([], [])
    return Reading(_rows(result.figures), _rows(result.rejected))


def score(passages: Iterable[Passage], readings: Iterable[Reading]) -> Score:
    """Compare readings with the annotations of their passages."""
    result = Score()
    for passage, reading in zip(passages, readings, strict=True):
        _score_passage(result, passage, reading)
    return result


def _rows(frame: pd.DataFrame) -> list[Row]:
    columns = {name: frame[name].tolist() for name in frame.columns}
    return [
        {
            name: None if pd.isna(values[place]) else values[place]
            for name, values in columns.items()
        }
        for place in range(len(frame))
    ]


def _score_passage(result: Score, passage: Passage, reading: Reading) -> None:
    left = list(reading.figures)
    for gold in passage.figures:
        row = next((row for row in left if _overlaps(gold, row) and _equal(gold, row)), None)
        if row is None:
            if not gold.optional:
                result.missed.append((passage, gold, _fate(gold, reading)))
            continue
        left.remove(row)
        if gold.optional:
            continue
        result.found.append((passage, gold, row))
        _compare(result, passage, gold, row)
    result.false += [
        (passage, row, _reason(row, passage.traps))
        for row in left
        if not any(gold.optional and _overlaps(gold, row) for gold in passage.figures)
    ]
    result.reasons += [(passage, trap, _fate(trap, reading)) for trap in passage.traps]
    wanted = [gold for gold in passage.figures if not gold.optional]
    result.rejections += [
        (row["rule_id"], not any(_overlaps(gold, row) for gold in wanted))
        for row in reading.rejected
    ]


def _overlaps(gold: GoldFigure | Trap, row: Row) -> bool:
    return gold.start < row["number_end"] and row["number_start"] < gold.end


def _equal(gold: GoldFigure, row: Row) -> bool:
    return (gold.value, gold.high) == (row["stated"], row["stated_high"])


def _fate(gold: GoldFigure | Trap, reading: Reading) -> str:
    """What became of a number: the reason of its rejection, or how it was read instead."""
    for row in reading.rejected:
        if _overlaps(gold, row):
            return str(row["reason"])
    for row in reading.figures:
        if _overlaps(gold, row):
            return f"taken as {row['stated']}"
    return "not seen"


def _reason(row: Row, traps: Sequence[Trap]) -> str:
    return next((trap.reasons[0] for trap in traps if _overlaps(trap, row)), "not annotated")


def _compare(result: Score, passage: Passage, gold: GoldFigure, row: Row) -> None:
    for name, expected, seen, right in _fields(gold, row):
        result.compared[name] += 1
        if not right:
            result.differences.append(Difference(passage, gold, name, expected, seen))


def _fields(gold: GoldFigure, row: Row) -> Iterable[tuple[str, str, str, bool]]:
    for name in ("unit", "quantifier", "modality"):
        yield name, getattr(gold, name), row[name], getattr(gold, name) == row[name]
    yield "measure", "|".join(gold.measures), row["measure"], row["measure"] in gold.measures
    if gold.modality == "asserted" and gold.value is not None:
        period = (_day(row["start_date"]), _day(row["end_date"]))
        yield "period", _days(gold.periods[0]), _days(period), period in gold.periods
    counter = row["counter"]
    yield "counter", "|".join(gold.counters), counter, _names(counter, gold.counters)
    if gold.review:
        yield "tier", "review", row["tier"], row["tier"] == "review"


def _day(value: Any) -> date | None:
    return None if value is None else pd.Timestamp(value).date()


def _days(period: tuple[date | None, date | None]) -> str:
    return f"{period[0] or '..'}/{period[1] or '..'}"


def _names(counter: str, wanted: tuple[str, ...]) -> bool:
    """Whether a counter's name holds the words of one of the annotated names, or is its alias."""
    words = f" {_plain(counter)} "
    return any(
        words.strip() == _plain(name) if name == "unknown" else f" {_plain(name)} " in words
        for name in wanted
    ) or _canonical(counter) in map(_canonical, wanted)


def _canonical(name: str) -> str:
    """The one name under which the pipeline keeps all names of a counter."""
    return _counters().identify(name).name


@cache
def _counters() -> Counters:
    return load_declarations(REFERENCE).counters


def _plain(name: str) -> str:
    """The words of a name; Arabic joins "of the" to its word."""
    name = re.sub(r"\bلل", "ال", name)
    return " ".join("".join(c if c.isalnum() else " " for c in name.casefold()).split())
