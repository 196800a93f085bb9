"""The frame `idmc_idu_rows`: figures of IDMC's Internal Displacement Updates as delivered."""

from pandera.typing import Series

from displacement_schemas.delivered import ISO_DAY, Delivered
from displacement_schemas.table import Text, Whole, field

ROLES = ["Recommended figure", "Triangulation"]
CAUSES = ["Conflict", "Disaster", "Other"]
QUALIFIERS = [
    "total", "approximately", "more than or equal to", "more than", "less than or equal to",
    "less than",
]  # fmt: skip
OCCURRED = [
    "Displacement reporting preventive evacuations",
    "Displacement without preventive evacuations reported",
]


class IdmcIduRows(Delivered):
    """One figure of a dump of IDMC's feed, with the columns that are read."""

    id: Series[Whole] = field("IDMC's number of the figure; the same in every dump.", ge=1)
    iso3: Series[Text] = field(
        "The country as ISO 3166-1 alpha-3; AB9 is Abyei.", str_matches=r"^[A-Z][A-Z0-9]{2}$"
    )
    country: Series[Text] = field("The country's name.", nullable=True)
    role: Series[Text] = field("Recommended, or a cross-check.", isin=ROLES)
    displacement_type: Series[Text] = field("What drove the people out.", isin=CAUSES)
    qualifier: Series[Text] = field("How the source bound the number.", isin=QUALIFIERS)
    figure: Series[Whole] = field("People, families already multiplied.", unit="persons", ge=0)
    displacement_date: Series[Text] = field(
        "Last day (IDMC calls it the initial date, and fills it with the end).",
        nullable=True,
        str_matches=ISO_DAY,
    )
    displacement_start_date: Series[Text] = field("First day.", nullable=True, str_matches=ISO_DAY)
    event_id: Series[Whole] = field("IDMC's number of the event.", nullable=True, ge=1)
    sources: Series[Text] = field("Who counted, joined by semicolons.", nullable=True)
    source_url: Series[Text] = field(
        "Where it was read; empty for most readers since December 2025.", nullable=True
    )
    locations_name: Series[Text] = field(
        "Addresses, the innermost name first, joined by semicolons.", nullable=True
    )
    locations_type: Series[Text] = field(
        "Origin, destination or both for every address, joined by semicolons.", nullable=True
    )
    displacement_occurred: Series[Text] = field(
        "Whether people were evacuated beforehand.", nullable=True, isin=OCCURRED
    )
    created_at: Series[Text] = field(
        "When IDMC entered it; editing leaves it as it is.", str_matches=ISO_DAY
    )
