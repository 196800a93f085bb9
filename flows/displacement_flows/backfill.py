"""Fill history: the same work cut into windows, resumable after a kill at any instant."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Failed

from displacement.intake import Outcome
from displacement.store.lock import only_writer
from displacement.store.store import Store
from displacement.windows import Window, WindowSize, windows_between
from displacement_flows.progress import say
from displacement_flows.refresh import finished, place_of
from displacement_flows.work import (
    EXPECTED,
    Place,
    Summary,
    enabled_sources,
    publish_snapshot,
    take_in_source,
    tidy,
)


@flow(name="backfill", persist_result=False)
def backfill(
    *,
    since: date,
    until: date,
    sources: list[str] | None = None,
    window: WindowSize = WindowSize.MONTH,
    inbox: Path | None = None,
    store: Path | None = None,
    reference: Path | None = None,
    sources_file: Path | None = None,
    now: datetime | None = None,
    config: Path | None = None,
) -> "State[Summary]":
    """Record every window of every source that is not done yet, then publish once.

    A window never changes what other windows hold. Windows that an earlier, perhaps killed,
    backfill recorded are not fetched again.
    """
    place = place_of(inbox, store, reference, sources_file, now, config=config)
    try:
        with only_writer(place.store):
            tidy(place)
            outcomes = _work(place, open_windows(place, since, until, sources, window))
            summary = publish_snapshot(place, outcomes, None)
    except EXPECTED as stopped:
        return Failed(message=str(stopped), data=stopped)
    return finished(summary)


def open_windows(
    place: Place, since: date, until: date, sources: list[str] | None, size: WindowSize
) -> list[tuple[str, Window]]:
    """The windows per source that no backfill has recorded yet."""
    ledger = Store(place.store).ledger
    declared = place.load_reference().sources
    cut, whole = windows_between(since, until, size), [Window(since, until)]
    return [
        (source_id, one)
        for source_id in enabled_sources(place, sources)
        for one in (cut if declared[source_id].windowed else whole)
        if not ledger.is_done(source_id, one)
    ]


def _work(place: Place, todo: list[tuple[str, Window]]) -> list[Outcome]:
    """Take in window after window, noting each one that is done."""
    outcomes: dict[str, Outcome] = {}
    for number, (source_id, one) in enumerate(todo, start=1):
        say(f"window {number} of {len(todo)}")
        outcome = take_in_source(source_id, place, one)
        outcomes[source_id] = _added(outcomes.get(source_id), outcome)
        if not outcome.failed:
            Store(place.store).ledger.mark_done(source_id, one, place.run_id)
    return list(outcomes.values())


def _added(sum_so_far: Outcome | None, outcome: Outcome) -> Outcome:
    """One row of the run log per source, whatever the number of its windows.

    Every window reads the whole inbox, so that rows are not added up; what was recorded is.
    """
    if sum_so_far is None:
        return outcome
    return replace(
        outcome,
        failed=sum_so_far.failed or outcome.failed,
        complete=sum_so_far.complete and outcome.complete,
        signals=tuple(dict.fromkeys(sum_so_far.signals + outcome.signals)),
        new=sum_so_far.new + outcome.new,
        revised=sum_so_far.revised + outcome.revised,
        withdrawn=sum_so_far.withdrawn + outcome.withdrawn,
    )
