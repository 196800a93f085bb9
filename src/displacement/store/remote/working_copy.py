"""How does a store on object storage come to the local disk, and how does what was done go back?

See the package for the protocol. The caller holds the copy's lock.
"""

import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from displacement.store.files import ASIDE, write_whole
from displacement.store.lock import StoreIsBusyError
from displacement.store.remote.address import Address
from displacement.store.remote.bucket import Bucket, Found, MissingObjectError
from displacement.store.remote.index import (
    INDEXES,
    LATEST,
    POINTER,
    File,
    Index,
    Pointer,
    is_named_by_content,
    packed,
    pointer_from,
    snapshot_of,
    unpacked,
)
from displacement.store.remote.known import Known
from displacement.store.slips import ObjectStoreError
from displacement.store.snapshots import DIGITS_OF_ID, Snapshots
from displacement.store.store import Store
from displacement.store.wanted import MANIFEST, SNAPSHOTS, Wanted

VERSIONED: Final = ("landing/", "ledger/", "reference/", "withheld/")
"""Folders in which every version of a file is an object of its own."""
AT_ONCE: Final = 8
"""Objects that are read or written at one time."""
PULLS: Final = 3
"""How often a pull begins anew because another run has published meanwhile."""
CLOCKS: Final = timedelta(hours=1)
"""How far the clocks of the object storage may be apart."""

One = TypeVar("One")
Done = TypeVar("Done")


