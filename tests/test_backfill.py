"""What is left to do of a backfill, and how its windows are worked."""

import json
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from unittest.mock import patch

import pytest

from displacement import filling as worked
from displacement.backfill import (
    asked_for,
    gaps_of,
    gone_on,
    outcome_of,
    state_of,
    steps_of,
    unfinished,
)
from displacement.filling import Filling, fill
from displacement.intake import run_log
from displacement.normalise.figures import Reference
from displacement.outcome import Outcome
from displacement.sources.source import (
    COUNTED,
    Answer,
    Declaration,
    Failure,
    Http,
    Parsed,
    Rejection,
    SourceError,
)
from displacement.store.backfills import Entry, State
from displacement.store.store import Store
from displacement.store.tables import Tables
from displacement.windows import Window, WindowSize
from displacement_schemas import Statements

FIRST, LAST = date(2018, 1, 1), date(2018, 4, 30)
NOW = datetime(2018, 6, 1, 6, tzinfo=UTC)
DECLARATION = Declaration("wire", "A stand-in", "none", "never", rejected_share=1.0)


class Wire:
    """A source whose every window holds one figure and one bad row; it keeps what it is asked."""

    source_id = "wire"
    lists_files = False

    def __init__(self):
        self.asked = []
        self.people = 100
        self.says = {}
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()

    def fetch(self, request):
        with self._lock:
            self.asked.append(request.window)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            threading.Event().wait(0.01)
            told = self.says.get(request.window.first.month, [])
            if isinstance(told, Exception):
                raise told
            content = json.dumps([str(request.window.first), self.people]).encode()
            yield Answer("wire/all", "http://wire", "text", content, covers=request.window)
            yield from told
        finally:
            with self._lock:
                self.at_once -= 1

    def parse(self, landed, declaration):
        day, people = json.loads(landed.content)
        if people < 0:
            return Parsed(0, Statements.empty(), held="it makes no sense")
        statements = Statements.build(
            COUNTED
            | {
                "source_record_id": [f"wire/{day}"],
                "file": "wire/all",
                "row": 1,
                "counter": "UNHCR",
                "publisher": "UNHCR",
                "measure": "new_displacement",
                "term": "displaced",
                "stated": float(people),
                "start_date": [date.fromisoformat(day)],
                "end_date": [date.fromisoformat(day)],
                "published_on": [date.fromisoformat(day)],
                "area_codes": "SY07",
                "area_text": "Idleb",
                "landing_sha256": landed.sha256,
                "rule_id": "wire",
            }
        )
        bad = Rejection("wire_rows", landed.name, "readable", f"{day}: no number", 2)
        return Parsed(2, statements, [bad])


class Backfilled:
    """A store, its source, and backfills of it."""

    def __init__(self, store: Store, reference: Reference) -> None:
        self.store, self.reference = store, reference
        self.source, self.said, self.declaration = Wire(), [], DECLARATION

    def asked(self, *, force=False, last=LAST, now=NOW):
        return asked_for(
            self.store,
            ["wire"],
            FIRST,
            last,
            WindowSize.MONTH,
            force=force,
            declared={"wire": self.declaration},
            now=now,
        )

    def steps(self, backfill, now=NOW):
        return steps_of(self.store, backfill, {"wire": self.declaration}, now)

    def unfinished(self):
        return unfinished(self.store, {"wire": self.declaration})

    def run(self, backfill=None, now=NOW, **asked):
        """Work at a backfill as a flow does; what it came to."""
        backfill = backfill or self.asked(now=now, **asked)
        self.store.backfills.write(backfill)
        steps = self.steps(backfill, now)
        left = [one.window for one in steps if not one.done]
        filling = Filling(
            self.source,
            self.declaration,
            self.reference,
            store=self.store,
            backfill=backfill,
            inbox=self.store.folder,
            now=now,
        )
        fill(filling, left, len(steps), self.said.append)
        outcome = outcome_of(self.store, backfill, self.declaration, adds_up=True)
        if outcome:
            log = run_log(backfill.run_id, backfill.started_at, [outcome])
            self.store.ledger.add_run(backfill.run_id, log)
        complete = all(one.done for one in self.steps(backfill, now))
        self.store.backfills.write(replace(backfill, ended=True, complete=complete))
        return outcome

    def months_asked(self):
        """The months that the source was asked for since this was called last."""
        asked, self.source.asked = self.source.asked, []
        return sorted(one.first.month for one in asked)

    def kept(self):
        return self.store.tables.read("wire")


@pytest.fixture
def made(tmp_path, reference):
    return Backfilled(Store(tmp_path), reference)


def test_windows_are_worked_in_order_and_add_up_to_one_row_of_the_run_log(made):
    outcome = made.run()
    assert outcome == Outcome(
        "wire",
        "4 of 8 rows accepted from 4 windows",
        rows_in=8,
        accepted=4,
        rejected=4,
        new=4,
        first_day=FIRST,
        last_day=LAST,
    )
    assert made.kept().records["recorded_at"].nunique() == 1
    assert [number_of(part) for part in made.store.tables.parts()] == [1, 2, 3, 4]
    assert made.months_asked() == [1, 2, 3, 4]
    assert made.unfinished() == []


