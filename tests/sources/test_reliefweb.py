"""Reports on ReliefWeb: paging, the watermark, texts and PDF files, and challenge pages."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from displacement.intake import take_in
from displacement.sources.reliefweb import SOURCE
from displacement.store.store import Store
from displacement.windows import Window
from tests.runs import holds
from tests.servers import RecordedServer
from tests.servers.core import StandIn
from tests.servers.exchange import Answer, Request, dump, html_answer
from tests.sources.wire import QUICK

FIXTURE = Path(__file__).parents[1] / "fixtures/reliefweb.json"
APPNAME = "approved-stand-in-name"
NOW = datetime(2024, 3, 1, 6, tzinfo=UTC)
TEXT = (
    "**IDLIB, 20 February 2024** - According to OCHA, 12,400 people were displaced in Idlib "
    "between 1 and 15 February 2024. [Read more](https://example.org/40404). "
    "Some 35 people were killed."
)


def report(number: int, text: str | None = TEXT, **fields: Any) -> dict[str, Any]:
    """An entry of the interface's list, in its recorded shape; names and numbers are invented."""
    entry = json.loads(FIXTURE.read_text(encoding="utf-8"))["data"][0]
    changes = {"title": f"Flash update {number}", "body": text} | fields
    changes |= {"url_alias": f"https://reliefweb.int/report/{number}"}
    return entry | {"id": str(number), "fields": entry["fields"] | changes}


class Reports(StandIn):
    """The list of reports: pages, filters are only noted, the appname has to be right."""

    base_path = "/v2"

    def __init__(self, reports: list[dict[str, Any]], files: dict[str, Answer] | None = None):
        super().__init__(key=APPNAME)
        self.reports, self.files = reports, files or {}

    def respond(self, request: Request) -> Answer:
        if request.path in self.files:
            return self.files[request.path]
        if request.value("appname") != self.key:
            said = {
                "type": "AccessDeniedHttpException",
                "message": "You are not using an approved appname.",
            }
            return Answer(dump({"status": 403, "error": said}), 403)
        offset, limit = request.whole("offset", 0), request.whole("limit", 10)
        page = self.reports[offset : offset + limit]
        href = f"{self.url}/v2/reports?appname={self.key}"
        return Answer(
            dump({"href": href, "totalCount": len(self.reports), "count": len(page), "data": page})
        )


@pytest.fixture
def take(store, tmp_path, reference):
    def run(
        server: StandIn,
        key: str = APPNAME,
        window: Window | None = None,
        now: datetime = NOW,
        **options: Any,
    ):
        declared = reference.sources["reliefweb"]
        http = replace(declared.http, url=server.base_url, **QUICK)
        declaration = replace(
            declared, http=http, countries=("SYR",), options=declared.options | options
        )
        return take_in(
            SOURCE, declaration, reference, store=Store(store), inbox=tmp_path, now=now,
            window=window, secrets={"appname": key},
        )  # fmt: skip

    return run


def records(store):
    return Store(store).tables.read("reliefweb").records


def test_the_text_of_a_report_becomes_figures_and_rejected_numbers(take, store):
    with Reports([report(3670885)]) as server:
        outcome = take(server)
    assert outcome.complete
    [row] = records(store).to_dict("records")
    assert (row["stated"], row["counter"], row["file"]) == (12_400, "OCHA", "reliefweb/SYR/3670885")
    assert (row["start_date"], row["end_date"]) == (date(2024, 2, 1), date(2024, 2, 15))
    assert row["published_on"] == date(2024, 2, 20)
    assert row["url"] == "https://reliefweb.int/report/3670885"
    rejected = Store(store).tables.read("reliefweb").rejected
    assert "killed" in set(rejected["check"])
    assert not rejected["value"].isin(["40404"]).any()


def test_every_page_is_read_and_the_question_is_in_the_only_spelling_taken(take, store):
    with Reports([report(n, TEXT.replace("12,400", f"12,{400 + n}")) for n in range(7)]) as server:
        take(server, page_size=3)
        asked = server.asked("/reports")
    assert [request.value("offset") for request in asked] == ["0", "3", "6"]
    assert len(records(store)) == 7
    query = {name: values for name, values in asked[0].query.items() if name.startswith("filter")}
    fields = {values[0] for name, values in query.items() if name.endswith("[field]")}
    assert fields == {"primary_country.iso3", "format.name", "language.code", "date.changed"}
    assert asked[0].value("sort[]") == "date.changed:asc"
    [since] = [values[0] for name, values in query.items() if name.endswith("[from]")]
    assert since == "2024-01-01T00:00:00+00:00"


def test_a_later_run_asks_for_what_was_edited_since_and_a_backfill_for_what_was_published(take):
    with Reports([report(1)]) as server:
        take(server)
        take(server, window=Window(date(2023, 5, 1), date(2023, 5, 31)))
        backfill = server.requests[-1].query
    fields = {values[0] for name, values in backfill.items() if name.endswith("[field]")}
    assert "date.original" in fields
    assert [v[0] for n, v in backfill.items() if n.endswith("[to]")] == [
        "2023-05-31T23:59:59+00:00"
    ]


def test_an_edited_report_is_a_revision_and_its_vanished_figure_a_withdrawal(take, store):
    with Reports([report(1)]) as server:
        take(server)
        server.reports = [report(1, TEXT.replace("12,400", "13,100"))]
        edited = take(server)
        server.reports = [report(1, "Nothing is known of the displaced any more.")]
        emptied = take(server)
    assert (edited.new, edited.revised, edited.withdrawn) == (0, 1, 0)
    assert (emptied.new, emptied.revised, emptied.withdrawn) == (0, 0, 1)


