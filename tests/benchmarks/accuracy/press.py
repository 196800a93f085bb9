"""What is printed about a simulated crisis: counters with their errors, rhythms and words.

- *Counters.* 2 to 5 per crisis, of the kinds and errors of DESIGN 5.1, on the levels that such
  counters use. Each covers half to all of the areas of its level, starts within the first three
  tenths of the crisis and stops within the last three.
- *Errors.* Counters that err as they declare count so that people = count × (1 + d), |d| ≤ ε: a
  lasting bias of up to 0.6 ε, and up to 0.4 ε that belongs to one area and period, both uniform.
  Counters that err beyond are off by log-normal factors, σ = ε for the bias and again for each
  count, so that about half of their counts are off by more than they declare.
- *Rhythm.* Period lengths are log-normal (median 12 days, σ 0.8) per counter; half of the counters
  keep their rhythm, the others vary each period by σ 0.3. A tenth of the periods goes unreported,
  and a twentieth of the areas in each. A fifth of the counters prints cumulative bulletins, another
  fifth both; a fifth also prints the total of all its areas.
- *Words.* UN agencies, and half of the others, print exact counts, zeros too. The rest write texts:
  the count to two digits (one in five times to one), bare or as "approximately", "more than", "at
  least", "nearly" or a range, such that the likely range of DESIGN 5.1 holds the count; they say
  nothing below 50. A fifth of the counters counts households, taken as 5.6 persons, 5 to 6.5.
- *Late and revised.* Days until publication are log-normal (median 3, σ 0.8); a tenth takes a
  month more. Of the figures 15 % are printed first with a preliminary number that is off by σ 0.3;
  one in fifty is a false report that is withdrawn.
- *Echoes.* A quarter of the figures is printed again by the press days later: half with the same
  number, three in ten rounded in words, the rest as if the outlet itself had counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.accuracy.world import World
from tests.reconcile.cases import Row, day, figure

ERRORS = {
    "un_agency": 0.10,
    "ngo": 0.15,
    "local_volunteers": 0.20,
    "government": 0.20,
    "media": 0.30,
}
KINDS = {
    "un_agency": 0.30,
    "ngo": 0.20,
    "local_volunteers": 0.20,
    "government": 0.15,
    "media": 0.15,
}
"""How often a counter is of each kind."""
LEVELS = {
    "un_agency": (0, 1, 1, 2),
    "ngo": (1, 2, 2, 3),
    "local_volunteers": (1, 2, 3, 3),
    "government": (0, 0, 1, 2),
    "media": (0, 0, 1, 1),
}
"""The admin levels of each kind, one as likely as the other."""
QUANTIFIERS = {
    "exact": 0.30,
    "approximately": 0.20,
    "more_than": 0.20,
    "nearly": 0.15,
    "at_least": 0.10,
    "range": 0.05,
}
GRAINS = {
    "exact": (0.5, 0.5),
    "approximately": (1.0, 1.0),
    "more_than": (0.0, 1.0),
    "at_least": (0.0, 1.0),
    "nearly": (1.0, 0.0),
}
"""How many grains the words leave open below and above the number (DESIGN 5.1)."""
HOUSEHOLD_LOW, HOUSEHOLD_SIZE, HOUSEHOLD_HIGH = 5.0, 5.6, 6.5
FEWEST_IN_WORDS = 50
MOST_COUNTS = 40
PRESS = "press"


class Wording(NamedTuple):
    """How a count is printed, and the likely range that its words leave open."""

    quantifier: str
    stated: float
    stated_high: float | None
    low: float
    high: float


class Count(NamedTuple):
    """A number that a counter has, and what it is of."""

    places: list[str]
    start: int
    stop: int
    number: int


@dataclass(frozen=True)
class Counter:
    """Somebody who counts, and how."""

    name: str
    error: float
    bias: float
    places: list[str]
    edges: list[int]
    """First days of its periods, and the day after the last."""
    style: str
    """periods, cumulative or both."""
    sums_up: bool
    writes: bool
    """In texts, so that numbers are rounded."""
    households: bool


def reports(
    random: np.random.Generator,
    world: World,
    *,
    beyond: bool = False,
    most_counts: int = MOST_COUNTS,
) -> list[Row]:
    """Every figure that is printed about the crisis, as rows of `Figures`.

    `beyond`: counters err beyond what they declare. `most_counts` bounds areas × periods of
    each counter: who counts in more areas reports less often.
    """
    rows: list[Row] = []
    for number in range(1, 3 + random.binomial(3, 0.5)):
        counter = _counter(random, world, number, beyond=beyond, most_counts=most_counts)
        numbers = _numbers(random, world, counter, beyond=beyond)
        for count in _counts(random, counter, numbers):
            rows += _printed(random, counter, count, f"{counter.name} {len(rows)}")
    return rows


def granularity(stated: float) -> float:
    """Ten to the number of trailing zeros, at most a quarter of the number."""
    zeros = 0
    while stated > 0 and stated % 10 ** (zeros + 1) == 0:
        zeros += 1
    return min(10.0**zeros, stated / 4)


def in_words(random: np.random.Generator, number: int) -> Wording:
    """A text's words for a count: as coarse as is usual, and finer until they hold the count."""
    quantifier = str(random.choice([*QUANTIFIERS], p=[*QUANTIFIERS.values()]))
    digits = 1 if random.random() < 0.2 else 2
    for exponent in range(max(len(str(number)) - digits, 0), -1, -1):
        said = rounded(quantifier, number, 10**exponent)
        if said.low <= number <= said.high:
            return said
    return exactly(number)


