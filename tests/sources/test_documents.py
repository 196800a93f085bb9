"""Reports and news texts: what lands is text without private names, and when it was published."""

import hashlib
import json
from importlib.util import find_spec

import pytest

from displacement.sources.documents import SOURCE
from displacement.sources.source import Answer, Declaration, Landed, Rejection, Request
from tests.runs import NOW, holds, take_in_all

DECLARATION = Declaration("documents", "Texts", "none", "daily")
SENTENCE = (
    "More than 60,000 people fled their homes in Idlib between November 1 and December 24, "
    "UNHCR said on Thursday. The agency runs 14 offices."
)
HEADER = "title: Families flee\npublisher: Levant Dispatch\npublished: 2018-01-08\n\n"
NAMED = (
    "title: Yusuf Haddad says 5,000 people fled\npublished: 2018-01-08\n\n"
    "Nearly 5,000 people fled their homes in Idlib between December 15 and January 6, said "
    "Yusuf Haddad, a spokesman for local volunteers. Haddad can be called on +963 933 123 456. "
    "“We count at night,” Mr Haddad added.\n"
)
HTML = f"""<!DOCTYPE html><html lang="en"><head><title>Families flee</title>
<meta property="og:site_name" content="Levant Dispatch">
<meta property="article:published_time" content="2018-01-08T06:00:00Z">
<link rel="canonical" href="https://dispatch.example/families-flee"></head>
<body><nav><a href="/">Home</a><a href="/sport">Sport</a></nav>
<article><h1>Families flee</h1><p>{SENTENCE}</p>
<p>They came by road, with blankets and little else, and the tents along the border were full long
before the first of them arrived. Nobody could say how long they would have to stay.</p></article>
<footer>Copyright, 250,000 readers</footer></body></html>"""

needs_html = pytest.mark.skipif(not find_spec("trafilatura"), reason="trafilatura is missing")
needs_pdf = pytest.mark.skipif(not find_spec("pypdfium2"), reason="pypdfium2 is missing")


def pdf(*lines: str) -> bytes:
    """The smallest PDF that shows some lines of text."""
    shown = " ".join(f"({line}) Tj 0 -14 Td" for line in lines)
    stream = f"BT /F1 10 Tf 40 760 Td {shown} ET".encode("ascii")
    fonts = b"/Resources << /Font << /F1 5 0 R >> >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R %s >>" % fonts,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    written, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(written)
    return written + b"xref\n0 6\n0000000000 65535 f \n" + table + end


def put(inbox, name, content):
    path = inbox / "reports" / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def fetch(inbox):
    return list(SOURCE.fetch(Request(DECLARATION, inbox, NOW)))


def landed(inbox):
    [answer] = fetch(inbox)
    assert isinstance(answer, Answer), answer
    return json.loads(answer.content)


def parse(inbox):
    [answer] = fetch(inbox)
    sha256 = hashlib.sha256(answer.content).hexdigest()
    parsed = SOURCE.parse(Landed(answer.name, sha256, answer.content), DECLARATION)
    assert parsed.rows_in == len(parsed.statements) + len(parsed.rejections)
    return parsed


def refused(inbox):
    [rejection] = fetch(inbox)
    assert isinstance(rejection, Rejection)
    assert rejection.reason.startswith(f"{rejection.file}: ")
    return rejection


def test_a_text_with_a_header_becomes_figures_and_rejected_numbers(inbox):
    put(inbox, "flight.txt", HEADER + SENTENCE)
    parsed = parse(inbox)
    [row] = parsed.statements.to_dict("records")
    assert (row["counter"], row["publisher"]) == ("UNHCR", "Levant Dispatch")
    assert (row["quantifier"], row["stated"]) == ("more_than", 60_000)
    assert f"{row['start_date']} {row['end_date']}" == "2017-11-01 2017-12-24"
    assert str(row["published_on"]) == "2018-01-08"
    assert row["in_words"]
    assert row["file"] == "reports/flight.txt"
    assert "60,000" in row["quote"]
    assert "14" in {rejection.value for rejection in parsed.rejections}
    for rejection in parsed.rejections:
        text = landed(inbox)["text"]
        assert text[rejection.number_start : rejection.number_end] == rejection.value
        assert rejection.reason.startswith("reports/flight.txt, character ")


