"""Which rows of a publication have to go? Small ones are looked for first: mostly there are none.

Between the tables (what is small) and the blocks (what would give it back).
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from displacement.disclosure.flows import Flows, first_of_month, flow_block, month_of
from displacement.disclosure.lines import DECIMALS, FINE_LEVEL, Block, Key, Small, linked
from displacement.disclosure.pattern import loose_episodes, withheld_lines
from displacement.disclosure.stocks import Stands, stock_block
from displacement.reconcile import Reconciliation
from displacement.reconcile.area_tree import AreaTree
from displacement.reconcile.rollup import named_places
from displacement.reconcile.scopes import day_number
from displacement.reconcile.solved import Solved
from displacement.reconcile.stocks import Standing

Spot = tuple[str, int]
"""A published place and a time: a month, or a piece of unchanged stocks."""


@dataclass
class Verdict:
    """What has to go: lines by their keys, and episodes that hang on them."""

    keys: set[Key] = field(default_factory=set)
    loose: set[str] = field(default_factory=set)
    judged: set[str] = field(default_factory=set)
    """Figures that repeat the sum of others, and were judged by that sum."""

    def add(self, block: Block, episodes: Sequence[Solved], tree: AreaTree) -> None:
        """Judge a block, whose episodes are numbered in the order given."""
        keys = withheld_lines(block, tree)
        self.keys |= keys
        self.loose |= {
            episodes[number].episode.episode_id for number in loose_episodes(block, keys)
        }


def judge(tables: Mapping[str, Any], reconciled: Reconciliation, small: Small) -> Verdict:
    """The verdict on a publication's tables as reconciliation made them."""
    verdict = Verdict()
    sums = _sums_of_figures(reconciled)
    for (measure, view), solved in reconciled.flows.items():
        _judge_flows(verdict, tables, reconciled, (measure, view), solved, small, sums)
    for (measure, view), standing in reconciled.standing.items():
        _judge_stocks(verdict, tables, reconciled.tree, (measure, view), standing, small)
    return verdict


def small_figures(tables: Mapping[str, Any], tree: AreaTree, threshold: float) -> frozenset[str]:
    """Figures that state few people, all in areas of the fine levels."""
    persons = _numbers(tables["figures"], "persons")
    links = tables["figure_areas"]
    few = tables["figures"]["figure_id"][_are_small(persons, threshold)]
    links = links[links["figure_id"].isin(few)]
    level: dict[str, int] = {}
    for figure, key in zip(
        links["figure_id"], zip(links["code_system"], links["area_code"], strict=True), strict=True
    ):
        level[figure] = min(level.get(figure, FINE_LEVEL), tree.level.get(key, 0))
    return frozenset(figure for figure, least in level.items() if least >= FINE_LEVEL)


def _judge_flows(
    verdict: Verdict,
    tables: Mapping[str, Any],
    reconciled: Reconciliation,
    about: tuple[str, str],
    solved: Sequence[Solved],
    small: Small,
    sums: Mapping[str, Sequence[str]],
) -> None:
    tree = reconciled.tree
    monthly = _about(tables["estimates_monthly"], about)
    spots = _small_spots(monthly, "month", small) | _small_spots(
        _about(tables["estimates_daily"], about), "date", small
    )
    cells = _about(tables["estimates"], about)
    cells = cells[_are_small(_numbers(cells, "value"), small.threshold)]
    level = _levels_by_code(tree)
    episodes = {
        episode
        for episode, codes in zip(cells["episode_id"], cells["area_codes"], strict=True)
        if all(level[code] >= FINE_LEVEL for code in codes.split("|"))
    }
    chosen = _touched(
        solved, lambda one: _months(one, tree), spots, _roots(solved, tree), episodes, small
    )
    if not chosen:
        return
    places = {code: (system, code) for system, code in named_places(solved, tree)}
    months = [month_of(day_number(day)) for day in monthly["month"]]
    shown = frozenset(zip(monthly["area_code"], months, strict=True))
    flows = Flows(*about, tree, places, shown)
    for group in chosen:
        speaking = [voice for one in group for voice in one.episode.voices]
        voices = {name: voice.figure_ids for voice in speaking for name in voice.figure_ids}
        told = {
            figure: sorted({voices[name] for name in names})
            for figure, names in sums.items()
            if _is_sum_of(names, voices)
        }
        block = flow_block(group, flows, small, told)
        verdict.add(block, group, tree)
        verdict.judged.update(name for name in told if ("figures", (name,)) in block.lines)


