"""The reference table `described_areas`: places that are no administrative unit."""

from pandera.typing import Series

from displacement_schemas.table import Table, Text, field
from displacement_schemas.vocabulary import MatchMethod


class DescribedAreas(Table):
    """One area of a described place ("eastern Hama") or of a place within an area (a village)."""

    name: Series[Text] = field("The words that people use.")
    area_code: Series[Text] = field("One of the areas meant.")
    code_system: Series[Text] = field("The system of the area code.")
    match_method: Series[Text] = field("`described` or `part_of`.", words=MatchMethod)
    reference: Series[Text] = field("Who means these areas by it.")

    class Config:
        unique = ["name", "code_system", "area_code"]
