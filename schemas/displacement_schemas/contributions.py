"""The table `contributions`: which figure speaks for how much of which estimate."""

from pandera.typing import Series

from displacement_schemas.table import Decimal, Flag, Table, Text, field, suppression


class Contributions(Table):
    """How much of an episode's estimate rests on each of its figures.

    Each cell's value is divided among the figures that cover it, in proportion to the
    inverse square of their errors; the values of an episode add up to its estimate.
    """

    episode_id: Series[Text] = field("The episode (see `estimates`).")
    figure_id: Series[Text] = field("The figure (see `figures`).")
    value: Series[Decimal] = field(
        "Persons of the estimate it speaks for; null where `suppressed`.",
        unit="persons",
        nullable=True,
        ge=0,
    )
    share: Series[Decimal] = field("The same as a share.", unit="0 to 1", nullable=True, ge=0, le=1)
    suppressed: Series[Flag] = suppression("value and share are")

    class Config:
        unique = ["episode_id", "figure_id"]
        metadata = {"sort_by": ["episode_id", "figure_id"]}
