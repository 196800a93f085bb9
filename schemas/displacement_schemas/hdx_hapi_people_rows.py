"""The frame `hdx_hapi_people_rows`: refugees and returnees in HDX HAPI v2, as it delivers them."""

from pandera.typing import Series

from displacement_schemas.delivered import ISO_DAY, Delivered
from displacement_schemas.table import Text, Whole, field

COUNTRY = r"^[A-Z]{3}$"
GROUPS = ("REF", "ROC", "ASY", "OIP", "IOC", "STA", "OOC", "HST", "RST", "NAT", "RET", "RDP")
GENDERS = ("f", "m", "x", "u", "o", "e", "all")


class HdxHapiPeopleRows(Delivered):
    """One population group between two countries in a year: a copy of a cell of UNHCR's table."""

    origin_location_code: Series[Text] = field("Country of origin.", str_matches=COUNTRY)
    origin_location_name: Series[Text] = field("It in words.", nullable=True)
    asylum_location_code: Series[Text] = field("Country of asylum.", str_matches=COUNTRY)
    asylum_location_name: Series[Text] = field("It in words.", nullable=True)
    population_group: Series[Text] = field("Who is counted.", isin=list(GROUPS))
    gender: Series[Text] = field("One gender, or all.", isin=list(GENDERS))
    age_range: Series[Text] = field("Ages in years, or all.")
    population: Series[Whole] = field("How many.", unit="persons", ge=0)
    reference_period_start: Series[Text] = field("First day of the year.", str_matches=ISO_DAY)
    reference_period_end: Series[Text] = field("Its last day.", str_matches=ISO_DAY)
