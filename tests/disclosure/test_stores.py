"""What a reader of a store finds, and what its owner: Parquet files, manifest, page, answers."""

import json
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from displacement.answer import explain_snapshot
from displacement.publication import publish
from displacement.store.store import Store
from displacement_schemas import PUBLISHED, Figures
from tests.disclosure.attacker import attack_on_flows, attack_on_stocks, suppressed_rows
from tests.runs import NOW, REFERENCE, UNHCR, publish_tables, run, write_figures

SOON = NOW + timedelta(hours=1)
LATER = NOW + timedelta(days=1)
SMALL, SIBLING = "SY070301", "SY070302"
DISTRICT = "SY0703"
DAY = {"start_date": "2018-01-02", "end_date": "2018-01-02", "quantifier": "exact"}
LONE = UNHCR | DAY | {"record_id": "few", "stated": 1, "unit": "household", "areas": SMALL}
LONE |= {"quote": "One family of the Forgotten Mill came."}
ROWS = [
    LONE,
    UNHCR | DAY | {"record_id": "many", "stated": 4_321, "areas": SIBLING},
    UNHCR | {"record_id": "all", "stated": 60_000, "areas": "SY05"},
    UNHCR | DAY | {"record_id": "camp", "stated": 7, "areas": SMALL, "measure": "idps"},
    UNHCR | DAY | {"record_id": "camps", "stated": 8_765, "areas": SIBLING, "measure": "idps"},
]


