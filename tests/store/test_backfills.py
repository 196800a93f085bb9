"""How far backfills and their windows are: whole files that tell what they were told."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

from displacement.outcome import Outcome
from displacement.sources.source import Rejection
from displacement.store.backfills import Backfill, Backfills, Entry, LandedAs, State
from displacement.windows import Window, WindowSize

JANUARY = Window(date(2018, 1, 1), date(2018, 1, 31))
NOW = datetime(2018, 2, 1, 6, tzinfo=UTC)
ENTRY = Entry(
    "iom_dtm",
    JANUARY,
    State.FETCHED,
    backfill_id="b",
    run_id="r",
    retrieved_at=NOW,
    said=(
        LandedAs("iom_dtm/HTI", "a" * 64, JANUARY),
        Rejection("rows", "iom_dtm/SDN", "readable", "no number", row=4, value="x"),
        LandedAs("iom_dtm/SYR", "b" * 64),
    ),
    superseded=("c" * 64,),
    part="iom_dtm/000001-abc",
    outcome=Outcome("iom_dtm", "fine", rows_in=3, accepted=3, signals=("s",), first_day=NOW.date()),
)
BACKFILL = Backfill(
    "b", JANUARY.first, JANUARY.last, WindowSize.WEEK, ("iom_dtm",), False, "r", NOW
)


def test_what_is_noted_of_a_window_is_read_as_it_was(tmp_path):
    Backfills(tmp_path).write_entry(ENTRY)
    assert Backfills(tmp_path).entry("iom_dtm", JANUARY) == ENTRY
    assert Backfills(tmp_path).entries("iom_dtm") == [ENTRY]
    assert Backfills(tmp_path).sources() == ["iom_dtm"]
    assert ENTRY.answers == ["a" * 64, "b" * 64]


def test_a_window_that_nothing_is_noted_of_is_pending(tmp_path):
    Backfills(tmp_path).write_entry(ENTRY)
    for source_id, window in (
        ("reliefweb", JANUARY),
        ("iom_dtm", Window(JANUARY.first, date(2018, 1, 30))),
    ):
        found = Backfills(tmp_path).entry(source_id, window)
        assert (found, found.was_fetched) == (Entry(source_id, window), False)


def test_a_window_whose_note_cannot_be_read_is_worked_again(tmp_path):
    Backfills(tmp_path).write_entry(ENTRY)
    [note] = tmp_path.rglob("2018-01-01_2018-01-31.json")
    for content in ("", "[]", "7", '{"state": "fetched"}'):
        note.write_text(content, encoding="utf-8")
        assert Backfills(tmp_path).entry("iom_dtm", JANUARY).state is State.PENDING
        assert Backfills(tmp_path).entries("iom_dtm") == []


def test_the_note_of_an_older_version_says_that_a_window_was_recorded(tmp_path):
    note = tmp_path / "ledger/windows/sheets/2018-01-01_2018-01-31.json"
    note.parent.mkdir(parents=True)
    told = {"source_id": "sheets", "window": str(JANUARY), "run_id": "r"}
    note.write_text(json.dumps(told), encoding="utf-8")
    entry = Backfills(tmp_path).entry("sheets", JANUARY)
    assert entry == Entry("sheets", JANUARY, State.RECORDED, run_id="r")


def test_backfills_are_listed_oldest_first_and_a_later_note_takes_the_place_of_an_earlier(tmp_path):
    assert Backfills(tmp_path).all() == []
    earlier = replace(BACKFILL, backfill_id="z", started_at=datetime(2018, 1, 1, tzinfo=UTC))
    for one in (BACKFILL, earlier, replace(BACKFILL, ended=True)):
        Backfills(tmp_path).write(one)
    assert Backfills(tmp_path).all() == [earlier, replace(BACKFILL, ended=True)]
