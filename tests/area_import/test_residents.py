"""Numbers of residents attach to areas by code and year."""

from datetime import date
from pathlib import Path

from displacement.reference import load_reference
from tests.area_import.tables import (
    DISTRICTS,
    HEADER,
    LONG,
    YEMEN,
    Rows,
    book_of,
    csv_of,
    shown,
    taken,
)
from tests.runs import REFERENCE

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


def test_residents_take_the_year_of_their_sheet_before_that_of_the_file(
    folder: Path, store: Path
) -> None:
    taken(csv_of(folder / "yem.csv", [HEADER, *DISTRICTS]), store)
    rows: Rows = [["ADM2_PCODE", "ADM2_EN", "T_TL"], ["YE2601", "Majzar", "3,000"]]
    taken(book_of(folder / "yem_2019.xlsx", YEM_admpop_adm2_2024=rows), store)
    assert shown(store, "YE2601")["populations"][-1]["year"] == 2024


def test_residents_that_may_be_thousands_or_a_decimal_are_refused(
    folder: Path, store: Path
) -> None:
    taken(csv_of(folder / "yem.csv", [HEADER, *DISTRICTS]), store)
    imported = taken(csv_of(folder / "ps.csv", [PS, ps("YE2601", "all", "all", "12.345")]), store)
    assert "may be thousands or a decimal" in imported.refused[0]


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
