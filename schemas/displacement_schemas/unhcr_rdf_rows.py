"""The frame `unhcr_rdf_rows`: the rows of UNHCR's Refugee Data Finder, as it delivers them."""

from typing import Any

from pandera.typing import Series

from displacement_schemas.delivered import Delivered
from displacement_schemas.table import Text, Whole, field

COUNTRY = r"^[A-Z]{3}$"


def persons(description: str) -> Any:
    """A count; null where the table has "-", zero where nothing above zero was reported."""
    return field(description, unit="persons", nullable=True, ge=0)


class UnhcrRdfRows(Delivered):
    """One year, country of origin and country of asylum, of /population/ or of /solutions/."""

    year: Series[Whole] = field(
        "Its end, or its middle while that is the newest there is.", ge=1900, le=2200
    )
    coo_iso: Series[Text] = field("Country of origin, ISO 3166-1 alpha-3.", str_matches=COUNTRY)
    coa_iso: Series[Text] = field("Country of asylum, ISO 3166-1 alpha-3.", str_matches=COUNTRY)
    coo_name: Series[Text] = field("Country of origin in words.", nullable=True)
    coa_name: Series[Text] = field("Country of asylum in words.", nullable=True)
    refugees: Series[Whole] = persons("Refugees on the day.")
    asylum_seekers: Series[Whole] = persons("Asylum-seekers on the day.")
    oip: Series[Whole] = persons("Other people in need of international protection on the day.")
    idps: Series[Whole] = persons("People displaced within their country by conflict on the day.")
    returned_refugees: Series[Whole] = persons("Refugees who returned within the year.")
    returned_idps: Series[Whole] = persons("Displaced people who returned within the year.")
