"""The commands around the runs: begin a folder, check a store, serve schedules."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from displacement_flows.commands.ending import INCOMPLETE
from displacement_flows.commands.options import (
    ConfigFile,
    Inbox,
    StoreUrl,
    settings_of,
    store_to_write,
)
from displacement_flows.environment import keep_prefect_quiet

if TYPE_CHECKING:
    from displacement.store.opening import Opened


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
    from displacement.store.lock import StoreIsBusyError
    from displacement.store.wanted import ALL
    from displacement_flows.terminal import err

    settings = settings_of(config, store=store)
    try:
        with store_to_write(settings, ALL, push=not check_only) as opened:
            good = _verified(opened, mends=not check_only)
    except StoreIsBusyError as busy:
        err.print(f"nothing was mended: {busy}", style="red", markup=False)
        good = False
    if not good:
        raise typer.Exit(INCOMPLETE)


def _verified(opened: "Opened", *, mends: bool) -> bool:
    """Say what is wrong with a store, mend it, and say what was done; whether all was good."""
    from displacement.store.lock import only_writer
    from displacement.verification import mend, problems_in
    from displacement_flows.terminal import out

    problems = problems_in(opened)
    for problem in problems:
        out.print(problem.says, style="red", markup=False)
    if not problems:
        out.print(
            f"All good: {len(opened.store.snapshots.all())} snapshots, the tables, the ledger and "
            "the landing are what they say."
        )
    elif mends:
        with only_writer(opened.folder):
            # What a run has mended or changed meanwhile is not mended again. Removing a damaged
            # snapshot sends pointers astray, which is looked at afterwards.
            twice = [mend(opened.store, problems_in(opened)) for _ in range(2)]
            for done in dict.fromkeys(twice[0] + twice[1]):
                out.print(f"mended: {done}", markup=False)
    if mends and opened.copy is not None and (swept := opened.copy.sweep()):
        out.print(f"removed {len(swept)} objects that killed or lost runs left")
    return not problems


def serve() -> None:
    """Offer the daily refresh and the backfill to Prefect, until interrupted."""
    keep_prefect_quiet()
    from displacement_flows.deployments import serve_deployments

    serve_deployments()
