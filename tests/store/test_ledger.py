"""The run log: what each source of each run came to."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd

from displacement.intake import run_log
from displacement.outcome import Outcome
from displacement.store import parquet
from displacement.store.files import ASIDE
from displacement.store.ledger import Ledger
from displacement_schemas import Runs

NOW = datetime(2018, 1, 10, 6, tzinfo=UTC)


def log(run_id, now=NOW):
    return run_log(run_id, now, [Outcome("sheets", "fine"), Outcome("documents", "fine")])


def test_runs_are_listed_oldest_first(tmp_path):
    ledger = Ledger(tmp_path)
    assert ledger.runs().empty
    ledger.add_run("b", log("b"))
    ledger.add_run("z", log("z", datetime(2018, 1, 9, 6, tzinfo=UTC)))
    runs = ledger.runs()
    assert list(zip(runs["run_id"], runs["source_id"], strict=True)) == [
        ("z", "documents"),
        ("z", "sheets"),
        ("b", "documents"),
        ("b", "sheets"),
    ]


def test_a_run_that_is_logged_twice_stands_once(tmp_path):
    for _ in range(2):
        Ledger(tmp_path).add_run("b", log("b"))
    assert len(Ledger(tmp_path).runs()) == 2


def test_what_is_logged_is_read_as_it_was(tmp_path):
    days = {"first_day": date(2018, 1, 1), "last_day": date(2018, 1, 9)}
    told = [Outcome("sheets", "fine", signals=("a", "b"), **days), Outcome("documents", "–")]
    Ledger(tmp_path).add_run("b", run_log("b", NOW, told))
    pd.testing.assert_frame_equal(Ledger(tmp_path).runs(), run_log("b", NOW, told))
    [_, row] = Ledger(tmp_path).rows()
    assert (row["started_at"], row["first_day"], row["signals"]) == (NOW, days["first_day"], "a\nb")


def test_runs_that_an_older_version_logged_are_still_known(tmp_path):
    folder = tmp_path / "ledger" / "runs"
    folder.mkdir(parents=True)
    (folder / "a.parquet").write_bytes(parquet.to_bytes(Runs, log("a", NOW - timedelta(days=1))))
    Ledger(tmp_path).add_run("b", log("b"))
    assert Ledger(tmp_path).runs()["run_id"].to_list() == ["a", "a", "b", "b"]
    assert Ledger(tmp_path).rows()[0]["started_at"] == NOW - timedelta(days=1)


def test_a_run_log_that_was_cut_short_is_not_seen(tmp_path):
    Ledger(tmp_path).add_run("b", log("b"))
    (tmp_path / "ledger" / "runs" / f"{ASIDE}7-c.json").write_bytes(b"[")
    assert len(Ledger(tmp_path).runs()) == 2


def test_the_last_success_of_a_backfill_that_ended_long_ago_is_its_last_day(tmp_path):
    ledger = Ledger(tmp_path)
    assert ledger.last_success("sheets") is None
    past = Outcome("sheets", "–", first_day=date(2010, 1, 1), last_day=date(2012, 12, 31))
    ledger.add_run("a", run_log("a", NOW, [past]))
    assert ledger.last_success("sheets") == date(2012, 12, 31)
    today = Outcome("sheets", "–", first_day=date(2012, 12, 1), last_day=NOW.date())
    ledger.add_run("b", run_log("b", NOW, [today]))
    ledger.add_run("c", run_log("c", NOW, [past]))
    assert ledger.last_success("sheets") == NOW.date()
    assert ledger.has_run("c")
    assert not ledger.has_run("d")
