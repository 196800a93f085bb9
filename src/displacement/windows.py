"""Which windows make up a backfill? Days cut at months, weeks or days; each is worked alone."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class WindowSize(StrEnum):
    """How a backfill is cut."""

    MONTH = "month"
    WEEK = "week"
    DAY = "day"


@dataclass(frozen=True)
class Window:
    """Days of a backfill, both inclusive: figures whose period starts in it belong to it."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


def windows_between(first: date, last: date, size: WindowSize) -> list[Window]:
    """Cut the days at the starts of months, of weeks (Mondays), or daily.

    Every day from `first` to `last` lies in exactly one window. Raises ValueError where
    `last` is before `first`.
    """
    if last < first:
        raise ValueError(f"a backfill cannot end ({last}) before it starts ({first})")
    windows = []
    start = first
    while start <= last:
        end = min(_last_day(start, size), last)
        windows.append(Window(start, end))
        start = end + timedelta(days=1)
    return windows


def _last_day(start: date, size: WindowSize) -> date:
    match size:
        case WindowSize.DAY:
            return start
        case WindowSize.WEEK:
            return start + timedelta(days=6 - start.weekday())
        case WindowSize.MONTH:
            following = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
            return following - timedelta(days=1)
