"""Which bars does the chart of figures draw, and what is written above each?

Few figures have a lane each; many figures of one counter and file share a lane.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from displacement.report import words
from displacement.report.evidence import Evidence

_MOST_LANES: Final = 12
_LONG: Final = 60


@dataclass(frozen=True)
class Lane:
    """One line of the chart: a label and the periods it stands over (ends exclusive)."""

    label: str
    counter: str
    spans: tuple[tuple[date, date], ...]
    persons: float
    hollow: bool
    detail: str

    @property
    def start(self) -> date:
        """Where the lane's first bar begins."""
        return self.spans[0][0]

    @property
    def end(self) -> date:
        """Where the lane's last bar ends."""
        return self.spans[-1][1]


@dataclass(frozen=True)
class Lanes:
    """The lanes of a chart, and how many figures found no room in it."""

    drawn: tuple[Lane, ...]
    figures_left_out: int


def lanes(items: Sequence[Evidence], first_day: date, most: int = _MOST_LANES) -> Lanes:
    """Lanes for the figures of one measure and view, by the day they begin.

    A figure whose start the source leaves open begins on `first_day`.
    """
    ranked = sorted(_grouped(items, most), key=lambda group: (group[0].hollow, -_together(group)))
    found = sorted(
        (_lane(group, first_day) for group in ranked[:most]),
        key=lambda lane: (lane.start, lane.end, lane.hollow, lane.label),
    )
    return Lanes(tuple(found), sum(len(group) for group in ranked[most:]))


def _grouped(items: Sequence[Evidence], most: int) -> list[list[Evidence]]:
    """Each figure alone; where that is too much, by counter and file; else by counter."""
    finest: tuple[Callable[[Evidence], tuple[str, ...]], ...] = (
        lambda item: (item.counter, item.file, item.figure_id),
        lambda item: (item.counter, item.file),
        lambda item: (item.counter,),
    )
    groups: dict[tuple[bool, tuple[str, ...]], list[Evidence]] = {}
    for key in finest:
        groups = {}
        for item in items:
            groups.setdefault((item.hollow, key(item)), []).append(item)
        if len(groups) <= most:
            break
    return list(groups.values())


def _together(group: Iterable[Evidence]) -> float:
    return sum(item.persons or 0.0 for item in group)


def _lane(group: Sequence[Evidence], first_day: date) -> Lane:
    one = group[0]
    persons = _together(group)
    who = _shortened(one.counter)
    where = f" (in {_shortened(one.publisher)})" if one.echoes and one.publisher else ""
    what = (
        one.said
        if len(group) == 1
        else f"{words.counted(len(group), 'figure')}, {words.number(persons)} people in all"
    )
    spans = _joined((item.start or min(first_day, item.end), item.end) for item in group)
    whole = words.period(spans[0][0], spans[-1][1] - timedelta(days=1))
    return Lane(
        label=f"{who}: {what}{where}",
        counter=one.counter,
        spans=spans,
        persons=persons,
        hollow=one.hollow,
        detail=f"{what}, {whole}" + (f", {one.area_text}" if len(group) == 1 else ""),
    )


def _joined(periods: Iterable[tuple[date, date]]) -> tuple[tuple[date, date], ...]:
    """Periods with exclusive ends, those that touch or overlap made one."""
    joined: list[tuple[date, date]] = []
    for start, last in sorted(periods):
        end = last + timedelta(days=1)
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _shortened(name: str) -> str:
    return name if len(name) <= _LONG else f"{name[: _LONG - 1]}…"
