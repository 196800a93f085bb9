"""What does each voice count? Scopes: measure and view, leaves, days and event, as arrays.

Between the figures (frames) and the episodes (arrays) of the reconciliation.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandera.typing import DataFrame

from displacement.reconcile.area_tree import AreaKey
from displacement.reconcile.columns import (
    Columns,
    Numbers,
    Objects,
    Vector,
    changes,
    firsts,
    joined,
    objects,
    of_texts,
    rows_of,
    taken,
)
from displacement.reconcile.leaf_sets import LeafSets, NamedAreas
from displacement.reconcile.voices import sides
from displacement_schemas import Figures
from displacement_schemas.vocabulary import AreaRole

Days = NDArray[np.int64]

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

EPOCH = date(1970, 1, 1).toordinal()

UNRANKED = 2**31
"""The preference of an alternative that has none: it comes last."""


@dataclass(frozen=True)
class Voice:
    """One or more figures (parts of one count) that speak with one number about one scope.

    Days are numbers since 1970-01-01, half-open; `event` is None where the figure covers
    all events.
    """

    figure_ids: tuple[str, ...]
    parts: tuple[float, ...]
    """Persons of each of `figure_ids`."""
    counter: str
    measure: str
    view: str
    source_id: str
    areas: tuple[AreaKey, ...]
    """The areas as the figures name them."""
    leaves: tuple[int, ...]
    start: int
    stop: int
    reported: tuple[int, int]
    """First and last day as reported, whatever days it is carried to or solved on."""
    event: str | None
    stated: float
    low: float
    high: float
    error: float
    partition: str | None = None
    alternatives: str | None = None
    """Voices that share it count the same people in other ways."""
    preference: int = UNRANKED
    """Rank among its alternatives, the best one 1."""
    part: int = 0
    """Which part of the event it counts (see `parts_apart`); 0 for the whole event."""
    published: int = 0
    """The day on which the last of its figures was published."""

    def covers(self, label: "Label") -> bool:
        """Whether it counts this part of this event."""
        event, part = label
        return self.event is None or (self.event == event and self.part in (0, part))


Label = tuple[str | None, int]
"""An event (None: whatever no voice names) and which part of it (0: the whole)."""


@dataclass(frozen=True, eq=False)
class Voices(Columns[Voice]):
    """Voices as columns (see `Voice`), in the order of their figures."""

    sets: LeafSets
    """Of this and other columns: what their `leaf_set` numbers."""
    figure_ids: Objects
    """The figures of all voices, voice by voice."""
    parts: Vector
    figures: Numbers
    """How many figures each voice has."""
    counter: Objects
    measure: Objects
    view: Objects
    source_id: Objects
    areas: Objects
    leaf_set: Numbers
    start: Days
    stop: Days
    first_day: Days
    last_day: Days
    event: Objects
    stated: Vector
    low: Vector
    high: Vector
    error: Vector
    partition: Objects
    alternatives: Objects
    preference: Numbers
    part: Numbers
    published: Days

    def __len__(self) -> int:
        return len(self.start)

    def one(self, row: int) -> Voice:
        """The voice of a row."""
        own = slice(int(self.first[row]), int(self.first[row] + self.figures[row]))
        return Voice(
            figure_ids=tuple(self.figure_ids[own]),
            parts=tuple(self.parts[own].tolist()),
            leaves=self.sets[self.leaf_set[row]],
            reported=(int(self.first_day[row]), int(self.last_day[row])),
            **{name: getattr(self, name)[row] for name in ("areas", *_TEXTS)},
            **{name: getattr(self, name)[row].item() for name in _NUMBERS},
        )

    @cached_property
    def first(self) -> Numbers:
        """Where the figures of each voice begin."""
        return firsts(self.figures)

    @property
    def name(self) -> Objects:
        """The first figure of each voice."""
        return np.asarray(self.figure_ids[self.first])

    def take(self, rows: Numbers) -> Self:
        """Some of the voices, in the order of the rows."""
        own = rows_of(self.first[rows], self.figures[rows])
        flat: dict[str, Any] = {"figure_ids": self.figure_ids[own], "parts": self.parts[own]}
        each = [one.name for one in fields(self) if one.name not in ("sets", *flat)]
        return replace(self, **flat, **taken(self, each, rows))

    @staticmethod
    def of(voices: Iterable[Voice], sets: LeafSets | None = None) -> "Voices":
        """The columns of some voices."""
        if isinstance(voices, Voices):
            return voices
        heard, sets = [*voices], LeafSets() if sets is None else sets

        columns: dict[str, Any] = {
            name: np.array([getattr(voice, name) for voice in heard], dtype=kind)
            for name, kind in _NUMBERS.items()
        } | {name: objects([getattr(voice, name) for voice in heard]) for name in _TEXTS}
        return Voices(
            sets=sets,
            figure_ids=objects([figure for voice in heard for figure in voice.figure_ids]),
            parts=np.array([part for voice in heard for part in voice.parts], dtype=np.float64),
            figures=np.array([len(voice.figure_ids) for voice in heard], dtype=np.int64),
            areas=objects([voice.areas for voice in heard]),
            leaf_set=sets.numbers(voice.leaves for voice in heard),
            first_day=np.array([voice.reported[0] for voice in heard], dtype=np.int64),
            last_day=np.array([voice.reported[1] for voice in heard], dtype=np.int64),
            **columns,
        )

    def onto(self, sets: LeafSets) -> Self:
        """The same voices, with the numbers that other columns give their sets of leaves."""
        return replace(self, sets=sets, leaf_set=sets.numbers(self.sets)[self.leaf_set])

    @staticmethod
    def joined(several: Sequence["Voices"]) -> "Voices":
        """The voices of several columns that number their sets of leaves alike."""
        names = [one.name for one in fields(several[0]) if one.name != "sets"]
        return replace(several[0], **joined(several, names))

    def in_order(self) -> Self:
        """The voices in the order of their figures, and of their days where they share these."""
        return self.take(np.lexsort((self.start, of_texts(self.name))))


_TEXTS = ("counter", "measure", "view", "source_id", "event", "partition", "alternatives")
_NUMBERS = {
    **dict.fromkeys(("start", "stop", "preference", "part", "published"), np.int64),
    **dict.fromkeys(("stated", "low", "high", "error"), np.float64),
}


def voices_of(figures: DataFrame[Figures], named: NamedAreas) -> Voices:
    """Turn speaking figures into voices, sorted so that the order of input does not matter.

    Parts of one partition with the same scope are added up; consecutive figures of one
    counter and area that share only a boundary day are made to touch instead.
    """
    frame = _plain(figures)
    rows = named.rows(frame["figure_id"].to_numpy(dtype=object))
    frame, rows = frame[rows >= 0].copy(), rows[rows >= 0]
    frame["leaf_set"], frame["row"] = named.leaf_set[rows], rows
    frame["stop"] = _without_shared_boundary_days(frame)
    frame["voice"] = _together(frame)
    frame = frame.sort_values(["voice", "figure_id"], ignore_index=True)
    first = np.flatnonzero(changes(frame["voice"].to_numpy()))
    one = frame.iloc[first]
    persons = frame["persons"].to_numpy()
    numbers = {name: one[name].to_numpy(dtype=np.int64) for name in ("start", "stop", "preference")}
    summed = {
        name: np.add.reduceat(frame[name].to_numpy(), first) if len(first) else persons
        for name in ("persons", "persons_low", "persons_high")
    }
    names = ("counter", "measure", "view", "source_id", "event", "alternatives")
    texts: dict[str, Any] = {name: _texts(one[name]) for name in names}
    voices = Voices(
        sets=named.sets,
        figure_ids=frame["figure_id"].to_numpy(dtype=object),
        parts=persons,
        figures=np.diff(first, append=len(frame)),
        areas=_areas_of(frame, first, named),
        leaf_set=one["leaf_set"].to_numpy(),
        first_day=numbers["start"],
        last_day=numbers["stop"] - 1,
        stated=summed["persons"],
        low=summed["persons_low"],
        high=summed["persons_high"],
        error=_errors(frame, first),
        partition=_texts(one["partition_id"]),
        part=np.zeros(len(first), dtype=np.int64),
        published=np.maximum.reduceat(frame["published"].to_numpy(), first)
        if len(first)
        else numbers["start"],
        **numbers,
        **texts,
    )
    about = (of_texts(voices.name), of_texts(voices.view), of_texts(voices.measure))
    return voices.take(np.lexsort(about))


def by_measure_and_view(voices: Voices) -> Iterator[tuple[str, str, Voices]]:
    """Voices that may meet: of one measure and one view. Measures never mix.

    The voices are in order of both.
    """
    edges = np.flatnonzero(changes(voices.measure, voices.view))
    for rows in np.split(np.arange(len(voices)), edges[1:]):
        if len(rows):
            yield voices.measure[rows[0]], voices.view[rows[0]], voices.take(rows)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - EPOCH


def day_of(number: int) -> date:
    """The day of a number since 1970-01-01."""
    return date.fromordinal(int(number) + EPOCH)


def in_words(day: date) -> str:
    """The day as people write it, in English whatever the locale: 4 January 2018."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _plain(figures: DataFrame[Figures]) -> pd.DataFrame:
    words = ("figure_id", "counter", "measure", "source_id", "partition_id")
    frame = pd.DataFrame({name: figures[name].to_numpy(dtype=object) for name in words})
    frame["event"] = figures["event_id"].to_numpy(dtype=object)
    frame["alternatives"] = figures["alternatives_id"].to_numpy(dtype=object)
    frame["preference"] = figures["preference"].to_numpy(dtype=np.int64, na_value=UNRANKED)
    for name in ("persons", "persons_low", "persons_high", "error"):
        frame[name] = figures[name].to_numpy(dtype=np.float64)
    frame["start"] = day_numbers(figures["start_date"])
    frame["stop"] = day_numbers(figures["end_date"]) + 1
    frame["published"] = day_numbers(figures["published_on"])
    frame["side"] = sides(figures)
    frame["role"] = figures["area_role"].to_numpy(dtype=object)
    frame["view"] = _views(frame)
    return frame