def exactly(number: int) -> Wording:
    """A structured count says just its number."""
    return Wording("exact", number, None, number, number)


def rounded(quantifier: str, number: int, unit: int) -> Wording:
    """The number to a power of ten, as the words demand: downwards, upwards or to the nearest."""
    below, above = number // unit * unit, -(-number // unit) * unit
    if quantifier == "range":
        return Wording(quantifier, below, above, below, above)
    nearest = below if number - below < above - number else above
    stated = {"more_than": below, "at_least": below, "nearly": above}.get(quantifier, nearest)
    down, up = GRAINS[quantifier]
    grain = granularity(stated)
    return Wording(quantifier, stated, None, stated - down * grain, stated + up * grain)


def _counter(
    random: np.random.Generator, world: World, number: int, *, beyond: bool, most_counts: int
) -> Counter:
    kind = str(random.choice([*KINDS], p=[*KINDS.values()]))
    places = world.at_level(int(random.choice(LEVELS[kind])))
    covered = max(round(random.uniform(0.5, 1.0) * len(places)), 1)
    places = sorted(random.choice(places, covered, replace=False).tolist())
    error = ERRORS[kind]
    return Counter(
        name=f"{kind} {number}",
        error=error,
        bias=error * (random.normal() if beyond else random.uniform(-0.6, 0.6)),
        places=places,
        edges=_edges(random, world.days, most_counts / len(places)),
        style=str(random.choice(["periods", "cumulative", "both"], p=[0.6, 0.2, 0.2])),
        sums_up=len(places) > 1 and random.random() < 0.2,
        writes=kind != "un_agency" and random.random() < 0.5,
        households=random.random() < 0.2,
    )


def _edges(random: np.random.Generator, days: int, most_periods: float) -> list[int]:
    start, stop = int(random.uniform(0, 0.3) * days), int(random.uniform(0.7, 1.0) * days)
    usual = max(random.lognormal(np.log(12), 0.8), (stop - start) / most_periods)
    varies = 0.3 if random.random() < 0.5 else 0.0
    edges = [start]
    while edges[-1] < stop:
        length = max(round(usual * random.lognormal(0, varies)), 1)
        edges.append(min(edges[-1] + length, days))
    return edges


def _numbers(
    random: np.random.Generator, world: World, counter: Counter, *, beyond: bool
) -> NDArray[np.int64]:
    """What is counted, in persons or households: places by periods."""
    people = world.households if counter.households else world.persons
    of_place = np.array([people[world.inside([place])].sum(axis=0) for place in counter.places])
    truth = np.add.reduceat(of_place, counter.edges[:-1], axis=1)
    truth[:, -1] = of_place[:, counter.edges[-2] : counter.edges[-1]].sum(axis=1)
    if beyond:
        off = counter.bias + counter.error * random.normal(size=truth.shape)
        return np.asarray(np.rint(truth * np.exp(off)), dtype=np.int64)
    off = counter.bias + counter.error * random.uniform(-0.4, 0.4, truth.shape)
    raw = truth / (1 + off)
    # Rounded towards the truth: that people are whole is no further error.
    whole = np.where(raw < truth, np.ceil(raw), np.floor(raw))
    return np.asarray(whole, dtype=np.int64)


