import contextlib
import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from displacement.normalise.quantities import read_number

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
