"""Is a store what it says it is? Checks all of it, and mends what can be made again.

Mending never touches records or the bytes of landed answers: it removes what the next run makes
again (unfinished files, damaged snapshots, notes of windows and answers) and moves pointers back
to a whole snapshot. The caller holds the store's lock to mend.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pandera.errors import SchemaError, SchemaErrors
from pyarrow import ArrowException

import displacement_schemas as contracts
from displacement.store.files import remove_leftovers
from displacement.store.opening import Opened
from displacement.store.store import Store

if TYPE_CHECKING:
    from displacement.store.remote.working_copy import WorkingCopy

UNREADABLE = (OSError, ValueError, KeyError, TypeError, ArrowException, SchemaError, SchemaErrors)
MADE_AGAIN: Final = ("landing/", "ledger/", "withheld/")
"""What a store can be without: it is fetched, worked or reckoned again."""


@dataclass(frozen=True)
class Problem:
    """What is wrong, and how it is mended; None where a person has to look."""

    says: str
    mend: Callable[[], object] | None = None
    mended: str = ""


def problems_of(store: Store) -> list[Problem]:
    """Everything that is wrong with a store, in the order of the way of the data."""
    checks = (_landing, _tables, _ledger, _snapshots, _pointers)
    return [problem for check in checks for problem in check(store)]


def problems_in(opened: Opened) -> list[Problem]:
    """The same, and before that what is wrong with the objects of a store on object storage."""
    objects = [] if opened.copy is None else [*_objects(opened.copy)]
    return [*objects, *problems_of(opened.store)]


def mend(store: Store, problems: list[Problem]) -> list[str]:
    """Mend what can be mended; says what was done."""
    done = [f"removed {one.name}, left unfinished" for one in remove_leftovers(store.folder)]
    for problem in problems:
        if problem.mend is not None:
            problem.mend()
            done.append(problem.mended)
    return done


def _objects(copy: "WorkingCopy") -> Iterator[Problem]:
    """What is missing or changed on object storage: put again where the copy has it whole."""
    for path in copy.damaged:
        says = f"object storage: {path} is missing or changed"
        if copy.holds(path):
            yield Problem(
                says,
                lambda path=path: copy.put_again(path),  # type: ignore[misc]
                f"put {path} again from the working copy",
            )
        elif path.startswith(MADE_AGAIN):
            yield Problem(
                says,
                lambda path=path: copy.forget(path),  # type: ignore[misc]
                f"let go of {path}; what it held is fetched or worked again when it is next asked",
            )
        else:
            yield Problem(says)


def _landing(store: Store) -> Iterator[Problem]:
    for name in store.landing.damaged():
        yield Problem(
            f"landing: {name} is not what its name says",
            lambda name=name: store.landing.forget(name),  # type: ignore[misc]
            f"{name} is landed again when its source next answers the same",
        )


def _tables(store: Store) -> Iterator[Problem]:
    damaged = store.tables.damaged()
    yield from (Problem(f"tables: {name} is not what its name says") for name in damaged)
    for source_id in store.tables.sources():
        if any(name.startswith(f"{source_id}/") for name in damaged):
            continue
        try:
            records = store.tables.read(source_id).records
        except UNREADABLE as wrong:
            yield Problem(f"tables: {source_id} breaks its contract: {wrong}")
            continue
        by_record = records.groupby("source_record_id")["revision"]
        if not (by_record.max() == by_record.size()).all():
            yield Problem(f"tables: {source_id}: a revision between others is missing")
        lost = {one for one in records["landing_sha256"].unique() if not store.landing.has(one)}
        if lost:
            yield Problem(f"tables: {source_id}: {len(lost)} answers behind its records are gone")


def _ledger(store: Store) -> Iterator[Problem]:
    unreadable = store.ledger.unreadable()
    for path in unreadable:
        yield Problem(
            f"ledger: {path.name} cannot be read",
            path.unlink,
            f"removed the note {path.name}; a window is worked again by the next backfill",
        )
    if not unreadable:
        for row in store.ledger.rows():
            if row["rows_in"] != row["accepted"] + row["rejected"]:
                yield Problem(
                    f"ledger: run {row['run_id']}, {row['source_id']}: {row['rows_in']} rows came "
                    f"in, but {row['accepted']} were accepted and {row['rejected']} rejected"
                )


def _snapshots(store: Store) -> Iterator[Problem]:
    for snapshot in store.snapshots.all():
        try:
            wrong = [f"{name} is missing or changed" for name in snapshot.damaged()]
            if not wrong:
                for model in contracts.PUBLISHED:
                    snapshot.read(model)
        except UNREADABLE as error:
            wrong = [f"it breaks its contract ({type(error).__name__}: {error})"]
        if wrong:
            yield Problem(
                f"snapshot {snapshot.snapshot_id}: {'; '.join(wrong)}",
                lambda snapshot=snapshot: store.snapshots.drop(snapshot),  # type: ignore[misc]
                f"removed snapshot {snapshot.snapshot_id}; the next refresh publishes what it held",
            )


def _pointers(store: Store) -> Iterator[Problem]:
    wrong = store.snapshots.astray()
    if wrong:
        yield Problem(
            f"pointers: {', '.join(wrong)} do not lead to one whole snapshot",
            store.snapshots.point_again,
            "readers are pointed at the latest whole snapshot",
        )