def test_a_sidecar_overrides_the_header(inbox):
    put(inbox, "flight.txt", HEADER + SENTENCE)
    put(inbox, "flight.toml", 'publisher = "OCHA"\npublished = 2018-01-09\nlanguage = "en"\n')
    body = landed(inbox)
    assert (body["publisher"], body["published"]) == ("OCHA", "2018-01-09")


def test_the_day_in_the_name_of_the_file_is_the_last_resort(inbox):
    put(inbox, "2018-01-07-flight.txt", SENTENCE)
    assert landed(inbox)["published"] == "2018-01-07"
    put(inbox, "2018-01-07-flight.txt", HEADER + SENTENCE)
    assert landed(inbox)["published"] == "2018-01-08"


@needs_html
def test_of_a_web_page_the_article_and_its_facts_land(inbox):
    put(inbox, "flight.html", HTML)
    body = landed(inbox)
    assert "More than 60,000 people fled" in body["text"]
    assert "250,000 readers" not in body["text"]
    assert (body["published"], body["publisher"]) == ("2018-01-08", "Levant Dispatch")
    assert body["url"] == "https://dispatch.example/families-flee"
    [row] = parse(inbox).statements.to_dict("records")
    assert (row["stated"], row["url"]) == (60_000, "https://dispatch.example/families-flee")


@needs_pdf
def test_the_text_of_a_pdf_is_read_and_its_sidecar_dates_it(inbox):
    put(
        inbox,
        "flight.pdf",
        pdf(
            "More than 60,000 people fled their homes in Idlib between",
            "November 1 and December 24, UNHCR said on Thursday.",
        ),
    )
    put(inbox, "flight.toml", 'published = "2018-01-08"\npublisher = "Levant Dispatch"\n')
    [row] = parse(inbox).statements.to_dict("records")
    assert (row["counter"], row["stated"], row["publisher"]) == ("UNHCR", 60_000, "Levant Dispatch")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.txt", "", "the file is empty"),
        ("a.txt", " \n\t\n", "the file is empty"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\xff\xd8", "this is not UTF-8 text"),
        ("a.txt", b"PK\x03\x04\x00\x00", "this is not text"),
        ("a.txt", SENTENCE, "no publication date; begin the text with a line"),
        ("a.txt", "published: soon\n\n" + SENTENCE, "its publication date cannot be read"),
        ("a.txt", "published: 2018-02-30\n\n" + SENTENCE, "is no day of the calendar"),
        pytest.param("a.html", b"\x00\x01\x02", "no article was found", marks=needs_html),
        pytest.param("a.html", "<html><body></body></html>", "no article", marks=needs_html),
        pytest.param("a.pdf", b"not a PDF", "this is not a readable PDF", marks=needs_pdf),
        pytest.param("a.pdf", pdf("x")[:200], "this is not a readable PDF", marks=needs_pdf),
        pytest.param("a.pdf", pdf(), "the file holds no text", marks=needs_pdf),
    ],
)
def test_a_file_that_gives_no_text_or_no_date_is_one_rejection(inbox, name, content, words):
    put(inbox, name, content)
    rejection = refused(inbox)
    assert rejection.file == f"reports/{name}"
    assert words in rejection.reason


def test_a_broken_sidecar_is_named(inbox):
    put(inbox, "a.txt", HEADER + SENTENCE)
    put(inbox, "a.toml", "published = \n")
    assert "its sidecar is no TOML file; look at line 1" in refused(inbox).reason


