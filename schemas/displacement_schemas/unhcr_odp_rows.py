"""The frame `unhcr_odp_rows`: the rows behind the widgets of UNHCR's Operational Data Portal."""

from pandera.typing import Series

from displacement_schemas.delivered import ISO_DAY, Delivered
from displacement_schemas.table import Text, Whole, field


class UnhcrOdpRows(Delivered):
    """One day or month of a series, or one area, camp or origin with its newest figure."""

    individuals: Series[Whole] = field("Persons.", unit="persons", ge=0)
    data_date: Series[Text] = field("Day in a time series.", nullable=True, str_matches=ISO_DAY)
    date: Series[Text] = field("Day of an area's figure.", nullable=True, str_matches=ISO_DAY)
    year: Series[Whole] = field("Year of the period.", nullable=True, ge=1900, le=2200)
    month: Series[Whole] = field(
        "Month of the period; beside a `date` it is not to be trusted.", nullable=True
    )
    geomaster_name: Series[Text] = field("Area, as the portal calls it.", nullable=True)
    name: Series[Text] = field("Camp or site within the area.", nullable=True)
    admin_level: Series[Text] = field("Kind of the area.", nullable=True)
    pop_origin_code: Series[Text] = field("Origin, in UNHCR's own codes.", nullable=True)
    pop_origin_name: Series[Text] = field("Origin in words.", nullable=True)
    population_group_id: Series[Text] = field("Population groups counted in it.", nullable=True)
