"""KoboToolbox: pages cut at 1,000, edits and reviews without a trace, and much personal data."""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from displacement.intake import Outcome, run_log, take_in
from displacement.normalise.figures import Reference
from displacement.sources.forms import listed_forms
from displacement.sources.kobotoolbox import SOURCE, KoboForm
from displacement.sources.source import Declaration, Http, Landed, Parsed, Request, SourceError
from displacement.store.store import Store
from tests.runs import REFERENCE, holds
from tests.servers import PERSONAL_MARKERS, RecordedServer
from tests.servers.exchange import Answer, json_answer
from tests.servers.kobo import KoboServer
from tests.sources.wire import QUICK

NOW = datetime(2026, 10, 2, 6, tzinfo=UTC)
LATER = datetime(2026, 10, 9, 6, tzinfo=UTC)
KEY = "a-token-that-nobody-sees"
FIXTURE = json.loads(
    (Path(__file__).parents[1] / "fixtures/kobotoolbox.json").read_text(encoding="utf-8")
)
FORM: dict[str, Any] = {
    "uid": "aStandInAsset0000000001",
    "name": "north",
    "counter": "Northern network",
    "publisher": "Northern council",
    "measure": "new_displacement",
    "cause": "conflict",
    "area_role": "destination",
    "fields": {
        "group_place/subdistrict": "area_code",
        "group_count/date_from": "start_date",
        "group_count/date_to": "end_date",
        "group_count/households": "families",
        "group_count/persons": "people",
    },
}
NAMED = FORM | {
    "fields": {
        "group_place/governorate": "governorate",
        "group_place/district": "district",
        "group_place/subdistrict": "sub_district",
        "group_count/date_from": "start_date",
        "group_count/date_to": "end_date",
        "group_count/households": "families",
        "group_count/persons": "people",
    },
}
CAMPS = FORM | {
    "name": "camps",
    "measure": "idps",
    "repeat": "camps",
    "fields": {
        "group_place/governorate": "governorate",
        "camps/place": "sub_district",
        "camps/families": "families",
        "today": "day",
    },
}
APPROVED = "validation_status_approved"


@pytest.fixture
def server() -> Iterator[KoboServer]:
    with KoboServer(rows=60, key=KEY) as stand_in:
        yield stand_in


class Runs:
    """Runs of the source against one server into one store, logged as a flow does."""

    def __init__(self, store: Path, reference: Reference, url: str, *forms: dict[str, Any]) -> None:
        self.folder, self.reference = store, reference
        self.declaration = replace(
            reference.sources["kobotoolbox"],
            http=Http(url=url, **QUICK | {"read_seconds": 20}),
            options={"forms": list(forms or [FORM])},
        )
        self.secrets = {"token": KEY}

    def __call__(self, now: datetime = NOW) -> Outcome:
        outcome = take_in(
            SOURCE, self.declaration, self.reference, store=Store(self.folder),
            inbox=self.folder / "inbox", now=now, secrets=self.secrets,
        )  # fmt: skip
        log = run_log(f"{now:%Y%m%d%H}", now, [outcome])
        Store(self.folder).ledger.add_run(f"{now:%Y%m%d%H}", log)
        return outcome

    @property
    def records(self) -> pd.DataFrame:
        return Store(self.folder).tables.read("kobotoolbox").records

    @property
    def rejected(self) -> pd.DataFrame:
        return Store(self.folder).tables.read("kobotoolbox").rejected

    @property
    def standing(self) -> pd.DataFrame:
        latest = self.records.groupby("source_record_id").tail(1)
        return latest[~latest["withdrawn"].astype(bool)].set_index("source_record_id")


@pytest.fixture
def run(store, reference, server) -> Runs:
    return Runs(store, reference, server.base_url)


def record(server: KoboServer, number: int) -> str:
    root = server.row(number)["meta/rootUuid"].removeprefix("uuid:")
    return f"kobotoolbox:{server.asset}:{root}"


def status(row: dict[str, Any]) -> str:
    return row["_validation_status"].get("uid", "")


def with_status(server: KoboServer, *statuses: str) -> list[int]:
    return [row["_id"] for row in server.rows if status(row) in statuses]


def replayed(
    store: Path, reference: Reference, form: dict[str, Any], *pages: Any
) -> tuple[Runs, Outcome]:
    """One run against recorded pages."""
    path = f"/api/v2/assets/{form['uid']}/data.json"
    answers = {f"{path}?start={number}": json_answer(page) for number, page in enumerate(pages)}
    with RecordedServer(answers | {path: json_answer(pages[0])}) as server:
        run = Runs(store, reference, f"{server.url}/api/v2", form)
        return run, run(datetime(2018, 1, 10, 6, tzinfo=UTC))