def _counts(
    random: np.random.Generator, counter: Counter, numbers: NDArray[np.int64]
) -> Iterator[Count]:
    """What the counter has to print: sums of what it counted."""
    begin = counter.edges[0]
    for period, (start, stop) in enumerate(pairwise(counter.edges)):
        if random.random() < 0.1:
            continue
        cumulative = counter.style == "cumulative" or (counter.style == "both" and period > 0)
        for row, place in enumerate(counter.places):
            if random.random() < 0.05:
                continue
            if counter.style != "cumulative":
                yield Count([place], start, stop, int(numbers[row, period]))
            if cumulative:
                yield Count([place], begin, stop, int(numbers[row, : period + 1].sum()))
        if counter.sums_up and counter.style != "cumulative":
            yield Count(counter.places, start, stop, int(numbers[:, period].sum()))
        if counter.sums_up and cumulative:
            yield Count(counter.places, begin, stop, int(numbers[:, : period + 1].sum()))


def _printed(
    random: np.random.Generator, counter: Counter, count: Count, name: str
) -> Iterator[Row]:
    """The figure of one count, with its earlier revision and its echo."""
    number = count.number
    if counter.writes and number < FEWEST_IN_WORDS:
        return
    said = in_words(random, number) if counter.writes else exactly(number)
    published = count.stop - 1 + _delay(random)
    fate = random.random()
    if fate < 0.15:
        early = exactly(round(number * random.lognormal(0, 0.3)))
        yield _row(f"{name} early", counter, count, early, published, source_record_id=name)
        published += int(random.integers(7, 22))
    if fate > 0.98:
        wrong = exactly(round((number + 100) * random.lognormal(0, 1)))
        record = f"{name} false"
        yield _row(record, counter, count, wrong, published)
        yield _row(
            f"{record} 2",
            counter,
            count,
            wrong,
            published + 14,
            source_record_id=record,
            revision=2,
            withdrawn=True,
        )
    revision = 2 if fate < 0.15 else 1
    yield _row(name, counter, count, said, published, revision=revision)
    if random.random() < 0.25:
        yield from _echo(random, counter, count, said, published=published, name=f"{name} echo")


def _echo(
    random: np.random.Generator,
    counter: Counter,
    count: Count,
    said: Wording,
    *,
    published: int,
    name: str,
) -> Iterator[Row]:
    """The press prints it again."""
    later = published + int(random.integers(1, 8))
    kind = random.random()
    outlet = f"outlet {random.integers(1, 4)}"
    if kind >= 0.5 and count.number < FEWEST_IN_WORDS:
        return
    words = said if kind < 0.5 else in_words(random, count.number)
    own = {"counter": outlet, "error": ERRORS["media"]} if kind >= 0.8 else {}
    yield _row(name, counter, count, words, later, source_id=PRESS, publisher=outlet, **own)


def _delay(random: np.random.Generator) -> int:
    days = random.lognormal(np.log(3), 0.8)
    return round(days + (random.uniform(20, 40) if random.random() < 0.1 else 0))


def _row(
    name: str, counter: Counter, count: Count, said: Wording, published: int, /, **others: Any
) -> Row:
    """One row of `Figures`."""
    central = said.stated if said.stated_high is None else (said.stated + said.stated_high) / 2
    size, least, most = (
        (HOUSEHOLD_SIZE, HOUSEHOLD_LOW, HOUSEHOLD_HIGH) if counter.households else (1.0, 1.0, 1.0)
    )
    columns: dict[str, Any] = {
        "source_id": counter.name,
        "source_record_id": name,
        "counter": counter.name,
        "publisher": counter.name,
        "error": counter.error,
        "unit": "household" if counter.households else "person",
        "quantifier": said.quantifier,
        "stated": said.stated,
        "stated_high": said.stated_high,
        "published_on": day(published),
    }
    return figure(
        name,
        central * size,
        count.start,
        count.stop,
        areas="|".join(count.places),
        low=said.low * least,
        high=said.high * most,
        **(columns | others),
    )
