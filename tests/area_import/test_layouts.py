"""Tables in every shape that users have are read alike."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from displacement.reference import load_reference
from tests.area_import.tables import (
    DISTRICTS,
    HEADER,
    LONG,
    LONG_TAGS,
    YEMEN,
    Rows,
    book_of,
    csv_of,
    shown,
    taken,
)
from tests.runs import REFERENCE


def test_a_cod_ab_table_gives_areas_with_both_names_and_their_vintage(
    folder: Path, store: Path
) -> None:
    imported = taken(csv_of(folder / "yem_adm2.csv", [HEADER, *DISTRICTS]), store)
    assert imported.refused == []
    assert imported.countries == {"YEM": 7}
    area = shown(store, "YE2601")
    assert (area["name"], area["name_ar"]) == ("Majzar", "مجزر")
    assert [one["code"] for one in area["lies_in"]] == ["YE26", "YE"]
    assert area["valid_from"] == date(2024, 3, 1)
    reference = load_reference(REFERENCE, store=store)
    assert reference.gazetteer.match("Yemen > مأرب > مجزر").code == "YE2601"


@pytest.mark.parametrize(
    "header",
    [
        ["admin2Name_en", "admin2Name_ar", "admin2Pcode", "admin1Name_en", "admin1Name_ar",
         "admin1Pcode", "admin0Name_en", "admin0Pcode", "date", "validOn", "validTo"],
        ["adm2_name", "adm2_name1", "adm2_pcode", "adm1_name", "adm1_name1", "adm1_pcode",
         "adm0_name", "adm0_pcode", "made", "valid_on", "valid_to"],
        ["District", "District name (Arabic)", "District P-Code", "Governorate",
         "Governorate name (Arabic)", "Governorate PCODE", "Country", "Country code", "x",
         "Valid from date", "y"],
    ],
)  # fmt: skip
def test_headers_of_every_kind_mean_the_same(folder: Path, store: Path, header: list) -> None:
    imported = taken(csv_of(folder / "areas.csv", [header, *DISTRICTS]), store)
    assert (imported.refused, imported.countries) == ([], {"YEM": 7})
    area = shown(store, "YE2302")
    assert (area["name"], area["name_ar"], str(area["valid_from"])) == (
        "Arhab",
        "أرحب",
        "2024-03-01",
    )


def test_a_workbook_with_a_sheet_per_level_titles_merged_headers_and_blank_rows_is_read(
    folder: Path, store: Path
) -> None:
    path = book_of(
        folder / "yem.xlsx",
        ReadMe=[["Boundaries of Yemen"], ["Ask OCHA"]],
        admin1=[
            ["Administrative level 1 of Yemen"],
            [],
            ["Admin 1", None, None, "Admin 0"],
            ["P-Code", "Name (English)", "Name (Arabic)", "P-Code"],
            ["YE26 ", "  Marib", "مأرب", "YE"],
            [],
            ["YE23", "Sana'a\u00a0", "صنعاء", "YE"],
            ["Total", "2", None, None],
        ],
        admin2=[
            ["ADM2_PCODE", "ADM2_EN", "ADM1_PCODE"],
            ["#adm2+code", "#adm2+name", "#adm1+code"],
            ["YE2301", "Hamdan", "YE23"],
            [None, None, None],
            ["YE2602", "Raghwan  ", "YE26"],
            ["YE2603", "Medghal", None],
        ],
    )
    book = openpyxl.load_workbook(path)
    book["admin1"].merge_cells("A3:C3")
    book["admin2"].merge_cells("C5:C6")
    book.save(path)
    imported = taken(path, store)
    assert (imported.refused, imported.countries) == ([], {"YEM": 5})
    assert shown(store, "YE23")["name"] == "Sana'a"
    assert shown(store, "YE2603")["lies_in"][0]["code"] == "YE26"
    assert any("cut from" in note for note in imported.notes)


@pytest.mark.parametrize(
    "country",
    [
        [["ADM0_EN", "ADM0_AR", "ADM0_PCODE", "date", "validOn"], ["Yemen", "اليمن", "YE", "", ""]],
        [["adm0_name", "adm0_pcode", "iso2", "iso3", "lang"], ["Yemen", "YE", "YE", "YEM", "en"]],
    ],
)
def test_a_sheet_of_the_country_alone_holds_nothing_to_take_and_is_no_fault(
    folder: Path, store: Path, country: Rows
) -> None:
    first: Rows = [
        ["ADM1_EN", "ADM1_PCODE", "ADM0_EN", "ADM0_PCODE"],
        ["Ibb", "YE11", "Yemen", "YE"],
    ]
    imported = taken(book_of(folder / "yem.xlsx", Admin0=country, Admin1=first), store)
    assert (imported.refused, imported.countries) == ([], {"YEM": 1})


def test_global_p_codes_with_a_row_of_tags_are_read(folder: Path, store: Path) -> None:
    path = csv_of(folder / "global.csv", [LONG, LONG_TAGS, *YEMEN], encoding="utf-8-sig")
    imported = taken(path, store)
    assert (imported.refused, imported.countries) == ([], {"YEM": 5})


def test_tags_say_what_columns_hold_whose_headers_say_nothing(folder: Path, store: Path) -> None:
    rows: Rows = [["رمز", "اسم", "رمز المحافظة", "المحافظة"],
                  ["#adm2 +code", "#adm2+name+i_ar", "#adm1+code", "#adm1+name+i_ar"],
                  ["YE2601", "مجزر", "YE26", "مأرب"]]  # fmt: skip
    imported = taken(csv_of(folder / "tags.csv", rows), store)
    assert imported.countries == {"YEM": 2}
    assert shown(store, "YE2601")["name_ar"] == "مجزر"


def test_a_sheet_that_names_only_the_level_above_nests_through_the_other_sheets(
    folder: Path, store: Path
) -> None:
    path = book_of(
        folder / "yem.xlsx",
        adm1=[["ADM1_PCODE", "ADM1_EN"], ["YE26", "Marib"]],
        adm2=[["ADM2_PCODE", "ADM2_EN", "ADM1_PCODE"], ["YE2601", "Majzar", "YE26"]],
        adm3=[["ADM3_PCODE", "ADM3_EN", "ADM2_PCODE"], ["YE260101", "Village", "YE2601"]],
    )
    imported = taken(path, store)
    assert (imported.refused, imported.countries) == ([], {"YEM": 3})
    assert [one["code"] for one in shown(store, "YE260101")["lies_in"]] == ["YE2601", "YE26", "YE"]
