"""Does the change of a stock agree with the flows in between? The table `balance`.

After the disclosure, and from published tables alone: what is withheld there cannot follow.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandera.typing import DataFrame

from displacement.reconcile.scopes import Days, day_numbers
from displacement_schemas import Balance
from displacement_schemas.vocabulary import AreaRole, Measure

COARSEST_LEVELS: Final = 2
"""Smaller areas than districts change by who moves between them, which no measure tells."""

WHOLE: Final = 0.999
"""Of a stock that covers but a part of an area, who came into the area says nothing."""

Numbers = NDArray[np.float64]


class _Flow(NamedTuple):
    """A measure that feeds or drains a stock, and the views that tell of this area's own people."""

    measure: Measure
    views: tuple[AreaRole, ...]


_CAME: Final = (AreaRole.DESTINATION,)
_WENT: Final = (AreaRole.ORIGIN,)
_WITHIN: Final = (AreaRole.LOCATION, AreaRole.DESTINATION, AreaRole.ORIGIN)
"""Within one country it is all the same where a movement is seen."""

_IN: Final = {
    Measure.IDPS: _Flow(Measure.NEW_DISPLACEMENT, _CAME),
    Measure.RETURNEES: _Flow(Measure.RETURN, (AreaRole.DESTINATION, AreaRole.LOCATION)),
    Measure.REFUGEES: _Flow(Measure.CROSS_BORDER_FLIGHT, _CAME),
}
_OUT: Final = {
    Measure.IDPS: _Flow(Measure.RETURN, _WENT),
    Measure.REFUGEES: _Flow(Measure.CROSS_BORDER_RETURN, _WENT),
}
_IN_COUNTRIES: Final = {Measure.IDPS: (Measure.NEW_DISPLACEMENT, Measure.RETURN)}


class _Series(NamedTuple):
    """One flow of one area, day by day in order."""

    days: Days
    value: Numbers
    low: Numbers
    high: Numbers


class _Sums(NamedTuple):
    """What flowed in each of some windows; not a number where it is partly unknown."""

    value: Numbers
    low: Numbers
    high: Numbers
    known: Numbers
    """Days of each window that are known."""


def balance_of(tables: Mapping[str, Any], as_of: date) -> DataFrame[Balance]:
    """Every two counts of a stock that follow each other, with the flows between them.

    Args:
        tables: the published `stocks`, `estimates_daily` and `estimates_monthly`.
        as_of: the day of the publication.
    """
    stocks = tables["stocks"]
    counted = stocks[
        (stocks["age_days"] == 0)
        & (stocks["admin_level"] <= COARSEST_LEVELS)
        & (stocks["coverage"] >= WHOLE)
        & stocks["value"].notna()
    ]
    if counted.empty:
        return Balance.empty()
    flows = _Flows(tables["estimates_daily"], tables["estimates_monthly"])
    frames = []
    place = ["measure", "view", "area_code", "admin_level"]
    for (measure, view, code, level), counts in counted.groupby(place, sort=True):
        frame = _between(counts, flows.around(Measure(measure), code, level))
        if frame["coverage"].any():
            own = {"measure": measure, "view": view, "area_code": code, "admin_level": level}
            frames.append(frame.assign(**own))
    if not frames:
        return Balance.empty()
    joined = pd.concat(frames, ignore_index=True)
    joined["as_of"] = np.full(len(joined), as_of, dtype="datetime64[D]")
    return Balance.in_order(Balance.build({name: joined[name] for name in joined.columns}))


class _Flows:
    """The published flows by measure, view and area."""

    def __init__(self, daily: pd.DataFrame, monthly: pd.DataFrame) -> None:
        self._daily = daily[daily["admin_level"] <= COARSEST_LEVELS].reset_index(drop=True)
        self._rows = self._daily.groupby(["measure", "view", "area_code"], sort=False).indices
        self._months = monthly.set_index(["measure", "view", "area_code"]).sort_index()

    def around(self, stock: Measure, code: str, level: int) -> "_Around":
        """What feeds and drains a stock in an area."""
        inflow, outflow = _IN[stock], _OUT.get(stock)
        if level == 0 and stock in _IN_COUNTRIES:
            came, went = _IN_COUNTRIES[stock]
            inflow, outflow = _Flow(came, _WITHIN), _Flow(went, _WITHIN)
        return _Around(self, code, inflow, outflow)

    def sums(self, flow: _Flow, code: str, starts: Days, stops: Days) -> _Sums:
        """What flowed in the windows, seen from where most days are known."""
        keys = [(flow.measure.value, view.value, code) for view in flow.views]
        known = [key for key in keys if key in self._rows]
        if not known:
            nothing = np.full(len(starts), np.nan)
            return _Sums(nothing, nothing, nothing, np.zeros(len(starts)))
        key = max(known, key=lambda one: len(self._rows[one]))
        series, months = self._series(key), self._bounds_of_months(key)
        return _summed(series, months, starts, stops)

    def _series(self, key: tuple[str, str, str]) -> _Series:
        rows = self._daily.iloc[self._rows[key]].sort_values("date")
        numbers = (
            rows[name].to_numpy(dtype=np.float64, na_value=np.nan)
            for name in ("value", "low", "high")
        )
        return _Series(day_numbers(rows["date"]), *numbers)

    def _bounds_of_months(self, key: tuple[str, str, str]) -> dict[int, tuple[float, float]]:
        """The bounds of each month, by the number of its first day."""
        if key not in self._months.index:
            return {}
        own = self._months.loc[[key]]
        ends = own[["low", "high"]].to_numpy(dtype=np.float64, na_value=np.nan).tolist()
        return {
            day: (low, high)
            for day, (low, high) in zip(day_numbers(own["month"]).tolist(), ends, strict=True)
        }