def test_a_report_without_a_text_is_read_from_its_pdf(take, store):
    pdf = Answer(
        a_pdf("OCHA says 9,700 people were displaced in Idlib on 3 February 2024."),
        content_type="application/pdf",
    )
    with Reports([], {"/files/a.pdf": pdf}) as server:
        attached = {"id": "9", "url": f"{server.url}/files/a.pdf", "mimetype": "application/pdf"}
        server.reports = [report(5, None, file=[attached])]
        outcome = take(server)
        [asked] = server.asked("a.pdf")
    assert outcome.complete
    assert asked.query == {}
    assert records(store)["stated"].to_list() == [9_700]
    assert records(store)["file"].to_list() == ["reliefweb/SYR/5/9"]


def test_a_challenge_page_for_a_pdf_costs_only_the_pdf(take, store):
    page = html_answer("Just a moment", "Enable JavaScript", 200)
    with Reports([], {"/files/a.pdf": page}) as server:
        attached = {"id": "9", "url": f"{server.url}/files/a.pdf", "mimetype": "application/pdf"}
        server.reports = [report(5, file=[attached])]
        outcome = take(server)
    assert not outcome.complete
    assert (
        "reliefweb/SYR/5/9: the answer is an HTML page where a PDF was expected" in outcome.message
    )
    assert records(store)["stated"].to_list() == [12_400]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("challenge", "status 202: not ready, or a challenge"),
        ("html", "is an HTML page where JSON was expected"),
        ("410", "status 410"),
        ("truncated", "breaks off before its end"),
    ],
)
def test_a_server_that_does_not_deliver_fails_and_changes_nothing(take, store, kind, words):
    with Reports([report(1)]) as server:
        take(server)
        before = len(records(store))
        server.misbehave(kind, times=None)
        outcome = take(server)
    assert outcome.failed
    assert words in outcome.message
    assert len(records(store)) == before


def test_a_page_that_repeats_the_one_before_is_no_answer(take, store):
    with Reports([report(n) for n in range(6)]) as server:
        server.misbehave("duplicate_page", after=1, times=None)
        outcome = take(server, page_size=3)
    assert "the same page came twice" in outcome.message
    assert not outcome.complete


def test_an_appname_that_is_not_approved_is_told_in_the_servers_own_words(take):
    with Reports([report(1)]) as server:
        outcome = take(server, key="some-other-name")
    assert outcome.failed
    assert "You are not using an approved appname" in outcome.message
    assert len(server.requests) == 1


def test_a_report_without_a_date_is_rejected_and_costs_no_other(take, store):
    with Reports([report(1, date={}), report(2)]) as server:
        outcome = take(server)
    assert outcome.rejected > 0
    rejected = Store(store).tables.read("reliefweb").rejected
    assert any("reliefweb/SYR, row 1, column 'original'" in reason for reason in rejected["reason"])
    assert len(records(store)) == 1


def test_neither_the_appname_nor_a_speakers_name_reaches_the_store(take, store):
    said = (
        "“We fled,” said Jane Invented, a teacher. According to OCHA, 1,200 people were "
        "displaced in Idlib on 3 February 2024."
    )
    with Reports([report(1, said)]) as server:
        take(server)
    assert holds(store, APPNAME) == []
    assert holds(store, "Invented") == []


def a_pdf(text: str) -> bytes:
    """A PDF with one line of text."""
    stream = f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET".encode()
    fonts = b"/Resources << /Font << /F1 5 0 R >> >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 900 800] /Contents 4 0 R %s >>" % fonts,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(body)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    return (
        body + head + table + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % start
    )


def test_the_fixture_has_the_recorded_shape():
    entry = json.loads(dump(report(1)))
    assert isinstance(entry["id"], str)
    assert set(entry["fields"]["date"]) == {"original", "changed"}


@pytest.mark.parametrize(
    "strange",
    [
        "no report",
        None,
        {"id": "7", "fields": [1]},
        report(7, date=20240220),
        report(7, date={"original": "2024-13-45", "changed": "2024-02-21"}),
        report(7, source=1e30, language=["en"]),
        report(7, file="none"),
    ],
)
def test_a_report_of_a_strange_shape_costs_no_other(take, store, strange):
    with Reports([strange, report(8)]) as server:
        outcome = take(server)
    assert not outcome.failed
    assert outcome.rows_in == outcome.accepted + outcome.rejected
    assert "reliefweb/SYR/8" in set(records(store)["file"])


@pytest.mark.parametrize("body", [b"[]", b"{ nothing }", b'{"data": {}, "totalCount": 1}'])
def test_an_answer_that_is_no_list_of_reports_is_a_failure(take, body):
    with RecordedServer({"/v2/reports": body}) as server:
        server.base_path = "/v2"
        assert take(server).failed


def test_a_report_in_a_language_without_rules_costs_no_other(take, store):
    with Reports([report(7, language=[{"code": "es"}]), report(8)]) as server:
        outcome = take(server)
    assert outcome.complete
    rejected = Store(store).tables.read("reliefweb").rejected
    [refused] = rejected[rejected["check"] == "language"].to_dict("records")
    assert refused["reason"] == "reliefweb/SYR/7: its language, 'es', cannot be read"
