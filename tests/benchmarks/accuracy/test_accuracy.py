"""Do simulated crises hold what they promise, and is the reconciliation near their truth?"""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from displacement.normalise.ranges import likely_ranges
from tests.benchmarks.accuracy.methods import BASELINES, Spoken, least_squares
from tests.benchmarks.accuracy.page import insert, inside, medians, targets
from tests.benchmarks.accuracy.press import in_words, reports
from tests.benchmarks.accuracy.runs import Scores, run
from tests.benchmarks.accuracy.scores import (
    OURS,
    Crisis,
    Setting,
    crisis,
    reconciled,
    truth_by_month,
)
from tests.benchmarks.accuracy.world import LARGEST_HOUSEHOLD, SMALLEST_HOUSEHOLD, world
from tests.reconcile.cases import FIRST_DAY, Row

SMALL = Setting(seed=7, most_counts=5)
CRISES = 12


@pytest.fixture(scope="module")
def scores() -> Scores:
    return run(CRISES, SMALL)


@pytest.fixture(scope="module")
def one() -> Crisis:
    return reconciled(*crisis(SMALL, 1))


def final(rows: list[Row]) -> list[Row]:
    """The last revision of each record, none withdrawn."""
    last = {row["source_record_id"]: row for row in sorted(rows, key=lambda row: row["revision"])}
    return [row for row in last.values() if not row["withdrawn"]]


def truth_of(happened: object, row: Row) -> int:
    start = (row["start_date"] - FIRST_DAY).days
    stop = (row["end_date"] - FIRST_DAY).days + 1
    return int(happened.persons[happened.inside(row["area_text"].split("|")), start:stop].sum())


def test_cells_come_nearer_to_the_truth_than_the_most_trusted_figure_and_least_squares(
    scores: Scores,
) -> None:
    cells = medians(scores)["cells"]
    assert cells[OURS] <= 0.75 * cells["most trusted wins"]
    assert cells[OURS] <= 0.95 * cells["least squares"]


def test_totals_come_nearer_to_the_truth_than_any_choice_or_sum_of_figures(
    scores: Scores,
) -> None:
    totals = medians(scores)["totals"]
    choices = [name for name in BASELINES if name != "least squares"]
    assert totals[OURS] <= 1.2 * totals[choices].min()


def test_the_truth_lies_inside_the_bounds_where_counters_err_as_they_declare(
    scores: Scores,
) -> None:
    assert inside(scores.bounds).mean() >= 0.95


def test_the_same_seed_gives_the_same_crisis_and_another_number_another() -> None:
    first, again, other = crisis(SMALL, 3), crisis(SMALL, 3), crisis(SMALL, 4)
    assert np.array_equal(first[0].persons, again[0].persons)
    assert first[1] == again[1]
    assert first[1] != other[1]


def test_the_number_of_workers_changes_no_score(scores: Scores) -> None:
    apart = run(2, SMALL, workers=2)
    pd.testing.assert_frame_equal(apart.errors, scores.errors[scores.errors["crisis"] < 2])


def test_the_truth_adds_up_over_the_cells(one: Crisis) -> None:
    cells = one.cells
    covered = np.zeros(one.world.persons.shape, dtype=np.int64)
    for leaves, start, stop in zip(cells["leaves"], cells["start"], cells["stop"], strict=True):
        covered[leaves, start:stop] += 1
    assert covered.max() == 1
    assert truth_by_month(one.world, cells).sum() == one.world.persons[covered == 1].sum()


@pytest.mark.parametrize("number", range(8))
def test_allowed_ranges_hold_the_truth_where_counters_err_as_they_declare(number: int) -> None:
    happened, rows = crisis(Setting(seed=1), number)
    for row in final(rows):
        low = row["persons_low"] * (1 - row["error"])
        high = row["persons_high"] * (1 + row["error"])
        assert low - 1e-6 <= truth_of(happened, row) <= high + 1e-6, row["figure_id"]


def test_many_figures_miss_the_truth_where_counters_err_beyond_what_they_declare() -> None:
    happened, rows = crisis(Setting(seed=1, beyond=True), 0)
    missed = [
        row
        for row in final(rows)
        if abs(row["persons"] / max(truth_of(happened, row), 1) - 1) > row["error"]
    ]
    assert len(missed) > 0.1 * len(final(rows))


