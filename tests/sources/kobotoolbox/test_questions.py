"""Questions that go missing or are renamed by a new version of the form."""

from datetime import UTC, datetime

import pytest

from tests.sources.form_runs import assert_a_lost_column_holds_back
from tests.sources.kobotoolbox.forms import FORM, record


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("group_count/date_to", "no submission has group_count/date_to (end_date)"),
        ("_validation_status", "the column review is missing from every row"),
        ("_submission_time", "the column submitted is missing from every row"),
    ],
)
def test_a_column_that_no_submission_has_holds_the_form_back(run, server, column, words):
    assert_a_lost_column_holds_back(run, server, column, words)


def test_a_new_version_that_renames_a_question_is_told_and_may_be_mapped_beside(run, server):
    server.new_version(persons="group_count/people_total", households="group_count/hh")
    new = server.submit(6)
    server.approve(*new)
    outcome = run()
    assert any(
        "version vStandIn2 of the form never has group_count/households (families)" in signal
        for signal in outcome.signals
    )
    assert outcome.rejected == 6
    both = {"group_count/people_total": "people", "group_count/hh": "families"}
    run.declaration.options["forms"] = [FORM | {"fields": FORM["fields"] | both}]
    outcome = run(datetime(2026, 12, 1, tzinfo=UTC))
    assert outcome.rejected == 0
    assert not outcome.signals
    assert {record(server, number) for number in new} <= set(run.standing.index)