def test_a_report_that_cannot_be_opened_costs_no_other_report(inbox):
    (inbox / "reports" / "a.txt").mkdir()
    put(inbox, "b.txt", HEADER + SENTENCE)
    [rejection, answer] = fetch(inbox)
    assert "the file cannot be opened" in rejection.reason
    assert isinstance(answer, Answer)


def test_other_files_hidden_ones_and_a_missing_folder_are_no_reports(inbox):
    for name in (".hidden.txt", "notes.md", "flight.toml"):
        put(inbox, name, HEADER + SENTENCE)
    assert fetch(inbox) == []
    assert fetch(inbox / "nowhere") == []


def test_a_text_without_figures_says_so(inbox):
    put(inbox, "quiet.txt", HEADER + "The roads were empty, and nobody came.\n")
    [rejection] = parse(inbox).rejections
    assert rejection.check == "no_figures"
    assert rejection.reason == ("reports/quiet.txt: none of its 0 numbers is a displacement figure")


@pytest.mark.parametrize("name", ["named.txt", "named.html"])
def test_the_name_of_a_private_speaker_is_nowhere_in_the_store(inbox, store, reference, name):
    if name.endswith(".html"):
        pytest.importorskip("trafilatura")
        title, _, body = NAMED.partition("\n\n")
        page = HTML.replace("Families flee", title.partition("\n")[0].removeprefix("title: "))
        put(inbox, name, page.replace(SENTENCE, body))
    else:
        put(inbox, name, NAMED)
    outcome = take_in_all(store, inbox, reference, sources=["documents"])["documents"]
    assert outcome.accepted >= 1
    assert holds(store, "volunteers")
    for secret in ("Yusuf", "Haddad", "933 123"):
        assert holds(store, secret) == []


def test_the_same_text_has_the_same_record_ids_wherever_a_figure_stands(inbox):
    put(inbox, "a.txt", HEADER + SENTENCE)
    [first] = parse(inbox).statements["source_record_id"]
    put(inbox, "a.txt", HEADER + "Snow fell on the camps.\n\n" + SENTENCE)
    [moved] = parse(inbox).statements["source_record_id"]
    assert moved == first


MESSAGE = f"""From: Mona Example <mona@volunteers.example>
To: desk@agency.example
Subject: Mona Example on Idlib
Date: Mon, 08 Jan 2018 09:30:00 +0200
Content-Type: text/plain; charset=utf-8

Dear all,

{SENTENCE}

Best regards,
Mona Example
+963 933 123 456
"""


def test_an_e_mail_gives_its_text_and_day_and_names_nobody(inbox):
    put(inbox, "statement.eml", MESSAGE)
    body = landed(inbox)
    assert body["published"] == "2018-01-08"
    assert SENTENCE in body["text"]
    assert "Mona" not in json.dumps(body)
    assert "@" not in json.dumps(body)


def test_an_e_mail_without_text_says_so(inbox):
    put(inbox, "empty.eml", MESSAGE.split("\n\n", maxsplit=1)[0] + "\n\n")
    assert "holds no text" in refused(inbox).reason


def test_text_in_two_encodings_is_refused_with_the_place(inbox):
    put(inbox, "mixed.txt", (HEADER + SENTENCE).encode() + "Idlib: évacués".encode("cp1252"))
    assert "byte" in refused(inbox).reason


