"""Only mapped answers are asked for and kept; personal data lands nowhere."""

import json

from tests.runs import holds
from tests.servers import PERSONAL_MARKERS
from tests.sources.form_runs import LATER
from tests.sources.kobotoolbox.forms import CAMPS, FIXTURE, FORM, NAMED, Runs, replayed


def test_only_mapped_answers_and_the_system_s_own_are_asked_for(run, server):
    run()
    [request] = server.requests
    fields = json.loads(request.value("fields"))
    assert set(fields) == {
        *FORM["fields"],
        "_id", "_uuid", "meta/rootUuid", "_validation_status", "_submission_time", "__version__",
    }  # fmt: skip


def test_personal_data_is_nowhere_in_the_store(store, reference, server):
    run = Runs(store, reference, server.base_url)
    run()
    server.edit(server.ids[3], persons="Invented Name 12", subdistrict="+00000 0944 123 456")
    outcome = run(LATER)
    assert any("withheld because they look personal" in signal for signal in outcome.signals)
    for word in (*PERSONAL_MARKERS, "by_whom", "0944", "_attachments"):
        assert holds(store, word) == [], word


def test_nothing_but_mapped_answers_lands_of_what_a_server_sends_unasked(store, reference):
    for form, recorded in ((NAMED, "counts"), (CAMPS, "camps")):
        replayed(store, reference, form, FIXTURE[recorded])
    for word in (*PERSONAL_MARKERS, "by_whom", "21:40", "head_name", "0944"):
        assert holds(store, word) == [], word
