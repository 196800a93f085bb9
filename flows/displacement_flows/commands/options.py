"""Which options do several commands have, and which settings do they come to?"""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from displacement_flows.commands.ending import wrong_use

if TYPE_CHECKING:
    from displacement.settings import Settings
    from displacement.store.snapshots import Snapshot
    from displacement.store.store import Store

ConfigFile = Annotated[Path | None, typer.Option("--config", help="A settings file (TOML).")]
Inbox = Annotated[Path | None, typer.Option("--inbox", help="Folder of files to read.")]
StoreUrl = Annotated[str | None, typer.Option("--store", help="Folder of everything written.")]
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


def published_in(store: "Store") -> "Snapshot":
    """The snapshot that readers of a store get; without one the command ends."""
    current = store.snapshots.current()
    if current is None:
        wrong_use(f"nothing is published in {store.folder} yet: run `displacement refresh` first")
    return current


def day_of(moment: datetime | None) -> date | None:
    """The day of an option that may be left out."""
    return moment.date() if moment else None
