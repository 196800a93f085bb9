"""A store on object storage is pulled, worked at and pushed; readers get a whole one, always."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.fs
import pyarrow.parquet as pq
import pytest
from obstore.fsspec import FsspecStore

from displacement.sources.source import Answer, Landed
from displacement.store.backfills import Entry, LandedAs, State
from displacement.store.lock import StoreIsBusyError
from displacement.store.opening import Opened, reading, writing
from displacement.store.remote import bucket as objects
from displacement.store.remote import working_copy
from displacement.store.remote.address import Address
from displacement.store.remote.bucket import Bucket
from displacement.store.retention import Retention, retire
from displacement.store.slips import ObjectStoreError
from displacement.store.store import Store
from displacement.store.wanted import ALL, CURRENT, LEDGER, NAMES, Wanted, for_diff, for_run
from displacement.verification import mend, problems_in
from displacement.windows import Window
from displacement_schemas import Figures, Records, Rejected
from tests.runs import files_below
from tests.servers.s3 import Line, S3Server, s3_server
from tests.store.test_snapshots import number_of, tables

ROOT = Path(__file__).parents[2]
DAY = date(2018, 1, 10)
RUN = for_run(DAY)
NOW = datetime(2018, 1, 10, 6, tzinfo=UTC)
SLOWLY = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture
def address(server: S3Server) -> Address:
    return server.new_bucket()


@pytest.fixture
def line(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """A line whose breaks are not waited out."""
    hasty = {"max_retries": 1, "backoff": {"init_backoff": timedelta(milliseconds=1)}}
    monkeypatch.setattr(objects, "RETRY", hasty)
    with server.line() as line:
        yield line


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Where one machine keeps its working copies."""
    return tmp_path / "here"


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """Where another machine does."""
    return tmp_path / "there"


@pytest.fixture
def machines(here: Path, there: Path) -> tuple[Path, Path]:
    """Both of them."""
    return here, there


def land(store: Store, number: int) -> Landed:
    """Let an answer land that a number tells."""
    content = f"the source answered {number}".encode()
    answer = Answer("answer", "https://a.example", "text/plain", content)
    return store.landing.put(answer, source_id="source", retrieved_at=NOW)


def work(opened: Opened, number: int, *, day: int = 0) -> None:
    """What a run does to a store, small: it lands, records, logs, and publishes its number."""
    store = opened.store
    land(store, number)
    run = opened.folder / "ledger" / "runs" / f"run-{number}.json"
    run.parent.mkdir(parents=True, exist_ok=True)
    run.write_text("[]")
    decided = opened.folder / "reference" / "corrections.toml"
    decided.parent.mkdir(exist_ok=True)
    decided.write_text(f"# {number}\n")
    current = store.snapshots.current()
    about = {
        "as_of": "2018-01-10",
        "created_at": (NOW + timedelta(days=number + day)).isoformat(),
        "parent": current and current.snapshot_id,
    }
    name = f"snapshot-{number:04d}"
    page = {"report.html": f"<p>{number}</p>".encode() * 4_000}
    store.withheld.write(name, Figures.empty(), f"inputs {number}")
    store.snapshots.publish(name, tables(number), page, about)


def run(address: Address, copies: Path, number: int) -> None:
    with writing(address, copies, RUN) as opened:
        work(opened, number)


def seen(address: Address, tmp_path: Path) -> int | None:
    """The number that readers get, who go by the pointer, after making sure that it is whole."""
    listed = {one.key for one in Bucket(address).list()}
    if "published/current.json" not in listed:
        return None
    pointer = json.loads(Bucket(address).get("published/current.json")[0])
    folder = f"published/{pointer['folder']}/"
    into = tmp_path / "seen"
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir()
    for key in listed:
        if key.startswith(folder):
            (into / key.removeprefix(folder)).write_bytes(Bucket(address).get(key)[0])
    assert json.loads((into / "manifest.json").read_text())["snapshot_id"] == pointer["snapshot_id"]
    return number_of(into)


