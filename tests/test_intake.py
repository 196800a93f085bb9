"""First half of a run: fetch, land, parse, and append what is new."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from displacement.intake import run_log, take_in
from displacement.outcome import Outcome
from displacement.sources.source import Answer, Declaration, Parsed, Rejection, SourceError
from displacement.store.store import Store
from displacement.windows import Window
from displacement_schemas import Statements
from tests.normalise.records import statement, statements
from tests.runs import NOW, UNHCR, VOLUNTEERS, files_below, take_in_all, write_figures

LATER = NOW + timedelta(days=1)
NOVEMBER = Window(date(2017, 11, 1), date(2017, 11, 30))
DECEMBER = Window(date(2017, 12, 1), date(2017, 12, 31))


class Stand:
    """A source that answers what a test tells it to."""

    source_id = "stand"
    lists_files = True

    def __init__(self, *answers, parsed=None, failure=None):
        self.answers, self.parsed, self.failure = answers, parsed or {}, failure

    def fetch(self, request):
        yield from self.answers
        if self.failure:
            raise self.failure

    def parse(self, landed, declaration):
        return self.parsed[landed.name](landed)


def take(store, inbox, reference, **more):
    return take_in_all(store, inbox, reference, **more)["figures_file"]


def take_stand(source, store, inbox, reference, share=1.0):
    declaration = Declaration("stand", "A stand-in", "none", "never", rejected_share=share)
    return take_in(source, declaration, reference, store=Store(store), inbox=inbox, now=NOW)


def kept(store, source="figures_file"):
    return Store(store).tables.read(source)


def told(store):
    rows = kept(store).records
    names = rows["source_record_id"].str.partition("#")[2]
    return list(zip(names, rows["revision"], rows["withdrawn"], strict=True))


def answer(name, content=None):
    return Answer(name, f"inbox:{name}", "text/csv", (content or name).encode())


def says(*rows, rejections=()):
    """A parse that finds some rows, all of them in the landed file."""

    def parse(landed):
        found = [row | {"file": landed.name, "landing_sha256": landed.sha256} for row in rows]
        return Parsed(len(rows) + len(rejections), statements(*found), list(rejections))

    return parse


def test_what_came_in_is_counted_kept_and_landed(store, inbox, reference):
    write_figures(inbox, [UNHCR, VOLUNTEERS, UNHCR | {"record_id": "bad", "stated": "-1"}])
    outcome = take(store, inbox, reference)
    assert (outcome.rows_in, outcome.accepted, outcome.rejected) == (3, 2, 1)
    assert (outcome.new, outcome.revised, outcome.withdrawn) == (2, 0, 0)
    assert outcome.message.startswith("2 of 3 rows accepted from 1 files")
    records, rejected = kept(store).records, kept(store).rejected
    assert set(records["recorded_at"]) == {NOW}
    assert len(rejected) == 1
    shas = set(records["landing_sha256"]) | set(rejected["landing_sha256"])
    assert len(shas) == 1
    assert f"landing/{min(shas)[:2]}/{min(shas)}" in files_below(store)


def test_the_same_inbox_a_second_time_writes_nothing(store, inbox, reference):
    write_figures(inbox, [UNHCR, UNHCR | {"record_id": "bad", "stated": "-1"}])
    take(store, inbox, reference)
    before = files_below(store)
    outcome = take(store, inbox, reference, now=LATER)
    assert (outcome.new, outcome.revised, outcome.withdrawn) == (0, 0, 0)
    assert (outcome.rows_in, outcome.accepted, outcome.rejected) == (2, 1, 1)
    assert files_below(store) == before


def test_a_changed_row_is_a_revision_and_a_vanished_one_a_withdrawal(store, inbox, reference):
    write_figures(inbox, [UNHCR, VOLUNTEERS])
    take(store, inbox, reference)
    write_figures(inbox, [UNHCR | {"stated": 65_000}])
    outcome = take(store, inbox, reference, now=LATER)
    assert (outcome.new, outcome.revised, outcome.withdrawn) == (0, 1, 1)
    assert told(store) == [
        ("unhcr", 1, False),
        ("unhcr", 2, False),
        ("volunteers", 1, False),
        ("volunteers", 2, True),
    ]


def test_a_new_column_or_row_elsewhere_in_the_file_is_no_revision(store, inbox, reference):
    write_figures(inbox, [VOLUNTEERS])
    take(store, inbox, reference)
    write_figures(inbox, [UNHCR | {"remark": "new"}, VOLUNTEERS])
    outcome = take(store, inbox, reference, now=LATER)
    assert (outcome.new, outcome.revised, outcome.withdrawn) == (1, 0, 0)


def test_a_deleted_file_withdraws_its_figures(store, inbox, reference):
    write_figures(inbox, [UNHCR], "a.csv")
    gone = write_figures(inbox, [VOLUNTEERS], "b.csv")
    take(store, inbox, reference)
    gone.unlink()
    outcome = take(store, inbox, reference, now=LATER)
    assert (outcome.withdrawn, outcome.signals) == (1, ())
    assert told(store)[-1] == ("volunteers", 2, True)


def test_an_empty_inbox_withdraws_nothing_and_says_so(store, inbox, reference):
    path = write_figures(inbox, [UNHCR])
    take(store, inbox, reference)
    path.unlink()
    for folder in (inbox, inbox / "nowhere"):
        outcome = take(store, folder, reference, now=LATER)
        assert outcome.withdrawn == 0
        assert outcome.signals == (
            "nothing arrived, although 1 files did before: their figures stay",
        )
    assert told(store) == [("unhcr", 1, False)]


def test_a_row_that_becomes_unreadable_keeps_its_last_good_figure(store, inbox, reference):
    write_figures(inbox, [UNHCR, VOLUNTEERS])
    take(store, inbox, reference)
    write_figures(inbox, [UNHCR, VOLUNTEERS | {"end_date": "31/02/2018"}])
    outcome = take(store, inbox, reference, now=LATER)
    assert (outcome.withdrawn, outcome.rejected) == (0, 1)
    [signal] = outcome.signals
    assert signal.startswith("figures/counts.csv: 1 figures are gone, but rows of it could not")
    write_figures(inbox, [UNHCR])
    assert take(store, inbox, reference, now=LATER + timedelta(days=1)).withdrawn == 1


def test_a_file_without_rows_withdraws_nothing_and_says_so(store, inbox, reference):
    write_figures(inbox, [UNHCR], "a.csv")
    hollow = write_figures(inbox, [VOLUNTEERS], "b.csv")
    take(store, inbox, reference)
    hollow.write_text(hollow.read_text().splitlines()[0] + "\n")
    outcome = take(store, inbox, reference, now=LATER)
    assert outcome.withdrawn == 0
    [signal] = outcome.signals
    assert signal.startswith("figures/b.csv: it has no rows, although it had before: its figures")
    assert "delete the file to withdraw them" in signal


def test_a_file_without_rows_that_never_had_any_is_no_news(store, inbox, reference):
    path = write_figures(inbox, [UNHCR])
    path.write_text(path.read_text().splitlines()[0] + "\n")
    outcome = take(store, inbox, reference)
    assert (outcome.rows_in, outcome.signals, outcome.complete) == (0, (), True)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"no,such,columns\n"])
def test_a_file_that_became_unreadable_keeps_its_figures(store, inbox, reference, content):
    write_figures(inbox, [UNHCR], "a.csv")
    broken = write_figures(inbox, [VOLUNTEERS], "b.csv")
    take(store, inbox, reference)
    broken.write_bytes(content)
    outcome = take(store, inbox, reference, now=LATER)
    assert (outcome.rejected, outcome.withdrawn) == (1, 0)
    assert told(store) == [("unhcr", 1, False), ("volunteers", 1, False)]


def test_an_unreadable_file_that_is_mended_leaves_no_rejection(store, inbox, reference):
    path = inbox / "figures" / "counts.csv"
    path.write_bytes(b"")
    assert take(store, inbox, reference).rejected == 1
    write_figures(inbox, [UNHCR])
    outcome = take(store, inbox, reference, now=LATER)
    assert (outcome.new, outcome.rejected) == (1, 0)
    assert kept(store).rejected.empty


def test_a_rejection_keeps_the_time_it_was_first_seen(store, inbox, reference):
    write_figures(inbox, [UNHCR | {"stated": "-1"}])
    take(store, inbox, reference)
    write_figures(inbox, [UNHCR | {"stated": "-1"}, VOLUNTEERS, VOLUNTEERS | {"stated": "-2"}])
    take(store, inbox, reference, now=LATER)
    seen = dict(zip(kept(store).rejected["row"], kept(store).rejected["recorded_at"], strict=True))
    assert seen == {2: NOW, 4: LATER}


def test_a_long_value_is_shortened_in_the_rejection(store, inbox, reference):
    write_figures(inbox, [UNHCR | {"published_on": "9;" * 250}])
    take(store, inbox, reference)
    [row] = kept(store).rejected.to_dict("records")
    assert row["value"] == "9;" * 40


def test_a_source_that_cannot_be_asked_is_an_outcome(store, inbox, reference):
    good = says(statement("f#1"))
    assert take_stand(Stand(answer("f"), parsed={"f": good}), store, inbox, reference).new == 1
    down = Stand(answer("f"), parsed={"f": good}, failure=SourceError("the server is down; wait"))
    outcome = take_stand(down, store, inbox, reference)
    said = "failed: the server is down; wait"
    assert outcome == Outcome("stand", said, failed=True, complete=False, whole=False)
    assert len(kept(store, "stand").records) == 1


def test_what_a_source_says_before_it_fails_is_not_taken(store, inbox, reference):
    down = Stand(answer("f"), parsed={"f": says(statement("f#1"))}, failure=SourceError("down"))
    assert take_stand(down, store, inbox, reference).failed
    assert Store(store).tables.sources() == []


def test_the_same_file_twice_is_counted_once(store, inbox, reference):
    write_figures(inbox, [UNHCR], "a.csv")
    write_figures(inbox, [UNHCR], "b.csv")
    outcome = take(store, inbox, reference)
    assert (outcome.rows_in, outcome.accepted, outcome.rejected, outcome.new) == (2, 1, 1, 1)
    [row] = kept(store).rejected.to_dict("records")
    assert row["reason"] == (
        "figures/b.csv: this is the same file as figures/a.csv; it was counted once"
    )


def test_an_unplaced_row_is_rejected_and_its_record_waits(store, inbox, reference):
    write_figures(inbox, [UNHCR, VOLUNTEERS | {"areas": "SY99"}])
    outcome = take(store, inbox, reference)
    assert (outcome.accepted, outcome.rejected, outcome.new) == (1, 1, 1)
    [row] = kept(store).rejected.to_dict("records")
    assert (row["check"], row["row"], row["column"]) == ("unknown_area", 3, "areas")
    assert len(kept(store).records) == 2


def test_two_rejections_in_the_same_words_are_two_rows(store, inbox, reference):
    nowhere = [statement(f"f#{n}", row=None, area_codes="SY99") for n in range(2)]
    source = Stand(answer("f"), parsed={"f": says(*nowhere)})
    for _ in range(2):
        outcome = take_stand(source, store, inbox, reference)
        assert (outcome.rows_in, outcome.rejected) == (2, 2)
        assert len(kept(store, "stand").rejected) == 2
    assert len(Store(store).tables.parts()) == 1


@pytest.mark.parametrize(("share", "complete"), [(0.5, True), (0.49, False)])
def test_more_rejections_than_declared_make_a_run_incomplete(
    store, inbox, reference, share, complete
):
    bad = Rejection("stand", "f", "odd", "f: odd")
    source = Stand(answer("f"), parsed={"f": says(statement("f#1"), rejections=[bad])})
    outcome = take_stand(source, store, inbox, reference, share)
    assert outcome.complete is complete
    assert ("1 rejected is more than the 49% expected" in outcome.message) is not complete


def test_signals_of_the_source_are_kept(store, inbox, reference):
    def parse(landed):
        return Parsed(0, Statements.empty(), signals=["f: a new column"])

    assert take_stand(Stand(answer("f"), parsed={"f": parse}), store, inbox, reference).signals == (
        "f: a new column",
    )


def by_month(**changes):
    november = UNHCR | {"record_id": "november", "end_date": "2017-11-30"}
    december = VOLUNTEERS | {"record_id": "december", "start_date": "2017-12-01"}
    rows = {"november": november, "december": december}
    for name, change in changes.items():
        rows[name] = rows[name] | change if change else None
    return [row for row in rows.values() if row]


def test_a_window_takes_in_only_what_starts_in_it(store, inbox, reference):
    write_figures(inbox, by_month())
    assert take(store, inbox, reference, window=DECEMBER).new == 1
    assert told(store) == [("december", 1, False)]
    assert take(store, inbox, reference, window=NOVEMBER).new == 1
    assert told(store) == [("december", 1, False), ("november", 1, False)]


def test_a_window_does_not_touch_what_other_windows_hold(store, inbox, reference):
    write_figures(inbox, by_month())
    take(store, inbox, reference)
    write_figures(inbox, by_month(november={"stated": 1}, december={"stated": 2}))
    outcome = take(store, inbox, reference, window=DECEMBER)
    assert (outcome.new, outcome.revised, outcome.withdrawn) == (0, 1, 0)
    write_figures(inbox, by_month(november=None, december={"stated": 2}))
    assert take(store, inbox, reference, window=DECEMBER).withdrawn == 0
    assert take(store, inbox, reference, window=NOVEMBER).withdrawn == 1
    assert told(store) == [
        ("december", 1, False),
        ("december", 2, False),
        ("november", 1, False),
        ("november", 2, True),
    ]


@pytest.mark.parametrize("order", [(NOVEMBER, DECEMBER), (DECEMBER, NOVEMBER)])
def test_a_record_that_moved_to_another_window_is_one_revision(store, inbox, reference, order):
    write_figures(inbox, by_month())
    take(store, inbox, reference)
    moved = {"start_date": "2017-12-02", "end_date": "2017-12-20"}
    write_figures(inbox, by_month(november=moved))
    for window in order:
        take(store, inbox, reference, window=window)
    assert told(store) == [
        ("december", 1, False),
        ("november", 1, False),
        ("november", 2, False),
    ]
    assert take(store, inbox, reference).revised == 0


def test_windows_one_by_one_come_to_the_same_as_all_at_once(tmp_path, inbox, reference):
    write_figures(inbox, by_month())
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    take(whole, inbox, reference)
    for window in (NOVEMBER, DECEMBER):
        take(cut, inbox, reference, window=window)
    assert kept(whole).records.equals(kept(cut).records)


def test_the_run_log_has_a_row_per_source():
    outcomes = [
        Outcome("b", "fine", rows_in=3, accepted=2, rejected=1, new=2, signals=("one", "two")),
        Outcome("a", "failed: down", failed=True),
    ]
    log = run_log("run", datetime(2018, 1, 10, tzinfo=UTC), outcomes)
    [first, second] = log.to_dict("records")
    assert (first["source_id"], first["failed"], first["signals"]) == ("a", True, None)
    assert (second["rows_in"], second["signals"]) == (3, "one\ntwo")


def test_rows_that_got_lost_stop_the_run():
    lost = Outcome("a", "fine", rows_in=3, accepted=2, rejected=0)
    with pytest.raises(AssertionError, match="a: 3 rows came in, but 2 were accepted and 0"):
        run_log("run", NOW, [lost])
    assert len(run_log("run", NOW, [replace(lost, rejected=1)])) == 1
