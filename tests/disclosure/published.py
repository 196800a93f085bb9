"""Small publications: figures of made-up areas, reconciled and disclosed as a run does it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from displacement.answer import stretches_of, totals_of
from displacement.disclosure import Disclosed, disclose
from displacement.reconcile import reconcile
from displacement_schemas import PUBLISHED, Rejected, Runs
from tests.reconcile.cases import Row, areas, frames

THRESHOLD = 10.0
COUNTRY = {
    "XX": 100_000.0,
    "XX01": 60_000.0,
    "XX0101": 40_000.0,
    "XX010101": 10_000.0,
    "XX010102": 20_000.0,
    "XX010103": 10_000.0,
    "XX0102": 20_000.0,
    "XX010201": 15_000.0,
    "XX010202": 5_000.0,
    "XX02": 40_000.0,
    "XX0201": 40_000.0,
    "XX020101": 30_000.0,
    "XX020102": 10_000.0,
}
"""A country to admin level 3: two governorates, three districts, seven sub-districts."""


@dataclass(frozen=True)
class Made:
    """The tables before and after small numbers were withheld."""

    before: dict[str, pd.DataFrame]
    totals: pd.DataFrame
    after: Disclosed

    @property
    def tables(self) -> dict[str, Any]:
        """What readers get."""
        return self.after.tables


def made_of(
    rows: Sequence[Row],
    threshold: float = THRESHOLD,
    rejected: pd.DataFrame | None = None,
    runs: pd.DataFrame | None = None,
) -> Made:
    """Reconcile and disclose."""
    figures, links = frames(rows)
    reconciled = reconcile(figures, links, areas(COUNTRY))
    before = {
        model.table_name(): getattr(reconciled, model.table_name(), None) for model in PUBLISHED
    }
    before |= {
        "areas": areas(COUNTRY),
        "rejected": Rejected.empty() if rejected is None else rejected,
        "runs": Runs.empty() if runs is None else runs,
    }
    totals, stretches = totals_of(reconciled), stretches_of(reconciled)
    after = disclose(before, reconciled, totals, stretches, threshold)
    return Made(before, totals, after)
