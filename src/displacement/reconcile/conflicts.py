"""Who contradicts whom, by how much, what was bent, and what would resolve it?

Every stretch of `harmonise` becomes a row that people can read, with the fewest figures that
the bent one cannot hold together with.
"""

import hashlib
import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from displacement.reconcile.balance import MARGIN
from displacement.reconcile.polytope import Incidence, Polytope, largest_sum
from displacement.reconcile.scopes import Voice, day_of, in_words
from displacement.reconcile.solved import Solved
from displacement_schemas.vocabulary import STOCKS

Vector = NDArray[np.float64]

MOST_ALONE: Final = 6
"""Of larger contradictions no sentence tells what each figure could do alone."""
TWO: Final = 2
MOST_DAYS_MOVED: Final = 92
"""Nobody is wrong about a period by more than a quarter of a year."""


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
    others = _against(solved, bent)
    against = [solved.episode.voices[other] for other in others]
    stretch = float(solved.balance.stretch[bent])
    key = f"{solved.episode.episode_id}:{figure}"
    text = _text(voice, against, stretch, lowered=bool(solved.balance.lowered[bent]))
    return {
        "conflict_id": hashlib.sha256(key.encode()).hexdigest()[:16],
        "episode_id": solved.episode.episode_id,
        "measure": voice.measure,
        "figure_id": figure,
        "counter": voice.counter,
        "against": "|".join(figure for other in against for figure in other.figure_ids) or None,
        "against_counters": "|".join(sorted({other.counter for other in against})) or None,
        "stretch": stretch,
        "text": text + _resolved_by(solved, [bent, *others]) + _other_days(solved, [bent, *others]),
    }


def _against(solved: Solved, bent: int) -> list[int]:
    """The fewest voices that keep a bent one from its own range; bent themselves or not.

    Were they as they are once bent, the voice could still not hold: the least that it has to
    give way is their doing. Those with a price in that linear program are a smallest such set.
    """
    balance, incidence = solved.balance, solved.episode.evidence.incidence
    scale = largest_sum(incidence, balance.allowed_high)
    others = np.delete(np.arange(len(incidence)), bent)
    polytope = Polytope(
        incidence[others],
        balance.allowed_low[others] / scale - MARGIN,
        balance.allowed_high[others] / scale + MARGIN,
    )
    wanted = incidence[bent].astype(np.float64)
    found = polytope.binding(wanted, highest=bool(balance.lowered[bent]))
    return [int(others[row]) for row in found]


def _resolved_by(solved: Solved, members: list[int]) -> str:
    """By how much each of the contradicting voices would have to give way, were it alone."""
    if len(members) > MOST_ALONE:
        return ""
    evidence = solved.episode.evidence
    low, high = evidence.allowed
    high = np.maximum(high, 1.0)
    ways = []
    for member in members:
        rest = [other for other in members if other != member]
        ranges = evidence.incidence[rest], low[rest], high[rest]
        way = _way(ranges, evidence.incidence[member], float(low[member]), float(high[member]))
        if way is not None:
            ways.append(f"{_name(solved, member, members)} {way}")
    if len(ways) < len(members):
        return ""
    return f" Alone, {', or '.join(ways)} than its error allows, and all would hold."


def _way(
    ranges: tuple[Incidence, Vector, Vector], own: NDArray[np.bool_], low: float, high: float
) -> str | None:
    """Which way and how far a voice has to move into what the ranges of others let be."""
    incidence, least, most = ranges
    counted = incidence.any(axis=0)
    scale = largest_sum(incidence[:, counted], most)
    polytope = Polytope(incidence[:, counted], least / scale, most / scale)
    if polytope.is_empty():
        return None
    reach = polytope.extent(own[counted].astype(np.float64))
    if reach.high * scale < low and not own[~counted].any():
        return f"would have to be {100 * (1 - reach.high * scale / low):.1f} % lower"
    if reach.low * scale > high:
        return f"would have to be {100 * (reach.low * scale / high - 1):.1f} % higher"
    return None


def _other_days(solved: Solved, members: list[int]) -> str:
    """How far the days of one of two voices would have to move instead, at an even pace.

    The voice that counts too many for the one around it could begin before it or end after it;
    that one could begin later or end sooner.
    """
    evidence = solved.episode.evidence
    low, high = evidence.allowed
    if len(members) != TWO or solved.episode.voices[members[0]].measure in STOCKS:
        return ""
    inner, outer = sorted(members, key=lambda one: low[one], reverse=True)
    row, around = evidence.incidence[inner], evidence.incidence[outer]
    if high[outer] >= low[inner] or high[outer] <= 0 or np.any(row & ~around):
        return ""
    part, whole = solved.episode.voices[inner], solved.episode.voices[outer]
    share = float(high[outer] / low[inner])
    left = math.ceil((part.stop - part.start) * (1 - share))
    early = part.start - whole.start + math.ceil((part.stop - whole.start) * (1 / share - 1))
    late = whole.stop - part.stop + math.ceil((whole.stop - part.start) * (1 / share - 1))
    moves = [(early, part, "begin", "earlier"), (late, part, "end", "later")]
    if left < part.stop - part.start:
        later, sooner = part.start + left - whole.start, whole.stop - part.stop + left
        moves += [(later, whole, "begin", "later"), (sooner, whole, "end", "sooner")]
    days, voice, what, when = min(moves, key=lambda move: move[0])
    if days > MOST_DAYS_MOVED:
        return ""
    named = voice.counter if part.counter != whole.counter else _saying(voice)
    plural = "day" if days == 1 else "days"
    return (
        f" Or the period of {named} would have to {what} {days} {plural} {when}, "
        "if people left at an even pace."
    )


def _name(solved: Solved, member: int, members: list[int]) -> str:
    """The counter, with number and days where it counted several of them."""
    voice = solved.episode.voices[member]
    same = [one for one in members if solved.episode.voices[one].counter == voice.counter]
    return voice.counter if len(same) == 1 else _saying(voice)


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
