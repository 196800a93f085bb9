"""Crises for property tests: figures over four districts and sixty days.

Consistent ones state ranges around one hidden truth, so that all of them can hold together.
"""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.reconcile.cases import TWO_GOVERNORATES, Row, figure

DAYS = 60
PLACES = tuple(TWO_GOVERNORATES)
LEAVES = tuple(code for code in PLACES if len(code) == 6)

errors = st.sampled_from([0.02, 0.1, 0.15, 0.2, 0.3])
counts = st.integers(min_value=1, max_value=1_000_000).map(float)


@st.composite
def scopes(draw: Any) -> tuple[int, int, str]:
    """First day, the day after the last, and an area."""
    start = draw(st.integers(0, DAYS - 2))
    stop = draw(st.integers(start + 1, DAYS))
    return start, stop, draw(st.sampled_from(PLACES))


@st.composite
def consistent_crises(draw: Any, *, least: int = 1, most: int = 5) -> list[Row]:
    """Figures whose likely ranges all hold the truth."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    truth = random.lognormal(3, 1.5, (len(LEAVES), DAYS))
    rows = []
    for number in range(draw(st.integers(least, most))):
        start, stop, place = draw(scopes())
        inside = [code.startswith(place) for code in LEAVES]
        persons = float(truth[inside, start:stop].sum())
        low = persons * (1 - draw(st.sampled_from([0.0, 0.05, 0.3])))
        high = persons * (1 + draw(st.sampled_from([0.0, 0.05, 0.3])))
        stated = draw(st.sampled_from([low, persons, high]))
        rows.append(
            figure(
                f"f{number}",
                stated,
                start,
                stop,
                areas=place,
                low=low,
                high=high,
                error=draw(errors),
            )
        )
    return rows


@st.composite
def crises(draw: Any, *, least: int = 1, most: int = 5) -> list[Row]:
    """Figures that may contradict each other; some name an event."""
    rows = []
    for number in range(draw(st.integers(least, most))):
        start, stop, place = draw(scopes())
        persons = draw(counts)
        wide = persons * draw(st.sampled_from([0.0, 0.05, 0.25]))
        event = draw(st.sampled_from([None, None, "flood", "siege"]))
        rows.append(
            figure(
                f"f{number}",
                persons,
                start,
                stop,
                areas=place,
                low=persons - wide,
                high=persons + wide,
                error=draw(errors),
                event_id=event,
            )
        )
    return rows
