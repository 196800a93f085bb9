"""Every rule shows by examples what it is for; here the examples are tried."""

from datetime import date

import pytest

from displacement.extraction import extract
from displacement.extraction.document import clean_characters
from displacement.extraction.numbers import find_numbers, masked
from displacement.extraction.rules import Rule, load_rules

RULES = load_rules("en")
DECIDING = (
    "local",
    "right",
    "relative",
    "left",
    "anaphor",
    "context",
    "right_blocker",
    "left_blocker",
)
PUBLISHED = date(2018, 1, 8)


def cases(tables: tuple[str, ...], kind: str) -> list:
    return [
        pytest.param(rule, text, id=f"{rule.id}-{position}")
        for name in tables
        for rule in RULES.table(name)
        for position, text in enumerate(getattr(rule, kind))
    ]


def deciding_rules(text: str) -> set[str]:
    result = extract(text, PUBLISHED)
    return {*result.figures["rule_id"], *result.rejected["rule_id"]}


def as_seen(text: str) -> tuple[str, str]:
    """The text as rules of time and place see it, and as rules of numbers do."""
    clean = clean_characters(text)
    return clean, masked(clean, find_numbers(clean, 0, "en"))


READING = tuple(name for name in RULES.tables if name not in DECIDING)


@pytest.mark.parametrize(("rule", "text"), cases(DECIDING, "examples"))
def test_a_deciding_rule_decides_its_examples(rule: Rule, text: str):
    assert rule.id in deciding_rules(text)


@pytest.mark.parametrize(("rule", "text"), cases(DECIDING, "counterexamples"))
def test_a_deciding_rule_leaves_its_counterexamples_alone(rule: Rule, text: str):
    assert rule.id not in deciding_rules(text)


@pytest.mark.parametrize(("rule", "text"), cases(READING, "examples"))
def test_a_reading_rule_finds_its_examples(rule: Rule, text: str):
    assert any(rule.pattern.search(seen) for seen in as_seen(text))


@pytest.mark.parametrize(("rule", "text"), cases(READING, "counterexamples"))
def test_a_reading_rule_passes_over_its_counterexamples(rule: Rule, text: str):
    assert not any(rule.pattern.search(seen) for seen in as_seen(text))


@pytest.mark.parametrize("name", sorted(RULES.tables))
def test_every_rule_has_an_identity_a_purpose_and_examples_of_both_kinds(name: str):
    for rule in RULES.table(name):
        assert rule.purpose, rule.id
        assert rule.examples, rule.id
        assert rule.counterexamples, rule.id


def test_no_two_rules_share_an_identity():
    ids = [rule.id for rules in RULES.tables.values() for rule in rules]
    assert len(ids) == len(set(ids))


def test_a_language_without_rules_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match="no extraction rules for the language 'xx'"):
        extract("", PUBLISHED, lang="xx")
