"""How do solved episodes become the published tables?

Frames in the shape of their contracts; nothing is computed here that `solved` and `rollup`
do not already know.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandera.typing import DataFrame

from displacement.reconcile.area_tree import AreaKey, AreaTree
from displacement.reconcile.conflicts import conflicts_of
from displacement.reconcile.crossings import LeafSets, columns_of, speakers_of
from displacement.reconcile.rollup import DECIMALS, covered_intervals, named_places, roll_ups
from displacement.reconcile.scopes import Days, Voice, day_number, day_of
from displacement.reconcile.solved import Solved, Windows
from displacement_schemas import (
    Conflicts,
    Contributions,
    Coverage,
    Estimates,
    EstimatesDaily,
    EstimatesMonthly,
    Stocks,
)


def estimates(solved: Sequence[Solved], tree: AreaTree, as_of: date) -> DataFrame[Estimates]:
    """One row per cell of every episode."""
    if not solved:
        return Estimates.empty()
    sets = LeafSets()
    cells, kinds = columns_of(solved, sets)
    low, high = kinds.of_cells(cells)
    for number in np.unique(cells.episode[np.isnan(low)]).tolist():
        own = cells.episode == number
        low[own], high[own] = solved[number].cell_bounds()
    codes = ["|".join(code for _, code in tree.covering(np.array(one))) for one in sets.leaves()]
    figures, counters = speakers_of(solved, sets).of_kinds(solved)
    of_episode = {
        "episode_id": [one.episode.episode_id for one in solved],
        "measure": [one.episode.voices[0].measure for one in solved],
        "view": [one.episode.voices[0].view for one in solved],
        "method": [one.balance.method.value for one in solved],
    }
    frame = Estimates.build(
        {name: np.array(column, dtype=object)[cells.episode] for name, column in of_episode.items()}
        | {
            "area_codes": np.array(codes, dtype=object)[cells.scopes.leaf_set],
            "event_id": [cell.event for one in solved for cell in one.episode.cells],
            "start_date": _dates(cells.scopes.start),
            "end_date": _dates(cells.scopes.stop - 1),
            "value": cells.value.round(DECIMALS),
            "low": np.minimum(low, cells.value).round(DECIMALS),
            "high": np.maximum(high, cells.value).round(DECIMALS),
            "figures": figures[cells.kind],
            "counters": counters[cells.kind],
            "coverage": np.ones(len(cells.value)),
            "as_of": np.full(len(cells.value), as_of, dtype="datetime64[D]"),
        }
    )
    return Estimates.in_order(frame)


def contributions(solved: Iterable[Solved]) -> DataFrame[Contributions]:
    """How much of each episode's estimate rests on each figure."""
    rows = [row for episode in _once(solved) for row in _contribution_rows(episode)]
    return Contributions.in_order(Contributions.from_rows(rows))


def conflicts(solved: Iterable[Solved]) -> DataFrame[Conflicts]:
    """Every stretch, in words."""
    rows = [row for episode in _once(solved) for row in conflicts_of(episode)]
    return Conflicts.in_order(Conflicts.from_rows(rows))


def by_day_and_month(
    groups: Iterable[tuple[str, str, list[Solved]]], tree: AreaTree, as_of: date
) -> tuple[DataFrame[EstimatesDaily], DataFrame[EstimatesMonthly]]:
    """Flows rolled up to every area that a figure names, and to what that area lies in."""
    daily, monthly = [], []
    for measure, view, solved in groups:
        places = named_places(solved, tree)
        months = _months(solved)
        supported = _supported(solved, tree, [*places], months)
        days = _days(solved)
        by_month, by_day = roll_ups(solved, tree, places, [months, days])
        by_month = by_month[np.isin(_pairs(by_month, by_month["window"], months), supported)]
        by_month["month"] = _dates(months[by_month["window"].to_numpy(dtype=np.int64), 0])
        starts = days[by_day["window"].to_numpy(dtype=np.int64), 0]
        month = np.searchsorted(months[:, 0], starts, side="right") - 1
        within = np.isin(_pairs(by_day, month, months), supported)
        by_day = by_day[within].assign(date=_dates(starts[within]))
        by_month, by_day = (
            _named(frame, tree).assign(measure=measure, view=view, as_of=as_of)
            for frame in (by_month, by_day)
        )
        daily.append(by_day)
        monthly.append(by_month)
    return (
        EstimatesDaily.in_order(_built(EstimatesDaily, daily)),
        EstimatesMonthly.in_order(_built(EstimatesMonthly, monthly)),
    )


def stocks(
    groups: Iterable[tuple[str, str, pd.DataFrame]], tree: AreaTree, as_of: date
) -> DataFrame[Stocks]:
    """Stocks by area and day, from the frames of `stocks_by_day`."""
    frames = []
    for measure, view, rolled in groups:
        if rolled.empty:
            continue
        dated = rolled.assign(date=_dates(rolled["day"].to_numpy(dtype=np.int64)))
        frames.append(_named(dated, tree).assign(measure=measure, view=view, as_of=as_of))
    return Stocks.in_order(_built(Stocks, frames))


