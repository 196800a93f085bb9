"""A world of displacement figures of any size, to measure how fast it is reconciled.

Crises break out in the areas of 200 countries over ten years. Most are counted once; of the
others several counters publish figures that overlap in time and area, and some of these
contradict each other. The same seed gives the same world.
"""

from datetime import date, datetime
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandera.typing import DataFrame

from displacement_schemas import Areas, FigureAreas, Figures

Vector = NDArray[np.float64]
Whole = NDArray[np.int64]

COUNTRIES: Final = 200
BELOW: Final = (10, 5, 4)
"""Areas of the next level in each country, in each of these, and so on: 40,000 at admin 3."""
FIRST_DAY: Final = date(2015, 1, 1)
DAYS: Final = 3652
AS_OF: Final = date(2025, 6, 1)
FIGURES_PER_CRISIS: Final = (0.62, 0.2, 0.12, 0.06)
"""Shares of crises that are counted once, twice, and so on."""
LEVELS: Final = (0.15, 0.45, 0.40)
"""Shares of crises in areas of admin level 1, 2 and 3."""
BIAS: Final = 0.12
"""Usual relative difference between two counters of one crisis."""
ERRORS: Final = (0.10, 0.15, 0.20)
SYSTEM: Final = "world"


class World(NamedTuple):
    """Frames as the reconciliation takes them."""

    figures: DataFrame[Figures]
    figure_areas: DataFrame[FigureAreas]
    areas: DataFrame[Areas]


def make_world(figures: int, seed: int = 0) -> World:
    """About `figures` figures of new displacement."""
    random = np.random.default_rng(seed)
    areas = _areas(random)
    code = areas["area_code"].to_numpy(dtype=object)
    level = areas["admin_level"].to_numpy(dtype=np.int64)
    counters = random.choice(4, size=figures, p=FIGURES_PER_CRISIS) + 1
    counters = counters[: int(np.searchsorted(np.cumsum(counters), figures)) + 1]
    crisis = np.repeat(np.arange(len(counters)), counters)
    place = _places(random, level, len(counters))[crisis]
    start, length = _periods(random, len(counters))
    rank = np.arange(len(crisis)) - np.repeat(np.cumsum(counters) - counters, counters)
    start, stop = _reported(random, start[crisis], length[crisis], rank)
    persons = random.lognormal(6.5, 1.6, len(counters))[crisis]
    persons *= (stop - start) / length[crisis] * random.lognormal(0, BIAS, len(crisis))
    return World(
        _figures(random, np.maximum(np.round(persons), 1.0), start, stop, rank),
        FigureAreas.build(
            {
                "figure_id": _ids(len(crisis)),
                "code_system": np.full(len(crisis), SYSTEM, dtype=object),
                "area_code": code[place],
                "match_method": np.full(len(crisis), "code", dtype=object),
                "match_score": np.ones(len(crisis)),
            }
        ),
        areas,
    )


def _areas(random: np.random.Generator) -> DataFrame[Areas]:
    codes, parents = [f"C{number:03d}" for number in range(COUNTRIES)], [None] * COUNTRIES
    level_of, above = [0] * COUNTRIES, list(codes)
    for level, below in enumerate(BELOW, start=1):
        here = [(f"{code}{number:02d}", code) for code in above for number in range(below)]
        codes += [code for code, _ in here]
        parents += [code for _, code in here]  # type: ignore[misc]
        level_of += [level] * len(here)
        above = [code for code, _ in here]
    population = np.where(
        np.array(level_of) == len(BELOW), np.round(random.lognormal(10, 1, len(codes))), np.nan
    )
    return Areas.build(
        {
            "code_system": np.full(len(codes), SYSTEM, dtype=object),
            "area_code": codes,
            "name": codes,
            "admin_level": level_of,
            "parent_code": parents,
            "country": [code[1:4] for code in codes],
            "population": pd.array(population, dtype="Float64"),
            "reference": np.full(len(codes), "made", dtype=object),
        }
    )


def _places(random: np.random.Generator, level: Whole, crises: int) -> Whole:
    """Rows of areas; some places see more crises than others."""
    asked = random.choice(len(LEVELS), size=crises, p=LEVELS) + 1
    place = np.zeros(crises, dtype=np.int64)
    for one in range(1, len(LEVELS) + 1):
        rows = np.flatnonzero(level == one)
        weight = random.gamma(0.7, size=len(rows))
        chosen = random.choice(rows, size=int((asked == one).sum()), p=weight / weight.sum())
        place[asked == one] = chosen
    return place


def _periods(random: np.random.Generator, crises: int) -> tuple[Whole, Whole]:
    length = np.clip(np.round(random.lognormal(np.log(7), 1.0, crises)), 1, 120).astype(np.int64)
    return random.integers(0, DAYS - length), length


def _reported(
    random: np.random.Generator, start: Whole, length: Whole, rank: Whole
) -> tuple[Whole, Whole]:
    """The first counter reports the crisis's days; the others some of them, or a few more."""
    early = np.where(rank > 0, random.integers(-2, 3, len(rank)), 0)
    late = np.where(rank > 0, random.integers(-2, 3, len(rank)), 0)
    first = np.clip(start + np.minimum(early, length - 1), 0, DAYS - 1)
    return first, np.maximum(start + length + late, first + 1)


def _ids(count: int) -> NDArray[np.object_]:
    return np.array([f"f{number:08d}" for number in range(count)], dtype=object)


def _dates(days: Whole) -> NDArray[np.datetime64]:
    return np.datetime64(FIRST_DAY) + days


def _figures(
    random: np.random.Generator, persons: Vector, start: Whole, stop: Whole, rank: Whole
) -> DataFrame[Figures]:
    count = len(persons)
    trailing = 10.0 ** np.floor(np.log10(np.maximum(persons, 10)) - 1)
    rounded = random.random(count) < 0.4
    stated = np.where(rounded, np.maximum(np.round(persons / trailing) * trailing, 1), persons)
    half = np.where(rounded, np.minimum(trailing / 2, stated / 8), 0.0)
    ids = _ids(count)

    def same(value: object) -> NDArray[np.object_]:
        return np.full(count, value, dtype=object)

    counter = np.array([f"COUNTER {number}" for number in range(4)], dtype=object)[rank]
    return Figures.build(
        {
            "figure_id": ids,
            "source_id": same("files"),
            "source_record_id": np.array([f"world.csv#{name}" for name in ids], dtype=object),
            "revision": np.ones(count, dtype=np.int64),
            "withdrawn": np.zeros(count, dtype=bool),
            "counter": counter,
            "publisher": counter,
            "measure": same("new_displacement"),
            "term": same("displaced"),
            "cause": same("conflict"),
            "modality": same("asserted"),
            "unit": same("person"),
            "quantifier": np.where(rounded, "approximately", "exact").astype(object),
            "stated": stated,
            "persons": stated,
            "persons_low": stated - half,
            "persons_high": stated + half,
            "error": np.array(ERRORS)[random.integers(0, len(ERRORS), count)],
            "start_date": _dates(start),
            "end_date": _dates(stop - 1),
            "date_precision": same("day"),
            "area_text": same("an area"),
            "area_role": same("location"),
            "published_on": _dates(stop + 3),
            "recorded_at": np.full(count, np.datetime64(datetime(2025, 6, 1), "us")),  # noqa: DTZ001
            "tier": same("accepted"),
            "landing_sha256": same("0" * 64),
            "rule_id": same("made"),
        }
    )
