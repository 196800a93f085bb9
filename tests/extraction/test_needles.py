"""Rules are only tried where the letters they need are there; here: none is passed over wrongly."""

import re

import pytest

from displacement.extraction.document import clean_characters
from displacement.extraction.needles import letters_of, possible
from displacement.extraction.numbers import find_numbers, masked
from displacement.extraction.rules import languages, load_rules
from displacement.extraction.spellings import needles

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
                assert rule in possible(lang, table, letters_of(lang, seen))


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [
        (r"\bdisplac(?:ed|ing)\b", [{"displa"}]),
        (r"\b(?:fled|flee)\s+home", [{"home"}, {"fled", "flee"}]),
        (r"(?P<verb>Fled)[ ,;]+h[oa]me", [{"fled"}, {"home", "hame"}]),
        (r"(?:camps?|sit(?:es|e))+\.", [{"camp", "camps", "site", "sites"}]),
        (r"(?:fled|left)?\s*\d+", [{"0"}]),
        (r"(?:fled\b|\d+)", [{"fled", "0"}]),
        (r"(?:[a-z]+\s+)*uprooted(?!\s+trees)", [{"uproot"}]),
        (r"fled(?=\s+homes\b)(?<!they)", [{"fled"}, {"homes"}]),
        (r"ho(?=me)(?:me)", [{"ho"}, {"me"}]),
        (r"(?<=they )fled", [{"fled"}]),
        (r"(?:home|house)less", [{"homele", "housel"}]),
        (r"trees*|left{0,2}\w", [{"tree", "lef", "left", "leftt"}]),
        (r"\u0646\u0632\u062d\b", [{"\u0646\u0632\u062d"}]),
        (r"[^camp]\(site\)[a-e]{2}", [{"(site)"}]),
        (r"\b(?:19|20)\d\d-\d{1,2}", [{"0000-0"}]),
        (r"[a-z]?\s?(?:%|[.-])", []),
    ],
)
def test_a_pattern_needs_what_all_its_spellings_share(pattern: str, needed: list[set[str]]):
    assert list(needles(pattern)) == needed


def test_a_kind_of_group_that_is_not_understood_is_no_silent_miss():
    with pytest.raises(ValueError, match=r"opens a group of a kind"):
        needles("(fled) (?P=fled)")


def test_capital_and_small_letters_are_one():
    assert letters_of("en", "DISPLACED") == letters_of("en", "displaced") > 0
    assert re.search("displaced", "DISPLACED", re.IGNORECASE)


def test_a_very_long_word_is_read_like_any_other():
    assert letters_of("en", "x" * 100 + "displaced") == letters_of("en", "displaced")
