"""How is a file written so that a kill at any instant leaves either the old or the new?"""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ASIDE = ".aside-"
"""Prefix of everything that is not finished; the janitor removes what a kill left behind."""


def write_whole(path: Path, content: bytes) -> None:
    """Write aside, flush to the disk, then rename: readers see all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = _aside(path)
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    sync_folder(path.parent)


def copy_whole(path: Path, source: Path) -> None:
    """The same for a file that is too large to hold: copied aside, flushed, renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = _aside(path)
    shutil.copyfile(source, aside)
    sync_file(aside)
    aside.replace(path)
    sync_folder(path.parent)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A folder to fill that appears at `path` only once everything in it is on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = _aside(path)
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    try:
        yield aside
        for file in aside.iterdir():
            sync_file(file)
        sync_folder(aside)
        aside.rename(path)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    sync_folder(path.parent)


def _aside(path: Path) -> Path:
    """Where to write first; threads that write the same file do not meet there."""
    return path.with_name(f"{ASIDE}{os.getpid()}-{threading.get_ident()}-{path.name}")


def remove_leftovers(root: Path) -> list[Path]:
    """The janitor: remove what a killed run left unfinished; call it while holding the lock."""
    leftovers = sorted(root.glob(f"**/{ASIDE}*"))
    for leftover in leftovers:
        if leftover.is_dir() and not leftover.is_symlink():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)
    return leftovers


def sync_file(path: Path) -> None:
    """Flush a file to the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Flush a folder's entries to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