def landed(form: dict[str, Any], rows: list[dict[str, Any]], reference: Reference) -> Parsed:
    """What the submissions say once they have landed."""
    page = {"count": len(rows), "next": None, "previous": None, "results": rows}
    path = f"/assets/{form['uid']}/data.json"
    with RecordedServer({path: json_answer(page)}) as server:
        declared = replace(
            reference.sources["kobotoolbox"],
            http=Http(url=server.url, **QUICK),
            options={"forms": [form]},
        )
        [answer] = SOURCE.fetch(_request(declared))
    moment = datetime(2018, 1, 10, 6, tzinfo=UTC)
    return SOURCE.parse(Landed(answer.name, "0" * 64, answer.content, moment), declared)


def _request(declaration: Declaration) -> Any:
    return Request(declaration, Path(), NOW, secrets={"token": KEY})


def figures(parsed: Parsed) -> pd.DataFrame:
    own = parsed.statements.set_index("source_record_id")
    return own.rename(index=lambda name: name.rpartition(":00000000-0000-4000-8000-0000000000")[2])


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


def test_only_mapped_answers_and_the_system_s_own_are_asked_for(run, server):
    run()
    [request] = server.requests
    fields = json.loads(request.value("fields"))
    assert set(fields) == {
        *FORM["fields"],
        "_id", "_uuid", "meta/rootUuid", "_validation_status", "_submission_time", "__version__",
    }  # fmt: skip


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
    run()
    before = run.records
    server.misbehave(kind, times=None)
    outcome = run(LATER)
    assert outcome.failed
    assert words in outcome.message
    assert run.records.equals(before)


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


def test_a_submission_states_its_figure_with_the_constants_of_its_form(reference):
    parsed = landed(NAMED, FIXTURE["counts"]["results"], reference)
    one = figures(parsed).loc["01"]
    assert (one["stated"], one["unit"]) == (660, "person")
    assert (one["start_date"], one["end_date"]) == (date(2018, 1, 1), date(2018, 1, 5))
    assert one["published_on"] == date(2018, 1, 6)
    assert (one["counter"], one["publisher"]) == ("Northern network", "Northern council")
    assert (one["measure"], one["cause"], one["area_role"]) == (
        "new_displacement", "conflict", "destination",
    )  # fmt: skip
    assert one["area_names"] == "Idleb > Al Ma'ra > Heish"
    assert one["file"] == "kobotoolbox/north"
    assert figures(parsed).loc["02", ["stated", "unit"]].to_list() == [1040, "household"]
    assert set(figures(parsed)["partition_id"]) == {f"kobotoolbox:{FORM['uid']}"}


def test_bad_answers_reject_their_row_with_a_sentence_and_rows_add_up(reference):
    parsed = landed(NAMED, FIXTURE["counts"]["results"], reference)
    assert sorted(figures(parsed).index) == ["01", "02", "03", "04", "09"]
    assert parsed.rows_in == parsed.accepted + len(parsed.rejections) == 9
    checks = {one.check: one.reason for one in parsed.rejections}
    assert set(checks) == {"unreadable_number", "impossible_date", "missing_area"}
    assert "question group_count/persons: “12,88” cannot be read" in checks["unreadable_number"]
    assert "is no day of the calendar" in checks["impossible_date"]


def test_an_impossible_family_waits_for_a_reviewer_although_it_was_approved(reference):
    rows = [FIXTURE["counts"]["results"][0] | {"group_count/households": "2"}]
    assert figures(landed(NAMED, rows, reference)).loc["01", "tier"] == "review"


def test_a_count_of_days_to_come_is_rejected(reference):
    rows = FIXTURE["counts"]["results"][:2]
    rows = [rows[0], rows[1] | {"group_count/date_to": "2018-01-12"}]
    [rejection] = landed(NAMED, rows, reference).rejections
    assert rejection.check == "end_in_the_future"


