"""Which rows of `rejected` does a run leave? What was not taken, under stable identities."""

import hashlib
from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any

from pandera.typing import DataFrame

from displacement.sources.source import Rejection
from displacement_schemas import Rejected

LONGEST_VALUE = 80


def rejected_rows(
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


def with_others(
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
