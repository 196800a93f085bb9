"""What is one count of IOM's DTM: which rows belong to it, where, and which of several is better?

Between the rows of an answer and its statements; the copies in HDX HAPI are read by the same rules.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pydantic
from numpy.typing import NDArray

from displacement.sources.source import SourceError
from displacement_schemas.iom_dtm_rows import ASSESSMENT_TYPES

Ints = NDArray[np.integer[Any]]

UNKNOWN: Final = frozenset({"", "not available", "n/a", "na", "unknown"})
"""Words that stand where DTM knows no area."""

_PCODE: Final = re.compile(r"[A-Z]{2,3}(\d+)")


@pydantic.dataclasses.dataclass(frozen=True, config=pydantic.ConfigDict(extra="forbid"))
class Preferences:
    """What is declared of counts of the same people: which of them speaks."""

    admin_level: int = pydantic.Field(default=2, ge=0, le=2)
    assessment_types: tuple[str, ...] = ASSESSMENT_TYPES[:3]
    operations: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By country, best first."""

    @property
    def types(self) -> tuple[str, ...]:
        """All known types, best first; those that nobody declared come last."""
        rest = [one for one in ASSESSMENT_TYPES if one not in self.assessment_types]
        return (*self.assessment_types, *rest)


def preferences(source_id: str, options: Mapping[str, Any]) -> Preferences:
    """The options of a source. Raises SourceError where one cannot be understood."""
    try:
        found = Preferences(**options)
    except (pydantic.ValidationError, TypeError) as wrong:
        raise SourceError(f"[sources.{source_id}.options] cannot be understood: {wrong}") from None
    strange = [one for one in found.assessment_types if one not in ASSESSMENT_TYPES]
    if strange:
        raise SourceError(
            f"[sources.{source_id}.options]: {strange[0]!r} is no assessment type; there are: "
            f"{', '.join(ASSESSMENT_TYPES)}"
        )
    return found


class Labels(NamedTuple):
    """A column of few different words: the number of each row's word, and the words."""

    codes: Ints
    words: list[str]

    def spread(self, rows: slice = slice(None)) -> pa.Array:
        """The word of every row."""
        return pa.array(self.words, pa.string()).take(pa.array(self.codes[rows]))


def labels(column: "pd.Series[str]", clean: Callable[[Any], str] = str) -> Labels:
    """The column with its words cleaned; words that are then the same are one."""
    # Few words and many rows: Python sees each word once.
    codes, found = pd.factorize(column, use_na_sentinel=False)
    cleaned = [clean(None if pd.isna(word) else word) for word in found.tolist()]
    words = sorted(set(cleaned))
    place = {word: number for number, word in enumerate(words)}
    new = np.array([place[word] for word in cleaned], dtype=np.int32)
    return Labels(new[codes] if len(new) else np.zeros(0, dtype=np.int32), words)


def plain(word: object) -> str:
    """A free word as it is compared: without case, and without blanks more than one."""
    return " ".join(str(word or "").split()).casefold()


def code(word: object) -> str:
    """A P-code in capitals; empty where DTM knows none."""
    found = str(word or "").strip()
    return "" if found.casefold() in UNKNOWN else found.upper()


def joint(*columns: Ints) -> Ints:
    """One number for every combination of the numbers of several columns."""
    together = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        together = together * (int(column.max(initial=0)) + 1) + column
    return np.unique(together, return_inverse=True)[1].astype(np.int32)


def again(people: Ints, *key: Ints) -> Ints:
    """Which of the rows that share a key each one is, by the number of people, from 0."""
    keys = joint(*key)
    number = np.zeros(len(keys), dtype=np.int64)
    shared = np.flatnonzero(np.bincount(keys)[keys] > 1)
    if len(shared):
        few = pd.DataFrame({"key": keys[shared], "people": people[shared]})
        ranked = few.sort_values(["key", "people"], kind="stable")
        number[shared[ranked.index]] = ranked.groupby("key").cumcount()
    return number


def numbered(record: pa.Array, number: Ints) -> pa.Array:
    """The ids, with a number behind those that were there before."""
    if not number.any():
        return record
    behind = pa.array([f"#{one + 1}" if one else "" for one in number.tolist()])
    return pc.binary_join_element_wise(record, behind, "")