def all_of(address: Address, copies: Path) -> dict[str, str]:
    """Everything in a store, by somebody who sees it for the first time."""
    with reading(address, copies, Wanted(lambda _: True)) as opened:
        return {
            path: sha256
            for path, sha256 in files_below(opened.folder).items()
            if not path.startswith("published/") or path.startswith("published/snapshots/")
        }


def local_of(folder: Path) -> dict[str, str]:
    """The same of a folder."""
    return {
        path: sha256
        for path, sha256 in files_below(folder).items()
        if not path.startswith((".", "published/latest/", "published/current"))
    }


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


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(("/snapshot-0002/manifest.json", 1), id="the claim", marks=SLOWLY),
        pytest.param(("/landing/", 1), id="an answer", marks=SLOWLY),
        pytest.param(("/snapshot-0002/report.html", 1), id="the page", marks=SLOWLY),
        pytest.param(("/indexes/", 1), id="the index", marks=SLOWLY),
        pytest.param(("/current.json", 1), id="the pointer"),
        pytest.param(("/latest/figures.parquet", 2), id="a fixed path"),
        pytest.param(("/latest/report.html", 2), id="another one", marks=SLOWLY),
    ],
)
def test_a_line_that_breaks_in_a_push_leaves_a_whole_snapshot_and_the_next_run_ends_it(
    address, machines, line, tmp_path, broken
):
    (here, there), (instant, readers_get) = machines, broken
    store = tmp_path / "store"
    run(address, here, 1)
    line.cut_in(instant)
    with pytest.raises(ObjectStoreError, match="cannot be used"):
        run(address, here, 2)
    line.mend()
    assert seen(address, tmp_path) == readers_get
    run(address, here, 3)
    assert seen(address, tmp_path) == 3
    for number in (1, 2, 3):
        work(Opened(store, store), number)
    assert all_of(address, there) == local_of(store)


@pytest.mark.parametrize(
    "share", [pytest.param(0.1, marks=SLOWLY), 0.5, pytest.param(0.9, marks=SLOWLY)]
)
def test_a_line_that_breaks_after_some_bytes_is_made_good_by_another_machine(
    address, machines, line, tmp_path, share
):
    here, there = machines
    run(address, here, 1)
    line.cut_after(size=int(share * 60_000))
    with pytest.raises(ObjectStoreError):
        run(address, here, 2)
    line.mend()
    assert seen(address, tmp_path) == 1
    with writing(address, there, RUN) as opened:
        assert opened.store.snapshots.current().snapshot_id == "snapshot-0001"
        work(opened, 3)
    assert seen(address, tmp_path) == 3
    run(address, here, 4)  # what the first machine had not pushed is dropped
    assert seen(address, tmp_path) == 4
    with writing(address, tmp_path / "third", ALL) as opened:
        assert problems_in(opened) == []
        assert [one.snapshot_id[-1] for one in opened.store.snapshots.all()] == ["1", "3", "4"]


def test_a_snapshot_that_a_broken_run_began_is_left_to_it(address, here, there, line, tmp_path):
    line.cut_after(puts=12)
    with pytest.raises(ObjectStoreError):
        run(address, here, 1)
    line.mend()
    with writing(address, there, RUN) as opened:
        work(opened, 1, day=1)
    assert seen(address, tmp_path) == 1
    pointer = json.loads(Bucket(address).get("published/current.json")[0])
    assert pointer["folder"].startswith("snapshots/snapshot-0001~")
    run(address, here, 2)
    assert seen(address, tmp_path) == 2
    with writing(address, tmp_path / "third", ALL) as opened:
        assert problems_in(opened) == []
        assert [one.snapshot_id[-1] for one in opened.store.snapshots.all()] == ["1", "2"]


@pytest.mark.parametrize("lost", ["current.json", pytest.param("manifest.json", marks=SLOWLY)])
def test_an_answer_that_is_lost_on_the_way_is_no_lost_race(address, here, line, tmp_path, lost):
    run(address, here, 1)
    line.lose_answer(lost)
    run(address, here, 2)
    assert seen(address, tmp_path) == 2


