"""The frame `hdx_hapi_idps_rows`: displaced people in HDX HAPI v2, as it delivers them."""

from pandera.typing import Series

from displacement_schemas.delivered import ISO_DAY, Delivered
from displacement_schemas.iom_dtm_rows import ASSESSMENT_TYPES
from displacement_schemas.table import Text, Whole, field


class HdxHapiIdpsRows(Delivered):
    """The people whom one round of IOM's DTM found in one area: a sum of DTM's own rows."""

    location_code: Series[Text] = field("Country, ISO 3166-1 alpha-3.")
    location_name: Series[Text] = field("Country in words.", nullable=True)
    admin1_code: Series[Text] = field("P-code of the first level.", nullable=True)
    admin1_name: Series[Text] = field("Its name.", nullable=True)
    provider_admin1_name: Series[Text] = field("Its name as DTM has it.", nullable=True)
    admin2_code: Series[Text] = field("P-code of the second level.", nullable=True)
    admin2_name: Series[Text] = field("Its name.", nullable=True)
    provider_admin2_name: Series[Text] = field("Its name as DTM has it.", nullable=True)
    admin_level: Series[Whole] = field("How fine the row's area is.", ge=0, le=2)
    assessment_type: Series[Text] = field("How they were counted.", isin=list(ASSESSMENT_TYPES))
    reporting_round: Series[Whole] = field("The round within its operation.", ge=0)
    operation: Series[Text] = field("The crisis or programme that counts.")
    population: Series[Whole] = field("Displaced people on the day.", unit="persons", ge=0)
    reference_period_start: Series[Text] = field("The day.", str_matches=ISO_DAY)
