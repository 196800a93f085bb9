"""Which of the seven measures a figure is: back or away, state or move, over a border or not."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from displacement.extraction import extract
from displacement.extraction.nations import nations_in
from displacement.extraction.rules import languages, load_nations

PUBLISHED = date(2025, 9, 1)
SENTENCES = tomllib.loads((Path(__file__).parent / "measures.toml").read_text("utf-8"))


def measures(text: str, lang: str = "en") -> list[str]:
    return list(extract(text, PUBLISHED, lang=lang).figures["measure"])


@pytest.mark.parametrize(
    ("lang", "measure", "text"),
    [
        pytest.param(lang, measure, text, id=f"{lang}-{measure}-{place}")
        for lang, kinds in SENTENCES.items()
        for measure, texts in kinds.items()
        for place, text in enumerate(texts)
    ],
)
def test_a_sentence_tells_the_measure_of_its_figure(lang: str, measure: str, text: str):
    assert measures(text, lang)[:1] == [measure]


def test_every_measure_is_told_by_sentences_of_english():
    assert set(SENTENCES) == set(languages())
    assert {len(kinds) for lang, kinds in SENTENCES.items() if lang == "en"} == {7}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        # by nation and place: the same verb, on either side of a border
        ("Some 900 Syrians fled from Homs to Lebanon on Monday.", "cross_border_flight"),
        ("Some 900 Syrians fled from Homs to Hama on Monday.", "new_displacement"),
        # by the border post where they were counted: a stock of refugees, or their coming
        ("UNHCR counts 900 refugees in Adre.", "refugees"),
        ("UNHCR registered 900 refugees in Adre between 3 and 9 May.", "cross_border_flight"),
        # by the words of staying: displaced on a day, or displaced within days
        ("Some 900 people were displaced by the flood.", "new_displacement"),
        ("Some 900 people displaced by the flood are still living in tents.", "idps"),
        # by where they come from: home over a border, or within the country
        ("Some 900 Congolese returned from Uganda in May.", "cross_border_return"),
        ("Some 900 Congolese returned to Rutshuru in May.", "return"),
        # by who puts them out
        ("Iran expelled 900 Afghans on Monday.", "cross_border_return"),
        ("The army expelled 900 Afghans from Helmand on Monday.", "new_displacement"),
    ],
)
def test_one_word_turns_one_answer(text: str, told: str):
    assert measures(text) == [told]


def test_a_part_of_the_people_who_crossed_says_nothing_of_the_others():
    text = "Some 900 people were displaced in Goma on Monday, including 80 who crossed into Rwanda."

    assert measures(text)[:1] == ["new_displacement"]


def test_people_in_another_unit_are_the_same_people():
    text = "Chad registered 900 refugees (200 families) at Adre between 3 and 9 May."

    assert measures(text) == ["cross_border_flight"] * 2


@pytest.mark.parametrize(
    ("lang", "text", "nations"),
    [
        ("en", "Nigeriens and Nigerians", {"Niger", "Nigeria"}),
        ("en", "the South Sudanese", {"South Sudan"}),
        ("en", "Papua New Guinea", {"Papua New Guinea"}),
        ("en", "an island in Lake Chad", set()),
        ("en", "Cameroon's Far North", {"Cameroon"}),
        ("en", "the turkey farm", set()),
        ("fr", "des réfugiés centrafricains", {"Centrafrique"}),
        ("fr", "les Congolaises", {"Congo"}),
        ("ar", "السوريين في العراق", {"سوريا", "العراق"}),
    ],
)
def test_a_name_belongs_to_a_nation(lang: str, text: str, nations: set[str]):
    assert nations_in(text, lang) == nations


@pytest.mark.parametrize("lang", languages())
def test_no_name_belongs_to_two_nations(lang: str):
    listed = [
        name.casefold()
        for nation, said in load_nations(lang)["nations"].items()
        for name in {nation, *(one for kind in said.values() for one in kind)}
    ]

    assert sorted({name for name in listed if listed.count(name) > 1}) == []
