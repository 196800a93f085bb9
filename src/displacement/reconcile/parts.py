"""Which voices are parts of one event that add up, although their scopes overlap?

Between the voices and the episodes (DESIGN 5.2): each becomes a numbered part of its event,
and parts of different numbers meet as little as different events do.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from displacement.reconcile.scopes import Voice, Voices


def parts_apart(voices: Sequence[Voice]) -> Voices:
    """Number the parts of each partition's event so that none meets another.

    Without an event, or where no parts overlap, the voices stay as they are. Partitions of
    different sources are numbered alike: parts of one event and number are compared.
    """
    heard = Voices.of(voices)
    parted = np.flatnonzero(pd.notna(heard.partition) & pd.notna(heard.event))
    groups: dict[tuple[str, str, str], list[int]] = {}
    for row in parted.tolist():
        key = (heard.source_id[row], heard.partition[row], heard.event[row])
        groups.setdefault(key, []).append(row)
    part = heard.part.copy()
    for rows in groups.values():
        numbers = _numbers([heard[row] for row in rows])
        if max(numbers) > 1:
            part[rows] = numbers
    return replace(heard, part=part)


def _numbers(voices: Sequence[Voice]) -> list[int]:
    """The least number from 1 whose earlier voices have all stopped on all of its leaves."""
    order = sorted(range(len(voices)), key=lambda n: (voices[n].start, voices[n].figure_ids))
    numbers = [0] * len(voices)
    stops: list[dict[int, int]] = []
    for position in order:
        voice = voices[position]
        free = (number for number, stop in enumerate(stops) if _has_stopped(stop, voice))
        number = next(free, len(stops))
        if number == len(stops):
            stops.append({})
        stops[number].update(dict.fromkeys(voice.leaves, voice.stop))
        numbers[position] = number + 1
    return numbers


def _has_stopped(stop: dict[int, int], voice: Voice) -> bool:
    return all(stop.get(leaf, voice.start) <= voice.start for leaf in voice.leaves)
