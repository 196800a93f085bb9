"""Tables and rows that are refused, and the words for it."""

import re
from pathlib import Path

import pytest

from displacement.area_import import UnknownCountryError
from displacement.sources.sheets.workbook import UnreadableError
from tests.area_import.tables import LONG, YEMEN, book_of, csv_of, taken


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            ["YEM", 2, "YE9901", "Nowhere", "YE99", ""],
            r"row 7: YE9901 \(Nowhere\) lies in YE99, which the table does not have",
        ),
        (
            ["YEM", 2, "YE2602", "Elsewhere", "YE26", ""],
            r"row 7: YE2602 is “Elsewhere” here, but “Raghwan” in .*row 5; one code for two",
        ),
        (
            ["YEM", 2, "YE2602", "Raghwan", "YE23", ""],
            r"row 7: YE2602 lies in YE23 here, but in YE26 in .*row 5",
        ),
        (
            ["YEM", 1, "YE2602", "Raghwan", "YEM", ""],
            r"row 7: YE2602 is of level 1 here, but of level 2",
        ),
        (
            ["YEM", 3, "YE260101", "Village", "YE26", ""],
            r"row 7: YE260101 .* is of level 3 and lies in YE26, which is of level 1",
        ),
        (
            ["YEM", 2, "YE2604", "Moved", "YE23", ""],
            r"row 7: YE2604 .* lies in YE23, but its code begins with YE26 \(Marib\)",
        ),
        (
            ["YEM", 2, "YE2604", "Loose", "", ""],
            r"row 7: YE2604 is of level 2 and says nothing of what it lies in",
        ),
    ],
)
def test_a_table_that_does_not_nest_is_refused_with_the_row(
    folder: Path, store: Path, row: list, words: str
) -> None:
    somalia = [["SOM", 1, "SO11", "Awdal", "SOM", ""]]
    imported = taken(csv_of(folder / "global.csv", [LONG, *YEMEN, row, *somalia]), store)
    assert re.search(words, imported.refused[0]), imported.refused
    assert imported.refused[-1].startswith("YEM: the areas do not nest")
    assert imported.countries == {"SOM": 1}


def test_a_refusal_names_the_sheet(folder: Path, store: Path) -> None:
    rows = [["ADM2_PCODE", "ADM2_EN", "ADM1_PCODE", "ADM1_EN"], ["YE2601", "Majzar", None, "Marib"]]
    imported = taken(book_of(folder / "yem.xlsx", districts=rows), store)
    assert imported.refused[0].startswith(
        "yem.xlsx, sheet districts, row 2: YE2601 has no code of level 1"
    )


def test_a_district_that_moved_is_taken_when_that_is_said(folder: Path, store: Path) -> None:
    rows = [*YEMEN, ["YEM", 2, "YE2604", "Moved", "YE23", ""]]
    path = csv_of(folder / "global.csv", [LONG, *rows])
    assert taken(path, store, trusted=True).countries == {"YEM": 6}
    # What is known to lie there needs no word any more.
    assert taken(path, store).refused == []


def test_a_row_without_a_usable_code_is_left_out_alone(folder: Path, store: Path) -> None:
    rows = [*YEMEN, ["YEM", 2, "Unspecified", "Nobody knows", "YE26", ""]]
    imported = taken(csv_of(folder / "global.csv", [LONG, *rows]), store)
    assert imported.countries == {"YEM": 5}
    assert imported.refused == ["global.csv, row 7: “Unspecified” is no code of an area."]


def test_a_country_that_nobody_knows_is_told(folder: Path, store: Path) -> None:
    path = csv_of(folder / "x.csv", [LONG, *YEMEN])
    with pytest.raises(UnknownCountryError, match="there is no country 'Atlantis'"):
        taken(path, store, country="Atlantis")
    imported = taken(path, store, country="Sudan")
    assert imported.refused[0] == "x.csv, row 2: it is of YEM, not of SDN as you said."


def test_a_file_without_codes_is_told(folder: Path, store: Path) -> None:
    with pytest.raises(UnreadableError, match="no sheet has a column of P-codes"):
        taken(csv_of(folder / "x.csv", [["name", "people"], ["Idleb", 5]]), store)
