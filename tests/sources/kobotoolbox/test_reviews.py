"""The review of a submission decides whether it counts, waits or is withdrawn."""

from tests.sources.form_runs import LATER, figures
from tests.sources.kobotoolbox.forms import (
    APPROVED,
    FIXTURE,
    FORM,
    NAMED,
    Runs,
    landed,
    record,
    with_status,
)


def test_reviews_decide_who_counts(run, server):
    run()
    tiers = run.standing["tier"]
    plausible = {
        record(server, row["_id"]): "group_count/persons" not in row
        or 3 <= int(row["group_count/persons"]) / int(row["group_count/households"]) <= 9
        for row in server.rows
    }
    for number in with_status(server, APPROVED):
        name = record(server, number)
        assert tiers[name] == ("accepted" if plausible[name] else "review")
    for number in with_status(server, "validation_status_on_hold", ""):
        assert tiers[record(server, number)] == "review"
    refused = with_status(server, "validation_status_not_approved")
    assert refused
    assert not {record(server, number) for number in refused} & set(tiers.index)


def test_submissions_that_are_not_approved_make_no_run_incomplete(run, server):
    server.reject(*server.ids[:30])
    outcome = run()
    assert outcome.complete
    assert outcome.rejected == 0
    assert outcome.accepted == outcome.rows_in == 60
    assert len(run.standing) <= 30


def test_unreviewed_submissions_count_where_the_form_says_so(store, reference, server):
    run = Runs(store, reference, server.base_url, FORM | {"accept": [APPROVED, "none"]})
    run()
    [number, *_] = with_status(server, "")
    assert run.standing.loc[record(server, number), "tier"] == "accepted"


def test_an_approval_moves_a_figure_to_the_accepted_ones(run, server):
    run()
    number = with_status(server, "")[0]
    server.edit(number, persons=500, households=100)
    run(LATER)
    server.approve(number)
    outcome = run(LATER.replace(day=10))
    assert outcome.revised == 1
    row = run.standing.loc[record(server, number)]
    assert (row["tier"], row["revision"]) == ("accepted", 3)


def test_a_review_taken_back_makes_a_figure_wait_again(run, server):
    number = with_status(server, APPROVED)[0]
    server.edit(number, persons=500, households=100)
    run()
    server.unreview(number)
    run(LATER)
    assert run.standing.loc[record(server, number), "tier"] == "review"


def test_a_submission_that_is_no_longer_approved_is_withdrawn(run, server):
    run()
    number = with_status(server, APPROVED)[0]
    server.reject(number)
    outcome = run(LATER)
    assert (outcome.withdrawn, outcome.rejected) == (1, 0)
    assert outcome.complete
    assert record(server, number) not in run.standing.index
    server.approve(number)
    run(LATER.replace(day=10))
    assert record(server, number) in run.standing.index


def test_an_unknown_status_holds_its_row_back_and_says_so(reference):
    rows = FIXTURE["counts"]["results"][:2]
    rows = [rows[0], rows[1] | {"_validation_status": {"uid": "validation_status_maybe"}}]
    parsed = landed(NAMED, rows, reference)
    assert list(figures(parsed).index) == ["01"]
    assert any("unknown value 'validation_status_maybe'" in signal for signal in parsed.signals)
