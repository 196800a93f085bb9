"""What have analysts decided about known errors? Corrections are data, applied with a guard.

Between the records and the figures; `data/reference/corrections.toml` says how to write one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow
from pandera.errors import SchemaError, SchemaErrors
from pandera.typing import DataFrame

from displacement.normalise.decided import Action, Correction
from displacement.normalise.figures import figure_ids
from displacement_schemas import Records
from displacement_schemas.vocabulary import Role, Tier


@dataclass(frozen=True)
class Corrected:
    """Records after corrections, what was done by figure_id, and guards that failed."""

    records: DataFrame[Records]
    notes: dict[str, str]
    signals: list[str]


def apply_corrections(records: DataFrame[Records], corrections: list[Correction]) -> Corrected:
    """Apply each correction to the latest revision of its record, if its guard holds.

    A dropped or flagged record is not reconciled; an accepted one no longer waits for review, and
    a preferred one is recommended. Where the
    source has mended the error, the guard fails: nothing is changed and a signal says so.
    """
    if not corrections:
        return Corrected(records, {}, [])
    frame = pd.DataFrame({name: records[name].to_numpy(dtype=object) for name in records.columns})
    ids = figure_ids(records)
    notes: dict[str, str] = {}
    signals: list[str] = []
    latest = _latest_rows(frame, corrections)
    for correction in corrections:
        row = latest.get((correction.source_id, correction.record))
        if row is None:
            signals.append(f"correction of {correction.record}: there is no such record")
            continue
        said = frame.loc[row].to_dict()
        now = {name: None if pd.isna(value) else value for name, value in said.items()}
        if problem := _problem(correction, now):
            signals.append(f"correction of {correction.record} {problem}")
            continue
        for column, value in _effect(correction).items():
            frame.loc[row, column] = value
        note = f"{correction.action}: {correction.reason} ({correction.provider})"
        notes[ids[row]] = f"{notes[ids[row]]}; {note}" if ids[row] in notes else note
    columns = {str(name): frame[name].to_list() for name in frame.columns}
    return Corrected(Records.in_order(Records.build(columns)), notes, signals)


def _latest_rows(frame: pd.DataFrame, corrections: list[Correction]) -> dict[tuple[str, str], int]:
    """The row of the latest revision of every record that corrections speak of."""
    named = frame[frame["source_record_id"].isin([one.record for one in corrections])]
    ordered = named.sort_values("revision", kind="stable")
    keys = zip(ordered["source_id"], ordered["source_record_id"], strict=True)
    return dict(zip(keys, ordered.index.to_list(), strict=True))


def _problem(correction: Correction, record: dict[Any, Any]) -> str | None:
    """Why a correction cannot be applied to what the source now says, if so."""
    changed = {k: record[k] for k, v in correction.expect.items() if record[k] != v}
    if changed:
        return f"no longer fits: the source now says {changed}"
    try:
        Records.from_rows([record | dict(_effect(correction))])
    except (pyarrow.ArrowException, SchemaError, SchemaErrors):
        return f"was not applied: the contract does not allow {dict(correction.changes)}"
    return None


def _effect(correction: Correction) -> Mapping[str, Any]:
    match correction.action:
        case Action.OVERRIDE:
            return correction.changes
        case Action.ACCEPT:
            return {"tier": Tier.ACCEPTED.value}
        case Action.PREFER:
            return {"role": Role.RECOMMENDED.value}
        case Action.DROP | Action.FLAG:
            return {"tier": Tier.REVIEW.value}
