"""ODK Central: skip tokens, nested groups, reviews, deletions, and much personal data."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from displacement.normalise.figures import Reference
from displacement.sources.forms import listed_forms
from displacement.sources.odk_central import SOURCE, OdkForm
from displacement.sources.source import Declaration, Parsed, SourceError
from tests.runs import holds
from tests.servers import PERSONAL_MARKERS, RecordedServer
from tests.servers.exchange import json_answer
from tests.servers.odk import OdkServer
from tests.sources.form_runs import (
    LATER,
    THEN,
    FormRuns,
    assert_a_fault_keeps_the_figures,
    assert_a_lost_column_holds_back,
    declared_forms,
    figures,
    landed_of,
    shown_options,
)

MAIL, KEY = "reader-that-nobody-knows@example.org", "a-password-that-nobody-sees"
SECRETS = {"email": MAIL, "password": KEY}
FIXTURE = json.loads(
    (Path(__file__).parents[1] / "fixtures/odk_central.json").read_text(encoding="utf-8")
)
FORM: dict[str, Any] = {
    "project": 1,
    "form": "displacement_count",
    "name": "north",
    "counter": "Northern network",
    "measure": "new_displacement",
    "fields": {
        "place/subdistrict": "area_code",
        "count/date_from": "start_date",
        "count/date_to": "end_date",
        "count/households": "families",
        "count/persons": "people",
    },
}
CAMPS = FORM | {
    "form": "camps in the north",
    "name": "camps",
    "measure": "idps",
    "repeat": "camps",
    "fields": {
        "place/governorate": "governorate",
        "place/subdistrict": "sub_district",
        "today": "day",
        "camps/families": "families",
        "camps/people": "people",
    },
}
CAMPS_PATH = "/v1/projects/1/forms/camps in the north.svc/Submissions"


@pytest.fixture
def server() -> Iterator[OdkServer]:
    with OdkServer(rows=60, mail=MAIL, key=KEY) as stand_in:
        yield stand_in


class Runs(FormRuns):
    """Runs of ODK Central against one server into one store."""

    def __init__(self, store: Path, reference: Reference, url: str, *forms: dict[str, Any]) -> None:
        declaration = declared_forms(SOURCE, reference, url, *forms or [FORM])
        super().__init__(SOURCE, declaration, reference, store, SECRETS)


@pytest.fixture
def run(store, reference, server) -> Runs:
    return Runs(store, reference, server.url)


def record(identifier: str) -> str:
    return f"odk_central:1/displacement_count:{identifier.removeprefix('uuid:')}"


def in_state(server: OdkServer, *states: str | None) -> list[str]:
    return [row["__id"] for row in server.rows if row["__system"]["reviewState"] in states]


def page(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"@odata.context": "…", "@odata.count": len(rows), "value": rows}


def landed(
    reference: Reference, rows: list[dict[str, Any]], form: dict[str, Any] = CAMPS
) -> tuple[Parsed, RecordedServer]:
    """What the submissions say once they have landed, and the server that was asked."""
    with RecordedServer({CAMPS_PATH: json_answer(page(rows))}) as server:
        declaration = declared_forms(SOURCE, reference, server.url, form)
        return landed_of(SOURCE, declaration, SECRETS), server


def test_all_submissions_are_read_page_after_page(store, reference):
    with OdkServer(rows=2400, mail=MAIL, key=KEY) as server:
        run = Runs(store, reference, server.url)
        outcome = run()
        asked = server.asked("/Submissions")
        rows = server.rows
    assert outcome.rows_in == outcome.accepted == 2400
    assert [bool(one.value("$skiptoken")) for one in asked] == [False, True, True]
    assert {one.value("$top") for one in asked} == {"1000"}
    assert {one.value("$expand") for one in asked} == {None}
    assert len(run.standing) == 2400
    counted = [row["count"] for row in rows]
    expected = sum(one["persons"] or one["households"] for one in counted)
    assert run.standing["stated"].sum() == expected


def test_an_address_that_names_the_version_does_as_well(store, reference, server):
    assert Runs(store, reference, server.base_url + "/")().rows_in == 60


def test_only_approved_submissions_count_and_the_others_wait(run, server):
    server.review(server.ids[0], "rejected")
    server.edit(server.ids[1], persons=500, households=100)
    server.edit(server.ids[2], persons=500, households=100)
    server.review(server.ids[2], "approved")
    outcome = run()
    tiers = run.standing["tier"]
    assert record(server.ids[0]) not in tiers.index
    assert tiers[record(server.ids[1])] == "review"
    assert tiers[record(server.ids[2])] == "accepted"
    for identifier in in_state(server, None, "hasIssues", "edited"):
        assert tiers[record(identifier)] == "review"
    assert len(in_state(server, None, "hasIssues")) > 5
    assert (tiers == "accepted").sum() > 20
    assert (outcome.accepted, outcome.rejected, outcome.complete) == (60, 0, True)


def test_other_reviews_count_where_the_form_says_so(store, reference, server):
    server.edit(server.ids[1], persons=500, households=100)
    run = Runs(store, reference, server.url, FORM | {"accept": ["approved", "edited"]})
    run()
    assert run.standing.loc[record(server.ids[1]), "tier"] == "accepted"


def test_an_edit_is_a_revision_that_waits_until_it_is_approved_again(run, server):
    identifier = in_state(server, "approved")[0]
    run()
    server.edit(identifier, persons=700, households=120)
    outcome = run(LATER)
    assert (outcome.new, outcome.revised, outcome.withdrawn) == (0, 1, 0)
    row = run.standing.loc[record(identifier)]
    assert (row["stated"], row["revision"], row["tier"]) == (700, 2, "review")
    assert row["published_on"] == LATER.date()
    server.review(identifier, "approved")
    run(LATER.replace(day=10))
    row = run.standing.loc[record(identifier)]
    assert (row["stated"], row["revision"], row["tier"]) == (700, 3, "accepted")


@pytest.mark.parametrize("how", ["delete", "reject"])
def test_a_submission_deleted_or_rejected_is_withdrawn_and_may_come_back(run, server, how):
    identifier = in_state(server, "approved")[0]
    run()
    if how == "delete":
        server.delete(identifier)
    else:
        server.review(identifier, "rejected")
    outcome = run(LATER)
    assert (outcome.withdrawn, outcome.rejected, outcome.complete) == (1, 0, True)
    assert record(identifier) not in run.standing.index
    if how == "delete":
        server.restore(identifier)
    else:
        server.review(identifier, "approved")
    run(LATER.replace(day=10))
    assert record(identifier) in run.standing.index


def test_a_new_submission_comes_in_alone(run, server):
    run()
    [new] = server.submit()
    outcome = run(LATER)
    assert (outcome.new, outcome.revised, outcome.withdrawn) == (1, 0, 0)
    assert record(new) in run.standing.index


def test_a_form_that_suddenly_shrank_is_not_believed(run, server):
    run()
    server.misbehave("smaller", share=0.5, times=None)
    outcome = run(LATER)
    assert not outcome.complete
    assert any("figures are gone at once" in signal for signal in outcome.signals)
    assert len(run.standing) == 60


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("truncated", "breaks off before its end"),
        ("html", "an HTML page where JSON was expected"),
        ("502", "status 502"),
        ("garbage", "is not JSON"),
        ("short_page", "submissions arrived where the server counts 60"),
        ("no_rows", "0 submissions arrived where the server counts 60"),
    ],
)
def test_a_fault_that_stays_keeps_the_last_good_figures(run, server, kind, words):
    assert_a_fault_keeps_the_figures(run, server, kind, words)


def test_a_repeated_page_is_refused(store, reference):
    with OdkServer(rows=1200, mail=MAIL, key=KEY) as server:
        server.misbehave("duplicate_page", after=1, times=None)
        outcome = Runs(store, reference, server.url)()
    assert outcome.failed
    assert "a page repeats submissions of the page before" in outcome.message


def test_faults_that_pass_cost_only_time(run, server):
    server.misbehave("429", times=1, retry_after=0)
    server.misbehave("truncated", times=1, after=1)
    assert not run().failed
    assert len(run.standing) == 60


def test_a_password_that_is_no_longer_good_is_told_and_shown_nowhere(run, server):
    run()
    server.misbehave("expired_key", times=None)
    outcome = run(LATER)
    assert outcome.failed
    assert "refuses us with status 401" in outcome.message
    for secret in (KEY, MAIL):
        assert secret not in outcome.message
        assert holds(run.folder, secret) == []
    assert len(run.standing) == 60


@pytest.mark.parametrize(
    ("role", "variable"), [("email", "ODK_CENTRAL_EMAIL"), ("password", "ODK_CENTRAL_PASSWORD")]
)
def test_without_a_login_the_variable_is_named(run, role, variable):
    run.secrets = {name: value for name, value in run.secrets.items() if name != role}
    assert variable in run().message


def test_a_form_that_fails_costs_no_other_one(store, reference, server):
    outcome = Runs(store, reference, server.url, FORM | {"form": "lost", "name": "lost"}, FORM)()
    assert not outcome.failed
    assert not outcome.complete
    assert "odk_central/lost: the server answers with status 404" in outcome.message
    assert outcome.rows_in == 60


def test_personal_data_is_nowhere_in_the_store(run, server):
    run()
    server.edit(server.ids[3], persons="Invented Name 12", households="+00000 0944 123 456")
    outcome = run(LATER)
    assert any("withheld because they look personal" in signal for signal in outcome.signals)
    for word in (*PERSONAL_MARKERS, "submitter", "deviceId", "instanceName", "0944"):
        assert holds(run.folder, word) == [], word


def test_nothing_but_mapped_answers_lands_of_a_form_with_repeats(store, reference):
    with RecordedServer({CAMPS_PATH: json_answer(FIXTURE)}) as server:
        outcome = Runs(store, reference, server.url, CAMPS)(THEN)
    assert outcome.accepted == 4
    for word in (*PERSONAL_MARKERS, "head_name", "userAgent", "coordinates", "21:40"):
        assert holds(store, word) == [], word


def test_each_row_of_a_repeat_is_a_figure_and_repeats_are_asked_for(reference):
    parsed, server = landed(reference, FIXTURE["value"])
    assert server.requests[0].value("$expand") == "*"
    assert sorted(figures(parsed).index) == ["01:1", "01:2", "03:1"]
    first, second = figures(parsed).loc["01:1"], figures(parsed).loc["01:2"]
    assert (first["stated"], first["unit"]) == (220, "person")
    assert (second["stated"], second["unit"]) == (55, "household")
    assert second["area_names"] == "Hama > Suran sub-district"
    assert first["start_date"] == first["end_date"] == date(2018, 1, 5)
    assert first["published_on"] == date(2018, 1, 6)
    assert (first["tier"], figures(parsed).loc["03:1", "tier"]) == ("accepted", "review")
    assert (first["measure"], first["file"]) == ("idps", "odk_central/camps")
    assert first["partition_id"] == "odk_central:1/camps in the north"


def test_rows_add_up_with_rejected_reviews_taken_and_bad_answers_rejected(reference):
    parsed, _ = landed(reference, FIXTURE["value"])
    assert (parsed.rows_in, parsed.accepted, len(parsed.rejections)) == (5, 4, 1)
    [rejection] = parsed.rejections
    assert rejection.check == "missing_number"
    assert "submission 00000000-0000-4000-8000-000000000002:1, question camps/people" in (
        rejection.reason
    )


def test_a_submission_that_is_marked_as_deleted_is_gone(reference):
    parsed, _ = landed(reference, FIXTURE["value"])
    assert "04:1" not in figures(parsed).index
    kept = [row | {"__system": row["__system"] | {"deletedAt": None}} for row in FIXTURE["value"]]
    assert figures(landed(reference, kept)[0]).loc["04:1", "stated"] == 71


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("count.date_to", "no submission has count/date_to (end_date)"),
        ("__system.reviewState", "the column review is missing from every row"),
        ("__system.submissionDate", "the column submitted is missing from every row"),
    ],
)
def test_a_column_that_no_submission_has_holds_the_form_back(run, server, column, words):
    assert_a_lost_column_holds_back(run, server, column, words)


def test_an_unknown_review_holds_its_row_back_and_says_so(reference):
    rows = [
        row | {"__system": row["__system"] | {"reviewState": "pondered"}}
        if row["__id"].endswith("3")
        else row
        for row in FIXTURE["value"]
    ]
    parsed, _ = landed(reference, rows)
    assert "03:1" not in figures(parsed).index
    assert any("unknown value 'pondered'" in signal for signal in parsed.signals)


def test_the_order_of_the_pages_changes_nothing(reference):
    forth, _ = landed(reference, FIXTURE["value"])
    back, _ = landed(reference, FIXTURE["value"][::-1])
    assert forth.statements.equals(back.statements)


@pytest.mark.parametrize(
    ("slip", "words"),
    [
        ({"project": 0}, "project"),
        ({"accept": ["rejected"]}, "accept knows no rejected"),
        ({"fields": FORM["fields"] | {"meta/instanceName": "district"}}, "no question"),
        ({"uid": "x"}, "uid"),
    ],
)
def test_a_slip_in_an_entry_is_told_with_its_name(slip, words):
    declaration = Declaration("odk_central", "O", "l", "c", options={"forms": [FORM | slip]})
    with pytest.raises(SourceError, match="forms, entry north: ") as told:
        listed_forms(OdkForm, declaration)
    assert words in str(told.value)


def test_without_a_form_the_table_to_fill_in_is_named():
    with pytest.raises(SourceError, match=r"\[\[sources.odk_central.options.forms\]\]"):
        listed_forms(OdkForm, Declaration("odk_central", "O", "l", "c"))


def test_the_entry_that_the_declaration_shows_can_be_used():
    options = shown_options("odk_central")
    [form] = listed_forms(OdkForm, Declaration("odk_central", "O", "l", "c", options=options))
    assert form.inner == ("camps/families",)
