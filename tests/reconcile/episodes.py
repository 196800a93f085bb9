"""Random crises: figures over nested areas and overlapping periods, many of them contradicting."""

from collections.abc import Iterator

import numpy as np

from displacement.reconcile.area_tree import AreaTree
from displacement.reconcile.episodes import Episode, episodes_of
from tests.reconcile.cases import FIRST_DAY, Row, figure, tree_of, voices
from tests.reconcile.oracle import Claim

DAYS = 120
ERRORS = (0.0001, 0.001, 0.01, 0.05, 0.1, 0.15, 0.2, 0.3, 0.6)


def random_episodes(seed: int, wanted: int) -> Iterator[tuple[Episode, AreaTree]]:
    """Episodes of two to eight figures, the same for the same seed."""
    random = np.random.default_rng(seed)
    found = 0
    while found < wanted:
        tree = random_tree(random)
        rows = random_figures(random, [code for _, code in tree.leaves])
        for episode in episodes_of(voices(rows, tree), tree):
            if len(episode.voices) > 1 and found < wanted:
                found += 1
                yield episode, tree


def random_tree(random: np.random.Generator) -> AreaTree:
    """Two or three levels, a third of the populations unknown."""
    codes = ["XX"]
    for governorate in range(1, random.integers(1, 4) + 1):
        codes.append(f"XX{governorate:02}")
        districts = random.integers(0, 4)
        codes += [f"XX{governorate:02}{district:02}" for district in range(1, districts + 1)]
    population: dict[str, float | None] = {
        code: None if random.random() < 1 / 3 else float(10 ** random.uniform(2, 6))
        for code in codes
    }
    return tree_of(population)


def random_figures(random: np.random.Generator, codes: list[str]) -> list[Row]:
    """Two to eight figures; in half of the crises all counters see the same truth."""
    truthful = random.random() < 0.5
    size = 10 ** random.uniform(0, 7)
    with_events = random.random() < 0.3
    rows: list[Row] = []
    for number in range(random.integers(2, 9)):
        start, stop, place = _scope(random, codes, rows)
        persons = (
            size * (stop - start) / DAYS * float(random.lognormal(0, 0.3))
            if truthful
            else 10 ** random.uniform(0, 7)
            if random.random() < 0.3
            else size * float(random.lognormal(0, 0.5))
        )
        persons = 0.0 if random.random() < 0.04 else float(max(round(persons), 1))
        low, high = _likely(random, persons)
        event = str(random.choice(["", "a", "b"])) if with_events else ""
        rows.append(
            figure(
                f"f{number}",
                persons,
                start,
                stop,
                areas=place,
                low=low,
                high=high,
                error=float(random.choice(ERRORS)),
                event_id=event or None,
            )
        )
    return rows


def _scope(random: np.random.Generator, codes: list[str], rows: list[Row]) -> tuple[int, int, str]:
    """A new scope, or, one time in four, one that another figure has."""
    if rows and random.random() < 0.25:
        other = rows[random.integers(len(rows))]
        start, last = ((other[name] - FIRST_DAY).days for name in ("start_date", "end_date"))
        return start, last + 1, other["area_text"]
    start = int(random.integers(0, DAYS - 1))
    stop = int(min(start + 1 + random.geometric(1 / 25), DAYS))
    place = random.choice(codes, size=min(len(codes), random.choice([1, 1, 1, 2])), replace=False)
    return start, stop, "|".join(sorted(str(code) for code in place))


def _likely(random: np.random.Generator, persons: float) -> tuple[float, float]:
    """The likely range of a quantifier drawn at random (DESIGN 5.1)."""
    zeros = len(f"{persons:.0f}") - len(f"{persons:.0f}".rstrip("0"))
    grain = min(10.0**zeros, persons / 4)
    ranges = [
        (persons, persons),
        (persons - grain / 2, persons + grain / 2),
        (persons - grain, persons + grain),
        (persons, persons + grain),
        (persons - grain, persons),
    ]
    return ranges[random.integers(len(ranges))]


def claims_of(episode: Episode) -> list[Claim]:
    """The voices of an episode, as the oracle takes them."""
    return [
        Claim(frozenset(v.leaves), v.start, v.stop, v.event, v.stated, v.low, v.high, v.error)
        for v in episode.voices
    ]
