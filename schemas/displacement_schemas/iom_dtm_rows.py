"""The frame `iom_dtm_rows`: the rows of IOM's DTM API v3, as it delivers them."""

from typing import Final

from pandera.typing import Series

from displacement_schemas.delivered import ISO_DAY, Delivered
from displacement_schemas.table import Text, Whole, field

ASSESSMENT_TYPES: Final = ("BA", "SA", "ETT", "SRV", "FMS", "FMC", "FMSc", "REG")
"""Baseline, site, emergency tracking; surveys, flow monitoring and registration."""


class IomDtmRows(Delivered):
    """The people of one reason and origin whom one round found in one area."""

    operation: Series[Text] = field("The crisis or programme that counts.")
    admin0Name: Series[Text] = field("Country in words.", nullable=True)
    admin0Pcode: Series[Text] = field("Country, ISO 3166-1 alpha-3.")
    admin1Name: Series[Text] = field("Area of the first level in words.", nullable=True)
    admin1Pcode: Series[Text] = field("Its P-code.", nullable=True)
    admin2Name: Series[Text] = field("Area of the second level in words.", nullable=True)
    admin2Pcode: Series[Text] = field("Its P-code.", nullable=True)
    numPresentIdpInd: Series[Whole] = field(
        "Displaced people present on the day.", unit="persons", ge=0
    )
    reportingDate: Series[Text] = field("The day.", str_matches=ISO_DAY)
    roundNumber: Series[Whole] = field("The round; every operation counts its own.", ge=0)
    displacementReason: Series[Text] = field("Why they left, in free words.", nullable=True)
    idpOriginAdmin1Name: Series[Text] = field("Where they left, in words.", nullable=True)
    idpOriginAdmin1Pcode: Series[Text] = field("Its P-code.", nullable=True)
    assessmentType: Series[Text] = field("How they were counted.", isin=list(ASSESSMENT_TYPES))
