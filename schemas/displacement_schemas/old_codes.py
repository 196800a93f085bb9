"""The reference table `old_codes`: codes of areas that a later list no longer has."""

from pandera.typing import Series

from displacement_schemas.table import Day, Table, Text, Whole, field
from displacement_schemas.vocabulary import MatchMethod


class OldCodes(Table):
    """A code that was in force once, and the areas that it means today."""

    area_code: Series[Text] = field("The code as it was.")
    code_system: Series[Text] = field("The system of the code and of its successors.")
    country: Series[Text] = field("ISO 3166-1 alpha-3 code of the country.")
    admin_level: Series[Whole] = field("The level that the area had.", ge=0, le=5)
    name: Series[Text] = field("The name that the area had.")
    successor_codes: Series[Text] = field("Codes in force of what it is now, joined by |.")
    match_method: Series[Text] = field(
        "code: the successors are the same place; part_of: only what it lay in is known.",
        words=MatchMethod,
    )
    valid_until: Series[Day] = field(
        "First day of the list of codes that no longer has it, where known.", nullable=True
    )

    class Config:
        unique = ["code_system", "area_code"]
        metadata = {"sort_by": ["code_system", "area_code"]}
