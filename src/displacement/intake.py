"""What does a source say now? From one source's answers to records in the store.

First half of a run: fetch, land, parse, and append what is new. The caller holds the store's
lock; the second half is `publication`.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from pandera.typing import DataFrame

from displacement.normalise.figures import Reference, unplaced
from displacement.normalise.revisions import (
    changes,
    covered,
    first_revisions,
    latest_standing,
    vanished_of,
)
from displacement.outcome import Outcome
from displacement.sources.source import (
    Answer,
    Declaration,
    Failure,
    Landed,
    Parsed,
    Rejection,
    Request,
    Source,
    SourceError,
)
from displacement.store.store import Store
from displacement.store.tables import Kept, Part
from displacement.windows import Window
from displacement_schemas import Records, Rejected, Runs, Statements

LONGEST_VALUE = 80
MOST_REASONS = 3
FEWEST_VANISHED = 2
"""A single figure may always vanish."""
AWAITS = "nothing of it was recorded; a reviewer can accept it"
"""How the sentence ends that says of data that it was held back, but may be right."""


@dataclass
class _File:
    """What one file (or query) said in one run, in one answer or in several pages."""

    name: str
    statements: list[DataFrame[Statements]] = field(default_factory=list)
    rejections: list[tuple[Rejection, str | None]] = field(default_factory=list)
    signals: list[str] = field(default_factory=list)
    rows_in: int = 0
    accepted: int = 0
    covers: Window | None = None
    held: str | None = None
    """Why nothing of it is recorded."""

    @property
    def names(self) -> set[str]:
        """Its own name, and those that its figures are filed under."""
        return {self.name}.union(*(frame["file"] for frame in self.statements))


@dataclass
class _Answers:
    """Everything that one source said in one run."""

    files: dict[str, _File] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    signals: list[str] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)

    def file(self, name: str) -> _File:
        return self.files.setdefault(name, _File(name))

    @property
    def held_names(self) -> set[str]:
        """Everything that the files held back are called, or that their figures are filed under."""
        return {name for file in self.files.values() if file.held for name in file.names}

    @property
    def rows_in(self) -> int:
        return sum(file.rows_in for file in self.files.values())

    @property
    def rejections(self) -> list[tuple[Rejection, str | None]]:
        return [one for file in self.files.values() for one in file.rejections]

    @property
    def read(self) -> set[str]:
        return {name for name in self.files if name not in self.unreadable}


Said = Landed | Rejection | Failure
"""What a source says, once its answers have landed."""


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
        answers = _read(source, said, declaration)
    except SourceError as down:
        return Taken(_failed(source, str(down)), known)
    if answers.failures and not answers.files:
        return Taken(_failed(source, _some([one.reason for one in answers.failures])), known)
    replaced = known.rejected
    if superseded is not None:
        replaced = replaced[replaced["landing_sha256"].isin(list(superseded))]
    statements = _joined(list(answers.files.values()))
    unplaced, placed = _placing(statements, source.source_id, reference, now)
    _hold_back(answers, declaration, known.records, believed, whole=window is None)
    trusted = [file for file in answers.files.values() if file.held is None]
    recorded = _joined(trusted)
    stuck = answers.held_names | _broken(answers, known.records, replaced, statements)
    answered = _answered(source, answers, known.records)
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
    rejected = _rejected(source.source_id, [*answers.rejections, *unplaced], known.rejected, now)
    rejected = _with_others(rejected, known.rejected, replaced)
    figures = appended[appended["source_record_id"].isin(placed) | appended["withdrawn"]]
    outcome = _outcome(request, answers, _rows(unplaced), figures)
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


def _read(source: Source, said: Iterable[Said], declaration: Declaration) -> _Answers:
    answers = _Answers()
    first_with: dict[str, str] = {}
    records: set[str] = set()
    for one in said:
        if isinstance(one, Failure):
            answers.failures.append(one)
            continue
        if isinstance(one, Rejection):
            file = answers.file(one.file)
            file.rejections.append((one, None))
            file.rows_in += 1
            answers.unreadable.add(one.file)
            continue
        file = answers.file(one.name)
        file.covers = one.covers
        first = first_with.setdefault(one.sha256, one.name)
        if source.lists_files and first != one.name:
            file.rejections.append((_identical(source, one, first), one.sha256))
            file.rows_in += 1
            continue
        _parse(source, one, declaration, file, records)
    for failure in answers.failures:
        answers.files.pop(failure.name, None)
    return answers


def _parse(
    source: Source, landed: Landed, declaration: Declaration, file: _File, records: set[str]
) -> None:
    """Add what one landed answer says to its file; `records` are those seen before."""
    try:
        parsed = source.parse(landed, declaration)
    except SourceError as wrong:
        refused = Rejection(source.source_id, landed.name, "unreadable", str(wrong))
        parsed = Parsed(1, Statements.empty(), [refused], [str(wrong)], held=str(wrong))
    again = parsed.statements["source_record_id"].isin(list(records))
    again |= parsed.statements["source_record_id"].duplicated()
    repeated = [_repeated(source, row) for row in parsed.statements[again].to_dict("records")]
    fresh = parsed.statements[~again].reset_index(drop=True)
    records.update(fresh["source_record_id"])
    accepted = len(parsed.statements) if parsed.accepted is None else parsed.accepted
    rejections = [(one, landed.sha256) for one in parsed.rejections]
    twice = [(one, landed.sha256) for one in repeated]
    if len(fresh):
        file.statements.append(Statements.validate(fresh, lazy=True))
    file.rejections += rejections + twice
    file.signals += parsed.signals
    file.rows_in += parsed.rows_in
    file.accepted += accepted - _rows(twice)
    file.held = file.held or parsed.held


def _repeated(source: Source, row: Mapping[Any, Any]) -> Rejection:
    number = None if pd.isna(row["row"]) else int(row["row"])
    where = f"{row['file']}, row {number}" if number else row["file"]
    reason = f"{where}: the record {row['source_record_id']} arrived twice; it was counted once"
    return Rejection(source.source_id, row["file"], "repeated_record", reason, number)


def _rows(rejections: Sequence[tuple[Rejection, str | None]]) -> int:
    """How many rows were rejected; a row that fails in several ways is one row."""
    numbered = {(one.file, sha256, one.row) for one, sha256 in rejections if one.row is not None}
    return len(numbered) + sum(one.row is None for one, _ in rejections)


def _identical(source: Source, answer: Landed, first: str) -> Rejection:
    return Rejection(
        schema=source.source_id,
        file=answer.name,
        check="identical_file",
        reason=f"{answer.name}: this is the same file as {first}; it was counted once",
    )


def _joined(files: list[_File]) -> DataFrame[Statements]:
    return Statements.joined(frame for file in files for frame in file.statements)


def _within(frame: Any, window: Window | None) -> Any:
    """The rows that start within the window; a row with an open start belongs to its last day."""
    if window is None:
        return frame
    start = frame["start_date"].fillna(frame["end_date"])
    return frame[(start >= window.first) & (start <= window.last)].reset_index(drop=True)


def _hold_back(
    answers: _Answers,
    declaration: Declaration,
    known: DataFrame[Records],
    believed: frozenset[str],
    *,
    whole: bool,
) -> None:
    """Hold back what cannot be trusted: too few rows, too many, or too much gone at once."""
    most, fewest = declaration.maximum_rows, declaration.minimum_rows
    outside = None
    if whole and fewest is not None and answers.rows_in < fewest:
        outside = f"only {answers.rows_in} rows arrived where at least {fewest} are expected"
    elif most is not None and answers.rows_in > most:
        outside = f"{answers.rows_in} rows arrived where at most {most} are expected"
    if outside and not answers.failures and _awaiting(outside) not in believed:
        answers.signals.append(_awaiting(outside))
        for file in answers.files.values():
            file.held = file.held or outside
    standing = latest_standing(known)
    for file in answers.files.values():
        shrunk = None if file.held else _shrunk(file, standing, declaration.most_vanished)
        if shrunk and _awaiting(shrunk) not in believed:
            file.held = shrunk
            file.signals.append(_awaiting(shrunk))


def _awaiting(why: str) -> str:
    return f"{why}: {AWAITS}"


def _shrunk(file: _File, standing: DataFrame[Records], most: float) -> str | None:
    """Why a file that suddenly says much less than before is not believed."""
    speaks_for = dict.fromkeys(file.names, file.covers)
    before = standing[standing["file"].isin(file.names)]
    if len(before) < FEWEST_VANISHED:
        return None
    before = before[covered(before, speaks_for)]
    gone = vanished_of(Records.in_order(before), _joined([file]), speaks_for)
    if len(gone) < FEWEST_VANISHED or len(gone) <= most * len(before):
        return None
    return (
        f"{file.name}: {len(gone)} of {len(before)} figures are gone at once, more than the "
        f"{most:.0%} that may be"
    )


def _answered(
    source: Source, answers: _Answers, known: DataFrame[Records]
) -> dict[str, Window | None]:
    """Files whose records may be withdrawn, with the days they speak for.

    Those are the files that were read and, where the source lists all its files, those that
    are gone. Where nothing at all was read, the folder itself may be missing: nothing is
    withdrawn. Nor is it where a listed file that held figures has no rows at all any more.
    """
    before = set(known["file"].unique())
    read = answers.read
    answered = {
        name: file.covers
        for key, file in answers.files.items()
        if key in read
        for name in file.names
    }
    if not source.lists_files:
        return answered
    hollow = {name for name in before & read if not answers.files[name].rows_in}
    answers.signals += [
        f"{file}: it has no rows, although it had before: its figures stay; delete the file "
        "to withdraw them"
        for file in sorted(hollow)
    ]
    gone = before - read - answers.unreadable - {one.name for one in answers.failures}
    if gone and not read:
        answers.signals.append(
            f"nothing arrived, although {len(gone)} files did before: their figures stay"
        )
        return {}
    return {
        name: covers for name, covers in answered.items() if name not in hollow
    } | dict.fromkeys(gone)


def _broken(
    answers: _Answers,
    known: DataFrame[Records],
    replaced: DataFrame[Rejected],
    statements: DataFrame[Statements],
) -> set[str]:
    """Files that lost figures while more of their rows were rejected than before.

    A row that has become unreadable is no withdrawal: the last good figures stay.
    """
    now = Counter(r.file for r, _ in answers.rejections if r.row is not None)
    before = Counter(replaced["file"][replaced["row"].notna()])
    worse = {file for file in now if now[file] > before[file]}
    if not worse:
        return set()
    covers = {name: one.covers for one in answers.files.values() for name in one.names}
    lost = vanished_of(
        latest_standing(known), statements, {f: one for f, one in covers.items() if f in worse}
    )
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
    if statements.empty:
        return [], set()
    records = first_revisions(statements, source_id=source_id, now=now)
    unknown = unplaced(records, reference)
    sha256 = dict(zip(statements["file"], statements["landing_sha256"], strict=True))
    rejections = [(one, sha256[one.file]) for one in unknown.values()]
    names = enumerate(records["source_record_id"])
    return rejections, {name for position, name in names if position not in unknown}


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


def _with_others(
    rejected: DataFrame[Rejected], known: DataFrame[Rejected], replaced: DataFrame[Rejected]
) -> DataFrame[Rejected]:
    """This run's rejections, with those of answers that it says nothing of."""
    gone = [*replaced["rejected_id"], *rejected["rejected_id"]]
    others = known[~known["rejected_id"].isin(gone)]
    return Rejected.in_order(Rejected.joined([rejected, others]))


def _rejected_id(source_id: str, rejection: Rejection, before: int) -> str:
    """Stable; two figures of one text may be rejected in the same words, `before` parts them."""
    parts = (source_id, *(str(part) for part in vars(rejection).values()))
    parts += (str(before),) if before else ()
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def _outcome(
    request: Request,
    answers: _Answers,
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
