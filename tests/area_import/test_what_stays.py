"""What is known already and a new table does not name stays."""

from pathlib import Path

from displacement.reference import load_reference
from displacement.store.own_areas import load_all_areas
from tests.area_import.tables import LONG, YEMEN, Rows, csv_of, matched, shown, taken
from tests.runs import REFERENCE


def test_a_list_of_some_districts_ends_no_others(folder: Path, store: Path) -> None:
    imported = taken(csv_of(folder / "yem.csv", [LONG, *YEMEN]), store)
    assert matched(store, "YE1101").code == "YE1101"
    assert matched(store, "YE2603").code == "YE2603"
    assert not (store / "reference" / "old_codes.csv").exists()
    assert any(
        "20 areas of level 1 that the list leaves out stay" in note for note in imported.notes
    )


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
