"""The measured numbers as tables, and the pictures beside the page that shows them."""

from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import vl_convert

from displacement.report.look import ESTIMATE, INK, PLAIN, config
from tests.benchmarks.accuracy.methods import BASELINES
from tests.benchmarks.accuracy.runs import Scores
from tests.benchmarks.accuracy.scores import OURS

HOME = Path(__file__).parent
PAGE = HOME / "README.md"

PIECES = ("totals", "months", "cells")
MOST_TRUSTED_RATIO = 0.60
LEAST_SQUARES_RATIO = 0.85
INSIDE = 0.95
WIDTH = 0.40
ROUNDING = 1e-6
"""Bounds are published to six decimals."""
_VEGA_LITE = ".".join(alt.SCHEMA_VERSION.split(".")[:2])


def medians(scores: Scores) -> pd.DataFrame:
    """Median errors, methods by pieces."""
    found = scores.errors.groupby("method")[[*PIECES]].median()
    return found.reindex([OURS, *BASELINES])


def inside(bounds: pd.DataFrame) -> "pd.Series[bool]":
    """Whether the true total of each episode lies within its bounds."""
    slack = ROUNDING * (1 + bounds["truth"])
    return bounds["truth"].between(bounds["low"] - slack, bounds["high"] + slack)


def width(bounds: pd.DataFrame) -> float:
    """The median of (high − low) ÷ value over episodes of anybody at all."""
    some = bounds[bounds["value"] > 0]
    # Lone figures with ε 0.20 are exactly 0.40 wide, which is not below it.
    return round(float(((some["high"] - some["low"]) / some["value"]).median()), 6)


def targets(scores: Scores) -> pd.DataFrame:
    """Columns target, measured, wanted, met."""
    found = medians(scores)
    cells, totals = found["cells"], found["totals"]
    others = totals.drop(OURS)
    trusted = cells[OURS] / cells["most trusted wins"]
    squares = cells[OURS] / cells["least squares"]
    held, wide = float(inside(scores.bounds).mean()), width(scores.bounds)
    met = width(scores.bounds[scores.bounds["counters"] > 1])
    rows = [
        ("cell error ÷ most trusted wins", trusted, "≤ 0.60", trusted <= MOST_TRUSTED_RATIO),
        ("cell error ÷ least squares", squares, "≤ 0.85", squares <= LEAST_SQUARES_RATIO),
        (
            f"error of totals ÷ best baseline ({others.idxmin()})",
            totals[OURS] / others.min(),
            "≤ 1",
            totals[OURS] <= others.min(),
        ),
        ("episode totals whose truth is inside [low, high]", held, "≥ 0.95", held >= INSIDE),
        ("median width of [low, high] ÷ total, all episodes", wide, "< 0.40", wide < WIDTH),
        ("the same where two counters or more speak", met, "< 0.40", met < WIDTH),
    ]
    return pd.DataFrame(rows, columns=["target", "measured", "wanted", "met"])


def tables(scores: Scores, seed: int) -> str:
    """Everything that is measured, in Markdown."""
    crises, episodes = scores.errors["crisis"].nunique(), len(scores.bounds)
    return "\n\n".join(
        [
            f"{crises} crises of seed {seed}, {episodes} episodes; medians over the crises:",
            markdown(medians(scores).reset_index(), "error of"),
            markdown(targets(scores).replace({True: "yes", False: "no"}), "target"),
        ]
    )


def markdown(frame: pd.DataFrame, corner: str) -> str:
    """A frame as a table, numbers to three decimals."""
    header = [corner, *map(str, frame.columns[1:])]
    rows = [
        [f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row]
        for row in frame.itertuples(index=False)
    ]
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def insert(part: str, text: str, page: Path = PAGE) -> None:
    """Put a text between the marks of a part of the page.

    Raises ValueError where the page has no such part.
    """
    begin, end = f"<!-- {part} -->\n", f"<!-- end of {part} -->"
    before, found, rest = page.read_text(encoding="utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{page} has no part {part}")
    page.write_text(f"{before}{begin}\n{text}\n\n{end}{after}", encoding="utf-8")


