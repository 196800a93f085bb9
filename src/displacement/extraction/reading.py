"""How is a whole text read? Piece by piece, so that memory does not grow with its length.

What is kept of a piece are the rows of its figures and, packed, those of its other numbers.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pyarrow
from pandera.typing import DataFrame

from displacement.extraction.binder import bind
from displacement.extraction.blocks import Block, cut
from displacement.extraction.document import Document, read_document
from displacement.extraction.evidence import overall_cause
from displacement.extraction.figures import figure_rows
from displacement.extraction.groups import grouped
from displacement.extraction.numbers import find_numbers, masked, without_brackets
from displacement.extraction.proposals import NOBODY, Checked, FigureProposer, checked, heard
from displacement.extraction.rejecters import settle, unmasked
from displacement.extraction.rules import load_rules
from displacement.extraction.visible import Visible, visible
from displacement_schemas import ExtractedFigures, RejectedNumbers

Row = dict[str, Any]

PACKED: Final = 5_000
"""So many rows of rejected numbers are packed at once."""


def read_text(
    text: str,
    published_on: date,
    publisher: str | None,
    lang: str,
    *,
    start: int,
    proposer: FigureProposer | None,
) -> tuple[DataFrame[ExtractedFigures], DataFrame[RejectedNumbers]]:
    """The figures of a text and its other numbers; see `extract`."""
    load_rules(lang)
    proposals = (proposer or NOBODY).propose(text, lang)
    proposed = {one.start: one for one in checked(text, proposals, lang)}
    figures: list[Row] = []
    rejected: list[Row] = []
    packed: list[pyarrow.Table] = []
    for block in cut(text, start):
        piece = text[block.context : block.sight]
        seen = visible(piece)
        whole = len(seen.text) == len(piece)
        origin = block.context if whole else 0
        document = read_document(seen.text, published_on, publisher, lang, origin=origin)
        taken, refused = _read(document, block, seen, proposed)
        if not whole:
            taken = [seen.put_back(row, piece, block.context) for row in taken]
            refused = [seen.put_back(row, piece, block.context) for row in refused]
        figures += taken
        rejected += refused
        if len(rejected) >= PACKED:
            packed.append(_packed(rejected))
            rejected = []
    if figures:
        cause = overall_cause(text, start, lang)
        figures = grouped([row | {"cause": row["cause"] or cause} for row in figures])
    packed.append(_packed(rejected))
    numbers = RejectedNumbers.from_arrow(pyarrow.concat_tables(packed).combine_chunks())
    return ExtractedFigures.from_rows(figures), numbers


def _packed(rejected: list[Row]) -> pyarrow.Table:
    return pyarrow.Table.from_pylist(rejected, schema=RejectedNumbers.arrow_schema())


def _read(
    document: Document, block: Block, seen: Visible, proposed: Mapping[int, Checked]
) -> tuple[list[Row], list[Row]]:
    """The rows of the numbers that begin within one block of the text."""
    first, last = (seen.offset(edge - block.context) for edge in (block.start, block.end))
    numbers = find_numbers(document.clean, 0, document.lang)
    if not any(first <= number.start < last for number in numbers):
        return [], []
    mask = without_brackets(masked(document.clean, numbers), document.lang)
    settled = settle(document, mask, numbers)
    view = unmasked(document.clean, mask, settled)
    decisions = bind(document, view, numbers, settled)
    kept = [one for one in decisions if first <= one.number.start < last]
    if proposed:
        kept = [
            heard(one, proposed.get(block.context + seen.places[one.number.start])) for one in kept
        ]
    return figure_rows(document, view, kept)
