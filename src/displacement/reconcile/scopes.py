"""What does each voice count? Scopes: measure and view, leaves, days and event, as arrays.

Between the figures (frames) and the episodes (arrays) of the reconciliation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandera.typing import DataFrame

from displacement.reconcile.area_tree import AreaKey, AreaTree
from displacement.reconcile.voices import leaf_sets, links_of, sides
from displacement_schemas import FigureAreas, Figures
from displacement_schemas.vocabulary import AreaRole

Vector = NDArray[np.float64]
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


def voices_of(
    figures: DataFrame[Figures], figure_areas: DataFrame[FigureAreas], tree: AreaTree
) -> list[Voice]:
    """Turn speaking figures into voices, sorted so that the order of input does not matter.

    Parts of one partition with the same scope are added up; consecutive figures of one
    counter and area that share only a boundary day are made to touch instead.
    """
    frame = _plain(figures)
    frame["leaves"] = frame["figure_id"].map(leaf_sets(figure_areas, tree))
    named = _named_areas(figure_areas)
    frame = frame[frame["leaves"].notna()].copy()
    frame["stop"] = _without_shared_boundary_days(frame)
    alone = frame["partition_id"].isna()
    frame["group"] = frame["partition_id"].where(~alone, frame["figure_id"])
    scope = ["measure", "view", "counter", "source_id", "leaves", "start", "stop", "event"]
    same = [*scope, "group", "alternatives", "preference"]
    frame = frame.sort_values("figure_id")
    groups = frame.groupby(same, dropna=False, sort=False).ngroup().to_numpy()
    order = np.argsort(groups, kind="stable")
    columns = {str(name): frame[name].to_numpy()[order] for name in frame.columns}
    edges = np.flatnonzero(np.diff(groups[order], prepend=-1, append=-1))
    voices = [
        _voice({name: column[first:last] for name, column in columns.items()}, named)
        for first, last in pairwise(edges.tolist())
    ]
    return sorted(voices, key=lambda voice: (voice.measure, voice.view, voice.figure_ids))


def by_measure_and_view(voices: list[Voice]) -> Iterator[tuple[str, str, list[Voice]]]:
    """Voices that may meet: of one measure and one view. Measures never mix."""
    for measure, view in sorted({(voice.measure, voice.view) for voice in voices}):
        yield (
            measure,
            view,
            [voice for voice in voices if (voice.measure, voice.view) == (measure, view)],
        )


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


def _named_areas(figure_areas: DataFrame[FigureAreas]) -> dict[str, set[AreaKey]]:
    named: dict[str, set[AreaKey]] = {}
    for figure, key in links_of(figure_areas):
        named.setdefault(figure, set()).add(key)
    return named


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
    series = ["measure", "view", "counter", "leaves", "event", "alternatives", "preference"]
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


def _voice(group: dict[str, NDArray[Any]], named: dict[str, set[AreaKey]]) -> Voice:
    """The parts of one count, in order of their ids, as columns."""
    one = {name: column[0] for name, column in group.items()}
    persons = group["persons"]
    error = float(one["error"])
    if len(persons) > 1:
        weights = persons if persons.sum() > 0 else np.ones(len(persons))
        error = float(np.average(group["error"], weights=weights))
    return Voice(
        figure_ids=tuple(group["figure_id"]),
        parts=tuple(float(value) for value in persons),
        counter=one["counter"],
        measure=one["measure"],
        view=one["view"],
        source_id=one["source_id"],
        areas=tuple(sorted(set().union(*(named[figure] for figure in group["figure_id"])))),
        leaves=one["leaves"],
        start=int(one["start"]),
        stop=int(one["stop"]),
        reported=(int(one["start"]), int(one["stop"]) - 1),
        event=_text(one["event"]),
        stated=float(persons.sum()),
        low=float(group["persons_low"].sum()),
        high=float(group["persons_high"].sum()),
        error=error,
        partition=_text(one["partition_id"]),
        alternatives=_text(one["alternatives"]),
        preference=int(one["preference"]),
        published=int(group["published"].max()),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
