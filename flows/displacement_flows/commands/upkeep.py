"""The commands around the runs: begin a folder, check a store, serve schedules."""

from pathlib import Path
from typing import Annotated

import typer

from displacement_flows.commands.ending import INCOMPLETE
from displacement_flows.commands.options import ConfigFile, Inbox, StoreUrl, settings_of
from displacement_flows.environment import keep_prefect_quiet


def inbox(config: ConfigFile = None, inbox: Inbox = None) -> None:
    """List the files of the inbox, each with the name that stands for it in the store."""
    from displacement.sources.file_names import names_in_store
    from displacement_flows.terminal import out

    settings = settings_of(config, inbox=inbox)
    for name, file in names_in_store(settings.inbox):
        out.print(f"{name}  {file}" if name != file else name, markup=False)


def init(
    folder: Annotated[Path, typer.Argument(help="Where to start.")] = Path(),
    country: Annotated[
        list[str] | None,
        typer.Option("--country", help="ISO code of a country to ask for; may be repeated."),
    ] = None,
) -> None:
    """Write commented files of settings and sources and an empty inbox, overwriting nothing."""
    import os

    from displacement.settings import write_template
    from displacement.store.declarations import own_declarations
    from displacement_flows.terminal import out

    countries = [one.upper() for one in country or ["SYR"]]
    sources = own_declarations(settings_of(None).reference, os.environ, countries)
    for path in write_template(folder, sources):
        out.print(f"wrote {path}")
    out.print("Put files into the inbox, switch on sources, then run: displacement refresh")


def verify(config: ConfigFile = None, store: StoreUrl = None) -> None:
    """Check every landed answer, table and published file against its hash."""
    from displacement.store.store import Store
    from displacement_flows.terminal import out

    settings = settings_of(config, store=store)
    found = Store(settings.store)
    problems = [f"landing: {name} is not what its name says" for name in found.landing.damaged()]
    problems += [f"tables: {name} is not what its name says" for name in found.tables.damaged()]
    snapshots = found.snapshots.all()
    problems += [
        f"snapshot {snapshot.snapshot_id}: {name} is missing or changed"
        for snapshot in snapshots
        for name in snapshot.damaged()
    ]
    for problem in problems:
        out.print(problem, style="red")
    if problems:
        raise typer.Exit(INCOMPLETE)
    out.print(
        f"All good: {len(snapshots)} snapshots, the tables and the landing are what they say."
    )


def serve() -> None:
    """Offer the daily refresh and the backfill to Prefect, until interrupted."""
    keep_prefect_quiet()
    from displacement_flows.deployments import serve_deployments

    serve_deployments()
