"""A reader of the published tables who wants the withheld numbers back, with a linear program.

Knows nothing but what is published, and every sum that anybody could know: cells, days, months,
areas in areas, contributions, figures that speak alone, totals, the sum of all figures, and what
bounds are made of. The unknowns are the people of each cell on each day in each area that is
published; that they are spread evenly over days is a convention of the tables, not a count, and
is not used.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import highspy
import numpy as np
import pandas as pd

ROUNDING = 1e-4
Sum = dict[int, float]
Row = dict[str, Any]
Key = tuple[Any, ...]
Tables = Mapping[str, pd.DataFrame]
Totals = Sequence[Mapping[str, Any]]

AREA_TABLES = (
    ("estimates_daily", "daily", "date"),
    ("estimates_monthly", "monthly", "month"),
    ("stocks", "stocks", "date"),
)


@dataclass
class Attacker:
    """Unknowns, and what is known of their sums."""

    unknowns: int = 0
    known: list[tuple[Sum, float]] = field(default_factory=list)
    sums: dict[Key, Sum] = field(default_factory=lambda: defaultdict(dict))
    """The sum behind every published row, by table and key."""

    def unknown(self) -> int:
        self.unknowns += 1
        return self.unknowns - 1

    def knows(self, total: Sum, number: float) -> None:
        self.known.append((total, number))

    def ranges_of(self, keys: Iterable[Key]) -> list[tuple[float, float]]:
        """The least and the most that the sums behind some rows can be, given all that is known."""
        solver = self._solver()
        return [
            (self._end(solver, self.sums[key], -1), self._end(solver, self.sums[key], 1))
            for key in keys
        ]

    def _end(self, solver: highspy.Highs, total: Sum, sign: int) -> float:
        cost = np.zeros(self.unknowns)
        cost[list(total)] = [-sign * weight for weight in total.values()]
        solver.changeColsCost(self.unknowns, np.arange(self.unknowns, dtype=np.int32), cost)
        solver.run()
        status = solver.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            # The tables as they are without anything withheld are a solution.
            assert "nbounded" in str(status), status
            return float("inf")
        return -sign * float(cost @ np.asarray(solver.getSolution().col_value))

    def _solver(self) -> highspy.Highs:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = self.unknowns, len(self.known)
        model.col_cost_ = np.zeros(self.unknowns)
        model.col_lower_ = np.zeros(self.unknowns)
        model.col_upper_ = np.full(self.unknowns, highspy.kHighsInf)
        numbers = np.array([number for _, number in self.known])
        model.row_lower_, model.row_upper_ = numbers - ROUNDING, numbers + ROUNDING
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        sizes = [len(total) for total, _ in self.known]
        model.a_matrix_.start_ = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
        columns = [column for total, _ in self.known for column in total]
        weights = [weight for total, _ in self.known for weight in total.values()]
        model.a_matrix_.index_ = np.array(columns, dtype=np.int32)
        model.a_matrix_.value_ = np.array(weights, dtype=float)
        solver = highspy.Highs()
        solver.silent()
        solver.setOptionValue("threads", 1)
        solver.passModel(model)
        return solver


def attack_on_flows(tables: Tables, totals: Totals = ()) -> Attacker:
    """Everything that the tables and the totals tell of flows."""
    reader = _Reader(tables, totals)
    reader.make_unknowns()
    reader.know_rows()
    reader.know_figures()
    reader.know_naive_sums()
    reader.know_bounds()
    return reader.attacker


def attack_on_stocks(tables: Tables) -> Attacker:
    """What the tables tell of stocks where every figure speaks alone of its area.

    Each figure is an unknown, from its day until its counter's next of the area.
    """
    attacker, places = Attacker(), _Places(tables["areas"])
    figures = sorted(rows_of(tables["figures"]), key=lambda row: row["start_date"])
    area_of = {row["figure_id"]: row["area_code"] for row in rows_of(tables["figure_areas"])}
    own = {row["figure_id"]: {attacker.unknown(): 1.0} for row in figures}
    for row in [*figures, *rows_of(tables["contributions"])]:
        told = row["persons"] if "persons" in row else row["value"]
        if told is not None:
            attacker.knows(own[row["figure_id"]], told)
    for row in rows_of(tables["stocks"]):
        live = {
            area_of[one["figure_id"]]: one
            for one in figures
            if one["start_date"] <= row["date"]
            and row["area_code"] in places.around(area_of[one["figure_id"]])
        }
        factors = {"value": 0.0, "low": -1.0, "high": 1.0}
        for column, factor in factors.items():
            total = {
                unknown: 1 + factor * one["error"]
                for one in live.values()
                for unknown in own[one["figure_id"]]
            }
            attacker.sums.setdefault(_spot("stocks", row, "date"), total)
            if row[column] is not None:
                attacker.knows(total, row[column])
    return attacker


def suppressed_rows(tables: Tables) -> dict[Key, int]:
    """The key of every withheld row of flows and stocks, and its admin level."""
    level = dict(zip(tables["areas"]["area_code"], tables["areas"]["admin_level"], strict=True))
    found = {
        _spot(name, row, time): row["admin_level"]
        for table, name, time in AREA_TABLES
        for row in rows_of(tables[table])
        if row["suppressed"]
    }
    return found | {
        _cell(row): min(level[code] for code in row["area_codes"].split("|"))
        for row in rows_of(tables["estimates"])
        if row["suppressed"]
    }


def values_of(tables: Tables) -> dict[Key, float]:
    """The value of every row, by the same keys."""
    found = {_cell(row): row["value"] for row in rows_of(tables["estimates"])}
    for table, name, time in AREA_TABLES:
        found |= {_spot(name, row, time): row["value"] for row in rows_of(tables[table])}
    return found


def rows_of(frame: pd.DataFrame) -> list[Row]:
    """The rows of a table as plain values, with None for null."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]


