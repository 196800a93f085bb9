"""What is new in what a source says now? Revisions and withdrawals, never overwriting.

Between the statements of one run and the records that the store keeps.
"""

from datetime import datetime

import pandas as pd
from pandera.typing import DataFrame

from displacement_schemas import Records, Statements

BOOKKEEPING = ("source_id", "revision", "withdrawn", "recorded_at", "landing_sha256", "row")
"""Columns that may change without the record having changed."""


def changes(
    known: DataFrame[Records],
    incoming: DataFrame[Statements],
    *,
    source_id: str,
    now: datetime,
    answered: set[str],
) -> DataFrame[Records]:
    """The rows to append: new records, changed ones, and withdrawals.

    `known` holds every record of the source so far. A record that `incoming` no longer has
    is withdrawn if its file (or address) is in `answered`, the ones that spoke in this run;
    the others keep their last good data.
    """
    latest = known[known["revision"] == _latest_revision(known)].set_index("source_record_id")
    before = latest.reindex(incoming["source_record_id"])
    content = [name for name in Statements.arrow_schema().names if name not in BOOKKEEPING]
    content.remove("source_record_id")
    same = pd.Series(data=True, index=incoming.index)
    for name in content:
        old, new = before[name].reset_index(drop=True), incoming[name]
        same &= ((old == new).fillna(value=False) | (old.isna() & new.isna())).astype(bool)
    revision = before["revision"].fillna(0).astype("int64").reset_index(drop=True)
    standing = (before["withdrawn"] == False).fillna(value=False).astype(bool)  # noqa: E712
    fresh = ~(same & standing.reset_index(drop=True) & (revision > 0))
    appended = incoming[fresh].assign(revision=revision[fresh] + 1, withdrawn=False)
    vanished = latest[
        ~latest.index.isin(incoming["source_record_id"])
        & ~latest["withdrawn"].astype(bool)
        & latest["file"].isin(answered)
    ].reset_index()
    gone = vanished.assign(
        revision=vanished["revision"] + 1, withdrawn=True, published_on=now.date()
    )
    names = Records.arrow_schema().names
    both = pd.concat(
        [part.assign(source_id=source_id, recorded_at=now)[names] for part in (appended, gone)],
        ignore_index=True,
    )
    return Records.in_order(Records.build({name: both[name] for name in names}))


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
