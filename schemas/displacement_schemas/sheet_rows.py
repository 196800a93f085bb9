"""The frame `sheet_rows`: the rows of volunteers' sheets, only columns on the allow-list."""

from pandera.typing import Series

from displacement_schemas.table import Day, Decimal, Table, Text, Whole, field


class SheetRows(Table):
    """One row of a volunteers' sheet, with its numbers and dates read."""

    file: Series[Text] = field("The file it came from.")
    sheet: Series[Text] = field("The worksheet.")
    row: Series[Whole] = field("The row as the sheet counts it.", ge=1)
    governorate: Series[Text] = field("Governorate as written.", nullable=True)
    district: Series[Text] = field("District as written.", nullable=True)
    sub_district: Series[Text] = field("Sub-district as written.", nullable=True)
    area_code: Series[Text] = field("Area code as written.", nullable=True)
    families: Series[Decimal] = field("Families.", unit="households", ge=0, nullable=True)
    people: Series[Decimal] = field("People.", unit="persons", ge=0, nullable=True)
    families_high: Series[Decimal] = field(
        "The most families, where the cell says a range.", unit="households", ge=0, nullable=True
    )
    people_high: Series[Decimal] = field(
        "The most people, where the cell says a range.", unit="persons", ge=0, nullable=True
    )
    start_date: Series[Day] = field("First day.", nullable=True)
    end_date: Series[Day] = field("Last day, inclusive.")
    enumerator: Series[Text] = field("A keyed token of who counted.", nullable=True)
    quote: Series[Text] = field("The allowed cells of the row as written.")
    landing_sha256: Series[Text] = field("The landed sheet that holds it.")