def number_of(part):
    return int(part.partition("/")[2].partition("-")[0])


def test_the_rejections_of_all_windows_are_kept_and_those_of_a_window_asked_again_replaced(made):
    made.run()
    reasons = [f"2018-0{month}-01: no number" for month in (1, 2, 3, 4)]
    assert sorted(made.kept().rejected["reason"]) == reasons
    made.source.people = 7
    made.run(force=True)
    assert sorted(made.kept().rejected["reason"]) == reasons
    assert made.kept().rejected["landing_sha256"].nunique() == 4
    hashes = set(made.kept().records["landing_sha256"][made.kept().records["revision"] == 2])
    assert set(made.kept().rejected["landing_sha256"]) == hashes


def test_progress_tells_the_windows_done_and_the_time_that_is_left(made):
    made.run()
    first, *_, last = made.said
    assert first.startswith("wire: 1 of 4 windows done (2018-01-01 to 2018-01-31: 1 of 2 rows")
    assert first.endswith(", less than a minute left")
    assert last.startswith("wire: 4 of 4 windows done")
    assert "left" not in last
    assert worked._in_words(90) == ", about 2 min left"
    assert worked._in_words(7300) == ", about 2 h 2 min left"


def test_what_is_done_is_not_asked_for_again_but_by_force(made):
    made.run()
    made.months_asked()
    assert all(one.done for one in made.steps(made.asked()))
    assert made.run() is None
    assert made.months_asked() == []
    assert made.run(force=True).new == 0
    assert made.months_asked() == [1, 2, 3, 4]
    assert made.run(force=True) is not None
    assert made.months_asked() == [1, 2, 3, 4]


def test_windows_that_a_longer_backfill_shares_with_a_shorter_one_are_done(made):
    made.run(last=date(2018, 2, 28))
    made.months_asked()
    assert [one.done for one in made.steps(made.asked())] == [True, True, False, False]
    made.run()
    assert made.months_asked() == [3, 4]


def test_a_window_that_fails_costs_no_other_and_is_asked_for_again(made):
    made.source.says = {2: SourceError("down"), 3: [Failure("wire/SDN", "wire/SDN: down")]}
    outcome = made.run()
    assert (outcome.failed, outcome.complete, outcome.new) == (True, False, 3)
    assert "2018-02-01 to 2018-02-28: failed: down" in outcome.message
    assert "2018-03-01 to 2018-03-31: 1 of 2 rows" in outcome.message
    states = [one.state for one in made.steps(made.unfinished()[0])]
    assert states == [State.PUBLISHED, State.PENDING, State.PENDING, State.PUBLISHED]
    made.months_asked()

    made.source.says = {}
    again = made.asked()
    assert again.backfill_id == made.unfinished()[0].backfill_id
    assert again.run_id != made.unfinished()[0].run_id
    outcome = made.run(again)
    assert (outcome.complete, outcome.new, outcome.rows_in) == (True, 1, 4)
    assert made.months_asked() == [2, 3]
    assert made.unfinished() == []
    assert len(made.store.ledger.rows()) == 2


def test_a_source_that_is_down_is_not_asked_for_every_window(made):
    made.source.says = dict.fromkeys(range(1, 13), SourceError("down"))
    made.run(last=date(2018, 12, 31))
    assert made.months_asked()[:3] == [1, 2, 3]
    assert made.said[-1] == "wire: 3 windows in a row failed; 9 are left for now"


def test_a_window_that_was_held_back_is_asked_for_again_by_the_next_run(made):
    made.source.people = -1
    outcome = made.run(last=date(2018, 1, 31))
    assert (outcome.complete, outcome.message.count("held back")) == (False, 1)
    [left] = made.unfinished()
    [step] = made.steps(left)
    assert (step.state, step.done, step.landed) == (State.FETCHED, False, True)
    made.source.people = 5
    made.months_asked()
    assert made.run(gone_on(made.store, left, NOW)).new == 1
    assert made.months_asked() == [1]


class KilledError(BaseException):
    """The process ends here."""


def test_a_run_that_is_killed_between_landing_and_recording_asks_for_nothing_again(made):
    with (
        patch.object(worked, "_record", side_effect=KilledError),
        pytest.raises(KilledError),
    ):
        made.run(last=date(2018, 1, 31))
    [left] = made.unfinished()
    assert not left.ended
    [step] = made.steps(left)
    assert (step.state, step.landed) == (State.FETCHED, True)
    made.months_asked()
    outcome = made.run(last=date(2018, 1, 31), now=NOW + timedelta(days=3))
    assert (outcome.new, made.months_asked()) == (1, [])
    assert [row["run_id"] for row in made.store.ledger.rows()] == [left.run_id]
    assert made.unfinished() == []


