"""The frame `odk_central_rows`: submissions of ODK Central forms, only mapped answers."""

from pandera.typing import Series

from displacement_schemas.form_answers import FormAnswers
from displacement_schemas.table import Text, field

REVIEWS = ["approved", "edited", "hasIssues", "rejected", "none"]


class OdkCentralRows(FormAnswers):
    """One figure of a submission to an ODK Central form."""

    review: Series[Text] = field("Its review state; none where unreviewed.", isin=REVIEWS)
