"""What is a source? The one small protocol that every source module fulfils.

First station of the way of the data: `fetch` asks the outside world and clears personal data,
the store lands what came, `parse` turns what was landed into statements and rejections.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from pandera.typing import DataFrame

from displacement_schemas import Statements


@dataclass(frozen=True)
class Declaration:
    """A source as `data/reference/sources.toml` declares it."""

    source_id: str
    title: str
    licence: str
    cadence: str
    enabled: bool = True
    counter: str | None = None
    publisher: str | None = None
    error: float | None = None
    stock_expiry_days: int = 180
    rejected_share: float = 0.1
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """What a run asks a source for."""

    declaration: Declaration
    inbox: Path


@dataclass(frozen=True)
class Answer:
    """What a source answered, already without personal data: this is what lands."""

    name: str
    """The file within the inbox, or the address; people find the answer by it."""
    url: str
    media_type: str
    content: bytes
    status: int | None = None


@dataclass(frozen=True)
class Landed:
    """An answer as the landing holds it."""

    name: str
    sha256: str
    content: bytes


@dataclass(frozen=True)
class Rejection:
    """One row, number or file that fails a contract; `reason` is a sentence for people."""

    schema: str
    file: str
    check: str
    reason: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    number_start: int | None = None
    number_end: int | None = None


@dataclass(frozen=True)
class Parsed:
    """What one landed answer holds: rows in are statements plus rejections."""

    rows_in: int
    statements: DataFrame[Statements]
    rejections: list[Rejection] = field(default_factory=list)
    signals: list[str] = field(default_factory=list)


class Source(Protocol):
    """One way in for figures: a module of this package that the registry finds by itself."""

    source_id: str

    def fetch(self, request: Request) -> Iterator[Answer | Rejection]:
        """Yield each answer, cleared of personal data; a file that cannot be read is a rejection.

        Raises `SourceError` where the source as a whole cannot be asked.
        """

    def parse(self, landed: Landed, declaration: Declaration) -> Parsed:
        """Read one landed answer; pure, so that everything can be rebuilt offline."""


class SourceError(Exception):
    """A source could not be asked; the message says which, why, and what to do."""
