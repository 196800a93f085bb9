"""Every consequence that DESIGN 5.3 lists, as a property of any crisis."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from displacement.reconcile import reconcile
from displacement.reconcile.area_tree import AreaTree
from displacement.reconcile.episodes import episodes_of
from displacement.reconcile.rollup import Total, roll_up, total
from displacement.reconcile.scopes import day_number
from displacement.reconcile.solutions import solve_all
from displacement.reconcile.solved import Solved
from displacement_schemas.vocabulary import Method
from tests.reconcile.cases import (
    ONE_AREA,
    SYSTEM,
    TWO_GOVERNORATES,
    Row,
    areas,
    day,
    figure,
    frames,
    tree_of,
    voices,
)
from tests.reconcile.strategies import (
    DAYS,
    PLACES,
    consistent_crises,
    counts,
    crises,
    errors,
    scopes,
)

TREE = tree_of(TWO_GOVERNORATES)
ALL_DAYS = day_number(day(0)), day_number(day(DAYS))

often = settings(max_examples=25, deadline=None, derandomize=True)
sometimes = settings(max_examples=12, deadline=None, derandomize=True)


def solved(rows: list[Row], tree: AreaTree = TREE) -> list[Solved]:
    """All episodes of the figures."""
    return solve_all(episodes_of(voices(rows, tree), tree))


def answer(
    rows: list[Row], place: str = "XX", window: tuple[int, int] = ALL_DAYS, tree: AreaTree = TREE
) -> Total:
    """The total of a place between two day numbers."""
    return total(solved(rows, tree), tree, tree.leaves[SYSTEM, place], window)


def largest(rows: list[Row]) -> float:
    """The largest count, the measure of what is small."""
    return max(*(row["persons_high"] for row in rows), 1.0)


@often
@given(scope=scopes(), persons=counts, error=errors)
def test_a_lone_figure_is_its_stated_number_spread_evenly(scope, persons, error) -> None:
    start, stop, place = scope
    row = figure(
        "f", persons, start, stop, areas=place, low=persons * 0.9, high=persons * 1.2, error=error
    )
    (only,) = solved([row])
    assert only.balance.method == Method.STATED
    days = np.arange(*ALL_DAYS)
    windows = np.column_stack([days, days + 1])
    district = [code for code in PLACES if code.startswith(place)]
    rolled = roll_up(
        [only], TREE, {("", code): TREE.leaves[SYSTEM, code] for code in district}, windows
    )
    whole = rolled[rolled["place"] == ("", place)]
    assert whole["value"].to_numpy() == pytest.approx(persons / (stop - start), abs=1e-5)
    assert len(whole) == stop - start
    for code in district:
        residents = TWO_GOVERNORATES[code] / TWO_GOVERNORATES[place]
        here = rolled[rolled["place"] == ("", code)]
        assert here["value"].sum() == pytest.approx(persons * residents, rel=1e-5, abs=1e-3)


@often
@given(rows=crises(most=3))
def test_figures_that_do_not_meet_add_up(rows) -> None:
    elsewhere = figure("other", 5000, 0, 10, areas="YY")
    later = figure("later", 700, DAYS, DAYS + 10)
    tree = tree_of(TWO_GOVERNORATES | {"YY": 100.0})
    together = solved([*rows, elsewhere, later], tree)
    places = np.arange(len(tree.weight))
    window = ALL_DAYS[0], ALL_DAYS[1] + 10
    all_of_it = total(together, tree, places, window)
    assert all_of_it.value == pytest.approx(answer(rows, tree=tree).value + 5700, rel=1e-6)
    assert len(together) == len(solved(rows, tree)) + 2


@often
@given(
    scope=scopes(),
    persons=counts,
    claims=st.lists(
        st.tuples(st.floats(0, 0.5), st.floats(0, 0.5), errors), min_size=2, max_size=5
    ),
)
def test_equal_scopes_whose_likely_ranges_meet_end_where_they_meet(scope, persons, claims) -> None:
    start, stop, place = scope
    rows = [
        figure(
            f"f{number}",
            persons * (1 + up),
            start,
            stop,
            areas=place,
            low=persons * (1 - down),
            high=persons * (1 + up),
            error=error,
        )
        for number, (down, up, error) in enumerate(claims)
    ]
    value = answer(rows, place).value
    slack = 1e-6 * largest(rows)
    assert max(row["persons_low"] for row in rows) - slack <= value
    assert value <= min(row["persons_high"] for row in rows) + slack


@often
@given(rows=crises(least=2), random=st.randoms(use_true_random=False))
def test_the_order_of_figures_does_not_matter(rows, random) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    before, after = answer(rows), answer(shuffled)
    assert after.value == pytest.approx(before.value, rel=1e-5)
    assert (after.low, after.high) == pytest.approx((before.low, before.high), rel=1e-5, abs=1e-3)


@often
@given(rows=crises(least=2), unit=st.sampled_from([5.0, 1000.0]))
def test_the_unit_of_the_counts_does_not_matter(rows, unit) -> None:
    columns = ("persons", "persons_low", "persons_high")
    # Below one person a high counts as one: only from there on is a unit a unit.
    rows = [row | {name: row[name] * 2 for name in columns} for row in rows]
    other = [row | {name: row[name] * unit for name in columns} for row in rows]
    before, after = answer(rows), answer(other)
    assert after.value == pytest.approx(before.value * unit, rel=1e-4)
    assert after.low == pytest.approx(before.low * unit, rel=1e-4, abs=1e-6 * largest(other))
    assert after.high == pytest.approx(before.high * unit, rel=1e-4)


@often
@given(rows=consistent_crises())
def test_consistent_allowed_ranges_are_all_honoured(rows) -> None:
    for one in solved(rows):
        evidence, found = one.episode.evidence, one.balance
        sums = evidence.incidence @ found.cells
        slack = 1e-6 * largest(rows)
        assert not found.stretch.any()
        assert np.all(sums >= evidence.low * (1 - evidence.error) - slack)
        assert np.all(sums <= evidence.high * (1 + evidence.error) + slack)


@often
@given(rows=consistent_crises())
def test_as_errors_vanish_consistent_ranges_are_honoured_exactly(rows) -> None:
    sure = [row | {"error": 1e-6} for row in rows]
    for one in solved(sure):
        evidence = one.episode.evidence
        sums = evidence.incidence @ one.balance.cells
        slack = 3e-6 * largest(rows)
        assert np.all(sums >= evidence.low - slack)
        assert np.all(sums <= evidence.high + slack)


@often
@given(rows=crises(), window=st.tuples(st.integers(0, DAYS - 1), st.integers(1, DAYS)))
def test_the_value_lies_between_low_and_high(rows, window) -> None:
    first = ALL_DAYS[0] + min(window)
    last = max(ALL_DAYS[0] + max(window), first + 1)
    episodes = solved(rows)
    for place in PLACES:
        found = total(episodes, TREE, TREE.leaves[SYSTEM, place], (first, last))
        if found.value is not None:
            assert 0 <= found.low <= found.value <= found.high
    for one in episodes:
        low, high = one.cell_bounds()
        assert np.all((low >= 0) & (low <= one.cell_values) & (one.cell_values <= high))


@often
@given(rows=consistent_crises(least=2))
def test_a_further_consistent_figure_never_widens_the_bounds(rows) -> None:
    slack = 1e-6 * largest(rows)
    before, after = solved(rows[:-1]), solved(rows)
    for row in rows[:-1]:
        window = day_number(row["start_date"]), day_number(row["end_date"]) + 1
        middle = window[0], (window[0] + window[1] + 1) // 2
        for piece in (window, middle):
            leaves = TREE.leaves[SYSTEM, row["area_text"]]
            less, more = (total(episodes, TREE, leaves, piece) for episodes in (before, after))
            assert more.low >= less.low - slack
            assert more.high <= less.high + slack


@often
@given(rows=crises())
def test_the_total_stays_between_the_largest_low_and_the_sum_of_highs(rows) -> None:
    for one in solved(rows):
        found = one.balance
        slack = 1e-6 * largest(rows)
        assert found.cells.sum() <= found.allowed_high.sum() + slack
        assert found.cells.sum() >= found.allowed_low.max() - slack


@often
@given(rows=crises())
def test_refining_the_area_tree_does_not_change_totals(rows) -> None:
    finer = tree_of(TWO_GOVERNORATES | {"XX010101": 2000.0, "XX010102": 1000.0})
    coarse_ones, finer_ones = solved(rows), solved(rows, finer)
    slack = 1e-6 * largest(rows)
    for place in PLACES:
        before = total(coarse_ones, TREE, TREE.leaves[SYSTEM, place], ALL_DAYS)
        after = total(finer_ones, finer, finer.leaves[SYSTEM, place], ALL_DAYS)
        if before.value is None:
            assert after.value is None
            continue
        assert after.value == pytest.approx(before.value, rel=1e-5, abs=slack)
        assert after.low == pytest.approx(before.low, rel=1e-5, abs=slack)
        assert after.high == pytest.approx(before.high, rel=1e-5, abs=slack)


@often
@given(rows=crises(), cuts=st.sets(st.integers(1, DAYS - 1), max_size=4))
def test_refining_the_calendar_does_not_change_totals(rows, cuts) -> None:
    episodes = solved(rows)
    edges = np.array([0, *sorted(cuts), DAYS]) + ALL_DAYS[0]
    leaves = TREE.leaves[SYSTEM, "XX"]
    pieces = [
        total(episodes, TREE, leaves, (int(first), int(last))).value or 0.0
        for first, last in itertools.pairwise(edges)
    ]
    whole = total(episodes, TREE, leaves, ALL_DAYS)
    assert sum(pieces) == pytest.approx(whole.value, rel=1e-6, abs=1e-4)


@sometimes
@given(rows=consistent_crises(least=2, most=4))
def test_halving_every_day_does_not_change_totals(rows) -> None:
    # The same crisis on a calendar of days half as long.
    tree = tree_of(TWO_GOVERNORATES)
    once = voices(rows, tree)
    twice = [replace(voice, start=2 * voice.start, stop=2 * voice.stop) for voice in once]
    before, after = (
        sorted(one.balance.cells.sum() for one in solve_all(episodes_of(spoken, tree)))
        for spoken in (once, twice)
    )
    assert after == pytest.approx(before, rel=1e-6)


@sometimes
@given(rows=crises())
def test_what_no_figure_covers_has_no_row(rows) -> None:
    done = reconcile(*frames(rows), areas(TWO_GOVERNORATES))
    covered = {
        (place, day_number(row["start_date"]) + number)
        for row in rows
        for place in PLACES
        if place.startswith(row["area_text"]) or row["area_text"].startswith(place)
        for number in range((row["end_date"] - row["start_date"]).days + 1)
    }
    daily = done.estimates_daily
    published = set(zip(daily["area_code"], daily["date"].map(day_number), strict=True))
    assert published <= covered
    assert daily["value"].notna().all()
    countrywide = {number for place, number in covered if place == "XX"}
    assert {number for place, number in published if place == "XX"} == countrywide


def test_a_window_that_nobody_covers_is_null_and_not_zero() -> None:
    rows = [figure("a", 100, 0, 10), figure("b", 100, 20, 30)]
    found = answer(rows, window=(day_number(day(10)), day_number(day(20))))
    assert found == Total(None, None, None, 0, (), 0.0, None)


def test_a_count_of_nobody_is_zero_and_not_null() -> None:
    done = reconcile(*frames([figure("none", 0, 0, 10)]), areas(ONE_AREA))
    assert done.estimates_daily["value"].tolist() == [0.0] * 10
    assert done.contributions["share"].tolist() == [0.0]
