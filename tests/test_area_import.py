"""Tables of areas as users have them: taken, merged with what is known, or refused and why."""

import re
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from displacement.area_import import Imported, UnknownCountryError, import_areas
from displacement.normalise.area_tables.checks import check_areas
from displacement.normalise.area_tables.described import describe_area
from displacement.normalise.figures import Reference
from displacement.normalise.places import Match
from displacement.publication import load_reference
from displacement.sources.sheets.workbook import UnreadableError
from displacement.store.own_areas import load_all_areas
from displacement_schemas import Areas, EstimatesMonthly, FigureAreas
from displacement_schemas.vocabulary import MatchMethod
from tests.runs import REFERENCE, UNHCR, run, write_figures

Rows = list[list[object]]

HEADER = [
    "ADM2_EN", "ADM2_AR", "ADM2_PCODE", "ADM1_EN", "ADM1_AR", "ADM1_PCODE", "ADM0_EN",
    "ADM0_PCODE", "date", "validOn", "validTo",
]  # fmt: skip
MARIB = ["Marib", "مأرب", "YE26", "Yemen", "YE", "2019-01-01", "2024-03-01", None]
SANAA = ["Sana'a", "صنعاء", "YE23", "Yemen", "YE", "2019-01-01", "2024-03-01", None]
DISTRICTS: Rows = [
    ["Majzar", "مجزر", "YE2601", *MARIB],
    ["Raghwan", "رغوان", "YE2602", *MARIB],
    ["Medghal", "مدغل", "YE2603", *MARIB],
    ["Hamdan", "همدان", "YE2301", *SANAA],
    ["Arhab", "أرحب", "YE2302", *SANAA],
]
LONG = ["Location", "Admin Level", "P-Code", "Name", "Parent P-Code", "Valid from date"]
LONG_TAGS = [
    "#country+code", "#geo+admin_level", "#adm+code", "#adm+name", "#adm+code+parent",
    "#date+start",
]  # fmt: skip
YEMEN: Rows = [
    ["YEM", 1, "YE26", "Marib", "YEM", "2024-03-01"],
    ["YEM", 1, "YE23", "Sana'a", "YEM", "2024-03-01"],
    ["YEM", 2, "YE2601", "Majzar", "YE26", "2024-03-01"],
    ["YEM", 2, "YE2602", "Raghwan", "YE26", "2024-03-01"],
    ["YEM", 2, "YE2301", "Hamdan", "YE23", "2024-03-01"],
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


def recorded_table(name: str) -> Path:
    beside = [folder / "shared/data/areas" / name for folder in Path(__file__).parents[2:]]
    for path in beside:
        if path.is_file():
            return path
    pytest.skip(f"the recorded table {name} is not here")


def csv_of(path: Path, rows: Rows, **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows).to_csv(path, header=False, index=False, **options)
    return path


def book_of(path: Path, **sheets: Rows) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def taken(path: Path, store: Path, **options: object) -> Imported:
    return import_areas(path, folder=REFERENCE, store=store, **options)


def shown(store: Path, code: str) -> dict:
    home, world, own = load_all_areas(REFERENCE, store)
    known = pd.concat([home, world], ignore_index=True)
    return describe_area(code, known, own.old_codes, own.populations)["areas"][0]


def matched(store: Path, code: str) -> Match:
    return load_reference(REFERENCE, store=store).gazetteer.match_code(code)


def contents(store: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((store / "reference").iterdir())}


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


def test_importing_twice_changes_nothing(folder: Path, store: Path) -> None:
    path = csv_of(folder / "yem.csv", [HEADER, *DISTRICTS])
    assert taken(path, store).written
    before = contents(store)
    again = taken(path, store)
    assert (again.written, contents(store)) == ([], before)


def test_the_order_of_rows_changes_nothing(folder: Path, store: Path, tmp_path: Path) -> None:
    taken(csv_of(folder / "yem.csv", [HEADER, *DISTRICTS]), store)
    taken(csv_of(folder / "yem.csv", [HEADER, *DISTRICTS[::-1]]), tmp_path / "other")
    assert contents(store) == contents(tmp_path / "other")


def test_a_dry_run_writes_nothing(folder: Path, store: Path) -> None:
    imported = taken(csv_of(folder / "yem.csv", [LONG, *YEMEN]), store, dry_run=True)
    assert imported.countries == {"YEM": 5}
    assert not store.exists()


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


def test_codes_that_changed_length_lead_to_their_successors(folder: Path, store: Path) -> None:
    taken(csv_of(folder / "old.csv", [LONG, *YEMEN]), store)
    longer = [
        [row[0], row[1], row[2].replace("YE", "YE0"), row[3], row[4].replace("YE2", "YE02"),
         "2025-01-01"]
        for row in YEMEN
    ]  # fmt: skip
    imported = taken(csv_of(folder / "new.csv", [LONG, *longer]), store)
    assert imported.refused == []
    assert any(
        "codes of level 1 had 4 signs and have 4 or 5 now" in note for note in imported.notes
    )
    found = matched(store, "YE2601")
    assert (found.code, found.method) == ("YE02601", MatchMethod.CODE)
    assert "old code; YE02601 took its place" in found.reason
    assert shown(store, "YE02601")["old_codes"] == ["YE2601"]
    before = contents(store)
    taken(csv_of(folder / "new.csv", [LONG, *longer]), store)
    assert contents(store) == before


def test_an_older_list_adds_old_codes_and_changes_no_area(folder: Path, store: Path) -> None:
    taken(csv_of(folder / "new.csv", [LONG, *YEMEN]), store)
    areas = contents(store)["areas.csv"]
    older = [[*row[:5], "2010-01-01"] for row in YEMEN]
    older[2][2] = "YE12997"
    imported = taken(csv_of(folder / "older.csv", [LONG, *older]), store)
    assert contents(store)["areas.csv"] == areas
    assert matched(store, "YE12997").code == "YE2601"
    assert "older than the one in force" in imported.notes[0]


def test_a_split_district_is_what_its_successors_are_together(folder: Path, store: Path) -> None:
    taken(csv_of(folder / "old.csv", [LONG, *YEMEN]), store)
    header = [*LONG, "Old P-Code"]
    parted = [[*row, ""] for row in YEMEN if row[2] != "YE2601"]
    parted += [["YEM", 2, "YE2611", "Majzar North", "YE26", "2025-01-01", "YE2601"],
               ["YEM", 2, "YE2612", "Majzar South", "YE26", "2025-01-01", "YE2601"]]  # fmt: skip
    taken(csv_of(folder / "new.csv", [header, *parted]), store)
    found = matched(store, "YE2601")
    assert found.code == "YE2611|YE2612"
    assert "YE2611 and YE2612 took its place" in found.reason


def test_a_district_that_is_gone_without_a_word_is_part_of_what_it_lay_in(
    folder: Path, store: Path
) -> None:
    india: Rows = [["IND", 1, "IN032", "Kerala", "IND", "2024-01-01"]]
    india += [
        ["IND", 2, f"IN0320{n}", name, "IN032", "2024-01-01"]
        for n, name in enumerate(("Kannur", "Kollam", "Kottayam", "Idukki"))
    ]
    taken(csv_of(folder / "old.csv", [LONG, *india]), store)
    taken(csv_of(folder / "new.csv", [LONG, *india[:-1]]), store, valid_from=date(2025, 1, 1))
    found = matched(store, "IN03203")
    assert (found.code, found.method) == ("IN032", MatchMethod.PART_OF)
    assert "it lay in what is IN032 today" in found.reason


def test_a_list_of_some_districts_ends_no_others(folder: Path, store: Path) -> None:
    imported = taken(csv_of(folder / "yem.csv", [LONG, *YEMEN]), store)
    assert matched(store, "YE1101").code == "YE1101"
    assert matched(store, "YE2603").code == "YE2603"
    assert not (store / "reference" / "old_codes.csv").exists()
    assert any(
        "20 areas of level 1 that the list leaves out stay" in note for note in imported.notes
    )


def test_sub_districts_follow_a_district_whose_code_changed(folder: Path, store: Path) -> None:
    rows: Rows = [["SYR", 1, "SY007", "Idleb", "SYR", "2026-01-01"]]
    taken(csv_of(folder / "syr.csv", [LONG, *rows]), store)
    assert matched(store, "SY07").code == "SY007"
    assert [one["code"] for one in shown(store, "SY070201")["lies_in"]] == ["SY0702", "SY007", "SY"]


def test_a_former_name_stays_a_spelling(folder: Path, store: Path) -> None:
    taken(csv_of(folder / "old.csv", [LONG, *YEMEN]), store)
    renamed = [[*row[:3], "Newtown" if row[2] == "YE2601" else row[3], *row[4:]] for row in YEMEN]
    imported = taken(csv_of(folder / "new.csv", [LONG, *renamed]), store)
    area = shown(store, "YE2601")
    assert (area["name"], "Majzar" in area["aliases"]) == ("Newtown", True)
    assert "YEM: YE2601 was “Majzar” and is “Newtown” now" in imported.notes


def test_syria_keeps_its_sub_districts_when_only_two_levels_come(folder: Path, store: Path) -> None:
    home = load_all_areas(REFERENCE, None)[0]
    upper = home[home["admin_level"].isin([1, 2])]
    rows: Rows = [
        ["SYR", row.admin_level, row.area_code, row.name, row.parent_code, "2026-01-01"]
        for row in upper[
            ["admin_level", "area_code", "name", "parent_code"]
        ].itertuples(index=False)
    ]  # fmt: skip
    taken(csv_of(folder / "syr.csv", [LONG, *rows]), store)
    reference = load_reference(REFERENCE, store=store)
    assert len(reference.areas) == len(home) == 349
    assert reference.gazetteer.match("Khan Sheikhoun").code == "SY070201"
    assert shown(store, "SY07")["populations"][0]["year"] == 2004


def test_p_codes_replace_the_iso_codes_of_a_country_that_had_none(
    folder: Path, store: Path
) -> None:
    assert matched(store, "IN-KL").code == "IN-KL"
    rows: Rows = [["IND", 1, "IN032", "Kerala", "IND", "2025-01-01"]]
    taken(csv_of(folder / "ind.csv", [LONG, *rows]), store)
    assert matched(store, "IN032").code == "IN032"
    assert matched(store, "IN-KL").code == "IN032"
    assert shown(store, "IN")["code_system"] == "ocha_pcode"


PS = ["ISO3", "ADM1_PCODE", "ADM1_NAME", "ADM2_PCODE", "ADM2_NAME", "Population_group", "Gender",
      "Age_range", "Population", "Reference_year"]  # fmt: skip


def ps(code: str, gender: str, age: str, people: object, year: int = 2023) -> list[object]:
    return ["", code[:-2], "", code, "", "T_TL", gender, age, people, year]


def test_residents_attach_by_code_and_year_and_parents_hold_their_sum(
    folder: Path, store: Path
) -> None:
    places: Rows = [["IND", 1, "IN032", "Kerala", "IND", ""]]
    places += [["IND", 2, f"IN0320{n}", f"District {n}", "IN032", ""] for n in (1, 2, 3)]
    taken(csv_of(folder / "ind.csv", [LONG, *places]), store)
    rows = [
        ps("IN03201", "all", "all", "12,345"), ps("IN03201", "f", "all", 6000),
        ps("IN03202", "f", "all", 4000), ps("IN03202", "m", "all", 4500),
        ps("IN03202", "f", "0-4", 700),
        ps("IN03203", "f", "0-4", 10), ps("IN03203", "m", "0-4", 20), ps("IN03203", "f", "5+", 30),
        ps("IN03201", "all", "all", 11000, 2019),
    ]  # fmt: skip
    imported = taken(csv_of(folder / "ind_pop.csv", [PS, *rows]), store)
    assert (imported.refused, imported.residents) == ([], 4)
    years = {one["year"]: one["population"] for one in shown(store, "IN03201")["populations"]}
    assert years == {2019: 11000, 2023: 12345}
    kerala = shown(store, "IN032")["populations"]
    assert kerala[-1]["population"] == 12345 + 8500 + 60
    world = load_reference(REFERENCE, store=store).world.set_index("area_code")
    assert world.loc["IN03201", ["population", "population_year"]].to_list() == [12345, 2023]


def test_residents_in_columns_by_gender_take_the_year_of_the_file(
    folder: Path, store: Path
) -> None:
    taken(csv_of(folder / "yem.csv", [HEADER, *DISTRICTS]), store)
    rows: Rows = [["ADM2_PCODE", "ADM2_EN", "F_TL", "M_TL", "T_TL"],
                  ["YE2601", "Majzar", 5, 6, 11], ["YE2602", "Raghwan", 7, 8, None]]  # fmt: skip
    taken(book_of(folder / "yem_admpop_2024.xlsx", adm2=rows), store)
    assert shown(store, "YE2601")["populations"][-1]["population"] == 11
    assert shown(store, "YE2602")["populations"][-1] == {
        "year": 2024,
        "population": 15,
        "reference": "yem_admpop_2024.xlsx",
    }


def test_residents_of_unknown_codes_and_doubled_rows_are_refused_and_the_others_taken(
    folder: Path, store: Path
) -> None:
    taken(csv_of(folder / "yem.csv", [HEADER, *DISTRICTS]), store)
    rows = [ps("YE2601", "all", "all", 5), ps("YE9901", "all", "all", 6),
            ps("YE2602", "all", "all", 7), ps("YE2602", "all", "all", 8),
            ps("YE2603", "all", "all", "many")]  # fmt: skip
    imported = taken(csv_of(folder / "pop.csv", [PS, *rows]), store)
    assert imported.residents == 1
    assert sorted(imported.refused) == [
        "pop.csv, row 3: no area in force has the code YE9901.",
        "pop.csv, row 4: YE2602 has several numbers of residents in 2023; one area has one.",
        "pop.csv, row 6: “many” is no number of residents of YE2603.",
    ]


def test_residents_of_an_old_code_go_to_its_successor(folder: Path, store: Path) -> None:
    taken(csv_of(folder / "old.csv", [LONG, *YEMEN]), store)
    renumbered = [[*row[:2], row[2].replace("YE2601", "YE2699"), *row[3:]] for row in YEMEN]
    taken(csv_of(folder / "new.csv", [LONG, *renumbered]), store, valid_from=date(2026, 1, 1))
    taken(csv_of(folder / "pop.csv", [PS, ps("YE2601", "all", "all", 42)]), store)
    assert shown(store, "YE2699")["populations"][-1]["population"] == 42


def test_a_country_that_nobody_knows_is_told(folder: Path, store: Path) -> None:
    path = csv_of(folder / "x.csv", [LONG, *YEMEN])
    with pytest.raises(UnknownCountryError, match="there is no country 'Atlantis'"):
        taken(path, store, country="Atlantis")
    imported = taken(path, store, country="Sudan")
    assert imported.refused[0] == "x.csv, row 2: it is of YEM, not of SDN as you said."


def test_a_file_without_codes_is_told(folder: Path, store: Path) -> None:
    with pytest.raises(UnreadableError, match="no sheet has a column of P-codes"):
        taken(csv_of(folder / "x.csv", [["name", "people"], ["Idleb", 5]]), store)


def test_what_comes_with_the_program_has_no_faults() -> None:
    home, world, own = load_all_areas(REFERENCE, None)
    found = check_areas(pd.concat([home, world], ignore_index=True), own.old_codes, {})
    assert [one for one in found if one.is_fault] == []
    assert any("KGZ" in one.country and "do not begin with" in one.text for one in found)


def test_a_circle_a_lost_parent_and_a_lost_successor_are_faults() -> None:
    home, _, own = load_all_areas(REFERENCE, None)
    broken = home.copy()
    broken.loc[broken["area_code"] == "SY07", "parent_code"] = "SY0702"
    broken.loc[broken["area_code"] == "SY0501", "parent_code"] = "SY99"
    texts = [one.text for one in check_areas(broken, own.old_codes, {}) if one.is_fault]
    assert any("SY0501 lie in an area that is not there" in text for text in texts)
    assert any("going round in a circle" in text and "SY07" in text for text in texts)


def test_a_figure_with_an_old_code_is_published_at_its_successor(
    folder: Path, store: Path, inbox: Path, reference: Reference
) -> None:
    write_figures(inbox, [UNHCR | {"areas": "YE2601"}])
    before = run(store, inbox, reference).published
    taken(csv_of(folder / "old.csv", [LONG, *YEMEN]), store)
    renumbered = [[*row[:2], row[2].replace("YE2601", "YE2699"), *row[3:]] for row in YEMEN]
    taken(csv_of(folder / "new.csv", [LONG, *renumbered]), store, valid_from=date(2026, 1, 1))
    after = run(store, inbox, load_reference(REFERENCE, store=store)).published
    assert before.snapshot.read(FigureAreas)["area_code"].to_list() == ["YE2601"]
    assert after.is_new
    links = after.snapshot.read(FigureAreas)
    assert links[["area_code", "match_method"]].to_numpy().tolist() == [["YE2699", "code"]]
    months = after.snapshot.read(EstimatesMonthly)
    assert "YE2699" in months["area_code"].to_list()
    areas = after.snapshot.read(Areas).set_index("area_code")
    assert areas.loc["YE2699", "valid_from"] == date(2026, 1, 1)


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


def test_a_row_that_has_ended_is_an_old_code_and_unclear_days_are_told(
    folder: Path, store: Path
) -> None:
    ended = ["Majzar", "مجزر", "YE12997", *MARIB[:-2], "2019-01-01", "2023-12-31"]
    open_end = [*DISTRICTS[0][:-1], "9999-12-31"]
    unclear = ["Arhab", "أرحب", "YE2302", *SANAA[:-2], "3/1/2024", "-99"]
    path = csv_of(folder / "yem.csv", [HEADER, open_end, ended, unclear], sep=";")
    imported = taken(path, store)
    assert (imported.refused, imported.countries) == ([], {"YEM": 4})
    assert matched(store, "YE2601").code == "YE2601"
    assert (matched(store, "YE12997").code, shown(store, "YE2302")["valid_from"]) == (
        "YE2601",
        date(2019, 1, 1),
    )
    assert any(note.startswith("1 days are not written") for note in imported.notes)


def test_every_country_of_the_global_list_nests(store: Path) -> None:
    recorded = recorded_table("global_pcodes_adm_1_2.csv")
    imported = taken(recorded, store, dry_run=True)
    assert len(imported.countries) == 156
    assert sum(imported.countries.values()) == 33_362
    assert imported.refused == [f"{recorded.name}, row 27650: “Unspecified” is no code of an area."]


def test_the_syrian_table_of_others_is_read_by_its_own_headers(store: Path, folder: Path) -> None:
    recorded = recorded_table("syr_admin123.csv")
    table = pd.read_csv(recorded, dtype=str, keep_default_na=False)
    names = ["admin_level", "pcode", "name_ocha", "name_ar", "parent_pcode"]
    heads = ["Admin level", "P-code", "Name", "Name (Arabic)", "Parent P-code"]
    rows = [heads, *table[names].to_numpy().tolist()]
    imported = taken(csv_of(folder / "syr.csv", rows), store)
    assert (imported.refused, imported.countries) == ([], {"SYR": 348})
    assert not (store / "reference" / "old_codes.csv").exists()
    assert not [note for note in imported.notes if "moved" in note or "new codes" in note]