def test_a_server_that_refuses_every_fourth_request_is_asked_again(
    address, here, there, server, tmp_path
):
    with server.line() as line:
        line.refuse(every=4)
        for number, copies in ((1, here), (2, there)):
            run(address, copies, number)
            assert seen(address, tmp_path) == number
        assert line.refused > 20


@pytest.mark.parametrize("moment", [pytest.param("report.html", marks=SLOWLY), "current.json"])
def test_of_two_runs_one_wins_and_the_other_is_told_so(address, machines, line, tmp_path, moment):
    here, there = machines
    store = tmp_path / "store"
    run(address, here, 1)
    line.before(moment, lambda: run(address, there, 2))
    with pytest.raises(StoreIsBusyError, match=r"another run published .* meanwhile; run again"):
        run(address, here, 3)
    assert seen(address, tmp_path) == 2
    for number in (1, 2):
        work(Opened(store, store), number)
    assert all_of(address, tmp_path / "third") == local_of(store)
    run(address, here, 3)
    work(Opened(store, store), 3)
    assert all_of(address, tmp_path / "third") == local_of(store)


def test_parts_of_a_run_that_lost_are_not_of_the_tables(address, here, there):
    def record(opened: Opened, quote: bytes) -> None:
        part = opened.store.tables.next_part("source", Records.empty(), Rejected.empty())
        name = f"source/000001-{quote.decode()}"
        opened.store.tables.add(type(part)(name, part.contents))

    def both() -> None:
        with writing(address, here, RUN) as opened:
            with writing(address, there, RUN) as other:
                record(other, b"won")
            record(opened, b"lost")

    with pytest.raises(StoreIsBusyError):
        both()
    with writing(address, here, RUN) as opened:
        assert opened.store.tables.parts() == ["source/000001-won"]


def test_old_snapshots_are_removed_after_the_pointer_has_moved_and_only_then(
    address, here, there, line, tmp_path
):
    keep_one = Retention(count=1, days=0, grace_hours=1)
    later = NOW + timedelta(days=99)
    for number in (1, 2):
        run(address, here, number)
    with writing(address, there, RUN) as opened:
        work(opened, 3)
        left = datetime.now(UTC).timestamp() - 7_200
        os.utime(opened.store.snapshots.find("snapshot-0001").folder, (left, left))
        # Readers were pointed at the second one until now, whichever machine published it.
        assert retire(opened.store, keep_one, later) == ["snapshot-0001"]
        line.before("current.json", lambda: holds(address, {"0001", "0002", "0003"}))
    holds(address, {"0002", "0003"})
    assert seen(address, tmp_path) == 3
    withheld = {one.key.partition("~")[0] for one in Bucket(address).list("withheld/")}
    assert withheld == {"withheld/snapshot-0002.inputs", "withheld/snapshot-0003.inputs"}


def holds(address: Address, numbers: set[str]) -> None:
    keys = [one.key for one in Bucket(address).list("published/snapshots/")]
    assert {key.split("/")[2].removeprefix("snapshot-") for key in keys} == numbers


def test_when_readers_left_a_snapshot_is_known_on_every_machine(address, here, there):
    for number in (1, 2):
        run(address, here, number)
    with writing(address, here, RUN) as opened:
        left = datetime.now(UTC).timestamp() - 100_000
        os.utime(opened.store.snapshots.find("snapshot-0001").folder, (left, left))
        work(opened, 3)
    with writing(address, there, RUN) as opened:
        assert opened.store.snapshots.find("snapshot-0001").left_at == pytest.approx(left)


def test_versions_that_hold_no_more_are_removed(address, here):
    for number in (1, 2, 3):
        run(address, here, number)
    keys = [one.key for one in Bucket(address).list()]
    assert len([key for key in keys if key.startswith("reference/corrections.toml~")]) == 1
    assert len([key for key in keys if key.startswith("indexes/")]) == 1


