"""The table `coverage`: which source covers which area and days."""

from pandera.typing import Series

from displacement_schemas.table import Day, Table, Text, Whole, field
from displacement_schemas.vocabulary import Measure


class Coverage(Table):
    """Unbroken runs of days for which a source has accepted figures of an area."""

    source_id: Series[Text] = field("The source (see `sources`).")
    measure: Series[Text] = field("What is counted.", words=Measure)
    area_code: Series[Text] = field("The area that the figures name (see `areas`).")
    start_date: Series[Day] = field("First covered day.")
    end_date: Series[Day] = field("Last covered day, inclusive.")
    figures: Series[Whole] = field("Figures that cover the run.", ge=1)

    class Config:
        unique = ["source_id", "measure", "area_code", "start_date"]
        metadata = {"sort_by": ["source_id", "measure", "area_code", "start_date"]}