def test_each_row_of_a_repeat_is_a_figure_of_its_own(reference):
    parsed = landed(CAMPS, FIXTURE["camps"]["results"], reference)
    first, second = figures(parsed).loc["01:1"], figures(parsed).loc["01:2"]
    assert (first["stated"], second["stated"]) == (40, 55)
    assert second["area_names"] == "Idleb > Kafr Nobol sub-district"
    assert first["start_date"] == first["end_date"] == date(2018, 1, 6)
    [rejection] = parsed.rejections
    assert "submission 00000000-0000-4000-8000-000000000002:1" in rejection.reason
    assert (parsed.rows_in, parsed.accepted) == (3, 2)


def test_a_submission_without_a_root_goes_by_its_uuid(reference):
    row = FIXTURE["counts"]["results"][0]
    row = {name: value for name, value in row.items() if name != "meta/rootUuid"}
    [name] = landed(NAMED, [row], reference).statements["source_record_id"]
    assert name == f"kobotoolbox:{FORM['uid']}:{row['_uuid']}"


def test_an_unknown_status_holds_its_row_back_and_says_so(reference):
    rows = FIXTURE["counts"]["results"][:2]
    rows = [rows[0], rows[1] | {"_validation_status": {"uid": "validation_status_maybe"}}]
    parsed = landed(NAMED, rows, reference)
    assert list(figures(parsed).index) == ["01"]
    assert any("unknown value 'validation_status_maybe'" in signal for signal in parsed.signals)


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("group_count/date_to", "no submission has group_count/date_to (end_date)"),
        ("_validation_status", "the column review is missing from every row"),
        ("_submission_time", "the column submitted is missing from every row"),
    ],
)
def test_a_column_that_no_submission_has_holds_the_form_back(run, server, column, words):
    run()
    before = run.records
    server.misbehave("missing_column", column=column, times=None)
    outcome = run(LATER)
    assert not outcome.complete
    assert any(words in signal for signal in outcome.signals)
    assert run.records.equals(before)


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


def test_an_empty_form_is_no_fault(store, reference):
    with KoboServer(rows=0, key=KEY) as server:
        outcome = Runs(store, reference, server.base_url)()
    assert outcome.complete
    assert outcome.rows_in == 0


def test_the_landing_is_the_same_for_the_same_answers(reference, server):
    declared = replace(
        reference.sources["kobotoolbox"],
        http=Http(url=server.base_url, **QUICK),
        options={"forms": [FORM]},
    )
    [first] = SOURCE.fetch(_request(declared))
    [second] = SOURCE.fetch(_request(declared))
    assert first.content == second.content
    assert first.url == f"{server.base_url}/assets/{server.asset}/data.json"


@pytest.mark.parametrize(
    ("slip", "words"),
    [
        ({"measure": "refugee"}, "measure"),
        ({"counter": "0944 123 456"}, "names of organisations"),
        ({"fields": {"a/b": "people"}}, "fields has to name one of governorate"),
        ({"fields": FORM["fields"] | {"a": "persons"}}, "fields knows no persons"),
        ({"fields": FORM["fields"] | {"_geolocation": "district"}}, "no question that may be read"),
        ({"fields": FORM["fields"] | {"x/deviceid": "district"}}, "no question that may be read"),
        ({"repeat": "camps"}, "no question inside the repeat 'camps'"),
        ({"accept": ["validation_status_not_approved"]}, "accept knows no"),
        ({"form": "x"}, "form"),
    ],
)
def test_a_slip_in_an_entry_is_told_with_its_name(slip, words):
    declaration = Declaration("kobotoolbox", "K", "l", "c", options={"forms": [FORM | slip]})
    with pytest.raises(SourceError, match="forms, entry north: ") as told:
        listed_forms(KoboForm, declaration)
    assert words in str(told.value)


@pytest.mark.parametrize("slip", [{"name": "south"}, {"uid": "aOther"}])
def test_two_entries_may_not_share_a_name_or_a_form(slip):
    declaration = Declaration("kobotoolbox", "K", "l", "c", options={"forms": [FORM, FORM | slip]})
    with pytest.raises(SourceError, match="two entries of forms have the"):
        listed_forms(KoboForm, declaration)


def test_the_entry_that_the_declaration_shows_can_be_used():
    text = (REFERENCE / "sources.toml").read_text(encoding="utf-8")
    shown = text.partition("[sources.kobotoolbox.options]")[2].partition("forms = []")[0]
    example = tomllib.loads("\n".join(line[1:] for line in shown.splitlines() if line[1:2].strip()))
    options = example["sources"]["kobotoolbox"]["options"]
    [form] = listed_forms(KoboForm, Declaration("kobotoolbox", "K", "l", "c", options=options))
    assert form.fields["place/subdistrict"] == "area_code"
