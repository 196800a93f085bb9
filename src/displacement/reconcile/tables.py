"""How do solved episodes become the published tables?

Frames in the shape of their contracts; nothing is computed here that `solved` and `rollup`
do not already know.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandera.typing import DataFrame

from displacement.reconcile.area_tree import AreaKey, AreaTree
from displacement.reconcile.columns import (
    firsts,
    numbered,
    objects,
    of_texts,
    rows_of,
    spread,
)
from displacement.reconcile.conflicts import conflicts_of
from displacement.reconcile.crossings import Speakers
from displacement.reconcile.episodes import Episodes
from displacement.reconcile.rollup import DECIMALS, covered_intervals, named_places, roll_ups
from displacement.reconcile.scopes import Days, Voices, day_number, day_of
from displacement.reconcile.solutions import Solutions
from displacement.reconcile.solved import Windows
from displacement_schemas import (
    Conflicts,
    Contributions,
    Coverage,
    Estimates,
    EstimatesDaily,
    EstimatesMonthly,
    Stocks,
)


def estimates(groups: Sequence[Solutions], tree: AreaTree, as_of: date) -> DataFrame[Estimates]:
    """One row per cell of every episode."""
    frames = [_estimates(one, tree).assign(as_of=as_of) for one in groups if len(one)]
    return Estimates.in_order(_built(Estimates, frames))


def _estimates(solutions: Solutions, tree: AreaTree) -> pd.DataFrame:
    of, value = solutions.episodes, solutions.cell_values
    low, high = solutions.cell_bounds()
    figures, counters = Speakers.of(of).of_kinds(of)
    leaf_set, number = np.unique(of.cells.leaf_set, return_inverse=True)
    codes = [
        "|".join(code for _, code in tree.covering(np.array(of.voices.sets[one])))
        for one in leaf_set.tolist()
    ]
    of_episode = {
        "episode_id": objects(of.ids),
        "measure": of.voices.measure[of.first_voice],
        "view": of.voices.view[of.first_voice],
        "method": objects([method.value for method in solutions.method]),
    }
    return pd.DataFrame(
        {name: column[of.episode_of_cells] for name, column in of_episode.items()}
        | {
            "area_codes": objects(codes)[number],
            "event_id": of.cells.event,
            "start_date": _dates(of.cells.start),
            "end_date": _dates(of.cells.stop - 1),
            "value": value.round(DECIMALS),
            "low": low.round(DECIMALS),
            "high": high.round(DECIMALS),
            "figures": figures[of.kind_of_cells],
            "counters": counters[of.kind_of_cells],
            "coverage": np.ones(len(value)),
        }
    )


def contributions(groups: Sequence[Solutions]) -> DataFrame[Contributions]:
    """How much of each episode's estimate rests on each figure."""
    frames = [_contributions(one) for one in groups if len(one)]
    return Contributions.in_order(_built(Contributions, frames))


def _contributions(solutions: Solutions) -> pd.DataFrame:
    """Each kind's value is divided among its voices by the inverse square of their errors."""
    of, voices = solutions.episodes, solutions.episodes.voices
    voice, kind = of.pair_voice, of.pair_kind
    trust = 1 / voices.error[voice] ** 2
    shares = trust / np.bincount(kind, trust)[kind]
    spoken = np.bincount(voice, shares * solutions.cells[kind], minlength=len(voices))
    # A voice of several figures is divided among these as they are stated.
    owner = np.repeat(np.arange(len(voices)), voices.figures)
    stated = np.add.reduceat(voices.parts, voices.first)[owner]
    part = np.where(
        stated > 0, voices.parts / np.where(stated > 0, stated, 1.0), 1 / voices.figures[owner]
    )
    own, episode = spoken[owner] * part, np.repeat(np.arange(len(of)), of.voices_of)[owner]
    whole = np.add.reduceat(solutions.cells, of.first_kind)[episode]
    share = np.minimum(own / np.where(whole > 0, whole, 1.0), 1.0)
    return pd.DataFrame(
        {
            "episode_id": objects(of.ids)[episode],
            "figure_id": voices.figure_ids,
            "value": own.round(DECIMALS),
            "share": np.where(whole > 0, share.round(9), 0.0),
        }
    )


def conflicts(groups: Sequence[Solutions]) -> DataFrame[Conflicts]:
    """Every stretch, in words."""
    rows = [row for one in groups for bent in _bent(one) for row in conflicts_of(one[bent])]
    return Conflicts.in_order(Conflicts.from_rows(rows))


def _bent(solutions: Solutions) -> list[int]:
    """The episodes of which some figure was bent."""
    episode = np.repeat(np.arange(len(solutions)), solutions.episodes.voices_of)
    found: list[int] = np.unique(episode[solutions.stretch > 0]).tolist()
    return found


