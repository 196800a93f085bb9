"""What changed between two snapshots is told, and no withheld number with it."""

import json
import shutil
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from displacement.changes import Changes, Edition, Kind, changes_between
from displacement.reference import load_reference
from displacement.store.snapshots import Snapshots
from tests.runs import NOW, REFERENCE, UNHCR, VOLUNTEERS, publish_tables, run, write_figures

LATER = NOW + timedelta(days=1)
FAMILIES = UNHCR | {"unit": "household", "stated": 800, "areas": "SY070301"}
ONE_DAY = {"start_date": "2018-01-02", "end_date": "2018-01-02", "quantifier": "exact"}
MANY = UNHCR | ONE_DAY | {"record_id": "many", "stated": 4_321, "areas": "SY070302"}
FEW = UNHCR | ONE_DAY | {"record_id": "few", "stated": 7, "areas": "SY070301"}
ELSEWHERE = UNHCR | {"record_id": "elsewhere", "stated": 50_000, "areas": "SY05"}


@pytest.fixture
def folder(tmp_path):
    """Reference tables that a test may change."""
    return Path(shutil.copytree(REFERENCE, tmp_path / "reference"))


def told(store: Path) -> Changes:
    """What the two latest snapshots say differently."""
    snapshots = Snapshots(store)
    current = snapshots.current()
    return changes_between(Edition.of(snapshots.parent_of(current)), Edition.of(current))


def kinds(changes: Changes) -> dict[str, Kind]:
    return {one.counter: one.kind for one in changes.figures}


def only(rows):
    [one] = rows
    return one


def test_two_equal_snapshots_say_the_same(tmp_path, inbox, store, reference):
    write_figures(inbox, [UNHCR])
    edition = Edition.of(run(store, inbox, reference).published.snapshot)
    changes = changes_between(edition, edition)
    assert not any(
        (changes.settings, changes.figures, changes.areas, changes.totals, changes.places)
    )


def test_of_the_first_snapshot_everything_is_new_and_nothing_was_zero_before(
    inbox, store, reference
):
    write_figures(inbox, [UNHCR])
    first = run(store, inbox, reference).published.snapshot
    changes = changes_between(Edition.before_the_first(), Edition.of(first))
    assert changes.before is None
    assert kinds(changes) == {"UNHCR": Kind.NEW}
    total = only(changes.totals)
    assert (total.before, total.after) == (None, pytest.approx(60_000))


def test_new_revised_and_withdrawn_figures_are_told_with_what_they_did_to_the_total(
    inbox, store, reference
):
    united = UNHCR | {"record_id": "un", "counter": "United Nations", "areas": "SY08"}
    write_figures(inbox, [UNHCR, united])
    run(store, inbox, reference)
    write_figures(inbox, [UNHCR | {"stated": 66_000}, VOLUNTEERS | {"areas": "SY05"}])
    run(store, inbox, reference, now=LATER)
    changes = told(store)
    assert kinds(changes) == {
        "UNHCR": Kind.REVISED,
        "Local volunteers": Kind.NEW,
        "United Nations": Kind.WITHDRAWN,
    }
    numbers = {one.counter: (one.before, one.after) for one in changes.figures}
    assert numbers["UNHCR"] == (60_000, 66_000)
    assert numbers["Local volunteers"] == (None, 120_000)
    assert numbers["United Nations"] == (60_000, None)
    total = only(changes.totals)
    assert (total.before, total.after) == (pytest.approx(120_000), pytest.approx(186_000))
    areas = {one.area_code: (one.before, one.after) for one in changes.places}
    assert areas["SY05"] == (None, pytest.approx(120_000))
    assert areas["SY08"] == (pytest.approx(60_000), None)
    assert changes.months[0].month == date(2017, 12, 1)
    sizes = [one.size for one in changes.months]
    assert sizes == sorted(sizes, reverse=True)
    assert [one.name for one in changes.settings] == ["as_of"]


def test_the_other_way_round_the_numbers_change_places(inbox, store, reference):
    write_figures(inbox, [UNHCR])
    first = Edition.of(run(store, inbox, reference).published.snapshot)
    write_figures(inbox, [UNHCR | {"stated": 66_000}, VOLUNTEERS])
    second = Edition.of(run(store, inbox, reference, now=LATER).published.snapshot)
    backwards = changes_between(second, first)
    assert kinds(backwards) == {"UNHCR": Kind.REVISED, "Local volunteers": Kind.GONE}
    forwards = only(changes_between(first, second).totals)
    assert (only(backwards.totals).before, only(backwards.totals).after) == (
        forwards.after,
        forwards.before,
    )


def test_a_stock_is_told_by_the_last_day_of_each_snapshot(inbox, store, reference):
    stock = UNHCR | {"measure": "idps", "start_date": "2018-01-08", "end_date": "2018-01-08"}
    write_figures(inbox, [stock])
    run(store, inbox, reference)
    write_figures(inbox, [stock | {"stated": 70_000}])
    run(store, inbox, reference, now=LATER)
    total = only(told(store).totals)
    assert (total.measure, total.before, total.after) == ("idps", 60_000, 70_000)


