"""What do reports on ReliefWeb say? Their texts and PDF files, read like every document.

API v2: reports of a country by the day they were last edited, which is the only watermark that
sees corrections. What is landed and how it is parsed is the documents source's.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from displacement.sources import documents
from displacement.sources.documents.files import Report, text_of_pdf
from displacement.sources.documents.unreadable import UnreadableError
from displacement.sources.source import (
    Answer,
    Declaration,
    Failure,
    Landed,
    Parsed,
    Rejection,
    Request,
    SourceError,
)
from displacement.sources.wire import AccessError, Client, Expected, Reply, rows_of
from displacement.windows import Window
from displacement_schemas.reliefweb_rows import ReliefwebRows

PAGE_SIZE: Final = 100
FIELDS: Final = (
    *("title", "body", "url_alias", "url", "date.original", "date.changed"),
    *("source.shortname", "source.name", "language.code", "file"),
)
PDF: Final = "application/pdf"

_LINK: Final = re.compile(r"!?\[([^\]]*)\]\([^)\s]*(?:\s+\"[^\"]*\")?\)")
_MARKS: Final = re.compile(r"(?m)^\s{0,3}(?:#{1,6}\s+|>\s?)|\*\*|__|(?<!\w)\*|\*(?!\w)")


class ReliefWeb:
    """Reports of the configured countries."""

    source_id = "reliefweb"
    lists_files = False

    def fetch(self, request: Request) -> Iterator[Answer | Rejection | Failure]:
        """Each report's text and PDF files; one that gives no text costs only itself."""
        client = Client(request, parameters={"appname": request.secret("appname")})
        files = Client(request)
        seen: set[str] = set()
        for country in request.declaration.countries:
            try:
                yield from _country(client, files, request, country, seen)
            except AccessError:
                raise
            except SourceError as down:
                yield Failure(_name(country), f"{_name(country)}: {down}")

    def parse(self, landed: Landed, declaration: Declaration) -> Parsed:
        """Extract figures; every other number is a rejection with its reason."""
        return documents.SOURCE.parse(landed, declaration)


SOURCE = ReliefWeb()


def _country(
    client: Client, files: Client, request: Request, country: str, seen: set[str]
) -> Iterator[Answer | Rejection | Failure]:
    for reply, entries in _pages(client, request, country):
        fresh = [entry for entry in entries if _id(entry) not in seen]
        seen.update(_id(entry) for entry in fresh)
        rows = rows_of(
            ReliefwebRows, [_row(one) for one in fresh], _name(country), request.declaration
        )
        yield from rows.rejections
        for row in rows.frame.to_dict("records"):
            attached = _listed(_table(fresh[row["row"] - 1].get("fields")).get("file"))
            too = request.declaration.options.get("attachments", True) or not _text(row)
            yield from _report(
                f"{_name(country)}/{row['id']}", row, reply, attached if too else [], files
            )


def _pages(client: Client, request: Request, country: str) -> Iterator[tuple[Reply, list[Any]]]:
    """Every page of a country's reports. Raises SourceError where one is missing or repeated."""
    size = int(request.declaration.options.get("page_size", PAGE_SIZE))
    asked = [*_filter(request, country), ("limit", str(size))]
    offset, before = 0, None
    while True:
        reply = client.get("reports", [*asked, ("offset", str(offset))])
        body = _table(reply.json())
        entries, total = body.get("data"), body.get("totalCount")
        if not isinstance(entries, list) or not isinstance(total, int):
            raise SourceError("the answer has no list of reports")
        ids = [_id(entry) for entry in entries]
        if ids and ids == before:
            raise SourceError("the same page came twice")
        yield reply, entries
        offset += len(entries)
        before = ids
        if offset >= total:
            return
        if not entries:
            raise SourceError(f"only {offset} of {total} reports came")