class _Around(NamedTuple):
    """The flows around the stock of one area."""

    flows: _Flows
    code: str
    inflow: _Flow
    outflow: _Flow | None

    def sums(self, starts: Days, stops: Days) -> tuple[_Sums, _Sums]:
        """What flowed in and what flowed out."""
        came = self.flows.sums(self.inflow, self.code, starts, stops)
        if self.outflow is None:
            nothing = np.zeros(len(starts))
            return came, _Sums(nothing, nothing, nothing, nothing)
        return came, self.flows.sums(self.outflow, self.code, starts, stops)


def _between(counts: pd.DataFrame, around: _Around) -> pd.DataFrame:
    """Counts that follow each other in pairs, and what flowed from the first to the second."""
    ordered = counts.sort_values("date")
    days = day_numbers(ordered["date"])
    value, low, high = (
        ordered[name].to_numpy(dtype=np.float64, na_value=np.nan)
        for name in ("value", "low", "high")
    )
    starts, stops = days[:-1] + 1, days[1:] + 1
    came, went = around.sums(starts, stops)
    change, least, most = value[1:] - value[:-1], low[1:] - high[:-1], high[1:] - low[:-1]
    inwards, outwards = _taken(came), _taken(went)
    gap_low, gap_high = least - inwards[2] + outwards[1], most - inwards[1] + outwards[2]
    agrees = pd.array((gap_low <= 0) & (gap_high >= 0), dtype="boolean")
    agrees[np.isnan(gap_low) | np.isnan(gap_high)] = pd.NA
    return pd.DataFrame(
        {
            "start_date": (starts - 1).astype("datetime64[D]"),
            "end_date": (stops - 1).astype("datetime64[D]"),
            "opening": value[:-1],
            "closing": value[1:],
            "change": change,
            "change_low": least,
            "change_high": most,
            "inflow": came.value,
            "outflow": went.value if around.outflow else np.full(len(change), np.nan),
            "gap": change - inwards[0] + outwards[0],
            "gap_low": gap_low,
            "gap_high": gap_high,
            "agrees": agrees,
            "coverage": np.maximum(came.known, went.known) / (stops - starts),
        }
    )


def _taken(sums: _Sums) -> tuple[Numbers, Numbers, Numbers]:
    """Value and bounds of a flow: nothing where nobody knows any, unknown where it is withheld."""
    absent = sums.known == 0
    value, low, high = (np.where(absent, 0.0, one) for one in (sums.value, sums.low, sums.high))
    return value, low, high


def _summed(
    series: _Series, months: Mapping[int, tuple[float, float]], starts: Days, stops: Days
) -> _Sums:
    """The sums over windows of days; their bounds are those of whole months where they are."""
    first, last = np.searchsorted(series.days, starts), np.searchsorted(series.days, stops)
    value, low, high, known = (np.zeros(len(starts)) for _ in range(4))
    for window, (begin, end) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
        own = slice(begin, end)
        value[window], known[window] = series.value[own].sum(), end - begin
        low[window], high[window] = _bounds(
            series, own, months, (int(starts[window]), int(stops[window]))
        )
    return _Sums(np.where(known > 0, value, np.nan), low, high, known)


def _bounds(
    series: _Series, own: slice, months: Mapping[int, tuple[float, float]], window: tuple[int, int]
) -> tuple[float, float]:
    """Day by day any day may hold all of its cell; a month knows better, and no part exceeds it."""
    days = series.days[own].astype("datetime64[D]")
    month_of = days.astype("datetime64[M]")
    least = most = 0.0
    for month in np.unique(month_of):
        here = month_of == month
        low, high = float(series.low[own][here].sum()), float(series.high[own][here].sum())
        start = int(month.astype("datetime64[D]").astype(np.int64))
        stop = int((month + 1).astype("datetime64[D]").astype(np.int64))
        if start in months:
            high = min(high, months[start][1])
            low = months[start][0] if window[0] <= start and stop <= window[1] else low
        least, most = least + low, most + high
    return least, most
