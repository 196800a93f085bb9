"""The main job: read every source, record what is new, reconcile, and publish."""

from datetime import date, datetime
from pathlib import Path

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from displacement.settings import load_settings
from displacement.store.lock import only_writer
from displacement.store.retention import Retention
from displacement_flows.work import (
    EXPECTED,
    Place,
    Summary,
    enabled_sources,
    publish_snapshot,
    take_in_source,
    tidy,
)


@flow(name="refresh", persist_result=False)
def refresh(
    *,
    inbox: Path | None = None,
    store: Path | None = None,
    reference: Path | None = None,
    sources_file: Path | None = None,
    sources: list[str] | None = None,
    as_of: date | None = None,
    now: datetime | None = None,
    config: Path | None = None,
) -> "State[Summary]":
    """Read the sources, record what is new, and publish a snapshot if anything changed.

    A source that fails does not stop the others; the final state names it.
    """
    place = place_of(inbox, store, reference, sources_file, now, config=config)
    try:
        with only_writer(place.store):
            tidy(place)
            asked = enabled_sources(place, sources)
            futures = [take_in_source.submit(name, place) for name in asked]
            outcomes = [future.result() for future in futures]
            summary = publish_snapshot(place, outcomes, as_of)
    except EXPECTED as stopped:
        return Failed(message=str(stopped), data=stopped)
    return finished(summary)


def place_of(
    inbox: Path | None,
    store: Path | None,
    reference: Path | None,
    sources_file: Path | None,
    now: datetime | None,
    *,
    config: Path | None = None,
) -> Place:
    """Where to work: what was given, else the settings of the process that runs the flow."""
    settings = load_settings(
        config, inbox=inbox, store=store, reference=reference, sources_file=sources_file, now=now
    )
    return Place(
        inbox=settings.inbox,
        store=settings.store,
        reference=settings.reference,
        sources_file=settings.sources_file,
        small_cell_threshold=settings.small_cell_threshold,
        workers=settings.workers,
        keep=Retention(
            count=settings.keep_snapshots,
            days=settings.keep_days,
            grace_hours=settings.reader_grace_hours,
        ),
        now=settings.now,
    )


def finished(summary: Summary) -> "State[Summary]":
    """The state that tells the truth about a run."""
    told = "published" if summary.is_new else "nothing new; still"
    message = f"{told} {summary.snapshot_id}"
    if summary.problems:
        message += "; incomplete: " + "; ".join(summary.problems)
    return Completed(message=message, data=summary)