def test_the_fixed_paths_are_copies_of_the_snapshot_that_readers_get(address, here, line):
    for number in (1, 2):
        run(address, here, number)
    line.cut_in("/latest/")
    with pytest.raises(ObjectStoreError):
        run(address, here, 3)
    line.mend()
    run(address, here, 4)
    latest = {one.key.rpartition("/")[2]: one for one in Bucket(address).list("published/latest/")}
    folder = Bucket(address).list("published/snapshots/snapshot-0004/")
    assert {name: one.etag for name, one in latest.items()} == {
        one.key.rpartition("/")[2]: one.etag for one in folder
    }


def test_duckdb_polars_pandas_and_arrow_read_a_published_table(address, here, server):
    run(address, here, 5)
    endpoint = server.url.removeprefix("http://")
    arrow = pyarrow.fs.S3FileSystem(
        endpoint_override=endpoint,
        scheme="http",
        region="eu-west-1",
        **_keys("access_key", "secret_key"),
    )
    root = f"{address.bucket}/{address.prefix}/published"
    with arrow.open_input_stream(f"{root}/current.json") as file:
        folder = json.loads(file.read())["folder"]
    path = f"{root}/{folder}/figure_areas.parquet"
    assert pq.read_table(path, filesystem=arrow).num_rows == 5
    options = {"aws_endpoint_url": server.url, "aws_allow_http": "true"}
    assert pl.read_parquet(f"s3://{path}", storage_options=options).height == 5
    with duckdb.connect() as connection:
        connection.register_filesystem(FsspecStore("s3", client_options={"allow_http": True}))
        rows = connection.sql(f"SELECT count(*) FROM 's3://{path}'")
        assert rows.fetchall() == [(5,)]
    with arrow.open_input_file(f"{root}/latest/figure_areas.parquet") as file:
        assert len(pd.read_parquet(file)) == 5


