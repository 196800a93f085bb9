"""How are the numbers drawn: people a day, figures over their periods, ways of adding up?

Every chart is a function of plain rows; the page and the picture set their sizes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import altair as alt

from displacement.report import words
from displacement.report.lanes import Lane
from displacement.report.look import ESTIMATE, INK, MUTED, PLAIN, TimeAxis
from displacement.report.series import Step, drawn, milliseconds

AXIS_WIDTH: Final = 66
LANE_HEIGHT: Final = 40
_BAR: Final = 13
_MOST_POINTS: Final = 60
_LETTER: Final = 6.3
_DAY: Final = 86_400_000

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Plot:
    """A chart and the rows it draws, apart: Altair copies what is inside a chart many times."""

    chart: alt.LayerChart
    rows: dict[str, Rows]

    def spec(self, **properties: Any) -> dict[str, Any]:
        """The Vega-Lite specification, at the given size, with its rows inside."""
        sized = self.chart.properties(**properties)
        return sized.to_dict(validate=False) | {"datasets": self.rows}


def over_time(steps: Sequence[Step], axis: TimeAxis, noun: str, *, points: bool = False) -> Plot:
    """A stepped line with its band; gaps stay gaps, for nothing known is never zero.

    `points` marks each new number, so that one day alone can be seen.
    """
    corners = _chart("corners").encode(detail="run:N")
    band = corners.mark_area(
        interpolate="step-after", color=ESTIMATE, opacity=0.2, aria=False
    ).encode(
        x=alt.X("at:Q", scale=axis.scale(), axis=axis.axis()),
        y=alt.Y("low:Q", axis=_amounts(), scale=alt.Scale(zero=True)),
        y2="high",
    )
    line = corners.mark_line(
        interpolate="step-after", color=ESTIMATE, strokeWidth=2.5, strokeJoin="miter", aria=False
    ).encode(x="at:Q", y="value:Q")
    # Unseen, and as high as the chart, so that a pointer need not find the line.
    panes = (
        _chart("panes")
        .mark_rect(opacity=0, aria=False)
        .encode(
            x="start:Q",
            x2="end",
            y=alt.value(0),
            y2=alt.value("height"),
            tooltip=["Days:N", f"{noun}:N", "Range:N"],
        )
    )
    rows = {"corners": drawn(steps), "panes": _panes(steps, noun)}
    if not points or len(steps) > _MOST_POINTS:
        return Plot(_layered(band, line, panes), rows)
    marks = _chart("panes").mark_point(filled=True, size=36, color=ESTIMATE, opacity=1, aria=False)
    return Plot(_layered(band, line, marks.encode(x="start:Q", y="value:Q"), panes), rows)


def over_periods(
    drawn_lanes: Sequence[Lane],
    axis: TimeAxis,
    colour_of: Mapping[str, str],
    width: int | None = None,
    scope: str = "",
) -> Plot:
    """Figures as bars over their periods: solid where they count, hollow where they repeat.

    `scope` is the prefix that Vega gives to names within a part of a larger chart.
    """
    bar_rows: Rows = [
        {
            "lane": index,
            "start": milliseconds(start),
            "end": milliseconds(end),
            "colour": colour_of.get(lane.counter, PLAIN),
            "fill": "#ffffff" if lane.hollow else colour_of.get(lane.counter, PLAIN),
            "dash": [4, 3] if lane.hollow else [1, 0],
            "Counted by": lane.counter,
            "Figure": lane.detail,
        }
        for index, lane in enumerate(drawn_lanes)
        for start, end in lane.spans
    ]
    label_rows: Rows = [
        {
            "lane": index,
            "label": lane.label,
            "from": milliseconds(lane.start),
            "until": milliseconds(lane.end),
            "room": round(len(lane.label) * _LETTER),
        }
        for index, lane in enumerate(drawn_lanes)
    ]
    x = alt.X("start:Q", scale=axis.scale(), axis=axis.axis())
    bars = (
        _chart("bars")
        .mark_bar(height=_BAR, yOffset=8, cornerRadius=2, strokeWidth=1.5, aria=False)
        .encode(
            x=x,
            x2="end",
            y=_lane(len(drawn_lanes), blank_axis=True),
            fill=alt.Fill("fill:N", scale=None),
            stroke=alt.Stroke("colour:N", scale=None),
            strokeDash=alt.StrokeDash("dash:N", scale=None),
            tooltip=["Counted by:N", "Figure:N"],
        )
    )
    frame = f"{width}" if width else "width"
    # The label starts where its bar does, and moves left only as far as it must to fit.
    left = f"max(-{AXIS_WIDTH}, min(scale('{scope}x', datum.from), {frame} - datum.room))"
    room = {"expr": f"{frame} + {AXIS_WIDTH}"}
    text = (
        _chart("labels")
        .mark_text(align="left", baseline="middle", yOffset=-8, fontSize=12.5, limit=room)
        .encode(
            x={"value": {"expr": left}},
            y="lane:O",
            text="label:N",
        )
    )
    return Plot(_layered(bars, text), {"bars": bar_rows, "labels": label_rows})


def ways_of_adding_up(
    rows: Sequence[tuple[str, float]], reconciled: tuple[float, float | None, float | None]
) -> Plot:
    """Totals of simpler ways beside the reconciled one with its range."""
    value, low, high = reconciled
    named = [*rows, ("Reconciled", value)]
    top = max(high or 0.0, *(amount for _, amount in named), 1)
    bars: Rows = [
        {
            "lane": index,
            "value": amount,
            "colour": ESTIMATE if index == len(rows) else PLAIN,
            "label": f"{name}: {words.number(amount)}"
            + (f" (range {words.span(low, high)})" if index == len(rows) else ""),
        }
        for index, (name, amount) in enumerate(named)
    ]
    x = alt.X("value:Q", axis=_across(), scale=alt.Scale(domain=[0, top * 1.03], nice=False))
    base = _chart("bars").encode(y=_lane(len(bars)))
    bar = base.mark_bar(height=_BAR, yOffset=8, cornerRadius=2, aria=False).encode(
        x=x, color=alt.Color("colour:N", scale=None)
    )
    label = base.mark_text(align="left", baseline="middle", yOffset=-8).encode(
        x=alt.value(0), text="label:N"
    )
    whisker = _chart("range").mark_rule(yOffset=8, color=INK, strokeWidth=2, aria=False)
    caps = _chart("ends").mark_tick(yOffset=8, color=INK, thickness=2, size=_BAR, aria=False)
    last = len(rows)
    return Plot(
        _layered(
            bar,
            whisker.encode(x="low:Q", x2="high", y=_lane(len(bars))),
            caps.encode(x="at:Q", y=_lane(len(bars))),
            label,
        ),
        {
            "bars": bars,
            "range": [{"lane": last, "low": low, "high": high}] if low is not None else [],
            "ends": [{"lane": last, "at": end} for end in (low, high) if end is not None],
        },
    )


def _chart(name: str) -> alt.Chart:
    return alt.Chart(alt.NamedData(name=name))


def _layered(*layers: alt.Chart) -> alt.LayerChart:
    return alt.LayerChart(layer=list(layers))


def _panes(steps: Sequence[Step], noun: str) -> Rows:
    return [
        {
            "start": milliseconds(step.start),
            "end": milliseconds(step.end),
            "value": step.value,
            "Days": words.period(step.start, step.end - timedelta(days=1)),
            noun: words.rate(step.value),
            "Range": f"{words.rate(step.low)} to {words.rate(step.high)}",
        }
        for step in steps
    ]


def _lane(count: int, *, blank_axis: bool = False) -> alt.Y:
    # An axis without ink keeps the days of two charts under each other.
    blank = alt.Axis(
        labels=False,
        ticks=False,
        domain=False,
        title=None,
        grid=False,
        minExtent=AXIS_WIDTH,
        maxExtent=AXIS_WIDTH,
    )
    return alt.Y(
        "lane:O",
        axis=blank if blank_axis else None,
        scale=alt.Scale(domain=list(range(count)), paddingInner=0, paddingOuter=0),
    )


def _amounts() -> alt.Axis:
    return alt.Axis(
        title=None,
        format=",~f",
        tickCount=4,
        domain=False,
        ticks=False,
        minExtent=AXIS_WIDTH,
        maxExtent=AXIS_WIDTH,
        labelColor=MUTED,
    )


def _across() -> alt.Axis:
    return alt.Axis(title=None, format=",d", tickCount=4, domain=False, ticks=False)
