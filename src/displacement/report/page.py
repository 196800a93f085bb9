"""The page: how does one snapshot read as a single file that works without a network?

Scripts, styles and numbers are all inside it, and its own policy forbids loading anything.
"""

import base64
import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final

import altair as alt
import jinja2
import pandas as pd
import vl_convert

from displacement.report import charts, sheets, words
from displacement.report.answers import (
    Answer,
    StockAnswer,
    answers,
    latest_stocks,
    stock_groups,
    stocks_of,
    untold,
)
from displacement.report.comparison import Cell, baselines, cells, shown_in_full
from displacement.report.evidence import Evidence, evidence, in_play, waiting
from displacement.report.lanes import lanes
from displacement.report.look import PAGE_FONT, TimeAxis, colours, config
from displacement.report.places import Places
from displacement.report.publication import Publication
from displacement.report.series import Dated, flow_steps, stock_steps

_MOST_STOCK_CHARTS: Final = 12
_GLOBALS: Final = "window.vegaEmbed = vegaEmbed;"
_BUNDLING: Final = threading.Lock()
_VEGA_LITE: Final = ".".join(alt.SCHEMA_VERSION.split(".")[:2])


@dataclass(frozen=True)
class Drawing:
    """A chart on the page: its element, what it shows in words, and its specification."""

    key: str
    title: str
    description: str
    caption: str
    spec: dict[str, Any]


@dataclass(frozen=True)
class FlowSection:
    """One flow measure and view: its answer and its charts."""

    answer: Answer
    drawings: tuple[Drawing, ...]


@dataclass(frozen=True)
class StockSection:
    """One stock measure and view: its latest numbers and a chart for each area."""

    key: str
    title: str
    latest: tuple[StockAnswer, ...]
    drawings: tuple[Drawing, ...]
    not_drawn: int


def render_page(publication: Publication) -> str:
    """One self-contained HTML page about the publication."""
    # Bundling the scripts takes a second once per process: do it while the charts are made.
    threading.Thread(target=_vega, daemon=True).start()
    places = sheets.places_of(publication)
    items = evidence(publication, places)
    found = cells(publication, items, places)
    colour_of = _colours(items)
    flows = [
        _flow_section(
            answer,
            found,
            items,
            places,
            colour_of,
            stretches=publication.stretches_of(answer.measure, answer.view),
        )
        for answer in answers(publication, found, items, places)
    ]
    stocks = [
        _stock_section(measure, view, group, items, places)
        for measure, view, group in stock_groups(stocks_of(publication))
    ]
    drawings = [drawing for flow in flows for drawing in flow.drawings]
    drawings += [drawing for stock in stocks for drawing in stock.drawings]
    return _filled(
        drawings,
        publication=publication,
        as_of=words.day(publication.as_of),
        opening=sheets.opening(publication, items),
        flows=flows,
        stocks=stocks,
        untold=untold(publication),
        evidence=items,
        waiting=waiting(items),
        cells=sheets.cell_rows(found, places),
        conflicts=sheets.conflict_rows(publication),
        rejected=sheets.rejected_summary(publication),
        runs=sheets.run_rows(publication),
        words=words,
    )


def _colours(items: Sequence[Evidence]) -> dict[str, str]:
    weight: dict[str, float] = {}
    for item in in_play(items):
        weight[item.counter] = weight.get(item.counter, 0.0) + (item.persons or 0.0)
    return colours(sorted(weight, key=lambda counter: (-weight[counter], counter)))


def _flow_section(
    answer: Answer,
    found: Sequence[Cell],
    items: Sequence[Evidence],
    places: Places,
    colour_of: Mapping[str, str],
    *,
    stretches: Sequence[Dated],
) -> FlowSection:
    of_answer = (answer.measure, answer.view)
    own_cells = [cell for cell in found if (cell.measure, cell.view) == of_answer]
    own_items = [item for item in in_play(items) if (item.measure, item.view) == of_answer]
    axis = _axis(answer, own_items)
    drawings = (
        _daily_drawing(answer, stretches or shown_in_full(own_cells), axis),
        _figures_drawing(answer, own_items, axis, colour_of),
        _comparison_drawing(answer, own_cells, places),
    )
    return FlowSection(answer, tuple(drawing for drawing in drawings if drawing))


def _axis(answer: Answer, items: Sequence[Evidence]) -> TimeAxis:
    first = min([answer.start, *(item.start for item in items if item.start)])
    last = max([answer.end, *(item.end for item in items)])
    return TimeAxis(first, last + timedelta(days=1))


def _daily_drawing(answer: Answer, found: Sequence[Dated], axis: TimeAxis) -> Drawing | None:
    steps = flow_steps(found)
    if not steps:
        return None
    peak = max(steps, key=lambda step: step.value)
    peak_days = words.period(peak.start, peak.end - timedelta(days=1))
    return Drawing(
        key=f"daily-{answer.key}",
        title="People a day",
        description=(
            f"Stepped line of people a day with its range. Highest: {words.rate(peak.value)} "
            f"a day in {peak_days}."
        ),
        caption=(
            "Line: reconciled estimate. Band: least and most that the evidence allows, spread "
            "evenly over each stretch between the edges of figures. Any single day inside a "
            "stretch may hold none or all of it. Days without a figure stay empty: unknown, "
            "not zero; so do days of so few people that they are withheld."
        ),
        spec=_spec(charts.over_time(steps, axis, "People a day"), 240),
    )


