"""What would the figures of an episode give back, and what the cells that they count?

The part of a block that flows and stocks share.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from displacement.disclosure.lines import Block, Cut, Key, Line, Scene, Small, all_of
from displacement.reconcile.area_tree import AreaTree, Leaves
from displacement.reconcile.episodes import Cell
from displacement.reconcile.solved import Solved, Windows

Part = tuple[tuple[str, ...], int, float]
"""The places around a part of a cell, one of its leaves, and its share of the people."""


@dataclass(frozen=True)
class Member:
    """An episode with its number in the block."""

    number: int
    solved: Solved


def parts_of(cell: Cell, tree: AreaTree, holding: Mapping[int, tuple[str, ...]]) -> list[Part]:
    """The parts of a cell that no published place cuts."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for leaf in cell.leaves:
        groups.setdefault(holding.get(leaf, ()), []).append(leaf)
    whole = tree.weight[list(cell.leaves)].sum()
    return [
        (codes, leaves[0], float(tree.weight[leaves].sum() / whole))
        for codes, leaves in groups.items()
    ]


def add_voices(
    block: Block, member: Member, of_kind: Mapping[int, Sequence[int]], scene: Scene
) -> None:
    """A line for each voice of an episode: its figures say what the pieces add up to.

    What several figures of one voice state is withheld together.
    """
    incidence = member.solved.episode.evidence.incidence
    for voice, counts in zip(member.solved.episode.voices, incidence, strict=True):
        kinds = np.flatnonzero(counts).tolist()
        pieces = [piece for kind in kinds for piece in of_kind.get(kind, ())]
        level = min(scene.tree.level[area] for area in voice.areas)
        line = block.line(("figures", voice.figure_ids), scene.cost(level, voice.stated))
        line.sums.append(all_of(pieces))
        block.evidence.setdefault(member.number, set()).add(line.key)
        if scene.small.figures.intersection(voice.figure_ids):
            line.hidden = True
            line.room = scene.room(level, voice.stated)


def add_cell(block: Block, member: Member, line: Line, pieces: Sequence[int], room: float) -> None:
    """The pieces of a cell to its line; a room makes it sensitive, whatever its size."""
    line.sums.append(all_of(pieces))
    line.room = max(room, block.value(pieces)) if room else 0.0
    block.evidence.setdefault(member.number, set()).add(line.key)


def room_for_small_voices(solved: Solved, kind: int, small: Small) -> float:
    """The room that a kind of cell needs where one of its voices states a small number.

    Other figures may have bent the estimate: who knows them and it, knows the small figure.
    """
    counts = solved.episode.evidence.incidence[:, kind]
    speaks_small = any(
        small.number(voice.stated) and small.figures.intersection(voice.figure_ids)
        for voice, speaks in zip(solved.episode.voices, counts, strict=True)
        if speaks
    )
    return small.threshold if speaks_small else 0.0


def add_cuts(
    block: Block, member: Member, keys: Sequence[Key], scene: Scene, where: tuple[Leaves, Windows]
) -> None:
    """What the bounds of lines take from an episode: one line for each of the windows."""
    solved = member.solved
    cut = solved.cut(scene.tree, *where)
    people, voices = float(solved.cell_values.sum()), len(solved.episode.voices)
    for at, key in enumerate(keys):
        if key in block.lines and cut.voices[at].any():
            ends = (float(cut.value[at]), float(cut.low[at]), float(cut.high[at]))
            block.add_bounds(key, Cut(member.number, people, voices, *ends))
