"""Breadth: plain forms and traps of many crises, each with what a reader finds in it."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from displacement.extraction import extract

PASSAGES = tomllib.loads((Path(__file__).parent / "passages.toml").read_text("utf-8"))["passage"]
TRAPS = [passage for passage in PASSAGES if passage.get("reasons")]


def name_of(passage: dict[str, Any]) -> str:
    return passage["name"]


@pytest.mark.parametrize("passage", PASSAGES, ids=name_of)
def test_a_passage_gives_its_figures_and_no_others(passage: dict[str, Any]):
    figures = extract(passage["text"], passage["published"]).figures
    found = figures.astype(object).where(figures.notna(), "none").to_dict("records")
    expected = passage.get("figures", [])

    assert [row["number_text"] for row in found] == [figure["number_text"] for figure in expected]
    for row, figure in zip(found, expected, strict=True):
        assert {name: row[name] for name in figure} == figure


@pytest.mark.parametrize("passage", TRAPS, ids=name_of)
def test_a_rejected_number_of_a_passage_says_why(passage: dict[str, Any]):
    rejected = extract(passage["text"], passage["published"]).rejected
    reasons = dict(zip(rejected["number_text"], rejected["reason"], strict=True))

    assert {text: reasons.get(text) for text in passage["reasons"]} == passage["reasons"]


def test_half_of_the_passages_are_traps():
    without_figures = [passage for passage in PASSAGES if not passage.get("figures")]

    assert len(PASSAGES) >= 80
    assert len(without_figures) >= 35
    assert len(TRAPS) >= len(PASSAGES) // 2
