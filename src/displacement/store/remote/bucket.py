"""How are objects read and written? A thin layer over the S3 client: bytes, conditions, errors.

The client tries again what a server refuses for now (5xx) and connections that break, with growing
pauses. What stays wrong is told in a sentence.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from displacement.store.files import sync_file
from displacement.store.remote.address import Address, endpoint
from displacement.store.slips import ObjectStoreError

try:
    import obstore
    from obstore.exceptions import (
        AlreadyExistsError,
        BaseError,
        PermissionDeniedError,
        PreconditionError,
        UnauthenticatedError,
    )
    from obstore.store import S3Store
except ImportError as missing:  # told in a sentence: the extra is left out on purpose
    raise ObjectStoreError(
        "a store on object storage needs the extra: pip install displacement[s3]"
    ) from missing

if TYPE_CHECKING:
    from obstore import BytesStream, GetResult
    from obstore.store import RetryConfig

Taken = TypeVar("Taken")

RETRY: "RetryConfig" = {
    "max_retries": 8,
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=10)},
    "retry_timeout": timedelta(minutes=2),
}
TRIES: Final = 4
"""How often an answer is begun anew whose bytes stop coming."""
PIECE: Final = 32 * 1024 * 1024
"""Larger objects are sent and read in pieces of this size."""
PIECES_AT_ONCE: Final = 2
LONGEST_REASON: Final = 300


class MissingObjectError(ObjectStoreError):
    """An object is not there."""


class Found(NamedTuple):
    """An object of a listing."""

    key: str
    size: int
    etag: str | None
    changed_at: datetime


class Bucket:
    """The objects below the address of a store."""

    def __init__(self, address: Address) -> None:
        self._address = address
        plain = (endpoint(os.environ) or "").startswith("http://")
        with self._told("open"):
            self._store = S3Store(
                address.bucket,
                prefix=address.prefix or None,
                client_options={
                    "allow_http": plain,
                    "connect_timeout": "10s",
                    "read_timeout": "60s",
                    "timeout": "1h",  # of a whole answer; the one above finds what hangs
                },
                retry_config=RETRY,
            )

    def get(self, key: str) -> tuple[bytes, str | None]:
        """An object and its etag. Raises MissingObjectError."""
        return self._read(key, lambda found: (bytes(found.bytes()), found.meta["e_tag"]))

    def digest(self, key: str, into: Path | None = None) -> str:
        """sha256 of an object, which is written to a file on the way. Raises MissingObjectError."""
        return self._read(key, lambda found: _drained(found.stream(PIECE), into))

    def _read(self, key: str, take: "Callable[[GetResult], Taken]") -> Taken:
        for _ in range(TRIES - 1):
            with self._told(key):
                found = obstore.get(self._store, key)
            with suppress(BaseError):  # its bytes stopped coming
                return take(found)
        with self._told(key):
            return take(obstore.get(self._store, key))

    def put(self, key: str, content: bytes | Path) -> None:
        """Write an object whose name tells its content, or that nobody else can name."""
        with self._told(key):
            obstore.put(self._store, key, content, chunk_size=PIECE, max_concurrency=PIECES_AT_ONCE)

    def put_if(self, key: str, content: bytes, etag: str | None) -> bool:
        """Write an object if it is still the one with this etag; None for if there is none.

        False where it is another one. An answer that was lost on the way makes the client ask
        again, and be refused because of itself: who is refused looks at what is there.
        """
        with self._told(key):
            try:
                obstore.put(
                    self._store, key, content, mode="create" if etag is None else {"e_tag": etag}
                )
            except (AlreadyExistsError, PreconditionError):
                return False
        return True

    def copy(self, key: str, to: str) -> None:
        """Copy an object within the bucket."""
        with self._told(key):
            obstore.copy(self._store, key, to)

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; those that are gone already are no fault."""
        if keys:
            with self._told("delete"):
                obstore.delete(self._store, list(keys))

    def list(self, folder: str = "") -> list[Found]:
        """Every object below a folder."""
        with self._told(folder):
            return [
                Found(one["path"], one["size"], one["e_tag"], one["last_modified"])
                for page in obstore.list(self._store, folder or None)
                for one in page
            ]

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Whatever the client raises, as a sentence with the address."""
        try:
            yield
        except FileNotFoundError as missing:
            if "NoSuchBucket" in str(missing):
                raise ObjectStoreError(f"there is no bucket {self._address.bucket}") from missing
            raise MissingObjectError(f"{self._address} has no object {what}") from missing
        except (PermissionDeniedError, UnauthenticatedError) as denied:
            raise ObjectStoreError(
                f"{self._address} refuses the keys of the AWS_* environment variables for {what}"
            ) from denied
        except BaseError as wrong:
            reason = str(wrong).partition("\n")[0][:LONGEST_REASON]
            raise ObjectStoreError(f"{self._address} cannot be used: {reason}") from wrong


def _drained(pieces: "BytesStream", into: Path | None) -> str:
    digest = hashlib.sha256()
    with into.open("wb") if into else nullcontext() as file:
        for piece in pieces:
            digest.update(piece)
            if file:
                file.write(piece)
    if into:
        sync_file(into)
    return digest.hexdigest()
