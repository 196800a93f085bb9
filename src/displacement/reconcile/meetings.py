"""Which voices meet? Those that overlap in a leaf, a day and an event, directly or through others.

By a sweep over the days of every leaf, for all voices at once, not by pairs.
"""

from dataclasses import dataclass

import numpy as np

from displacement.reconcile.columns import Flags, Numbers, numbered, of_texts, rows_of
from displacement.reconcile.scopes import Voices


def linked(voices: Voices) -> Numbers:
    """The number of the first voice of those that each voice is linked with."""
    voice, leaf = voices.sets.on_leaves(voices.leaf_set)
    event = of_texts(voices.event)[voice]
    ground = _Ground(
        voice, leaf, event, voices.part[voice], voices.start[voice], voices.stop[voice]
    )
    pairs = [ground.alike()]
    for wide, narrow, place in (
        (event < 0, event >= 0, leaf),
        ((event >= 0) & (ground.part == 0), ground.part > 0, numbered(leaf, event)),
    ):
        if wide.any() and narrow.any():
            pairs.append(ground.across(wide, narrow, place))
    one, other = np.concatenate(pairs, axis=1)
    return components(len(voices), one, other)


@dataclass(frozen=True)
class _Ground:
    """A row for each leaf of each voice."""

    voice: Numbers
    leaf: Numbers
    event: Numbers
    """-1 where the voice counts all events."""
    part: Numbers
    """0 where the voice counts all parts of its event."""
    start: Numbers
    stop: Numbers

    def alike(self) -> Numbers:
        """Pairs that link all voices of one leaf, event and part that overlap."""
        rows = np.arange(len(self.voice))
        found = _runs(numbered(self.leaf, self.event, self.part), self.start, self.stop, rows)
        return np.stack([self.voice[found.row], self.voice[found.holder]])

    def across(self, wide: Flags, narrow: Flags, place: Numbers) -> Numbers:
        """Pairs that link voices which count everything somewhere with those of a part of it."""
        runs = _runs(place[wide], self.start[wide], self.stop[wide], np.flatnonzero(wide))
        begins = np.flatnonzero(runs.begins)
        key, until = runs.start[begins], np.maximum.reduceat(runs.stop, begins)
        start, stop = _keyed(place[narrow], self.start, self.stop, narrow)
        first = np.searchsorted(until, start, side="right")
        near = np.maximum(np.searchsorted(key, stop, side="left") - first, 0)
        one = np.repeat(self.voice[narrow], near)
        other = self.voice[runs.row[begins][rows_of(first, near)]]
        return np.stack([one, other])


@dataclass(frozen=True)
class _Runs:
    """Rows in order of place and start, in unbroken runs of days."""

    row: Numbers
    holder: Numbers
    """A row of the same run that stops no earlier than any before."""
    begins: Flags
    start: Numbers
    stop: Numbers
    """Days of different places never meet: see `_keyed`."""


_DAYS = 1 << 32
"""More days than any two places could share."""


def _keyed(
    place: Numbers, start: Numbers, stop: Numbers, rows: Flags | slice
) -> tuple[Numbers, Numbers]:
    """Days that grow from place to place."""
    return place * _DAYS + start[rows], place * _DAYS + stop[rows]


def _runs(place: Numbers, start: Numbers, stop: Numbers, rows: Numbers) -> _Runs:
    start, stop = _keyed(place, start, stop, slice(None))
    order = np.lexsort((rows, start))
    start, stop, rows = start[order], stop[order], rows[order]
    reach = np.maximum.accumulate(stop)
    last = np.maximum.accumulate(np.where(stop == reach, np.arange(len(stop)), 0))
    begins = np.ones(len(start), dtype=bool)
    begins[1:] = start[1:] >= reach[:-1]
    before = np.where(begins, np.arange(len(start)), np.append(0, last[:-1]))
    return _Runs(rows, rows[before], begins, start, stop)


def components(count: int, one: Numbers, other: Numbers) -> Numbers:
    """The least member of what each is linked with, through however many links.

    The higher of two leaders follows the lower, and leaders are followed to their ends, until
    no link joins two leaders.
    """
    leader = np.arange(count)
    while True:
        first, second = leader[one], leader[other]
        apart = first != second
        if not apart.any():
            return leader
        one, other = one[apart], other[apart]
        first, second = first[apart], second[apart]
        np.minimum.at(leader, np.maximum(first, second), np.minimum(first, second))
        while True:
            ahead = leader[leader]
            if (ahead == leader).all():
                break
            leader = ahead
