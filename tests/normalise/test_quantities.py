import contextlib
import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from displacement.normalise.quantities import read_counts, read_number

ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("١٦١١", 1611),
        ("17،761", 17761),
        ("1.018.529", 1018529),
        ("(178.689)", 178689),
        ("90,465", 90465),
        ("11 ألفاً و137", 11137),
        ("109 آلاف و408", 109408),
        ("309 ألف", 309000),
        ("ألفين", 2000),
        ("مليون و200 ألف", 1200000),
        ("1.1 million", 1100000),
        ("١٧٬٧٦١", 17761),
        ("١٢٫٥", 12.5),
        ("1,018.50", 1018.5),
        ("60 000", 60000),
        ("60000.0", 60000),
        (" \u200f1200\u200e ", 1200),
        (5, 5),
        (5.5, 5.5),
        (np.int64(7), 7),
        (np.float64(7.25), 7.25),
    ],
)
def test_a_number_is_read_as_people_write_it(cell, number):
    assert read_number(cell) == number


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("12,88", "a digit was lost"),
        ("12.5", "a digit was lost"),
        ("1,23,456", "a digit was lost"),
        ("12،88", "a digit was lost"),
        ("-3", "cannot be negative"),
        ("− 3", "cannot be negative"),
        (-3, "cannot be negative"),
        (-0.5, "cannot be negative"),
        ("", "empty"),
        ("  ", "empty"),
        (None, "empty"),
        (math.nan, "empty"),
        (math.inf, "empty"),
        (True, "no number"),
        ("many", "words beside the number"),
        ("35141 عائلة(228416نسمة)", "not one number"),
        ("33,163I DPs", "not one number"),
        ("66,188 – 77,280", "not one number"),
        ("150 عائلة", "words beside the number"),
        ("137 و11", "do not make one number"),
        ("03777111", "begins with a zero"),
        ("٠٣٧٧٧١١١", "begins with a zero"),
    ],
)
def test_what_is_no_certain_count_is_refused_with_a_sentence(cell, words):
    with pytest.raises(ValueError, match=words):
        read_number(cell)


@pytest.mark.parametrize(
    ("cell", "column", "counts"),
    [
        ("33,163I DPs", "people", {"people": (33_163, None)}),
        ("33,163 IDPs", "people", {"people": (33_163, None)}),
        ("(178.689) نسمة", "people", {"people": (178_689, None)}),
        ("178.689 نسمة", "people", {"people": (178_689, None)}),
        ("150 عائلة", "families", {"families": (150, None)}),
        (
            "35141 عائلة(228416نسمة)",
            "people",
            {"families": (35_141, None), "people": (228_416, None)},
        ),
        (
            "35141 عائلة (228416 نسمة)",
            "families",
            {"families": (35_141, None), "people": (228_416, None)},
        ),
        (
            "420 HHs / 2,310 individuals",
            "families",
            {"families": (420, None), "people": (2_310, None)},
        ),
        ("66,188 – 77,280", "people", {"people": (66_188, 77_280)}),
        ("66,188-77,280 persons", "people", {"people": (66_188, 77_280)}),
        ("١٦١١", "people", {"people": (1_611, None)}),
        (37, "people", {"people": (37, None)}),
    ],
)
def test_a_cell_may_hold_units_a_range_or_families_with_their_people(cell, column, counts):
    assert read_counts(cell, column) == counts


@pytest.mark.parametrize(
    ("cell", "column"),
    [
        ("150 عائلة", "people"),
        ("33,163 people", "families"),
        ("777-1111", "people"),
        ("77,280 – 66,188", "people"),
        ("944 – 777 – 111", "people"),
        ("2018-01-03", "people"),
        ("12,88 نسمة", "people"),
        ("5 people and Dana", "people"),
    ],
)
def test_a_cell_that_says_something_else_is_refused(cell, column):
    with pytest.raises(ValueError, match=r"number|words|range"):
        read_counts(cell, column)


@given(st.integers(0, 10**8), st.sampled_from([",", ".", "،", "٬", " "]), st.booleans())
def test_thousands_signs_and_digits_of_any_script_change_nothing(number, sign, arabic):
    written = f"{number:,}".replace(",", sign)
    assert read_number(written.translate(ARABIC) if arabic else written) == number


@given(st.decimals(0, 10**6, places=2))
def test_the_arabic_decimal_sign_is_a_decimal_sign(number):
    assert read_number(f"{number}".replace(".", "٫")) == float(Decimal(number))


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_a_sentence(text):
    with contextlib.suppress(ValueError):
        assert read_number(text) >= 0
