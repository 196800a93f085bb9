"""Every rule shows by examples what it is for; here the examples are tried."""

from datetime import date

import pytest

from displacement.extraction import extract
from displacement.extraction.document import clean_characters
from displacement.extraction.language import detect_language
from displacement.extraction.numbers import find_numbers, masked
from displacement.extraction.rules import Rule, languages, load_rules

LANGUAGES = {lang: load_rules(lang) for lang in languages()}
DECIDING = (
    "local",
    "right",
    "relative",
    "left",
    "anaphor",
    "context",
    "clue",
    "clue_left",
    "clue_label",
    "right_blocker",
    "left_blocker",
)
PUBLISHED = date(2018, 1, 8)


def cases(tables: tuple[str, ...], kind: str) -> list:
    return [
        pytest.param(lang, rule, text, id=f"{lang}-{rule.id}-{position}")
        for lang, rules in LANGUAGES.items()
        for name in tables
        for rule in rules.table(name)
        for position, text in enumerate(getattr(rule, kind))
    ]


def deciding_rules(text: str, lang: str) -> set[str]:
    result = extract(text, PUBLISHED, lang=lang)
    return {*result.figures["rule_id"], *result.rejected["rule_id"]}


def as_seen(text: str, lang: str) -> tuple[str, str]:
    """The text as rules of time and place see it, and as rules of numbers do."""
    clean = clean_characters(text)
    return clean, masked(clean, find_numbers(clean, 0, lang))


READING = tuple(
    sorted({name for rules in LANGUAGES.values() for name in rules.tables} - set(DECIDING))
)


@pytest.mark.parametrize(("lang", "rule", "text"), cases(DECIDING, "examples"))
def test_a_deciding_rule_decides_its_examples(lang: str, rule: Rule, text: str):
    assert rule.id in deciding_rules(text, lang)


@pytest.mark.parametrize(("lang", "rule", "text"), cases(DECIDING, "counterexamples"))
def test_a_deciding_rule_leaves_its_counterexamples_alone(lang: str, rule: Rule, text: str):
    assert rule.id not in deciding_rules(text, lang)


@pytest.mark.parametrize(("lang", "rule", "text"), cases(READING, "examples"))
def test_a_reading_rule_finds_its_examples(lang: str, rule: Rule, text: str):
    assert any(rule.pattern.search(seen) for seen in as_seen(text, lang))


@pytest.mark.parametrize(("lang", "rule", "text"), cases(READING, "counterexamples"))
def test_a_reading_rule_passes_over_its_counterexamples(lang: str, rule: Rule, text: str):
    assert not any(rule.pattern.search(seen) for seen in as_seen(text, lang))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_rule_has_an_identity_a_purpose_and_examples_of_both_kinds(lang: str):
    for rules in LANGUAGES[lang].tables.values():
        for rule in rules:
            assert rule.purpose, rule.id
            assert rule.examples, rule.id
            assert rule.counterexamples, rule.id


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_two_rules_share_an_identity(lang: str):
    ids = [rule.id for rules in LANGUAGES[lang].tables.values() for rule in rules]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Some 300 people were displaced from the town.", "en"),
        ("Environ 300 personnes ont été déplacées dans la ville.", "fr"),
        ("نزح نحو 300 شخص من البلدة منذ يوم الأحد.", "ar"),
        ("1,200 / 300", "en"),
    ],
)
def test_a_text_shows_its_language_by_its_common_words(text: str, lang: str):
    assert detect_language(text) == lang


def test_a_language_without_rules_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match="no extraction rules for the language 'xx'"):
        extract("", PUBLISHED, lang="xx")
