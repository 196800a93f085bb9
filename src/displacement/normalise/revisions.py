"""What is new in what a source says now? Revisions and withdrawals, never overwriting.

Between the statements of one run and the records that the store keeps.
"""

from collections.abc import Mapping
from datetime import date, datetime

import pandas as pd
from pandera.typing import DataFrame

from displacement.windows import Window
from displacement_schemas import Records, Statements

BOOKKEEPING = (
    *("source_id", "revision", "withdrawn", "recorded_at", "landing_sha256", "row"),
    "enumerator",  # its token is another with every key
)
"""Columns that may change without the record having changed."""


def changes(
    known: DataFrame[Records],
    incoming: DataFrame[Statements],
    *,
    source_id: str,
    now: datetime,
    answered: Mapping[str, Window | None],
    dated: bool = True,
    last_success: date | None = None,
) -> DataFrame[Records]:
    """The rows to append: new records, changed ones, and withdrawals.

    `known` holds every record of the source so far. `answered` names the files (or queries)
    that spoke in this run, and the days that each spoke for (None for all): a record of
    those that `incoming` no longer has is withdrawn; all others keep their last good data.

    Where the records are dated by those who publish them (`dated`), that day counts. Where
    they are not, the world cannot have known a change before this run, nor a record that the
    answer of `last_success` should have held and did not.
    """
    latest = latest_standing(known)
    every = known[known["revision"] == _latest_revision(known)].set_index("source_record_id")
    before = every.reindex(incoming["source_record_id"])
    content = [name for name in Statements.arrow_schema().names if name not in BOOKKEEPING]
    content.remove("source_record_id")
    if not dated:
        content.remove("published_on")
    same = pd.Series(data=True, index=incoming.index)
    for name in content:
        old, new = before[name].reset_index(drop=True), incoming[name]
        same &= ((old == new).fillna(value=False) | (old.isna() & new.isna())).astype(bool)
    revision = before["revision"].fillna(0).astype("int64").reset_index(drop=True)
    standing = (before["withdrawn"] == False).fillna(value=False).astype(bool)  # noqa: E712
    fresh = ~(same & standing.reset_index(drop=True) & (revision > 0))
    appended: pd.DataFrame = incoming[fresh].assign(revision=revision[fresh] + 1, withdrawn=False)
    if not dated:
        appended = _known_only_now(appended, latest, last_success, now)
    vanished = vanished_of(latest, incoming, answered)
    gone = vanished.assign(
        revision=vanished["revision"] + 1, withdrawn=True, published_on=now.date()
    )
    names = Records.arrow_schema().names
    both = pd.concat(
        [part.assign(source_id=source_id, recorded_at=now)[names] for part in (appended, gone)],
        ignore_index=True,
    )
    return Records.in_order(Records.build({name: both[name] for name in names}))


def latest_standing(known: DataFrame[Records]) -> DataFrame[Records]:
    """The latest revision of every record that is not withdrawn."""
    latest = known["revision"] == _latest_revision(known)
    return Records.in_order(known[latest & ~known["withdrawn"].astype(bool)])


def vanished_of(
    standing: DataFrame[Records],
    incoming: DataFrame[Statements],
    answered: Mapping[str, Window | None],
) -> DataFrame[Records]:
    """The standing records that the answers speak for and no longer hold."""
    missing = standing[
        ~standing["source_record_id"].isin(incoming["source_record_id"])
        & standing["file"].isin(list(answered))
    ]
    return Records.in_order(missing[covered(missing, answered)])


def covered(
    records: DataFrame[Records], answered: Mapping[str, Window | None]
) -> "pd.Series[bool]":
    """Whether the answer of each record's file speaks for the record's last day."""
    windows = {file: window for file, window in answered.items() if window is not None}
    days = pd.to_datetime(records["end_date"])
    first = pd.to_datetime(records["file"].map({f: one.first for f, one in windows.items()}))
    last = pd.to_datetime(records["file"].map({f: one.last for f, one in windows.items()}))
    inside = first.isna() | ((days >= first) & (days <= last))
    return inside.fillna(value=True).astype(bool)


def _known_only_now(
    appended: pd.DataFrame, standing: DataFrame[Records], last_success: date | None, now: datetime
) -> pd.DataFrame:
    """Date revisions, and records that the last answer should have held, from this run on."""
    late = (appended["revision"] > 1).to_numpy(dtype=bool)
    if last_success is not None:
        oldest = appended["file"].map(standing.groupby("file")["end_date"].min().to_dict())
        among_known = pd.to_datetime(appended["end_date"]) >= pd.to_datetime(oldest)
        overdue = appended["published_on"] <= last_success
        late = late | (among_known & overdue).fillna(value=False).to_numpy(dtype=bool)
    stated = appended["published_on"].to_list()
    today = now.date()
    days = [max(day, today) if held else day for day, held in zip(stated, late, strict=True)]
    return appended.assign(published_on=days)


def first_revisions(
    statements: DataFrame[Statements], *, source_id: str, now: datetime
) -> DataFrame[Records]:
    """The statements as records that nobody knew before, in their order."""
    columns = {str(name): statements[name] for name in statements.columns}
    size = len(statements)
    return Records.build(
        columns
        | {
            "source_id": [source_id] * size,
            "revision": [1] * size,
            "withdrawn": [False] * size,
            "recorded_at": [now] * size,
        }
    )


def _latest_revision(known: DataFrame[Records]) -> "pd.Series[int]":
    return known.groupby("source_record_id")["revision"].transform("max")
