"""Numbers as people write them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from displacement.extraction.document import clean_characters
from displacement.extraction.numbers import Number, find_numbers, masked


def numbers(text: str) -> list[Number]:
    return find_numbers(clean_characters(text), 0, "en")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("60,000 people", 60_000),
        ("1,762,793 people", 1_762_793),
        ("3,57,243 people", 357_243),
        ("40\u00a0000 people", 40_000),
        ("40\u202f000 people", 40_000),
        ("1.018.529 people", 1_018_529),
        ("17،761 people", 17_761),
        ("١٦١١ people", 1611),
        ("1.1 million people", 1_100_000),
        ("1,2 million people", 1_200_000),
        ("1.2m people", 1_200_000),
        ("45k people", 45_000),
        ("2.14 lakh people", 214_000),
        ("500 thousand people", 500_000),
        ("3 and a half million people", 3_500_000),
        ("half a million people", 500_000),
        ("quarter of a million people", 250_000),
        ("two and a half million people", 2_500_000),
        ("a million and a half people", 1_500_000),
        ("eighty thousand people", 80_000),
        ("three hundred and fifty people", 350),
        ("one hundred and twenty thousand people", 120_000),
        ("two million three hundred thousand people", 2_300_000),
        ("twenty-five people", 25),
        ("a hundred people", 100),
        ("two dozen people", 24),
    ],
)
def test_a_number_is_read_whole(text: str, value: float):
    found = numbers(text)

    assert [number.value for number in found] == [value]
    assert text[found[0].start : found[0].end] + " people" == text


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("between 10,000 and 12,000 people", 10_000, 12_000),
        ("10,000 to 12,000 people", 10_000, 12_000),
        ("25-30,000 people", 25_000, 30_000),
        ("25,000–30,000 people", 25_000, 30_000),
        ("66,188 – 77,280 people", 66_188, 77_280),
        ("1 to 1.2 million people", 1_000_000, 1_200_000),
        ("from 10 to 12 families", 10, 12),
        ("300 to 1,200 people", 300, 1200),
        ("ten to twelve thousand people", 10_000, 12_000),
    ],
)
def test_a_range_is_one_number_with_two_ends(text: str, low: float, high: float):
    assert [(number.value, number.high) for number in numbers(text)] == [(low, high)]


@pytest.mark.parametrize(
    "text",
    ["rose from 10,000 to 12,000 people", "in 2017 and 2018", "10,000 people and 12,000 sheep"],
)
def test_two_numbers_that_are_no_range_stay_two(text: str):
    assert len(numbers(text)) == 2


@pytest.mark.parametrize(
    "text",
    ["tens of thousands", "hundreds", "several hundred", "hundreds of thousands", "dozens"],
)
def test_a_vague_amount_has_no_value(text: str):
    (number,) = numbers(text + " of people")

    assert (number.kind, number.value) == ("vague", None)


def test_a_number_that_lost_a_digit_cannot_be_read():
    (number,) = numbers("12,88 people")

    assert (number.kind, number.value) == ("malformed", None)


def test_metres_are_no_millions():
    assert [number.value for number in numbers("waves 2m high, 300m away")] == [2, 300]


@given(st.integers(1, 199_999_999))
def test_every_grouping_of_an_integer_reads_the_same(value: int):
    for written in (f"{value}", f"{value:,}", f"{value:,}".replace(",", "\u202f")):
        (number,) = numbers(f"some {written} people")
        assert number.value == value


@given(st.text(alphabet="0123456789,. -km%half onetw'\n", max_size=60))
def test_numbers_never_overlap_and_masking_keeps_the_length(text: str):
    found = numbers(text)

    assert all(one.end <= two.start for one, two in pairwise(found))
    assert len(masked(text, found)) == len(text)
