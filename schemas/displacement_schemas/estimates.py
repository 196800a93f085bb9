"""The table `estimates`: what reconciliation says of every cell."""

from pandera.typing import Series

from displacement_schemas.table import (
    Day,
    Decimal,
    Flag,
    Table,
    Text,
    Whole,
    bound,
    estimate,
    field,
    suppression,
)
from displacement_schemas.vocabulary import AreaRole, Measure, Method


class Estimates(Table):
    """The reconciled number of persons in each cell, with its exact bounds.

    A cell is the largest piece of area, time and event that no figure's edge cuts. Cells of
    one measure and view never overlap, so their values add up; `low` and `high` of a sum of
    cells of one episode are narrower than the sums of these columns.
    """

    episode_id: Series[Text] = field("Figures linked by overlapping scopes form one episode.")
    measure: Series[Text] = field("What is counted.", words=Measure)
    view: Series[Text] = field("Seen from origin, destination or location.", words=AreaRole)
    area_codes: Series[Text] = field("The cell's areas, as few codes as possible, joined by |.")
    event_id: Series[Text] = field("The event, where figures name one.", nullable=True)
    start_date: Series[Day] = field("First day of the cell.")
    end_date: Series[Day] = field("Last day of the cell, inclusive.")
    value: Series[Decimal] = estimate()
    low: Series[Decimal] = bound("Least")
    high: Series[Decimal] = bound("Greatest")
    figures: Series[Whole] = field("Figures that speak of the cell.", ge=1)
    counters: Series[Whole] = field("Independent counters among them.", ge=1)
    coverage: Series[Decimal] = field(
        "Share of the cell's exposure that figures cover.", unit="0 to 1", ge=0, le=1
    )
    method: Series[Text] = field("How the value came about.", words=Method)
    as_of: Series[Day] = field("Only what was known on this day was used.")
    suppressed: Series[Flag] = suppression("value, low and high are")

    class Config:
        metadata = {"sort_by": ["measure", "view", "start_date", "episode_id", "area_codes"]}
