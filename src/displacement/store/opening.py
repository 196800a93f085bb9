"""How does the setting `store` become a store on the local disk? A folder is one already.

One on object storage is pulled into a working copy (see `remote`), and pushed once all went well.
Those who only read have a copy of their own: they wait for no run, and see what is published.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from displacement.store.lock import only_writer
from displacement.store.remote.address import Address
from displacement.store.retention import Room, room_of
from displacement.store.store import Store
from displacement.store.wanted import Wanted

if TYPE_CHECKING:
    from displacement.store.remote.working_copy import WorkingCopy

Where = Path | Address
"""Of a store: a folder, or an address on object storage."""


@dataclass(frozen=True)
class Opened:
    """A store that is on the local disk, as far as it is wanted."""

    where: Where
    folder: Path
    copy: "WorkingCopy | None" = None

    @property
    def store(self) -> Store:
        """The store by its folder."""
        return Store(self.folder)

    def room(self) -> Room:
        """What the store takes where it is kept, and what is free on the local disk."""
        here = room_of(self.folder)
        return here if self.copy is None else Room(self.copy.sizes, here.free)


@contextmanager
def reading(where: Where, copies: Path, wanted: Wanted) -> Iterator[Opened]:
    """A store to read what is wanted of it."""
    if isinstance(where, Path):
        yield Opened(where, where)
        return
    slot = _slot(where, copies)
    with (slot / ".readers").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        copy = _copy(where, slot / "read", writes=False)
        copy.pull(wanted)
        yield Opened(where, copy.folder, copy)


@contextmanager
def writing(where: Where, copies: Path, wanted: Wanted, *, push: bool = True) -> Iterator[Opened]:
    """A store to work at; what was done is pushed where the block ends without an error.

    Raises StoreIsBusyError where another run works at the same copy, or has published meanwhile.
    Who writes to the folder takes its lock, as everywhere.
    """
    if isinstance(where, Path):
        yield Opened(where, where)
        return
    with only_writer(_slot(where, copies)):
        copy = _copy(where, _slot(where, copies) / "work", writes=True)
        copy.pull(wanted)
        yield Opened(where, copy.folder, copy)
        if push:
            copy.push()


def _slot(where: Address, copies: Path) -> Path:
    slot = where.folder_in(copies)
    slot.mkdir(parents=True, exist_ok=True)
    return slot


def _copy(where: Address, folder: Path, *, writes: bool) -> "WorkingCopy":
    from displacement.store.remote.working_copy import WorkingCopy  # noqa: PLC0415 - only now

    return WorkingCopy(where, folder, writes=writes)
