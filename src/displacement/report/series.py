"""How many people a day, from when to when: which steps do the time charts draw?

Days with equal numbers become one step, so that ten years weigh no more than ten weeks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_MOST_STEPS: Final = 600
_EPOCH: Final = date(1970, 1, 1).toordinal()

Days = NDArray[np.int64]
Numbers = NDArray[np.float64]


class Dated(Protocol):
    """Days, both ends inclusive, with their people and bounds: a cell, or a stretch of time."""

    @property
    def start(self) -> date:
        """First day."""

    @property
    def end(self) -> date:
        """Last day."""

    @property
    def value(self) -> float | None:
        """People."""

    @property
    def low(self) -> float | None:
        """Least people."""

    @property
    def high(self) -> float | None:
        """Most people."""


@dataclass(frozen=True)
class Step:
    """Days, the end exclusive, that share one value and range; runs are unbroken in time."""

    start: date
    end: date
    value: float
    low: float
    high: float
    run: int


def flow_steps(found: Sequence[Dated]) -> list[Step]:
    """People a day, over all cells (or stretches) of one measure and view.

    Their people and bounds are spread evenly over their days: a single day's own bounds
    (none or all of the cell) would hide the shape of the whole. Many short steps become
    one step per month.
    """
    if not found:
        return []
    start = np.array([cell.start.toordinal() for cell in found])
    end = np.array([cell.end.toordinal() + 1 for cell in found])
    edges = np.unique(np.concatenate([start, end]))
    first, last = np.searchsorted(edges, start), np.searchsorted(edges, end)
    numbers = np.array([[cell.value, cell.low, cell.high] for cell in found])
    levels = _swept(numbers / (end - start)[:, None], first, last, len(edges))
    known = _swept(np.ones((len(found), 1)), first, last, len(edges))[:, 0] > 0.5  # noqa: PLR2004
    if known.sum() > _MOST_STEPS:
        edges, levels, known = _by_month(edges, levels, known)
    return _steps(edges, levels, known)


def stock_steps(frame: pd.DataFrame) -> list[Step]:
    """The stock of one area day by day: days with equal numbers become one step."""
    frame = frame[frame["high"].notna()].sort_values("date")
    if frame.empty:
        return []
    days = np.array([day.toordinal() for day in frame["date"]])
    numbers = frame[["value", "low", "high"]].to_numpy(dtype=float)
    new_run = np.diff(days, prepend=days[0] - 2) != 1
    changed = new_run | np.any(np.diff(numbers, axis=0, prepend=numbers[:1] - 1) != 0, axis=1)
    at = np.flatnonzero(changed)
    last = np.append(at[1:], len(days)) - 1
    runs = np.cumsum(new_run)[at]
    return [
        _step(int(days[a]), int(days[z]) + 1, numbers[a], int(run))
        for a, z, run in zip(at, last, runs, strict=True)
    ]


def milliseconds(day: date) -> int:
    """A day as browsers count time: milliseconds since 1970, UTC."""
    return (day.toordinal() - _EPOCH) * 86_400_000


def drawn(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Corner points of a stepped line and band, each run closed by its last level."""
    points = []
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        points.append(_point(step, step.start))
        if following is None or following.run != step.run:
            points.append(_point(step, step.end))
    return points


def _point(step: Step, at: date) -> dict[str, Any]:
    return {
        "at": milliseconds(at),
        "value": step.value,
        "low": step.low,
        "high": step.high,
        "run": step.run,
    }


def _step(start: int, end: int, numbers: Numbers, run: int) -> Step:
    value, low, high = (float(number) for number in numbers)
    return Step(date.fromordinal(start), date.fromordinal(end), value, low, high, run)


def _swept(amounts: Numbers, first: Days, last: Days, edges: int) -> Numbers:
    """The sum of amounts between each edge and the next."""
    changes = np.zeros((edges, amounts.shape[1]))
    np.add.at(changes, first, amounts)
    np.add.at(changes, last, -amounts)
    levels = np.cumsum(changes, axis=0)[:-1].clip(min=0)
    return np.round(levels, 6)


def _by_month(
    edges: Days, levels: Numbers, known: NDArray[np.bool_]
) -> tuple[Days, Numbers, NDArray[np.bool_]]:
    """Averages over the covered days of each month."""
    months = pd.period_range(
        date.fromordinal(edges[0]), date.fromordinal(edges[-1] - 1), freq="M"
    ).to_timestamp()
    cuts = np.array([*(stamp.toordinal() for stamp in months[1:])], dtype=np.int64)
    cuts = np.concatenate([edges[:1], cuts, edges[-1:]])
    widths = (np.diff(edges) * known)[:, None]
    people, covered = (
        _between(edges, cuts, amounts) for amounts in (levels * widths, widths.astype(float))
    )
    has_days = covered[:, 0] > 0
    average = people / np.where(has_days, covered[:, 0], 1)[:, None]
    return cuts, np.round(average, 6), has_days


def _between(edges: Days, cuts: Days, amounts: Numbers) -> Numbers:
    heaped = np.vstack([np.zeros(amounts.shape[1]), np.cumsum(amounts, axis=0)])
    at_cuts = [np.interp(cuts, edges, column) for column in heaped.T]
    return np.diff(np.column_stack(at_cuts), axis=0)


def _steps(edges: Days, levels: Numbers, known: NDArray[np.bool_]) -> list[Step]:
    steps = []
    run = 0
    for index in range(len(levels)):
        if not known[index]:
            run += 1
            continue
        steps.append(_step(int(edges[index]), int(edges[index + 1]), levels[index], run))
    return steps
