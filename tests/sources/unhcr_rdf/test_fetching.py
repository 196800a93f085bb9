"""What is asked for, page after page, and a server that does not answer well."""

from datetime import date

import pytest

from displacement.windows import Window
from tests.servers import RecordedServer
from tests.servers.exchange import html_answer
from tests.sources.unhcr_rdf.runs import OCTOBER, ask, declared, standing, totals


def test_every_query_is_in_iso_codes_with_both_bounds(server, store, reference):
    ask(store, reference, declared(reference, server.base_url), OCTOBER)

    assert len(server.requests) == 4
    for request in server.requests:
        assert request.value("cf_type") == "ISO"
        assert (request.value("yearFrom"), request.value("yearTo")) == ("2010", "2024")
        assert {request.value("coo"), request.value("coa")} == {"SYR", None}


def test_pages_are_read_to_the_last(server, store, reference):
    small = declared(reference, server.base_url, options={"page_rows": 2})
    ask(store, reference, small, OCTOBER)

    assert totals(standing(store))[("refugees", "origin", "SYR", "2023-12-31")] == 3_999_664
    pages = [one.value("page") for one in server.asked("/population/") if one.value("coo")]
    assert pages == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("duplicate_page", {}),
        ("no_rows", {}),
        ("short_page", {"share": 0.5}),
        ("truncated", {"times": None}),
        ("html", {"times": None}),
        ("500", {"times": None}),
        ("empty", {"times": None}),
        ("garbage", {"times": None}),
    ],
)
def test_pages_that_make_up_no_table_fail_their_query_and_its_last_good_figures_stay(
    server, store, reference, kind, how
):
    one = {"page_rows": 2, "endpoints": ["population"], "sides": ["origin"]}
    declaration = declared(reference, server.base_url, options=one, countries=("SYR", "IRQ"))
    ask(store, reference, declaration, OCTOBER)
    before = standing(store)
    server.misbehave(kind, after=1, **({"times": 1} | how), path="population/$")
    outcome = ask(store, reference, declaration, OCTOBER)

    assert not outcome.complete
    assert standing(store).equals(before)


def test_a_429_is_waited_for(server, store, reference):
    server.misbehave("429", times=2, retry_after=0)

    assert ask(store, reference, declared(reference, server.base_url), OCTOBER).complete


def test_an_unknown_path_fails_without_a_second_attempt(store, reference):
    with RecordedServer({"/x": html_answer("x", "x")}) as nothing:
        outcome = ask(store, reference, declared(reference, nothing.url), OCTOBER)

        assert outcome.failed
        assert "status 404" in outcome.message
        assert len(nothing.requests) == 4


def test_a_backfill_asks_only_for_years_of_which_a_figure_can_lie_in_its_window(
    server, store, reference
):
    declaration = declared(reference, server.base_url)
    ask(store, reference, declaration, OCTOBER, window=Window(date(2023, 2, 1), date(2023, 2, 28)))
    assert server.requests == []
    ask(store, reference, declaration, OCTOBER, window=Window(date(2023, 12, 1), date(2024, 1, 31)))

    assert {one.value("yearFrom") for one in server.requests} == {"2023"}
    assert {one.value("yearTo") for one in server.requests} == {"2024"}
    assert {str(day) for day in standing(store)["start_date"]} == {"2023-12-31", "2024-01-01"}
