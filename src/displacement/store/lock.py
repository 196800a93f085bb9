"""Who may write? One run at a time; the second one is told at once."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class StoreIsBusyError(Exception):
    """Another run is writing to the store."""


@contextmanager
def only_writer(store: Path) -> Iterator[None]:
    """Hold the store for writing; the lock goes with the process, whatever ends it.

    Raises StoreIsBusyError where another process holds it.
    """
    store.mkdir(parents=True, exist_ok=True)
    with (store / ".lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreIsBusyError(
                f"another run is writing to {store}; wait until it has ended and try again"
            ) from None
        yield
