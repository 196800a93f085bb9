"""Breadth: plain forms and traps of many crises, each with what a reader finds in it."""

from typing import Any

import pytest

from displacement.extraction import extract
from tests.extraction.passages import PASSAGES, Passage


@pytest.mark.parametrize("passage", PASSAGES, ids=lambda passage: passage.name)
def test_a_passage_gives_its_figures_and_no_others(passage: Passage):
    result = extract(passage.text, passage.published)
    found = result.figures.astype(object).where(result.figures.notna(), None).to_dict("records")

    assert [row["number_text"] for row in found] == [
        figure["number_text"] for figure in passage.figures
    ]
    for row, expected in zip(found, passage.figures, strict=True):
        assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    "passage",
    [passage for passage in PASSAGES if passage.reasons],
    ids=lambda passage: passage.name,
)
def test_a_rejected_number_of_a_passage_says_why(passage: Passage):
    rejected = extract(passage.text, passage.published).rejected
    reasons: dict[str, Any] = dict(zip(rejected["number_text"], rejected["reason"], strict=True))

    assert {text: reasons.get(text) for text in passage.reasons} == passage.reasons


def test_half_of_the_passages_are_traps():
    traps = [passage for passage in PASSAGES if passage.reasons]

    assert len(PASSAGES) >= 40
    assert len(traps) >= len(PASSAGES) // 3
