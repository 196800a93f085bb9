"""The tasks that flows are made of: one source's part of a run, and the publication.

Tasks exchange paths and small values, never frames; nothing is cached between runs.
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from displacement.changes import Edition, changes_between
from displacement.filling import Filling, fill
from displacement.intake import run_log, take_in
from displacement.normalise.figures import Reference
from displacement.outcome import Outcome
from displacement.publication import publish
from displacement.reference import shared_reference
from displacement.sources.registry import find_source
from displacement.store.backfills import Backfill
from displacement.store.decisions import load_decisions
from displacement.store.files import remove_leftovers
from displacement.store.lock import StoreIsBusyError
from displacement.store.retention import Retention, retire
from displacement.store.slips import ReferenceTableError
from displacement.store.snapshots import Snapshot
from displacement.store.store import Store
from displacement.windows import Window
from displacement_flows.changes_shown import as_markdown
from displacement_flows.keys import secrets_of
from displacement_flows.progress import say


class WrongUseError(ValueError):
    """A run was asked for what cannot be: a source that is not declared, days turned round."""


EXPECTED: Final = (WrongUseError, ReferenceTableError, StoreIsBusyError, OSError)
"""What can stop a run from outside; anything else is a fault of the program."""


@dataclass(frozen=True)
class Place:
    """Where a run reads and writes, and its time."""

    inbox: Path
    store: Path
    reference: Path
    sources_file: Path
    small_cell_threshold: float
    workers: str
    keep: Retention
    now: datetime

    def load_reference(self) -> Reference:
        """The reference tables, with the user's own file of sources and imported areas."""
        return shared_reference(self.reference, self.sources_file, self.store)

    @property
    def run_id(self) -> str:
        """The run's name: its time."""
        return f"{self.now:%Y%m%dT%H%M%S%f}Z"


@dataclass(frozen=True)
class Summary:
    """What a run came to."""

    outcomes: tuple[Outcome, ...]
    snapshot_id: str
    snapshot: Path
    is_new: bool
    signals: tuple[str, ...]

    @property
    def problems(self) -> list[str]:
        """Sources that failed, or rejected more than declared; empty after a clean run."""
        return [f"{o.source_id}: {o.message}" for o in self.outcomes if o.failed or not o.complete]


@task(name="take in a source", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=1)
def take_in_source(source_id: str, place: Place) -> Outcome:
    """Fetch, land, parse and record one source."""
    say(f"reading {source_id}")
    reference = place.load_reference()
    declaration = reference.sources[source_id]
    outcome = take_in(
        find_source(source_id),
        declaration,
        reference,
        store=Store(place.store),
        inbox=place.inbox,
        now=place.now,
        secrets=secrets_of(declaration),
        believed=load_decisions(place.reference, place.store).believed(source_id),
    )
    for signal in outcome.signals:
        say(f"signal from {source_id}: {signal}")
    return outcome


@task(name="fill a source", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=1)
def fill_source(
    source_id: str, place: Place, backfill: Backfill, windows: list[Window], total: int
) -> None:
    """Work the windows of one source that are left; the ledger knows what became of them."""
    reference = place.load_reference()
    declaration = reference.sources[source_id]
    filling = Filling(
        find_source(source_id),
        declaration,
        reference,
        store=Store(place.store),
        backfill=backfill,
        inbox=place.inbox,
        now=place.now,
        secrets=secrets_of(declaration),
        believed=load_decisions(place.reference, place.store).believed(source_id),
    )
    fill(filling, windows, total, say)


@task(name="publish", cache_policy=NO_CACHE)
def publish_snapshot(
    place: Place,
    outcomes: list[Outcome],
    as_of: date | None,
    run_id: str | None = None,
    started_at: datetime | None = None,
) -> Summary:
    """Log the run, then publish what is new. A run that goes on has the name it began with."""
    store, run_id = Store(place.store), run_id or place.run_id
    if outcomes:
        store.ledger.add_run(run_id, run_log(run_id, started_at or place.now, outcomes))
    published = publish(
        store,
        place.load_reference(),
        place.reference,
        now=place.now,
        as_of=as_of,
        own_sources=place.sources_file,
        small_cell_threshold=place.small_cell_threshold,
        workers=place.workers,
        progress=say,
    )
    if published.is_new:
        _show_changes(store, published.snapshot)
    for snapshot_id in retire(store, place.keep, place.now):
        say(f"removed snapshot {snapshot_id}, which nobody reads any more")
    return Summary(
        outcomes=tuple(outcomes),
        snapshot_id=published.snapshot.snapshot_id,
        snapshot=published.snapshot.folder,
        is_new=published.is_new,
        signals=published.signals,
    )


def _show_changes(store: Store, snapshot: Snapshot) -> None:
    """What changed since the snapshot before, as an artifact of the run."""
    try:
        parent = store.snapshots.parent_of(snapshot)
    except LookupError:
        return
    was = Edition.of(parent) if parent else Edition.before_the_first()
    create_markdown_artifact(
        as_markdown(changes_between(was, Edition.of(snapshot))),
        key="what-changed",
        description="What changed since the last snapshot, and what that did to the totals.",
    )


def enabled_sources(place: Place, chosen: list[str] | None) -> list[str]:
    """The sources to ask: those chosen, else all that are enabled.

    Raises WrongUseError for a chosen source that is not declared.
    """
    declared = place.load_reference().sources
    for source_id in chosen or []:
        if source_id not in declared:
            raise WrongUseError(
                f"there is no source {source_id!r}; declared are: {', '.join(sorted(declared))}"
            )
    return chosen or sorted(name for name, one in declared.items() if one.enabled)


def tidy(place: Place) -> None:
    """Remove what a killed run left unfinished; call it while holding the store."""
    for leftover in remove_leftovers(place.store):
        say(f"removed {leftover.name}, left unfinished by an earlier run")
