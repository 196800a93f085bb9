"""What of a sheet never lands, because it could lead to a person?"""

import json

import pytest
from openpyxl.comments import Comment

from displacement.sources.sheets import SOURCE
from displacement.sources.source import Landed
from tests.sources.sheets.sheets import (
    ARIHA,
    DECLARATION,
    HEADER,
    HEISH,
    fetch,
    known_areas,
    landed_text,
    parse,
    write_book,
)


def test_personal_data_never_leaves_memory(inbox):
    def personal(book):
        sheet = book.active
        sheet["C2"].comment = Comment("Ask Fictitious Person", "Fictitious Person")
        book.properties.creator = "Fictitious Person"
        book.properties.lastModifiedBy = "Fictitious Person"

    header = [*HEADER, "Enumerator name", "Phone", "Notes", "GPS", "Fictitious Person 0933 000 111"]
    extra = ["Fictitious Person", "0933 000 111", "call fictitious@example.org", "35.9,36.6", "x"]
    write_book(inbox, [header, HEISH + extra], change=personal)
    text = landed_text(inbox)
    for trace in ("Fictitious", "0933", "example.org", "35.9"):
        assert trace not in text
    parsed = parse(inbox)
    assert [signal for signal in parsed.signals if "column L" in signal]
    assert "Fictitious" not in str(parsed)


@pytest.mark.parametrize(
    "cell", ["Heish 0933 000 111", "+963 933 000 111", "٠٩٣٣٠٠٠١١١", "x@example.org", "tel 234567"]
)
def test_a_phone_number_or_address_is_withheld_even_in_an_allowed_column(inbox, cell):
    write_book(inbox, [HEADER, [*HEISH[:2], cell, *HEISH[3:]], [None, None, cell, *HEISH[3:]]])
    assert cell not in landed_text(inbox)
    parsed = parse(inbox)
    assert parsed.statements["area_names"].to_list() == ["Idlib > Al Ma'ra"]
    assert "withheld" in parsed.rejections[0].reason
    assert any("rows 2 and 3" in signal for signal in parsed.signals)


def test_a_phone_number_in_a_column_of_counts_is_withheld(inbox):
    write_book(inbox, [HEADER, [*HEISH[:3], None, 933000111, *HEISH[5:]]])
    assert "933000111" not in landed_text(inbox)
    [rejected] = parse(inbox).rejections
    assert rejected.check == "missing_number"


def landed_area(inbox, cell):
    """What lands of a cell of sub-districts, and what people are told of it."""
    write_book(inbox, [HEADER, [*ARIHA[:2], cell, *ARIHA[3:]]])
    [answer] = fetch(inbox, areas=known_areas())
    body = json.loads(answer.content)
    parsed = SOURCE.parse(Landed(answer.name, "0" * 64, answer.content), DECLARATION)
    return body["sheets"][0]["rows"][0][1]["sub_district"], parsed.signals


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("Ehsem - Qaswara Zalmut", "Ehsem (withheld)"),
        ("Ehsem (Qaswara)", "Ehsem (withheld)"),
        ("Qaswara Zalmut", "(withheld)"),
        ("سراقب قسورة الزلموط", "سراقب (withheld)"),
        ("Ehsem near house of hajji qaswara", "Ehsem near (withheld)"),
        ("Maaret Tamsrin Ali", "Maaret Tamsrin (withheld)"),
        ("SY070501 Qaswara Zalmut", "(withheld)"),
    ],
)
def test_of_an_area_cell_only_areas_stay(inbox, cell, kept):
    landed, signals = landed_area(inbox, cell)
    assert landed == kept
    assert "row 2: words that are no area known were withheld" in signals[0]


@pytest.mark.parametrize(
    "cell",
    [
        "Ehsem", "Ehsem town", "ناحية إحسم", "Ma'arrat an Nu'man", "Khan Shaykhoun", "Ehsim",
        "SY070501 Ehsem", "Ehsem, Ariha", "northern Ariha", "Maaretnman",
        "Foobarin", "Kafr Foobarin", "كفر فوبار",
    ],
)  # fmt: skip
def test_areas_their_spellings_and_unknown_villages_stay(inbox, cell):
    assert landed_area(inbox, cell) == (cell, [])


def test_a_row_with_words_withheld_waits_for_a_reviewer(inbox):
    write_book(inbox, [HEADER, [*ARIHA[:2], "Ehsem - Qaswara Zalmut", *ARIHA[3:]]])
    [answer] = fetch(inbox, areas=known_areas())
    parsed = SOURCE.parse(Landed(answer.name, "0" * 64, answer.content), DECLARATION)
    [path] = parsed.statements["area_names"]
    assert path == "Idleb > Ariha > Ehsem (withheld)"
    assert known_areas().match(path).codes == ()


@pytest.mark.parametrize("cell", ["Ali", "1qaswara", "Qaswara", "SY0705 Ali", "ALI"])
def test_codes_are_codes_alone(inbox, cell):
    write_book(inbox, [[*HEADER, "P-code"], [*ARIHA, cell]])
    [answer] = fetch(inbox, areas=known_areas())
    [[_, cells]] = json.loads(answer.content)["sheets"][0]["rows"]
    assert cells["area_code"] is None


@pytest.mark.parametrize(
    "cell", ["SY070501|SY070502", "SY070501, SY070502", "SY0705", "CD6101ZS01"]
)
def test_lists_of_codes_are_no_telephone(inbox, cell):
    write_book(inbox, [[*HEADER, "P-code"], [*ARIHA, cell]])
    [answer] = fetch(inbox, areas=known_areas())
    [[_, cells]] = json.loads(answer.content)["sheets"][0]["rows"]
    assert cells["area_code"] == cell


@pytest.mark.parametrize("cell", ["35.74,36.55", 35.741234, "03777111", "777-1119", "35,7412"])
def test_a_position_or_a_telephone_is_quoted_nowhere(inbox, cell):
    write_book(inbox, [HEADER, [*ARIHA[:3], None, cell, *ARIHA[5:]]])
    parsed = parse(inbox)
    [rejected] = parsed.rejections
    assert rejected.value is None
    assert str(cell) not in str(parsed.rejections) + landed_text(inbox)
    assert "looks like a phone number, a position or an address" in rejected.reason