def coverage(voices: Sequence[Voice]) -> DataFrame[Coverage]:
    """Unbroken runs of days that each source covers, per area that its figures name."""
    by_key: dict[tuple[str, str, AreaKey], list[Voice]] = {}
    for voice in voices:
        for area in voice.areas:
            by_key.setdefault((voice.source_id, voice.measure, area), []).append(voice)
    keys = sorted(by_key)
    spans = [(n, voice.start, voice.stop) for n, key in enumerate(keys) for voice in by_key[key]]
    rows = []
    for number, start, stop in covered_intervals(spans).tolist():
        source, measure, area = keys[number]
        # A stock that is silent in between is one figure.
        inside = {v.figure_ids for v in by_key[keys[number]] if start <= v.start < stop}
        rows.append(
            {
                "source_id": source,
                "measure": measure,
                "area_code": area[1],
                "start_date": day_of(start),
                "end_date": day_of(stop - 1),
                "figures": len(inside),
            }
        )
    return Coverage.in_order(Coverage.from_rows(rows))


def _contribution_rows(solved: Solved) -> list[dict[str, Any]]:
    """Each kind's value is divided among its voices by the inverse square of their errors."""
    evidence = solved.episode.evidence
    trust = evidence.incidence / evidence.error[:, None] ** 2
    spoken = (trust / trust.sum(axis=0)) @ solved.balance.cells
    whole = float(solved.balance.cells.sum())
    rows = []
    for voice, value in zip(solved.episode.voices, spoken, strict=True):
        stated = sum(voice.parts)
        for figure, part in zip(voice.figure_ids, voice.parts, strict=True):
            share = part / stated if stated > 0 else 1 / len(voice.parts)
            own = float(value) * share
            rows.append(
                {
                    "episode_id": solved.episode.episode_id,
                    "figure_id": figure,
                    "value": round(own, DECIMALS),
                    "share": round(min(own / whole, 1.0), 9) if whole > 0 else 0.0,
                }
            )
    return rows


def _once(solved: Iterable[Solved]) -> list[Solved]:
    """A stock episode that lives on unchanged is one episode."""
    return list({one.episode.episode_id: one for one in solved}.values())


def _named(rolled: pd.DataFrame, tree: AreaTree) -> pd.DataFrame:
    """With code and admin level of each place."""
    number, keys = pd.factorize(rolled["place"].to_numpy(dtype=object))
    return rolled.assign(
        area_code=np.array([code for _, code in keys], dtype=object)[number],
        admin_level=np.array([tree.level[key] for key in keys], dtype=np.int64)[number],
    )


def _dates(days: Days) -> NDArray[np.datetime64]:
    return days.astype("datetime64[D]")


def _built(model: Any, frames: list[pd.DataFrame]) -> Any:
    if not frames:
        return model.empty()
    frame = pd.concat(frames, ignore_index=True)
    names = [name for name in model.arrow_schema().names if name in frame]
    return model.build({name: frame[name] for name in names})


def _days(solved: Sequence[Solved]) -> Windows:
    spans = covered_intervals([(0, *episode.span) for episode in solved])
    days: Days = np.concatenate([np.arange(first, last) for _, first, last in spans])
    return np.column_stack([days, days + 1])


def _months(solved: Sequence[Solved]) -> Windows:
    """The calendar months that the episodes touch, as windows."""
    days = _days(solved)[:, 0].astype("datetime64[D]")
    months = np.unique(days.astype("datetime64[M]"))
    first = months.astype("datetime64[D]").astype(np.int64)
    return np.column_stack([first, (months + 1).astype("datetime64[D]").astype(np.int64)])


def _supported(
    solved: Iterable[Solved], tree: AreaTree, places: Sequence[AreaKey], months: Windows
) -> Days:
    """Places and months for which some voice names the place or an area inside it, as `_pairs`.

    Only there does the evidence reach down to the place's level.
    """
    number = {key: position for position, key in enumerate(places)}
    above = {
        key: np.array([number[one] for one in tree.ancestors(key)]) * len(months) for key in number
    }
    voices = [voice for one in solved for voice in one.episode.voices]
    starts, stops = np.array([(voice.start, voice.stop) for voice in voices]).T
    first = np.searchsorted(months[:, 1], starts, side="right").tolist()
    last = np.searchsorted(months[:, 0], stops, side="left").tolist()
    named = {
        (area, *span)
        for voice, *span in zip(voices, first, last, strict=True)
        for area in voice.areas
    }
    found = [above[area][:, None] + np.arange(begin, end) for area, begin, end in named]
    return np.unique(np.concatenate([pairs.ravel() for pairs in found]))


def _pairs(frame: pd.DataFrame, month: Any, months: Windows) -> Days:
    """Place and month of each row as one number."""
    number = frame["number"].to_numpy(dtype=np.int64)
    return np.asarray(number * len(months) + np.asarray(month, dtype=np.int64))


def as_of_or_latest(as_of: date | None, published: "pd.Series[date]") -> date:
    """The as-of date asked for; else the latest publication."""
    if as_of is not None:
        return as_of
    return date(1970, 1, 1) if published.empty else day_of(day_number(published.max()))
