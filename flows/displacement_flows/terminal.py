"""How do answers look in a terminal? Tables and plain words, on one pair of consoles."""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

import displacement_schemas as contracts
from displacement_schemas.vocabulary import Method

if TYPE_CHECKING:
    from displacement.backfill import Step
    from displacement.normalise.places import Match
    from displacement.outcome import Outcome
    from displacement.review import Waiting
    from displacement.source_status import SourceStatus
    from displacement.store.backfills import Backfill
    from displacement.store.retention import Room
    from displacement.store.snapshots import Snapshot, Snapshots

WIDE = 160
"""Columns where no terminal says how many it has: a file, a log."""

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)
err = Console(highlight=False, soft_wrap=True, stderr=True)

MOST_REASONS = 10
GIGABYTE = 1e9


def lines_to(console: Console, every: float) -> Callable[[str], None]:
    """Shows progress as lines, one at most every so many seconds."""
    last = -every

    def show(text: str) -> None:
        nonlocal last
        if time.monotonic() - last >= every:
            last = time.monotonic()
            console.print(text, markup=False)

    return show


def show_outcomes(outcomes: "Sequence[Outcome]") -> None:
    """What each source delivered."""
    table = Table(title="What was read", title_justify="left")
    table.add_column("source")
    for name in ("rows in", "accepted", "rejected", "new", "revised", "withdrawn"):
        table.add_column(name, justify="right")
    for one in outcomes:
        numbers = (one.rows_in, one.accepted, one.rejected, one.new, one.revised, one.withdrawn)
        table.add_row(one.source_id, *(f"{number:,}" for number in numbers))
    out.print(table)
    for one in outcomes:
        for signal in one.signals:
            out.print(f"signal from {one.source_id}: {escape(signal)}")


def show_rejected(snapshot: "Snapshot") -> None:
    """Rows and files that were not taken; the numbers of texts are only counted."""
    rejected = snapshot.read(contracts.Rejected)
    numbers = rejected["number_start"].notna()
    reasons = rejected["reason"][~numbers].to_list()
    for reason in reasons[:MOST_REASONS]:
        out.print(f"not taken: {escape(reason)}")
    if len(reasons) > MOST_REASONS:
        out.print(f"… and {len(reasons) - MOST_REASONS} more in the table “rejected”")
    if numbers.any():
        out.print(
            f"{int(numbers.sum())} numbers of texts are no displacement figures (in “rejected”)"
        )


def show_answers(answers: Sequence[str]) -> None:
    """The reconciled answer."""
    out.print()
    for sentence in answers or ["No figures yet: put files into the inbox and run again."]:
        out.print(escape(sentence), style="bold")
    out.print()


def show_files(snapshot: "Snapshot", folder: str) -> None:
    """The files that readers get."""
    table = Table(title=f"Files in {folder}", title_justify="left")
    table.add_column("file")
    table.add_column("rows", justify="right")
    table.add_column("bytes", justify="right")
    for name, entry in snapshot.manifest["files"].items():
        rows = f"{entry['rows']:,}" if "rows" in entry else ""
        table.add_row(name, rows, f"{entry['bytes']:,}")
    out.print(table)


def show_explanation(answer: dict[str, Any]) -> None:
    """The chain from a total to the sentences."""
    where, when = " + ".join(answer["areas"]), f"{answer['from']} to {answer['to']}"
    if answer["suppressed"]:
        out.print(f"{answer['measure']} in {where}, {when}: {answer['suppressed']}.")
        return
    if answer["value"] is None:
        out.print(f"No figure speaks of {where} from {when}: nothing known is not zero.")
        return
    out.print(
        f"[bold]{answer['value']:,.0f}[/bold] (between {answer['low']:,.0f} and "
        f"{answer['high']:,.0f}) {answer['measure']} in {where}, {when}, as of {answer['as_of']}."
    )
    out.print(f"Counted by {', '.join(answer['counters'])}; {answer['coverage']:.0%} covered.")
    if answer["naive_sum"] is not None:
        out.print(
            f"Adding the figures up would have said {answer['naive_sum']:,.0f}, believing whoever "
            f"is trusted most {answer['most_trusted']:,.0f}, the latest {answer['latest']:,.0f}."
        )
    if answer["method"] == Method.TENSE:
        out.print("In tension: the figures hold together only at the edges of their errors.")
    table = Table("counter", "persons", "likely range", "period", "bent", "says", show_lines=False)
    for one in answer["figures"]:
        table.add_row(
            escape(one["counter"]),
            "withheld" if one["persons"] is None else f"{one['persons']:,.0f}",
            ""
            if one["persons"] is None
            else f"{one['persons_low']:,.0f} – {one['persons_high']:,.0f}",
            f"{one['start_date']} – {one['end_date']}",
            f"{one['stretch']:.1%}" if one["stretch"] else "",
            escape(one["quote"] or one["area_text"]),
        )
    out.print(table)
    for echo in answer["echoes"]:
        out.print(f"echo, not counted again: {escape(echo['quote'] or echo['area_text'])}")
    for conflict in answer["conflicts"]:
        out.print(f"conflict: {escape(conflict['text'])}", style="red")


