"""The table `rejected`: everything that failed a contract, with the reason."""

from pandera.typing import Series

from displacement_schemas.table import Instant, Table, Text, Whole, field


class Rejected(Table):
    """One row, number or file that was not taken, where it stands and why.

    Nothing that arrives is lost: it becomes a figure or a row here.
    """

    rejected_id: Series[Text] = field("Stable identity of the rejection.", unique=True)
    source_id: Series[Text] = field("The source that delivered it.")
    schema: Series[Text] = field("The contract that it failed.")
    file: Series[Text] = field("The file or address it came from.")
    row: Series[Whole] = field(
        "Its row as a reader of the file counts (1 is the first line), where it has one.",
        nullable=True,
        ge=1,
    )
    column: Series[Text] = field("The column that failed, where one did.", nullable=True)
    check: Series[Text] = field("The rule that failed, as a short name.")
    value: Series[Text] = field("The value that failed, shortened.", nullable=True)
    reason: Series[Text] = field("One sentence for people: what, where, and what to do.")
    number_start: Series[Whole] = field(
        "For a number in a text: offset of its first character.", nullable=True, ge=0
    )
    number_end: Series[Whole] = field(
        "For a number in a text: offset after its last character.", nullable=True, ge=0
    )
    landing_sha256: Series[Text] = field(
        "The landed answer that holds it; null where nothing could be landed, or where a number "
        "of that answer is withheld.",
        nullable=True,
    )
    recorded_at: Series[Instant] = field("When this store first saw it.")

    class Config:
        metadata = {"sort_by": ["source_id", "file", "row", "number_start", "rejected_id"]}