def draw_errors(scores: Scores) -> bytes:
    """A PNG: median and middle half of each method's errors."""
    long = scores.errors.melt(["crisis", "method"], PIECES, "piece", "error")
    grouped = long.groupby(["piece", "method"])["error"]
    rows = pd.DataFrame(
        {
            "low": grouped.quantile(0.25),
            "median": grouped.median(),
            "high": grouped.quantile(0.75),
        }
    )
    rows = np.maximum(rows, 0.01).round(4).reset_index()
    rows["colour"] = np.where(rows["method"] == OURS, ESTIMATE, PLAIN)
    scale = alt.Scale(type="log", domain=[0.01, 10], clamp=True)
    x = {"scale": scale, "axis": alt.Axis(values=[0.01, 0.03, 0.1, 0.3, 1, 3, 10])}
    colour = alt.Color("colour:N", scale=None)
    panels = []
    for piece in PIECES:
        named = alt.Axis() if piece == PIECES[0] else alt.Axis(labels=False, ticks=False)
        y = alt.Y("method:N", sort=[OURS, *BASELINES], title=None, axis=named)
        base = alt.Chart(rows[rows["piece"] == piece])
        bar = base.mark_bar(height=9, opacity=0.45).encode(
            x=alt.X("low:Q", title=f"error of {piece}", **x), x2="high:Q", y=y, color=colour
        )
        tick = base.mark_tick(thickness=3, size=17).encode(
            x=alt.X("median:Q", **x), y=y, color=colour
        )
        panels.append((bar + tick).properties(width=190, height=160))
    return _png(alt.hconcat(*panels), "How far from the truth: median and middle half of crises")


def draw_bounds(scores: Scores) -> bytes:
    """A PNG: where the truth lies between low and high, and how wide the bounds are."""
    bounds = scores.bounds[scores.bounds["value"] > 0]
    room = bounds["high"] - bounds["low"]
    apart = bounds[room > 0]
    place = (apart["truth"] - apart["low"]) / room[room > 0]
    where = _histogram(
        place, np.linspace(-0.2, 1.2, 29), "where the truth lies: 0 is low, 1 is high"
    )
    edges = alt.Chart(pd.DataFrame({"x": [0, 1]})).mark_rule(color=INK, strokeDash=[4, 3])
    wide = _histogram(room / bounds["value"], np.linspace(0, 1.5, 31), "(high − low) ÷ total")
    wanted = alt.Chart(pd.DataFrame({"x": [WIDTH]})).mark_rule(color=INK, strokeDash=[4, 3])
    return _png(
        alt.hconcat(where + edges.encode(x="x:Q"), wide + wanted.encode(x="x:Q")),
        "Bounds of the episodes' totals; dashed: the bounds, and the width wanted",
    )


def _histogram(values: "pd.Series[float]", edges: Any, title: str) -> Any:
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges)
    rows = pd.DataFrame({"from": edges[:-1].round(4), "to": edges[1:].round(4), "episodes": counts})
    domain = [float(edges[0]), float(edges[-1])]
    x = alt.X("from:Q", bin="binned", title=title, scale=alt.Scale(domain=domain, nice=False))
    return (
        alt.Chart(rows)
        .mark_bar(color=ESTIMATE, opacity=0.6, stroke="white")
        .encode(x=x, x2="to:Q", y="episodes:Q")
        .properties(width=300, height=150)
    )


def _png(chart: Any, title: str) -> bytes:
    whole = chart.properties(
        title=alt.TitleParams(title, anchor="start", fontSize=15, color=INK, offset=12),
        padding=14,
        config=config(background="white"),
    )
    spec = whole.to_dict(validate=False)
    return bytes(vl_convert.vegalite_to_png(spec, vl_version=_VEGA_LITE, scale=1))
