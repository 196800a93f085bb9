"""The frame `rejected_numbers`: the numbers of one text that are no displacement figures."""

from pandera.typing import Series

from displacement_schemas.table import Decimal, Table, Text, Whole, field
from displacement_schemas.vocabulary import NumberReason


class RejectedNumbers(Table):
    """One number of a text that is no displacement figure, and why."""

    number_start: Series[Whole] = field("Offset of the number's first character.", ge=0)
    number_end: Series[Whole] = field("Offset after the number's last character.", ge=1)
    number_text: Series[Text] = field("The number as it stands in the text.")
    value: Series[Decimal] = field("What it says, where it says one number.", nullable=True)
    reason: Series[Text] = field("Why it is no displacement figure.", words=NumberReason)
    rule_id: Series[Text] = field("The rule that rejected it.")

    class Config:
        metadata = {"sort_by": ["number_start"]}
