"""What answers over the wire may change: windows, pages, failures, and tables that shrink."""

from datetime import UTC, date, datetime, timedelta

import pytest

from displacement.intake import run_log, take_in
from displacement.intake.trust import AWAITS
from displacement.sources.source import (
    Answer,
    Declaration,
    Failure,
    Parsed,
    Rejection,
    SourceError,
)
from displacement.store.store import Store
from displacement.windows import Window
from tests.normalise.records import statement, statements

FIRST = datetime(2018, 3, 1, 6, tzinfo=UTC)
SECOND = FIRST + timedelta(days=7)


class Wire:
    """A source over the wire that answers what a test gives it: query, page, days, rows."""

    source_id = "wire"
    lists_files = False

    def __init__(self, *answers):
        self.answers = answers
        self.requests = []

    def fetch(self, request):
        self.requests.append(request)
        for number, answer in enumerate(self.answers):
            if isinstance(answer, SourceError):
                raise answer
            if isinstance(answer, Failure):
                yield answer
                continue
            name, covers, rows = answer
            content = f"{number} {name} {rows!r}".encode()
            self.rows = getattr(self, "rows", {}) | {content: rows}
            yield Answer(name, "https://stand.example", "application/json", content, 200, covers)

    def parse(self, landed, declaration):
        found = [
            statement(f"wire:{day}", file=landed.name, landing_sha256=landed.sha256, row=place)
            | {"start_date": day, "end_date": day, "published_on": day, "stated": float(value)}
            for place, (day, value) in enumerate(self.rows[landed.content], start=1)
        ]
        return Parsed(len(found), statements(*found))


def days(count, start=date(2018, 1, 1), value=100):
    return [(start + timedelta(days=n), value) for n in range(count)]


@pytest.fixture
def take(store, tmp_path, reference):
    """One run of a source: its outcome, logged in the ledger as a flow does."""

    def run(source, now, window=None, **declared):
        declaration = Declaration(
            "wire", "Wire", "none", "daily", **{"most_vanished": 0.25} | declared
        )
        outcome = take_in(
            source,
            declaration,
            reference,
            store=Store(store),
            inbox=tmp_path,
            now=now,
            window=window,
        )
        run_id = f"{now:%Y%m%d}{window or ''}"
        Store(store).ledger.add_run(run_id, run_log(run_id, now, [outcome]))
        return outcome

    return run


def kept(store):
    records = Store(store).tables.read("wire").records
    return records[~records["withdrawn"].astype(bool)]


def test_a_record_that_vanished_within_the_days_asked_for_is_withdrawn(take, store):
    take(Wire(("q", None, days(10))), FIRST)
    january = Window(date(2018, 1, 6), date(2018, 3, 1))
    outcome = take(Wire(("q", january, days(9)[5:])), SECOND)
    assert (outcome.new, outcome.revised, outcome.withdrawn) == (0, 0, 1)
    assert outcome.complete


def test_a_query_that_is_no_longer_asked_keeps_its_figures(take):
    take(Wire(("q", None, days(4)), ("other", None, days(4, date(2017, 1, 1)))), FIRST)
    assert take(Wire(("q", None, days(4))), SECOND).withdrawn == 0


def test_a_table_that_suddenly_shrinks_is_held_back(take, store):
    take(Wire(("q", None, days(10)), ("other", None, days(4, date(2017, 1, 1)))), FIRST)
    before = len(kept(store))
    grown = ("other", None, days(5, date(2017, 1, 1)))
    outcome = take(Wire(("q", None, days(5, value=7)), grown), SECOND)
    assert (outcome.new, outcome.revised, outcome.withdrawn) == (1, 0, 0)
    assert not outcome.complete
    assert "held back: q" in outcome.message
    [signal] = outcome.signals
    assert signal.startswith("q: 5 of 10 figures are gone at once, more than the 25% that may be")
    assert len(kept(store)) == before + 1


def test_a_query_that_answers_nothing_at_all_is_held_back(take):
    take(Wire(("q", None, days(3))), FIRST)
    outcome = take(Wire(("q", None, [])), SECOND)
    assert (outcome.withdrawn, outcome.complete) == (0, False)


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({"minimum_rows": 5}, "only 4 rows arrived where at least 5 are expected"),
        ({"maximum_rows": 3}, "4 rows arrived where at most 3 are expected"),
    ],
)
def test_rows_outside_the_declared_bounds_are_not_recorded(take, store, bounds, words):
    outcome = take(Wire(("q", None, days(4))), FIRST, **bounds)
    assert (outcome.new, outcome.complete) == (0, False)
    assert outcome.signals == (f"{words}: {AWAITS}",)
    assert kept(store).empty


def test_a_window_of_a_backfill_may_hold_fewer_rows_than_a_whole_answer(take):
    window = Window(date(2018, 1, 1), date(2018, 1, 31))
    assert take(Wire(("q", window, days(4))), FIRST, window, minimum_rows=5).new == 4


