"""What one text says, without a store: figures and rejected numbers with their offsets."""

import json
from datetime import date

import pytest

from displacement.reading import reading_of
from displacement.sources.documents.files import read_report
from tests.runs import DATA

TEXT = (
    "title: Families flee\npublisher: Levant Dispatch\npublished: 2018-01-08\n\n"
    "More than 60,000 people fled their homes in Idlib between November 1 and December 24, "
    "UNHCR said on Thursday. The agency runs 14 offices."
)


@pytest.fixture
def read(tmp_path, reference):
    def reading(text, published=date(2018, 1, 8), publisher=None):
        path = tmp_path / "flight.txt"
        path.write_text(text, encoding="utf-8")
        return reading_of(read_report(path), path.name, published, publisher, reference)

    return reading


def test_a_figure_has_its_columns_its_areas_and_its_place(read):
    [figure] = read(TEXT)["figures"]
    assert (figure["counter"], figure["publisher"]) == ("UNHCR", "Levant Dispatch")
    assert (figure["persons"], figure["persons_low"], figure["persons_high"]) == (
        60_000,
        60_000,
        70_000,
    )
    assert (figure["start_date"], figure["end_date"]) == ("2017-11-01", "2017-12-24")
    assert (figure["area_codes"], figure["error"]) == (["SY07"], 0.1)
    assert TEXT[figure["number_start"] : figure["number_end"]] == figure["number_text"] == "60,000"


def test_a_rejected_number_has_its_reason_and_its_place(read):
    rejected = read(TEXT)["rejected"]
    assert "14" in {one["number_text"] for one in rejected}
    for one in rejected:
        assert TEXT[one["number_start"] : one["number_end"]] == one["number_text"]
        assert one["reason"]


def test_the_publisher_that_was_asked_for_comes_first(read):
    assert read(TEXT, publisher="OCHA")["figures"][0]["publisher"] == "OCHA"


def test_a_figure_in_a_place_that_nobody_knows_is_still_shown(read):
    [figure] = read(TEXT.replace("Idlib", "Atlantis"))["figures"]
    assert figure["area_codes"] == []
    assert figure["persons"] == 60_000


def test_a_text_without_numbers_is_two_empty_lists(read):
    assert read("Snow fell on the camps.\n") == {"figures": [], "rejected": []}


def test_a_reading_is_plain_json(read):
    reading = read(TEXT)
    assert json.loads(json.dumps(reading, allow_nan=False)) == reading


def test_every_number_of_the_example_is_a_figure_or_has_a_reason(reference):
    path = DATA / "inbox" / "reports" / "2018-01-08-north-west-syria.txt"
    report = read_report(path)
    reading = reading_of(report, path.name, date(2018, 1, 8), None, reference)
    text = path.read_text(encoding="utf-8")
    everything = [*reading["figures"], *reading["rejected"]]
    spans = [(one["number_start"], one["number_end"]) for one in everything]
    assert len(set(spans)) == len(spans)
    assert len(reading["figures"]) == 4
    for one in everything:
        assert text[one["number_start"] : one["number_end"]] == one["number_text"]
