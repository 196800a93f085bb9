"""The table `figure_areas`: which areas each figure speaks of."""

from pandera.typing import Series

from displacement_schemas.table import Decimal, Table, Text, field
from displacement_schemas.vocabulary import MatchMethod


class FigureAreas(Table):
    """The areas a figure covers together: a figure is a sum over all of its areas."""

    figure_id: Series[Text] = field("The figure (see `figures`).")
    area_code: Series[Text] = field("The area (see `areas`).")
    code_system: Series[Text] = field("The system the code belongs to; a bare code means nothing.")
    match_method: Series[Text] = field(
        "How the area text was linked to the code.", words=MatchMethod
    )
    match_score: Series[Decimal] = field(
        "Likeness of the names, 100 where nothing was guessed.", unit="0 to 100", ge=0, le=100
    )

    class Config:
        unique = ["figure_id", "code_system", "area_code"]
        metadata = {"sort_by": ["figure_id", "area_code"]}
