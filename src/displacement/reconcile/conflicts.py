"""Who contradicts whom, by how much, and what was bent? The conflicts of one episode.

Every stretch of `harmonise` becomes a row that people can read.
"""

import hashlib
from typing import Any

import numpy as np

from displacement.reconcile.scopes import Voice, day_of, in_words
from displacement.reconcile.solved import Solved


def conflicts_of(solved: Solved) -> list[dict[str, Any]]:
    """One row (see the table `conflicts`) per figure that was bent."""
    stretch = solved.balance.stretch
    return [
        _row(solved, int(bent), figure)
        for bent in np.flatnonzero(stretch > 0)
        for figure in solved.episode.voices[bent].figure_ids
    ]


def _row(solved: Solved, bent: int, figure: str) -> dict[str, Any]:
    voice = solved.episode.voices[bent]
    against = [solved.episode.voices[other] for other in _opponents(solved, bent)]
    stretch = float(solved.balance.stretch[bent])
    key = f"{solved.episode.episode_id}:{figure}"
    return {
        "conflict_id": hashlib.sha256(key.encode()).hexdigest()[:16],
        "episode_id": solved.episode.episode_id,
        "measure": voice.measure,
        "figure_id": figure,
        "counter": voice.counter,
        "against": "|".join(figure for other in against for figure in other.figure_ids) or None,
        "against_counters": "|".join(sorted({other.counter for other in against})) or None,
        "stretch": stretch,
        "text": _text(voice, against, stretch, lowered=bool(solved.balance.lowered[bent])),
    }


def _opponents(solved: Solved, bent: int) -> list[int]:
    """Voices bent the other way: those that share a cell, else all of the episode."""
    balance, incidence = solved.balance, solved.episode.evidence.incidence
    other_way = (balance.stretch > 0) & (balance.lowered != balance.lowered[bent])
    meets = incidence @ incidence[bent]
    return [
        int(k)
        for k in np.flatnonzero(other_way & meets if (other_way & meets).any() else other_way)
    ]


def _text(voice: Voice, against: list[Voice], stretch: float, *, lowered: bool) -> str:
    way = "lower" if lowered else "higher"
    others = " and ".join(sorted({_saying(other) for other in against})) or "the other figures"
    return (
        f"{_saying(voice)} cannot hold together with {others}: it would have to be "
        f"{100 * stretch:.1f} % {way} than its usual error of {100 * voice.error:.0f} % allows."
    )


def _saying(voice: Voice) -> str:
    first, last = voice.reported
    period = in_words(day_of(first))
    if last > first:
        period += f" to {in_words(day_of(last))}"
    return f"{voice.counter} ({voice.stated:,.0f} persons, {period})"
