"""A server that misbehaves, or lets nobody in, costs no figure that was good."""

import pytest

from tests.runs import holds
from tests.sources.form_runs import LATER, assert_a_fault_keeps_the_figures
from tests.sources.kobotoolbox.forms import FORM, KEY, Runs


def test_a_form_that_suddenly_shrank_is_not_believed(run, server):
    run()
    count = len(run.standing)
    server.misbehave("smaller", share=0.5, times=None)
    outcome = run(LATER)
    assert not outcome.complete
    assert any("figures are gone at once" in signal for signal in outcome.signals)
    assert len(run.standing) == count


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("truncated", "breaks off before its end"),
        ("html", "an HTML page where JSON was expected"),
        ("challenge", "status 202"),
        ("500", "status 500"),
        ("504", "status 504"),
        ("duplicates", "status 409"),
        ("empty", "is empty"),
        ("garbage", "is not JSON"),
        ("short_page", "submissions arrived where the server counts 60"),
        ("no_rows", "0 submissions arrived where the server counts 60"),
    ],
)
def test_a_fault_that_stays_keeps_the_last_good_figures(run, server, kind, words):
    assert_a_fault_keeps_the_figures(run, server, kind, words)


def test_faults_that_pass_cost_only_time(run, server):
    server.misbehave("429", times=1, retry_after=0)
    server.misbehave("truncated", times=1, after=1)
    assert not run().failed
    assert len(run.standing) > 50


def test_an_expired_token_is_told_and_shown_nowhere(run, server):
    run()
    server.misbehave("expired_key", times=None)
    outcome = run(LATER)
    assert outcome.failed
    assert "refuses us with status 401; check the key" in outcome.message
    assert KEY not in outcome.message
    assert holds(run.folder, KEY) == []
    assert server.requests[0].header("authorization") == f"Token {KEY}"


def test_without_a_token_the_variable_is_named(run):
    run.secrets = {}
    assert "KOBO_TOKEN" in run().message


def test_a_form_that_fails_costs_no_other_one(store, reference, server):
    lost = FORM | {"uid": "aLost", "name": "lost"}
    outcome = Runs(store, reference, server.base_url, lost, FORM)()
    assert not outcome.failed
    assert not outcome.complete
    assert "kobotoolbox/lost: the server answers with status 404" in outcome.message
    assert outcome.rows_in == 60
