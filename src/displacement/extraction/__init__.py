"""Which displacement figures does a text hold, and which of its numbers are none?

Text in, frames out: `extract` reads one document; the sources turn its figures into statements.
"""

from dataclasses import dataclass
from datetime import date

from pandera.typing import DataFrame

from displacement.extraction.binder import bind
from displacement.extraction.document import read_document, split_header
from displacement.extraction.figures import figure_rows
from displacement.extraction.numbers import find_numbers, masked
from displacement.extraction.rejecters import settle
from displacement.extraction.rules import has_rules
from displacement_schemas import ExtractedFigures, RejectedNumbers

__all__ = ["Extraction", "extract", "has_rules", "split_header"]


@dataclass(frozen=True)
class Extraction:
    """What one text holds: every number of it is in exactly one of the two frames."""

    figures: DataFrame[ExtractedFigures]
    rejected: DataFrame[RejectedNumbers]


def extract(
    text: str,
    published_on: date,
    publisher: str | None = None,
    lang: str = "en",
    *,
    start: int = 0,
) -> Extraction:
    """Read the displacement figures of a text.

    Args:
        text: The whole text; all offsets of the result count its characters.
        published_on: When it was published; periods are resolved backwards from this day.
        publisher: Who printed it; never taken for the counter unless it counted itself.
        lang: The language of the text.
        start: Where its body begins; numbers before are not looked at (see `split_header`).

    Returns:
        The figures, and all other numbers with the reason why they are none.

    Raises:
        ValueError: There are no rules for the language.
    """
    document = read_document(text, published_on, publisher, lang, start=start)
    numbers = find_numbers(document.clean, start, lang)
    mask = masked(document.clean, numbers)
    settled = settle(document.clean, mask, numbers, lang)
    figures, rejected = figure_rows(document, mask, bind(document, mask, numbers, settled))
    return Extraction(ExtractedFigures.from_rows(figures), RejectedNumbers.from_rows(rejected))