def test_a_decision_is_told_with_its_reason(inbox, store, reference, folder):
    write_figures(inbox, [UNHCR])
    before = run(store, inbox, reference, folder=folder).published.snapshot
    record = Edition.of(before).figures["source_record_id"].item()
    (folder / "corrections.toml").write_text(
        f'[[corrections]]\nsource_id = "figures_file"\nrecord = "{record}"\n'
        'action = "override"\nreason = "counted twice"\nprovider = "officer"\n'
        'status = "confirmed"\nexpect = {stated = 60000.0}\nchanges = {stated = 30000.0}\n',
        encoding="utf-8",
    )
    publish_tables(store, reference, folder=folder, now=LATER)
    one = only(told(store).figures)
    assert (one.kind, one.before, one.after) == (Kind.CORRECTED, 60_000, 30_000)
    assert "counted twice" in one.why
    backwards = changes_between(Edition.of(Snapshots(store).current()), Edition.of(before))
    assert only(backwards.figures).why.startswith("no longer: override: counted twice")


def test_another_household_size_is_told_with_both_sizes(inbox, store, reference, folder):
    write_figures(inbox, [FAMILIES])
    run(store, inbox, reference, folder=folder)
    sizes = folder / "household_sizes.csv"
    text = sizes.read_text("utf-8").replace(
        "SY07,ocha_pcode,2018,2018,5.6", "SY07,ocha_pcode,2018,2018,6.0"
    )
    sizes.write_text(text, "utf-8")
    run(store, inbox, load_reference(folder), folder=folder, now=LATER)
    one = only(told(store).figures)
    assert (one.kind, one.before, one.after) == (Kind.HOUSEHOLD_SIZE, 4_480, 4_800)
    assert one.why.startswith("5.6 → 6 persons per household")


def test_a_name_that_now_means_another_area_is_told(inbox, store, reference, folder):
    named = {name: value for name, value in UNHCR.items() if name != "areas"}
    write_figures(inbox, [named | {"area_text": "Threewells"}, VOLUNTEERS])
    for code, now in (("SY0702", NOW), ("SY0703", LATER)):
        (folder / "corrections.toml").write_text(
            f'[[aliases]]\ntext = "Threewells"\narea_codes = "{code}"\n'
            'code_system = "ocha_pcode"\nreason = "local name"\n'
            'provider = "officer"\nstatus = "confirmed"\n',
            encoding="utf-8",
        )
        run(store, inbox, load_reference(folder), folder=folder, now=now)
    changes = told(store)
    assert kinds(changes) == {"UNHCR": Kind.PLACED}
    assert only(changes.figures).columns == ("areas",)


def test_an_area_that_is_described_differently_is_told(inbox, store, reference, folder):
    write_figures(inbox, [UNHCR])
    run(store, inbox, reference, folder=folder)
    areas = folder / "areas.csv"
    lines = areas.read_text("utf-8").splitlines(keepends=True)
    areas.write_text(
        "".join(
            line.replace(",Idleb,", ",Idlib,") if line.startswith("SY07,") else line
            for line in lines
        ),
        "utf-8",
    )
    run(store, inbox, load_reference(folder), folder=folder, now=LATER)
    one = only(told(store).areas)
    assert (one.area_code, one.name, one.columns) == ("SY07", "Idlib", ("name",))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([MANY, ELSEWHERE], [MANY, ELSEWHERE, FEW]),
        ([MANY, ELSEWHERE, FEW], [MANY, ELSEWHERE]),
        ([MANY, ELSEWHERE, FEW], [MANY, ELSEWHERE, FEW | {"stated": 5}]),
        ([MANY, ELSEWHERE, FEW | {"stated": 5_012}], [MANY, ELSEWHERE, FEW]),
        ([MANY, FEW | {"measure": "idps"}], [MANY, FEW | {"measure": "idps", "stated": 5}]),
    ],
    ids=["new", "withdrawn", "revised", "grown small", "stock"],
)
def test_a_withheld_number_is_not_told_by_what_changed(inbox, store, reference, before, after):
    write_figures(inbox, before)
    run(store, inbox, reference)
    write_figures(inbox, after)
    run(store, inbox, reference, now=LATER)
    changes = told(store)
    assert [one for one in changes.figures if one.withheld]
    for one in (*changes.figures, *changes.totals, *changes.months, *changes.places):
        if one.withheld:
            assert one.before is None
            assert one.after is None
        elif None not in {one.before, one.after}:
            assert abs(one.after - one.before) >= 10, one
        else:
            assert (one.after or one.before) >= 10, one
    assert changes.totals
    assert all(one.withheld for one in changes.totals if one.measure == FEW["measure"]) or (
        before[-1]["measure"] == "idps"
    )
    said = json.dumps(asdict(changes), default=str)
    assert "5012" not in said


def test_next_to_withheld_figures_other_areas_and_months_are_told(inbox, store, reference):
    write_figures(inbox, [MANY, ELSEWHERE])
    run(store, inbox, reference)
    write_figures(inbox, [MANY, ELSEWHERE | {"stated": 40_000}, FEW])
    run(store, inbox, reference, now=LATER)
    changes = told(store)
    hama = only(one for one in changes.places if one.area_code == "SY05")
    assert (hama.before, hama.after) == (pytest.approx(50_000), pytest.approx(40_000))
    november = only(one for one in changes.months if one.month == date(2017, 11, 1))
    assert not november.withheld
    january = [one for one in changes.months if one.month == date(2018, 1, 1)]
    assert only(january).withheld
