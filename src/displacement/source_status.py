"""How does each source stand? What `displacement status` shows: last success, rows, next run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from displacement.sources.source import Declaration
from displacement.windows import Window

DAILY_HOUR: Final = 5
"""The hour (UTC) of the daily deployment."""


@dataclass(frozen=True)
class SourceStatus:
    """One source: whether it is asked, its last run and its last success."""

    source_id: str
    enabled: bool
    missing: tuple[str, ...]
    """What has to be set before it can be asked."""
    last_run: datetime | None
    last_success: datetime | None
    first_day: date | None
    last_day: date | None
    """The days that the last run asked for."""
    rows_in: int
    accepted: int
    rejected: int
    signals: tuple[str, ...]
    message: str
    next_run: datetime | None
    """When the daily deployment asks it next; null where it is switched off."""
    gaps: tuple[Window, ...] = ()
    """Days between the first and the last fetched which never were."""
    open_windows: int = 0
    """Windows that backfills which were not finished have still to do."""


def status_of(
    declared: Mapping[str, Declaration],
    runs: Sequence[Mapping[str, Any]],
    *,
    now: datetime,
    environment: Mapping[str, str],
    gaps: Mapping[str, Sequence[Window]] | None = None,
    open_windows: Mapping[str, int] | None = None,
) -> list[SourceStatus]:
    """The standing of every declared source, and of those that only the run log knows.

    `runs` are the rows of the run log, the oldest first; `gaps` and `open_windows` are what the
    backfills left, by source.
    """
    mine: dict[str, list[Mapping[str, Any]]] = {}
    for row in runs:
        mine.setdefault(row["source_id"], []).append(row)
    return [
        replace(
            _status(name, declared.get(name), mine.get(name, []), now, environment),
            gaps=tuple((gaps or {}).get(name, ())),
            open_windows=(open_windows or {}).get(name, 0),
        )
        for name in sorted({*declared, *mine})
    ]


def _status(
    source_id: str,
    declaration: Declaration | None,
    runs: Sequence[Mapping[str, Any]],
    now: datetime,
    environment: Mapping[str, str],
) -> SourceStatus:
    good = [row for row in runs if row["complete"]]
    last = runs[-1] if runs else {}
    enabled = declaration is not None and declaration.enabled
    return SourceStatus(
        source_id=source_id,
        enabled=enabled,
        missing=_missing(declaration, environment) if declaration else (),
        last_run=last.get("started_at"),
        last_success=good[-1]["started_at"] if good else None,
        first_day=last.get("first_day"),
        last_day=last.get("last_day"),
        rows_in=last.get("rows_in", 0),
        accepted=last.get("accepted", 0),
        rejected=last.get("rejected", 0),
        signals=tuple((last.get("signals") or "").splitlines()),
        message=last.get("message", "never asked"),
        next_run=next_daily(now) if enabled else None,
    )


def next_daily(now: datetime) -> datetime:
    """The next time at which the daily deployment runs."""
    today = now.replace(hour=DAILY_HOUR, minute=0, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


def _missing(declaration: Declaration, environment: Mapping[str, str]) -> tuple[str, ...]:
    keys = [name for name in declaration.secrets.values() if not environment.get(name)]
    return (*keys, *declaration.open_needs())
