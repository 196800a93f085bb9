"""What do readers get? Immutable snapshots, and one pointer that moves at once (DESIGN 3.5)."""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import displacement_schemas as contracts
from displacement.store import parquet
from displacement.store.files import ASIDE, sync_folder, whole_folder, write_whole

DIGITS_OF_ID = 12


@dataclass(frozen=True)
class Snapshot:
    """One publication."""

    snapshot_id: str
    folder: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Rows, bytes and hashes of every file, and where the snapshot comes from."""
        loaded: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text())
        return loaded

    @property
    def created_at(self) -> datetime:
        """The time of the run that made it."""
        return datetime.fromisoformat(self.manifest["created_at"])

    @property
    def left_at(self) -> float:
        """When readers were last pointed at it, by the clock of the machine."""
        return self.folder.stat().st_mtime

    def path(self, table: str) -> Path:
        """The Parquet file of a table."""
        return self.folder / f"{table}.parquet"

    def read(self, model: "type[contracts.Table]") -> Any:
        """One table as a validated frame; one that came later is empty in older snapshots."""
        if f"{model.table_name()}.parquet" not in self.manifest["files"]:
            return model.empty()
        return parquet.read(model, self.path(model.table_name()))

    def damaged(self) -> list[str]:
        """The files whose bytes are not what the manifest says."""
        return [name for name in self.manifest["files"] if not self.is_whole(name)]

    def is_whole(self, name: str) -> bool:
        """Whether a file's bytes are what the manifest says."""
        path, entry = self.folder / name, self.manifest["files"][name]
        return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"]