def by_day_and_month(
    flows: Mapping[tuple[str, str], Solutions], tree: AreaTree, as_of: date
) -> tuple[DataFrame[EstimatesDaily], DataFrame[EstimatesMonthly]]:
    """Flows rolled up to every area that a figure names, and to what that area lies in."""
    daily, monthly = [], []
    for (measure, view), solved in flows.items():
        voices = solved.episodes.voices
        places = named_places(solved, tree)
        days = _days(solved.episodes)
        months = _months(days)
        supported = _supported(voices, tree, [*places], months)
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
    groups: Iterable[tuple[tuple[str, str], pd.DataFrame]], tree: AreaTree, as_of: date
) -> DataFrame[Stocks]:
    """Stocks by area and day, from the frames of `stocks_by_day`."""
    frames = []
    for (measure, view), rolled in groups:
        if rolled.empty:
            continue
        dated = rolled.assign(date=_dates(rolled["day"].to_numpy(dtype=np.int64)))
        frames.append(_named(dated, tree).assign(measure=measure, view=view, as_of=as_of))
    return Stocks.in_order(_built(Stocks, frames))


def coverage(voices: Voices) -> DataFrame[Coverage]:
    """Unbroken runs of days that each source covers, per area that its figures name."""
    if not len(voices):
        return Coverage.empty()
    owner, _ = spread(np.array([len(areas) for areas in voices.areas], dtype=np.int64))
    keys = objects([area for areas in voices.areas for area in areas])
    area, different = pd.factorize(keys, sort=False)
    key = numbered(of_texts(voices.source_id)[owner], of_texts(voices.measure)[owner], area)
    _, row_of_key = np.unique(key, return_index=True)
    covered, start, stop = covered_intervals(key, voices.start[owner], voices.stop[owner])
    far = max(int(stop.max()), 0) + 1 - min(int(start.min()), 0)
    run = np.searchsorted(covered * far + start, key * far + voices.start[owner], side="right") - 1
    # A stock that is silent in between is one figure.
    heard = np.unique(numbered(run, of_texts(voices.name)[owner]), return_index=True)[1]
    row = row_of_key[covered]
    frame = Coverage.build(
        {
            "source_id": voices.source_id[owner[row]],
            "measure": voices.measure[owner[row]],
            "area_code": objects([code for _, code in different])[area[row]],
            "start_date": _dates(start),
            "end_date": _dates(stop - 1),
            "figures": np.bincount(run[heard], minlength=len(covered)),
        }
    )
    return Coverage.in_order(frame)


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


def _days(episodes: Episodes) -> Windows:
    """The days that the episodes cover, as windows."""
    cells, same = episodes.cells, np.zeros(len(episodes.cells), dtype=np.int64)
    _, first, last = covered_intervals(same, cells.start, cells.stop)
    days = rows_of(first, last - first)
    return np.column_stack([days, days + 1])


def _months(days: Windows) -> Windows:
    """The calendar months of some days, as windows."""
    months = np.unique(days[:, 0].astype("datetime64[D]").astype("datetime64[M]"))
    first = months.astype("datetime64[D]").astype(np.int64)
    return np.column_stack([first, (months + 1).astype("datetime64[D]").astype(np.int64)])


def _supported(voices: Voices, tree: AreaTree, places: Sequence[AreaKey], months: Windows) -> Days:
    """Places and months for which some voice names the place or an area inside it, as `_pairs`.

    Only there does the evidence reach down to the place's level.
    """
    number = {key: position for position, key in enumerate(places)}
    above = [np.array([number[one] for one in tree.ancestors(key)]) for key in places]
    owner, _ = spread(np.array([len(areas) for areas in voices.areas], dtype=np.int64))
    named = np.array([number[area] for areas in voices.areas for area in areas], dtype=np.int64)
    first = np.searchsorted(months[:, 1], voices.start, side="right")[owner]
    last = np.searchsorted(months[:, 0], voices.stop, side="left")[owner]
    months_of, nth = spread(last - first)
    spoken = np.unique(named[months_of] * len(months) + first[months_of] + nth)
    area, month = np.divmod(spoken, len(months))
    sizes = np.array([len(line) for line in above], dtype=np.int64)
    line = np.concatenate(above)[rows_of(firsts(sizes)[area], sizes[area])]
    return np.unique(line * len(months) + np.repeat(month, sizes[area]))


def _pairs(frame: pd.DataFrame, month: Any, months: Windows) -> Days:
    """Place and month of each row as one number."""
    number = frame["number"].to_numpy(dtype=np.int64)
    return np.asarray(number * len(months) + np.asarray(month, dtype=np.int64))


def as_of_or_latest(as_of: date | None, published: "pd.Series[date]") -> date:
    """The as-of date asked for; else the latest publication."""
    if as_of is not None:
        return as_of
    return date(1970, 1, 1) if published.empty else day_of(day_number(published.max()))
