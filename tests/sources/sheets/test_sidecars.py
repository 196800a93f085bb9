"""Who counted, and when was it published? Sidecars, names of files, declarations."""

import datetime as dt

import pytest

from displacement.sources.source import Declaration
from tests.sources.sheets.sheets import (
    ARIHA,
    HEADER,
    HEISH,
    fetch,
    parse,
    write_book,
)


def test_the_sidecar_says_who_counted_and_when(inbox):
    write_book(inbox, [HEADER, HEISH])
    sidecar = inbox / "volunteers" / "count.toml"
    sidecar.write_text(
        'counter = "Network"\npublished_on = 2018-01-08\nmeasure = "return"\narea_role = "origin"\n'
    )
    [statement] = parse(inbox).statements.to_dict("records")
    assert (statement["counter"], statement["measure"]) == ("Network", "return")
    assert (statement["term"], statement["area_role"]) == ("returns", "origin")
    assert statement["published_on"] == dt.date(2018, 1, 8)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("counter = ", "is no TOML"),
        ('measure = "moved"', "must be one of"),
        ('volunteer = "x"', "unknown key"),
        ('published_on = "31/11/2017"', "November 2017 has 30 days"),
        ('counter = "call 0933 000 111"', "must be the name"),
    ],
)
def test_a_sidecar_that_cannot_be_read_costs_its_file(inbox, text, words):
    write_book(inbox, [HEADER, HEISH])
    (inbox / "volunteers" / "count.toml").write_text(text)
    [rejected] = fetch(inbox)
    assert words in rejected.reason


def test_the_day_of_publication_may_stand_in_the_name_of_the_file(inbox):
    write_book(inbox, [HEADER, HEISH], name="idlib-2018-01-08.xlsx")
    assert parse(inbox).statements["published_on"].to_list() == [dt.date(2018, 1, 8)]


def test_the_declared_counter_serves_where_the_sheet_names_none(inbox):
    write_book(inbox, [HEADER, HEISH])
    declared = Declaration("sheets", "Sheets", "none", "daily", counter="Field network")
    assert parse(inbox, declared).statements["counter"].to_list() == ["Field network"]


@pytest.mark.parametrize("counter", ["Dr Qaswara Zalmut", "Volunteer Qaswara Zalmut"])
def test_a_counter_is_no_person(inbox, counter):
    write_book(inbox, [HEADER, ARIHA])
    (inbox / "volunteers" / "count.toml").write_text(f'counter = "{counter}"\n')
    [refused] = fetch(inbox)
    assert "counter names a person" in refused.reason
    assert "Zalmut" not in refused.reason
