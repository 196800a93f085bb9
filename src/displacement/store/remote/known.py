"""What do the files of a working copy hold? Each is read once, as long as it does not change."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from displacement.store.files import write_whole
from displacement.store.wanted import SNAPSHOTS

Look = tuple[int, int, int]
"""By which a file is known again: bytes, time of its last change, and inode."""


class _Note(msgspec.Struct):
    base: str | None = None
    seen: dict[str, tuple[Look, str]] = msgspec.field(default_factory=dict)


class Known:
    """The files of a store's folder by their sha256, and the index that they began as."""

    def __init__(self, folder: Path, note: Path) -> None:
        self._folder, self._path = folder, note
        try:
            self._note = msgspec.json.decode(note.read_bytes(), type=_Note)
        except (OSError, msgspec.MsgspecError):
            self._note = _Note()

    @property
    def base(self) -> str | None:
        """The index that was pulled last; empty for a store without any, None before all."""
        return self._note.base

    @base.setter
    def base(self, name: str) -> None:
        self._note.base = name

    def files(self, anew: Iterable[str] = ()) -> dict[str, str]:
        """sha256 of every file that the store consists of, by path; some are read anew."""
        before, self._note.seen = self._note.seen, {}
        for path, look in self._looks().items():
            known = before.get(path)
            if known is None or known[0] != look or path in anew:
                known = (look, _sha256_of(self._folder / path))
            self._note.seen[path] = known
        return {path: sha256 for path, (_, sha256) in self._note.seen.items()}

    def remember(self, path: str, sha256: str) -> None:
        """Note what a file holds that was just written."""
        self._note.seen[path] = (_look_of((self._folder / path).stat()), sha256)

    def save(self) -> None:
        """Keep all of it for the next command."""
        write_whole(self._path, msgspec.json.encode(self._note))

    def _looks(self) -> dict[str, Look]:
        found = {}
        for folder, folders, names in os.walk(self._folder):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in names:
                path = Path(folder) / name
                below = path.relative_to(self._folder).as_posix()
                if not name.startswith(".") and _is_content(below):
                    found[below] = _look_of(path.lstat())
        return found


def _is_content(path: str) -> bool:
    """Whether a file is of the store itself: pointers and fixed paths are made from others."""
    return not path.startswith("published/") or path.startswith(SNAPSHOTS)


def _look_of(status: os.stat_result) -> Look:
    return status.st_size, status.st_mtime_ns, status.st_ino


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
