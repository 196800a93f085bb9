"""Parts of one event that add up although their scopes differ and overlap (DESIGN 5.2)."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from displacement.reconcile import Reconciliation, reconcile
from displacement.reconcile.parts import parts_apart
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


def part(name: str, persons: float, start: int, stop: int, **others: Any) -> Row:
    """A recommended figure of the flood."""
    same = {"counter": "IDMC", "event_id": "flood", "partition_id": "idmc:flood"}
    return figure(name, persons, start, stop, **(same | others))


def run(rows: list[Row], **options: Any) -> Reconciliation:
    """Reconcile over the country of four districts."""
    return reconcile(*frames(rows), areas(TWO_GOVERNORATES), **options)


def whole(done: Reconciliation) -> float:
    """Everybody of all episodes."""
    return float(done.estimates["value"].sum())


OVERLAPPING = [
    part("country", 1000, 0, 10),
    part("governorate", 300, 5, 20, areas="XX01"),
    part("district", 40, 6, 7, areas="XX0101"),
]


def test_parts_of_one_event_add_up_whatever_their_scopes() -> None:
    done = run(OVERLAPPING)
    assert whole(done) == pytest.approx(1340)
    assert done.conflicts.empty
    assert set(done.estimates["event_id"]) == {"flood"}
    assert set(done.estimates["method"]) == {"stated"}
    assert len(done.contributions) == 3
    november = done.estimates_monthly[done.estimates_monthly["area_code"] == "XX"]
    assert november["value"].sum() == pytest.approx(1340)


def test_without_an_event_parts_of_different_scopes_are_compared() -> None:
    done = run([row | {"event_id": None} for row in OVERLAPPING])
    assert whole(done) < 1200
    assert done.estimates["episode_id"].nunique() == 1


def test_a_figure_of_the_event_is_compared_with_all_its_parts() -> None:
    rows = [*OVERLAPPING, figure("other", 1340, 0, 20, event_id="flood", error=0.1)]
    done = run(rows)
    assert done.conflicts.empty
    assert done.estimates["episode_id"].nunique() == 1
    assert set(done.estimates["event_id"]) == {"flood"}
    assert 1200 <= whole(done) <= 1480
    far = run([*rows[:-1], rows[-1] | {"persons": 9000, "persons_low": 9000, "persons_high": 9000}])
    assert set(done.contributions["figure_id"]) == {row["figure_id"] for row in rows}
    # What the parts cannot hold lies where none of them stands.
    assert 8000 <= whole(far) <= 10_000


def test_two_parts_with_nearly_one_scope_are_held_against_a_total_like_one_sum() -> None:
    total = figure("total", 1500, 0, 10, event_id="flood")
    equal = run([part("a", 600, 0, 10), part("b", 400, 0, 10), total])
    nearly = run([part("a", 600, 0, 10), part("b", 400, 0, 9), total])
    assert whole(equal) < 1300
    assert whole(nearly) < 1300
    assert set(nearly.conflicts["figure_id"]) == set(equal.conflicts["figure_id"])
    assert len(equal.conflicts) == 3


def test_a_part_that_is_alone_where_it_stands_is_the_whole_event_there() -> None:
    rows = [*OVERLAPPING[1:], part("later", 1000, 40, 50), figure("other", 1500, 40, 50)]
    rows[-1]["event_id"] = "flood"
    done = run(rows)
    assert set(done.conflicts["figure_id"]) == {"later", "other"}


def test_a_figure_without_an_event_covers_all_parts() -> None:
    done = run([*OVERLAPPING, figure("every", 1400, 0, 20, error=0.05)])
    assert done.conflicts.empty
    assert 1330 <= whole(done) <= 1470
    assert set(done.estimates["event_id"].dropna()) == {"flood"}


def test_equal_parts_of_a_partition_are_no_echoes_of_each_other() -> None:
    rows = [part(name, 5, 0, 10, source_record_id=name, counter="IDMC") for name in ("one", "two")]
    assert whole(run(rows)) == 10
    assert whole(run([row | {"event_id": None} for row in rows])) == 10


def test_parts_of_stocks_add_up_while_they_are_carried() -> None:
    rows = [
        stock("camps", 1000, 0, event_id="flood", partition_id="p", counter="IDMC"),
        stock("hosts", 300, 2, event_id="flood", partition_id="p", counter="IDMC", areas="XX01"),
    ]
    done = run(rows, as_of=day(3))
    country = done.stocks[done.stocks["area_code"] == "XX"].sort_values("date")
    assert country["value"].tolist() == [1000, 1000, 1300, 1300]
    assert done.conflicts.empty


def test_a_week_of_two_parts_touches_the_next_week() -> None:
    rows = [
        part(f"{week}{number}", 100, 7 * week, 7 * week + 8, event_id=None)
        for week in range(3)
        for number in range(2)
    ]
    done = run(rows)
    assert whole(done) == pytest.approx(600)
    assert done.conflicts.empty


@settings(max_examples=15)
@given(crises(most=6))
def test_parts_of_one_event_always_add_up(rows: list[Row]) -> None:
    parts = [row | {"event_id": "flood", "partition_id": "p"} for row in rows]
    done = run(parts)
    assert whole(done) == pytest.approx(sum(row["persons"] for row in rows), rel=1e-6)
    assert done.conflicts.empty


@settings(max_examples=15)
@given(crises(most=4), crises(most=2))
def test_parts_meet_a_figure_without_an_event_as_events_of_their_own_do(
    rows: list[Row], others: list[Row]
) -> None:
    free = [
        row
        | {name: f"o{row[name]}" for name in ("figure_id", "source_record_id", "counter")}
        | {"event_id": None}
        for row in others
    ]
    parts = [row | {"event_id": "flood", "partition_id": "p"} for row in rows]
    apart = [row | {"event_id": f"flood {n}"} for n, row in enumerate(rows)]
    assert whole(run([*parts, *free])) == pytest.approx(whole(run([*apart, *free])), rel=1e-4)


@settings(max_examples=15)
@given(crises(most=8), st.randoms())
def test_no_part_meets_another_and_the_order_does_not_matter(rows: list[Row], random: Any) -> None:
    tree = tree_of(TWO_GOVERNORATES)
    found = [
        type(one)(**vars(one) | {"event": "flood", "partition": "p"}) for one in voices(rows, tree)
    ]
    apart = parts_apart(found)
    for n, one in enumerate(apart):
        for other in apart[:n]:
            overlap = one.start < other.stop and other.start < one.stop
            shared = np.intersect1d(one.leaves, other.leaves).size
            assert not (overlap and shared and one.part == other.part)
    shuffled = random.sample(found, len(found))
    assert {v.figure_ids: v.part for v in parts_apart(shuffled)} == {
        v.figure_ids: v.part for v in apart
    }
