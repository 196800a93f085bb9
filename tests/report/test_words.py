"""Numbers, periods and lists in plain English."""

import locale
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from displacement.report import words


def test_headline_numbers_claim_three_digits() -> None:
    assert words.rounded(151_682) == "152,000"
    assert words.rounded(412) == "412"
    assert words.about(151_682) == "About 152,000"
    assert words.about(180_000) == "180,000"


@given(st.floats(min_value=0, max_value=1e9))
def test_rounding_stays_within_half_a_percent(value: float) -> None:
    shown = float(words.rounded(value).replace(",", ""))
    assert abs(shown - value) <= max(0.5, 0.005 * value) + 1e-6


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (date(2018, 1, 6), date(2018, 1, 6), "6 Jan 2018"),
        (date(2017, 12, 1), date(2017, 12, 24), "1–24 Dec 2017"),
        (date(2017, 11, 1), date(2017, 12, 24), "1 Nov – 24 Dec 2017"),
        (date(2017, 12, 15), date(2018, 1, 6), "15 Dec 2017 – 6 Jan 2018"),
        (None, date(2018, 1, 6), "until 6 Jan 2018"),
    ],
)
def test_periods_name_month_and_year_once(start: date | None, end: date, said: str) -> None:
    assert words.period(start, end) == said


def test_months_are_english_in_every_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "ar_SY.UTF-8")
    assert locale.getlocale()
    assert words.day(date(2018, 1, 6)) == "6 January 2018"


def test_what_was_said_keeps_its_words() -> None:
    assert words.said("more_than", 60_000, None, "person") == "more than 60,000 people"
    assert words.said("range", 100, 200, "household") == "100 to 200 households"
    assert words.said("exact", 1, None, "person") == "1 person"
    assert words.said("vague", None, None, "person") == "an unstated number of people"


def test_long_lists_are_cut_and_say_so() -> None:
    assert words.shortened(["A", "B"], "counters") == "A and B"
    assert words.shortened(list("ABCDEF"), "counters") == "A, B, C and 3 more counters"


def test_a_share_below_all_is_never_called_all() -> None:
    assert words.percent(1.0) == "100%"
    assert words.percent(0.9996) != "100%"
    assert words.percent(0.057) == "6%"
