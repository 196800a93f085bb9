"""Rules are only tried where the letters they need are there; here: none is passed over wrongly."""

import re

import pytest

from displacement.extraction.document import clean_characters
from displacement.extraction.language import languages
from displacement.extraction.needles import letters_of, needles, possible
from displacement.extraction.numbers import find_numbers, masked
from displacement.extraction.rules import load_rules

RULES = [
    pytest.param(lang, name, rule, id=f"{lang}-{rule.id}")
    for lang in languages()
    for name, rules in load_rules(lang).tables.items()
    for rule in rules
]


@pytest.mark.parametrize(("lang", "table", "rule"), RULES)
def test_a_rule_that_fits_one_of_its_examples_is_not_passed_over(lang, table, rule):
    for example in rule.examples:
        clean = clean_characters(example)
        for seen in (clean, masked(clean, find_numbers(clean, 0, lang))):
            if rule.pattern.search(seen):
                assert rule in possible(lang, table, letters_of(seen))


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [
        (r"\bdisplac(?:ed|ing)\b", {"disp"}),
        (r"\b(?:fled|flee)\s+home", {"home"}),
        (r"(?:fled|left)?\s*\d+", None),
        (r"(?:fled\b|\d+)", None),
        (r"(?:[a-z]+\s+)*uprooted", {"upro"}),
    ],
)
def test_a_pattern_needs_what_all_its_spellings_share(pattern: str, needed: set[str] | None):
    assert needles(pattern) == needed


def test_capital_and_small_letters_are_one():
    assert letters_of("DISPLACED") == letters_of("displaced")
    assert re.search("displaced", "DISPLACED", re.IGNORECASE)
