"""What does UNHCR's Refugee Data Finder say of the configured countries, as origin and as asylum?

A source over the wire: years by pairs of countries. The newest year is a middle of the year until
the next June, under the same key that then holds its end.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import pandas as pd
from pandera.typing import DataFrame

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
from displacement.sources.unhcr_rdf.options import (
    INTERNAL,
    SOURCE_ID,
    Asked,
    Dates,
    Endpoint,
    Options,
    Population,
    Side,
    asked_by,
    dates_of,
    month_day,
    options_of,
    wanted_of,
)
from displacement.sources.unhcr_rdf.statements import Reading, statements_of
from displacement.sources.wire import (
    Allowed,
    Client,
    Query,
    allowed_by,
    ask_all,
    once,
    only_allowed,
    read_json,
    rows_of,
)
from displacement.windows import Window
from displacement_schemas import Statements
from displacement_schemas.unhcr_rdf_rows import UnhcrRdfRows


class _Page(NamedTuple):
    number: int
    pages: int
    items: list[Any]


class UnhcrRdf:
    """The Refugee Data Finder: stocks at the end (or middle) of a year, returns within it.

    A cell of zero makes no figure: the table has a zero wherever nothing above it was
    reported, and no record is not zero. Nor does "-", which says not collected.
    """

    source_id = SOURCE_ID
    lists_files = False

    def fetch(self, request: Request) -> Iterator[Answer | Rejection | Failure]:
        """Ask for every configured country, side and table, all pages of each."""
        options = options_of(request.declaration)
        client = Client(request)
        allowed = allowed_by(
            [UnhcrRdfRows], request.declaration, rows=["items"], beside=["page", "maxPages"]
        )
        yield from ask_all(
            client,
            _queries(request, options),
            lambda query: _pages(client, query, options.page_rows, allowed),
        )

    def parse(self, landed: Landed, declaration: Declaration) -> Parsed:
        """Read one page."""
        asked, options = asked_by(landed.name), options_of(declaration)
        if landed.retrieved_at is None:
            raise SourceError(f"{landed.name}: nothing says when it was retrieved")
        items = _document(landed.content)["items"]
        wanted = wanted_of(asked, options)
        missing = _missing(items, wanted)
        if missing:
            why = f"{landed.name}: the column {', '.join(missing)} is missing from every row"
            gone = Rejection("unhcr_rdf_rows", landed.name, "missing_column", why)
            return Parsed(1, Statements.empty(), [gone], [why], held=why)
        rows = rows_of(UnhcrRdfRows, items, landed.name, declaration, nothing=("-",))
        _refuse_strangers(rows.frame, asked)
        days = {
            year: dates_of(year, landed.retrieved_at, options)
            for year in rows.frame["year"].unique().tolist()
        }
        early = rows.frame["year"].map({year: day is None for year, day in days.items()})
        early = early.astype(bool)
        key = ("year", "coo_iso", "coa_iso")
        taken, again = once(rows.frame[~early], key, UnhcrRdfRows, landed.name)
        dates = {year: day for year, day in days.items() if day is not None}
        return Parsed(
            rows_in=rows.rows_in,
            statements=statements_of(taken, dates, Reading(asked, wanted, landed.sha256)),
            rejections=[*rows.rejections, *again, *_too_early(rows.frame[early], landed)],
            signals=[
                *rows.signals,
                *_doubts(dates, asked, landed.retrieved_at, options),
                *_misplaced(taken, landed.name, wanted),
            ],
            accepted=len(taken),
            held=rows.held,
        )


SOURCE = UnhcrRdf()


def _queries(request: Request, options: Options) -> Iterator[Query]:
    for endpoint in options.endpoints:
        for country in request.declaration.countries:
            for side in options.sides:
                asked = Asked(country.upper(), side, endpoint)
                years = _years(request.days(asked.name))
                if years:
                    covers = Window(date(years[0], 1, 1), date(years[-1], 12, 31))
                    yield Query(asked.name, (asked, years), covers)


def _years(days: Window) -> list[int]:
    """Years of which a figure can lie in the days: those have a first, middle or last day in it."""
    return [
        year
        for year in range(days.first.year, days.last.year + 1)
        if any(
            days.first <= day <= days.last
            for day in (date(year, 1, 1), date(year, 6, 30), date(year, 12, 31))
        )
    ]


def _pages(client: Client, query: Query, page_rows: int, allowed: Allowed) -> Iterator[Answer]:
    """All pages of a query. Raises SourceError where they do not make up one table."""
    asked, years = query.what
    own, other = ("coo", "coa") if asked.side == Side.ORIGIN else ("coa", "coo")
    parameters = {
        own: asked.country,
        f"{other}_all": "true",
        "cf_type": "ISO",
        "yearFrom": years[0],
        "yearTo": years[-1],
        "limit": page_rows,
    }
    before: list[_Page] = []
    while not before or before[-1].number < before[0].pages:
        number = before[-1].number + 1 if before else 1
        reply = client.get(f"{asked.endpoint}/", parameters | {"page": number})
        document = _document(reply.body)
        page = _Page(number, document["maxPages"], document["items"])
        _refuse_page(page, before)
        yield reply.answer(query, msgspec.json.encode(only_allowed(document, allowed)))
        before = [*before[:1], page]


def _document(content: bytes) -> dict[str, Any]:
    document = read_json(content)
    if not (
        isinstance(document, dict)
        and isinstance(document.get("items"), list)
        and isinstance(document.get("maxPages"), int)
    ):
        raise SourceError("the answer has another shape than usual: no items, or no maxPages")
    return document


def _refuse_page(page: _Page, before: list[_Page]) -> None:
    first = before[0] if before else page
    where = f"page {page.number} of {first.pages}"
    rows, usual = len(page.items), len(first.items)
    if page.pages != first.pages:
        raise SourceError(f"{where} says that there are {page.pages}: the table changed meanwhile")
    if (rows == 0) != (page.pages == 0):
        raise SourceError(f"{where} has {rows} rows")
    if before and page.items == before[-1].items:
        raise SourceError(f"{where} repeats the page before it")
    if rows > usual or (page.number < first.pages and rows < usual):
        raise SourceError(f"{where} has {rows} rows where the first one has {usual}")


def _missing(items: list[Any], wanted: list[Population]) -> list[str]:
    present = {name for one in items if isinstance(one, dict) for name in one}
    return [one.value for one in wanted if one not in present] if items else []


def _refuse_strangers(rows: DataFrame[UnhcrRdfRows], asked: Asked) -> None:
    """A parameter that the server does not understand is ignored without a word."""
    own = rows["coo_iso" if asked.side == Side.ORIGIN else "coa_iso"]
    others = sorted(set(own.unique()) - {asked.country})
    if others:
        raise SourceError(
            f"{asked.name}: it has rows of {', '.join(others[:3])}: the server did not understand "
            "which country it was asked for"
        )


def _too_early(rows: pd.DataFrame, landed: Landed) -> list[Rejection]:
    return [
        Rejection(
            "unhcr_rdf_rows",
            landed.name,
            "too_early",
            f"{landed.name}, row {number}: {year} had not come to its middle when it was asked",
            row=number,
            column="year",
            value=str(year),
        )
        for number, year in zip(rows["row"].to_list(), rows["year"].to_list(), strict=True)
    ]


def _doubts(
    dates: Mapping[int, Dates], asked: Asked, retrieved_at: datetime, options: Options
) -> list[str]:
    """A signal where the table may have changed from the middle to the end of its newest year."""
    if asked.endpoint != Endpoint.POPULATION:
        return []
    near = timedelta(days=options.doubtful_days)
    retrieved = retrieved_at.date()
    return [
        f"{asked.name}: {year} is dated {dates[year].as_of}, but the change from the middle to "
        f"the end of the year is near; check it, and set end_of_year_data_from"
        for year in sorted(dates)
        if abs(retrieved - month_day(year + 1, options.end_of_year_data_from)) <= near
    ]


def _misplaced(rows: pd.DataFrame, file: str, wanted: list[Population]) -> list[str]:
    abroad = rows["coo_iso"] != rows["coa_iso"]
    counts = {
        one: int((abroad & rows[one.value].gt(0).fillna(value=False)).sum())
        for one in INTERNAL
        if one in wanted
    }
    return [
        f"{file}: {count} rows have {one} outside of their own country; they were not read"
        for one, count in counts.items()
        if count
    ]
