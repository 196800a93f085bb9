"""Objects that are changed, missing or left over are found, put right or swept."""

import shutil
from datetime import timedelta

import pytest

from displacement.store.opening import writing
from displacement.store.remote import working_copy
from displacement.store.remote.address import Address
from displacement.store.remote.bucket import Bucket
from displacement.store.slips import ObjectStoreError
from displacement.store.wanted import ALL
from displacement.verification import mend, problems_in
from tests.store.remote.stores import RUN, harm, holds, land, run, seen, work


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
