"""What the rows of every source of forms share: allowed answers of one submission, as text."""

from pandera.typing import Series

from displacement_schemas.delivered import ISO_DAY, Delivered
from displacement_schemas.table import Text, Whole, field


class FormAnswers(Delivered):
    """One figure of a submission: only answers that the configuration maps, as they were given."""

    submission: Series[Text] = field("The submission; the same through all edits.")
    repeat: Series[Whole] = field("Which row of the repeated group.", nullable=True, ge=1)
    submitted: Series[Text] = field("The day it was sent in.", str_matches=ISO_DAY)
    governorate: Series[Text] = field("Governorate as written.", nullable=True)
    district: Series[Text] = field("District as written.", nullable=True)
    sub_district: Series[Text] = field("Sub-district as written.", nullable=True)
    area_code: Series[Text] = field("Area code as written.", nullable=True)
    families: Series[Text] = field("Families as written.", nullable=True)
    people: Series[Text] = field("People as written.", nullable=True)
    start_date: Series[Text] = field("First day as written.", nullable=True)
    end_date: Series[Text] = field("Last day as written.", nullable=True)
    day: Series[Text] = field("The only day as written.", nullable=True)
    enumerator: Series[Text] = field("A keyed token of who counted.", nullable=True)
    withheld: Series[Text] = field(
        "Columns whose answers looked personal and were not kept.", nullable=True
    )
