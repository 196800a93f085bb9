"""What does a source say now? From one source's answers to records in the store.

First half of a run: fetch, land, parse, and append what is new. The caller holds the store's
lock; the second half is `publication`.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from pandera.typing import DataFrame

from displacement.normalise.figures import Reference, figures_from
from displacement.normalise.revisions import changes, first_revisions
from displacement.sources.source import (
    Answer,
    Declaration,
    Landed,
    Rejection,
    Request,
    Source,
    SourceError,
)
from displacement.store.store import Store
from displacement.store.tables import Kept
from displacement.windows import Window
from displacement_schemas import Records, Rejected, Runs, Statements

LONGEST_VALUE = 80


@dataclass(frozen=True)
class Outcome:
    """What one source's part of a run came to."""

    source_id: str
    message: str
    failed: bool = False
    rows_in: int = 0
    accepted: int = 0
    rejected: int = 0
    new: int = 0
    revised: int = 0
    withdrawn: int = 0
    signals: tuple[str, ...] = ()
    complete: bool = True
    """False where more rows were rejected than the source's declared share."""


@dataclass
class _Answers:
    """Everything that one source said in one run."""

    statements: list[DataFrame[Statements]] = field(default_factory=list)
    rejections: list[tuple[Rejection, str | None]] = field(default_factory=list)
    signals: list[str] = field(default_factory=list)
    read: dict[str, str] = field(default_factory=dict)
    """sha256 by name of each answer that was read."""
    unreadable: set[str] = field(default_factory=set)
    without_rows: set[str] = field(default_factory=set)
    """Names of answers that were read and hold nothing at all."""
    rows_in: int = 0


def take_in(
    source: Source,
    declaration: Declaration,
    reference: Reference,
    *,
    store: Store,
    inbox: Path,
    now: datetime,
    window: Window | None = None,
) -> Outcome:
    """Fetch, land and parse one source; append new, changed and withdrawn records.

    A source that cannot be asked is an outcome, not an exception: its last good data stays.
    With a window only records of that window are touched.
    """
    try:
        answers = _ask(source, declaration, store, inbox, now)
    except SourceError as down:
        return Outcome(source.source_id, f"failed: {down}", failed=True)
    known = store.tables.read(source.source_id)
    statements = _joined(answers.statements)
    unplaced, placed = _placing(statements, source.source_id, reference, now)
    rejected = _rejected(source.source_id, [*answers.rejections, *unplaced], known.rejected, now)
    changed = changes(
        known.records,
        Statements.in_order(statements),
        source_id=source.source_id,
        now=now,
        answered=_answered(answers, known.records) - _broken(answers, known, statements),
    )
    appended = _within(changed, window)
    if len(appended) or not rejected.equals(known.rejected):
        store.tables.append(source.source_id, appended, rejected)
    accepted = len(statements) - len(unplaced)
    refused = len(answers.rejections) + len(unplaced)
    figures = appended[appended["source_record_id"].isin(placed) | appended["withdrawn"]]
    return _outcome(declaration, answers, accepted, refused, figures)


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
    *("source_id", "failed", "rows_in", "accepted", "rejected", "new", "revised", "withdrawn"),
    "message",
)


def _ask(
    source: Source, declaration: Declaration, store: Store, inbox: Path, now: datetime
) -> _Answers:
    answers = _Answers()
    seen: dict[str, str] = {}
    for answer in source.fetch(Request(declaration, inbox)):
        if isinstance(answer, Rejection):
            answers.rejections.append((answer, None))
            answers.unreadable.add(answer.file)
            answers.rows_in += 1
            continue
        landed = store.landing.put(answer, source_id=source.source_id, retrieved_at=now)
        first = seen.setdefault(_content_key(answer), answer.name)
        if first != answer.name:
            answers.rejections.append((_identical(source, answer, first), landed.sha256))
            answers.read[answer.name] = landed.sha256
            answers.rows_in += 1
            continue
        _parse(source, landed, declaration, answers)
    return answers


def _parse(source: Source, landed: Landed, declaration: Declaration, answers: _Answers) -> None:
    parsed = source.parse(landed, declaration)
    answers.read[landed.name] = landed.sha256
    answers.statements.append(parsed.statements)
    answers.rejections += [(rejection, landed.sha256) for rejection in parsed.rejections]
    answers.signals += parsed.signals
    answers.rows_in += parsed.rows_in
    if not parsed.rows_in:
        answers.without_rows.add(landed.name)


def _content_key(answer: Answer) -> str:
    return hashlib.sha256(answer.content).hexdigest()


def _identical(source: Source, answer: Answer, first: str) -> Rejection:
    return Rejection(
        schema=source.source_id,
        file=answer.name,
        check="identical_file",
        reason=f"{answer.name}: this is the same file as {first}; it was counted once",
    )


def _joined(statements: list[DataFrame[Statements]]) -> DataFrame[Statements]:
    filled = [frame for frame in statements if len(frame)]
    if not filled:
        return Statements.empty()
    return Statements.validate(pd.concat(filled, ignore_index=True), lazy=True)


