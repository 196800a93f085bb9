"""Quantifier to likely range: the table of DESIGN 5.1, and what always holds."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from displacement.normalise.ranges import granularity, likely_ranges

SPOKEN = [
    *("exact", "approximately", "more_than", "at_least", "nearly", "less_than", "at_most"),
]


def likely(stated, quantifier="exact", *, high=np.nan, in_words=True):
    [row] = likely_ranges(
        np.array([stated], dtype=float),
        np.array([high], dtype=float),
        pd.Series([quantifier], dtype="string[pyarrow]"),
        np.array([in_words]),
    ).to_dict("records")
    return row["value"], row["low"], row["high"]


@pytest.mark.parametrize(
    ("quantifier", "stated", "low", "high"),
    [
        ("more_than", 60_000, 60_000, 70_000),
        ("at_least", 60_000, 60_000, 70_000),
        ("nearly", 120_000, 110_000, 120_000),
        ("less_than", 120_000, 110_000, 120_000),
        ("at_most", 120_000, 110_000, 120_000),
        ("approximately", 120_000, 110_000, 130_000),
        ("exact", 1_100_000, 1_050_000, 1_150_000),
        ("exact", 118_237, 118_236.5, 118_237.5),
        ("approximately", 118_237, 118_236, 118_238),
        # Granularity never exceeds a quarter of the number.
        ("approximately", 800, 700, 900),
        ("approximately", 300, 225, 375),
        ("approximately", 1_000_000, 750_000, 1_250_000),
        ("approximately", 5, 4, 6),
        ("approximately", 2, 1.5, 2.5),
        ("exact", 0, 0, 0),
        ("approximately", 0, 0, 0),
        ("more_than", 0, 0, 0),
    ],
)
def test_words_in_a_text_leave_a_range_open(quantifier, stated, low, high):
    assert likely(stated, quantifier) == (stated, low, high)


@pytest.mark.parametrize("stated", [0, 1, 560, 60_000, 1_100_000])
def test_a_structured_count_says_just_its_number(stated):
    assert likely(stated, "exact", in_words=False) == (stated, stated, stated)


@pytest.mark.parametrize("in_words", [True, False])
def test_words_count_in_a_structured_row_as_in_a_text(in_words):
    assert likely(60_000, "more_than", in_words=in_words) == (60_000, 60_000, 70_000)


@pytest.mark.parametrize("in_words", [True, False])
def test_a_range_is_what_it_says(in_words):
    assert likely(60_000, "range", high=80_000, in_words=in_words) == (70_000, 60_000, 80_000)


@pytest.mark.parametrize("stated", [np.nan, 5_000.0])
def test_a_vague_figure_has_no_range(stated):
    assert np.isnan(likely(stated, "vague")).all()


@pytest.mark.parametrize(
    ("stated", "grain"),
    [(120_000, 10_000), (118_237, 1), (800, 100), (100, 25), (10, 2.5), (5, 1), (3, 0.75), (0, 0)],
)
def test_granularity_is_ten_to_the_trailing_zeros_at_most_a_quarter(stated, grain):
    assert granularity(np.array([stated], dtype=float)).tolist() == [grain]


COUNTS = st.integers(0, 10**9).map(float) | st.floats(0, 1e9)


@given(st.lists(st.tuples(COUNTS, st.sampled_from(SPOKEN), st.booleans()), max_size=30))
def test_the_stated_number_lies_within_its_range_and_nothing_is_below_zero(rows):
    stated = np.array([row[0] for row in rows], dtype=float)
    frame = likely_ranges(
        stated,
        np.full(len(rows), np.nan),
        pd.Series([row[1] for row in rows], dtype="string[pyarrow]"),
        np.array([row[2] for row in rows], dtype=bool),
    )
    assert (frame["low"] >= 0).all()
    assert (frame["low"] <= frame["value"]).all()
    assert (frame["value"] <= frame["high"]).all()
    assert (frame["high"] - frame["low"] <= stated / 2 + 1e-9).all()


@given(COUNTS, COUNTS)
def test_the_value_of_a_range_lies_between_its_ends(one, other):
    low, high = sorted((one, other))
    value, found_low, found_high = likely(low, "range", high=high)
    assert (found_low, found_high) == (low, high)
    assert low <= value <= high


@given(st.integers(1, 10**6), st.integers(0, 3), st.sampled_from(SPOKEN))
def test_counting_in_other_units_of_ten_scales_the_range(stated, zeros, quantifier):
    fine, coarse = likely(stated * 10, quantifier), likely(stated * 10 ** (zeros + 1), quantifier)
    assert coarse == pytest.approx([part * 10**zeros for part in fine])


def test_rows_do_not_touch_each_other():
    rows = [(60_000, "more_than", True), (5, "vague", True), (0, "exact", False)]
    together = likely_ranges(
        np.array([row[0] for row in rows], dtype=float),
        np.full(3, np.nan),
        pd.Series([row[1] for row in rows]),
        np.array([row[2] for row in rows]),
    )
    for n, (stated, quantifier, in_words) in enumerate(rows):
        alone = likely(stated, quantifier, in_words=in_words)
        assert together.iloc[n].to_list() == pytest.approx(list(alone), nan_ok=True)