def test_likely_ranges_are_those_that_normalising_gives_to_the_same_words() -> None:
    random = np.random.default_rng(5)
    said = [in_words(random, int(number)) for number in random.lognormal(8, 2, 300) + 50]
    table = pd.DataFrame(said)
    texts = (table["quantifier"] != "exact") | (table["low"] < table["high"])
    ours = likely_ranges(
        table["stated"].to_numpy(float),
        table["stated_high"].to_numpy(float),
        table["quantifier"],
        texts.to_numpy(bool),
    )
    np.testing.assert_allclose(table["low"].to_numpy(float), ours["low"])
    np.testing.assert_allclose(table["high"].to_numpy(float), ours["high"])


def test_households_are_of_five_or_six_persons() -> None:
    happened = world(np.random.default_rng(2))
    assert (happened.persons >= SMALLEST_HOUSEHOLD * happened.households).all()
    assert (happened.persons <= LARGEST_HOUSEHOLD * happened.households).all()


def test_crises_have_what_real_ones_have() -> None:
    rows = [row for number in range(12) for row in crisis(Setting(seed=3), number)[1]]
    assert {row["unit"] for row in rows} == {"person", "household"}
    assert len({row["quantifier"] for row in rows}) == 6
    assert any(row["withdrawn"] for row in rows)
    assert any(row["revision"] == 2 and not row["withdrawn"] for row in rows)
    assert any(row["source_id"] == "press" and row["publisher"] != row["counter"] for row in rows)
    assert any(row["source_id"] == "press" and row["publisher"] == row["counter"] for row in rows)
    assert any("|" in row["area_text"] for row in rows)
    assert any(row["published_on"] > row["end_date"] + timedelta(days=20) for row in rows)


def test_months_of_the_cells_are_the_published_months_of_the_country(one: Crisis) -> None:
    cells = one.cells
    month = (pd.to_datetime(FIRST_DAY) + pd.to_timedelta(range(one.world.days), "D")).to_period("M")
    ours = pd.Series(0.0, month.unique())
    for value, start, stop in zip(cells["value"], cells["start"], cells["stop"], strict=True):
        for day in range(start, stop):
            ours[month[day]] += value / (stop - start)
    monthly = one.reconciled.estimates_monthly
    monthly = monthly[monthly["area_code"] == "XX"]
    for first, value in zip(monthly["month"], monthly["value"], strict=True):
        assert ours[pd.Period(first, "M")] == pytest.approx(value, abs=1e-3)


def test_figures_without_any_error_are_met_by_every_method_that_looks_at_scopes() -> None:
    spoken = Spoken(
        covers=np.array([[True, False], [False, True]]),
        exposure=np.array([10.0, 30.0]),
        episode=np.array([0, 1]),
        persons=np.array([100.0, 20.0]),
        error=np.array([0.1, 0.2]),
        published=np.array([1.0, 2.0]),
    )
    for name, method in BASELINES.items():
        np.testing.assert_allclose(method(spoken), [100.0, 20.0], err_msg=name)


def test_least_squares_spread_evenly_what_the_figures_leave_open() -> None:
    spoken = Spoken(
        covers=np.array([[True, True]]),
        exposure=np.array([10.0, 30.0]),
        episode=np.array([0, 0]),
        persons=np.array([100.0]),
        error=np.array([0.1]),
        published=np.array([1.0]),
    )
    np.testing.assert_allclose(least_squares(spoken), [25.0, 75.0])


def test_every_method_is_scored_on_every_crisis(scores: Scores) -> None:
    assert set(scores.errors["method"]) == {OURS, *BASELINES}
    assert scores.errors.groupby("crisis").size().eq(len(BASELINES) + 1).all()

    assert len(targets(scores)) == 6


def test_a_part_of_the_page_is_replaced_and_the_rest_stays(tmp_path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- x -->\nold\n<!-- end of x -->\nb\n")
    insert("x", "new", page)
    assert page.read_text() == "a\n<!-- x -->\n\nnew\n\n<!-- end of x -->\nb\n"
    with pytest.raises(ValueError, match="no part y"):
        insert("y", "new", page)


def test_nothing_is_printed_of_nobody_in_words() -> None:
    random = np.random.default_rng(0)
    happened = world(random)
    rows = reports(random, happened)
    assert all(row["persons"] >= 50 for row in rows if row["quantifier"] != "exact")
