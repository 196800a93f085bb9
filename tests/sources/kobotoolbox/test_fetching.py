"""Every submission is read, page after page, also while the form changes."""

from pathlib import Path
from typing import Any

import pytest

from displacement.sources.kobotoolbox import SOURCE
from displacement.sources.source import Request
from tests.servers.exchange import Answer
from tests.servers.kobo import KoboServer
from tests.sources.form_runs import THEN, declared_forms
from tests.sources.kobotoolbox.forms import (
    FIXTURE,
    FORM,
    KEY,
    NAMED,
    SECRETS,
    Runs,
    record,
    replayed,
    status,
)


def test_all_submissions_are_read_although_a_page_holds_a_thousand(store, reference):
    with KoboServer(rows=2400, key=KEY) as server:
        run = Runs(store, reference, server.base_url)
        outcome = run()
        assert not outcome.failed
        assert outcome.rows_in == outcome.accepted + outcome.rejected == 2400
        asked = server.asked("data.json")
        assert [one.value("start") for one in asked] == [None, "1000", "2000"]
        assert {one.value("limit") for one in asked} == {"1000"}
        taken = [row for row in server.rows if "not_approved" not in status(row)]
    assert len(run.standing) == len(taken) > 2200
    counted = run.standing["stated"].sum()
    assert counted == sum(
        int(row.get("group_count/persons", row["group_count/households"])) for row in taken
    )


def test_a_server_with_smaller_pages_is_read_to_its_end(store, reference):
    with KoboServer(rows=90, max_limit=25, key=KEY) as server:
        outcome = Runs(store, reference, server.base_url)()
        assert len(server.asked("data.json")) == 4
    assert outcome.rows_in == 90


@pytest.mark.parametrize("kind", ["duplicate_page", "short_page"])
def test_pages_that_do_not_fit_together_are_not_believed(store, reference, kind):
    with KoboServer(rows=90, max_limit=30, key=KEY) as server:
        server.misbehave(kind, after=1, times=None, share=0.5)
        outcome = Runs(store, reference, server.base_url)()
    assert outcome.failed
    assert "nothing was taken" in outcome.message


def test_a_next_page_that_leads_in_a_circle_is_refused(store, reference):
    rows = FIXTURE["counts"]["results"]
    path = f"/api/v2/assets/{FORM['uid']}/data.json"
    pages = [
        {"count": 9, "next": f"http://127.0.0.1{path}?start=1", "results": rows[:4]},
        {"count": 9, "next": f"http://127.0.0.1{path}?start=1", "results": rows[4:8]},
    ]
    _, outcome = replayed(store, reference, NAMED, *pages)
    assert outcome.failed
    assert "leads in a circle" in outcome.message


class Deleting(KoboServer):
    """Somebody deletes a submission after each of the first pages."""

    deletions = 1

    def respond(self, request: Any) -> Answer:
        answer = super().respond(request)
        if len(self.ids) > 1 and self.deletions:
            self.deletions -= 1
            self.delete(self.ids[0])
        return answer


def test_a_form_that_changes_between_its_pages_is_read_again(store, reference):
    with Deleting(rows=90, max_limit=30, key=KEY) as server:
        run = Runs(store, reference, server.base_url)
        assert run().rows_in == 89
        taken = [row["_id"] for row in server.rows if "not_approved" not in status(row)]
        assert set(run.standing.index) == {record(server, number) for number in taken}


def test_a_form_that_never_stands_still_is_told(store, reference):
    with Deleting(rows=90, max_limit=30, key=KEY) as server:
        server.deletions = 99
        outcome = Runs(store, reference, server.base_url)()
    assert outcome.failed
    assert "changed between its pages" in outcome.message


def test_an_empty_form_is_no_fault(store, reference):
    with KoboServer(rows=0, key=KEY) as server:
        outcome = Runs(store, reference, server.base_url)()
    assert outcome.complete
    assert outcome.rows_in == 0


def test_the_landing_is_the_same_for_the_same_answers(reference, server):
    declaration = declared_forms(SOURCE, reference, server.base_url, FORM)
    request = Request(declaration, Path(), THEN, secrets=SECRETS)
    [first] = SOURCE.fetch(request)
    [second] = SOURCE.fetch(request)
    assert first.content == second.content
    assert first.url == f"{server.base_url}/assets/{server.asset}/data.json"
