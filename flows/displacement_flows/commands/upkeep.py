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


def verify(
    config: ConfigFile = None,
    store: StoreUrl = None,
    check_only: Annotated[
        bool, typer.Option("--check-only", help="Say what is wrong, and mend nothing.")
    ] = False,
) -> None:
    """Check landing, tables, ledger, row accounting and snapshots; mend what can be mended."""
    from displacement.store.lock import StoreIsBusyError, only_writer
    from displacement.store.store import Store
    from displacement.verification import mend, problems_of
    from displacement_flows.terminal import err, out

    found = Store(settings_of(config, store=store).store)
    problems = problems_of(found)
    for problem in problems:
        out.print(problem.says, style="red", markup=False)
    if not problems:
        out.print(
            f"All good: {len(found.snapshots.all())} snapshots, the tables, the ledger and the "
            "landing are what they say."
        )
        return
    if not check_only:
        try:
            with only_writer(found.folder):
                # What a run has mended or changed meanwhile is not mended again. Removing a
                # damaged snapshot sends pointers astray, which is looked at afterwards.
                twice = [*mend(found, problems_of(found)), *mend(found, problems_of(found))]
                for done in dict.fromkeys(twice):
                    out.print(f"mended: {done}", markup=False)
        except StoreIsBusyError as busy:
            err.print(f"nothing was mended: {busy}", style="red", markup=False)
    raise typer.Exit(INCOMPLETE)


def serve() -> None:
    """Offer the daily refresh and the backfill to Prefect, until interrupted."""
    keep_prefect_quiet()
    from displacement_flows.deployments import serve_deployments

    serve_deployments()
