"""How many people are in displacement on each day? Stock figures carried forward (DESIGN 5.4).

On each day the live figures of overlapping areas are reconciled like flows, areas only.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from displacement.reconcile.area_tree import AreaKey, AreaTree
from displacement.reconcile.countries import countries_of
from displacement.reconcile.episodes import Episodes, episodes_of
from displacement.reconcile.rollup import named_places, roll_up
from displacement.reconcile.scopes import UNRANKED, Voice, Voices
from displacement.reconcile.solutions import Solutions, solve_all
from displacement.reconcile.solved import Solved

Series = tuple[str, tuple[int, ...], str | None]
Rounds = tuple[str, str | None, int, str | None]


def carried(voices: Sequence[Voice], expiry_days: Mapping[str, int], until: int) -> list[Voice]:
    """Each stock with the days it is live: to the same counter's next of the area, or expiry.

    `expiry_days` is by source; no stock is carried to `until` (exclusive) or beyond. The next
    round of a ranked alternative ends the one before it in every area: what a round does not
    name is not part of its total.
    """
    series: dict[Series, list[Voice]] = {}
    rounds: dict[Rounds, set[int]] = {}
    for voice in voices:
        series.setdefault(_series(voice), []).append(voice)
        rounds.setdefault(_rounds(voice), set()).add(voice.start)
    starts = {key: sorted(days) for key, days in rounds.items()}
    live: list[Voice] = []
    for voice in voices:
        later = [
            other.start
            for other in series[_series(voice)]
            if other.start > voice.start and not _other_rank(voice, other)
        ]
        if voice.alternatives is not None and voice.preference != UNRANKED:
            days = starts[_rounds(voice)]
            later += days[bisect_right(days, voice.start) :][:1]
        stop = min(voice.start + expiry_days[voice.source_id], until, *later)
        if stop > voice.start:
            live.append(replace(voice, stop=stop))
    return live


@dataclass(frozen=True)
class Standing:
    """The stocks of one country that are live together over some days, reconciled."""

    country: AreaKey
    """Or the first of several that a figure links."""
    first: int
    last: int
    """The day after the last."""
    live: list[Voice]
    solved: list[Solved]


def standings(live: Sequence[Voice], tree: AreaTree) -> list[Standing]:
    """Cut time where the set of live stocks changes, and reconcile each piece as one day.

    Each country is cut by its own edges alone, so that pieces of different countries overlap.
    """
    pieces = [(country, *piece) for country, own in _apart(live, tree) for piece in _cut(own, tree)]
    # What lives on unchanged is one episode in many pieces, and is solved once.
    distinct = {one.episode_id: one for *_, episodes in pieces for one in episodes}
    solved = dict(zip(distinct, solve_all([*distinct.values()]), strict=True))
    return [
        Standing(country, *piece, [solved[one.episode_id] for one in episodes])
        for country, piece, episodes in pieces
    ]


def stocks_by_day(standing: Sequence[Standing], tree: AreaTree) -> pd.DataFrame:
    """Reconciled stocks per place and day.

    Columns as `roll_up`, with `day` (day number) and `age_days` in place of `window`.
    """
    if not standing:
        return pd.DataFrame()
    # Each piece is rolled up on a day of its own, so that all are rolled up at once.
    solved = Solutions.of([_on(day, s) for day, one in enumerate(standing) for s in one.solved])
    days = np.arange(len(standing))
    windows = np.column_stack([days, days + 1])
    rolled = roll_up(solved, tree, named_places(solved, tree), windows)
    named = [named_places(piece.solved, tree) for piece in standing]
    pairs = zip(rolled["place"], rolled["window"], strict=True)
    rolled = rolled[[place in named[piece] for place, piece in pairs]].reset_index(drop=True)
    piece_of = rolled["window"].to_numpy(dtype=np.int64)
    first = np.array([piece.first for piece in standing])[piece_of]
    length = np.array([piece.last for piece in standing])[piece_of] - first
    counted = [_first_counted(piece) for piece in standing]
    rolled["counted"] = [
        min(counted[piece].get(leaf, piece_end) for leaf in tree.leaves[place].tolist())
        for place, piece, piece_end in zip(rolled["place"], piece_of, first + length, strict=True)
    ]
    spread = rolled.loc[rolled.index.repeat(length)].reset_index(drop=True)
    spread["day"] = np.repeat(first - (np.cumsum(length) - length), length) + spread.index
    spread["age_days"] = spread["day"] - spread["counted"]
    return spread.drop(columns=["window", "counted"])


def _on(day: int, solved: Solved) -> Solved:
    """The same, held on another day."""
    episode = solved.episode
    moved = replace(
        episode,
        voices=[replace(voice, start=day, stop=day + 1) for voice in episode.voices],
        cells=[replace(cell, start=day, stop=day + 1) for cell in episode.cells],
    )
    return Solved(moved, solved.balance, solved.chain)


def _first_counted(standing: Standing) -> dict[int, int]:
    """The day of the oldest count that covers each leaf."""
    counted: dict[int, int] = {}
    for voice in standing.live:
        for leaf in voice.leaves:
            counted[leaf] = min(voice.reported[0], counted.get(leaf, voice.reported[0]))
    return counted


def _apart(live: Sequence[Voice], tree: AreaTree) -> list[tuple[AreaKey, list[Voice]]]:
    """Voices by the countries that they stand in, several where a voice links them."""
    voices = Voices.of(live)
    country, names = countries_of(voices, tree)
    return [
        (names[number], [voices[row] for row in np.flatnonzero(country == number).tolist()])
        for number in np.unique(country).tolist()
    ]


def _cut(
    live: Sequence[Voice], tree: AreaTree
) -> Iterator[tuple[tuple[int, int, list[Voice]], Episodes]]:
    """First day, the day after the last and live voices of each piece, with its episodes."""
    edges = np.unique([edge for voice in live for edge in (voice.start, voice.stop)])
    for first, last in pairwise(edges.tolist()):
        present = [voice for voice in live if voice.start <= first < voice.stop]
        if present:
            one_day = [replace(voice, start=0, stop=1) for voice in present]
            yield (first, last, present), episodes_of(one_day, tree)


def _series(voice: Voice) -> Series:
    """Figures of one counter and area follow each other."""
    return voice.counter, voice.leaves, voice.event


def _rounds(voice: Voice) -> Rounds:
    """Rounds of one way of counting follow each other."""
    return voice.counter, voice.alternatives, voice.preference, voice.event


def _other_rank(one: Voice, other: Voice) -> bool:
    """Alternatives of different rank do not follow each other: each is a series of its own."""
    return (
        one.alternatives is not None
        and one.alternatives == other.alternatives
        and one.preference != other.preference
    )
