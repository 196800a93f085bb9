"""Which rows of a publication have to go? Small ones are looked for first: mostly there are none.

Between the tables (what is small) and the blocks (what would give it back).
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from displacement.disclosure.flows import Flows, first_of_month, flow_block, month_of
from displacement.disclosure.lines import DECIMALS, FINE_LEVEL, Block, Key, Small, linked
from displacement.disclosure.pattern import loose_episodes, withheld_lines
from displacement.disclosure.stocks import Stands, stock_block
from displacement.reconcile import Reconciliation
from displacement.reconcile.area_tree import AreaKey, AreaTree
from displacement.reconcile.rollup import named_places
from displacement.reconcile.scopes import day_number
from displacement.reconcile.solved import Solved
from displacement.reconcile.stocks import Standing

About = tuple[str, str]
"""Measure and view."""
Flags = NDArray[np.bool_]
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Verdict:
    """What has to go: lines by their keys, and episodes that hang on them."""

    keys: set[Key] = field(default_factory=set)
    loose: set[str] = field(default_factory=set)
    judged: set[str] = field(default_factory=set)
    """Figures that repeat the sum of others, and were judged by that sum."""

    def add(self, block: Block, episodes: Sequence[Solved], tree: AreaTree) -> None:
        """Judge a block, whose episodes are numbered in the order given."""
        keys = withheld_lines(block, tree)
        self.keys.update(keys)
        self.loose.update(
            episodes[number].episode.episode_id for number in loose_episodes(block, keys)
        )


def judge(tables: Mapping[str, Any], reconciled: Reconciliation, small: Small) -> Verdict:
    """The verdict on a publication's tables as reconciliation made them."""
    court = _Court(tables, reconciled, small)
    for about, solved in reconciled.flows.items():
        court.judge_flows(about, solved)
    for about, standing in reconciled.standing.items():
        court.judge_stocks(about, standing)
    return court.verdict


def small_figures(tables: Mapping[str, Any], tree: AreaTree, threshold: float) -> frozenset[str]:
    """Figures that state few people, all in areas of the fine levels."""
    figures, links = tables["figures"], tables["figure_areas"]
    few = figures["figure_id"][_are_small(figures, "persons", threshold)]
    links = links[links["figure_id"].isin(few)]
    levels: dict[str, int] = {}
    own = ("figure_id", "code_system", "area_code")
    for figure, system, code in zip(*(links[name] for name in own), strict=True):
        level = tree.level.get((system, code), 0)
        levels[figure] = min(level, levels.get(figure, level))
    return frozenset(figure for figure, level in levels.items() if level >= FINE_LEVEL)