class _Reader:
    """What somebody who reads the tables about flows comes to know."""

    def __init__(self, tables: Tables, totals: Totals) -> None:
        self.attacker = Attacker()
        self._tables, self._totals = tables, totals
        self._places = _Places(tables["areas"])
        self._figures = {row["figure_id"]: row for row in rows_of(tables["figures"])}
        self._people: dict[str, Sum] = defaultdict(dict)
        """All people of an episode."""
        self._cells: dict[str, list[Row]] = defaultdict(list)
        for row in rows_of(tables["estimates"]):
            self._cells[row["episode_id"]].append(row)
        self._members: dict[str, list[Row]] = defaultdict(list)
        for row in rows_of(tables["contributions"]):
            if row["episode_id"] in self._cells:
                self._members[row["episode_id"]].append(row)

    def make_unknowns(self) -> None:
        frames = [self._tables[name] for name in ("estimates_daily", "estimates_monthly")]
        shown = {code for frame in frames for code in frame["area_code"]}
        for row in rows_of(self._tables["estimates"]):
            places = {frozenset(self._places.around(leaf) & shown) for leaf in self._leaves(row)}
            for day in _days(row["start_date"], row["end_date"]):
                for around in sorted(places, key=sorted):
                    piece = self.attacker.unknown()
                    self._people[row["episode_id"]][piece] = 1.0
                    for key in self._keys(row, around, day):
                        self.attacker.sums[key][piece] = 1.0

    def know_rows(self) -> None:
        known: list[tuple[str, Callable[[Row], Key]]] = [
            ("estimates", _cell),
            ("estimates_daily", lambda row: _spot("daily", row, "date")),
            ("estimates_monthly", lambda row: _spot("monthly", row, "month")),
        ]
        for table, key_of in known:
            for row in rows_of(self._tables[table]):
                if row["value"] is not None:
                    self.attacker.knows(self.attacker.sums[key_of(row)], row["value"])
        for row in self._totals:
            if pd.notna(row["value"]):
                key = ("totals", row["measure"], row["view"])
                self.attacker.knows(self.attacker.sums[key], row["value"])

    def know_figures(self) -> None:
        """What figures speak for adds up to their episode, as does a figure that speaks alone."""
        for episode, members in self._members.items():
            values = [row["value"] for row in members]
            if None not in values:
                self.attacker.knows(self._people[episode], sum(values))
            if len(members) == 1:
                figure = self._figures[members[0]["figure_id"]]
                self.attacker.sums["figures", figure["figure_id"]] = self._people[episode]
                if figure["persons"] is not None:
                    self.attacker.knows(self._people[episode], figure["persons"])

    def know_naive_sums(self) -> None:
        for total in self._totals:
            if pd.isna(total["naive_sum"]):
                continue
            rest, unknown = total["naive_sum"], {}
            for episode in self._episodes_like(total):
                members = self._members[episode]
                told = [self._figures[row["figure_id"]]["persons"] for row in members]
                rest -= sum(persons for persons in told if persons is not None)
                if len(members) == 1 and told[0] is None:
                    unknown |= self._people[episode]
                else:
                    hidden = sum(persons is None for persons in told)
                    unknown |= {self.attacker.unknown(): 1.0 for _ in range(hidden)}
            if unknown:
                self.attacker.knows(unknown, rest)

    def know_bounds(self) -> None:
        """A lone figure of error e allows (1 - e) to (1 + e) of its range, all of it or none."""
        for row, area, days in self._bounded():
            low: Sum = {}
            high: Sum = {}
            is_plain = True
            for episode in self._episodes_like(row):
                touches, holds = self._relation(episode, area, days)
                is_plain &= not touches or len(self._members[episode]) == 1
                least, most = self._allowed(episode)
                if touches:
                    high |= dict.fromkeys(self._people[episode], most)
                if touches and holds:
                    low |= dict.fromkeys(self._people[episode], least)
            if is_plain:
                self.attacker.knows(low, row["low"])
                self.attacker.knows(high, row["high"])

    def _allowed(self, episode: str) -> tuple[float, float]:
        """The allowed range of a lone figure, as shares of it; withheld ones are taken as exact."""
        figure = self._figures[self._members[episode][0]["figure_id"]]
        persons = figure["persons"]
        low, high = (figure["persons_low"], figure["persons_high"]) if persons else (1.0, 1.0)
        least, most = low * (1 - figure["error"]), high * (1 + figure["error"])
        return least / (persons or 1.0), most / (persons or 1.0)

    def _bounded(self) -> Iterator[tuple[Mapping[str, Any], str | None, set[date]]]:
        """Rows with bounds, their area (None: everything) and days."""
        for row in rows_of(self._tables["estimates_daily"]):
            if row["low"] is not None:
                yield row, row["area_code"], {row["date"]}
        for row in rows_of(self._tables["estimates_monthly"]):
            if row["low"] is not None:
                yield row, row["area_code"], set(_month(row["month"]))
        for total in self._totals:
            if pd.notna(total["low"]):
                yield total, None, set()

    def _relation(self, episode: str, area: str | None, days: set[date]) -> tuple[bool, bool]:
        """Whether an episode touches a row, and whether the row holds all of it."""
        if area is None:
            return True, True
        inside = set(self._places.leaves(area))
        touches, holds = False, True
        for cell in self._cells[episode]:
            leaves, own = self._leaves(cell), set(_days(cell["start_date"], cell["end_date"]))
            touches |= bool(leaves & inside) and bool(own & days)
            holds &= leaves <= inside and own <= days
        return touches, holds

    def _episodes_like(self, row: Mapping[str, Any]) -> list[str]:
        return [
            episode
            for episode, cells in self._cells.items()
            if (cells[0]["measure"], cells[0]["view"]) == (row["measure"], row["view"])
        ]

    def _leaves(self, cell: Row) -> set[str]:
        codes = cell["area_codes"].split("|")
        return {leaf for code in codes for leaf in self._places.leaves(code)}

    def _keys(self, row: Row, around: Iterable[str], day: date) -> list[Key]:
        own = (row["measure"], row["view"])
        keys: list[Key] = [_cell(row), ("totals", *own)]
        for code in around:
            keys += [("daily", *own, code, day), ("monthly", *own, code, day.replace(day=1))]
        return keys


class _Places:
    """Which areas lie in which."""

    def __init__(self, areas: pd.DataFrame) -> None:
        self._parent = {row["area_code"]: row["parent_code"] for row in rows_of(areas)}
        self._children: dict[str, list[str]] = defaultdict(list)
        for code, above in self._parent.items():
            self._children[above].append(code)

    def leaves(self, code: str) -> list[str]:
        below = self._children.get(code, [])
        return [leaf for child in below for leaf in self.leaves(child)] if below else [code]

    def around(self, code: str | None) -> set[str]:
        found: set[str] = set()
        while code is not None:
            found.add(code)
            code = self._parent.get(code)
        return found


def _spot(table: str, row: Row, time: str) -> Key:
    return (table, row["measure"], row["view"], row["area_code"], row[time])


def _cell(row: Row) -> Key:
    own = ("episode_id", "area_codes", "start_date", "event_id")
    return ("estimates", *(row[name] for name in own))


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _month(first: date) -> list[date]:
    following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return _days(first, following - timedelta(days=1))