def _keys(*names: str) -> dict[str, str]:
    values = (os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
    return dict(zip(names, values, strict=True))


def test_damage_is_found_and_put_right_from_a_copy_that_has_it(address, here, there, tmp_path):
    for number in (1, 2):
        run(address, here, number)
    harm(address, "published/snapshots/snapshot-0002/figures.parquet")
    harm(address, "published/snapshots/snapshot-0001/areas.parquet", remove=True)
    with pytest.raises(ObjectStoreError, match=r"figures\.parquet is not what it was: .*verify"):
        run(address, there, 3)
    with writing(address, here, ALL, push=False) as opened:
        said = [problem.says for problem in problems_in(opened)]
    assert said == [
        "object storage: published/snapshots/snapshot-0001/areas.parquet is missing or changed",
        "object storage: published/snapshots/snapshot-0002/figures.parquet is missing or changed",
    ]
    with writing(address, here, ALL) as opened:
        done = mend(opened.store, problems_in(opened))
    assert len([one for one in done if "again from the working copy" in one]) == 2
    assert seen(address, tmp_path) == 2
    with writing(address, there, ALL) as opened:
        assert problems_in(opened) == []


def test_damage_that_no_copy_can_put_right_costs_only_what_it_hit(address, here, there, tmp_path):
    for number in (1, 2):
        run(address, here, number)
    answer = next(one.key for one in Bucket(address).list("landing/") if "." not in one.key)
    harm(address, answer)
    harm(address, "published/snapshots/snapshot-0002/figures.parquet", remove=True)
    [note] = [one.key for one in Bucket(address).list("ledger/runs/") if "run-1" in one.key]
    harm(address, note)
    for _ in range(2):  # removing a snapshot sends the pointer astray
        with writing(address, there, ALL) as opened:
            problems = problems_in(opened)
            mend(opened.store, problems)
            mend(opened.store, problems_in(opened))
    assert seen(address, tmp_path) == 1
    with writing(address, there, ALL) as opened:
        assert problems_in(opened) == []
        assert not (opened.folder / "ledger/runs/run-1.json").exists()
        for number in (1, 2):
            land(opened.store, number)
    with writing(address, tmp_path / "third", ALL) as opened:
        assert problems_in(opened) == []
        assert len(opened.store.landing.damaged()) == 0
        assert opened.store.landing.has(answer.rpartition("/")[2])


def harm(address: Address, key: str, *, remove: bool = False) -> None:
    """Damage an object behind the back of everybody."""
    bucket = Bucket(address)
    if remove:
        bucket.delete([key])
    else:
        bucket.put(key, bucket.get(key)[0][:-1] + b"?")


def test_what_killed_runs_left_is_swept_once_it_is_old(address, here, line, tmp_path, monkeypatch):
    run(address, here, 1)
    line.cut_after(puts=20)
    with pytest.raises(ObjectStoreError), writing(address, here, RUN) as opened:
        work(opened, 2)
    line.mend()
    shutil.rmtree(here)
    run(address, here, 3)
    with writing(address, here, ALL) as opened:
        assert opened.copy.sweep() == []
    monkeypatch.setattr(working_copy, "CLOCKS", timedelta(days=-1))
    with writing(address, here, ALL) as opened:
        swept = opened.copy.sweep()
    assert "published/snapshots/snapshot-0002/manifest.json" in swept
    holds(address, {"0001", "0003"})
    assert seen(address, tmp_path) == 3
    with writing(address, tmp_path / "third", ALL) as opened:
        assert problems_in(opened) == []


def test_a_store_leaves_alone_what_else_is_in_its_bucket(address, here, monkeypatch):
    outer, inner = Address(address.bucket, ""), Address(address.bucket, "inner/store")
    for number in (1, 2):
        for store in (outer, inner):
            run(store, here, number)
    Bucket(outer).put("notes~of somebody", b"not ours")
    monkeypatch.setattr(working_copy, "CLOCKS", timedelta(days=-1))
    with writing(outer, here, ALL) as opened:
        assert opened.copy.sweep() == []
    with writing(inner, here, ALL) as opened:
        assert problems_in(opened) == []


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


def test_a_bucket_that_was_emptied_is_not_taken_for_a_new_store(address, here, there):
    run(address, here, 1)
    Bucket(address).delete([one.key for one in Bucket(address).list()])
    with pytest.raises(ObjectStoreError, match="had a store and has none any more"):
        run(address, here, 2)
    run(address, there, 2)


def test_a_bucket_or_server_that_is_not_there_is_told_in_a_sentence(
    server, here, monkeypatch: pytest.MonkeyPatch
):
    with pytest.raises(ObjectStoreError, match="there is no bucket nowhere"):
        run(Address("nowhere", "x"), here, 1)
    monkeypatch.setattr(objects, "RETRY", {"max_retries": 0})
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(ObjectStoreError, match="s3://nowhere/x cannot be used") as told:
        run(Address("nowhere", "x"), here, 1)
    assert "stand-in" not in str(told.value)


def test_a_store_is_not_begun_where_conditions_are_not_heeded(address, here, line):
    line.forget_conditions()
    with pytest.raises(ObjectStoreError, match="does not heed conditions"):
        run(address, here, 1)
    line.mend()
    run(address, here, 1)


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


def test_where_the_client_is_not_installed_the_extra_is_named(here):
    code = (
        "import sys; from pathlib import Path; from displacement.store.opening import *;"
        "from displacement.store.remote.address import Address;"
        "from displacement.store.slips import ObjectStoreError;"
        "from displacement.store.wanted import CURRENT\n"
        "sys.modules['obstore'] = None\n"
        "try:\n"
        "    with reading(Address('b', 'x'), Path(sys.argv[1]), CURRENT): pass\n"
        "except ObjectStoreError as told: print(told)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(here)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert "displacement[s3]" in done.stdout


def test_a_local_store_loads_nothing_of_the_s3_client(store):
    code = (
        "import sys; from pathlib import Path; from displacement.store.opening import *;"
        "from displacement.store.wanted import CURRENT\n"
        f"with reading(Path({str(store)!r}), Path('x'), CURRENT), "
        f"writing(Path({str(store)!r}), Path('x'), CURRENT): pass\n"
        "print([name for name in sys.modules if 'obstore' in name or 'working_copy' in name])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"
