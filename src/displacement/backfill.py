"""What is still to do of a backfill, and what has never been fetched?

Between the ledger of the store and the runs that work at it; `filling` works the windows.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from displacement.outcome import Outcome
from displacement.sources.source import Declaration
from displacement.store.backfills import Backfill, Entry, State
from displacement.store.store import Store
from displacement.windows import Window, WindowSize, windows_between

MOST_TOLD: Final = 3
OPEN: Final = (State.PENDING, State.FETCHED)
ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Step:
    """A window of a backfill, how far it is, and whether there is anything to do about it."""

    source_id: str
    window: Window
    state: State
    done: bool
    landed: bool
    """Whether all that is to do is to record what has landed."""


def asked_for(
    store: Store,
    sources: Iterable[str],
    first: date,
    last: date,
    size: WindowSize,
    *,
    force: bool,
    declared: Mapping[str, Declaration],
    now: datetime,
) -> Backfill:
    """The backfill of these days: an unfinished one that was asked for alike, else a new one.

    Nothing is written. Raises ValueError where `last` is before `first`.
    """
    windows_between(first, last, size)
    wanted = (first, last, size, tuple(sources), force)
    for one in reversed(unfinished(store, declared)):
        if (one.first, one.last, one.size, one.sources, one.force) == wanted:
            return gone_on(store, one, now)
    run_id = _new_run(store, now)
    return Backfill(run_id, *wanted, run_id=run_id, started_at=now)


def gone_on(store: Store, backfill: Backfill, now: datetime) -> Backfill:
    """An unfinished backfill as this run goes on with it.

    A run that was killed goes on; one that ended leaves what it could not do to a new one.
    """
    if not backfill.ended:
        return backfill
    return replace(backfill, run_id=_new_run(store, now), started_at=now, ended=False)


def unfinished(store: Store, declared: Mapping[str, Declaration]) -> list[Backfill]:
    """Backfills that were killed, or that could not do all their windows; the oldest first."""
    return [
        one
        for one in store.backfills.all()
        if not one.complete
        and (not one.ended or any(entry.state in OPEN for entry in _entries(store, one, declared)))
    ]


def steps_of(
    store: Store, backfill: Backfill, declared: Mapping[str, Declaration], now: datetime
) -> list[Step]:
    """Every window of a backfill, source by source, in the order of their days."""
    noted = {one.backfill_id: one for one in store.backfills.all()}
    return [
        Step(
            entry.source_id,
            entry.window,
            state_of(entry, noted),
            is_done(entry, backfill, declared[entry.source_id].lag_days or 0, now.date()),
            has_landed(entry, backfill),
        )
        for entry in _entries(store, backfill, declared)
    ]


def _entries(
    store: Store, backfill: Backfill, declared: Mapping[str, Declaration]
) -> Iterator[Entry]:
    """The note of every window of a backfill, source by source, in the order of their days."""
    for source_id in backfill.sources:
        if source_id in declared:
            for window in windows_of(backfill, declared[source_id]):
                yield store.backfills.entry(source_id, window)


def windows_of(backfill: Backfill, declaration: Declaration) -> list[Window]:
    """The windows of one source: one for all days where it cannot be asked for less."""
    if not declaration.windowed:
        return [Window(backfill.first, backfill.last)]
    return windows_between(backfill.first, backfill.last, backfill.size)


def state_of(entry: Entry, noted: Mapping[str, Backfill]) -> State:
    """How far a window is: what was recorded is published once its run has ended."""
    if entry.state is not State.RECORDED:
        return entry.state
    backfill = noted.get(entry.backfill_id)
    at_work = backfill is not None and not backfill.ended and backfill.run_id == entry.run_id
    return State.RECORDED if at_work else State.PUBLISHED


def is_done(entry: Entry, backfill: Backfill, lag_days: int, today: date) -> bool:
    """Whether there is nothing more to do about a window.

    What an earlier backfill fetched while the source still revised it (within its lag, or before
    the window had passed) is fetched again, though not on the same day.
    """
    if entry.state is not State.RECORDED:
        return False
    if entry.backfill_id == backfill.backfill_id:
        return True
    if backfill.force:
        return False
    fetched = entry.retrieved_at.date() if entry.retrieved_at else None
    revised = entry.window.last + timedelta(days=lag_days)
    return fetched is None or fetched > revised or fetched >= today


def has_landed(entry: Entry, backfill: Backfill) -> bool:
    """Whether a window is fetched, so that it need only be recorded.

    One that was held back is asked for again, but not before the next run.
    """
    if entry.state is not State.FETCHED:
        return False
    if entry.outcome is not None and not entry.outcome.whole:
        return entry.run_id == backfill.run_id
    return entry.backfill_id == backfill.backfill_id or not backfill.force


def outcome_of(
    store: Store, backfill: Backfill, declaration: Declaration, *, adds_up: bool
) -> Outcome | None:
    """One row of the run log: what the backfill's run did for a source; None for nothing.

    Rows of windows add up, but where a source lists files: each window reads all of them.
    It is made from the entries alone, so that a run that was killed and went on says the same
    as one that was not.
    """
    source_id = declaration.source_id
    mine = {
        window: entry.outcome
        for window in windows_of(backfill, declaration)
        for entry in [store.backfills.entry(source_id, window)]
        if entry.run_id == backfill.run_id and entry.outcome is not None
    }
    if not mine:
        return None
    found = [*mine.values()]
    read = found if adds_up else found[-1:]
    bad = [
        f"{window}: {outcome.message}" for window, outcome in mine.items() if not outcome.complete
    ]
    rows_in, accepted = sum(one.rows_in for one in read), sum(one.accepted for one in read)
    message = f"{accepted} of {rows_in} rows accepted from {_counted(len(mine))}"
    if bad:
        more = f"; and {len(bad) - MOST_TOLD} more" if len(bad) > MOST_TOLD else ""
        message += "; " + "; ".join(bad[:MOST_TOLD]) + more
    return Outcome(
        source_id=source_id,
        message=message,
        failed=any(one.failed for one in found),
        rows_in=rows_in,
        accepted=accepted,
        rejected=sum(one.rejected for one in read),
        new=sum(one.new for one in found),
        revised=sum(one.revised for one in found),
        withdrawn=sum(one.withdrawn for one in found),
        signals=tuple(dict.fromkeys(signal for one in found for signal in one.signals)),
        complete=not bad,
        whole=all(one.whole for one in found),
        first_day=min(window.first for window in mine),
        last_day=max(window.last for window in mine),
    )


def gaps_of(
    entries: Sequence[Entry], source_id: str, runs: Sequence[Mapping[str, Any]]
) -> list[Window]:
    """The days between the first and the last that were ever fetched which never were.

    `entries` are the source's windows, `runs` the rows of the run log. The days that a backfill's
    run says are those of its first and last window: its entries know better.
    """
    backfills = {entry.run_id for entry in entries}
    fetched = [one.window for one in entries if one.was_fetched]
    fetched += [
        Window(row["first_day"], row["last_day"])
        for row in runs
        if row["source_id"] == source_id
        and row["complete"]
        and row["first_day"]
        and row["run_id"] not in backfills
    ]
    gaps: list[Window] = []
    reached: date | None = None
    for one in sorted(fetched, key=lambda one: (one.first, one.last)):
        if reached is not None and one.first > reached + ONE_DAY:
            gaps.append(Window(reached + ONE_DAY, one.first - ONE_DAY))
        reached = one.last if reached is None else max(reached, one.last)
    return gaps


def _counted(windows: int) -> str:
    return "1 window" if windows == 1 else f"{windows} windows"


def _new_run(store: Store, now: datetime) -> str:
    """A name that no run has; several may begin at one time where the time is set."""
    name = f"{now:%Y%m%dT%H%M%S%f}Z"
    taken = {one for known in store.backfills.all() for one in (known.run_id, known.backfill_id)}
    number, found = 1, name
    while found in taken or store.ledger.has_run(found):
        number += 1
        found = f"{name}-{number:02d}"
    return found
