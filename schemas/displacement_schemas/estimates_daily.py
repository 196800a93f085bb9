"""The table `estimates_daily`: reconciled flows by area and day."""

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


class EstimatesDaily(Table):
    """Reconciled persons per area and day, at every admin level that a figure names.

    A day or area that no figure covers has no row: nothing known is never zero. Levels
    repeat each other: sum one admin level only. Where rows are suppressed, those of level 3
    add up to less than their parent: read the parent.
    """

    measure: Series[Text] = field("What is counted.", words=Measure)
    view: Series[Text] = field("Seen from origin, destination or location.", words=AreaRole)
    area_code: Series[Text] = field("The area (see `areas`).")
    admin_level: Series[Whole] = field("0 country, 1 governorate, 2 district, 3 sub-district.")
    date: Series[Day] = field("The day.")
    value: Series[Decimal] = estimate()
    low: Series[Decimal] = bound("Least")
    high: Series[Decimal] = bound("Greatest")
    figures: Series[Whole] = field("Figures that speak of the area and day.", ge=1)
    counters: Series[Whole] = field("Independent counters among them.", ge=1)
    coverage: Series[Decimal] = field(
        "Share of the area's exposure (population times days) that figures cover.",
        unit="0 to 1",
        ge=0,
        le=1,
    )
    method: Series[Text] = field("How the value came about, its most worked part.", words=Method)
    as_of: Series[Day] = field("Only what was known on this day was used.")
    suppressed: Series[Flag] = suppression("value, low and high are")

    class Config:
        unique = ["measure", "view", "area_code", "date"]
        metadata = {"sort_by": ["measure", "view", "area_code", "date"]}
