"""Codes that changed, ended or were split lead to what took their place."""

from datetime import date
from pathlib import Path

from displacement.normalise.figures import Reference
from displacement.reference import load_reference
from displacement_schemas import Areas, EstimatesMonthly, FigureAreas
from displacement_schemas.vocabulary import MatchMethod
from tests.area_import.tables import (
    DISTRICTS,
    HEADER,
    LONG,
    MARIB,
    SANAA,
    YEMEN,
    Rows,
    contents,
    csv_of,
    matched,
    shown,
    taken,
)
from tests.runs import REFERENCE, UNHCR, run, write_figures


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


def test_sub_districts_follow_a_district_whose_code_changed(folder: Path, store: Path) -> None:
    rows: Rows = [["SYR", 1, "SY007", "Idleb", "SYR", "2026-01-01"]]
    taken(csv_of(folder / "syr.csv", [LONG, *rows]), store)
    assert matched(store, "SY07").code == "SY007"
    assert [one["code"] for one in shown(store, "SY070201")["lies_in"]] == ["SY0702", "SY007", "SY"]


def test_p_codes_replace_the_iso_codes_of_a_country_that_had_none(
    folder: Path, store: Path
) -> None:
    assert matched(store, "IN-KL").code == "IN-KL"
    rows: Rows = [["IND", 1, "IN032", "Kerala", "IND", "2025-01-01"]]
    taken(csv_of(folder / "ind.csv", [LONG, *rows]), store)
    assert matched(store, "IN032").code == "IN032"
    assert matched(store, "IN-KL").code == "IN032"
    assert shown(store, "IN")["code_system"] == "ocha_pcode"


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
