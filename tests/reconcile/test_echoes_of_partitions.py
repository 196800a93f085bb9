"""A total that somebody prints of a partition is an echo of its parts (DESIGN 5.2)."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from displacement.reconcile import Reconciliation, reconcile
from tests.reconcile.cases import TWO_GOVERNORATES, Row, areas, day, figure, frames, stock

ROUND = {"source_id": "iom_dtm", "partition_id": "HTI:10", "counter": "IOM"}


def dtm(counts: list[float], **others: Any) -> list[Row]:
    """A round of the tracking matrix: parts by reason and origin."""
    return [
        stock(f"dtm{n}", count, 0, **(ROUND | {"source_record_id": f"dtm{n}"} | others))
        for n, count in enumerate(counts)
    ]


def hapi(persons: float, **others: Any) -> Row:
    """What another platform publishes of the round, a week later."""
    same = {"source_id": "hapi", "counter": "IOM", "publisher": "HDX", "published_on": day(7)}
    return stock("hapi", persons, 0, **(same | others))


def run(rows: list[Row], **options: Any) -> Reconciliation:
    """Reconcile over the country of four districts, as of a later day."""
    return reconcile(*frames(rows), areas(TWO_GOVERNORATES), **({"as_of": day(20)} | options))


def links(done: Reconciliation) -> dict[str, str]:
    """What each echo repeats."""
    marked = done.figures[done.figures["derived_from"].notna()]
    return dict(zip(marked["figure_id"], marked["derived_from"], strict=True))


def test_the_total_of_a_round_of_stocks_is_an_echo_of_all_its_parts() -> None:
    done = run([*dtm([62_043, 81_140]), hapi(143_183)])
    assert links(done) == {"hapi": "dtm0|dtm1"}
    assert set(done.stocks["value"]) == {143_183}
    assert set(done.contributions["figure_id"]) == {"dtm0", "dtm1"}


@pytest.mark.parametrize(
    "said",
    [
        {"persons": 143_000, "persons_low": 142_500, "persons_high": 143_500},
        {"persons": 140_000, "persons_low": 130_000, "persons_high": 150_000},
    ],
)
def test_a_rounded_total_is_an_echo_where_its_likely_range_holds_the_sum(said) -> None:
    assert links(run([*dtm([62_043, 81_140]), hapi(0) | said])) == {"hapi": "dtm0|dtm1"}


def test_a_total_within_the_summed_ranges_of_the_parts_is_an_echo() -> None:
    parts = [
        row | {"persons_low": 90, "persons_high": 110, "persons": 100} for row in dtm([100] * 3)
    ]
    assert links(run([*parts, hapi(320)])) == {"hapi": "dtm0|dtm1|dtm2"}
    assert links(run([*parts, hapi(340)])) == {}


def test_a_round_of_one_part_is_echoed_like_any_other() -> None:
    said = {"persons_low": 142_500, "persons_high": 143_500}
    assert links(run([*dtm([143_183]), hapi(143_000) | said])) == {"hapi": "dtm0"}


@pytest.mark.parametrize(
    "change",
    [
        {"counter": "UNHCR"},
        {"measure": "returnees"},
        {"area_text": "XX01"},
        {"start_date": day(1), "end_date": day(1)},
        {"persons": 143_184, "persons_low": 143_184, "persons_high": 143_184},
        {"area_role": "origin"},
        {"event_id": "flood"},
        {"partition_id": "another"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_total_that_differs_in_anything_is_no_echo(change) -> None:
    assert links(run([*dtm([62_043, 81_140]), hapi(143_183) | change])) == {}


def test_only_the_parts_of_the_same_scope_count() -> None:
    rows = dtm([62_043, 81_140, 500])
    rows[2]["area_text"] = "XX0201"
    assert links(run([*rows, hapi(143_183)])) == {"hapi": "dtm0|dtm1"}


def test_flows_of_several_deliveries_are_a_partition_too() -> None:
    parts = [
        figure(name, 500, 0, 10, counter="IOM", partition_id="week", source_record_id=name)
        for name in ("one", "two")
    ]
    assert links(run([*parts, figure("total", 1000, 0, 10, counter="IOM")], as_of=None)) == {
        "total": "one|two"
    }


def test_two_totals_of_one_round_are_both_echoes() -> None:
    press = hapi(143_183) | {"figure_id": "press", "source_record_id": "press", "source_id": "text"}
    done = run([*dtm([62_043, 81_140]), hapi(143_183), press])
    assert set(done.contributions["figure_id"]) == {"dtm0", "dtm1"}
    assert set(links(done)) == {"hapi", "press"}


def test_a_declared_echo_speaks_where_what_it_repeats_is_absent() -> None:
    total = hapi(143_000, derived_from="dtm0|dtm1")
    present = run([*dtm([62_043, 81_140]), total])
    assert links(present) == {"hapi": "dtm0|dtm1"}
    assert set(present.stocks["value"]) == {143_183}
    absent = run([total])
    assert links(absent) == {}
    assert set(absent.stocks["value"]) == {143_000}


def test_a_declared_echo_follows_the_record_to_the_revision_that_was_known() -> None:
    first, second = (
        row | {"figure_id": f"revision {n}", "revision": n, "published_on": day(on)}
        for n, on, (row,) in [(1, 0, dtm([1000])), (2, 10, dtm([900]))]
    )
    total = hapi(1040, derived_from="revision 2")
    assert links(run([first, second, total], as_of=day(8))) == {"hapi": "revision 1"}
    assert links(run([first, second, total], as_of=day(12))) == {"hapi": "revision 2"}
    gone = second | {"figure_id": "gone", "revision": 3, "withdrawn": True}
    done = run([first, second, gone, total], as_of=day(12))
    assert links(done) == {}
    assert set(done.contributions["figure_id"]) == {"hapi"}


@settings(max_examples=15)
@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=6), st.integers(0, 3))
def test_an_echo_of_a_round_changes_no_number(counts: list[int], days_later: int) -> None:
    parts = dtm([float(count) for count in counts])
    echo = hapi(float(sum(counts)), published_on=day(days_later))
    alone, with_echo = run(parts), run([*parts, echo])
    assert with_echo.stocks.equals(alone.stocks)
    assert with_echo.contributions.equals(alone.contributions)
    assert with_echo.figures["figure_id"].isin(["hapi"]).any()
    assert date(2017, 11, 1) in set(alone.stocks["date"])
