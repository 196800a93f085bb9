"""A backfill is cut into windows that hold every day once."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from displacement.windows import Window, WindowSize, windows_between


def cut(first, last, size):
    return [str(one) for one in windows_between(date(*first), date(*last), WindowSize(size))]


def test_months_are_cut_at_their_first_day():
    assert cut((2017, 11, 15), (2018, 2, 3), "month") == [
        "2017-11-15 to 2017-11-30",
        "2017-12-01 to 2017-12-31",
        "2018-01-01 to 2018-01-31",
        "2018-02-01 to 2018-02-03",
    ]


def test_weeks_are_cut_at_their_monday():
    assert cut((2018, 1, 5), (2018, 1, 16), "week") == [
        "2018-01-05 to 2018-01-07",
        "2018-01-08 to 2018-01-14",
        "2018-01-15 to 2018-01-16",
    ]


def test_days_stand_alone():
    assert cut((2016, 2, 28), (2016, 3, 1), "day") == [
        "2016-02-28 to 2016-02-28",
        "2016-02-29 to 2016-02-29",
        "2016-03-01 to 2016-03-01",
    ]


def test_a_backfill_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match=r"cannot end \(2018-01-01\) before it starts"):
        windows_between(date(2018, 1, 2), date(2018, 1, 1), WindowSize.MONTH)


DAYS = st.dates(date(2010, 1, 1), date(2030, 12, 31))


@given(DAYS, st.integers(0, 900), st.sampled_from(WindowSize))
def test_every_day_lies_in_exactly_one_window(first, length, size):
    last = first + timedelta(days=length)
    windows = windows_between(first, last, size)
    assert (windows[0].first, windows[-1].last) == (first, last)
    assert all(one.first <= one.last for one in windows)
    for one, following in pairwise(windows):
        assert following.first == one.last + timedelta(days=1)


@given(DAYS, st.integers(0, 900), st.integers(0, 900), st.sampled_from(WindowSize))
def test_inner_windows_do_not_depend_on_where_the_backfill_begins(first, early, length, size):
    last = first + timedelta(days=length)
    longer = windows_between(first - timedelta(days=early), last, size)
    inner: list[Window] = windows_between(first, last, size)[1:]
    assert not inner or longer[-len(inner) :] == inner
