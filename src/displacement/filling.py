"""How is one source's part of a backfill worked? Window after window, through the ledger.

Each window is fetched, landed and noted, then recorded and noted: a kill between any two steps
costs one step, and no window is asked for again once all its answers have landed. Windows are
fetched ahead, as many at once as the source allows, and recorded in their order.
"""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from displacement.backfill import has_landed
from displacement.intake import landed, read_in
from displacement.intake.answers import Said
from displacement.intake.rejections import LONGEST_VALUE
from displacement.normalise.figures import Reference
from displacement.outcome import Outcome
from displacement.sources.source import (
    Declaration,
    Failure,
    Landed,
    Rejection,
    Request,
    Source,
    SourceError,
)
from displacement.store.backfills import Backfill, Entry, LandedAs, State
from displacement.store.store import Store
from displacement.store.tables import Kept
from displacement.windows import Window

MOST_DOWN: Final = 3
"""After so many windows in a row that could not be asked, the others are left to a later run."""
MINUTE: Final = 60
HOUR: Final = 60 * MINUTE

_Asked = tuple[Entry, Sequence[Said]]
"""A window after its first step."""


@dataclass(frozen=True)
class Filling:
    """One source's part of a backfill: what its windows have in common."""

    source: Source
    declaration: Declaration
    reference: Reference
    store: Store
    backfill: Backfill
    inbox: Path
    now: datetime
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    believed: frozenset[str] = frozenset()

    @property
    def source_id(self) -> str:
        """The source's name."""
        return self.source.source_id

    @cached_property
    def _last_success(self) -> date | None:
        return self.store.ledger.last_success(self.source_id)

    def request(self, window: Window, known: frozenset[str]) -> Request:
        """What to ask for a window."""
        return Request(
            declaration=self.declaration,
            inbox=self.inbox,
            now=self.now,
            window=window,
            last_success=self._last_success,
            known=known,
            secrets=self.secrets,
            areas=self.reference.gazetteer,
        )


def fill(
    filling: Filling, windows: Sequence[Window], total: int, say: Callable[[str], None]
) -> None:
    """Work the windows that are left, of `total` that the source has in this backfill.

    What each came to is noted in its entry; a window that fails costs no other one. Those that
    were done meanwhile are left out, so that this may be tried again after a fault.
    """
    windows = [one for one in windows if not _is_done(filling, one)]
    started, down = time.monotonic(), 0
    known = filling.store.tables.read(filling.source_id)
    files = frozenset(known.records["file"].unique())
    with closing(_fetched(filling, windows, files)) as fetched:
        for number, (entry, said) in enumerate(fetched, start=1):
            outcome, known = _record(filling, entry, said, known)
            for signal in outcome.signals:
                say(f"signal from {filling.source_id}, {entry.window}: {signal}")
            left = len(windows) - number
            done = f"{filling.source_id}: {total - left} of {total} windows done"
            seconds = (time.monotonic() - started) / number * left
            say(f"{done} ({entry.window}: {outcome.message}){_in_words(seconds) if left else ''}")
            down = down + 1 if outcome.failed else 0
            if down == MOST_DOWN and left:
                say(f"{filling.source_id}: {down} windows in a row failed; {left} are left for now")
                return


def _is_done(filling: Filling, window: Window) -> bool:
    entry = filling.store.backfills.entry(filling.source_id, window)
    mine = entry.backfill_id == filling.backfill.backfill_id
    return mine and entry.state is State.RECORDED


def _fetched(
    filling: Filling, windows: Sequence[Window], known: frozenset[str]
) -> Generator[_Asked, None, None]:
    """First step of every window, in order; some run ahead of the second step of others."""
    http = filling.declaration.http
    pool = ThreadPoolExecutor(http.concurrency if http else 1)
    try:
        for future in [pool.submit(_fetch, filling, one, known) for one in windows]:
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _fetch(filling: Filling, window: Window, known: frozenset[str]) -> _Asked:
    """What the source says of a window: from the landing where all of it has landed before."""
    store = filling.store
    before = store.backfills.entry(filling.source_id, window)
    if has_landed(before, filling.backfill) and all(map(store.landing.has, before.answers)):
        entry = _worked_by(filling.backfill, before)
        return entry, _as_landed(store, entry)
    try:
        said = list(landed(filling.source, filling.request(window, known), store))
    except SourceError as down:
        said = [Failure(filling.source_id, str(down))]
    failures = [one for one in said if isinstance(one, Failure)]
    entry = Entry(
        filling.source_id,
        window,
        state=State.PENDING if failures else State.FETCHED,
        retrieved_at=filling.now,
        said=tuple(_noted(one) for one in said if not isinstance(one, Failure)),
        superseded=tuple(sorted({*before.answers, *before.superseded})),
    )
    entry = _worked_by(filling.backfill, entry)
    if not failures:
        store.backfills.write_entry(entry)
    return entry, [*_as_landed(store, entry), *failures]


def _worked_by(backfill: Backfill, entry: Entry) -> Entry:
    return replace(entry, backfill_id=backfill.backfill_id, run_id=backfill.run_id)


def _noted(one: Landed | Rejection) -> LandedAs | Rejection:
    if isinstance(one, Landed):
        return LandedAs(one.name, one.sha256, one.covers)
    return replace(one, value=one.value and one.value[:LONGEST_VALUE])


def _as_landed(store: Store, entry: Entry) -> list[Said]:
    """What a source said: the same whether it did so just now or in a run that was killed."""
    return [
        store.landing.get(one.name, one.sha256, entry.retrieved_at, one.covers)
        if isinstance(one, LandedAs)
        else one
        for one in entry.said
    ]


def _record(
    filling: Filling, entry: Entry, said: Sequence[Said], known: Kept
) -> tuple[Outcome, Kept]:
    """Second step: what is new goes into the tables, once, and the entry says so.

    The name of the part is noted before the part is added: where a kill came between adding it
    and noting that, the part is there, and what was noted with it is what the window came to.
    """
    store = filling.store
    if entry.part is None or entry.outcome is None or not store.tables.has(entry.part):
        taken = read_in(
            filling.source,
            filling.request(entry.window, frozenset()),
            filling.reference,
            said,
            known,
            store=store,
            believed=filling.believed,
            superseded=None if filling.source.lists_files else frozenset(entry.superseded),
        )
        part = taken.part.name if taken.part else None
        entry = replace(entry, part=part, outcome=taken.outcome)
        known = taken.known
        if taken.part is not None:
            store.backfills.write_entry(entry)
            store.tables.add(taken.part)
    outcome = entry.outcome
    assert outcome is not None, "it has just been worked out"  # noqa: S101
    store.backfills.write_entry(replace(entry, state=State.RECORDED) if outcome.whole else entry)
    return outcome, known


def _in_words(seconds: float) -> str:
    """How long it will still take, as people say it."""
    if seconds < MINUTE:
        return ", less than a minute left"
    if seconds < HOUR:
        return f", about {round(seconds / MINUTE)} min left"
    hours, minutes = divmod(round(seconds / MINUTE), MINUTE)
    return f", about {hours} h {minutes} min left"
