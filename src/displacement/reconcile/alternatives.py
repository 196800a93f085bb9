"""Which of several counts of the same people speaks? The best ranked one, place by place.

Between the voices and the episodes (DESIGN 5.2): what a source declares to be alternatives
is never summed and never compared.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np
import pandas as pd

from displacement.reconcile.scopes import Voice, Voices

Span = tuple[int, int]
"""Half-open days."""


def preferred_flows(voices: Sequence[Voice]) -> Voices:
    """Voices of one measure and view without those that an alternative speaks for.

    A flow is one number for its whole scope: where a better ranked alternative overlaps it
    in any leaf and day, it is silent as a whole.
    """
    return _preferred(voices, whole=True)


def preferred_stocks(live: Sequence[Voice]) -> Voices:
    """Live stocks of one measure and view, each cut to the days on which it speaks.

    A stock is silent on the days on which a better ranked alternative that overlaps it in
    any leaf is live. One that is silent in between becomes several voices.
    """
    return _preferred(live, whole=False)


def _preferred(voices: Sequence[Voice], *, whole: bool) -> Voices:
    heard = Voices.of(voices)
    ranked = pd.notna(heard.alternatives)
    if not ranked.any():
        return heard
    groups: dict[str | None, list[Voice]] = {}
    for voice in heard.take(np.flatnonzero(ranked)):
        groups.setdefault(voice.alternatives, []).append(voice)
    spoken = [voice for group in groups.values() for voice in _spoken(group, whole=whole)]
    others = heard.take(np.flatnonzero(~ranked))
    return Voices.joined([others, Voices.of(spoken, heard.sets)]).in_order()


def _spoken(group: list[Voice], *, whole: bool) -> list[Voice]:
    """Rank by rank: a voice that is silent itself silences nobody."""
    taken: dict[int, set[Span]] = {}
    spoken: list[Voice] = []
    ranked = sorted(group, key=_rank)
    for _, equals in groupby(ranked, key=_rank):
        heard = []
        for voice in equals:
            spans = _free(voice, taken)
            if not whole or spans == [(voice.start, voice.stop)]:
                heard += [replace(voice, start=first, stop=last) for first, last in spans]
        for voice in heard:
            for leaf in voice.leaves:
                taken.setdefault(leaf, set()).add((voice.start, voice.stop))
        spoken += heard
    return spoken


def _rank(voice: Voice) -> int:
    return voice.preference


def _free(voice: Voice, taken: dict[int, set[Span]]) -> list[Span]:
    """The days of the voice on which none of its leaves is taken."""
    busy = {
        (first, last)
        for leaf in voice.leaves
        for first, last in taken.get(leaf, ())
        if first < voice.stop and voice.start < last
    }
    start, free = voice.start, []
    for first, last in sorted(busy):
        if first > start:
            free.append((start, first))
        start = max(start, last)
    if start < voice.stop:
        free.append((start, voice.stop))
    return free
