"""What do the report's charts look like: colours, type, and the axis of time?

Colours are Okabe and Ito's, which colour-blind readers can tell apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import altair as alt

from displacement.report.series import milliseconds

FONT: Final = "Liberation Sans, Arial, Helvetica, sans-serif"
PAGE_FONT: Final = "Segoe UI, Roboto, Helvetica Neue, Arial, Liberation Sans, sans-serif"
INK: Final = "#1d2733"
MUTED: Final = "#5b6773"
FAINT: Final = "#e3e7eb"
PLAIN: Final = "#9aa5b1"
ESTIMATE: Final = "#0072B2"
_OTHERS: Final = "#7d8894"
_PALETTE: Final = ("#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D1F")
_MONTH: Final = 45
_WEEKS_UP_TO: Final = 130
_MONTHS_UP_TO: Final = 1_200
_MOST_TICKS: Final = 9


@dataclass(frozen=True)
class TimeAxis:
    """The days that charts drawn above each other share."""

    start: date
    end: date

    @property
    def domain(self) -> list[int]:
        """First and last instant of the axis."""
        return [milliseconds(self.start), milliseconds(self.end)]

    def scale(self) -> alt.Scale:
        """A scale of plain milliseconds: no reader's clock or time zone can shift it."""
        return alt.Scale(domain=self.domain, nice=False, zero=False)

    def axis(self) -> alt.Axis:
        """Ticks on month starts and mid-months, months or years; the year where it changes."""
        ticks, form = self._ticks()
        years = [
            milliseconds(tick)
            for tick, before in zip(ticks, [None, *ticks[:-1]], strict=True)
            if before is None or tick.year != before.year
        ]
        year = f"indexof({years}, datum.value) >= 0 ? utcFormat(datum.value, '%Y') : ''"
        label = f"utcFormat(datum.value, '{form}')"
        return alt.Axis(
            values=[milliseconds(tick) for tick in ticks],
            labelExpr=label if form == "%Y" else f"[{label}, {year}]",
            title=None,
            grid=True,
            labelAlign="left",
            labelOffset=0,
            labelBound=False,
            labelFlush=False,
            labelOverlap="greedy",
            tickSize=6,
        )

    def _ticks(self) -> tuple[list[date], str]:
        days = (self.end - self.start).days
        if days <= _WEEKS_UP_TO:
            return self._days(), "%-d %b"
        if days <= _MONTHS_UP_TO:
            months = self._months()
            step = next(s for s in (1, 2, 3, 6, 12) if len(months) <= s * _MOST_TICKS)
            return [month for month in months if (month.month - 1) % step == 0], "%b"
        years = [month for month in self._months() if month.month == 1]
        step = -(-len(years) // _MOST_TICKS)
        return years[::step], "%Y"

    def _months(self) -> list[date]:
        first = self.start.year * 12 + self.start.month - 1 + (self.start.day > 1)
        last = self.end.year * 12 + self.end.month - 1
        return [date(month // 12, month % 12 + 1, 1) for month in range(first, last + 1)]

    def _days(self) -> list[date]:
        span = (self.end - self.start).days
        ordinals = range(self.start.toordinal(), self.end.toordinal())
        days = [date.fromordinal(ordinal) for ordinal in ordinals]
        if span <= _MOST_TICKS:
            return days
        weekly = (1, 8, 15, 22)
        return [day for day in days if day.day in (weekly[::2] if span > _MONTH else weekly)]


def colours(counters: Sequence[str]) -> dict[str, str]:
    """A colour for each counter; those beyond the palette share a grey."""
    return {
        counter: _PALETTE[rank] if rank < len(_PALETTE) else _OTHERS
        for rank, counter in enumerate(dict.fromkeys(counters))
    }


def config(background: str = "transparent", font: str = FONT) -> alt.Config:
    """Type, lines and colours of every chart."""
    return alt.Config(
        background=background,
        font=font,
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelColor=MUTED,
            titleColor=MUTED,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            gridColor=FAINT,
            domainColor=PLAIN,
            tickColor=PLAIN,
            labelPadding=4,
        ),
        text=alt.MarkConfig(color=INK, fontSize=12.5),
    )
