"""What sources mean by rows that look alike: reports, weeks, quotations, running totals.

Each case stands in the contracts of the sources, here in small (DESIGN 5.2).
"""

import numpy as np
import pytest

from displacement.reconcile import Reconciliation, reconcile
from tests.reconcile.cases import ONE_AREA, areas, day, figure, frames


def run(*rows) -> Reconciliation:
    return reconcile(*frames(rows), areas(ONE_AREA))


def total(done: Reconciliation) -> float:
    return float(done.estimates["value"].sum())


def test_equal_rows_that_are_separate_reports_are_added_up() -> None:
    """A register in which nearly a third of the rows equal another one: none is an echo."""
    dice = np.random.default_rng(16_126)
    weeks, persons = dice.integers(0, 5, 526), dice.integers(1, 4, 526) * 5.0
    rows = [
        figure(
            f"r{number:03}",
            count,
            7 * int(week),
            7 * int(week) + 7,
            counter="PRMN",
            publisher="PRMN",
            source_record_id=f"register.csv#{number}",
            partition_id=f"register {week}",
        )
        for number, (week, count) in enumerate(zip(weeks, persons, strict=True))
    ]
    done = run(*rows)
    assert done.figures["derived_from"].isna().all()
    assert total(done) == pytest.approx(persons.sum())
    assert len(done.conflicts) == 0


def test_weeks_of_one_series_that_share_their_boundary_day_add_up() -> None:
    """From Sunday to Sunday, and so on: the shared day is counted once."""
    rows = [
        figure(f"w{week}", 700.0, 7 * week, 7 * week + 8, counter="ACU", publisher="ACU")
        for week in range(8)
    ]
    done = run(*rows)
    assert total(done) == pytest.approx(5_600)
    assert set(done.estimates["figures"]) == {1}


def test_a_figure_that_three_papers_quote_is_one_piece_of_evidence() -> None:
    said = {"counter": "OCHA"}
    rows = [figure("own", 60_000, 0, 30, **said, publisher="OCHA", published_on=day(31))]
    rows += [
        figure(paper, 60_000, 0, 30, **said, publisher=paper, source_id=paper, published_on=day(on))
        for on, paper in enumerate(("daily", "post", "herald"), start=32)
    ]
    rows.append(figure("other", 66_000, 0, 30, counter="UNHCR", publisher="UNHCR"))
    done = run(*rows)
    assert set(done.figures["derived_from"].dropna()) == {"own"}
    assert set(done.estimates["counters"]) == {2}
    alone = run(rows[0], rows[-1])
    assert total(done) == pytest.approx(total(alone))


def test_a_running_total_that_is_corrected_downwards_holds_together() -> None:
    """Since the fifteenth: 500, then 900, then 880. Nobody un-flees: the 900 were too many."""
    rows = [
        figure(
            f"until {until}",
            count,
            15,
            until,
            counter="government",
            publisher="government",
            published_on=day(until + 1),
        )
        for until, count in ((45, 500), (75, 900), (105, 880))
    ]
    done = run(*rows)
    assert len(done.conflicts) == 0
    assert total(done) == pytest.approx(880, rel=0.01)
    silent = done.figures[done.figures["role"] == "triangulation"]
    assert set(silent["figure_id"]) == {"until 75"}
    assert (done.estimates["value"] >= 0).all()
    by_day = done.estimates_daily.groupby("date")["value"].sum()
    before = by_day[[on < day(45) for on in by_day.index]].sum()
    assert before == pytest.approx(500, rel=0.05)


@pytest.mark.parametrize(
    "other",
    [
        {"counter": "UNHCR"},
        {"start_date": day(14)},
        {"end_date": day(70)},
        {"published_on": day(76)},
        {"event_id": "flood"},
        {"persons_high": 1_000.0},
    ],
)
def test_a_lower_count_of_another_scope_or_counter_takes_nothing_back(other) -> None:
    rows = [
        figure("a", 900, 15, 75, counter="government", published_on=day(76)),
        figure("b", 600, 15, 105, counter="government", published_on=day(106)) | other,
    ]
    assert run(*rows).figures["role"].isna().all()
