"""What did sources answer? Content-addressed, immutable, without personal data."""

import hashlib
import json
from datetime import datetime
from pathlib import Path

from displacement.sources.source import Answer, Landed
from displacement.store.files import copy_whole, write_whole
from displacement.windows import Window


class Landing:
    """The landing of a store: `landing/<first two of sha256>/<sha256>` and a note beside it."""

    def __init__(self, store: Path) -> None:
        self._root = store / "landing"

    def put(self, answer: Answer, *, source_id: str, retrieved_at: datetime) -> Landed:
        """Land an answer; the same content is landed once. A temporary file is used up."""
        if isinstance(answer.content, Path):
            sha256, size = _hashed(answer.content)
        else:
            sha256, size = hashlib.sha256(answer.content).hexdigest(), len(answer.content)
        path = self._path(sha256)
        note = path.with_name(path.name + ".json")
        if not (note.exists() and path.exists()):
            if isinstance(answer.content, Path):
                copy_whole(path, answer.content)
            else:
                write_whole(path, answer.content)
        if not note.exists():
            written = {
                "source_id": source_id,
                "name": answer.name,
                "url": answer.url,
                "status": answer.status,
                "media_type": answer.media_type,
                "retrieved_at": retrieved_at.isoformat(),
                "bytes": size,
            }
            write_whole(note, json.dumps(written, sort_keys=True, indent=1).encode())
        if isinstance(answer.content, Path):
            answer.content.unlink(missing_ok=True)
            return Landed(answer.name, sha256, path, retrieved_at, answer.covers)
        return Landed(answer.name, sha256, answer.content, retrieved_at, answer.covers)

    def get(
        self, name: str, sha256: str, retrieved_at: datetime | None, covers: Window | None
    ) -> Landed:
        """An answer that has landed, as it was put."""
        return Landed(name, sha256, self._path(sha256), retrieved_at, covers)

    def damaged(self) -> list[str]:
        """The landed answers whose content is not what their name says."""
        return [
            path.name
            for path in sorted(self._root.glob("??/*"))
            if path.suffix != ".json" and hashlib.sha256(path.read_bytes()).hexdigest() != path.name
        ]

    def has(self, sha256: str) -> bool:
        """Whether an answer has landed."""
        return self._path(sha256).is_file()

    def forget(self, sha256: str) -> None:
        """Take an answer's note away, so that the same answer lands again; its bytes stay."""
        self._path(sha256).with_name(f"{sha256}.json").unlink(missing_ok=True)

    def _path(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256


def _hashed(path: Path) -> tuple[str, int]:
    """sha256 and size of a file, read piece by piece."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return digest.hexdigest(), path.stat().st_size
