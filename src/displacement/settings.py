"""Where are inbox, store and reference tables, and what time is it?

Options override `DISPLACEMENT_*` environment variables, which override a TOML file.
"""

import os
import tomllib
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, field_validator

from displacement.store.remote.address import Address

PREFIX: Final = "DISPLACEMENT_"
DEFAULT_FILE = Path("displacement.toml")
OWN_SOURCES = Path("sources.toml")
SMALL_CELL_THRESHOLD = 10.0
"""Persons; see DESIGN 7."""


def copies_folder() -> Path:
    """Where working copies are kept: the user's folder of what can be made again."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "displacement"


def reference_folder() -> Path:
    """The reference tables: those of the source tree, or the copy that a wheel carries."""
    tree = Path(__file__).parents[2] / "data" / "reference"
    return tree if tree.is_dir() else Path(str(files("displacement") / "reference_data"))


class Settings(BaseModel):
    """Everything that a run can be told."""

    model_config = ConfigDict(extra="forbid")

    inbox: Path = Field(default=Path("data/inbox"), description="Folder of files to read.")
    store: Path | Address = Field(
        default=Path("data/store"),
        description="Folder of everything written, or s3://bucket/prefix.",
    )
    working_copies: Path = Field(
        default_factory=copies_folder,
        description="Folder of the local copies of stores on object storage.",
    )
    reference: Path = Field(
        default_factory=reference_folder, description="Folder of the reference tables."
    )
    sources_file: Path = Field(
        default=OWN_SOURCES,
        description="Your own file of sources: it changes what the reference declares of them.",
    )
    small_cell_threshold: float = Field(
        default=SMALL_CELL_THRESHOLD,
        ge=0,
        description="Fewer persons than this at admin level 3 and below are never published.",
    )
    keep_snapshots: int = Field(
        default=30, ge=1, description="So many of the newest snapshots are always kept."
    )
    keep_days: float = Field(
        default=365.0, ge=0, description="Younger snapshots are kept, however many there are."
    )
    reader_grace_hours: float = Field(
        default=24.0,
        ge=0,
        description="How long a reader may hold a snapshot after the next one is published.",
    )
    workers: str = Field(
        default="1",
        pattern=r"^(\d+|[a-z]+://\S+)$",
        description="How many processes reconcile, or the address of a Dask scheduler.",
    )
    disk_budget_gigabytes: float | None = Field(
        default=None, gt=0, description="What the store may take; `status` says when it is more."
    )
    now: datetime = Field(
        default_factory=lambda: datetime.now(UTC),
        description="The time of the run; set it to repeat a run exactly.",
    )

    @field_validator("store", mode="before")
    @classmethod
    def _folder_or_address(cls, value: object) -> object:
        text = str(value)
        if text.startswith("file://"):
            return Path(text.removeprefix("file://"))
        is_address = "://" in text or text.startswith("s3:")
        return Address.parse(text) if is_address else Path(text)

    @field_validator("now")
    @classmethod
    def _in_utc(cls, value: datetime) -> datetime:
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)


def load_settings(config: Path | None = None, **options: object) -> Settings:
    """The settings of this run; options that are None were not given.

    Raises FileNotFoundError where `config` is named and missing, ValueError where the file is
    no TOML, and pydantic's ValidationError where a value cannot be used.
    """
    if config is not None and not config.is_file():
        raise FileNotFoundError(f"no settings file at {config}")
    path = config or DEFAULT_FILE
    filed = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    names = {f"{PREFIX}{name.upper()}": name for name in Settings.model_fields}
    exported = {name: os.environ[key] for key, name in names.items() if key in os.environ}
    given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    return Settings.model_validate(filed | exported | given)


def write_template(folder: Path, sources: str) -> list[Path]:
    """Write commented files of settings and sources, and an empty inbox; what is there stays."""
    written = []
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in ((DEFAULT_FILE, TEMPLATE), (OWN_SOURCES, sources)):
        file = folder / name
        if not file.exists():
            file.write_text(content, encoding="utf-8")
            written.append(file)
    for part in ("figures", "volunteers", "reports"):
        path = folder / "data" / "inbox" / part
        if not path.is_dir():
            path.mkdir(parents=True)
            written.append(path)
    return written


TEMPLATE = """\
# Settings of `displacement`. Options on the command line override DISPLACEMENT_* environment
# variables (DISPLACEMENT_STORE, …), which override this file. Every line shows its default.

# Folder with figures/*.csv, volunteers/*.{xlsx,csv} and reports/*.{txt,html,pdf}.
# inbox = "data/inbox"

# Folder of everything that is written: landing, tables, ledger, published. Or a store on
# S3-compatible object storage, as in "s3://bucket/prefix". Its server, region and keys are never
# written here: they come from the environment (AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID,
# AWS_SECRET_ACCESS_KEY, …).
# store = "data/store"

# Folder of the working copies of stores on object storage, one for each. What is in it is made
# again from the store, but for what a killed run had not pushed yet: keep it on a disk that stays.
# working_copies = "~/.cache/displacement"

# Folder of the reference tables (areas, household sizes, sources, corrections); by default
# the ones that come with the program.
# reference = "data/reference"

# Your own file of sources: which are asked, for which countries, with which options. It overrides
# what the reference tables declare of them. Keys are never written here: they come from the
# environment or from Prefect Secret blocks.
# sources_file = "sources.toml"

# Fewer persons than this at admin level 3 (sub-district) and below are never published, nor what
# would give them back; 0 publishes every number.
# small_cell_threshold = 10

# Older snapshots are removed by the run that publishes a new one: those that are neither among the
# newest `keep_snapshots` nor younger than `keep_days`, and that no reader can hold any more because
# readers got another one `reader_grace_hours` ago. Records and landed answers stay for good.
# keep_snapshots = 30
# keep_days = 365
# reader_grace_hours = 24

# Who reconciles: a number of processes of this machine, or the address of a Dask scheduler, whose
# workers have to see the store's folder (needs the extra: pip install displacement[dask]). The
# result is the same to the byte.
# workers = "1"

# Gigabytes that the store may take: `displacement status` says when it is more.
# disk_budget_gigabytes = 20
"""
