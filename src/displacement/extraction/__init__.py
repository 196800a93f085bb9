"""Which displacement figures does a text hold, and which of its numbers are none?

Text in, frames out: `extract` reads one document; the sources turn its figures into statements.
What does the reading is loaded when it is first needed.
"""

from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from displacement.extraction.document import split_header
    from displacement.extraction.proposals import FigureProposer, ProposedFigure
    from displacement.extraction.rules import has_rules
    from displacement_schemas import ExtractedFigures, RejectedNumbers

__all__ = ["Extraction", "FigureProposer", "ProposedFigure", "extract", "has_rules", "split_header"]

_HOMES: Final = {
    "FigureProposer": "proposals",
    "ProposedFigure": "proposals",
    "has_rules": "rules",
    "split_header": "document",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


@dataclass(frozen=True)
class Extraction:
    """What one text holds: every number of it is in exactly one of the two frames."""

    figures: "DataFrame[ExtractedFigures]"
    rejected: "DataFrame[RejectedNumbers]"


def extract(
    text: str,
    published_on: date,
    publisher: str | None = None,
    lang: str = "en",
    *,
    start: int = 0,
    proposer: "FigureProposer | None" = None,
) -> Extraction:
    """Read the displacement figures of a text.

    Args:
        text: The whole text; all offsets of the result count its characters.
        published_on: When it was published; periods are resolved backwards from this day.
        publisher: Who printed it; never taken for the counter unless it counted itself.
        lang: The language of the text.
        start: Where its body begins; numbers before are not looked at (see `split_header`).
        proposer: Who else may point at figures; what it proposes only ever waits for review.

    Returns:
        The figures, and all other numbers with the reason why they are none.

    Raises:
        ValueError: There are no rules for the language.
    """
    from displacement.extraction.reading import read_text  # noqa: PLC0415 - slow

    figures, rejected = read_text(
        text, published_on, publisher, lang, start=start, proposer=proposer
    )
    return Extraction(figures, rejected)
