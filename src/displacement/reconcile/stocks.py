"""How many people are in displacement on each day? Stock figures carried forward (DESIGN 5.4).

On each day the live figures of overlapping areas are reconciled like flows, areas only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd

from displacement.reconcile.area_tree import AreaTree
from displacement.reconcile.episodes import episodes_of
from displacement.reconcile.rollup import roll_up
from displacement.reconcile.scopes import Voice
from displacement.reconcile.solved import Solved, solve

ONE_DAY = np.array([[0, 1]], dtype=np.int64)


def carried(voices: Sequence[Voice], expiry_days: Mapping[str, int], until: int) -> list[Voice]:
    """Each stock with the days it is live: to the same counter's next of the area, or expiry.

    `expiry_days` is by source; no stock is carried to `until` (exclusive) or beyond.
    """
    series = sorted(voices, key=lambda v: (v.counter, v.leaves, v.event or "", v.start))
    live: list[Voice] = []
    for voice, following in zip(series, [*series[1:], None], strict=True):
        stop = min(voice.start + expiry_days[voice.source_id], until)
        if following is not None and _same_series(voice, following):
            stop = min(stop, following.start)
        if stop > voice.start:
            live.append(replace(voice, stop=stop))
    return live


def stocks_by_day(live: Sequence[Voice], tree: AreaTree) -> tuple[pd.DataFrame, list[Solved]]:
    """Reconciled stocks per place and day, and the solved episodes behind them.

    Columns as `roll_up`, with `day` (day number) and `age_days` in place of `window`.
    """
    edges = np.unique([edge for voice in live for edge in (voice.start, voice.stop)])
    pieces: list[pd.DataFrame] = []
    everything: list[Solved] = []
    for first, last in pairwise(edges.tolist()):
        present = [voice for voice in live if voice.start <= first < voice.stop]
        if not present:
            continue
        solved = [
            solve(e) for e in episodes_of([replace(v, start=0, stop=1) for v in present], tree)
        ]
        everything += solved
        places = {
            key: tree.leaves[key]
            for voice in present
            for area in voice.areas
            for key in tree.ancestors(area)
        }
        rolled = roll_up(solved, tree, places, ONE_DAY)
        oldest = [
            min(v.start for v in present if np.isin(v.leaves, places[place]).any())
            for place in rolled["place"]
        ]
        days = np.arange(first, last)
        spread = rolled.loc[rolled.index.repeat(len(days))].reset_index(drop=True)
        spread["day"] = np.tile(days, len(rolled))
        spread["age_days"] = spread["day"] - np.repeat(oldest, len(days))
        pieces.append(spread.drop(columns="window"))
    return (pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame()), everything


def _same_series(voice: Voice, following: Voice) -> bool:
    return (voice.counter, voice.leaves, voice.event) == (
        following.counter,
        following.leaves,
        following.event,
    ) and voice.start < following.start
