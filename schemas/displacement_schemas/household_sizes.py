"""The reference table `household_sizes`: how many persons a household stands for."""

from pandera.typing import Series

from displacement_schemas.table import Decimal, Table, Text, Whole, field


class HouseholdSizes(Table):
    """A documented household size for a country or area and a span of years."""

    area_code: Series[Text] = field("The area it holds for, with everything inside it.")
    code_system: Series[Text] = field("The system of the area code.")
    first_year: Series[Whole] = field("First year it holds for.")
    last_year: Series[Whole] = field("Last year it holds for, inclusive.")
    size: Series[Decimal] = field("Central value.", unit="persons per household", gt=0)
    size_low: Series[Decimal] = field("Low end.", unit="persons per household", gt=0)
    size_high: Series[Decimal] = field("High end.", unit="persons per household", gt=0)
    reference: Series[Text] = field("Where it comes from.")
