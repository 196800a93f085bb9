"""The table `conflicts`: who contradicts whom, by how much, and what was bent."""

from pandera.typing import Series

from displacement_schemas.table import Decimal, Flag, Table, Text, field, suppression
from displacement_schemas.vocabulary import Measure


class Conflicts(Table):
    """A figure whose allowed range had to be stretched so that all figures can hold."""

    conflict_id: Series[Text] = field("Stable identity of the conflict.", unique=True)
    episode_id: Series[Text] = field("The episode (see `estimates`).")
    measure: Series[Text] = field("What is counted.", words=Measure)
    figure_id: Series[Text] = field("The figure that was bent (see `figures`).")
    counter: Series[Text] = field("Who counted it.")
    against: Series[Text] = field(
        "The fewest figures that it cannot hold together with, figure_ids joined by |.",
        nullable=True,
    )
    against_counters: Series[Text] = field("Who counted those, joined by |.", nullable=True)
    stretch: Series[Decimal] = field(
        "How far the allowed range was stretched beyond its end; null where `suppressed`.",
        unit="share of that end",
        nullable=True,
        gt=0,
    )
    text: Series[Text] = field("The conflict in words, and what would resolve it.")
    suppressed: Series[Flag] = suppression("the stretch and every number in the text are")

    class Config:
        unique = ["episode_id", "figure_id"]
        metadata = {"sort_by": ["episode_id", "figure_id"]}
