"""Which displacement figures does a text hold, and which of its numbers are none?

Text in, frames out: `extract` reads one document; the sources turn its figures into statements.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from displacement.extraction.binder import bind
from displacement.extraction.blocks import Block, cut
from displacement.extraction.document import Document, read_document, split_header
from displacement.extraction.evidence import overall_cause
from displacement.extraction.figures import figure_rows
from displacement.extraction.groups import grouped
from displacement.extraction.numbers import find_numbers, masked
from displacement.extraction.proposals import (
    NOBODY,
    Checked,
    FigureProposer,
    ProposedFigure,
    checked,
    heard,
)
from displacement.extraction.rejecters import settle, unmasked
from displacement.extraction.rules import has_rules, load_rules

if TYPE_CHECKING:  # pandas takes a second to load, and only the frames need it
    from pandera.typing import DataFrame

    from displacement_schemas import ExtractedFigures, RejectedNumbers

__all__ = ["Extraction", "FigureProposer", "ProposedFigure", "extract", "has_rules", "split_header"]

Row = dict[str, Any]


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
    proposer: FigureProposer = NOBODY,
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
    from displacement_schemas import ExtractedFigures, RejectedNumbers  # noqa: PLC0415 - slow

    load_rules(lang)
    proposed = {one.start: one for one in checked(text, proposer.propose(text, lang), lang)}
    figures: list[Row] = []
    rejected: list[Row] = []
    for block in cut(text, start):
        piece = text[block.context : block.sight]
        document = read_document(piece, published_on, publisher, lang, origin=block.context)
        taken, refused = _read(document, block, proposed)
        figures += taken
        rejected += refused
    if figures:
        cause = overall_cause(text, start, lang)
        figures = grouped([row | {"cause": row["cause"] or cause} for row in figures])
    return Extraction(ExtractedFigures.from_rows(figures), RejectedNumbers.from_rows(rejected))


def _read(
    document: Document, block: Block, proposed: Mapping[int, Checked]
) -> tuple[list[Row], list[Row]]:
    """The rows of the numbers that begin within one block of the text."""
    first, last = block.start - block.context, block.end - block.context
    numbers = find_numbers(document.clean, 0, document.lang)
    if not any(first <= number.start < last for number in numbers):
        return [], []
    mask = masked(document.clean, numbers)
    settled = settle(document, mask, numbers)
    view = unmasked(document.clean, mask, settled)
    decisions = bind(document, view, numbers, settled)
    kept = [one for one in decisions if first <= one.number.start < last]
    if proposed:
        kept = [heard(one, proposed.get(document.origin + one.number.start)) for one in kept]
    return figure_rows(document, view, kept)