@dataclass(frozen=True)
class _Court:
    """Who judges one measure and view after the other."""

    tables: Mapping[str, Any]
    reconciled: Reconciliation
    small: Small
    verdict: Verdict = field(default_factory=Verdict)

    @property
    def tree(self) -> AreaTree:
        """The areas of the reconciliation."""
        return self.reconciled.tree

    def judge_flows(self, about: About, solved: Sequence[Solved]) -> None:
        """Judge the flows of one measure and view."""
        groups = self._groups(about, solved)
        if not groups:
            return
        places = {code: (system, code) for system, code in named_places(solved, self.tree)}
        rows = _about(self.tables["estimates_monthly"], about)
        months = [month_of(day_number(day)) for day in rows["month"]]
        shown = frozenset(zip(rows["area_code"], months, strict=True))
        flows = Flows(*about, self.tree, self.small, places, shown)
        for group in groups:
            sums = self._sums_of_figures(group)
            self.verdict.add(flow_block(group, flows, sums), group, self.tree)
            self.verdict.judged.update(sums)

    def judge_stocks(self, about: About, standing: Sequence[Standing]) -> None:
        """Judge the stocks of one measure and view."""
        rows = self._small_rows("stocks", about)
        days: dict[AreaKey, set[int]] = {}
        roots = _roots([one for piece in standing for one in piece.solved], self.tree)
        for code, day in zip(rows["area_code"], rows["date"], strict=True):
            days.setdefault(roots[code], set()).add(day_number(day))
        stands = Stands(*about, self.tree, self.small)
        labels = linked([_lives(number, piece) for number, piece in enumerate(standing)])
        for group in _grouped(standing, labels):
            if any(self._is_touched(piece, days) for piece in group):
                solved = {one.episode.episode_id: one for piece in group for one in piece.solved}
                self.verdict.add(stock_block(group, stands), list(solved.values()), self.tree)

    def _groups(self, about: About, solved: Sequence[Solved]) -> list[list[Solved]]:
        """The groups of linked episodes that hold anything small."""
        keys = [_months(one, self.tree) for one in solved]
        roots = _roots(solved, self.tree)
        small = {
            (roots[code], month_of(day_number(day)))
            for table, time in (("estimates_monthly", "month"), ("estimates_daily", "date"))
            for code, day in self._spots(table, time, about)
        }
        cells = self._small_cells(about)
        labels = linked(keys)
        touched = {
            label
            for one, own, label in zip(solved, keys, labels, strict=True)
            if small.intersection(own)
            or one.episode.episode_id in cells
            or any(self.small.figures.intersection(v.figure_ids) for v in one.episode.voices)
        }
        chosen = [label in touched for label in labels]
        return _grouped(
            [one for one, own in zip(solved, chosen, strict=True) if own],
            [label for label in labels if label in touched],
        )

    def _small_cells(self, about: About) -> set[str]:
        """Episodes with a small cell of the fine levels."""
        rows = _about(self.tables["estimates"], about)
        rows = rows[_are_small(rows, "value", self.small.threshold)]
        fine = {code for (_, code), own in self.tree.level.items() if own >= FINE_LEVEL}
        return {
            episode
            for episode, codes in zip(rows["episode_id"], rows["area_codes"], strict=True)
            if fine.issuperset(codes.split("|"))
        }

    def _spots(self, table: str, time: str, about: About) -> list[tuple[str, Any]]:
        pairs = self._small_rows(table, about)[["area_code", time]]
        return list(pairs.itertuples(index=False, name=None))

    def _small_rows(self, table: str, about: About) -> pd.DataFrame:
        rows = _about(self.tables[table], about)
        rows = rows[rows["admin_level"] >= FINE_LEVEL]
        return rows[_are_small(rows, "value", self.small.threshold)]

    def _is_touched(self, piece: Standing, days: Mapping[AreaKey, set[int]]) -> bool:
        roots = {self.tree.ancestors(area)[-1] for voice in piece.live for area in voice.areas}
        if any(self.small.figures.intersection(voice.figure_ids) for voice in piece.live):
            return True
        return any(piece.first <= day < piece.last for root in roots for day in days.get(root, ()))

    def _sums_of_figures(self, group: Sequence[Solved]) -> dict[str, list[tuple[str, ...]]]:
        """By figure that repeats the sum of whole voices of some episodes: those voices."""
        speaking = [voice for one in group for voice in one.episode.voices]
        voices = {name: voice.figure_ids for voice in speaking for name in voice.figure_ids}
        figures = self.reconciled.figures
        found: dict[str, list[tuple[str, ...]]] = {}
        for figure, link in zip(figures["figure_id"], figures["derived_from"], strict=True):
            names = set(link.split("|")) if isinstance(link, str) else set()
            repeated = {voices[name] for name in names if name in voices}
            if len(names) > 1 and names == {name for voice in repeated for name in voice}:
                found[figure] = sorted(repeated)
        return found


def _lives(number: int, piece: Standing) -> list[Hashable]:
    """Pieces of unchanged stocks hang together where an episode lives on."""
    return [("piece", number), *(one.episode.episode_id for one in piece.solved)]


def _months(solved: Solved, tree: AreaTree) -> list[tuple[AreaKey, int]]:
    """The countries and months of an episode: who shares one, shares a row."""
    first, last = solved.span
    months = np.unique(first_of_month(np.arange(first, last))).tolist()
    roots = {tree.ancestors(area)[-1] for v in solved.episode.voices for area in v.areas}
    return [(root, month) for root in sorted(roots) for month in months]


def _roots(solved: Sequence[Solved], tree: AreaTree) -> dict[str, AreaKey]:
    """The country of every published place."""
    return {key[1]: tree.ancestors(key)[-1] for key in named_places(solved, tree)}


def _grouped(things: Sequence[Thing], labels: Sequence[int]) -> list[list[Thing]]:
    groups: dict[int, list[Thing]] = {}
    for thing, label in zip(things, labels, strict=True):
        groups.setdefault(label, []).append(thing)
    return list(groups.values())


def _about(frame: pd.DataFrame, about: About) -> pd.DataFrame:
    measure, view = about
    return frame[(frame["measure"] == measure) & (frame["view"] == view)]


def _are_small(frame: pd.DataFrame, name: str, threshold: float) -> Flags:
    numbers = np.round(frame[name].to_numpy(dtype=np.float64, na_value=np.nan), DECIMALS)
    return np.asarray((numbers > 0) & (numbers < threshold))