def test_answers_that_are_gone_from_the_landing_are_asked_for_again(made):
    with patch.object(worked, "_record", side_effect=KilledError), pytest.raises(KilledError):
        made.run(last=date(2018, 1, 31))
    for path in made.store.folder.glob("landing/??/*"):
        path.unlink()
    made.months_asked()
    assert made.run(last=date(2018, 1, 31)).new == 1
    assert made.months_asked() == [1]


@pytest.mark.parametrize("added", [False, True])
def test_a_run_that_is_killed_while_a_window_is_added_says_what_it_added(made, added):
    add = Tables.add

    def killed(tables, part):
        if added:
            add(tables, part)
        raise KilledError

    with patch.object(Tables, "add", killed), pytest.raises(KilledError):
        made.run(last=date(2018, 1, 31))
    made.months_asked()
    outcome = made.run(last=date(2018, 1, 31))
    assert (outcome.new, outcome.rows_in, made.months_asked()) == (1, 2, [])
    assert len(made.kept().records) == len(made.store.tables.parts()) == 1


def test_by_force_a_killed_run_goes_on_without_asking_again(made):
    made.run()
    made.months_asked()
    backfill = made.asked(force=True)
    with patch.object(worked, "_record", side_effect=KilledError), pytest.raises(KilledError):
        made.run(backfill)
    landed = made.months_asked()
    assert landed[0] == 1
    assert made.asked(force=True).backfill_id == backfill.backfill_id
    made.run(made.asked(force=True))
    assert set(made.months_asked()).isdisjoint(landed[:1])
    assert made.unfinished() == []


def test_what_was_fetched_while_the_source_still_revised_it_is_asked_for_again_later(made):
    made.declaration = replace(DECLARATION, lag_days=40)
    made.run(now=datetime(2018, 5, 20, tzinfo=UTC))
    made.months_asked()
    made.run(now=datetime(2018, 5, 20, tzinfo=UTC))
    assert made.months_asked() == []
    made.run(now=datetime(2018, 5, 21, tzinfo=UTC))
    assert made.months_asked() == [4]
    made.run(now=datetime(2018, 7, 21, tzinfo=UTC))
    made.months_asked()
    made.run(now=datetime(2018, 7, 22, tzinfo=UTC))
    assert made.months_asked() == []


def test_no_more_windows_are_fetched_at_once_than_the_source_allows(made):
    made.run(last=date(2018, 2, 28))
    assert made.source.most_at_once == 1
    made.declaration = replace(DECLARATION, http=Http("http://wire", concurrency=3))
    made.run(last=date(2018, 6, 30))
    assert made.source.most_at_once == 3
    assert made.kept().records["start_date"].is_monotonic_increasing


def test_a_window_is_published_once_its_run_has_ended(made):
    backfill = made.asked()
    entry = Entry(
        "wire", Window(FIRST, LAST), State.RECORDED, backfill.backfill_id, backfill.run_id
    )
    noted = {backfill.backfill_id: backfill}
    assert state_of(entry, noted) is State.RECORDED
    ended = {backfill.backfill_id: replace(backfill, ended=True)}
    later = {backfill.backfill_id: replace(backfill, run_id="later")}
    for some in (ended, later, {}):
        assert state_of(entry, some) is State.PUBLISHED


def test_two_runs_of_one_moment_have_names_of_their_own(made):
    names = []
    for last in (date(2018, 1, 31), date(2018, 2, 28), date(2018, 3, 31)):
        backfill = made.asked(last=last)
        names.append(backfill.run_id)
        made.run(backfill)
    assert names == sorted(set(names))


def test_days_that_were_never_fetched_between_the_first_and_the_last_are_gaps():
    def entry(month, state=State.RECORDED):
        return Entry("wire", Window(date(2018, month, 1), date(2018, month, 28)), state)

    def row(first, last, run_id="refresh", *, complete=True):
        days = {"first_day": date(2018, *first), "last_day": date(2018, *last)}
        return {"source_id": "wire", "complete": complete, "run_id": run_id} | days

    assert gaps_of([], "wire", []) == []
    assert gaps_of([entry(1)], "wire", []) == []
    found = gaps_of([entry(1), entry(2, State.PENDING), entry(3)], "wire", [])
    assert [str(one) for one in found] == ["2018-01-29 to 2018-02-28"]
    # The run log of a backfill says its first and last day only; a refresh was asked for all.
    runs = [row((1, 1), (3, 28), "")]
    assert gaps_of([entry(1), entry(3)], "wire", runs) == found
    assert gaps_of([entry(1), entry(3)], "wire", [row((1, 15), (3, 1), complete=False)]) == found
    assert gaps_of([entry(1), entry(3)], "wire", [row((1, 15), (3, 1))]) == []
    later = gaps_of([entry(1)], "wire", [row((2, 10), (3, 1))])
    assert [str(one) for one in later] == ["2018-01-29 to 2018-02-09"]
