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
    store_to_read,
)
from displacement_flows.environment import keep_prefect_quiet

if TYPE_CHECKING:
    from displacement.backfill import Step
    from displacement.settings import Settings
    from displacement.windows import WindowSize
    from displacement_flows.work import Summary

SECONDS_BETWEEN_LINES = 10.0
"""Of progress, where nobody watches a terminal."""


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
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")
    ] = None,
    config: ConfigFile = None,
    inbox: Inbox = None,
    store: StoreUrl = None,
    source: SourceIds = None,
    window: Annotated[str, typer.Option(help="month, week or day.")] = "month",
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the latest backfill that is unfinished.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Fetch windows again that are done.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show the windows, and what would be done.")
    ] = False,
) -> None:
    """Fill history in windows; run it again, or with --resume, to go on where it was killed."""
    from displacement.windows import WindowSize

    if window not in list(WindowSize):
        raise typer.BadParameter(f"{window!r} is none of month, week, day", param_hint="--window")
    if resume and (since or until or source or force):
        raise typer.BadParameter("it goes on with what was asked for before", param_hint="--resume")
    if not resume and (since is None or until is None):
        raise typer.BadParameter("give --from and --to, or --resume")
    if since and until and until < since:
        raise typer.BadParameter("--to is before --from")
    settings = settings_of(config, inbox=inbox, store=store)
    asked = {
        "since": day_of(since),
        "until": day_of(until),
        "sources": source,
        "resume": resume,
        "force": force,
    }
    size = WindowSize(window)
    if dry_run:
        _show_plan(settings, size, asked)
        return
    with _running("starting the backfill", every=SECONDS_BETWEEN_LINES):
        from displacement_flows.backfill import backfill as run

        state = run(**_where(settings, config), **asked, window=size, return_state=True)
        summary = _result(state)
    if summary is None:
        _say(str(state.message))
    else:
        _report(summary, settings)


def _show_plan(settings: "Settings", size: "WindowSize", asked: dict[str, Any]) -> None:
    """Every window of a backfill, how far it is, and what would be done about it."""
    with _running("looking at the windows"):
        from displacement.store.wanted import TO_PLAN
        from displacement_flows.backfill import NOTHING_LEFT, planned, steps_at
        from displacement_flows.refresh import place_in
        from displacement_flows.work import WrongUseError

        with store_to_read(settings, TO_PLAN) as opened:
            place = place_in(settings, opened.folder)
            with wrong_use_on(WrongUseError):
                work = planned(place, size=size, **asked)
            steps = steps_at(place, work) if work else []
    if work is None:
        _say(NOTHING_LEFT)
        return
    for one in steps:
        _say(f"{one.source_id}: {one.window}: {one.state}{_would(one)}")
    todo = [one for one in steps if not one.done]
    _say(
        f"{len(todo)} windows to do, {len(steps) - len(todo)} done; nothing was fetched or written"
    )


def _would(step: "Step") -> str:
    if step.done:
        return ""
    return ", would be recorded" if step.landed else ", would be fetched"


def _say(sentence: str) -> None:
    from displacement_flows.terminal import out

    out.print(sentence, markup=False)


def _where(settings: "Settings", config: Path | None) -> dict[str, Any]:
    names = ("inbox", "store", "reference", "sources_file", "now")
    where = {name: getattr(settings, name) for name in names}
    return where | {"store": str(settings.store), "config": config}


@contextmanager
def _running(first: str, every: float | None = None) -> Iterator[None]:
    """Show on standard error what a flow does, while it does it.

    Where that is no terminal, a line `every` so many seconds; None for no lines.
    """
    keep_prefect_quiet()
    from displacement_flows.terminal import err, lines_to

    with err.status(first) as shown:
        from displacement_flows.progress import listening

        with listening(shown.update if err.is_terminal or not every else lines_to(err, every)):
            yield


def _result(state: Any) -> Any:
    """What a run that ended came to; what stopped another one is told in a sentence."""
    from displacement.store.slips import ReferenceTableError
    from displacement_flows.terminal import err
    from displacement_flows.work import EXPECTED, WrongUseError

    try:
        summary = state.result()
    except EXPECTED as stopped:
        err.print(f"error: {stopped}", style="red", markup=False)
        wrong_use = isinstance(stopped, WrongUseError | ReferenceTableError)
        raise typer.Exit(WRONG_USE if wrong_use else INCOMPLETE) from None
    return summary


def _report(summary: "Summary", settings: "Settings") -> None:
    from displacement.store.snapshots import Snapshot
    from displacement_flows import terminal

    snapshot = Snapshot(summary.snapshot_id, summary.snapshot)
    terminal.show_outcomes(summary.outcomes)
    terminal.show_rejected(snapshot)
    terminal.show_answers(snapshot.manifest["answers"])
    latest = f"{settings.store}/published/latest"
    terminal.show_files(snapshot, latest)
    if not summary.is_new:
        terminal.out.print(f"Nothing new: snapshot {snapshot.snapshot_id} still holds.")
    if (snapshot.folder / "report.html").is_file():
        terminal.out.print(f"Page to look at: {latest}/report.html")
    for signal in summary.signals:
        terminal.out.print(f"signal: {signal}", markup=False)
    if summary.problems:
        for problem in summary.problems:
            terminal.err.print(f"incomplete: {problem}", style="red", markup=False)
        raise typer.Exit(INCOMPLETE)
