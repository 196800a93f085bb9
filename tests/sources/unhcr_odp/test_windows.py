"""Which days a run asks for, and what that lets it withdraw."""

from datetime import UTC, date, datetime
from typing import Any

from displacement.intake import run_log
from displacement.outcome import Outcome
from displacement.store.store import Store
from displacement.windows import Window
from tests.sources.unhcr_odp.series import CUMULATIVE, FLOW, LATER, STOCK, run, series_of, spans


def test_only_the_asked_days_of_a_time_series_are_withdrawn_and_revised(store, reference):
    points = [(f"2024-0{month}-28", 100 * month) for month in range(1, 8)]
    early = datetime(2024, 7, 28, 6, tzinfo=UTC)
    run(store, reference, series_of(*points), STOCK, now=early)
    Store(store).ledger.add_run("one", _log(early))
    changed = [(day, 650 if day == "2024-06-28" else count) for day, count in points[3:6]]
    outcome, server = run(store, reference, series_of(*changed), STOCK, now=LATER)

    assert server.requests[0].value("fromDate") == "2024-04-29"
    assert (outcome.revised, outcome.withdrawn) == (1, 1)
    assert [count for _, _, count in spans(store)] == [100, 200, 300, 400, 500, 650]


def test_a_backfill_asks_for_whole_months_and_cumulative_counts_belong_to_their_first_day(
    store, reference
):
    window = Window(date(2024, 3, 10), date(2024, 3, 20))
    monthly = FLOW | {"frequency": "month"}
    _, server = run(store, reference, series_of(("2024-03-31", 1)), monthly, window=window)
    _, other = run(store, reference, series_of(("2024-03-31", 1)), CUMULATIVE, window=window)

    asked = server.requests[0]
    assert (asked.value("fromDate"), asked.value("toDate")) == ("2024-03-01", "2024-03-31")
    assert other.requests == []


def _log(now: datetime) -> Any:
    return run_log("one", now, [Outcome("unhcr_odp", "done", last_day=now.date())])
