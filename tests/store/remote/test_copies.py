"""What a run pulls and pushes, and what whoever only reads does."""

import shutil
from datetime import date

import pytest

from displacement.sources.source import Answer
from displacement.store.backfills import Entry, LandedAs, State
from displacement.store.lock import StoreIsBusyError
from displacement.store.opening import Opened, reading, writing
from displacement.store.remote.bucket import Bucket
from displacement.store.slips import ObjectStoreError
from displacement.store.wanted import ALL, CURRENT, LEDGER, NAMES, for_diff
from displacement.verification import problems_in
from displacement.windows import Window
from displacement_schemas import Figures
from tests.store.remote.stores import NOW, RUN, all_of, land, local_of, run, seen, work
from tests.store.test_snapshots import number_of


def test_what_is_pushed_is_what_a_local_store_would_hold(address, here, there, store):
    run(address, here, 1)
    work(Opened(store, store), 1)
    assert all_of(address, there) == local_of(store)


def test_another_machine_goes_on_where_the_first_one_was(address, here, there, store, tmp_path):
    for number, copies in ((1, here), (2, there), (3, here)):
        run(address, copies, number)
        work(Opened(store, store), number)
        assert seen(address, tmp_path) == number
    assert all_of(address, tmp_path / "third") == local_of(store)


def test_bodies_of_landed_answers_and_older_tables_are_not_pulled_by_a_run(address, here, there):
    run(address, here, 1)
    run(address, here, 2)
    with writing(address, there, RUN) as opened:
        answers = [path for path in opened.folder.glob("landing/??/*") if path.suffix != ".json"]
        assert answers == []
        assert len(list(opened.folder.glob("landing/??/*.json"))) == 2
        snapshots = opened.folder / "published" / "snapshots"
        assert (snapshots / "snapshot-0001" / "manifest.json").is_file()
        assert not (snapshots / "snapshot-0001" / "figures.parquet").exists()
        assert number_of(snapshots / "snapshot-0002") == 2
        assert number_of(opened.folder / "published" / "current") == 2
        work(opened, 3)
    with writing(address, there, ALL) as opened:
        assert problems_in(opened) == []
        assert len(opened.store.snapshots.all()) == 3
        answers = [path for path in opened.folder.glob("landing/??/*") if path.suffix != ".json"]
        assert len(answers) == 3


def test_a_run_pulls_the_answers_that_are_fetched_but_not_recorded(address, here, there):
    window = Window(date(2018, 1, 1), date(2018, 1, 31))
    with writing(address, here, RUN) as opened:
        for number, state in ((1, State.FETCHED), (2, State.RECORDED)):
            landed = land(opened.store, number)
            entry = Entry(f"s{number}", window, state, said=(LandedAs("a", landed.sha256),))
            opened.store.backfills.write_entry(entry)
    with writing(address, there, RUN) as opened:
        has = {
            source: opened.store.landing.has(
                opened.store.backfills.entry(source, window).answers[0]
            )
            for source in ("s1", "s2")
        }
        assert has == {"s1": True, "s2": False}


def test_readers_pull_what_they_read_and_change_nothing(address, here, there):
    for number in (1, 2, 3):
        run(address, here, number)
    before = {one.key: one.etag for one in Bucket(address).list()}
    with reading(address, there, NAMES) as opened:
        assert set(local_of(opened.folder)) == {"reference/corrections.toml"}
    with reading(address, there, LEDGER) as opened:
        assert len(opened.store.snapshots.all()) == 3
        assert opened.store.snapshots.current().snapshot_id == "snapshot-0003"
        assert opened.room().parts["published"] > 3 * 28_000
    with reading(address, there, CURRENT) as opened:
        assert number_of(opened.store.snapshots.current().folder) == 3
        assert opened.store.withheld.inputs_of("snapshot-0003") == "inputs 3"
    with reading(address, there, for_diff("snapshot-0001", None)) as opened:
        assert opened.store.snapshots.find("snapshot-0001").read(Figures).empty
    assert {one.key: one.etag for one in Bucket(address).list()} == before


def test_whoever_reads_waits_for_no_run_and_sees_what_is_published(address, here):
    run(address, here, 1)
    with writing(address, here, RUN) as opened:
        work(opened, 2)
        with reading(address, here, CURRENT) as read:
            assert read.store.snapshots.current().snapshot_id == "snapshot-0001"
        with pytest.raises(StoreIsBusyError), writing(address, here, RUN):
            pass


def test_a_run_that_fails_pushes_nothing_and_the_next_one_takes_up_what_it_did(
    address, here, tmp_path
):
    run(address, here, 1)

    def fails() -> None:
        with writing(address, here, RUN) as opened:
            work(opened, 2)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert seen(address, tmp_path) == 1
    with writing(address, here, RUN) as opened:
        assert opened.store.snapshots.current().snapshot_id == "snapshot-0002"
    assert seen(address, tmp_path) == 2


def test_a_working_copy_that_lost_files_pushes_no_loss(address, here, there):
    run(address, here, 1)
    before = all_of(address, there)
    [slot] = here.iterdir()
    for part in ("reference", "withheld", "landing"):
        shutil.rmtree(slot / "work" / part)
    with writing(address, here, RUN):
        pass
    assert all_of(address, there) == before
    lost = pytest.raises(ObjectStoreError, match="nothing was pushed")
    with lost, writing(address, here, ALL) as opened:
        shutil.rmtree(opened.folder / "landing")
    assert all_of(address, there) == before


def test_an_answer_that_lands_again_is_at_hand_though_its_bytes_were_not_pulled(
    address, here, there, tmp_path
):
    run(address, here, 1)
    before = {one.key: one.etag for one in Bucket(address).list("landing/")}
    content = tmp_path / "answer"
    with writing(address, there, RUN) as opened:
        content.write_bytes(b"the source answered 1")
        answer = Answer("answer", "https://a.example", "text/plain", content)
        landed = opened.store.landing.put(answer, source_id="source", retrieved_at=NOW)
        assert landed.content == b"the source answered 1"
    assert {one.key: one.etag for one in Bucket(address).list("landing/")} == before


def test_keys_are_written_nowhere(address, here, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret-key")
    run(address, here, 1)
    assert not any(
        b"very-secret-key" in path.read_bytes() for path in here.rglob("*") if path.is_file()
    )
