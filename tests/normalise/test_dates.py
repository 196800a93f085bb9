import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from displacement.normalise.dates import month_number, read_day

DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("01/11/2019", dt.date(2019, 11, 1)),
        ("07 / 01/2020", dt.date(2020, 1, 7)),
        ("7.1.2020", dt.date(2020, 1, 7)),
        ("7-1-2020", dt.date(2020, 1, 7)),
        ("٠٧/٠١/٢٠٢٠", dt.date(2020, 1, 7)),
        ("2017-12-15", dt.date(2017, 12, 15)),
        ("2017-12-15T23:59:00Z", dt.date(2017, 12, 15)),
        ("2017-12-15 00:00:00", dt.date(2017, 12, 15)),
        ("15 December 2017", dt.date(2017, 12, 15)),
        ("Dec 15, 2017", dt.date(2017, 12, 15)),
        ("15 décembre 2017", dt.date(2017, 12, 15)),
        ("1er novembre 2019", dt.date(2019, 11, 1)),
        ("15 كانون الأول 2017", dt.date(2017, 12, 15)),
        ("١٥ كانون الثاني ٢٠١٨", dt.date(2018, 1, 15)),
        ("15 كانون الأول/ديسمبر 2017", dt.date(2017, 12, 15)),
        ("3 آب 2019", dt.date(2019, 8, 3)),
        (pd.Timestamp("2018-01-06 13:05").to_pydatetime(), dt.date(2018, 1, 6)),
        (dt.date(2018, 1, 6), dt.date(2018, 1, 6)),
        (pd.Timestamp("2018-01-06 10:00"), dt.date(2018, 1, 6)),
    ],
)
def test_a_day_is_read_as_people_write_it(cell, day):
    assert read_day(cell) == day


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("31/11/2017", "November 2017 has 30 days"),
        ("29/02/2018", "February 2018 has 28 days"),
        ("2018-02-30", "February 2018 has 28 days"),
        ("12/15/2017", "the day comes first"),
        ("15/12/17", "write all four"),
        ("15/12/0217", "cannot be meant"),
        ("15 كانون 2017", "no date"),
        ("last week", "no date"),
        (43084, "bare number"),
        ("", "empty"),
        (None, "empty"),
        (pd.NaT, "empty"),
        (float("nan"), "empty"),
    ],
)
def test_what_no_calendar_has_is_refused_with_a_sentence(cell, words):
    with pytest.raises(ValueError, match=words):
        read_day(cell)


@given(DAYS, st.sampled_from(["{0.day}/{0.month}/{0.year}", "{0.day:02}.{0.month:02}.{0.year}"]))
def test_the_day_always_comes_before_the_month(day, form):
    assert read_day(form.format(day)) == day


@given(DAYS)
def test_an_iso_day_reads_as_itself(day):
    assert read_day(day.isoformat()) == day


def test_levantine_egyptian_and_maghreb_names_of_a_month_agree():
    assert {month_number(name) for name in ("شباط", "فبراير", "فيفري", "février", "Feb.")} == {2}


def test_two_names_that_contradict_each_other_name_no_month():
    assert month_number("شباط/مارس") is None
