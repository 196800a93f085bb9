"""Edits, deletions and new submissions from one run to the next."""

from tests.sources.form_runs import LATER
from tests.sources.kobotoolbox.forms import APPROVED, record, with_status


def test_an_edit_is_a_revision_of_the_day_it_was_seen(run, server):
    run()
    number = with_status(server, APPROVED)[0]
    before = record(server, number)
    server.edit(number, persons=700, households=120)
    outcome = run(LATER)
    assert record(server, number) == before
    assert (outcome.new, outcome.revised, outcome.withdrawn) == (0, 1, 0)
    row = run.standing.loc[before]
    assert (row["stated"], row["revision"]) == (700, 2)
    assert row["published_on"] == LATER.date()


def test_a_deleted_submission_is_withdrawn_and_a_new_one_comes_in(run, server):
    run()
    number = with_status(server, APPROVED)[0]
    gone = record(server, number)
    server.delete(number)
    [new] = server.submit()
    server.approve(new)
    outcome = run(LATER)
    assert (outcome.new, outcome.withdrawn) == (1, 1)
    assert gone not in run.standing.index
    assert record(server, new) in run.standing.index


def test_nothing_new_records_nothing(run, server):
    run()
    count = len(run.records)
    outcome = run(LATER)
    assert (outcome.new, outcome.revised, outcome.withdrawn) == (0, 0, 0)
    assert len(run.records) == count
