"""Which options do several commands have, and which settings do they come to?"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from displacement_flows.commands.ending import incomplete_on, wrong_use

if TYPE_CHECKING:
    from displacement.normalise.figures import Reference
    from displacement.settings import Settings
    from displacement.store.opening import Opened
    from displacement.store.snapshots import Snapshot
    from displacement.store.wanted import Wanted

ConfigFile = Annotated[Path | None, typer.Option("--config", help="A settings file (TOML).")]
Inbox = Annotated[Path | None, typer.Option("--inbox", help="Folder of files to read.")]
StoreUrl = Annotated[
    str | None, typer.Option("--store", help="Folder of everything written, or s3://bucket/prefix.")
]
SourceIds = Annotated[
    list[str] | None, typer.Option("--source", help="Only this source; may be repeated.")
]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="Use only what was known on this day."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of plain words.")]


def settings_of(config: Path | None, **options: Any) -> "Settings":
    """The settings of a file with the options laid over; a wrong one ends the command."""
    from pydantic import ValidationError

    from displacement.settings import load_settings

    try:
        settings = load_settings(config, **options)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        wrong_use(f"setting {'.'.join(map(str, first['loc']))}: {first['msg']}")
    except (FileNotFoundError, ValueError) as wrong:
        wrong_use(str(wrong))
    if options.get("inbox") and not settings.inbox.is_dir():
        wrong_use(f"there is no folder {settings.inbox} to read from")
    return settings


@contextmanager
def store_to_read(settings: "Settings", wanted: "Wanted") -> Iterator["Opened"]:
    """A store, as far as it is wanted; object storage that cannot be used ends the command."""
    from displacement.store.opening import reading
    from displacement.store.slips import ObjectStoreError

    with (
        incomplete_on(ObjectStoreError),
        reading(settings.store, settings.working_copies, wanted) as opened,
    ):
        yield opened


@contextmanager
def store_to_write(
    settings: "Settings", wanted: "Wanted | None" = None, *, push: bool = True
) -> Iterator["Opened"]:
    """A store to change, with what a run needs of it; the command ends the same way."""
    from displacement.store.opening import writing
    from displacement.store.slips import ObjectStoreError
    from displacement.store.wanted import for_run

    wanted = wanted or for_run(settings.now.date())
    with (
        incomplete_on(ObjectStoreError),
        writing(settings.store, settings.working_copies, wanted, push=push) as opened,
    ):
        yield opened


def published_in(opened: "Opened") -> "Snapshot":
    """The snapshot that readers of a store get; without one the command ends."""
    current = opened.store.snapshots.current()
    if current is None:
        wrong_use(f"nothing is published in {opened.where} yet: run `displacement refresh` first")
    return current


def reference_of(settings: "Settings") -> "Reference":
    """The reference tables, with what the store has of areas and decided names."""
    from displacement.reference import load_reference
    from displacement.store.wanted import NAMES

    with store_to_read(settings, NAMES) as opened:
        return load_reference(settings.reference, settings.sources_file, opened.folder)


def day_of(moment: datetime | None) -> date | None:
    """The day of an option that may be left out."""
    return moment.date() if moment else None
