"""Fill history: the same work cut into windows, resumable after a kill at any instant."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from displacement.backfill import (
    Step,
    asked_for,
    gone_on,
    outcome_of,
    steps_of,
    unfinished,
)
from displacement.outcome import Outcome
from displacement.sources.registry import find_source
from displacement.store.backfills import Backfill
from displacement.store.store import Store
from displacement.windows import WindowSize
from displacement_flows.refresh import finished, place_to_write, settings_for
from displacement_flows.work import (
    EXPECTED,
    Place,
    Summary,
    WrongUseError,
    enabled_sources,
    fill_source,
    publish_snapshot,
    tidy,
)

NOTHING_LEFT: Final = "no backfill is unfinished: there is nothing to resume"


@flow(name="backfill", persist_result=False)
def backfill(
    *,
    since: date | None = None,
    until: date | None = None,
    sources: list[str] | None = None,
    window: WindowSize = WindowSize.MONTH,
    resume: bool = False,
    force: bool = False,
    inbox: Path | None = None,
    store: str | Path | None = None,
    reference: Path | None = None,
    sources_file: Path | None = None,
    now: datetime | None = None,
    config: Path | None = None,
) -> "State[Summary] | State[None]":
    """Record every window of every source that is not done yet, then publish once.

    A window never changes what other windows hold, and none is fetched again that an earlier,
    perhaps killed, run has fetched, but with `force`. `resume` goes on with the latest backfill
    that is unfinished, whatever it was asked for.
    """
    settings = settings_for(inbox, store, reference, sources_file, now, config=config)
    try:
        with place_to_write(settings) as place:
            tidy(place)
            work = planned(place, since, until, sources, window, resume=resume, force=force)
            if work is None:
                return Completed(message=NOTHING_LEFT)
            summary = _worked(place, work)
    except EXPECTED as stopped:
        return Failed(message=str(stopped), data=stopped)
    return finished(summary)


def planned(
    place: Place,
    since: date | None,
    until: date | None,
    sources: list[str] | None,
    size: WindowSize,
    *,
    resume: bool,
    force: bool,
) -> Backfill | None:
    """The backfill to work at; None where there is none to resume. Nothing is written.

    Raises WrongUseError where the days are missing or turned round.
    """
    opened, declared = Store(place.store), place.load_reference().sources
    if resume:
        left = unfinished(opened, declared)
        return gone_on(opened, left[-1], place.now) if left else None
    if since is None or until is None or until < since:
        raise WrongUseError("a backfill needs a first day and a last day that is not before it")
    asked = enabled_sources(place, sources)
    return asked_for(
        opened, asked, since, until, size, force=force, declared=declared, now=place.now
    )


def steps_at(place: Place, work: Backfill) -> list[Step]:
    """Every window of a backfill, and how far it is."""
    return steps_of(Store(place.store), work, place.load_reference().sources, place.now)


def _worked(place: Place, work: Backfill) -> Summary:
    """Work the windows that are left, source beside source, then publish what they say."""
    backfills, steps = Store(place.store).backfills, steps_at(place, work)
    left = [one for one in steps if not one.done]
    begun = any(one.backfill_id == work.backfill_id for one in backfills.all())
    if left:
        backfills.write(work)
    futures = [
        fill_source.submit(
            source_id,
            place,
            work,
            [one.window for one in left if one.source_id == source_id],
            sum(one.source_id == source_id for one in steps),
        )
        for source_id in dict.fromkeys(one.source_id for one in left)
    ]
    for future in futures:  # while any is at work, the store is not let go
        future.wait()
    for future in futures:
        future.result()
    summary = publish_snapshot(place, _outcomes(place, work), None, work.run_id, work.started_at)
    if left or begun:
        complete = all(one.done for one in steps_at(place, work))
        backfills.write(replace(work, ended=True, complete=complete))
    return summary


def _outcomes(place: Place, work: Backfill) -> list[Outcome]:
    """What the run did, one row of the run log per source."""
    declared = place.load_reference().sources
    told = [
        outcome_of(
            Store(place.store), work, declared[name], adds_up=not find_source(name).lists_files
        )
        for name in work.sources
        if name in declared
    ]
    return [one for one in told if one is not None]