def test_utf_16_with_its_mark_is_read(inbox):
    put(inbox, "wide.txt", (HEADER + SENTENCE).encode("utf-16"))
    assert SENTENCE in landed(inbox)["text"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_an_encoding_is_known_by_its_mark(inbox, encoding):
    put(inbox, "marked.txt", (HEADER + SENTENCE).encode(encoding))
    assert landed(inbox)["text"] == HEADER + SENTENCE


def test_wide_letters_without_their_mark_are_named(inbox):
    put(inbox, "wide.txt", (HEADER + SENTENCE).encode("utf-16-le"))
    assert "UTF-16 without its mark" in refused(inbox).reason


def test_text_that_breaks_off_within_a_letter_names_its_own_encoding(inbox):
    put(inbox, "cut.txt", (HEADER + SENTENCE).encode("utf-16") + b"x")
    assert "this is not UTF-16 text" in refused(inbox).reason


@pytest.mark.parametrize("encoding", ["cp1252", "cp1256", "latin-1"])
def test_other_encodings_are_never_guessed(inbox, encoding):
    put(inbox, "old.txt", (HEADER + SENTENCE + " évacués à pied").encode(encoding, "replace"))
    assert "save it as UTF-8" in refused(inbox).reason


def test_characters_that_nobody_sees_are_no_text(inbox):
    put(inbox, "unseen.txt", "\u200b\u200e\n\ufeff\u2060")
    assert "holds no text" in refused(inbox).reason


@needs_pdf
def test_a_pdf_with_a_password_says_so(inbox):
    locked = pdf("x").replace(
        b"/Root 1 0 R",
        b"/Root 1 0 R /ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4"
        b" /O <%s> /U <%s> >>" % (b"11" * 32, b"22" * 32),
    )
    put(inbox, "locked.pdf", locked)
    assert "asks for a password" in refused(inbox).reason


def message(kind: str, content: bytes) -> bytes:
    """An e-mail of one part."""
    head = f"Date: Mon, 8 Jan 2018 10:00:00 +0000\nContent-Type: {kind}\n\n"
    return head.encode() + content


def test_an_e_mail_of_html_alone_is_read(inbox):
    put(inbox, "page.eml", message("text/html; charset=utf-8", f"<p>{SENTENCE}</p>".encode()))
    assert SENTENCE in landed(inbox)["text"]


def test_an_e_mail_in_an_encoding_that_it_names_is_read_in_it(inbox):
    content = f"{SENTENCE} évacués – à pied".encode("cp1252")
    put(inbox, "old.eml", message("text/plain; charset=windows-1252", content))
    assert "évacués – à pied" in landed(inbox)["text"]


@pytest.mark.parametrize("named", ["; charset=utf-8", "; charset=us-ascii", "", "; charset=x-none"])
def test_an_e_mail_that_is_not_in_its_encoding_is_refused_and_not_mangled(inbox, named):
    content = f"{SENTENCE} évacués".encode("cp1252")
    put(inbox, "wrong.eml", message(f"text/plain{named}", content))
    assert "nor in UTF-8" in (said := refused(inbox).reason) or "is not in UTF-8" in said


def test_attachments_of_an_e_mail_are_not_read(inbox):
    attached = "Content-Disposition: attachment; filename=more.txt"
    parts = [f"Content-Type: text/plain\n\n{SENTENCE}", f"{attached}\n\nSome 9,999 people fled."]
    body = "".join(f"--B\n{part}\n" for part in parts) + "--B--\n"
    put(inbox, "two.eml", message("multipart/mixed; boundary=B", body.encode()))
    assert "9,999" not in landed(inbox)["text"]
    assert SENTENCE in landed(inbox)["text"]


@needs_html
@pytest.mark.parametrize(
    "page",
    ["<script>var n = 60000;</script>", "<div>" * 5_000 + "60,000 fled", "<img src='60000.png'>"],
)
def test_a_page_without_an_article_says_so(inbox, page):
    put(inbox, "page.html", f"<html><body>{page}")
    assert "no article was found" in refused(inbox).reason


def test_a_file_beyond_all_reports_is_refused_by_its_size(inbox):
    put(inbox, "large.txt", b"x" * 50_000_001)
    assert "larger than 50 MB" in refused(inbox).reason


def test_a_language_without_rules_is_refused_with_those_that_have_some(inbox):
    put(inbox, "other.txt", HEADER.replace("\n\n", "\nlanguage: xx\n\n") + SENTENCE)
    assert "no rules for the language “xx”" in refused(inbox).reason