def _filter(request: Request, country: str) -> list[tuple[str, str]]:
    options = request.declaration.options
    conditions: list[tuple[str, Any]] = [
        ("primary_country.iso3", country),
        ("format.name", options.get("formats")),
        ("language.code", options.get("languages")),
        ("source.shortname", options.get("organisations")),
    ]
    asked = [("filter[operator]", "AND")]
    days = request.days(_name(country))
    # A backfill asks for what was published in its days, a refresh for what was edited since.
    field = "date.changed" if request.window is None else "date.original"
    number = 0
    for name, value in conditions:
        if not value:
            continue
        asked.append((f"filter[conditions][{number}][field]", name))
        several = isinstance(value, list)
        place = f"filter[conditions][{number}][value]" + ("[]" if several else "")
        asked += [(place, one) for one in (value if several else [value])]
        if several:
            asked.append((f"filter[conditions][{number}][operator]", "OR"))
        number += 1
    asked.append((f"filter[conditions][{number}][field]", field))
    asked += _between(f"filter[conditions][{number}][value]", days)
    asked += [("fields[include][]", name) for name in FIELDS]
    return [*asked, ("sort[]", "date.changed:asc")]


def _between(place: str, days: Window) -> list[tuple[str, str]]:
    """The only spelling of a time that the interface takes."""
    return [
        (f"{place}[from]", f"{days.first}T00:00:00+00:00"),
        (f"{place}[to]", f"{days.last}T23:59:59+00:00"),
    ]


def _row(entry: Any) -> Any:
    """The facts of a report out of the interface's nested lists; what is no report stays."""
    if not isinstance(entry, dict):
        return entry
    fields = _table(entry.get("fields"))
    when = _table(fields.get("date"))
    source, language = (
        next(iter(_listed(fields.get(name))), {}) for name in ("source", "language")
    )
    return {
        "id": _id(entry),
        "title": fields.get("title"),
        "body": fields.get("body"),
        "url": fields.get("url_alias") or fields.get("url"),
        "source": source.get("shortname") or source.get("name"),
        "language": language.get("code"),
        "original": when.get("original") or when.get("created"),
        "changed": when.get("changed"),
    }


def _id(entry: Any) -> str:
    return str(_table(entry).get("id"))


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _listed(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _report(
    name: str, row: dict[Any, Any], reply: Reply, attached: list[dict[str, Any]], files: Client
) -> Iterator[Answer | Rejection | Failure]:
    text = _text(row)
    if _day(row["original"]) is None:
        reason = f"{name}: it was published on “{row['original'][:40]}”, which is no day"
        yield Rejection(ReliefwebRows.table_name(), name, "readable", reason, column="original")
        return
    if text:
        yield _answer(name, f"{row['title']}\n\n{text}", row, reply)
    for file in attached:
        if file.get("mimetype") == PDF and isinstance(file.get("url"), str):
            yield _attachment(f"{name}/{file.get('id')}", file["url"], row, files)


def _attachment(
    name: str, url: str, row: dict[Any, Any], files: Client
) -> Answer | Rejection | Failure:
    try:
        reply = files.get(url, expected=Expected.PDF)
        text = text_of_pdf(reply.body)
    except SourceError as down:
        return Failure(name, f"{name}: {down}")
    except UnreadableError as wrong:
        return Rejection(documents.SCHEMA, name, "unreadable", f"{name}: {wrong}")
    if not text.strip():
        return Rejection(documents.SCHEMA, name, "unreadable", f"{name}: the PDF holds no text")
    return _answer(name, text, row, reply)


def _answer(name: str, text: str, row: dict[Any, Any], reply: Reply) -> Answer:
    report = Report(
        text=text,
        published=_day(row["original"]),
        publisher=row["source"] if isinstance(row["source"], str) else None,
        lang=row["language"] if isinstance(row["language"], str) else "en",
        url=row["url"] if isinstance(row["url"], str) else None,
    )
    content = documents.landing_of(report)
    return Answer(name, reply.url, "application/json", content, reply.status)


def _day(moment: str) -> date | None:
    try:
        return date.fromisoformat(moment[:10])
    except ValueError:
        return None


def _text(row: dict[Any, Any]) -> str:
    """The text without the signs of Markdown; addresses behind words would only add numbers."""
    markdown = row["body"] if isinstance(row["body"], str) else ""
    return _MARKS.sub("", _LINK.sub(r"\1", markdown)).strip()


def _name(country: str) -> str:
    return f"reliefweb/{country}"
