"""Characters that nobody sees part no number and no word; offsets are still those of the text."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from displacement.extraction import extract
from displacement.extraction.visible import shows_nothing, visible

PUBLISHED = date(2018, 1, 8)
UNSEEN = "\u200e\u200f\u202b\u202c\u2066\u2069\u200b\u200c\u200d\u2060\ufeff\u00ad\u061c"
SAID = "Some {} people fled Hama on 4 January, UNHCR said."


@pytest.mark.parametrize("sign", UNSEEN)
@pytest.mark.parametrize("written", ["12{},500", "12,{}500", "1{}2,500", "12,5{}00"])
def test_an_unseen_character_within_a_number_is_no_part_of_it(sign: str, written: str):
    text = SAID.format(written.format(sign))
    [row] = extract(text, PUBLISHED).figures.to_dict("records")

    assert row["stated"] == 12_500
    assert row["number_text"] == written.format(sign)
    assert text[row["number_start"] : row["number_end"]] == row["number_text"]
    assert row["quote"] in text
    assert row["counter"] == "UNHCR"


def test_marks_around_numbers_and_soft_hyphens_in_words_change_nothing():
    text = (
        "Some \u202b8,000\u202c peo\u00adple were dis\u00adplaced in \u200eHama\u200f "
        "on 4 Jan\u00aduary."
    )
    [row] = extract(text, PUBLISHED).figures.to_dict("records")

    assert (row["stated"], row["area_names"]) == (8_000, "Hama")
    assert row["start_date"] == date(2018, 1, 4)
    assert text[row["term_start"] : row["term_end"]].strip().startswith("were dis\u00adplaced")


def test_a_break_between_a_number_and_its_noun_parts_them():
    text = SAID.replace(" people", "\u200bpeople").format("5,000")

    assert list(extract(text, PUBLISHED).figures["stated"]) == [5_000]


def test_offsets_count_unseen_characters_too():
    plain = extract(SAID.format("300"), PUBLISHED).figures
    marked = extract("\u200f" * 20 + SAID.format("300"), PUBLISHED).figures

    assert list(marked["number_start"]) == [start + 20 for start in plain["number_start"]]


@given(st.text(alphabet="ab1,. " + UNSEEN, max_size=40))
def test_what_is_seen_keeps_its_place(text: str):
    seen = visible(text)

    assert len(seen.places) == len(seen.text) + 1
    assert [text[place] for place in seen.places[:-1]] == list(seen.text)
    for place in range(len(text)):
        after = seen.places[seen.offset(place)]
        assert after >= place
        assert not set(text[place:after]) - set(UNSEEN)


def test_only_unseen_characters_and_blanks_show_nothing():
    assert shows_nothing(f" {UNSEEN}\n")
    assert not shows_nothing(f"{UNSEEN}5")
