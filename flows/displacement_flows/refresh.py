"""The main job: read every source, record what is new, reconcile, and publish."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from displacement.settings import Settings, load_settings
from displacement.store.lock import only_writer
from displacement.store.opening import writing
from displacement.store.retention import Retention
from displacement.store.wanted import for_run
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
    store: str | Path | None = None,
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
    settings = settings_for(inbox, store, reference, sources_file, now, config=config)
    try:
        with place_to_write(settings, as_of) as place:
            tidy(place)
            asked = enabled_sources(place, sources)
            futures = [take_in_source.submit(name, place) for name in asked]
            outcomes = [future.result() for future in futures]
            summary = publish_snapshot(place, outcomes, as_of)
    except EXPECTED as stopped:
        return Failed(message=str(stopped), data=stopped)
    return finished(summary)


def settings_for(
    inbox: Path | None,
    store: str | Path | None,
    reference: Path | None,
    sources_file: Path | None,
    now: datetime | None,
    *,
    config: Path | None = None,
) -> Settings:
    """Where to work: what was given, else the settings of the process that runs the flow."""
    return load_settings(
        config, inbox=inbox, store=store, reference=reference, sources_file=sources_file, now=now
    )


@contextmanager
def place_to_write(settings: Settings, as_of: date | None = None) -> Iterator[Place]:
    """The place of a run, held for writing; what it did is in the store once the block ends."""
    wanted = for_run(as_of or settings.now.date())
    with (
        writing(settings.store, settings.working_copies, wanted) as opened,
        only_writer(opened.folder),
    ):
        yield place_in(settings, opened.folder)


def place_in(settings: Settings, folder: Path) -> Place:
    """The place of a run whose store is in a folder."""
    return Place(
        inbox=settings.inbox,
        store=folder,
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
