"""What of a store does a command read? Of one on object storage, only that is pulled.

Files are named by their path below the store. What snapshots hold is told apart from what they
are: the manifests of all are small, and who asks for some snapshots finds them by those.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Final

from displacement.store.backfills import State
from displacement.store.snapshots import Snapshot
from displacement.store.store import Store

SNAPSHOTS: Final = "published/snapshots/"
MANIFEST: Final = "manifest.json"


@dataclass(frozen=True)
class Wanted:
    """What is read of a store."""

    part: Callable[[str], bool]
    """Whether a file is read."""
    then: Callable[[Store], Iterable[str]] = lambda _: ()
    """What else is read, once those are there: beginnings of paths."""
    checked: bool = False
    """Whether everything that the store consists of is compared with what it should be."""


def below(*folders: str) -> Callable[[str], bool]:
    """The files of some folders, and the manifests of all snapshots."""
    return lambda path: path.startswith(folders) or _is_manifest(path)


def for_diff(before: str | None, after: str | None) -> Wanted:
    """Two snapshots by their ids, as `displacement diff` takes them."""

    def both(store: Store) -> Iterator[str]:
        snapshots = store.snapshots
        with suppress(LookupError):  # the command says so
            newer = snapshots.find(after) if after else snapshots.current()
            yield from _files_of(newer)
            if newer is not None:
                yield from _files_of(
                    snapshots.find(before) if before else snapshots.parent_of(newer)
                )

    return Wanted(below(), both)


def for_run(day: date) -> Wanted:
    """All that a run needs that publishes what was known on a day.

    Not the bodies of landed answers, but for those that a killed backfill has not recorded yet;
    and of older snapshots only those that may be published again, with what they followed.
    """

    def again(store: Store) -> Iterator[str]:
        yield from _open_answers(store)
        snapshots = store.snapshots
        yield from _files_of(snapshots.current())
        for one in snapshots.all():
            if one.snapshot_id.startswith(f"{day}-"):
                yield from _files_of(one)
                with suppress(LookupError):
                    yield from _files_of(snapshots.parent_of(one))

    return Wanted(lambda path: _is_manifest(path) or not _is_large(path), again)


def _current(store: Store) -> Iterator[str]:
    current = store.snapshots.current()
    yield from _files_of(current)
    if current is not None:
        yield f"withheld/{current.snapshot_id}."


NAMES: Final = Wanted(lambda path: path.startswith("reference/"))
"""What people decided about names, and the areas that they imported."""
LEDGER: Final = Wanted(below("ledger/"))
"""How sources, backfills and snapshots stand."""
TO_PLAN: Final = Wanted(below("ledger/", "reference/"))
"""What a backfill would do."""
CURRENT: Final = Wanted(below(), _current)
"""The snapshot that readers get, with what it withholds."""
REVIEW: Final = Wanted(below("ledger/", "reference/"), _current)
"""What waits for a reviewer, and what was decided."""
ALL: Final = Wanted(lambda _: True, checked=True)
"""Everything, after looking whether it is whole."""


def _files_of(snapshot: Snapshot | None) -> list[str]:
    return [f"{SNAPSHOTS}{snapshot.snapshot_id}/"] if snapshot else []


def _open_answers(store: Store) -> Iterator[str]:
    for source_id in store.backfills.sources():
        for entry in store.backfills.entries(source_id):
            if entry.state is State.FETCHED:
                yield from (f"landing/{one[:2]}/{one}" for one in entry.answers)


def _is_manifest(path: str) -> bool:
    return path.startswith(SNAPSHOTS) and path.endswith(f"/{MANIFEST}")


def _is_large(path: str) -> bool:
    return path.startswith((SNAPSHOTS, "landing/")) and not path.endswith(".json")
