"""Offsets hold, sentences end where they should, and a header is told from a text."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from displacement.extraction import extract, split_header
from displacement.extraction.document import clean_characters, find_sentences, read_document

HEADER = "title: A title\npublisher: Levant Dispatch\npublished: 2018-01-08\nlanguage: en\n"


def sentences(text: str) -> list[str]:
    return [text[span.start : span.end] for span in find_sentences(text, 0, "en")]


@given(st.text())
def test_cleaning_keeps_every_character_at_its_offset(text: str):
    assert len(clean_characters(text)) == len(text)


def test_digits_spaces_quotes_and_dashes_become_plain_ones():
    assert clean_characters("١٢\u00a0000 – “so”") == '12 000 - "so"'


def test_abbreviations_and_decimals_end_no_sentence():
    text = "Dr. Example of the U.N. said 1.1 million fled on Dec. 15. They left at once."

    assert sentences(text) == [
        "Dr. Example of the U.N. said 1.1 million fled on Dec. 15.",
        "They left at once.",
    ]


def test_blank_lines_and_bullets_end_sentences_but_wrapped_lines_do_not():
    text = "A heading\n\nThe first line\ngoes on here.\n- a bullet\n- another"

    assert sentences(text) == [
        "A heading",
        "The first line\ngoes on here.",
        "- a bullet",
        "- another",
    ]


def test_an_endless_sentence_is_cut():
    assert max(map(len, sentences("word " * 2000))) <= 1200


def test_the_sentence_of_an_offset_is_found():
    document = read_document("One is here. Two is there.", date(2018, 1, 8), None, "en")

    assert [document.sentence_at(offset) for offset in (0, 11, 13, 25)] == [0, 0, 1, 1]


def test_a_header_is_split_off_and_its_body_is_the_tail_of_the_text():
    text = HEADER + "\nSome 60,000 people fled Hama on 4 January."

    fields, body = split_header(text)

    assert fields == {
        "title": "A title",
        "publisher": "Levant Dispatch",
        "published": "2018-01-08",
        "language": "en",
    }
    assert text.endswith(body)
    assert body.startswith("Some 60,000")


def test_a_ruler_ends_a_header_too():
    assert split_header(HEADER + "---\nBody.")[1] == "Body."


def test_a_header_that_no_blank_line_ends_holds_the_lines_of_known_keys_alone() -> None:
    text = "published: 2018-01-08\nsource: UNHCR\nIdlib: 5,000 people fled.\n"
    assert split_header(text) == (
        {"published": "2018-01-08", "source": "UNHCR"},
        "Idlib: 5,000 people fled.\n",
    )


def test_a_text_without_a_header_is_all_body():
    for text in (
        "Damascus: shells fell.\n\nMore.",
        "",
        "No colon here.\n",
        "title: no day and no blank line\nSome text.",
    ):
        assert split_header(text) == ({}, text)


def test_numbers_of_the_header_are_not_reported_and_offsets_are_those_of_the_whole_text():
    text = HEADER + "\nSome 60,000 people fled Hama on 4 January."
    _, body = split_header(text)

    result = extract(text, date(2018, 1, 8), start=len(text) - len(body))

    assert list(result.figures["number_text"]) == ["60,000"]
    assert list(result.rejected["number_text"]) == ["4"]
    start = int(result.figures["number_start"][0])
    assert text[start : start + 6] == "60,000"
