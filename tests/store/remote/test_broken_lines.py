"""Lines that break, servers that refuse in the middle of a push: readers keep a whole snapshot."""

import json

import pytest

from displacement.store.opening import Opened, writing
from displacement.store.remote.bucket import Bucket
from displacement.store.slips import ObjectStoreError
from displacement.store.wanted import ALL
from displacement.verification import problems_in
from tests.store.remote.stores import (
    RUN,
    all_of,
    local_of,
    run,
    seen,
    work,
)

SLOWLY = pytest.mark.slow


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
