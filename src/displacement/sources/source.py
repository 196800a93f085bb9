"""What is a source? The one small protocol that every source module fulfils.

First station of the way of the data: `fetch` asks the outside world and clears personal data,
the store lands what came, `parse` turns what was landed into statements and rejections.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Protocol

import pydantic

from displacement.windows import Window
from displacement_schemas.vocabulary import (
    AreaRole,
    Cause,
    DatePrecision,
    Modality,
    Quantifier,
    Tier,
    Unit,
)

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from displacement.normalise.places import Gazetteer
    from displacement_schemas import Statements

EVER: Final = date(1900, 1, 1)
"""No figure is older: the first day of a history that a source declares no beginning of."""

_STRICT: Final = pydantic.ConfigDict(extra="forbid")


@pydantic.dataclasses.dataclass(frozen=True, config=_STRICT)
class Http:
    """How a source is asked over the wire: where, how fast, how patiently."""

    url: str
    """Base address; a stand-in server is tried by changing it."""
    user_agent: str | None = None
    """Who we say we are; None for the program's own name."""
    requests_per_second: float = pydantic.Field(default=1.0, gt=0)
    concurrency: int = pydantic.Field(default=1, ge=1)
    attempts: int = pydantic.Field(default=5, ge=1)
    first_wait_seconds: float = pydantic.Field(default=1.0, ge=0)
    """Before the second attempt; doubled, with jitter, before every further one."""
    longest_wait_seconds: float = pydantic.Field(default=120.0, ge=0)
    """A server that asks for a longer pause is left alone until the next run."""
    connect_seconds: float = pydantic.Field(default=10.0, gt=0)
    read_seconds: float = pydantic.Field(default=60.0, gt=0)
    answer_seconds: float = pydantic.Field(default=900.0, gt=0)
    """The longest that one whole answer may take."""
    largest_megabytes: float = pydantic.Field(default=500.0, gt=0)


@pydantic.dataclasses.dataclass(frozen=True, config=_STRICT)
class Declaration:
    """A source as `data/reference/sources.toml` and the user's own `sources.toml` declare it."""

    source_id: str
    title: str
    licence: str
    cadence: str
    enabled: bool = True
    counter: str | None = None
    publisher: str | None = None
    measure: str | None = None
    """What its figures count, in words."""
    error: float | None = None
    stock_expiry_days: int = 180
    rejected_share: float = 0.1
    most_vanished: float = 1.0
    """Share of a file's figures that may vanish at once; where more do, it is held back."""
    minimum_rows: int | None = None
    maximum_rows: int | None = None
    since: date | None = None
    """Where its history begins."""
    lag_days: int | None = None
    """How far back every run asks again; None asks for everything every time."""
    countries: tuple[str, ...] = ()
    """ISO 3166-1 alpha-3 codes of the countries to ask for."""
    secrets: dict[str, str] = field(default_factory=dict)
    """What each key is for, and the environment variable (or Prefect Secret) that holds it."""
    optional_secrets: dict[str, str] = field(default_factory=dict)
    """The same for keys that it can do without."""
    windowed: bool = True
    """False where it can only be asked for everything: a backfill then asks it once."""
    needs: tuple[str, ...] = ()
    """Options that have to be filled in before the source can be asked."""
    ignored_columns: tuple[str, ...] = ()
    http: Http | None = None
    options: dict[str, Any] = field(default_factory=dict)

    def open_needs(self) -> list[str]:
        """Options that still have to be filled in."""
        given = self.options | {"countries": self.countries}
        return [name for name in self.needs if not given.get(name)]


