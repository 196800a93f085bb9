"""The reference table `populations`: how many people lived in an area, year by year."""

from pandera.typing import Series

from displacement_schemas.table import Decimal, Table, Text, Whole, field


class Populations(Table):
    """The residents of an area in a year."""

    area_code: Series[Text] = field("Code of the area.")
    code_system: Series[Text] = field("The system of the code.")
    year: Series[Whole] = field("The year that the number is for.", ge=1900, le=2100)
    population: Series[Decimal] = field("Residents.", unit="persons", ge=0)
    reference: Series[Text] = field("Where it comes from.")

    class Config:
        unique = ["code_system", "area_code", "year"]
        metadata = {"sort_by": ["code_system", "area_code", "year"]}
