"""The frame `figures_file_rows`: the rows of a figures file, the simplest way in."""

from pandera.typing import Series

from displacement_schemas.table import Day, Decimal, Table, Text, Whole, field
from displacement_schemas.vocabulary import AreaRole, Cause, Measure, Quantifier, Role, Unit


class FiguresFileRows(Table):
    """One row of a figures file (CSV), its numbers and dates read and its defaults filled in."""

    file: Series[Text] = field("The file it came from.")
    row: Series[Whole] = field("The row as the file counts it, the header being 1.", ge=1)
    counter: Series[Text] = field("The organisation that counted.")
    published_on: Series[Day] = field("When the figure was published.")
    measure: Series[Text] = field("What is counted.", words=Measure)
    quantifier: Series[Text] = field("How the words bind the number.", words=Quantifier)
    stated: Series[Decimal] = field("The number as published.", ge=0, nullable=True)
    stated_high: Series[Decimal] = field("High end of a range.", ge=0, nullable=True)
    unit: Series[Text] = field("person or household.", words=Unit)
    start_date: Series[Day] = field("First day of the period.")
    end_date: Series[Day] = field("Last day of the period, inclusive.")
    areas: Series[Text] = field("P-codes joined by |.", nullable=True)
    area_text: Series[Text] = field("The area in words.", nullable=True)
    area_role: Series[Text] = field("origin, destination or location.", words=AreaRole)
    publisher: Series[Text] = field("Who printed it.", nullable=True)
    event_id: Series[Text] = field("The event, where one is named.", nullable=True)
    cause: Series[Text] = field("What drove the people out.", words=Cause)
    role: Series[Text] = field("Recommended or triangulation.", words=Role, nullable=True)
    record_id: Series[Text] = field("The publisher's own number of the record.", nullable=True)
    error: Series[Decimal] = field(
        "Usual relative error, overriding the counter's.", gt=0, lt=1, nullable=True
    )
    url: Series[Text] = field("Where it was published.", nullable=True)
    quote: Series[Text] = field("The published words.", nullable=True)
    landing_sha256: Series[Text] = field("The landed file that holds it.")
