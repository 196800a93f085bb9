"""What holds for every text: offsets, completeness, and time that grows with length only."""

import re
import time
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from displacement.extraction import extract

PUBLISHED = date(2018, 1, 8)
WORDS = st.sampled_from(
    [
        "60,000", "1.1 million", "800", "between 10,000 and 12,000", "hundreds of", "15 December",
        "people", "families", "displaced", "were displaced", "fled", "killed", "in Hama", "from",
        "to Lebanon", "UNHCR said", "according to", "local volunteers", "since", "and", ",", ".",
        "—", "(", ")", '"', "more than", "nearly", "half", "of", "the", "camp for", "could be",
        "2017", "the number of displaced people reached", "\n\n", "IDPs", "\u00a0",
    ]
)  # fmt: skip
TEXTS = st.lists(WORDS, max_size=25).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_every_number_is_in_exactly_one_list_at_its_offsets(text: str):
    result = extract(text, PUBLISHED, "Levant Dispatch")
    spans = []
    for frame in (result.figures, result.rejected):
        for row in frame.to_dict("records"):
            assert text[row["number_start"] : row["number_end"]] == row["number_text"]
            spans.append((row["number_start"], row["number_end"]))

    assert len(spans) == len(set(spans))
    for digits in re.finditer(r"\d+", text):
        assert sum(start <= digits.start() < end for start, end in spans) == 1


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_a_figure_is_accepted_only_if_nothing_about_it_is_open(text: str):
    figures = extract(text, PUBLISHED).figures
    accepted = figures[figures["tier"] == "accepted"]

    assert set(accepted["modality"]) <= {"asserted"}
    assert "vague" not in set(accepted["quantifier"])
    flows = accepted[
        accepted["measure"].isin(["new_displacement", "return", "cross_border_flight"])
    ]
    assert flows["start_date"].notna().all()


def test_no_text_holds_nothing():
    result = extract("", PUBLISHED)

    assert len(result.figures) == len(result.rejected) == 0


def test_the_publisher_is_no_counter_unless_it_counted_itself():
    text = "Some 300 families fled Hama on 4 January, {}."

    told = extract(text.format("residents told Levant Dispatch"), PUBLISHED, "Levant Dispatch")
    counted = extract(text.format("Levant Dispatch counted"), PUBLISHED, "Levant Dispatch")

    assert list(told.figures["counter"]) == ["unknown"]
    assert list(counted.figures["counter"]) == ["Levant Dispatch"]
    assert list(counted.figures["counter_kind"]) == ["media"]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Ali Example, a baker, said some 300 families fled Hama on 4 January."),
        ("en", "A baker, Ali Example, said some 300 families fled Hama on 4 January."),
        ("en", "Some 300 families fled Hama, said the baker, Ali Example, on 4 January."),
        ("en", "Ali Example's list has 300 families who fled Hama on 4 January."),
        ("en", "UNHCR is silent. Ali Example said some 300 families fled Hama on 4 January."),
        ("en", "Ali Example's team counted 300 families who fled Hama on 4 January."),
        ("fr", "Un boulanger, Ali Exemple, a indiqué que 300 familles ont fui Hama."),
        ("fr", "Ali Exemple, 40 ans, a dit que 300 familles ont fui Hama."),
        ("ar", "قال الخباز علي مثال إن 300 عائلة نزحت من حماة."),
    ],
)
def test_a_private_person_is_never_the_counter(lang: str, text: str):
    assert list(extract(text, PUBLISHED, lang=lang).figures["counter"]) == ["unknown"]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Professor Ali Example of the University of Hama said 300 families fled."),
        ("en", "Ali Example of the University of Hama said 300 families fled."),
        ("en", "The mayor, Ali Example, said 300 families fled."),
        ("fr", "Le maire de Hama, Ali Exemple, a indiqué que 300 familles ont fui."),
        ("ar", "قال رئيس البلدية علي مثال إن 300 عائلة نزحت."),
        ("ar", "قال الشيخ علي مثال إن 300 عائلة نزحت."),
    ],
)
def test_whoever_speaks_for_others_is_not_named(lang: str, text: str):
    counters = " ".join(extract(text, PUBLISHED, lang=lang).figures["counter"])

    assert not re.search(r"Ali|Ex[ae]mple|علي|مثال", counters), counters


def test_a_source_goes_on_speaking_in_the_next_sentence_and_no_further():
    text = (
        "UNHCR said 300 families fled Hama on 3 January. Some 200 people fled Idlib on 4 January."
        " Some 100 people fled Homs on 5 January."
    )

    assert list(extract(text, PUBLISHED).figures["counter"]) == ["UNHCR", "UNHCR", "unknown"]