def show_matches(found: "Sequence[Match]") -> None:
    """What each name means, and why."""
    table = Table("name", "code", "method", "score", "why, or the nearest")
    for one in found:
        nearest = ", ".join(f"{c.name} ({c.code}, {c.score:.0f})" for c in one.candidates)
        table.add_row(
            escape(one.name),
            one.code or "–",
            one.method or "–",
            "" if one.score is None else f"{one.score:.0f}",
            escape(f"{one.reason}{': ' if nearest else ''}{nearest}"),
        )
    out.print(table)


def show_status(found: "Sequence[SourceStatus]", snapshots: "Snapshots", store: str) -> None:
    """How every source stands, and the current snapshot."""
    table = Table("source", "last success (UTC)", "asked for")
    for name in ("rows in", "accepted", "rejected", "signals"):
        table.add_column(name, justify="right")
    table.add_column("next run (UTC)")
    table.add_column("outcome of the last run")
    for one in found:
        asked = f"{one.first_day} – {one.last_day}" if one.first_day else ""
        numbers = (one.rows_in, one.accepted, one.rejected, len(one.signals))
        table.add_row(
            one.source_id,
            _minute(one.last_success) or "never",
            asked,
            *(f"{number:,}" for number in numbers),
            _minute(one.next_run) or "switched off",
            escape(one.message + (f"; set {', '.join(one.missing)}" if one.missing else "")),
        )
    out.print(table)
    for one in found:
        for signal in one.signals:
            out.print(f"signal from {one.source_id}: {escape(signal)}")
        for gap in one.gaps[:MOST_REASONS]:
            out.print(f"gap: {one.source_id} was never asked for {gap}")
        if len(one.gaps) > MOST_REASONS:
            out.print(f"… and {len(one.gaps) - MOST_REASONS} more gaps of {one.source_id}")
    current = snapshots.current()
    if current is None:
        out.print(f"Nothing is published in {store} yet.")
    else:
        out.print(f"Readers get snapshot {current.snapshot_id}, as of {current.manifest['as_of']}.")
        out.print(f"Snapshots kept: {len(snapshots.all())}.")


def show_backfills(left: "Sequence[Backfill]", steps: "Mapping[str, Sequence[Step]]") -> None:
    """The backfills that are not finished, and how to go on with the latest."""
    for one in left:
        mine = steps[one.backfill_id]
        done = sum(step.done for step in mine)
        out.print(
            f"Unfinished: the backfill from {one.first} to {one.last} by {one.size}; {done} of "
            f"{len(mine)} windows are done. Go on with: displacement backfill --resume"
        )


def show_room(room: "Room", budget: float | None) -> None:
    """How much room the store takes, of how much."""
    parts = ", ".join(f"{name} {_size(size)}" for name, size in sorted(room.parts.items()))
    of = f" of {_size(budget * GIGABYTE)}" if budget else ""
    out.print(
        f"Disk: {_size(room.used)}{of} used" + (f" ({parts})" if parts else "") + f"; "
        f"{_size(room.free)} are free.",
        markup=False,
    )
    if budget and room.used > budget * GIGABYTE:
        out.print(
            "The store takes more than its budget: keep fewer snapshots (keep_snapshots, keep_days)"
            " or set disk_budget_gigabytes.",
            style="red",
        )


def _size(size: float) -> str:
    for unit, bytes_of in (("GB", GIGABYTE), ("MB", 1e6), ("kB", 1e3)):
        if size >= bytes_of:
            return f"{size / bytes_of:.1f} {unit}"
    return f"{size:.0f} bytes"


def _minute(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def show_waiting(found: "Sequence[Waiting]") -> None:
    """What waits for a reviewer."""
    if not found:
        out.print("Nothing waits for a reviewer.")
        return
    table = Table("id", "what", "says", "why it waits")
    for one in found:
        table.add_row(one.id, one.kind, escape(one.says), escape(one.why))
    out.print(table)
    out.print("Decide with: displacement review accept|reject ID, or review alias NAME CODE")
