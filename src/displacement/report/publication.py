"""What is one publication: which tables, totals and dates does a report speak of?

The report reads nothing itself: whoever publishes hands over the frames that it published.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import pandas as pd

from displacement_schemas import Table

TOTALS_COLUMNS: Final = (
    "measure",
    "view",
    "start_date",
    "end_date",
    "value",
    "low",
    "high",
    "naive_sum",
    "coverage",
    "counters",
)


STRETCH_COLUMNS: Final = ("measure", "view", "start_date", "end_date", "value", "low", "high")


@dataclass(frozen=True)
class Stretch:
    """Unbroken days, both ends inclusive, with their people and bounds."""

    start: date
    end: date
    value: float
    low: float
    high: float


def no_stretches() -> pd.DataFrame:
    """The stretches of a publication whose charts are drawn from its cells alone."""
    return pd.DataFrame(columns=list(STRETCH_COLUMNS))


def no_totals() -> pd.DataFrame:
    """The totals of a publication that has no flow to speak of."""
    return pd.DataFrame(columns=list(TOTALS_COLUMNS))


@dataclass(frozen=True)
class Publication:
    """The published tables of one snapshot, and the totals that head its report.

    Attributes:
        snapshot_id: The snapshot's name.
        as_of: Only what was known on this day was used.
        tables: Published frames by table name; a table left out counts as empty.
        totals: One row per flow measure and view over the whole covered period: measure, view,
            start_date, end_date, value, low, high, naive_sum, coverage (0 to 1) and counters
            (names joined by ", "). Its bounds are exact, which sums of cell bounds are not.
        stretches: The same cut where any figure begins or ends: measure, view, start_date,
            end_date, value, low and high over all areas, each cell spread evenly over its days.
    """

    snapshot_id: str
    as_of: date
    tables: Mapping[str, pd.DataFrame]
    totals: pd.DataFrame = field(default_factory=no_totals)
    stretches: pd.DataFrame = field(default_factory=no_stretches)

    def __post_init__(self) -> None:
        missing = [name for name in TOTALS_COLUMNS if name not in self.totals.columns]
        if missing:
            raise ValueError(
                f"The totals of publication {self.snapshot_id} lack the column(s) "
                f"{', '.join(missing)}. Give one row per measure and view with "
                f"{', '.join(TOTALS_COLUMNS)}."
            )

    def stretches_of(self, measure: str, view: str) -> list[Stretch]:
        """The stretches of one measure and view, in order of time."""
        own = self.stretches[
            (self.stretches["measure"] == measure) & (self.stretches["view"] == view)
        ].sort_values("start_date")
        names = ["start_date", "end_date", "value", "low", "high"]
        return [Stretch(*row) for row in own[names].itertuples(index=False)]

    def table(self, model: type[Table]) -> pd.DataFrame:
        """The frame of a table, empty where the publication has none."""
        frame = self.tables.get(model.table_name())
        return model.empty() if frame is None else frame


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as plain values, with None where nothing is known."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]