@dataclass(frozen=True)
class Request:
    """What a run asks a source for."""

    declaration: Declaration
    inbox: Path
    now: datetime
    window: Window | None = None
    """The days of a backfill's window; None for a refresh."""
    last_success: date | None = None
    known: frozenset[str] = frozenset()
    """The files (or queries) of which the store has figures."""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    areas: "Gazetteer | None" = field(default=None, repr=False)
    """The areas known, by which names of areas are told from those of people."""

    def days(self, file: str) -> Window:
        """The days to ask a file (or query) for.

        A backfill's window, else from the last success less the lag on; all history where
        the file is new or the source declares no lag.
        """
        if self.window is not None:
            return self.window
        declared = self.declaration
        first = declared.since or EVER
        if declared.lag_days is not None and self.last_success and self._knows(file):
            first = max(first, self.last_success - timedelta(days=declared.lag_days))
        return Window(min(first, self.now.date()), self.now.date())

    def _knows(self, file: str) -> bool:
        """Whether there are figures of a file, or of any file below it."""
        return file in self.known or any(one.startswith(f"{file}/") for one in self.known)

    def secret(self, role: str) -> str:
        """The key for `role`; raises SourceError naming the variable to set."""
        if role in self.secrets:
            return self.secrets[role]
        variable = self.declaration.secrets.get(role, role)
        raise SourceError(
            f"it needs a key: set the environment variable {variable}, or a Prefect Secret block "
            f"named {block_name(variable)}"
        )


def block_name(variable: str) -> str:
    """The name of the Prefect Secret block for a variable: lower case, with dashes."""
    return variable.lower().replace("_", "-")


@dataclass(frozen=True)
class Answer:
    """What a source answered, already without personal data: this is what lands."""

    name: str
    """The file within the inbox, or the query; people find the answer by it.

    The pages of one query share its name.
    """
    url: str
    """Where it came from, without keys."""
    media_type: str
    content: bytes | Path
    """The bytes, or a temporary file that holds them and moves into the landing."""
    status: int | None = None
    covers: Window | None = None
    """The days it speaks for: records of other days are not missing. None for all days."""


@dataclass(frozen=True)
class Landed:
    """An answer as the landing holds it."""

    name: str
    sha256: str
    kept: bytes | Path = field(repr=False)
    """The bytes, or the file of the landing that holds them."""
    retrieved_at: datetime | None = None
    covers: Window | None = None

    @property
    def content(self) -> bytes:
        """All of it."""
        return self.kept if isinstance(self.kept, bytes) else self.kept.read_bytes()

    def open(self) -> BinaryIO:
        """The same to be read piece by piece, so that a large answer is never held whole."""
        return BytesIO(self.kept) if isinstance(self.kept, bytes) else self.kept.open("rb")


COUNTED: Final[Mapping[str, Any]] = {
    "cause": Cause.UNKNOWN,
    "modality": Modality.ASSERTED,
    "unit": Unit.PERSON,
    "quantifier": Quantifier.EXACT,
    "in_words": False,
    "date_precision": DatePrecision.DAY,
    "area_role": AreaRole.LOCATION,
    "tier": Tier.ACCEPTED,
}
"""What a plain count of persons states, unless its source says otherwise: for Statements.build."""


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
class Failure:
    """A file (or query) that could not be asked: what was known of it stays."""

    name: str
    reason: str


@dataclass(frozen=True)
class Parsed:
    """What one landed answer holds: rows in are rows accepted plus rejections."""

    rows_in: int
    statements: "DataFrame[Statements]"
    rejections: list[Rejection] = field(default_factory=list)
    signals: list[str] = field(default_factory=list)
    accepted: int | None = None
    """Rows that were taken; None where every row is one statement."""
    held: str | None = None
    """Why nothing of the answer can be trusted: nothing of its file is recorded."""


class Source(Protocol):
    """One way in for figures: a module of this package that the registry finds by itself."""

    source_id: str
    lists_files: bool
    """True where a fetch lists all there is (a folder): what is no longer listed is withdrawn."""

    def fetch(self, request: Request) -> Iterator[Answer | Rejection | Failure]:
        """Yield each answer, cleared of personal data; a file that cannot be read is a rejection.

        Raises `SourceError` where the source as a whole cannot be asked.
        """

    def parse(self, landed: Landed, declaration: Declaration) -> Parsed:
        """Read one landed answer; pure, so that everything can be rebuilt offline."""


class SourceError(Exception):
    """A source could not be asked; the message says which, why, and what to do."""
