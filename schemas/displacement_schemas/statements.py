"""The frame `statements`: what a source says of its figures, before anything is worked out.

Every source turns its own records into this one shape; `normalise` takes it from there.
"""

from pandera.typing import Series

from displacement_schemas.table import Day, Decimal, Flag, Instant, Table, Text, Whole, field
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


class Statements(Table):
    """One figure as its source states it: words and numbers still as reported."""

    source_record_id: Series[Text] = field("The record within its source.", unique=True)
    file: Series[Text] = field("The file or address it came from.")
    row: Series[Whole] = field("Its row in the file, where it has one.", nullable=True, ge=1)
    counter: Series[Text] = field("The organisation that counted, as the source names it.")
    publisher: Series[Text] = field("Who printed the figure.", nullable=True)
    derived_from_record: Series[Text] = field(
        "What this one repeats, where the source says so: the source_record_id or the "
        "partition_id of any source, several joined by |.",
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
    role: Series[Text] = field("Recommended or triangulation.", words=Role, nullable=True)
    modality: Series[Text] = field("Whether it happened or may happen.", words=Modality)
    unit: Series[Text] = field("Who was counted one by one.", words=Unit)
    quantifier: Series[Text] = field("How the words bind the number.", words=Quantifier)
    stated: Series[Decimal] = field(
        "The number as reported; the low end of a range; null if vague.",
        unit="as in column unit",
        ge=0,
        nullable=True,
    )
    stated_high: Series[Decimal] = field(
        "The high end of a reported range.", unit="as in column unit", ge=0, nullable=True
    )
    in_words: Series[Flag] = field(
        "True where the number stood in a text, so that a bare number is a rounded one."
    )
    error: Series[Decimal] = field(
        "Relative error that overrides the counter's.",
        unit="share of the figure",
        gt=0,
        lt=1,
        nullable=True,
    )
    start_date: Series[Day] = field("First day; null where left open.", nullable=True)
    end_date: Series[Day] = field("Last day, inclusive.")
    date_precision: Series[Text] = field("How exactly the source dated it.", words=DatePrecision)
    event_id: Series[Text] = field("The event the source names.", nullable=True)
    area_codes: Series[Text] = field("Area codes given by the source, joined by |.", nullable=True)
    area_names: Series[Text] = field(
        "Area names to be matched, joined by |; each may be a path from the outermost parent "
        "inwards, joined by ' > '. A path that ends in ' > ?' may be finer than our areas: where "
        "its inner steps are not known, the innermost known area is taken, as part_of.",
        nullable=True,
    )
    area_text: Series[Text] = field("The area as reported.")
    area_role: Series[Text] = field("Where the area stands in the movement.", words=AreaRole)
    published_on: Series[Day] = field("When the world could know.")
    tier: Series[Text] = field("Whether a reviewer has to look first.", words=Tier)
    quote: Series[Text] = field("The sentence or cells that say it.", nullable=True)
    url: Series[Text] = field("Where the source can be read.", nullable=True)
    landing_sha256: Series[Text] = field("The landed answer that holds the record.")
    rule_id: Series[Text] = field("The rule that read it.")
    enumerator: Series[Text] = field(
        "A keyed token of the person who counted: only how many differ is ever published.",
        nullable=True,
    )


class Records(Statements):
    """A statement as the store keeps it: every revision of every record, nothing overwritten."""

    source_record_id: Series[Text] = field("The record within its source.")
    source_id: Series[Text] = field("The source that delivered the record.")
    revision: Series[Whole] = field("Counts from 1; a withdrawal is a revision.", ge=1)
    withdrawn: Series[Flag] = field("True where the source no longer holds the record.")
    recorded_at: Series[Instant] = field("When this store knew.")

    class Config:
        unique = ["source_id", "source_record_id", "revision"]
        metadata = {"sort_by": ["source_id", "source_record_id", "revision"]}

    @classmethod
    def table_name(cls) -> str:
        """It shares its module with `Statements`."""
        return "records"
