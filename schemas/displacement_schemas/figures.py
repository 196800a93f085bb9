"""The table `figures`: every published number about displaced people, one row per revision."""

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from displacement_schemas.table import (
    Day,
    Decimal,
    Flag,
    Instant,
    Table,
    Text,
    Whole,
    field,
    suppression,
)
from displacement_schemas.vocabulary import (
    AreaRole,
    Cause,
    DatePrecision,
    Measure,
    Modality,
    Quantifier,
    Role,
    Term,
    Tier,
    Unit,
)


class Figures(Table):
    """One published number about displaced people, with its period, area, unit and counter.

    One row per figure and revision; nothing is ever overwritten. What was reported
    (`unit`, `quantifier`, `stated`) stands beside what was derived from it (`persons`).
    """

    figure_id: Series[Text] = field(
        "Stable identity: the same source record and revision give the same id on every machine.",
        unique=True,
    )
    source_id: Series[Text] = field("The source that delivered the record (see `sources`).")
    source_record_id: Series[Text] = field(
        "The record within its source; all revisions of a record share it."
    )
    revision: Series[Whole] = field("Counts from 1; a withdrawal is a revision.", ge=1)
    withdrawn: Series[Flag] = field("True where the source no longer holds the record.")
    counter: Series[Text] = field("The organisation that counted.")
    publisher: Series[Text] = field("Who printed the figure.", nullable=True)
    derived_from: Series[Text] = field(
        "The figure_id that this one repeats (several joined by |); null for a voice of its own.",
        nullable=True,
    )
    partition_id: Series[Text] = field(
        "Figures that share it are parts counted separately: of the same scope they add up, "
        "and of the same event whatever their scopes.",
        nullable=True,
    )
    alternatives_id: Series[Text] = field(
        "Figures that share it count the same people in other ways: they are never summed, and "
        "only the best ranked one speaks where they overlap.",
        nullable=True,
    )
    preference: Series[Whole] = field(
        "Rank among the figures that share `alternatives_id`, the best one 1; last where null.",
        nullable=True,
        ge=1,
    )
    measure: Series[Text] = field("What is counted.", words=Measure)
    term: Series[Text] = field("The publisher's word for what happened.", words=Term)
    cause: Series[Text] = field("What drove the people out.", words=Cause)
    role: Series[Text] = field(
        "What the source says of the figure's use, where it does; triangulation where better "
        "ranked alternatives speak for it everywhere.",
        words=Role,
        nullable=True,
    )
    modality: Series[Text] = field("Whether it happened or may happen.", words=Modality)
    unit: Series[Text] = field("Who was counted one by one, as reported.", words=Unit)
    quantifier: Series[Text] = field("How the words bind the number.", words=Quantifier)
    stated: Series[Decimal] = field(
        "The number as reported, in `unit`; the low end of a range; null if vague.",
        unit="as in column unit",
        ge=0,
        nullable=True,
    )
    stated_high: Series[Decimal] = field(
        "The high end of a reported range.", unit="as in column unit", ge=0, nullable=True
    )
    household_size: Series[Decimal] = field(
        "Persons per household used to derive `persons`; null when people were stated.",
        unit="persons per household",
        gt=0,
        nullable=True,
    )
    household_size_low: Series[Decimal] = field(
        "Low end of the household size.", unit="persons per household", gt=0, nullable=True
    )
    household_size_high: Series[Decimal] = field(
        "High end of the household size.", unit="persons per household", gt=0, nullable=True
    )
    household_size_source: Series[Text] = field(
        "Where the household size comes from.", nullable=True
    )
    persons: Series[Decimal] = field(
        "Central value, derived from what was reported; null if vague.",
        unit="persons",
        ge=0,
        nullable=True,
    )
    persons_low: Series[Decimal] = field(
        "Low end of the likely range that the words leave open.",
        unit="persons",
        ge=0,
        nullable=True,
    )
    persons_high: Series[Decimal] = field(
        "High end of the likely range that the words leave open.",
        unit="persons",
        ge=0,
        nullable=True,
    )
    error: Series[Decimal] = field(
        "The counter's usual relative error.", unit="share of the figure", gt=0, lt=1
    )
    start_date: Series[Day] = field(
        "First day of the period; the day itself for a stock; null where the source leaves the "
        "start open.",
        nullable=True,
    )
    end_date: Series[Day] = field("Last day of the period, inclusive.")
    date_precision: Series[Text] = field("How exactly the source dated it.", words=DatePrecision)
    event_id: Series[Text] = field("The event the source names.", nullable=True)
    area_text: Series[Text] = field("The area as reported.")
    area_role: Series[Text] = field("Where the area stands in the movement.", words=AreaRole)
    published_on: Series[Day] = field("When the world could know.")
    recorded_at: Series[Instant] = field("When this store knew.")
    tier: Series[Text] = field("Accepted figures are reconciled; others wait.", words=Tier)
    quote: Series[Text] = field("The sentence or cells that say it.", nullable=True)
    url: Series[Text] = field("Where the source can be read.", nullable=True)
    landing_sha256: Series[Text] = field(
        "The landed answer that holds the record; null where a number of that answer is withheld, "
        "which the hash would give back.",
        nullable=True,
    )
    rule_id: Series[Text] = field("The rule that read the figure.")
    correction: Series[Text] = field(
        "What an analyst's correction changed, and why.", nullable=True
    )
    enumerators: Series[Whole] = field(
        "How many different people counted what its source says of the same measure, areas and "
        "days; null where nobody knows.",
        unit="people who count",
        nullable=True,
        ge=1,
    )
    suppressed: Series[Flag] = suppression("the figure's numbers and words are")

    @pa.dataframe_check(error="end_date is before start_date")
    def period_runs_forward(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """A period never ends before it starts."""
        return (frame["start_date"].isna() | (frame["end_date"] >= frame["start_date"])).fillna(
            value=True
        )

    class Config:
        unique = ["source_id", "source_record_id", "revision"]
        metadata = {"sort_by": ["measure", "start_date", "source_id", "figure_id"]}
