"""The table `sources`: who delivers figures, under which terms and how reliably."""

from pandera.typing import Series

from displacement_schemas.table import Decimal, Flag, Table, Text, Whole, field


class Sources(Table):
    """One declared source of figures (data/reference/sources.toml)."""

    source_id: Series[Text] = field("Short name of the source.", unique=True)
    title: Series[Text] = field("What it is, in words.")
    enabled: Series[Flag] = field("Whether runs ask it.")
    counter: Series[Text] = field(
        "The counter of its figures where a record names none.", nullable=True
    )
    publisher: Series[Text] = field("The publisher where a record names none.", nullable=True)
    licence: Series[Text] = field("Terms under which its figures may be used.")
    cadence: Series[Text] = field("How often it is asked.")
    error: Series[Decimal] = field(
        "Usual relative error of its figures where the counter's is not declared.",
        unit="share of the figure",
        nullable=True,
    )
    stock_expiry_days: Series[Whole] = field(
        "How long its stock figures are carried forward.", unit="days", ge=1
    )
    rejected_share: Series[Decimal] = field(
        "Share of rejected rows above which a run is reported as incomplete.",
        unit="0 to 1",
        ge=0,
        le=1,
    )

    class Config:
        metadata = {"sort_by": ["source_id"]}
