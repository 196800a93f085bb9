"""What does a source say now? From one source's answers to records in the store.

First half of a run: fetch, land, parse, and append what is new. The caller holds the store's
lock; the second half is `publication`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pandera.typing import DataFrame

from displacement.intake.answers import Answers, Said, joined, read_answers, rows_of
from displacement.intake.rejections import rejected_rows, with_others
from displacement.intake.trust import broken, hold_back, speaks_for
from displacement.normalise.figures import Reference, unplaced
from displacement.normalise.revisions import (
    changes,
    first_revisions,
    latest_standing,
    vanished_of,
)
from displacement.outcome import Outcome
from displacement.sources.source import Answer, Declaration, Rejection, Request, Source, SourceError
from displacement.store.store import Store
from displacement.store.tables import Kept, Part
from displacement.windows import Window
from displacement_schemas import Records, Runs, Statements

MOST_REASONS = 3


@dataclass(frozen=True)
class Taken:
    """What one source's part of a run came to, and what it adds to the tables."""

    outcome: Outcome
    known: Kept
    """What the tables hold once the part has been added."""
    part: Part | None = None
    """None where nothing is new."""


def take_in(
    source: Source,
    declaration: Declaration,
    reference: Reference,
    *,
    store: Store,
    inbox: Path,
    now: datetime,
    window: Window | None = None,
    secrets: Mapping[str, str] | None = None,
    believed: frozenset[str] = frozenset(),
) -> Outcome:
    """Fetch, land and parse one source; append new, changed and withdrawn records.

    A source that cannot be asked is an outcome, not an exception: its last good data stays.
    With a window only records of that window are touched. `secrets` holds the keys that the
    declaration asks for, by what they are for; `believed` the sentences with which data would
    be held back that a reviewer has accepted.
    """
    known = store.tables.read(source.source_id)
    request = Request(
        declaration=declaration,
        inbox=inbox,
        now=now,
        window=window,
        last_success=store.ledger.last_success(source.source_id),
        known=frozenset(known.records["file"].unique()),
        secrets=secrets or {},
        areas=reference.gazetteer,
    )
    said = landed(source, request, store)
    taken = read_in(source, request, reference, said, known, store=store, believed=believed)
    if taken.part is not None:
        store.tables.add(taken.part)
    return taken.outcome


def landed(source: Source, request: Request, store: Store) -> Iterator[Said]:
    """Fetch: every answer as it has landed, and what could not be asked or read.

    Raises SourceError where the source as a whole cannot be asked.
    """
    for answer in source.fetch(request):
        if isinstance(answer, Answer):
            yield store.landing.put(answer, source_id=source.source_id, retrieved_at=request.now)
        else:
            yield answer


def read_in(
    source: Source,
    request: Request,
    reference: Reference,
    said: Iterable[Said],
    known: Kept,
    *,
    store: Store,
    believed: frozenset[str] = frozenset(),
    superseded: frozenset[str] | None = None,
) -> Taken:
    """Parse what a source said, and say what is new beside what is `known`; nothing is written.

    `superseded` names the earlier answers whose rejections these ones replace; None for all.
    """
    declaration, now, window = request.declaration, request.now, request.window
    try:
        answers = read_answers(source, said, declaration)
    except SourceError as down:
        return Taken(_failed(source, str(down)), known)
    if answers.failures and not answers.files:
        return Taken(_failed(source, _some([one.reason for one in answers.failures])), known)
    replaced = known.rejected
    if superseded is not None:
        replaced = replaced[replaced["landing_sha256"].isin(list(superseded))]
    statements = joined(list(answers.files.values()))
    unplaced, placed = _placing(statements, source.source_id, reference, now)
    hold_back(answers, declaration, known.records, believed, whole=window is None)
    trusted = [file for file in answers.files.values() if file.held is None]
    recorded = joined(trusted)
    stuck = answers.held_names | broken(answers, known.records, replaced, statements)
    answered = speaks_for(source, answers, known.records)
    answered = {name: covers for name, covers in answered.items() if name not in stuck}
    changed = Records.empty()
    if len(recorded) or len(vanished_of(latest_standing(known.records), recorded, answered)):
        changed = changes(
            known.records,
            Statements.in_order(recorded),
            source_id=source.source_id,
            now=now,
            answered=answered,
            dated=source.lists_files,
            last_success=request.last_success,
        )
    appended = _within(changed, window)
    rejected = rejected_rows(
        source.source_id, [*answers.rejections, *unplaced], known.rejected, now
    )
    rejected = with_others(rejected, known.rejected, replaced)
    figures = appended[appended["source_record_id"].isin(placed) | appended["withdrawn"]]
    outcome = _outcome(request, answers, rows_of(unplaced), figures)
    if not len(appended) and rejected.equals(known.rejected):
        return Taken(outcome, known)
    records = Records.in_order(Records.joined([known.records, appended]))
    part = store.tables.next_part(source.source_id, appended, rejected)
    return Taken(outcome, Kept(records, rejected), part)