class WorkingCopy:
    """A store on object storage, and the folder in which it is worked at, or read."""

    def __init__(self, address: Address, folder: Path, *, writes: bool) -> None:
        self.address = address
        self.folder = folder
        self._writes = writes
        self._bucket = Bucket(address)
        self._known = Known(folder, folder.with_name(f"{folder.name}.json"))
        self._pointer: Pointer | None = None
        self._index = Index()
        self._there: frozenset[str] = frozenset()
        """The files of the index that were there when the run began."""
        self._forgotten: frozenset[str] = frozenset()
        self.damaged: tuple[str, ...] = ()
        """The files whose objects are missing or changed, where a pull has looked for those."""

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes on the object storage by folder of the store; an object counts once."""
        objects = {one.key: one.size for one in self._index.files.values()}
        found: dict[str, int] = {}
        for key, size in objects.items():
            part = key.partition("/")[0]
            found[part] = found.get(part, 0) + size
        return found

    def pull(self, wanted: Wanted) -> None:
        """Make the copy what the store is, as far as it is wanted.

        What an earlier run did here that was killed before it could push stays, as long as no
        other run has published since; else it is dropped, and done anew.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        for _ in range(PULLS - 1):
            with suppress(MissingObjectError):
                return self._pull(wanted)
            # Another run has published meanwhile, and removed what the store is no more.
        try:
            return self._pull(wanted)
        except MissingObjectError as missing:
            raise ObjectStoreError(f"{missing}: run `displacement verify`") from missing

    def _pull(self, wanted: Wanted) -> None:
        self._pointer, _ = _head(self._bucket)
        self._index = self._index_of(self._pointer)
        self.damaged = self._damaged() if wanted.checked else ()
        if self.damaged and _head(self._bucket)[0] != self._pointer:
            raise MissingObjectError(f"{self.address} is changing")
        base = self._pointer.index if self._pointer else ""
        goes_on = self._writes and self._known.base == base
        self._drop(lambda path: not (goes_on and self._may_have_changed(path)))
        if not goes_on:
            self._write_pointer()
        paths = self._index.files.keys() - set(self.damaged)
        self._fetch([path for path in paths if wanted.part(path)])
        also = tuple(wanted.then(Store(self.folder)))
        self._fetch([path for path in paths if also and path.startswith(also)])
        if not goes_on:
            self._restore_times()
        if self._writes and (snapshots := Snapshots(self.folder)).astray():
            snapshots.point_again()
        self._still_read()
        self._known.base = base
        self._there = frozenset(self._known.files().keys() & self._index.files.keys())
        self._known.save()

    def _index_of(self, pointer: Pointer | None) -> Index:
        if pointer is not None:
            return unpacked(self._bucket.get(pointer.index)[0], pointer.index)
        if self._known.base:
            raise ObjectStoreError(
                f"{self.address} had a store and has none any more; {self.folder} is what it was: "
                "move that away to begin a new one"
            )
        return Index()

    def _damaged(self) -> tuple[str, ...]:
        """The files whose objects are missing or not what the index says."""
        checked = _each(self._index.files, lambda path: (path, self._is_whole(path)))
        return tuple(sorted(path for path, whole in checked if not whole))

    def _is_whole(self, path: str) -> bool:
        known = self._index.files[path]
        try:
            return self._bucket.digest(known.key) == known.sha256
        except MissingObjectError:
            return False

    def _may_have_changed(self, path: str) -> bool:
        """Whether a difference to the index is a killed run's work, rather than damage."""
        is_fixed = is_named_by_content(path) or snapshot_of(path)
        return path not in self._index.files or not is_fixed

    def _drop(self, is_wrong: Callable[[str], bool]) -> None:
        """Remove what the store is not (any more)."""
        local = self._known.files()
        for path in local:
            if not self._is(path, local) and is_wrong(path):
                (self.folder / path).unlink()
        for folder, _, _ in os.walk(self.folder, topdown=False):
            if Path(folder) != self.folder and not any(Path(folder).iterdir()):
                Path(folder).rmdir()

    def _is(self, path: str, local: Mapping[str, str]) -> bool:
        """Whether a local file is what the index says."""
        known = self._index.files.get(path)
        return known is not None and known.sha256 == local[path]

    def _write_pointer(self) -> None:
        pointer = self.folder / POINTER
        if self._pointer is None or self._pointer.snapshot_id is None:
            pointer.unlink(missing_ok=True)
        else:
            said = {"snapshot_id": self._pointer.snapshot_id}
            write_whole(pointer, msgspec.json.encode(said))

    def _fetch(self, paths: Iterable[str]) -> None:
        """Read what lacks; what several snapshots share is read once, and linked."""
        local = self._known.files()
        shared = {local[path]: path for path in local if snapshot_of(path)}
        groups: dict[str, list[str]] = {}
        for path in sorted(set(paths) - local.keys()):
            name = self._index.files[path].sha256 if snapshot_of(path) else path
            groups.setdefault(name, []).append(path)
        _each(groups.items(), lambda group: self._fetch_alike(group[1], shared.get(group[0])))

    def _fetch_alike(self, group: list[str], source: str | None) -> None:
        for path in group:
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if source is None:
                self._fetch_one(path, target)
                source = path
            else:
                os.link(self.folder / source, target)

    def _fetch_one(self, path: str, target: Path) -> None:
        known = self._index.files[path]
        aside = target.with_name(f"{ASIDE}{target.name}")
        if self._bucket.digest(known.key, aside) != known.sha256:
            aside.unlink()
            raise ObjectStoreError(
                f"{self.address}: {path} is not what it was: run `displacement verify`"
            )
        aside.replace(target)
        self._known.remember(path, known.sha256)

    def _restore_times(self) -> None:
        for snapshot in Snapshots(self.folder).all():
            if (left_at := self._index.left_at.get(snapshot.snapshot_id)) is not None:
                os.utime(snapshot.folder, (left_at, left_at))

    def _still_read(self) -> None:
        """Note that readers are pointed at the snapshot until now."""
        if self._pointer is not None and self._pointer.snapshot_id is not None:
            folder = self.folder / SNAPSHOTS / self._pointer.snapshot_id
            if folder.is_dir():
                os.utime(folder)

    def push(self) -> None:
        """Put what the copy has and the store has not, then move the pointer, then tidy up.

        Raises StoreIsBusyError where another run has published since the pull: then the store is
        what that run made of it, and nothing else. Until the pointer has moved, readers get what
        they got before; what breaks off later is done by the next run.
        """
        local = self._known.files()
        changed = [path for path in local if not self._is(path, local)]
        gone = self._gone(local)
        if not (changed or gone):
            return
        found, etag = _head(self._bucket)
        if found != self._pointer:
            raise self._lost()
        if found is None:
            self._refuse_the_unconditional()
        token = secrets.token_hex(6)
        keys = self._keys(changed, token)
        unclaimed = [path for path in keys if not path.endswith(f"/{MANIFEST}")]
        _each(unclaimed, lambda path: self._bucket.put(keys[path], self.folder / path))
        index = self._next(local, keys, gone)
        pointer = self._next_pointer(index, f"{INDEXES}{token}.json.gz")
        self._bucket.put(pointer.index, packed(index))
        if not self._bucket.put_if(POINTER, msgspec.json.encode(pointer), etag) and (
            _head(self._bucket)[0] != pointer
        ):
            raise self._lost()
        before, self._pointer = self._pointer, pointer
        previous, self._index = self._index, index
        self._known.base = pointer.index
        self._known.save()
        self.renew_latest()
        self._delete({*previous.keys, *([before.index] if before else [])} - index.keys)

    def _lost(self) -> StoreIsBusyError:
        return StoreIsBusyError(
            f"another run published in {self.address} meanwhile; run again, on top of that"
        )

    def _refuse_the_unconditional(self) -> None:
        """Begin no store where conditions are not heeded: runs would overwrite each other."""
        probe = f"{INDEXES}probe"
        self._bucket.put(probe, b"")
        if self._bucket.put_if(probe, b"", None) or self._bucket.put_if(probe, b"", '"other"'):
            raise ObjectStoreError(
                f"{self.address} does not heed conditions (If-None-Match, If-Match), without which "
                "runs would overwrite each other: take an object storage that does"
            )
        self._bucket.delete([probe])

    def _gone(self, local: Mapping[str, str]) -> set[str]:
        """The files that the run removed: those that were there, and the rest of a snapshot."""
        gone = {path for path in self._there if path not in local}
        dropped = {snapshot_of(path) for path in gone if path.endswith(f"/{MANIFEST}")} - {None}
        gone |= {path for path in self._index.files if snapshot_of(path) in dropped}
        if lost := [path for path in gone if is_named_by_content(path)]:
            # No run removes these: somebody else has been at the copy.
            raise ObjectStoreError(
                f"{self.folder / lost[0]} is gone, so that nothing was pushed: run again"
            )
        return gone | self._forgotten

    def _keys(self, changed: Iterable[str], token: str) -> dict[str, str]:
        """The object of each file that is put."""
        ids = {one for path in changed if (one := snapshot_of(path))}
        folders = {one: self._claimed(one) for one in sorted(ids)}
        return {path: _key(path, token, folders) for path in changed}

    def _claimed(self, snapshot_id: str) -> str:
        """A folder for a snapshot that is nobody else's: with its manifest, or empty till now."""
        manifest = f"{SNAPSHOTS}{snapshot_id}/{MANIFEST}"
        content = (self.folder / manifest).read_bytes()
        digest = hashlib.sha256(content).hexdigest()[:DIGITS_OF_ID]
        for name in (snapshot_id, f"{snapshot_id}~{digest}"):
            key = f"{SNAPSHOTS}{name}/{MANIFEST}"
            if self._bucket.put_if(key, content, None):
                return f"{SNAPSHOTS}{name}/"
            if self._bucket.get(key)[0] == content:
                self._bucket.put(key, content)  # young again: `sweep` takes what is old
                return f"{SNAPSHOTS}{name}/"
        raise ObjectStoreError(f"{self.address} has another {SNAPSHOTS}{name}/{MANIFEST}")

    def _next(self, local: Mapping[str, str], keys: Mapping[str, str], gone: set[str]) -> Index:
        """The index of what the copy has become."""
        self._still_read()
        files = {path: one for path, one in self._index.files.items() if path not in gone}
        for path, key in keys.items():
            files[path] = File(local[path], (self.folder / path).stat().st_size, key)
        left = dict(self._index.left_at)
        left |= {one.snapshot_id: one.left_at for one in Snapshots(self.folder).all()}
        kept = {snapshot_of(path) for path in files}
        return Index(files, {one: moment for one, moment in left.items() if one in kept})

    def _next_pointer(self, index: Index, name: str) -> Pointer:
        current = Snapshots(self.folder).current()
        if current is None:
            return Pointer(None, None, name)
        manifest = index.files[f"{SNAPSHOTS}{current.snapshot_id}/{MANIFEST}"].key
        folder = manifest.removeprefix("published/").removesuffix(f"/{MANIFEST}")
        return Pointer(current.snapshot_id, folder, name)

    def renew_latest(self) -> None:
        """Make the plain copies those of the snapshot that readers get."""
        readers = self._pointer.folder if self._pointer else None
        folder = f"published/{readers}/"
        listed = self._bucket.list(folder) if readers else []
        wanted = {one.key.removeprefix(folder): one for one in listed}
        there = {one.key.removeprefix(LATEST): one for one in self._bucket.list(LATEST)}
        differ = [name for name, one in wanted.items() if not _alike(one, there.get(name))]
        _each(differ, lambda name: self._bucket.copy(f"{folder}{name}", f"{LATEST}{name}"))
        self._bucket.delete([f"{LATEST}{name}" for name in there.keys() - wanted.keys()])

    def _delete(self, keys: Iterable[str]) -> None:
        """Delete objects, manifests last: a folder is free for a claim once it is empty."""
        gone = sorted(key for key in keys if not is_named_by_content(key))
        manifests = [key for key in gone if key.endswith(f"/{MANIFEST}")]
        self._bucket.delete([key for key in gone if key not in set(manifests)])
        self._bucket.delete(manifests)

    def holds(self, path: str) -> bool:
        """Whether the copy has what the index says of a file."""
        return self._known.files(anew=(path,)).get(path) == self._index.files[path].sha256

    def put_again(self, path: str) -> None:
        """Put a damaged object again from the copy, which holds it."""
        self._bucket.put(self._index.files[path].key, self.folder / path)

    def forget(self, path: str) -> None:
        """Let the store be without a file, and the note beside it, from the next push on."""
        for one in (path, f"{path}.json"):
            (self.folder / one).unlink(missing_ok=True)
            self._forgotten |= {one}

    def sweep(self) -> list[str]:
        """Renew the fixed paths, and delete what runs put that were killed or lost; says what.

        An object of a run that is still at work is younger than the pointer it began with.
        """
        self.renew_latest()
        found = {one.key: one for one in self._bucket.list()}
        if POINTER not in found or _head(self._bucket)[0] != self._pointer:
            return []
        before = found[POINTER].changed_at - CLOCKS
        named = self._index.keys | ({self._pointer.index} if self._pointer else set())
        gone = [
            key
            for key, one in found.items()
            if key not in named and one.changed_at < before and _is_ours(key)
        ]
        self._delete(gone)
        return gone


def _head(bucket: Bucket) -> tuple[Pointer | None, str | None]:
    """The pointer and its etag; None twice where nothing has been pushed yet."""
    try:
        content, etag = bucket.get(POINTER)
    except MissingObjectError:
        return None, None
    return pointer_from(content), etag


def _key(path: str, token: str, folders: Mapping[str, str]) -> str:
    snapshot_id = snapshot_of(path)
    if snapshot_id is not None:
        return folders[snapshot_id] + path.removeprefix(f"{SNAPSHOTS}{snapshot_id}/")
    return path if is_named_by_content(path) else f"{path}~{token}"


def _is_ours(key: str) -> bool:
    """Whether an object is one that an index may name, but need not; others have their own."""
    is_version = "~" in key and key.startswith(VERSIONED) and not is_named_by_content(key)
    return is_version or key.startswith((INDEXES, SNAPSHOTS))


def _alike(one: Found, other: Found | None) -> bool:
    return other is not None and (one.size, one.etag) == (other.size, other.etag)


def _each(things: Iterable[One], work: "Callable[[One], Done]") -> "list[Done]":
    """Work at several things at one time; the first fault stops it."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        futures = [pool.submit(work, one) for one in things]
        try:
            return [future.result() for future in futures]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