def _figures_drawing(
    answer: Answer, items: Sequence[Evidence], axis: TimeAxis, colour_of: Mapping[str, str]
) -> Drawing | None:
    found = lanes(items, axis.start)
    if not found.drawn:
        return None
    left_out = (
        f" {words.counted(found.figures_left_out, 'smaller figure')} found no room here and "
        f"stand in the evidence."
        if found.figures_left_out
        else ""
    )
    return Drawing(
        key=f"figures-{answer.key}",
        title="Who says what of which days",
        description="Bars over time. " + "; ".join(lane.label for lane in found.drawn) + ".",
        caption=(
            "Solid: figures that were reconciled. Hollow: repeats and cross-checks, not counted "
            f"again.{left_out}"
        ),
        spec=_spec(
            charts.over_periods(found.drawn, axis, colour_of),
            charts.LANE_HEIGHT * len(found.drawn),
        ),
    )


def _comparison_drawing(answer: Answer, found: Sequence[Cell], places: Places) -> Drawing | None:
    if answer.naive_sum is None:
        return None
    rows = [("Adding up every figure", answer.naive_sum)]
    simple = baselines(found, places)
    if simple:
        rows += [
            ("Most trusted figure wins", simple.most_trusted),
            ("Latest figure wins", simple.latest),
        ]
    plot = charts.ways_of_adding_up(rows, (answer.value, answer.low, answer.high))
    return Drawing(
        key=f"comparison-{answer.key}",
        title="Simpler ways of adding up",
        description="; ".join(f"{name}: {words.number(value)}" for name, value in rows)
        + f"; reconciled: {words.number(answer.value)}.",
        caption="The dark line on the last bar is the range that the evidence allows.",
        spec=_spec(plot, charts.LANE_HEIGHT * (len(rows) + 1)),
    )


def _stock_section(
    measure: str, view: str, group: pd.DataFrame, items: Sequence[Evidence], places: Places
) -> StockSection:
    latest = latest_stocks(group, items, places)
    key = f"{measure}-{view}"
    axis = TimeAxis(group["date"].min(), group["date"].max() + timedelta(days=1))
    shown = set(group["area_code"][group["high"].notna()])
    drawable = [stock for stock in latest if stock.code in shown]
    drawings = [_stock_drawing(key, stock, group, axis) for stock in drawable[:_MOST_STOCK_CHARTS]]
    return StockSection(
        key=key,
        title=f"{words.MEASURE_TITLE[measure]}, {words.VIEW_TITLE[view]}",
        latest=tuple(latest),
        drawings=tuple(drawings),
        not_drawn=len(latest) - len(drawings),
    )


def _stock_drawing(key: str, stock: StockAnswer, group: pd.DataFrame, axis: TimeAxis) -> Drawing:
    steps = stock_steps(group[(group["area_code"] == stock.code).to_numpy(dtype=bool)])
    plot = charts.over_time(steps, axis, "People", points=True)
    return Drawing(
        key=f"stock-{key}-{stock.code}",
        title=stock.area,
        description=f"{stock.area}: {stock.said} people on {words.day(stock.day)}.",
        caption="",
        spec=_spec(plot, 150),
    )


def _spec(plot: charts.Plot, height: int) -> dict[str, Any]:
    return plot.spec(
        width="container",
        height=height,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        padding={"left": 0, "right": 8, "top": 6, "bottom": 4},
        config=config(font=PAGE_FONT),
    )


def _filled(drawings: Sequence[Drawing], **content: Any) -> str:
    """The template with its content, its scripts, and a policy that allows only these."""
    numbered = {drawing.key: f"chart-{rank}" for rank, drawing in enumerate(drawings, start=1)}
    specs = {
        numbered[drawing.key]: drawing.spec | {"description": drawing.description}
        for drawing in drawings
    }
    scripts = [_vega(), _part("page.js")] if drawings else []
    return _template().render(
        content,
        chart_ids=numbered,
        styles=_part("page.css"),
        scripts=scripts,
        script_hashes=[_hash(script) for script in scripts],
        specs=_as_data(specs),
    )


def _as_data(specs: Mapping[str, Any]) -> str:
    """JSON that can stand in a page: no character of it can end or open an element."""
    text = json.dumps(specs, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


@cache
def _vega() -> str:
    with _BUNDLING:
        return str(vl_convert.javascript_bundle(_GLOBALS, vl_version=_VEGA_LITE)).strip()


@cache
def _part(name: str) -> str:
    return files("displacement.report").joinpath(name).read_text(encoding="utf-8").strip()


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.from_string(_part("page.html.j2"))