def run_log(run_id: str, now: datetime, outcomes: Iterable[Outcome]) -> DataFrame[Runs]:
    """The rows of the run log. Rows in are rows accepted plus rows rejected, or it raises."""
    rows: list[dict[str, Any]] = []
    for one in outcomes:
        if one.rows_in != one.accepted + one.rejected:
            raise AssertionError(
                f"{one.source_id}: {one.rows_in} rows came in, but {one.accepted} were accepted "
                f"and {one.rejected} rejected"
            )
        row = {name: getattr(one, name) for name in _LOGGED}
        rows.append(
            row | {"run_id": run_id, "started_at": now, "signals": "\n".join(one.signals) or None}
        )
    return Runs.in_order(Runs.from_rows(rows))


_LOGGED = (
    *(
        "source_id",
        "failed",
        "complete",
        "rows_in",
        "accepted",
        "rejected",
        "new",
        "revised",
        "withdrawn",
    ),
    *("first_day", "last_day", "message"),
)


def _failed(source: Source, reason: str) -> Outcome:
    return Outcome(source.source_id, f"failed: {reason}", failed=True, complete=False, whole=False)


def _within(frame: Any, window: Window | None) -> Any:
    """The rows that start within the window; a row with an open start belongs to its last day."""
    if window is None:
        return frame
    start = frame["start_date"].fillna(frame["end_date"])
    return frame[(start >= window.first) & (start <= window.last)].reset_index(drop=True)


def _placing(
    statements: DataFrame[Statements],
    source_id: str,
    reference: Reference,
    now: datetime,
) -> tuple[list[tuple[Rejection, str | None]], set[str]]:
    """Statements whose area nobody knows, as rejections, and the record ids of all others.

    The records of the former are kept and wait for a reviewer.
    """
    if statements.empty:
        return [], set()
    records = first_revisions(statements, source_id=source_id, now=now)
    unknown = unplaced(records, reference)
    sha256 = dict(zip(statements["file"], statements["landing_sha256"], strict=True))
    rejections = [(one, sha256[one.file]) for one in unknown.values()]
    names = enumerate(records["source_record_id"])
    return rejections, {name for position, name in names if position not in unknown}


def _outcome(
    request: Request,
    answers: Answers,
    unplaced: int,
    appended: DataFrame[Records],
) -> Outcome:
    declaration, files = request.declaration, answers.files.values()
    rejected = sum(file.rows_in - file.accepted for file in files) + unplaced
    accepted = sum(file.accepted for file in files) - unplaced
    withdrawn = appended["withdrawn"].astype(bool)
    share = rejected / answers.rows_in if answers.rows_in else 0.0
    held = [file.name for file in files if file.held]
    message = f"{accepted} of {answers.rows_in} rows accepted from {len(answers.read)} files"
    if share > declaration.rejected_share:
        message += (
            f"; {rejected} rejected is more than the {declaration.rejected_share:.0%} expected"
        )
    if held:
        message += f"; held back: {_some(held)}"
    if answers.failures:
        message += f"; failed: {_some([one.reason for one in answers.failures])}"
    days = [request.days(file.name) for file in files]
    whole = not held and not answers.failures
    return Outcome(
        source_id=declaration.source_id,
        message=message,
        rows_in=answers.rows_in,
        accepted=accepted,
        rejected=rejected,
        new=int((appended["revision"] == 1).sum()),
        revised=int((~withdrawn & (appended["revision"] > 1)).sum()),
        withdrawn=int(withdrawn.sum()),
        signals=tuple(answers.signals) + tuple(one for file in files for one in file.signals),
        complete=whole and share <= declaration.rejected_share,
        whole=whole,
        first_day=min((one.first for one in days), default=None),
        last_day=max((one.last for one in days), default=None),
    )


def _some(names: list[str]) -> str:
    more = len(names) - MOST_REASONS
    return "; ".join(names[:MOST_REASONS]) + (f"; and {more} more" if more > 0 else "")
