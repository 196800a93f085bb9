"""What would careless readers of the same figures say? The baselines of DESIGN 5.3.

Beside every answer, never in it: adding everything up, believing whoever is trusted most, and
believing what was published last.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from displacement.reconcile.area_tree import AreaTree, Leaves
from displacement.reconcile.rollup import DECIMALS, voices_within
from displacement.reconcile.scopes import Voice
from displacement.reconcile.solved import Solved, share_inside

Window = tuple[int, int]
"""First day and the day after the last, as day numbers."""


class Baselines(NamedTuple):
    """Persons in one place and window, each figure spread by residents and days over its scope."""

    naive_sum: float
    """All figures added up, whoever else counted the same people."""
    most_trusted: float
    """Each cell as the counter with the smallest error has it; of equals the finest figure."""
    latest: float
    """Each cell as the figure has it that was published last."""


def baselines(solved: Sequence[Solved], tree: AreaTree, place: Leaves, window: Window) -> Baselines:
    """What three simpler readings of the figures say of one place between two days."""
    return Baselines(
        naive_sum(solved, tree, place, window),
        _cell_by_cell(solved, tree, place, window, lambda voice, size: (-voice.error, -size)),
        _cell_by_cell(solved, tree, place, window, lambda voice, size: (voice.published, -size)),
    )


def naive_sum(solved: Sequence[Solved], tree: AreaTree, place: Leaves, window: Window) -> float:
    """What adding up the same figures would say: each spread evenly over its scope."""
    answer = 0.0
    for voice in voices_within(solved, place, window):
        days = min(voice.stop, window[1]) - max(voice.start, window[0])
        inside = share_inside(tree, voice.leaves, place) * days / (voice.stop - voice.start)
        answer += voice.stated * inside
    return round(answer, DECIMALS)


def _cell_by_cell(
    solved: Sequence[Solved],
    tree: AreaTree,
    place: Leaves,
    window: Window,
    believed: Callable[[Voice, float], tuple[float, float]],
) -> float:
    """Each cell's part of the figure that is believed there: the one that ranks highest."""
    answer = 0.0
    for one in solved:
        voices, speaks = one.episode.voices, one.episode.evidence.incidence
        sizes = [_size(tree, voice) for voice in voices]
        ranks = [
            (*believed(voice, size), voice.figure_ids)
            for voice, size in zip(voices, sizes, strict=True)
        ]
        for cell in one.episode.cells:
            days = min(cell.stop, window[1]) - max(cell.start, window[0])
            if days <= 0:
                continue
            best = max(np.flatnonzero(speaks[:, cell.kind]).tolist(), key=lambda n: ranks[n])
            part = share_inside(tree, cell.leaves, place) * days / (cell.stop - cell.start)
            answer += voices[best].stated * cell.exposure / sizes[best] * part
    return round(answer, DECIMALS)


def _size(tree: AreaTree, voice: Voice) -> float:
    """Residents × days that a figure covers."""
    return float(tree.weight[[*voice.leaves]].sum()) * (voice.stop - voice.start)