class Snapshots:
    """The publications of a store, below `published/`."""

    def __init__(self, store: Path) -> None:
        self._root = store / "published"

    def current(self) -> Snapshot | None:
        """The snapshot that readers are pointed at; None before the first publication."""
        pointer = self._root / "current.json"
        if not pointer.is_file():
            return None
        snapshot_id = json.loads(pointer.read_text())["snapshot_id"]
        return Snapshot(snapshot_id, self._root / "snapshots" / snapshot_id)

    def all(self) -> list[Snapshot]:
        """Every snapshot, by id."""
        folders = sorted((self._root / "snapshots").glob("[!.]*"))
        return [Snapshot(folder.name, folder) for folder in folders]

    def find(self, beginning: str) -> Snapshot:
        """The snapshot with this id, or with this beginning of its id.

        Raises LookupError where there is none, or more than one.
        """
        found = [one for one in self.all() if one.snapshot_id.startswith(beginning)]
        exact = [one for one in found if one.snapshot_id == beginning]
        if not found:
            raise LookupError(f"there is no snapshot {beginning}, or it is not kept any more")
        if len(found) > 1 and not exact:
            names = ", ".join(one.snapshot_id for one in found)
            raise LookupError(f"{beginning} is the beginning of several snapshots: {names}")
        return (exact or found)[0]

    def parent_of(self, snapshot: Snapshot) -> Snapshot | None:
        """The snapshot that readers had before this one; None before the first.

        Raises LookupError where it is not kept any more.
        """
        parent = snapshot.manifest["parent"]
        return self.find(parent) if parent else None

    def publish(
        self,
        snapshot_id: str,
        tables: Mapping[str, Any],
        extra: Mapping[str, bytes],
        about: Mapping[str, Any],
        digests: Mapping[str, str] | None = None,
    ) -> Snapshot:
        """Write a snapshot aside, make it appear whole, then move the pointers to it.

        `extra` are further files (report, picture); `about` goes into the manifest. A table
        whose digest is that of the current snapshot's is that file itself, by a hard link, and
        carries the id of the snapshot that wrote it. Readers that resolve `current` once never
        see half a publication or two mixed.
        """
        folder = self._root / "snapshots" / snapshot_id
        if not folder.is_dir():
            told = {f"{name}.parquet": digest for name, digest in (digests or {}).items()}
            shared = self._unchanged(told)
            contents = {
                f"{model.table_name()}.parquet": parquet.to_bytes(
                    model, tables[model.table_name()], {"snapshot_id": snapshot_id}
                )
                for model in contracts.PUBLISHED
                if f"{model.table_name()}.parquet" not in shared
            } | dict(extra)
            rows = {f"{name}.parquet": len(frame) for name, frame in tables.items()}
            entries = _entries(contents, rows, told, snapshot_id)
            entries |= {name: entry for name, (_, entry) in shared.items()}
            manifest = {"snapshot_id": snapshot_id, **about, "files": entries}
            contents["manifest.json"] = json.dumps(manifest, indent=1, sort_keys=True).encode()
            with whole_folder(folder) as aside:
                for name, content in contents.items():
                    (aside / name).write_bytes(content)
                for name, (path, _) in shared.items():
                    os.link(path, aside / name)
        snapshot = Snapshot(snapshot_id, folder)
        self._point_at(snapshot)
        return snapshot

    def drop(self, snapshot: Snapshot) -> None:
        """Remove a snapshot; a kill in between leaves what the janitor removes."""
        aside = snapshot.folder.with_name(f"{ASIDE}{os.getpid()}-{snapshot.snapshot_id}")
        snapshot.folder.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)

    def astray(self) -> list[str]:
        """The pointers that do not lead to the snapshot that readers should get."""
        pointer, link = self._root / "current.json", self._root / "current"
        if not self._root.is_dir() or not (self.all() or pointer.exists()):
            return []
        try:
            current = self.current()
            names = sorted([*current.manifest["files"], "manifest.json"] if current else [])
        except (ValueError, KeyError, OSError):
            current = None
        if current is None or not current.folder.is_dir():
            return ["current.json"]
        latest = self._root / "latest"
        fixed = all(
            (latest / name).exists() and (latest / name).samefile(current.folder / name)
            for name in names
            if (current.folder / name).exists()
        )
        leads = link.is_symlink() and link.readlink().name == current.snapshot_id
        return [*([] if leads else ["current"]), *([] if fixed else ["latest"])]

    def point_again(self) -> None:
        """Point readers at the current snapshot, or else at the newest one, or at none."""
        kept = {one.snapshot_id: one for one in self.all()}
        try:
            current = self.current()
        except (ValueError, KeyError):
            current = None
        if current is not None and current.snapshot_id in kept:
            self._point_at(current)
        elif kept:
            (self._root / "current.json").unlink(missing_ok=True)
            self._point_at(max(kept.values(), key=lambda one: one.created_at))
        else:
            (self._root / "current.json").unlink(missing_ok=True)
            (self._root / "current").unlink(missing_ok=True)
            shutil.rmtree(self._root / "latest", ignore_errors=True)

    def _unchanged(self, digests: Mapping[str, str]) -> dict[str, tuple[Path, dict[str, Any]]]:
        """The files of the current snapshot, undamaged, that hold what a new one would."""
        current = self.current()
        if current is None or not digests:
            return {}
        schemas = _schemas()
        return {
            name: (current.folder / name, entry)
            for name, entry in current.manifest["files"].items()
            if name in digests
            and entry.get("content") == digests[name]
            and entry.get("schema_sha256") == schemas[name]
            and current.is_whole(name)
        }

    def _point_at(self, snapshot: Snapshot) -> None:
        before = self.current()
        if before is not None and before.folder.is_dir():
            os.utime(before.folder)  # from now on nobody new reads it; see `left_at`
        self._refresh_latest(snapshot)
        aside = self._root / f"{ASIDE}current"
        aside.unlink(missing_ok=True)
        aside.symlink_to(Path("snapshots") / snapshot.snapshot_id)
        aside.replace(self._root / "current")
        sync_folder(self._root)
        pointer = json.dumps({"snapshot_id": snapshot.snapshot_id}).encode()
        write_whole(self._root / "current.json", pointer)

    def _refresh_latest(self, snapshot: Snapshot) -> None:
        """Fixed paths for tools that need them: hard links, replaced one by one."""
        latest = self._root / "latest"
        latest.mkdir(parents=True, exist_ok=True)
        for path in sorted(snapshot.folder.iterdir()):
            aside = latest / f"{ASIDE}{path.name}"
            aside.unlink(missing_ok=True)
            os.link(path, aside)
            aside.replace(latest / path.name)
        for path in latest.iterdir():
            # A page of an older snapshot beside newer tables would contradict them.
            if not (snapshot.folder / path.name).exists():
                path.unlink()
        sync_folder(latest)


def _entries(
    contents: Mapping[str, bytes],
    rows: Mapping[str, int],
    digests: Mapping[str, str],
    snapshot_id: str,
) -> dict[str, Any]:
    """What the manifest says of each file that is written."""
    schemas = _schemas()
    return {
        name: {
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "snapshot_id": snapshot_id,
        }
        | ({"rows": rows[name]} if name in rows else {})
        | ({"content": digests[name]} if name in digests else {})
        | ({"schema_sha256": schemas[name]} if name in schemas else {})
        for name, content in contents.items()
    }


def _schemas() -> dict[str, str]:
    """A digest of the schema of each table, by its file."""
    return {
        f"{model.table_name()}.parquet": hashlib.sha256(
            model.arrow_schema().serialize()
        ).hexdigest()
        for model in contracts.PUBLISHED
    }
