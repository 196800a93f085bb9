"""Whom does a text give as the one who counted? Where he is named far from his number."""

from datetime import date

import pytest

from displacement.extraction import extract

PUBLISHED = date(2024, 6, 1)


def counters(text: str, publisher: str | None = None, lang: str = "en") -> list[str]:
    return list(extract(text, PUBLISHED, publisher=publisher, lang=lang).figures["counter"])


@pytest.mark.parametrize(
    ("lang", "text", "counter"),
    [
        (
            "en",
            "Some 900 people fled Goma on Monday. These figures come from the district council.",
            "District council",
        ),
        (
            "en",
            "Some 900 people fled Goma on Monday. All numbers were provided by the Red Cross.",
            "Red Cross",
        ),
        (
            "fr",
            "Quelque 900 personnes ont fui Djibo lundi. Les chiffres sont ceux du maire.",
            "Maire",
        ),
        (
            "ar",
            "نزحت 300 أسرة من حيس يوم الاثنين. هذه الأرقام صادرة عن المجلس المحلي.",
            "المجلس المحلي",
        ),
    ],
)
def test_a_sentence_names_the_source_of_the_figures_before_it(lang: str, text: str, counter: str):
    assert counters(text, "OCHA", lang) == [counter]


def test_a_source_that_is_named_much_later_is_not_that_of_a_figure():
    text = (
        "Some 900 people fled Goma on Monday. The mayor died. The rain went on. "
        "The road is shut. These figures come from the council."
    )

    assert counters(text) == ["unknown"]


def test_a_body_that_only_plans_is_no_source_of_the_next_sentence():
    text = "The council intends to open a school. Another 200 families left Sake on Tuesday."

    assert counters(text) == ["unknown"]
    assert counters(text, "Sake Relief Network") == ["Sake Relief Network"]


@pytest.mark.parametrize(
    ("lang", "text", "publisher"),
    [
        (
            "en",
            "Our volunteers at the bridge counted 410 families fleeing to Renk on Monday.",
            "Mayom Response Room",
        ),
        (
            "en",
            "KEY FIGURES\n12,000 displaced people in camps\n40,000 total estimated population",
            "Shelter Cluster",
        ),
        (
            "ar",
            "تقرير حركة السكان لشهر أيار\n\nنزحت 300 أسرة من حيس يوم الاثنين.",
            "الوحدة التنفيذية",
        ),
    ],
)
def test_a_body_counts_what_its_own_people_and_tables_tell(lang: str, text: str, publisher: str):
    assert counters(text, publisher, lang) == [publisher]


def test_a_publisher_is_known_however_its_letters_are_marked():
    assert counters("يقيم 300 ألف نازح في مدارس غزة.", "الأونروا", "ar") == ["UNRWA"]


@pytest.mark.parametrize(
    ("text", "counter"),
    [
        ("After the attack on the town UNHCR registered 300 displaced people on Monday.", "UNHCR"),
        ("Residents of the town near IOM said 300 people had fled on Monday.", "unknown"),
        ("In the church 300 displaced people shelter, 12 of whom the army holds.", "unknown"),
    ],
)
def test_only_the_subject_of_a_verb_has_counted(text: str, counter: str):
    assert counters(text) == [counter]
