"""Second half of a run: a snapshot is published if, and only if, something is new."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from displacement.publication import publish
from displacement.reference import load_reference
from displacement.sources import sheets
from displacement.sources.source import SourceError
from displacement.store.snapshots import Snapshots
from displacement.store.store import Store
from displacement_schemas import (
    PUBLISHED,
    Areas,
    Conflicts,
    Contributions,
    Estimates,
    EstimatesDaily,
    FigureAreas,
    Figures,
    Rejected,
    Runs,
    Sources,
    Stocks,
)
from tests.normalise.records import records, statement
from tests.runs import (
    NOW,
    REFERENCE,
    UNHCR,
    VOLUNTEERS,
    files_below,
    publish_tables,
    run,
    take_in_all,
    write_figures,
)

ROOT = Path(__file__).parents[1]
LATER = NOW + timedelta(days=1)
STOCK = {
    "record_id": "stock",
    "counter": "United Nations",
    "published_on": "2018-01-08",
    "measure": "idps",
    "quantifier": "approximately",
    "stated": 1_100_000,
    "start_date": "2018-01-08",
    "end_date": "2018-01-08",
    "areas": "SY07",
}
AGAIN = """
import sys
from pathlib import Path
from displacement.reference import load_reference
from tests.runs import DATA, REFERENCE, files_below, run

sources = ("documents", "figures_file", "sheets")
made = run(Path(sys.argv[1]), DATA / "inbox", load_reference(REFERENCE), sources=sources)
for name, sha256 in files_below(made.published.snapshot.folder).items():
    print(name, sha256)
