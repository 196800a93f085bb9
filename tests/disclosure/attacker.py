"""A reader of the published tables who wants the withheld numbers back, with a linear program.

Knows nothing but what is published, and every sum that anybody could know: cells, days, months,
areas in areas, contributions, figures that speak alone, totals, the sum of all figures, and what
bounds are made of. The unknowns are the people of each cell on each day in each area that is
published; that they are spread evenly over days is a convention of the tables, not a count, and
is not used.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import highspy
import numpy as np
import pandas as pd

ROUNDING = 1e-4
Sum = dict[int, float]


@dataclass
class Attacker:
    """Unknowns and what is known of their sums; ask with `range_of`."""

    unknowns: int = 0
    known: list[tuple[Sum, float, float]] = field(default_factory=list)

    def unknown(self) -> int:
        self.unknowns += 1
        return self.unknowns - 1

    def knows(self, total: Sum, low: float, high: float | None = None) -> None:
        """A sum lies between two numbers, or is one."""
        high = low if high is None else high
        self.known.append((total, low - ROUNDING, high + ROUNDING))

    def solver(self) -> highspy.Highs:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = self.unknowns, len(self.known)
        model.col_cost_ = np.zeros(self.unknowns)
        model.col_lower_ = np.zeros(self.unknowns)
        model.col_upper_ = np.full(self.unknowns, highspy.kHighsInf)
        model.row_lower_ = np.array([low for _, low, _ in self.known])
        model.row_upper_ = np.array([high for _, _, high in self.known])
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        sizes = [len(total) for total, _, _ in self.known]
        model.a_matrix_.start_ = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
        model.a_matrix_.index_ = np.array(
            [column for total, _, _ in self.known for column in total], dtype=np.int32
        )
        model.a_matrix_.value_ = np.array(
            [weight for total, _, _ in self.known for weight in total.values()], dtype=float
        )
        solver = highspy.Highs()
        solver.silent()
        solver.setOptionValue("threads", 1)
        solver.passModel(model)
        return solver

    def ranges_of(self, sums: Iterable[Sum]) -> list[tuple[float, float]]:
        """The least and the most that each sum can be, given all that is known."""
        solver = self.solver()
        found = []
        every = np.arange(self.unknowns, dtype=np.int32)
        for total in sums:
            cost = np.zeros(self.unknowns)
            cost[list(total)] = list(total.values())
            solver.changeColsCost(self.unknowns, every, cost)
            ends = []
            for sense in (highspy.ObjSense.kMinimize, highspy.ObjSense.kMaximize):
                solver.changeObjectiveSense(sense)
                solver.run()
                status = solver.getModelStatus()
                if status in {
                    highspy.HighsModelStatus.kUnbounded,
                    highspy.HighsModelStatus.kUnboundedOrInfeasible,
                }:
                    assert sense == highspy.ObjSense.kMaximize
                    ends.append(float("inf"))
                    continue
                assert status == highspy.HighsModelStatus.kOptimal, status
                point = np.asarray(solver.getSolution().col_value)
                ends.append(float(cost @ point))
            found.append((ends[0], ends[1]))
        return found


@dataclass
class Reader:
    """What a reader of one measure and view makes of the published flows."""

    attacker: Attacker
    sums: dict[tuple[Any, ...], Sum]
    """The sum behind every published row, by table and key."""


def read_flows(
    tables: Mapping[str, pd.DataFrame], totals: Sequence[Mapping[str, Any]] = ()
) -> Reader:
    """Everything that the tables tell of flows."""
    places = _Places(tables["areas"])
    attacker = Attacker()
    days_of = _rows(tables["estimates_daily"])
    months_of = _rows(tables["estimates_monthly"])
    shown = {row["area_code"] for row in [*days_of, *months_of]}
    sums: dict[tuple[Any, ...], Sum] = defaultdict(dict)
    of_episode: dict[str, Sum] = defaultdict(dict)
    cells: dict[str, list[dict[str, Any]]] = defaultdict(list)
    about: dict[str, tuple[str, str]] = {}
    for row in _rows(tables["estimates"]):
        own = (row["measure"], row["view"])
        about[row["episode_id"]] = own
        cells[row["episode_id"]].append(row)
        groups = {
            tuple(sorted(places.around(leaf) & shown))
            for code in row["area_codes"].split("|")
            for leaf in places.leaves(code)
        }
        for day in _days(row["start_date"], row["end_date"]):
            for group in sorted(groups):
                piece = attacker.unknown()
                keys = [("estimates", *_cell(row)), ("totals", *own)]
                for code in group:
                    keys += [
                        ("daily", *own, code, day),
                        ("monthly", *own, code, day.replace(day=1)),
                    ]
                for key in keys:
                    sums[key][piece] = 1.0
                of_episode[row["episode_id"]][piece] = 1.0
    _know_rows(attacker, sums, tables["estimates"], lambda row: ("estimates", *_cell(row)))
    _know_rows(attacker, sums, tables["estimates_daily"], lambda row: _spot("daily", row, "date"))
    _know_rows(
        attacker, sums, tables["estimates_monthly"], lambda row: _spot("monthly", row, "month")
    )
    for row in totals:
        if pd.notna(row["value"]):
            attacker.knows(sums["totals", row["measure"], row["view"]], row["value"])
    speakers = _speakers(attacker, tables, of_episode)
    _know_naive_sums(attacker, tables, totals, of_episode, speakers, about)
    _know_bounds(attacker, tables, totals, of_episode, speakers, cells, places)
    for name, figure in speakers.items():
        sums["figures", figure["figure_id"]] = of_episode[name]
    return Reader(attacker, dict(sums))


def read_stocks(tables: Mapping[str, pd.DataFrame], episodes: Iterable[str] = ()) -> Reader:
    """What the tables tell of stocks, where every figure speaks alone of its area.

    Each figure is an unknown of its own from its day until its counter's next of the area.
    """
    places = _Places(tables["areas"])
    attacker = Attacker()
    figures = _rows(tables["figures"])
    area_of = {row["figure_id"]: row["area_code"] for row in _rows(tables["figure_areas"])}
    sums: dict[tuple[Any, ...], Sum] = defaultdict(dict)
    unknown = {row["figure_id"]: attacker.unknown() for row in figures}
    for row in figures:
        sums["figures", row["figure_id"]] = {unknown[row["figure_id"]]: 1.0}
        if row["persons"] is not None:
            attacker.knows({unknown[row["figure_id"]]: 1.0}, row["persons"])
    for row in _rows(tables["contributions"]):
        if row["value"] is not None:
            attacker.knows({unknown[row["figure_id"]]: 1.0}, row["value"])
    for row in _rows(tables["stocks"]):
        live: dict[str, dict[str, Any]] = {}
        for figure in sorted(figures, key=lambda one: one["start_date"]):
            code = area_of[figure["figure_id"]]
            if figure["start_date"] <= row["date"] and row["area_code"] in places.around(code):
                live[code] = figure
        key = ("stocks", row["measure"], row["view"], row["area_code"], row["date"])
        sums[key] = {unknown[figure["figure_id"]]: 1.0 for figure in live.values()}
        if row["value"] is not None:
            attacker.knows(sums[key], row["value"])
        for end, sign in (("low", -1), ("high", 1)):
            if row[end] is not None:
                weights = {
                    unknown[one["figure_id"]]: 1 + sign * one["error"] for one in live.values()
                }
                attacker.knows(weights, row[end])
    return Reader(attacker, dict(sums))


class _Places:
    def __init__(self, areas: pd.DataFrame) -> None:
        rows = _rows(areas)
        self._parent = {row["area_code"]: row["parent_code"] for row in rows}
        self._children: dict[str, list[str]] = defaultdict(list)
        for code, above in self._parent.items():
            self._children[above].append(code)

    def leaves(self, code: str) -> list[str]:
        below = self._children.get(code, [])
        return [leaf for child in below for leaf in self.leaves(child)] if below else [code]

    def around(self, code: str) -> set[str]:
        found = set()
        here: str | None = code
        while here is not None:
            found.add(here)
            here = self._parent.get(here)
        return found


def _speakers(
    attacker: Attacker, tables: Mapping[str, pd.DataFrame], of_episode: Mapping[str, Sum]
) -> dict[str, dict[str, Any]]:
    """The figure of each episode that has one only: what it states, its episode adds up to."""
    figures = {row["figure_id"]: row for row in _rows(tables["figures"])}
    members: dict[str, list[dict[str, Any]]] = defaultdict(list)
    values: dict[str, list[float | None]] = defaultdict(list)
    for row in _rows(tables["contributions"]):
        if row["episode_id"] in of_episode:
            members[row["episode_id"]].append(figures[row["figure_id"]])
            values[row["episode_id"]].append(row["value"])
    for episode, told in values.items():
        if None not in told:
            attacker.knows(of_episode[episode], sum(value or 0.0 for value in told))
    lone = {name: found[0] for name, found in members.items() if len(found) == 1}
    for episode, figure in lone.items():
        if figure["persons"] is not None:
            attacker.knows(of_episode[episode], figure["persons"])
    return lone


def _know_naive_sums(
    attacker: Attacker,
    tables: Mapping[str, pd.DataFrame],
    totals: Sequence[Mapping[str, Any]],
    of_episode: Mapping[str, Sum],
    speakers: Mapping[str, Mapping[str, Any]],
    about: Mapping[str, tuple[str, str]],
) -> None:
    figures = {row["figure_id"]: row for row in _rows(tables["figures"])}
    for total in totals:
        if pd.isna(total["naive_sum"]):
            continue
        weights: Sum = {}
        rest = total["naive_sum"]
        for row in _rows(tables["contributions"]):
            if about.get(row["episode_id"]) != (total["measure"], total["view"]):
                continue
            persons = figures[row["figure_id"]]["persons"]
            if persons is not None:
                rest -= persons
            elif row["episode_id"] in speakers:
                for piece in of_episode[row["episode_id"]]:
                    weights[piece] = 1.0
            else:
                weights[attacker.unknown()] = 1.0
        if weights:
            attacker.knows(weights, rest)


def _know_bounds(
    attacker: Attacker,
    tables: Mapping[str, pd.DataFrame],
    totals: Sequence[Mapping[str, Any]],
    of_episode: Mapping[str, Sum],
    speakers: Mapping[str, Mapping[str, Any]],
    cells: Mapping[str, Sequence[Mapping[str, Any]]],
    places: _Places,
) -> None:
    """A lone exact figure of error e allows (1 - e) to (1 + e) of itself, all of it or none."""
    rows = [(row, [row["date"]]) for row in _rows(tables["estimates_daily"])]
    rows += [(row, _month(row["month"])) for row in _rows(tables["estimates_monthly"])]
    rows += [({**row, "area_code": None}, []) for row in totals]
    for row, days in rows:
        if row["low"] is None or pd.isna(row["low"]):
            continue
        low: Sum = {}
        high: Sum = {}
        for episode, own in cells.items():
            if (own[0]["measure"], own[0]["view"]) != (row["measure"], row["view"]):
                continue
            touches, holds = _relation(own, row["area_code"], days, places)
            if not touches:
                continue
            if episode not in speakers:
                break
            error = speakers[episode]["error"]
            for piece in of_episode[episode]:
                high[piece] = 1 + error
                if holds:
                    low[piece] = 1 - error
        else:
            attacker.knows(low, row["low"])
            attacker.knows(high, row["high"])


def _relation(
    cells: Sequence[Mapping[str, Any]], area: str | None, days: Sequence[date], places: _Places
) -> tuple[bool, bool]:
    """Whether an episode touches a row, and whether the row holds all of it."""
    if area is None:
        return True, True
    inside = set(places.leaves(area))
    touches, holds = False, True
    for cell in cells:
        leaves = {leaf for code in cell["area_codes"].split("|") for leaf in places.leaves(code)}
        own = set(_days(cell["start_date"], cell["end_date"]))
        touches |= bool(leaves & inside) and bool(own & set(days))
        holds &= leaves <= inside and own <= set(days)
    return touches, holds


def _know_rows(attacker: Attacker, sums: Any, frame: pd.DataFrame, key_of: Any) -> None:
    for row in _rows(frame):
        if row["value"] is not None:
            attacker.knows(sums[key_of(row)], row["value"])


def _spot(table: str, row: Mapping[str, Any], time: str) -> tuple[Any, ...]:
    return (table, row["measure"], row["view"], row["area_code"], row[time])


def _cell(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (row["episode_id"], row["area_codes"], row["start_date"], row["event_id"])


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _month(first: date) -> list[date]:
    following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return _days(first, following - timedelta(days=1))


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]


def suppressed_rows(tables: Mapping[str, pd.DataFrame]) -> list[tuple[tuple[Any, ...], int]]:
    """The key of every withheld row of flows and stocks, and its admin level."""
    level = dict(zip(tables["areas"]["area_code"], tables["areas"]["admin_level"], strict=True))
    found = []
    for table, name, time in (
        ("estimates_daily", "daily", "date"),
        ("estimates_monthly", "monthly", "month"),
        ("stocks", "stocks", "date"),
    ):
        found += [
            (_spot(name, row, time), row["admin_level"])
            for row in _rows(tables[table])
            if row["suppressed"]
        ]
    found += [
        (("estimates", *_cell(row)), min(level[code] for code in row["area_codes"].split("|")))
        for row in _rows(tables["estimates"])
        if row["suppressed"]
    ]
    return found


def key_values(tables: Mapping[str, pd.DataFrame]) -> dict[tuple[Any, ...], float]:
    """The value of every row, by the same keys."""
    found = {("estimates", *_cell(row)): row["value"] for row in _rows(tables["estimates"])}
    for table, name, time in (
        ("estimates_daily", "daily", "date"),
        ("estimates_monthly", "monthly", "month"),
        ("stocks", "stocks", "date"),
    ):
        found |= {_spot(name, row, time): row["value"] for row in _rows(tables[table])}
    return found
