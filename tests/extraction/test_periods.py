"""Words of time, read on a Monday: 8 January 2018."""

from datetime import date

import pytest

from displacement.extraction.periods import Period, find_periods

PUBLISHED = date(2018, 1, 8)


def periods(text: str, published: date = PUBLISHED) -> list[Period]:
    return find_periods(text, 0, len(text), published, "en")


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "start", "end", "precision"),
    [
        ("between 15 December and 6 January", "2017-12-15", "2018-01-06", "day"),
        ("between December 15 and January 6", "2017-12-15", "2018-01-06", "day"),
        ("from 1 November to 24 December", "2017-11-01", "2017-12-24", "day"),
        ("from 1 to 24 December", "2017-12-01", "2017-12-24", "day"),
        ("between the 1st and the 24th of December", "2017-12-01", "2017-12-24", "day"),
        ("15-24 December", "2017-12-15", "2017-12-24", "day"),
        ("from 19 February to 3 March 2017", "2017-02-19", "2017-03-03", "day"),
        ("between 28 December 2016 and 2 January 2017", "2016-12-28", "2017-01-02", "day"),
        ("between November and December", "2017-11-01", "2017-12-31", "month"),
        ("between 2014 and 2016", "2014-01-01", "2016-12-31", "year"),
        ("since 15 December", "2017-12-15", "2018-01-08", "day"),
        ("since the offensive began on 20 December", "2017-12-20", "2018-01-08", "day"),
        ("since mid-October", "2017-10-15", "2018-01-08", "month"),
        ("since November", "2017-11-01", "2018-01-08", "month"),
        ("since 2011", "2011-01-01", "2018-01-08", "year"),
        ("since the beginning of the year", "2018-01-01", "2018-01-08", "year"),
        ("since the beginning of the month", "2018-01-01", "2018-01-08", "month"),
        ("since Tuesday", "2018-01-02", "2018-01-08", "day"),
        ("in December 2017", "2017-12-01", "2017-12-31", "month"),
        ("in January", "2018-01-01", "2018-01-08", "month"),
        ("in early December", "2017-12-01", "2017-12-10", "month"),
        ("in the first half of 2016", "2016-01-01", "2016-06-30", "year"),
        ("in the first half of December", "2017-12-01", "2017-12-15", "month"),
        ("in the last quarter of 2017", "2017-10-01", "2017-12-31", "year"),
        ("in 2017", "2017-01-01", "2017-12-31", "year"),
        ("last year", "2017-01-01", "2017-12-31", "year"),
        ("last month", "2017-12-01", "2017-12-31", "month"),
        ("last week", "2018-01-01", "2018-01-07", "week"),
        ("over the weekend", "2018-01-06", "2018-01-07", "day"),
        ("over the past week", "2018-01-01", "2018-01-08", "week"),
        ("in the past three weeks", "2017-12-18", "2018-01-08", "week"),
        ("in the last 24 hours", "2018-01-07", "2018-01-08", "day"),
        ("over the past two months", "2017-11-08", "2018-01-08", "month"),
        ("on 4 January", "2018-01-04", "2018-01-04", "day"),
        ("on December 31, 2017", "2017-12-31", "2017-12-31", "day"),
        ("on 2017-12-31", "2017-12-31", "2017-12-31", "day"),
        ("on 31/12/2017", "2017-12-31", "2017-12-31", "day"),
        ("on Monday", "2018-01-08", "2018-01-08", "day"),
        ("last Monday", "2018-01-01", "2018-01-01", "day"),
        ("last Friday", "2018-01-05", "2018-01-05", "day"),
        ("January 2-5", "2018-01-02", "2018-01-05", "day"),
        ("between December 28 and January 3, 2018", "2017-12-28", "2018-01-03", "day"),
        ("the night of Friday to Saturday", "2018-01-05", "2018-01-06", "day"),
        ("since the guard left Oldtown on Tuesday", "2018-01-02", "2018-01-08", "day"),
        ("since shooting began in Oldtown on 3 December", "2017-12-03", "2018-01-08", "day"),
        ("since the first week of December", "2017-12-01", "2018-01-08", "day"),
        ("in the last three months of 2017", "2017-10-01", "2017-12-31", "month"),
        ("in the second half of last year", "2017-07-01", "2017-12-31", "month"),
        ("in the month of December", "2017-12-01", "2017-12-31", "month"),
        ("on Friday", "2018-01-05", "2018-01-05", "day"),
        ("on Thursday, 4 January", "2018-01-04", "2018-01-04", "day"),
        ("yesterday", "2018-01-07", "2018-01-07", "day"),
        ("in the first two weeks of December", "2017-12-01", "2017-12-14", "day"),
    ],
)
def test_words_of_time_mean_days(text: str, start: str, end: str, precision: str):
    found = [(period.start, period.end, period.precision) for period in periods(text)]

    assert found == [(day(start), day(end), precision)]


@pytest.mark.parametrize(
    ("text", "end"),
    [("as of 4 January", "2018-01-04"), ("by the end of November", "2017-11-30")],
)
def test_an_as_of_day_has_no_beginning(text: str, end: str):
    assert [(period.start, period.end) for period in periods(text)] == [(None, day(end))]


def test_may_the_verb_is_no_month():
    assert periods("12 people may march") == []


def test_a_day_that_does_not_exist_is_no_date():
    assert periods("on 31 February") == []


def test_the_year_of_a_leap_day_is_the_last_that_has_one():
    assert periods("on 29 February", date(2018, 1, 8))[0].start == date(2016, 2, 29)


def test_nothing_lies_after_publication():
    assert periods("in 2023") == []


def test_a_day_with_which_a_number_is_compared_belongs_to_the_other_number():
    text = "some 7,000 in February, against 3,000 in January"
    own, compared = periods(text, date(2018, 3, 8))
    assert own.compared is None
    assert compared.compared == text.index("against")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("since the attack", "since_then"),
        ("during the year", "that_year"),
        ("in the reporting period", "reported"),
        ("over the same period", "carried"),
    ],
)
def test_some_words_point_back_to_days_named_before(text: str, kind: str):
    assert [period.kind for period in periods(text)] == [kind]


def test_since_an_event_at_a_place_on_a_day_begins_there():
    assert periods("since the raid on Oldtown on 3 January")[0].start == date(2018, 1, 3)
