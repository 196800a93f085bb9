"""The commands that run a flow: `refresh` and `backfill`. Only they import Prefect."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from displacement_flows.commands.ending import INCOMPLETE, WRONG_USE, wrong_use_on
from displacement_flows.commands.options import (
    AsOf,
    ConfigFile,
    Inbox,
    SourceIds,
    StoreUrl,
    day_of,
    settings_of,
)
from displacement_flows.environment import keep_prefect_quiet

if TYPE_CHECKING:
    from displacement.settings import Settings
    from displacement_flows.work import Summary


def refresh(
    config: ConfigFile = None,
    inbox: Inbox = None,
    store: StoreUrl = None,
    source: SourceIds = None,
    as_of: AsOf = None,
) -> None:
    """Read every source, reconcile what overlaps, and publish what is new."""
    settings = settings_of(config, inbox=inbox, store=store)
    with _running("starting the run"):
        from displacement_flows.refresh import refresh as run

        state = run(
            **_where(settings, config), sources=source, as_of=day_of(as_of), return_state=True
        )
        summary = _result(state)
    _report(summary, settings)


def backfill(
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")],
    until: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")],
    config: ConfigFile = None,
    inbox: Inbox = None,
    store: StoreUrl = None,
    source: SourceIds = None,
    window: Annotated[str, typer.Option(help="month, week or day.")] = "month",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show the windows that would be worked.")
    ] = False,
) -> None:
    """Fill history in windows; run it again to go on where a killed one stopped."""
    from displacement.windows import WindowSize
    from displacement_flows.terminal import out

    if window not in list(WindowSize):
        raise typer.BadParameter(f"{window!r} is none of month, week, day", param_hint="--window")
    if until < since:
        raise typer.BadParameter("--to is before --from")
    settings = settings_of(config, inbox=inbox, store=store)
    size = WindowSize(window)
    with _running("starting the backfill"):
        from displacement_flows.backfill import backfill as run
        from displacement_flows.backfill import open_windows
        from displacement_flows.refresh import place_of

        if dry_run:
            place = place_of(**_where(settings, config))
            with wrong_use_on(LookupError, ValueError):
                todo = open_windows(place, since.date(), until.date(), source, size)
        else:
            state = run(
                **_where(settings, config),
                since=since.date(),
                until=until.date(),
                sources=source,
                window=size,
                return_state=True,
            )
            summary = _result(state)
    if dry_run:
        for source_id, one in todo:
            out.print(f"{source_id}: {one}")
        out.print(f"{len(todo)} windows to do; nothing was read or written")
        return
    _report(summary, settings)


def _where(settings: "Settings", config: Path | None) -> dict[str, Any]:
    names = ("inbox", "store", "reference", "sources_file", "now")
    return {name: getattr(settings, name) for name in names} | {"config": config}


@contextmanager
def _running(first: str) -> Iterator[None]:
    """Show on the terminal what a flow does, while it does it."""
    keep_prefect_quiet()
    from displacement_flows.terminal import err

    with err.status(first) as shown:
        from displacement_flows.progress import listening

        with listening(shown.update):
            yield


def _result(state: Any) -> "Summary":
    """The summary of a run that ended; what stopped another one is told in a sentence."""
    from displacement.store.slips import ReferenceTableError
    from displacement_flows.terminal import err
    from displacement_flows.work import EXPECTED, UnknownSourceError

    try:
        summary: Summary = state.result()
    except EXPECTED as stopped:
        err.print(f"error: {stopped}", style="red", markup=False)
        wrong_use = isinstance(stopped, UnknownSourceError | ReferenceTableError)
        raise typer.Exit(WRONG_USE if wrong_use else INCOMPLETE) from None
    return summary


def _report(summary: "Summary", settings: "Settings") -> None:
    from displacement.store.store import Store
    from displacement_flows import terminal

    snapshot = Store(settings.store).snapshots.current()
    assert snapshot is not None, "a run that ended has published"  # noqa: S101
    terminal.show_outcomes(summary.outcomes)
    terminal.show_rejected(snapshot)
    terminal.show_answers(snapshot.manifest["answers"])
    latest = settings.store / "published" / "latest"
    terminal.show_files(snapshot, latest)
    if not summary.is_new:
        terminal.out.print(f"Nothing new: snapshot {snapshot.snapshot_id} still holds.")
    if (snapshot.folder / "report.html").is_file():
        terminal.out.print(f"Page to look at: {latest / 'report.html'}")
    for signal in summary.signals:
        terminal.out.print(f"signal: {signal}", markup=False)
    if summary.problems:
        for problem in summary.problems:
            terminal.err.print(f"incomplete: {problem}", style="red", markup=False)
        raise typer.Exit(INCOMPLETE)
