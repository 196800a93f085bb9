"""What does the store know? Append-only records per source, and what they rejected."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import displacement_schemas as contracts
from displacement.store import parquet
from displacement.store.files import whole_folder

if TYPE_CHECKING:
    from pandera.typing import DataFrame


@dataclass(frozen=True)
class Kept:
    """What the store holds of one source."""

    records: "DataFrame[contracts.Records]"
    """Every revision of every record."""
    rejected: "DataFrame[contracts.Rejected]"
    """What the source's latest run rejected; of a backfill, what any of its windows did."""


@dataclass(frozen=True)
class Part:
    """What one run (or one window) adds to a source's tables."""

    name: str
    """`<source_id>/<number>-<digest>`: nothing else can ever have this name."""
    contents: dict[str, bytes] = field(repr=False)


class Tables:
    """The tables of a store: `tables/<source_id>/<number>-<digest>/<table>.parquet`.

    A part holds the records that one run appended and everything it rejected; it appears
    whole or not at all.
    """

    def __init__(self, store: Path) -> None:
        self._root = store / "tables"

    def sources(self) -> list[str]:
        """The sources that have records, in alphabetical order."""
        return sorted(path.name for path in self._root.glob("*") if path.is_dir())

    def damaged(self) -> list[str]:
        """The parts whose content is not what their name says."""
        return [
            name
            for name in self.parts()
            if not name.endswith(
                _digest_of([p.read_bytes() for p in self._files(name) if p.is_file()])
            )
        ]

    def _files(self, part: str) -> list[Path]:
        return [self._root / part / f"{table}.parquet" for table in ("records", "rejected")]

    def parts(self) -> list[str]:
        """Names of all parts: a digest of everything that the tables hold."""
        return [f"{s}/{part.name}" for s in self.sources() for part in self._parts(s)]

    def read(self, source_id: str) -> Kept:
        """All records of a source, and its latest rejections."""
        parts = self._parts(source_id)
        records = parquet.read(contracts.Records, *(part / "records.parquet" for part in parts))
        rejected = parquet.read(
            contracts.Rejected, *(part / "rejected.parquet" for part in parts[-1:])
        )
        return Kept(contracts.Records.in_order(records), rejected)

    def next_part(
        self,
        source_id: str,
        records: "DataFrame[contracts.Records]",
        rejected: "DataFrame[contracts.Rejected]",
    ) -> "Part":
        """What a run has to add, with the name that it will have."""
        contents = {
            "records.parquet": parquet.to_bytes(contracts.Records, records),
            "rejected.parquet": parquet.to_bytes(contracts.Rejected, rejected),
        }
        digest = _digest_of(list(contents.values()))
        number = 1 + max((int(p.name.partition("-")[0]) for p in self._parts(source_id)), default=0)
        return Part(f"{source_id}/{number:06d}-{digest}", contents)

    def add(self, part: "Part") -> None:
        """Add a part; it is there whole or not at all. The caller holds the store's lock."""
        with whole_folder(self._root / part.name) as folder:
            for name, content in part.contents.items():
                (folder / name).write_bytes(content)

    def has(self, part: str) -> bool:
        """Whether a part has been added."""
        return (self._root / part).is_dir()

    def _parts(self, source_id: str) -> list[Path]:
        return sorted((self._root / source_id).glob("[0-9]*-*"))


def _digest_of(contents: list[bytes]) -> str:
    return hashlib.sha256(b"".join(contents)).hexdigest()[:12]