def _judge_stocks(
    verdict: Verdict,
    tables: Mapping[str, Any],
    tree: AreaTree,
    about: tuple[str, str],
    standing: Sequence[Standing],
    small: Small,
) -> None:
    rows = _about(tables["stocks"], about)
    rows = rows[rows["admin_level"] >= FINE_LEVEL]
    rows = rows[_are_small(_numbers(rows, "value"), small.threshold)]
    solved = [one for piece in standing for one in piece.solved]
    roots = _roots(solved, tree)
    days: dict[Hashable, set[int]] = {}
    for code, day in zip(rows["area_code"], rows["date"], strict=True):
        days.setdefault(roots[code], set()).add(day_number(day))
    labels = linked([_pieces(number, piece) for number, piece in enumerate(standing)])
    groups: dict[int, list[Standing]] = {}
    for label, piece in zip(labels, standing, strict=True):
        groups.setdefault(label, []).append(piece)
    stands = Stands(*about, tree)
    for group in groups.values():
        if any(_is_touched(piece, tree, days, small) for piece in group):
            episodes = {s.episode.episode_id: s for piece in group for s in piece.solved}
            verdict.add(stock_block(group, stands, small), list(episodes.values()), tree)


def _pieces(number: int, piece: Standing) -> list[Hashable]:
    """Pieces of unchanged stocks hang together where an episode lives on."""
    return [("piece", number), *(one.episode.episode_id for one in piece.solved)]


def _is_touched(
    piece: Standing, tree: AreaTree, days: Mapping[Hashable, set[int]], small: Small
) -> bool:
    roots = {tree.ancestors(area)[-1] for voice in piece.live for area in voice.areas}
    return any(
        piece.first <= day < piece.last for root in roots for day in days.get(root, ())
    ) or any(small.figures.intersection(voice.figure_ids) for voice in piece.live)


def _touched(
    solved: Sequence[Solved],
    keys_of: Callable[[Solved], list[tuple[Hashable, int]]],
    spots: Iterable[Spot],
    roots: Mapping[str, Hashable],
    episodes: set[str],
    small: Small,
) -> list[list[Solved]]:
    """The groups of linked episodes that hold anything small."""
    keys = [keys_of(one) for one in solved]
    labels = linked(keys)
    label_of = {key: label for own, label in zip(keys, labels, strict=True) for key in own}
    touched = {label_of[roots[code], time] for code, time in spots if code in roots}
    for one, label in zip(solved, labels, strict=True):
        names = {name for voice in one.episode.voices for name in voice.figure_ids}
        if one.episode.episode_id in episodes or names & small.figures:
            touched.add(label)
    groups: dict[int, list[Solved]] = {label: [] for label in sorted(touched)}
    for one, label in zip(solved, labels, strict=True):
        if label in groups:
            groups[label].append(one)
    return list(groups.values())


def _months(solved: Solved, tree: AreaTree) -> list[tuple[Hashable, int]]:
    """The countries and months of an episode: who shares one, shares a row."""
    first, last = solved.span
    months = np.unique(first_of_month(np.arange(first, last))).tolist()
    roots = {tree.ancestors(area)[-1] for v in solved.episode.voices for area in v.areas}
    return [(root, month) for root in sorted(roots) for month in months]


def _roots(solved: Sequence[Solved], tree: AreaTree) -> dict[str, Hashable]:
    """The country of every published place."""
    return {key[1]: tree.ancestors(key)[-1] for key in named_places(solved, tree)}


def _sums_of_figures(reconciled: Reconciliation) -> dict[str, Sequence[str]]:
    """By figure that repeats several others: those others."""
    figures = reconciled.figures
    found: dict[str, Sequence[str]] = {}
    for figure, link in zip(figures["figure_id"], figures["derived_from"], strict=True):
        if isinstance(link, str) and "|" in link:
            found[figure] = link.split("|")
    return found


def _is_sum_of(names: Sequence[str], voices: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether the figures are whole voices, none left out."""
    if any(name not in voices for name in names):
        return False
    return set(names) == {part for name in names for part in voices[name]}


def _small_spots(frame: pd.DataFrame, time: str, small: Small) -> set[Spot]:
    frame = frame[frame["admin_level"] >= FINE_LEVEL]
    frame = frame[_are_small(_numbers(frame, "value"), small.threshold)]
    pairs = frame[["area_code", time]].drop_duplicates()
    return {
        (code, month_of(day_number(day)))
        for code, day in zip(pairs["area_code"], pairs[time], strict=True)
    }


def _about(frame: pd.DataFrame, about: tuple[str, str]) -> pd.DataFrame:
    measure, view = about
    return frame[(frame["measure"] == measure) & (frame["view"] == view)]


def _levels_by_code(tree: AreaTree) -> dict[str, int]:
    level: dict[str, int] = {}
    for (_, code), own in tree.level.items():
        level[code] = max(own, level.get(code, 0))
    return level


def _numbers(frame: pd.DataFrame, name: str) -> Any:
    return frame[name].to_numpy(dtype=np.float64, na_value=np.nan)


def _are_small(numbers: Any, threshold: float) -> Any:
    rounded = np.round(numbers, DECIMALS)
    return (rounded > 0) & (rounded < threshold)