@dataclass(frozen=True)
class Rounds:
    """Rows of one country, column by column."""

    country: str
    level: int
    operation: Labels
    """Plain words."""
    assessment: Labels
    round_number: Ints
    day: Labels
    """As YYYY-MM-DD."""
    admin1: Labels
    admin2: Labels
    people: Ints

    @cached_property
    def count(self) -> Ints:
        """Which count each row belongs to: operation, type, round and day."""
        return joint(self.operation.codes, self.assessment.codes, self.round_number, self.day.codes)

    @cached_property
    def finest(self) -> Labels:
        """The code of the finest area that is known of each row."""
        return self._area(self._has(self.admin2) & (self.level > 1), self._has(self.admin1))

    @cached_property
    def area(self) -> Labels:
        """The area of each row's figure.

        Parts of areas that contain each other could not be summed: where some people of a
        count are in no known district, all of their region's are the region's, and where
        some are in no known region, all are the country's.
        """
        in_district = self._has(self.admin2) & (self.level > 1)
        in_region = self._has(self.admin1)
        if self.level > 1:
            region = joint(self.count, self.admin1.codes)
            in_district &= ~_anywhere(~in_district, region)
        lost = _anywhere(~in_district & ~in_region, self.count)
        in_district, in_region = in_district & ~lost, in_region & ~lost
        return self._area(in_district, in_region)

    @property
    def lifted(self) -> NDArray[np.bool_]:
        """Rows whose figure is of a larger area than the asked level."""
        if self.level == 0:
            return np.zeros(len(self.people), dtype=bool)
        wanted = self.admin2 if self.level > 1 else self.admin1
        words = np.array(wanted.words, dtype=object)[wanted.codes]
        differs: NDArray[np.bool_] = (
            words != np.array(self.area.words, dtype=object)[self.area.codes]
        )
        return differs

    @property
    def unplaced(self) -> NDArray[np.bool_]:
        """Rows that are in no known area of the asked level."""
        if self.level == 0:
            return np.zeros(len(self.people), dtype=bool)
        return ~self._has(self.admin2 if self.level > 1 else self.admin1)

    def ids(self, area: Labels, rows: slice = slice(None)) -> pa.Array:
        """What each row's count of an area is called, whoever delivers it.

        P-codes are written in one way: TD07 and TCD07 are the same.
        """
        before = f"iom_dtm:{self.country}"
        words = [spelled(self.country, one) for one in area.words]
        places = Labels(area.codes, words)
        return _joined(
            pa.repeat(pa.scalar(before), len(area.codes[rows])),
            self.operation.spread(rows),
            self.assessment.spread(rows),
            pa.array(self.round_number[rows]).cast(pa.string()),
            self.day.spread(rows),
            places.spread(rows),
        )

    def region(self) -> Labels:
        """The region of each row, the country where it is unknown."""
        return self._area(np.zeros(len(self.people), dtype=bool), self._has(self.admin1))

    def whole(self) -> Labels:
        """The country of each row."""
        return Labels(np.zeros(len(self.people), dtype=np.int64), [self.country])

    def _has(self, area: Labels) -> NDArray[np.bool_]:
        return np.array([bool(word) for word in area.words], dtype=bool)[area.codes] & (
            self.level > 0
        )

    def _area(self, in_district: NDArray[np.bool_], in_region: NDArray[np.bool_]) -> Labels:
        words = [*self.admin2.words, *self.admin1.words, self.country]
        regions = len(self.admin2.words) + self.admin1.codes
        codes = np.where(
            in_district, self.admin2.codes, np.where(in_region, regions, len(words) - 1)
        )
        return Labels(codes, words)


def ranks(
    rounds: Rounds, declared: Preferences, file: str, *, newest_first: bool = True
) -> tuple[Ints, list[str]]:
    """The rank of each row's operation and type, the best 1; what nobody declared is signalled.

    Operations that are not declared follow those that are: the one with the most recent round
    first, then the one that found more people in it. Where the rows are not all that there are
    (a page), their rounds say nothing, and the names decide.
    """
    types, named = (
        declared.types,
        [plain(one) for one in declared.operations.get(rounds.country, ())],
    )
    present = rounds.operation.words
    undeclared = [one for one in present if one not in named]
    order = [*named, *sorted(undeclared, key=_newest_first(rounds) if newest_first else None)]
    best_operation = np.array([order.index(one) for one in present], dtype=np.int64)
    best_type = np.array([types.index(one) for one in rounds.assessment.words], dtype=np.int64)
    rank = best_operation[rounds.operation.codes] * len(types)
    rank += best_type[rounds.assessment.codes] + 1
    return rank, _undeclared(file, rounds.country, order, undeclared) if len(present) > 1 else []


def spelled(country: str, area_code: str) -> str:
    """An area code as ids write it: the country in three letters, no zeros before its digits."""
    found = _PCODE.fullmatch(area_code)
    return f"{country}{found[1].lstrip('0')}" if found else area_code


def days_of(words: Sequence[str]) -> list[date | None]:
    """The days behind ISO texts; None where there is no such day."""
    return [_day(word) for word in words]


def _day(word: str) -> date | None:
    try:
        return date.fromisoformat(word[:10])
    except ValueError:
        return None


def _anywhere(mask: NDArray[np.bool_], group: Ints) -> NDArray[np.bool_]:
    """Whether the mask holds anywhere in each row's group."""
    return np.bincount(group, mask, minlength=1)[group] > 0


def _joined(*parts: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "/")


def _newest_first(rounds: Rounds) -> Callable[[str], tuple[str, int, str]]:
    last: dict[str, tuple[str, int, str]] = {}
    size = len(rounds.operation.words)
    newest = np.zeros(size, dtype=np.int64)
    np.maximum.at(newest, rounds.operation.codes, rounds.day.codes)
    at_newest = rounds.day.codes == newest[rounds.operation.codes]
    totals = np.bincount(rounds.operation.codes, rounds.people * at_newest, minlength=size)
    backwards = {day: f"{len(rounds.day.words) - n:09d}" for n, day in enumerate(rounds.day.words)}
    for number, name in enumerate(rounds.operation.words):
        day = rounds.day.words[newest[number]] if rounds.day.words else ""
        last[name] = (backwards.get(day, ""), -int(totals[number]), name)
    return last.__getitem__


def _undeclared(file: str, country: str, order: list[str], undeclared: list[str]) -> list[str]:
    if not undeclared:
        return []
    names, ranked = ", ".join(sorted(undeclared)), " > ".join(order)
    signal = (
        f"{file}: nothing says which operation is to be preferred: {names} (ranked {ranked}); "
        f"declare their order in options.operations.{country}"
    )
    return [signal]
