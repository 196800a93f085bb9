"""The rows of OCHA's monthly workbook of IDP movements: one community, one kind of movement."""

from pandera.typing import Series

from displacement_schemas.delivered import Delivered
from displacement_schemas.table import Decimal, Text, field


class WorkbooksRows(Delivered):
    """One row of a sheet of arrivals or returns; `row` is counted as the sheet counts it."""

    sheet: Series[Text] = field("The worksheet, by its number.")
    kind: Series[Text] = field("What moved.", isin=["arrivals", "returns"])
    sub_district: Series[Text] = field("Sub-district as written.")
    sub_district_code: Series[Text] = field("Its code.", str_matches=r"^SY\d{6}$")
    community_code: Series[Text] = field(
        "Code of the community (C) or neighbourhood (N).", str_matches=r"^[CN]\d+$"
    )
    people: Series[Decimal] = field("People, as estimated.", unit="persons", ge=0)
    quote: Series[Text] = field("The allowed cells of the row as written.")
