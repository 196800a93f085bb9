"""The table `balance`: does the change of a stock agree with the flows in between?"""

from typing import Any

from pandera.typing import Series

from displacement_schemas.table import Day, Decimal, Flag, Table, Text, Whole, field
from displacement_schemas.vocabulary import AreaRole, Measure


def _persons(description: str, *, known: bool = False) -> Any:
    return field(description, unit="persons", nullable=not known)


class Balance(Table):
    """Stock and flow beside each other: two counts of a stock, and who came and went in between.

    Shown, not forced: a `gap` whose range does not hold 0 says that stock and flows cannot both
    be right. Made from the published `stocks`, `estimates_monthly` and `estimates_daily` alone;
    a flow that is partly unknown or suppressed has no number here. At admin levels 0 to 2.
    """

    measure: Series[Text] = field("The stock.", words=Measure)
    view: Series[Text] = field("The view of the stock.", words=AreaRole)
    area_code: Series[Text] = field("The area (see `areas`).")
    admin_level: Series[Whole] = field("0 country, 1 governorate, 2 district.", ge=0, le=2)
    start_date: Series[Day] = field("The day of the earlier count.")
    end_date: Series[Day] = field("The day of the later count.")
    opening: Series[Decimal] = _persons("The stock on the earlier day.", known=True)
    closing: Series[Decimal] = _persons("The stock on the later day.", known=True)
    change: Series[Decimal] = _persons("Closing less opening.", known=True)
    change_low: Series[Decimal] = _persons("Least change that the bounds of both allow.")
    change_high: Series[Decimal] = _persons("Greatest change that the bounds of both allow.")
    inflow: Series[Decimal] = _persons("Who came in after the earlier day; null where unknown.")
    outflow: Series[Decimal] = _persons("Who went out after the earlier day; null where unknown.")
    gap: Series[Decimal] = _persons(
        "The change less what flowed in, plus what flowed out; an unknown flow counts as nothing."
    )
    gap_low: Series[Decimal] = _persons("Least gap that all bounds allow.")
    gap_high: Series[Decimal] = _persons("Greatest gap that all bounds allow.")
    agrees: Series[Flag] = field(
        "True where the range of the gap holds 0; null where a bound is unknown.", nullable=True
    )
    coverage: Series[Decimal] = field(
        "Share of the days in between for which a flow is known.", unit="0 to 1", ge=0, le=1
    )
    as_of: Series[Day] = field("Only what was known on this day was used.")

    class Config:
        unique = ["measure", "view", "area_code", "start_date"]
        metadata = {"sort_by": ["measure", "view", "area_code", "start_date"]}
