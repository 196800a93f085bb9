"""What would the figures of an episode give back, and what the cells that they count?

The part of a block that flows and stocks share.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from displacement.disclosure.lines import Block, Key, Small, all_of, cost_of
from displacement.reconcile.area_tree import AreaTree
from displacement.reconcile.episodes import Cell
from displacement.reconcile.solved import Solved


def parts_of(
    cell: Cell, tree: AreaTree, holding: Mapping[int, tuple[str, ...]]
) -> list[tuple[tuple[str, ...], int, float]]:
    """The parts of a cell that no published place cuts: their places, a leaf, their share."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for leaf in cell.leaves:
        groups.setdefault(holding.get(leaf, ()), []).append(leaf)
    whole = tree.weight[list(cell.leaves)].sum()
    return [
        (codes, leaves[0], float(tree.weight[leaves].sum() / whole))
        for codes, leaves in groups.items()
    ]


def add_voices(
    block: Block,
    number: int,
    solved: Solved,
    of_kind: Mapping[int, Sequence[int]],
    tree: AreaTree,
    small: Small,
) -> None:
    """A line for each voice of an episode: its figures say what the pieces add up to.

    What several figures of one voice state is withheld together.
    """
    incidence = solved.episode.evidence.incidence
    for voice, counts in zip(solved.episode.voices, incidence, strict=True):
        pieces = [piece for kind in np.flatnonzero(counts) for piece in of_kind.get(kind, ())]
        level = min(tree.level[area] for area in voice.areas)
        line = block.line(("figures", voice.figure_ids), cost_of(level, voice.stated))
        line.sums.append(all_of(pieces))
        block.evidence.setdefault(number, set()).add(line.key)
        if small.figures.intersection(voice.figure_ids):
            line.hidden = True
            if small.number(voice.stated):
                line.room = small.threshold


def add_cell(
    block: Block,
    number: int,
    key: Key,
    cost: float,
    pieces: Sequence[int],
    *,
    is_fine: bool,
    is_sensitive: bool,
    small: Small,
) -> None:
    """The line of a cell; what a small figure counts is as sensitive as the figure.

    Other figures may have bent the estimate of it, whatever its size is now: who knows them
    and the estimate knows the small figure.
    """
    line = block.line(key, cost)
    line.sums.append(all_of(pieces))
    block.evidence.setdefault(number, set()).add(key)
    value = block.value(pieces)
    if is_sensitive or (is_fine and small.number(value)):
        line.room = max(small.threshold, value)


def speaks_small(solved: Solved, kind: int, small: Small) -> bool:
    """Whether one of the voices that count a kind of cell states a small number."""
    counts = solved.episode.evidence.incidence[:, kind]
    return any(
        small.number(voice.stated) and small.figures.intersection(voice.figure_ids)
        for voice, speaks in zip(solved.episode.voices, counts, strict=True)
        if speaks
    )