def _within(frame: Any, window: Window | None) -> Any:
    """The rows that start within the window; a row with an open start belongs to its last day."""
    if window is None:
        return frame
    start = frame["start_date"].fillna(frame["end_date"])
    return frame[(start >= window.first) & (start <= window.last)].reset_index(drop=True)


def _answered(answers: _Answers, known: DataFrame[Records]) -> set[str]:
    """Files whose records may be withdrawn: those read, and those that are gone.

    Where nothing at all was read, the folder itself may be missing: nothing is withdrawn. Nor
    is it where a file that held figures has no rows at all any more.
    """
    before = set(known["file"].unique())
    hollow = before & answers.without_rows
    answers.signals += [
        f"{file}: it has no rows, although it had before: its figures stay; delete the file "
        "to withdraw them"
        for file in sorted(hollow)
    ]
    gone = before - set(answers.read) - answers.unreadable
    if gone and not answers.read:
        answers.signals.append(
            f"nothing arrived, although {len(gone)} files did before: their figures stay"
        )
        return set()
    return (set(answers.read) - hollow) | gone


def _broken(answers: _Answers, known: Kept, statements: DataFrame[Statements]) -> set[str]:
    """Files that lost figures while more of their rows were rejected than before.

    A row that has become unreadable is no withdrawal: the last good figures stay.
    """
    now = Counter(r.file for r, _ in answers.rejections if r.row is not None)
    before = Counter(known.rejected["file"][known.rejected["row"].notna()])
    worse = {file for file in now if now[file] > before[file]}
    latest = known.records.groupby("source_record_id").tail(1)
    here = latest["file"].isin(worse) & ~latest["withdrawn"].astype(bool)
    lost = latest[here & ~latest["source_record_id"].isin(statements["source_record_id"])]
    answers.signals += [
        f"{file}: {count} figures are gone, but rows of it could not be read: they stay until "
        "the rows are mended"
        for file, count in sorted(Counter(lost["file"]).items())
    ]
    return set(lost["file"])


def _placing(
    statements: DataFrame[Statements],
    source_id: str,
    reference: Reference,
    now: datetime,
) -> tuple[list[tuple[Rejection, str | None]], set[str]]:
    """Statements whose area nobody knows, as rejections, and the record ids of all others.

    The records of the former are kept and wait for a reviewer.
    """
    records = first_revisions(statements, source_id=source_id, now=now)
    normalised = figures_from(records, reference)
    sha256 = dict(zip(statements["file"], statements["landing_sha256"], strict=True))
    rejections = [(one, sha256[one.file]) for one in normalised.rejections.values()]
    return rejections, set(normalised.figures["source_record_id"])


def _rejected(
    source_id: str,
    rejections: list[tuple[Rejection, str | None]],
    known: DataFrame[Rejected],
    now: datetime,
) -> DataFrame[Rejected]:
    """This run's rejections; one seen before keeps the time it was first seen."""
    first_seen = dict(zip(known["rejected_id"], known["recorded_at"], strict=True))
    rows: dict[str, dict[str, Any]] = {}
    alike: Counter[Rejection] = Counter()
    for rejection, sha256 in rejections:
        key = _rejected_id(source_id, rejection, alike[rejection])
        alike[rejection] += 1
        shown = rejection.value and rejection.value[:LONGEST_VALUE]
        rows[key] = vars(replace(rejection, value=shown)) | {
            "rejected_id": key,
            "source_id": source_id,
            "landing_sha256": sha256,
            "recorded_at": first_seen.get(key, now),
        }
    return Rejected.in_order(Rejected.from_rows(list(rows.values())))


def _rejected_id(source_id: str, rejection: Rejection, before: int) -> str:
    """Stable; two figures of one text may be rejected in the same words, `before` parts them."""
    parts = (source_id, *(str(part) for part in vars(rejection).values()))
    parts += (str(before),) if before else ()
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def _outcome(
    declaration: Declaration,
    answers: _Answers,
    accepted: int,
    rejected: int,
    appended: DataFrame[Records],
) -> Outcome:
    withdrawn = appended["withdrawn"].astype(bool)
    new = int((appended["revision"] == 1).sum())
    share = rejected / answers.rows_in if answers.rows_in else 0.0
    complete = share <= declaration.rejected_share
    message = f"{accepted} of {answers.rows_in} rows accepted from {len(answers.read)} files"
    if not complete:
        message += (
            f"; {rejected} rejected is more than the {declaration.rejected_share:.0%} expected"
        )
    return Outcome(
        source_id=declaration.source_id,
        message=message,
        rows_in=answers.rows_in,
        accepted=accepted,
        rejected=rejected,
        new=new,
        revised=int((~withdrawn & (appended["revision"] > 1)).sum()),
        withdrawn=int(withdrawn.sum()),
        signals=tuple(answers.signals),
        complete=complete,
    )