def test_a_body_that_counts_speaks_for_itself_where_it_names_nobody():
    text = "Some 300 families fled Hama on 4 January."

    def counter(publisher: str) -> list[str]:
        return list(extract(text, PUBLISHED, publisher).figures["counter"])

    assert counter("UNHCR") == ["UNHCR"]
    assert counter("Levant Dispatch") == ["unknown"]
    assert counter("Upper Valley Residents Initiative") == ["Upper Valley Residents Initiative"]
    assert counter("OEVR") == ["OEVR"]
    assert counter("Radio Upper Valley") == ["unknown"]
    assert counter("The Lantern") == ["unknown"]


@pytest.mark.parametrize(
    ("text", "counter"),
    [
        ("Revolta, the island's relief committee, says 6,000 people have fled.", "Revolta"),
        ("The state relief agency, Remas, said 6,000 people had fled.", "Remas"),
        (
            "The head of the relief agency, Ali Example, said 6,000 people had fled.",
            "Relief agency",
        ),
        (
            "The relief commission RCV told envoys that 6,000 people fled.",
            "Relief commission (RCV)",
        ),
        ("The relief commission (RCV) said that 6,000 people fled.", "Relief commission (RCV)"),
        (
            "The Ministry of Relief has opened 14 schools. The ministry said 6,000 people fled.",
            "Ministry of Relief",
        ),
        (
            "The Ministry of Relief said 300 fled. The department of roads said 900 fled.",
            "Ministry of Relief",
        ),
    ],
)
def test_a_body_is_named_by_its_own_name_and_a_part_of_it_by_the_whole(text: str, counter: str):
    found = extract(text, PUBLISHED).figures
    assert counter in found["counter"].iloc[-1]
    assert "Example" not in found["counter"].iloc[-1]


def test_who_verbs_a_number_of_its_own_is_not_the_source_of_the_one_before():
    text = "Some 300 families fled Hama on 4 January; the Red Cross registered 120 others."

    assert extract(text, PUBLISHED).figures["counter"].iloc[0] == "unknown"


def test_a_title_tells_the_days_of_what_stands_below_without_any():
    def figure(title: str, text: str) -> tuple[object, object]:
        row = extract(f"{title}\n\n{text}", PUBLISHED).figures.iloc[0]
        start, end = pd.Timestamp(row["start_date"]), pd.Timestamp(row["end_date"])
        return start.date(), end.date()

    fled, stay = "Some 300 families fled Hama.", "Some 300 displaced families live in Hama."
    days = (date(2017, 12, 25), date(2017, 12, 31))
    assert figure("Field bulletin, 25-31 December 2017", fled) == days
    assert figure("Hama update (as of 31 December 2017)", stay) == (days[1], days[1])
    assert figure("Hama as of 31 December", "Some 300 families fled on 2 January.")[1] == date(
        2018, 1, 2
    )


def test_the_same_figure_told_twice_shares_a_group():
    text = (
        "More than 60,000 people were displaced in Hama in December.\n\n"
        "UNHCR said more than 60,000 people were displaced in Hama in December. "
        "In Idlib 7,000 people were displaced in December."
    )
    groups = extract(text, PUBLISHED).figures["group_id"]

    assert list(groups.notna()) == [True, True, False]
    assert groups[0] == groups[1]


def test_a_period_carried_over_waits_for_review():
    text = (
        "Between 1 and 24 December 5,000 people were displaced in Hama. "
        "Over the same period 7,000 people were displaced in Idlib."
    )
    figures = extract(text, PUBLISHED).figures

    assert list(figures["date_precision"]) == ["day", "carried"]
    assert list(figures["tier"]) == ["accepted", "review"]
    assert figures["start_date"][1] == date(2017, 12, 1)


@pytest.mark.parametrize(
    "piece",
    [
        "More than 60,000 people were displaced in Hama and Idlib, UNHCR said. ",
        "at least more than about ",
        "Hama, Idlib and ",
        "people and displaced families in ",
        "hundreds of thousands of ",
        "since the war ",
        "1",
        " ",
    ],
)
def test_twice_the_text_takes_about_twice_the_time(piece: str):
    def seconds(length: int) -> float:
        text = (piece * (length // len(piece) + 1))[:length]
        begin = time.process_time()
        extract(text, PUBLISHED)
        return time.process_time() - begin

    seconds(2_000)

    assert seconds(40_000) < 3.5 * seconds(20_000) + 0.5


def test_a_long_repetitive_text_is_read_to_its_end():
    sentence = "Three people were killed on Monday. "
    text = sentence * (200_000 // len(sentence))

    assert len(extract(text, PUBLISHED).rejected) == 200_000 // len(sentence)
