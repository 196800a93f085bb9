"""The frame `kobotoolbox_rows`: submissions of KoboToolbox forms, only mapped answers."""

from pandera.typing import Series

from displacement_schemas.form_answers import FormAnswers
from displacement_schemas.table import Text, field

REVIEWS = [
    "validation_status_approved", "validation_status_not_approved", "validation_status_on_hold",
    "none",
]  # fmt: skip


class KobotoolboxRows(FormAnswers):
    """One figure of a submission to a KoboToolbox form."""

    review: Series[Text] = field("Its validation status; none where unreviewed.", isin=REVIEWS)
