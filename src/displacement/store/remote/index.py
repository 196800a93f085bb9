"""What does a store consist of? Every file by its path, and the object that holds it."""

import gzip
import zlib
from typing import Final

import msgspec

from displacement.store.slips import ObjectStoreError
from displacement.store.wanted import SNAPSHOTS

POINTER: Final = "published/current.json"
LATEST: Final = "published/latest/"
INDEXES: Final = "indexes/"


class File(msgspec.Struct, frozen=True):
    """A file of the store: what it holds, and the object that holds it."""

    sha256: str
    size: int
    key: str


class Index(msgspec.Struct):
    """Every file of a store by its path, and when readers were last pointed at each snapshot."""

    files: dict[str, File] = msgspec.field(default_factory=dict)
    left_at: dict[str, float] = msgspec.field(default_factory=dict)

    @property
    def keys(self) -> set[str]:
        """The objects that it names."""
        return {one.key for one in self.files.values()}


class Pointer(msgspec.Struct, frozen=True):
    """`current.json`: the snapshot that readers get and its folder, and the index that holds.

    `snapshot_id` and `folder` are null in a store that has been worked at, but where nothing is
    published yet.
    """

    snapshot_id: str | None
    folder: str | None
    index: str


def is_named_by_content(path: str) -> bool:
    """Whether a path tells what the file holds: landed answers, and parts of tables."""
    # The note beside an answer has the answer's name and an ending.
    return path.startswith("tables/") or (path.startswith("landing/") and "." not in path)


def snapshot_of(path: str) -> str | None:
    """The id of the snapshot that a file belongs to."""
    if not path.startswith(SNAPSHOTS):
        return None
    return path.removeprefix(SNAPSHOTS).partition("/")[0]


def packed(index: Index) -> bytes:
    """An index as an object; equal ones give equal bytes."""
    return gzip.compress(msgspec.json.encode(index, order="sorted"), compresslevel=1, mtime=0)


def unpacked(content: bytes, name: str) -> Index:
    """An index from its object. Raises ObjectStoreError."""
    try:
        return msgspec.json.decode(gzip.decompress(content), type=Index)
    except (OSError, EOFError, zlib.error, msgspec.MsgspecError) as wrong:
        raise ObjectStoreError(f"the index {name} of the store cannot be read") from wrong


def pointer_from(content: bytes) -> Pointer:
    """The pointer from its object. Raises ObjectStoreError."""
    try:
        return msgspec.json.decode(content, type=Pointer)
    except msgspec.MsgspecError as wrong:
        raise ObjectStoreError(f"{POINTER} of the store cannot be read") from wrong
