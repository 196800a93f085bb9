"""What an outside reader may add: only what stands in the text, and only for review."""

from collections.abc import Sequence
from datetime import date

from displacement.extraction import ProposedFigure, extract
from displacement_schemas.vocabulary import Measure, Unit

PUBLISHED = date(2018, 1, 8)
TEXT = "Old Hama emptied: 4,000 people went. In the raid 60 people were killed."


class Proposer:
    def __init__(self, *figures: ProposedFigure) -> None:
        self.figures = figures

    def propose(self, text: str, lang: str) -> Sequence[ProposedFigure]:
        return self.figures


def proposed(quote: str, number_text: str, value: float) -> Proposer:
    return Proposer(
        ProposedFigure(quote, number_text, value, Measure.NEW_DISPLACEMENT, Unit.PERSON)
    )


def rules_of(proposer: Proposer) -> dict[str, tuple[str, str]]:
    figures = extract(TEXT, PUBLISHED, proposer=proposer).figures
    return dict(
        zip(
            figures["number_text"],
            zip(figures["rule_id"], figures["tier"], strict=True),
            strict=True,
        )
    )


def test_a_proposal_with_a_verbatim_quote_waits_for_review():
    quote = "Old Hama emptied: 4,000 people went."

    assert rules_of(proposed(quote, "4,000", 4000)) == {"4,000": ("proposed", "review")}


def test_a_quote_that_the_text_does_not_hold_is_not_heard():
    assert rules_of(proposed("In Hama 4,000 people went.", "4,000", 4000)) == {}


def test_a_value_that_the_number_does_not_say_is_not_heard():
    assert rules_of(proposed("4,000 people went", "4,000", 40_000)) == {}


def test_a_number_that_a_rule_rejects_stays_rejected():
    assert rules_of(proposed("60 people were killed", "60", 60)) == {}


def test_a_proposal_is_heard_at_its_place_behind_characters_that_nobody_sees():
    proposer = proposed("Old Hama emptied: 4,000 people went.", "4,000", 4000)
    figures = extract("\u200f\u202b " * 9 + TEXT, PUBLISHED, proposer=proposer).figures

    assert list(figures["number_text"]) == ["4,000"]
    assert list(figures["rule_id"]) == ["proposed"]
