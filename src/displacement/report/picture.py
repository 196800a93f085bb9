"""The picture: one glance at what the figures said and what reconciliation makes of them.

For a README or a slide: bars of the figures above the reconciled people a day.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import altair as alt
import vl_convert

from displacement.report import charts, sheets, words
from displacement.report.answers import Answer, answers
from displacement.report.comparison import cells, shown_in_full
from displacement.report.evidence import Evidence, evidence, in_play
from displacement.report.lanes import Lane, lanes
from displacement.report.look import INK, MUTED, TimeAxis, colours, config
from displacement.report.publication import Publication
from displacement.report.series import Dated, flow_steps
from displacement_schemas.vocabulary import Measure

_WIDTH: Final = 900
_MARGIN: Final = 22
_MOST_LANES: Final = 4
_DAYS_HEIGHT: Final = 170
_PLOT: Final = _WIDTH - charts.AXIS_WIDTH - 2 * _MARGIN
_VEGA_LITE: Final = ".".join(alt.SCHEMA_VERSION.split(".")[:2])


def draw_picture(publication: Publication) -> bytes:
    """A PNG of about 900 by 520 points, drawn at twice that."""
    spec = _picture(publication)
    return bytes(vl_convert.vegalite_to_png(spec, vl_version=_VEGA_LITE, scale=2))


def _picture(publication: Publication) -> dict[str, Any]:
    places = sheets.places_of(publication)
    items = evidence(publication, places)
    found = cells(publication, items, places)
    every = answers(publication, found, items, places)
    if not every:
        return _nothing(publication)
    answer = min(every, key=lambda one: (one.measure != Measure.NEW_DISPLACEMENT, -one.value))
    of_answer = (answer.measure, answer.view)
    return _drawn(
        answer,
        [item for item in in_play(items) if (item.measure, item.view) == of_answer],
        publication.stretches_of(*of_answer)
        or shown_in_full([cell for cell in found if (cell.measure, cell.view) == of_answer]),
    )


def _drawn(answer: Answer, items: Sequence[Evidence], found: Sequence[Dated]) -> dict[str, Any]:
    first = min([answer.start, *(item.start for item in items if item.start)])
    axis = TimeAxis(first, max([answer.end, *(item.end for item in items)]) + timedelta(days=1))
    bars = lanes(items, axis.start, most=_MOST_LANES).drawn
    plots = []
    if bars:
        plots.append(_headed("What was said, of which days", _bars(bars, axis)))
    if steps := flow_steps(found):
        days = charts.over_time(steps, axis, "People a day")
        sized = replace(days, chart=days.chart.properties(width=_PLOT, height=_DAYS_HEIGHT))
        plots.append(_headed("Reconciled people a day, and the range the evidence allows", sized))
    whole = alt.vconcat(*(plot.chart for plot in plots), spacing=22).properties(
        title=_title(answer), padding=_MARGIN, config=config(background="white")
    )
    rows = {name: rows for plot in plots for name, rows in plot.rows.items()}
    return whole.to_dict(validate=False) | {"datasets": rows}


def _bars(bars: Sequence[Lane], axis: TimeAxis) -> charts.Plot:
    weight: dict[str, float] = {}
    for lane in bars:
        weight[lane.counter] = weight.get(lane.counter, 0.0) + lane.persons
    colour_of = colours(sorted(weight, key=lambda counter: (-weight[counter], counter)))
    plot = charts.over_periods(bars, axis, colour_of, width=_PLOT, scope="figures_")
    height = charts.LANE_HEIGHT * len(bars)
    return replace(plot, chart=plot.chart.properties(name="figures", width=_PLOT, height=height))


def _headed(text: str, plot: charts.Plot) -> charts.Plot:
    title = alt.TitleParams(
        text, anchor="start", fontSize=13, fontWeight="normal", color=MUTED, offset=8
    )
    return replace(plot, chart=plot.chart.properties(title=title))


def _title(answer: Answer) -> alt.TitleParams:
    when = words.period(answer.start, answer.end)
    return alt.TitleParams(
        f"{words.about(answer.value)} people {words.HAPPENED[answer.measure]}{answer.where}",
        subtitle=[
            f"{when}. The evidence allows {words.span(answer.low, answer.high)}.",
            answer.careless,
        ],
        anchor="start",
        fontSize=21,
        subtitleFontSize=14,
        subtitleLineHeight=20,
        subtitleColor=MUTED,
        subtitlePadding=8,
        color=INK,
        offset=18,
    )


def _nothing(publication: Publication) -> dict[str, Any]:
    text = f"No estimate of movements as of {words.day(publication.as_of)}."
    chart = alt.Chart(alt.InlineData(values=[{"text": text}])).mark_text(fontSize=18, color=MUTED)
    sized = chart.encode(text="text:N").properties(
        width=_PLOT, height=160, padding=_MARGIN, config=config(background="white")
    )
    return dict(sized.to_dict(validate=False))
