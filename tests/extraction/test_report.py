"""The example of the inbox: four figures, and more than forty numbers that are none."""

from datetime import date
from pathlib import Path

import pytest

from displacement.extraction import Extraction, extract, split_header

REPORT = Path(__file__).parents[2] / "data/inbox/reports/2018-01-08-north-west-syria.txt"
TEXT = REPORT.read_text("utf-8")
FIELDS, BODY = split_header(TEXT)

EXPECTED = {
    "120,000": {
        "quantifier": "nearly",
        "stated": 120000,
        "unit": "person",
        "measure": "new_displacement",
        "term": "forced_to_flee",
        "start_date": date(2017, 12, 15),
        "end_date": date(2018, 1, 6),
        "date_precision": "day",
        "counter": "Local volunteers",
        "counter_kind": "local_volunteers",
        "area_text": "eastern Hama and southern Idlib",
        "area_names": "eastern Hama|southern Idlib",
        "area_role": "location",
        "modality": "asserted",
        "caveat": "Levant Dispatch could not independently verify the figure.",
        "tier": "accepted",
    },
    "60,000": {
        "quantifier": "more_than",
        "stated": 60000,
        "unit": "person",
        "measure": "new_displacement",
        "term": "displaced",
        "start_date": date(2017, 11, 1),
        "end_date": date(2017, 12, 24),
        "date_precision": "day",
        "counter": "UNHCR",
        "counter_kind": "un_agency",
        "area_text": "Hama and Idlib",
        "area_names": "Hama|Idlib",
        "area_role": "location",
        "modality": "asserted",
        "caveat": None,
        "tier": "accepted",
    },
    "1.1 million": {
        "quantifier": "exact",
        "stated": 1100000,
        "unit": "person",
        "measure": "idps",
        "term": "displaced",
        "start_date": date(2018, 1, 8),
        "end_date": date(2018, 1, 8),
        "date_precision": "publication",
        "counter": "United Nations",
        "counter_kind": "un_agency",
        "area_text": "Idlib",
        "area_names": "Idlib",
        "area_role": "location",
        "modality": "asserted",
        "tier": "accepted",
    },
    "800": {
        "quantifier": "exact",
        "stated": 800,
        "unit": "household",
        "measure": "idps",
        "term": "in_relief_camp",
        "counter": "Turkish Red Crescent",
        "counter_kind": "ngo",
        "area_text": "Kafr Lousein",
        "area_names": "Kafr Lousein",
        "modality": "planned",
        "tier": "review",
    },
}

# Number and the words after it: why it is no displacement figure.
REJECTED = {
    "19 days": "duration",
    "24km": "distance_or_measure",
    "35 men": "no_displacement_term",
    "4 January": "date",
    "2.5 million residents": "population_base",
    "2011 the province": "year",
    "1.5 million inhabitants": "population_base",
    "Three displaced residents": "interview_sample",
    "One of them": "pronoun",
    "44-year-old": "age",
    "6 a.m.": "time",
    "12 hours": "duration",
    "70 kilometres": "distance_or_measure",
    "30 sheep": "no_unit",
    "14 people were killed": "killed",
    "30 wounded": "injured",
    "8 people, and": "killed",
    "100 people were injured": "injured",
    "56 people are missing": "missing",
    "60 villages": "no_unit",
    "400 fighters": "combatants",
    "340 houses": "housing_damage",
    "5 schools": "housing_damage",
    "5 motorway": "name",
    "2017 was": "date",
    "2254": "document_number",
    "40 percent": "percentage",
    "3 degrees": "distance_or_measure",
    "50,000 Syrian pounds": "money",
    "100. A litre": "money",
    "28 trucks": "aid_items",
    "4,500 blankets": "aid_items",
    "1,200 food baskets": "aid_items",
    "3,000 displaced people": "aid_recipients",
    "2.4 million to": "money",
    "600 displaced families": "survey_sample",
    "7 in": "ratio",
    "11km": "distance_or_measure",
    "six. No": "definition",
    "16 hectares": "distance_or_measure",
    "3 years": "duration",
    "212": "document_number",
    "2015": "date",
    "half of the villages": "fraction",
}


@pytest.fixture(scope="module")
def extraction() -> Extraction:
    published = date.fromisoformat(FIELDS["published"])
    return extract(TEXT, published, FIELDS["publisher"], start=len(TEXT) - len(BODY))


def test_the_report_holds_exactly_its_four_figures(extraction: Extraction):
    figures = extraction.figures.astype(object).where(extraction.figures.notna(), None)

    assert list(figures["number_text"]) == list(EXPECTED)
    for row in figures.to_dict("records"):
        expected = EXPECTED[row["number_text"]]
        assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(("words", "reason"), REJECTED.items())
def test_every_other_number_says_why_it_is_none(extraction: Extraction, words: str, reason: str):
    start = TEXT.index(words, len(TEXT) - len(BODY))
    rejected = extraction.rejected

    assert list(rejected.loc[rejected["number_start"] == start, "reason"]) == [reason]


def test_the_report_publishes_under_its_own_name_and_quotes_verbatim(extraction: Extraction):
    figures = extraction.figures

    assert set(figures["publisher"]) == {"Levant Dispatch"}
    assert all(quote in TEXT for quote in figures["quote"])


def test_there_are_more_traps_than_figures(extraction: Extraction):
    assert len(extraction.rejected) >= 25