"""


@dataclass(frozen=True)
class Start:
    """An inbox with the two figures that overlap, and a store that has published them."""

    inbox: Path
    store: Path

    @property
    def snapshot(self):
        return Snapshots(self.store).current()


@pytest.fixture(scope="module")
def original(tmp_path_factory, reference):
    folder = tmp_path_factory.mktemp("original")
    write_figures(folder / "inbox", [UNHCR, VOLUNTEERS])
    run(folder / "store", folder / "inbox", reference)
    return folder


@pytest.fixture
def start(tmp_path, original):
    """A copy of the start that a test may change."""
    folder = Path(shutil.copytree(original, tmp_path / "start", symlinks=True))
    return Start(folder / "inbox", folder / "store")


@pytest.fixture
def folder(tmp_path):
    """Reference tables that a test may change."""
    return Path(shutil.copytree(REFERENCE, tmp_path / "reference"))


def published_files(store):
    return {
        name: sha256
        for name, sha256 in files_below(store).items()
        if name.startswith(("tables/", "published/"))
    }


def total(snapshot):
    return snapshot.read(Estimates)["value"].sum()


def persons(snapshot):
    figures = snapshot.read(Figures)
    return {
        (record.partition("#")[2], revision): stated
        for record, revision, stated in zip(
            figures["source_record_id"], figures["revision"], figures["persons"], strict=True
        )
    }


def test_every_table_is_published_and_fits_its_contract(start):
    snapshot = start.snapshot
    for model in PUBLISHED:
        pd.testing.assert_frame_equal(snapshot.read(model), model.in_order(snapshot.read(model)))
    assert total(snapshot) == pytest.approx(146_146, rel=0.002)
    assert snapshot.damaged() == []


def test_a_figure_that_a_better_alternative_speaks_for_is_published_as_triangulation(
    tmp_path, reference
):
    store = Store(tmp_path / "store")
    ranked = [
        statement(name, stated=stated, alternatives_id="HTI", preference=rank)
        for name, stated, rank in [("baseline", 155_166.0, 1), ("sites", 39_492.0, 2)]
    ]
    part = store.tables.next_part("figures_file", records(*ranked), Rejected.empty())
    store.tables.add(part)
    snapshot = publish_tables(store.folder, reference).snapshot
    figures = snapshot.read(Figures).set_index("source_record_id")
    assert figures["role"].fillna("-").to_dict() == {"baseline": "-", "sites": "triangulation"}
    assert len(set(figures["error"])) == 1
    spoken = snapshot.read(Contributions)["figure_id"].tolist()
    assert spoken == [figures.loc["baseline", "figure_id"]]


def test_every_key_of_a_table_leads_to_its_row(start, reference):
    write_figures(start.inbox, [STOCK, STOCK | {"record_id": "x", "stated": 5}], "stock.csv")
    snapshot = run(start.store, start.inbox, reference, now=LATER).published.snapshot
    figures = set(snapshot.read(Figures)["figure_id"])
    areas = set(snapshot.read(Areas)["area_code"])
    assert set(snapshot.read(FigureAreas)["figure_id"]) == figures
    assert set(snapshot.read(Contributions)["figure_id"]) <= figures
    assert set(snapshot.read(Conflicts)["figure_id"]) <= figures
    assert set(snapshot.read(FigureAreas)["area_code"]) <= areas
    assert set(snapshot.read(EstimatesDaily)["area_code"]) <= areas
    assert set(snapshot.read(Stocks)["area_code"]) <= areas
    assert set(snapshot.read(Runs)["source_id"]) <= set(snapshot.read(Sources)["source_id"])


def test_the_manifest_tells_where_a_snapshot_comes_from(start):
    manifest = start.snapshot.manifest
    assert manifest["parent"] is None
    assert manifest["as_of"] == "2018-01-10"
    assert manifest["created_at"] == NOW.isoformat()
    assert manifest["snapshot_id"] == f"2018-01-10-{manifest['content'][:12]}"
    [answer] = manifest["answers"]
    assert "people were newly displaced in Idleb" in answer


@pytest.mark.parametrize("later", [timedelta(hours=1), timedelta(days=1)])
def test_a_second_run_with_nothing_new_appends_and_publishes_nothing(start, reference, later):
    first, before = start.snapshot, published_files(start.store)
    second = run(start.store, start.inbox, reference, now=NOW + later)
    assert not second.published.is_new
    assert second.published.snapshot == first
    assert published_files(start.store) == before
    assert len(Store(start.store).ledger.runs()) == 2


def test_a_changed_row_makes_a_snapshot_that_names_its_parent(start, reference):
    first = start.snapshot
    write_figures(start.inbox, [UNHCR, VOLUNTEERS | {"stated": 110_000}])
    second = run(start.store, start.inbox, reference, now=LATER).published
    assert second.is_new
    assert second.snapshot.manifest["parent"] == first.snapshot_id
    assert total(second.snapshot) < total(first)
    assert persons(second.snapshot) == {
        ("unhcr", 1): 60_000,
        ("volunteers", 1): 120_000,
        ("volunteers", 2): 110_000,
    }
    assert first.damaged() == []
    assert start.snapshot == second.snapshot


def test_a_table_that_did_not_change_is_the_file_of_the_snapshot_before(start, reference):
    first = start.snapshot
    write_figures(start.inbox, [UNHCR, VOLUNTEERS | {"stated": 110_000}])
    second = run(start.store, start.inbox, reference, now=NOW + timedelta(hours=1)).published
    same = {
        model.table_name()
        for model in PUBLISHED
        if second.snapshot.path(model.table_name()).samefile(first.path(model.table_name()))
    }
    assert {"areas", "sources", "rejected"} <= same
    assert same.isdisjoint({"figures", "estimates", "estimates_daily", "runs"})
    assert second.snapshot.damaged() == []


def test_what_was_true_before_is_published_again(start, reference):
    first = start.snapshot
    write_figures(start.inbox, [UNHCR])
    second = run(start.store, start.inbox, reference, now=LATER).published.snapshot
    write_figures(start.inbox, [UNHCR, VOLUNTEERS])
    third = run(start.store, start.inbox, reference, now=LATER + timedelta(days=1)).published
    assert third.is_new
    assert third.snapshot.manifest["parent"] == second.snapshot_id
    assert total(third.snapshot) == pytest.approx(total(first))


def test_a_deleted_file_takes_its_figures_out_of_the_estimates(start, reference):
    stock = write_figures(start.inbox, [STOCK], "stock.csv")
    before = run(start.store, start.inbox, reference, now=LATER).published.snapshot
    assert len(before.read(Stocks)) > 0
    stock.unlink()
    later = LATER + timedelta(days=1)
    snapshot = run(start.store, start.inbox, reference, now=later).published.snapshot
    assert len(snapshot.read(Stocks)) == 0
    assert snapshot.read(Figures)["withdrawn"].sum() == 1
    assert total(snapshot) == pytest.approx(146_146, rel=0.002)


def test_an_empty_inbox_changes_nothing_that_readers_get(start, reference):
    first = start.snapshot
    (start.inbox / "figures" / "counts.csv").unlink()
    second = run(start.store, start.inbox, reference, now=LATER)
    assert "their figures stay" in second.outcomes["figures_file"].signals[0]
    assert second.published.snapshot == first


def test_as_of_shows_only_what_was_known(start, reference):
    earlier = publish_tables(start.store, reference, as_of=date(2018, 1, 5)).snapshot
    assert persons(earlier) == {("unhcr", 1): 60_000}
    assert set(earlier.read(FigureAreas)["figure_id"]) == set(earlier.read(Figures)["figure_id"])
    assert total(earlier) == pytest.approx(60_000)
    assert set(earlier.read(Estimates)["as_of"]) == {date(2018, 1, 5)}
    assert earlier.snapshot_id.startswith("2018-01-05-")
    later = publish_tables(start.store, reference, as_of=date(2018, 1, 8)).snapshot
    assert total(later) == pytest.approx(146_146, rel=0.002)


def test_as_of_shows_the_revision_of_its_day(start, reference):
    revised = UNHCR | {"stated": 66_000, "published_on": "2018-01-09"}
    write_figures(start.inbox, [revised, VOLUNTEERS])
    take_in_all(start.store, start.inbox, reference, now=NOW)
    write_figures(start.inbox, [VOLUNTEERS])
    take_in_all(start.store, start.inbox, reference, now=LATER)
    before = publish_tables(start.store, reference, now=LATER, as_of=date(2018, 1, 5)).snapshot
    assert persons(before) == {("unhcr", 1): 60_000}
    assert total(before) == pytest.approx(60_000)
    between = publish_tables(start.store, reference, now=LATER, as_of=NOW.date()).snapshot
    assert persons(between)["unhcr", 2] == 66_000
    assert total(between) > 120_000
    after = publish_tables(start.store, reference, now=LATER).snapshot
    assert total(after) == pytest.approx(120_000)


def test_before_anything_was_known_there_is_nothing_and_never_zero(start, reference):
    snapshot = publish_tables(start.store, reference, as_of=date(2017, 1, 1)).snapshot
    for model in (Figures, FigureAreas, Estimates, EstimatesDaily, Contributions):
        assert snapshot.read(model).empty
    assert snapshot.manifest["answers"] == []


def test_a_store_without_any_record_can_be_published(store, reference):
    snapshot = publish_tables(store, reference).snapshot
    assert snapshot.read(Figures).empty
    assert len(snapshot.read(Areas)) == len(reference.areas)


def test_an_accepted_figure_that_nobody_can_count_is_no_estimate(inbox, store, reference):
    write_figures(inbox, [UNHCR | {"quantifier": "vague", "stated": ""}])
    snapshot = run(store, inbox, reference).published.snapshot
    [figure] = snapshot.read(Figures).to_dict("records")
    assert figure["tier"] == "review"
    assert snapshot.read(Estimates).empty


def test_two_fresh_stores_hold_the_same_bytes(start, store, reference):
    again = run(store, start.inbox, reference).published.snapshot
    assert again.snapshot_id == start.snapshot.snapshot_id
    assert files_below(store) == files_below(start.store)


def test_a_failing_source_leaves_the_figures_of_the_others(start, reference, monkeypatch):
    def down(self, request):
        raise SourceError("the volunteers' server is down")
        yield

    monkeypatch.setattr(type(sheets.SOURCE), "fetch", down)
    write_figures(start.inbox, [STOCK], "stock.csv")
    sources = ("figures_file", "sheets")
    made = run(start.store, start.inbox, reference, sources=sources, now=LATER)
    assert made.outcomes["sheets"].failed
    snapshot = made.published.snapshot
    assert total(snapshot) == pytest.approx(146_146, rel=0.002)
    assert len(snapshot.read(Stocks)) > 0
    runs = snapshot.read(Runs)
    assert runs["failed"].to_list() == [False, False, True]
    assert runs["message"].to_list()[-1] == "failed: the volunteers' server is down"


CORRECTION = """
[[corrections]]
source_id = "figures_file"
record = "figures/counts.csv#unhcr"
action = "{action}"
expect = {{ stated = {expected} }}
changes = {{ stated = 30000.0 }}
reason = "counted twice, see the erratum"
provider = "officer"
status = "confirmed"
"""


def corrected(folder, action, expected):
    text = CORRECTION.format(action=action, expected=expected)
    (folder / "corrections.toml").write_text(text, encoding="utf-8")


def test_a_correction_is_visible_in_the_figures_and_in_the_estimates(start, reference, folder):
    before = total(start.snapshot)
    corrected(folder, "override", 60_000.0)
    after = publish_tables(start.store, reference, folder=folder, now=LATER)
    assert after.is_new
    assert total(after.snapshot) < before
    figures = after.snapshot.read(Figures).set_index("counter")
    assert figures.loc["UNHCR", "persons"] == 30_000
    assert figures.loc["UNHCR", "correction"] == (
        "override: counted twice, see the erratum (officer)"
    )
    assert pd.isna(figures.loc["Local volunteers", "correction"])
    records = Store(start.store).tables.read("figures_file").records
    assert sorted(records["stated"]) == [60_000, 120_000]


def test_a_dropped_figure_stays_visible_and_is_not_reconciled(start, reference, folder):
    corrected(folder, "drop", 60_000.0)
    snapshot = publish_tables(start.store, reference, folder=folder).snapshot
    figures = snapshot.read(Figures).set_index("counter")
    assert figures.loc["UNHCR", "tier"] == "review"
    assert figures.loc["UNHCR", "correction"].startswith("drop: ")
    assert total(snapshot) == pytest.approx(120_000)


def test_a_correction_that_no_longer_fits_changes_nothing_and_says_so(start, reference, folder):
    before = start.snapshot
    corrected(folder, "override", 600_000.0)
    after = publish_tables(start.store, reference, folder=folder, now=LATER)
    assert not after.is_new
    [signal] = after.signals
    assert "figures/counts.csv#unhcr no longer fits: the source now says" in signal
    assert after.snapshot == before


def test_a_better_reference_table_makes_a_new_snapshot_and_touches_no_record(
    inbox, store, reference, folder
):
    write_figures(inbox, [UNHCR | {"unit": "household", "stated": 800, "areas": "SY070301"}])
    before = run(store, inbox, reference, folder=folder).published.snapshot
    parts = Store(store).tables.parts()
    sizes = folder / "household_sizes.csv"
    idlib = "SY07,ocha_pcode,2018,2018,"
    text = sizes.read_text("utf-8").replace(f"{idlib}5.6", f"{idlib}6.0")
    sizes.write_text(text, "utf-8")
    better = load_reference(folder)
    after = run(store, inbox, better, folder=folder, now=LATER).published
    assert after.is_new
    assert persons(before) == {("unhcr", 1): 4_480}
    assert persons(after.snapshot) == {("unhcr", 1): 4_800}
    assert Store(store).tables.parts() == parts


def test_rejections_are_published_with_the_row_that_they_speak_of(start, reference):
    bad = VOLUNTEERS | {"record_id": "x", "end_date": "soon"}
    write_figures(start.inbox, [UNHCR, VOLUNTEERS, bad])
    snapshot = run(start.store, start.inbox, reference, now=LATER).published.snapshot
    [row] = snapshot.read(Rejected).to_dict("records")
    assert (row["source_id"], row["file"], row["row"], row["column"]) == (
        "figures_file",
        "figures/counts.csv",
        4,
        "end_date",
    )


@pytest.mark.slow
def test_the_page_and_the_picture_are_part_of_the_snapshot(start, store, reference):
    pytest.importorskip("altair")
    pytest.importorskip("vl_convert")
    take_in_all(store, start.inbox, reference)
    said = []
    snapshot = publish(Store(store), reference, REFERENCE, now=NOW, progress=said.append).snapshot
    assert said[-1] == "drawing the report"
    for name in ("report.html", "report.png", "datapackage.json", "manifest.json"):
        assert (snapshot.folder / name).stat().st_size > 1_000
        assert (store / "published" / "latest" / name).samefile(snapshot.folder / name)
    assert snapshot.damaged() == []


@pytest.mark.slow
def test_the_same_inputs_give_the_same_bytes_whatever_the_environment(tmp_path):
    told = []
    for number, (seed, zone, locale) in enumerate(
        [("1", "Asia/Damascus", "C"), ("2", "America/Bogota", "C.UTF-8")]
    ):
        environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
        command = [sys.executable, "-c", AGAIN, str(tmp_path / f"store{number}")]
        told.append(
            subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, check=True, text=True
            ).stdout.splitlines()
        )
    assert len(told[0]) == len(PUBLISHED) + 2
    assert told[0] == told[1]
