"""Counts of the same people made in several ways: only the best ranked one speaks (DESIGN 5.2)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from displacement.reconcile import Reconciliation, reconcile
from displacement.reconcile.alternatives import preferred_flows, preferred_stocks
from displacement.reconcile.scopes import Voice
from tests.reconcile.cases import (
    TWO_GOVERNORATES,
    Row,
    areas,
    day,
    figure,
    frames,
    stock,
    tree_of,
    voices,
)
from tests.reconcile.strategies import crises

HAITI = "iom_dtm:HTI"


def baseline(name: str, persons: float, on: int, **others: Any) -> Row:
    """A round of the preferred way of counting."""
    return stock(name, persons, on, **(ranked(1) | {"counter": "IOM"} | others))


def sites(name: str, persons: float, on: int, **others: Any) -> Row:
    """A round of the second way."""
    return stock(name, persons, on, **(ranked(2) | {"counter": "IOM"} | others))


def ranked(preference: int | None) -> dict[str, Any]:
    """The columns of an alternative."""
    return {"alternatives_id": HAITI, "preference": preference}


def run(rows: list[Row], until: int = 20, **expiry: int) -> Reconciliation:
    """Reconcile over the country of four districts, as of a day."""
    return reconcile(
        *frames(rows), areas(TWO_GOVERNORATES), as_of=day(until), stock_expiry_days=expiry
    )


def on_each_day(done: Reconciliation, area: str = "XX") -> list[float]:
    """Published stocks of an area."""
    return done.stocks[done.stocks["area_code"] == area].sort_values("date")["value"].tolist()


def roles(done: Reconciliation) -> dict[str, str]:
    """The figures that have a role."""
    named = done.figures[done.figures["role"].notna()]
    return dict(zip(named["figure_id"], named["role"], strict=True))


def test_the_second_way_of_counting_is_neither_summed_nor_compared() -> None:
    rows = [baseline("ba", 155_166, 0), sites("sa", 39_492, 0)]
    done = run(rows, until=3)
    assert on_each_day(done) == [155_166] * 4
    assert done.conflicts.empty
    assert set(done.contributions["figure_id"]) == {"ba"}
    assert set(done.stocks["figures"]) == {1}
    assert done.coverage["figures"].tolist() == [1]
    assert roles(done) == {"sa": "triangulation"}
    assert done.figures.set_index("figure_id")["error"].tolist() == [0.1, 0.1]


def test_a_later_round_of_the_second_way_does_not_end_the_first() -> None:
    done = run([baseline("ba", 1000, 0), sites("sa", 300, 5)], until=8)
    assert on_each_day(done) == [1000] * 9
    assert done.stocks["age_days"].max() == 8


def test_the_second_way_speaks_before_the_first_begins_and_after_it_expires() -> None:
    rows = [
        baseline("ba", 1000, 3, source_id="short"),
        sites("sa", 300, 0),
        sites("later", 400, 10),
    ]
    done = run(rows, until=11, short=4)
    assert on_each_day(done) == [300] * 3 + [1000] * 4 + [300] * 3 + [400] * 2
    ages = done.stocks[done.stocks["area_code"] == "XX"].sort_values("date")["age_days"]
    assert ages.tolist() == [0, 1, 2, 0, 1, 2, 3, 7, 8, 9, 0, 1]
    assert roles(done) == {}
    covered = done.coverage.set_index("source_id")
    assert covered.loc["short", ["start_date", "end_date"]].tolist() == [day(3), day(6)]
    assert covered.loc["files", "figures"].tolist() == [1, 2]


def test_the_next_round_of_the_same_rank_takes_over() -> None:
    assert on_each_day(run([baseline("a", 1000, 0), baseline("b", 900, 2)], until=3)) == [
        *[1000] * 2,
        *[900] * 2,
    ]


def test_the_next_round_ends_the_last_one_even_in_areas_that_it_does_not_name() -> None:
    rows = [
        baseline("one", 100, 0, areas="XX0101"),
        baseline("two", 50, 0, areas="XX0201"),
        baseline("three", 120, 10, areas="XX0101"),
    ]

    assert on_each_day(run(rows, 13)) == [150] * 10 + [120] * 4


def test_equal_figures_of_two_ways_of_counting_are_no_echoes() -> None:
    rows = [
        sites("a", 100, 0, partition_id="SA"),
        baseline("b", 100, 0, partition_id="BA"),
        baseline("c", 50, 0, partition_id="BA"),
        sites("d", 50, 0, partition_id="SA"),
    ]

    assert on_each_day(run(rows, 3)) == [150] * 4


def test_an_alternative_speaks_where_no_better_one_covers_the_area() -> None:
    rows = [baseline("ba", 1000, 0, areas="XX01"), sites("sa", 300, 0, areas="XX02")]
    assert on_each_day(run(rows, until=0)) == [1300]


def test_a_silent_alternative_silences_nobody() -> None:
    rows = [
        baseline("first", 1000, 0, areas="XX01"),
        sites("second", 5000, 0, areas="XX"),
        stock("third", 300, 0, areas="XX02", **ranked(3)),
    ]
    done = run(rows, until=0)
    assert on_each_day(done) == [1300]
    assert roles(done) == {"second": "triangulation"}


def test_an_alternative_without_a_rank_comes_last() -> None:
    rows = [stock("none", 300, 0, **ranked(None)), sites("sa", 400, 0)]
    assert on_each_day(run(rows, until=0)) == [400]


def test_others_are_still_compared_with_the_one_that_speaks() -> None:
    rows = [baseline("ba", 1000, 0), sites("sa", 300, 0), stock("other", 1040, 0)]
    done = run(rows, until=0)
    assert set(done.contributions["figure_id"]) == {"ba", "other"}
    assert 1000 <= on_each_day(done)[0] <= 1040


def test_parts_of_different_rank_are_not_added_up() -> None:
    rows = [
        make(f"{name}{number}", 100, 0, partition_id="round 1")
        for name, make in (("ba", baseline), ("sa", sites))
        for number in range(2)
    ]
    done = run(rows, until=0)
    assert on_each_day(done) == [200]
    assert roles(done) == {"sa0": "triangulation", "sa1": "triangulation"}


def test_a_flow_is_silent_as_a_whole_where_a_better_one_overlaps_it_in_part() -> None:
    rows = [
        figure("best", 1000, 0, 10, **ranked(1)),
        figure("half", 700, 9, 30, areas="XX0101", **ranked(2)),
        figure("after", 500, 10, 20, **ranked(2)),
    ]
    done = run(rows, until=300)
    assert set(done.contributions["figure_id"]) == {"best", "after"}
    assert done.estimates["value"].sum() == pytest.approx(1500)
    assert roles(done) == {"half": "triangulation"}


def test_alternatives_of_another_measure_speak_for_themselves() -> None:
    rows = [
        figure("fled", 1000, 0, 10, **ranked(1)),
        figure("returned", 700, 0, 10, measure="return", **ranked(2)),
    ]
    assert roles(run(rows, until=300)) == {}


@st.composite
def alternatives(draw: Any) -> list[Voice]:
    """Voices of two groups and of none, over nested areas and overlapping days."""
    rows = draw(crises(least=2, most=8))
    groups = [
        {
            "alternatives_id": draw(st.sampled_from([None, "a", "b"])),
            "preference": draw(st.integers(1, 3)),
        }
        for _ in rows
    ]
    tree = tree_of(TWO_GOVERNORATES)
    return [
        Voice(
            **vars(one)
            | {"alternatives": group["alternatives_id"], "preference": group["preference"]}
        )
        for one, group in zip(voices(rows, tree), groups, strict=True)
    ]


def meet(one: Voice, other: Voice) -> bool:
    """Whether two voices overlap in leaf and day."""
    return (
        bool(set(one.leaves) & set(other.leaves))
        and one.start < other.stop
        and other.start < one.stop
    )


def rivals(one: Voice, other: Voice) -> bool:
    """Whether two voices count the same people, one of them better."""
    return one.alternatives == other.alternatives is not None and one.preference != other.preference


@settings(max_examples=25)
@given(alternatives())
def test_no_two_ranks_of_one_group_ever_speak_together(found: list[Voice]) -> None:
    for heard in (preferred_flows(found), preferred_stocks(found)):
        assert not any(rivals(one, other) and meet(one, other) for one in heard for other in heard)


@settings(max_examples=25)
@given(alternatives())
def test_a_voice_is_silent_only_where_a_better_one_speaks(found: list[Voice]) -> None:
    heard = preferred_stocks(found)
    for voice in found:
        own = {d for v in heard if v.figure_ids == voice.figure_ids for d in range(v.start, v.stop)}
        better = {
            d
            for other in heard
            if rivals(voice, other) and other.preference < voice.preference and meet(voice, other)
            for d in range(max(voice.start, other.start), min(voice.stop, other.stop))
        }
        assert own == set(range(voice.start, voice.stop)) - better


@settings(max_examples=25)
@given(alternatives())
def test_a_flow_speaks_whole_or_not_at_all_and_never_without_need(found: list[Voice]) -> None:
    heard = preferred_flows(found)
    assert all(voice in found for voice in heard)
    for voice in found:
        better = [v for v in heard if rivals(voice, v) and v.preference < voice.preference]
        assert (voice in heard) != any(meet(voice, other) for other in better)


@settings(max_examples=25)
@given(crises(most=6))
def test_without_alternatives_everybody_speaks(rows: list[Row]) -> None:
    found = voices(rows, tree_of(TWO_GOVERNORATES))
    assert [*preferred_flows(found)] == found
    assert [*preferred_stocks(found)] == found
