"""What may somebody else propose to be a figure? An outside reader is heard, never believed.

A proposal is kept only if its quote stands in the text word for word and the number inside it
reads the same here; it then waits for a reviewer, unless a rule has rejected that number.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from displacement.extraction.claims import Claim, Decision
from displacement.extraction.document import Span, clean_characters
from displacement.extraction.numbers import find_numbers
from displacement_schemas.vocabulary import Measure, NumberReason, Term, Unit

OPEN: Final = frozenset(
    {NumberReason.NO_UNIT, NumberReason.NO_DISPLACEMENT_TERM, NumberReason.SUBSET}
)
"""Rejections that say only that no rule has seen displaced people; all others stand."""


PROPOSED: Final = "proposed"
"""The rule_id of figures that were proposed."""


@dataclass(frozen=True)
class ProposedFigure:
    """A figure that a proposer believes to see."""

    quote: str
    """The sentence or part of it, word for word."""
    number_text: str
    value: float
    measure: Measure
    unit: Unit


class FigureProposer(Protocol):
    """Whoever reads a text for figures that the rules may have missed."""

    def propose(self, text: str, lang: str) -> Sequence[ProposedFigure]:
        """The figures that the proposer sees in a text."""
        ...


class NullProposer:
    """Proposes nothing; the default."""

    def propose(self, text: str, lang: str) -> Sequence[ProposedFigure]:
        """Nothing, whatever the text."""
        del text, lang
        return ()


NOBODY: Final = NullProposer()


@dataclass(frozen=True)
class Checked:
    """A proposal whose number stands in the text: where, and what it says."""

    start: int
    end: int
    proposal: ProposedFigure


def heard(decision: Decision, found: Checked | None) -> Decision:
    """The decision, or what is proposed in its place where no rule has rejected the number."""
    if found is None or isinstance(decision, Claim) or decision.candidate is None:
        return decision
    number = decision.number
    if decision.reason not in OPEN or found.end - found.start != number.end - number.start:
        return decision
    return Claim(
        candidate=decision.candidate,
        rule_id=PROPOSED,
        measure=found.proposal.measure,
        term=Term.UNKNOWN,
        unit=found.proposal.unit,
        predicate=Span(number.start, number.end),
        certain=False,
    )


def checked(text: str, proposals: Sequence[ProposedFigure], lang: str) -> Iterator[Checked]:
    """The proposals whose quote and number are found in the text, each at its first place."""
    for proposal in proposals:
        begin = text.find(proposal.quote) if proposal.quote else -1
        if begin < 0:
            continue
        clean = clean_characters(proposal.quote)
        for number in find_numbers(clean, 0, lang):
            written = proposal.quote[number.start : number.end]
            if written == proposal.number_text and number.value == proposal.value:
                yield Checked(begin + number.start, begin + number.end, proposal)
                break
