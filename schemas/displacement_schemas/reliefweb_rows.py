"""The rows of ReliefWeb: reports as its API lists them, before their text is read."""

from pandera.typing import Series

from displacement_schemas.delivered import ISO_DAY, Delivered
from displacement_schemas.table import Text, field


class ReliefwebRows(Delivered):
    """One report: its text and the facts of its publication."""

    id: Series[Text] = field("ReliefWeb's number of the report.", str_matches=r"^\d+$")
    title: Series[Text] = field("Its title.")
    body: Series[Text] = field(
        "Its text in Markdown; empty where only a PDF is there.", nullable=True
    )
    url: Series[Text] = field("Where it can be read.", nullable=True)
    source: Series[Text] = field("Short name of who published it.", nullable=True)
    language: Series[Text] = field("Code of its language.", nullable=True)
    original: Series[Text] = field("When its publisher published it.", str_matches=ISO_DAY)
    changed: Series[Text] = field("When ReliefWeb last edited it.", str_matches=ISO_DAY)