def day_numbers(days: "pd.Series[date]") -> Days:
    """The days of a column as numbers since 1970-01-01."""
    return days.to_numpy(dtype="datetime64[D]").astype(np.int64)


def _views(frame: pd.DataFrame) -> "pd.Series[str]":
    """The name of each side: its role where all figures of the measure agree, else location."""
    roles = frame.groupby(["measure", "side"])["role"]
    return frame["role"].where(roles.transform("nunique") == 1, AreaRole.LOCATION.value)


def _without_shared_boundary_days(frame: pd.DataFrame) -> "pd.Series[int]":
    """End a figure a day earlier where its counter's next figure starts on its last day.

    The next one goes on beyond that day; one that ends with it is a part, not the next.
    """
    series = ["measure", "view", "counter", "leaf_set", "event", "alternatives", "preference"]
    number = frame.groupby(series, dropna=False, sort=False).ngroup()
    starts = frame.assign(series=number).groupby(["series", "start"])["stop"].max().reset_index()
    following = starts.groupby("series")[["start", "stop"]].shift(-1)
    own = pd.MultiIndex.from_arrays([number, frame["start"]])
    following.index = pd.MultiIndex.from_frame(starts[["series", "start"]])
    next_start, next_stop = following.reindex(own).to_numpy().T
    shared = (next_start == frame["stop"] - 1) & (frame["stop"] - frame["start"] > 1)
    shared &= next_stop > frame["stop"]
    shorter: pd.Series[int] = frame["stop"] - shared.astype(np.int64)
    return shorter