class Words(HTMLParser):
    """The text of a page, and the data of its charts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text = ""
        self.specs = ""
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        is_data = ("type", "application/json") in attrs
        self._inside = "specs" if is_data else tag

    def handle_data(self, data: str) -> None:
        if self._inside == "specs":
            self.specs += data
        elif self._inside not in {"script", "style"}:
            self.text += data


@pytest.fixture(scope="module")
def folder(tmp_path_factory, reference):
    """A store with small numbers in flows and stocks."""
    folder = tmp_path_factory.mktemp("small")
    write_figures(folder / "inbox", ROWS)
    run(folder / "store", folder / "inbox", reference)
    return folder


@pytest.fixture(scope="module")
def store(folder):
    return Store(folder / "store")


@pytest.fixture(scope="module")
def tables(store):
    """The Parquet files as anybody reads them."""
    snapshot = store.snapshots.current()
    names = [model.table_name() for model in PUBLISHED]
    return {name: pd.read_parquet(snapshot.path(name)) for name in names}


def ask(store, *areas, first=date(2018, 1, 1), last=date(2018, 1, 31), **more):
    current = store.snapshots.current()
    more = {"measure": "new_displacement"} | more
    withheld = store.withheld.read(current.snapshot_id)
    return explain_snapshot(current, withheld, codes=list(areas), first=first, last=last, **more)


def test_nothing_published_holds_a_withheld_number_or_its_words(store, tables):
    withheld = store.withheld.read(store.snapshots.current().snapshot_id)
    assert sorted(withheld["stated"]) == [1, 7, 4_321, 8_765]
    numbers = {*withheld["stated"], *withheld["persons"]} - {1.0}
    for name, frame in tables.items():
        if name != "areas":
            for column in frame.select_dtypes("float"):
                assert not frame[column].round(4).isin(numbers).any(), (name, column)
    told = [*sorted((store.folder / "published").rglob("*.parquet"))]
    told += [store.snapshots.current().folder / "manifest.json"]
    for path in told:
        content = path.read_bytes()
        assert b"Forgotten Mill" not in content
        assert b"4,321" not in content
        assert b"8,765" not in content


def test_no_hash_of_what_holds_a_withheld_number_is_published(store):
    """Who knows all of it but the number would try numbers until the hash is the same."""
    private = [store.folder / "withheld", store.folder / "landing", store.folder / "tables"]
    hashes = {path.stem for folder in private for path in folder.rglob("*") if path.is_file()}
    hashes |= {store.withheld.inputs_of(store.snapshots.current().snapshot_id)}
    hashes |= {path.name.rpartition("-")[2] for path in private[2].glob("*/*")}
    hashes = {one for one in hashes if len(one) >= 12 and set(one) <= set("0123456789abcdef")}
    assert len(hashes) >= 3
    for path in (store.folder / "published").rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        told = (
            pd.read_parquet(path).to_csv() if path.suffix == ".parquet" else content.decode("latin")
        )
        assert not [one for one in hashes if one in told], path.name


def test_the_identity_of_a_figure_in_a_text_says_nothing_of_its_number(tmp_path, reference):
    ids = []
    for number in (8, 6):
        inbox, store = tmp_path / f"inbox{number}", tmp_path / f"store{number}"
        inbox.mkdir()
        (inbox / "report.txt").write_text(
            "published: 2018-01-08\nsource: UNHCR\n\n"
            f"According to UNHCR, {number} people were displaced from Dana on 2 January 2018. "
            "According to UNHCR, 4,317 people were displaced from Salqin on 2 January 2018.",
            encoding="utf-8",
        )
        run(store, inbox, reference)
        figures = Store(store).snapshots.current().read(Figures)
        assert figures["suppressed"].all()
        assert figures["landing_sha256"].isna().all()
        ids.append(sorted([*figures["source_record_id"], *figures["figure_id"]]))
    assert ids[0] == ids[1]


def test_withheld_rows_of_a_store_cannot_be_worked_out_from_its_files(tables):
    hidden = suppressed_rows(tables)
    flows = [key for key, level in hidden.items() if key[0] != "stocks" and level >= 3]
    stocks = [key for key, level in hidden.items() if key[0] == "stocks" and level >= 3]
    assert flows
    assert stocks
    only_stocks = [row.figure_id for row in tables["figures"].itertuples() if row.measure == "idps"]
    standing = tables | {
        name: tables[name][tables[name]["figure_id"].isin(only_stocks)]
        for name in ("figures", "figure_areas", "contributions")
    }
    ranges = attack_on_flows(tables).ranges_of(flows)
    ranges += attack_on_stocks(standing).ranges_of(stocks)
    assert all(low < 0.01 and high >= 10 for low, high in ranges)


def test_the_manifest_tells_the_threshold_and_answers_without_small_numbers(store):
    manifest = store.snapshots.current().manifest
    assert manifest["small_cell_threshold"] == 10
    assert len(manifest["answers"]) == 2
    assert "64,3" in manifest["answers"][0]


def test_withheld_figures_stand_outside_of_what_is_published(store):
    [file] = (store.folder / "withheld").glob("*.parquet")
    assert file.stem == store.snapshots.current().snapshot_id
    assert store.snapshots.current().damaged() == []


def test_the_owner_is_answered_from_all_figures(store):
    answer = ask(store, DISTRICT)
    withheld = store.withheld.read(store.snapshots.current().snapshot_id)
    flows = withheld[withheld["measure"] == "new_displacement"]
    assert answer["value"] == pytest.approx(flows["persons"].sum())
    assert answer["suppressed"] is None
    assert answer["naive_sum"] is None
    assert [one["persons"] for one in answer["figures"]] == [None, None]
    assert [one["quote"] for one in answer["figures"]] == [None, None]


def test_an_answer_of_few_people_in_a_sub_district_is_withheld(store):
    answer = ask(store, SMALL)
    assert [answer[name] for name in ("value", "low", "high", "naive_sum")] == [None] * 4
    assert answer["suppressed"].startswith("withheld")
    assert answer["coverage"] > 0
    assert ask(store, SMALL, measure="idps", last=date(2018, 1, 3))["value"] is None


def test_an_area_without_figures_is_unknown_and_not_withheld(store):
    answer = ask(store, "SY070001")
    assert answer["value"] is None
    assert answer["suppressed"] is None


def test_without_the_withheld_figures_there_is_no_answer_rather_than_a_wrong_one(store):
    current = store.snapshots.current()
    period = {"first": date(2018, 1, 1), "last": date(2018, 1, 31)}
    with pytest.raises(LookupError, match="2 figures of this snapshot are withheld"):
        explain_snapshot(current, codes=["SY07"], measure="new_displacement", **period)


def test_a_second_run_publishes_and_withholds_nothing_new(folder, store, reference):
    before = store.withheld.read(store.snapshots.current().snapshot_id)
    second = run(folder / "store", folder / "inbox", reference, now=SOON).published
    assert not second.is_new
    pd.testing.assert_frame_equal(store.withheld.read(second.snapshot.snapshot_id), before)


def test_another_threshold_makes_another_publication(tmp_path, reference):
    write_figures(tmp_path / "inbox", [LONE])
    run(tmp_path / "store", tmp_path / "inbox", reference)
    store = Store(tmp_path / "store")
    made = publish(store, reference, REFERENCE, now=NOW, small_cell_threshold=0)
    assert made.is_new
    [figure] = made.snapshot.read(Figures).to_dict("records")
    assert (figure["stated"], figure["suppressed"]) == (1, False)
    assert store.withheld.read(made.snapshot.snapshot_id).empty


def test_all_revisions_of_a_withheld_figure_are_withheld(tmp_path, reference):
    sibling = ROWS[1]
    write_figures(tmp_path / "inbox", [LONE, sibling | {"stated": 4_300}])
    run(tmp_path / "store", tmp_path / "inbox", reference)
    write_figures(tmp_path / "inbox", [LONE, sibling])
    run(tmp_path / "store", tmp_path / "inbox", reference, now=LATER)
    figures = publish_tables(tmp_path / "store", reference, now=LATER).snapshot.read(Figures)
    assert len(figures) == 3
    assert figures["persons"].isna().all()


@pytest.mark.slow
def test_the_page_says_what_is_withheld_and_shows_no_digit_of_it(tmp_path, reference):
    inbox: Path = tmp_path / "inbox"
    write_figures(inbox, ROWS)
    made = run(tmp_path / "store", inbox, reference)
    published = publish(
        Store(tmp_path / "store"), reference, REFERENCE, now=LATER, small_cell_threshold=10.5
    )
    assert made.published.snapshot != published.snapshot
    page = Words((published.snapshot.folder / "report.html").read_text(encoding="utf-8"))
    assert "withheld" in page.text
    for word in ("4,321", "8,765", "Forgotten Mill"):
        assert word not in page.text
    assert not {4321, 8765, 5.6} & set(_numbers(json.loads(page.specs)))


def _numbers(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [number for one in value for number in _numbers(one)]
    return [round(value, 3)] if isinstance(value, int | float) else []