def test_a_query_that_fails_keeps_its_figures_and_costs_no_other(take, store):
    take(Wire(("q", None, days(4)), ("other", None, days(4, date(2017, 1, 1)))), FIRST)
    fresh = ("other", None, days(4, date(2017, 1, 1), value=5))
    outcome = take(Wire(("q", None, days(2)), Failure("q", "q: it is down"), fresh), SECOND)
    assert (outcome.new, outcome.revised, outcome.withdrawn) == (0, 4, 0)
    assert not outcome.failed
    assert not outcome.complete
    assert outcome.message == "4 of 4 rows accepted from 1 files; failed: q: it is down"


def test_a_source_of_which_every_query_fails_has_failed(take):
    outcome = take(Wire(Failure("q", "q: it is down")), FIRST)
    assert (outcome.failed, outcome.message) == (True, "failed: q: it is down")


def test_pages_of_one_query_speak_together(take):
    take(Wire(("q", None, days(10))), FIRST)
    outcome = take(Wire(("q", None, days(10)[:6]), ("q", None, days(10)[6:])), SECOND)
    assert (outcome.new, outcome.revised, outcome.withdrawn) == (0, 0, 0)


def test_a_page_that_comes_twice_is_counted_once(take, store):
    outcome = take(Wire(("q", None, days(6)), ("q", None, days(6))), FIRST)
    assert (outcome.rows_in, outcome.accepted, outcome.rejected) == (12, 6, 6)
    assert not outcome.complete
    rejected = Store(store).tables.read("wire").rejected
    assert set(rejected["check"]) == {"repeated_record"}
    assert len(kept(store)) == 6


def test_an_answer_of_another_shape_keeps_what_was_known(take, store):
    take(Wire(("q", None, days(3))), FIRST)
    broken = Wire(("q", None, days(3)))

    def parse(landed, declaration):
        raise SourceError("q: no list")

    broken.parse = parse
    outcome = take(broken, SECOND)
    assert (outcome.rows_in, outcome.rejected, outcome.withdrawn) == (1, 1, 0)
    assert not outcome.complete
    assert len(kept(store)) == 3


def test_a_changed_figure_was_not_known_before_it_was_seen(take, store):
    take(Wire(("q", None, days(4))), FIRST)
    take(Wire(("q", None, [*days(3), (date(2018, 1, 4), 9)])), SECOND)
    revised = kept(store)[kept(store)["revision"] == 2]
    assert revised["published_on"].to_list() == [SECOND.date()]
    again = take(Wire(("q", None, [*days(3), (date(2018, 1, 4), 9)])), SECOND + timedelta(days=1))
    assert (again.new, again.revised) == (0, 0)


def test_a_late_round_was_not_known_before_it_was_seen_but_old_history_was(take, store):
    take(Wire(("q", None, days(4)[::2])), FIRST)
    old = (date(2016, 1, 1), 5)
    take(Wire(("q", None, [*days(4), old])), SECOND)
    published = dict(zip(kept(store)["end_date"], kept(store)["published_on"], strict=True))
    assert published[date(2018, 1, 2)] == SECOND.date()
    assert published[date(2018, 1, 3)] == date(2018, 1, 3)
    assert published[date(2016, 1, 1)] == date(2016, 1, 1)


def test_a_run_asks_again_for_the_lag_and_a_new_query_for_all_its_history(take):
    declared = {"since": date(2015, 1, 1), "lag_days": 30}
    first = Wire(("q", None, days(4)))
    take(first, FIRST, **declared)
    assert first.requests[0].days("q") == Window(date(2015, 1, 1), FIRST.date())
    second = Wire(("q", None, days(4)))
    outcome = take(second, SECOND, **declared)
    assert second.requests[0].days("q") == Window(FIRST.date() - timedelta(days=30), SECOND.date())
    assert second.requests[0].days("new").first == date(2015, 1, 1)
    assert (outcome.first_day, outcome.last_day) == (date(2018, 1, 30), SECOND.date())


def test_after_runs_that_failed_the_lag_counts_from_the_last_success(take):
    take(Wire(("q", None, days(4))), FIRST, lag_days=10)
    take(Wire(SourceError("down")), FIRST + timedelta(days=60), lag_days=10)
    third = Wire(("q", None, days(4)))
    take(third, FIRST + timedelta(days=61), lag_days=10)
    assert third.requests[0].days("q").first == FIRST.date() - timedelta(days=10)


def test_a_rejected_row_of_a_query_is_kept_with_its_reason(take, store):
    source = Wire(("q", None, days(3)))
    parse = source.parse

    def with_rejection(landed, declaration):
        parsed = parse(landed, declaration)
        bad = Rejection("wire_rows", landed.name, "readable", "q, row 4: no number", 4)
        return Parsed(4, parsed.statements, [bad])

    source.parse = with_rejection
    outcome = take(source, FIRST, rejected_share=0.5)
    assert (outcome.rows_in, outcome.accepted, outcome.rejected) == (4, 3, 1)
    assert Store(store).tables.read("wire").rejected["reason"].to_list() == ["q, row 4: no number"]