def _together(frame: pd.DataFrame) -> "pd.Series[int]":
    """A number for each voice: of one partition, figures of the same scope speak together."""
    alone = frame["partition_id"].isna()
    number = pd.Series(np.arange(len(frame)), frame.index)
    scope = ["measure", "view", "counter", "source_id", "leaf_set", "start", "stop", "event"]
    same = [*scope, "partition_id", "alternatives", "preference"]
    parts = frame[~alone].groupby(same, dropna=False, sort=False).ngroup()
    return number.where(alone, len(frame) + parts.reindex(frame.index))


def _areas_of(frame: pd.DataFrame, first: Numbers, named: NamedAreas) -> Objects:
    """The areas that the figures of each voice name; figures are in order of their voices."""
    areas = named.areas[frame["row"].to_numpy()]
    own = areas[first]
    figures = np.diff(first, append=len(frame))
    for voice in np.flatnonzero(figures > 1).tolist():
        parts = areas[first[voice] : first[voice] + figures[voice]]
        own[voice] = tuple(sorted(set().union(*parts)))
    return np.asarray(own)


def _errors(frame: pd.DataFrame, first: Numbers) -> Vector:
    """The error of each voice: of several figures, their mean weighed by persons."""
    error, persons = frame["error"].to_numpy(), frame["persons"].to_numpy()
    own = error[first]
    figures = np.diff(first, append=len(frame))
    for voice in np.flatnonzero(figures > 1).tolist():
        rows = slice(first[voice], first[voice] + figures[voice])
        weights = persons[rows] if persons[rows].sum() > 0 else np.ones(figures[voice])
        own[voice] = np.average(error[rows], weights=weights)
    return np.asarray(own)


def _texts(column: "pd.Series[str]") -> Objects:
    """Texts, and None for what is missing."""
    texts = np.array(column, dtype=object)
    texts[column.isna().to_numpy()] = None
    return texts
