"""What does UNHCR's Refugee Data Finder say of the configured countries, as origin and as asylum?

A source over the wire: years by pairs of countries. The newest year is a middle of the year until
the next June, under the same key that then holds its end.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

import pandas as pd
import pydantic
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
from displacement.sources.wire import Client, Query, ask_all, rows_of
from displacement.windows import Window
from displacement_schemas import Statements
from displacement_schemas.unhcr_rdf_rows import UnhcrRdfRows
from displacement_schemas.vocabulary import (
    STOCKS,
    AreaRole,
    Cause,
    DatePrecision,
    Measure,
    Modality,
    Quantifier,
    Term,
    Tier,
    Unit,
)

SOURCE_ID: Final = "unhcr_rdf"
PAGE: Final = "https://www.unhcr.org/refugee-statistics/"
MONTH_AND_DAY: Final = r"^\d{2}-\d{2}$"


class Endpoint(StrEnum):
    """Which table is asked for."""

    POPULATION = "population"
    SOLUTIONS = "solutions"


class Side(StrEnum):
    """Whether a country is asked for as the origin or as the asylum of the people."""

    ORIGIN = "origin"
    ASYLUM = "asylum"


class Population(StrEnum):
    """The columns that can become figures; each is named as UNHCR names it."""

    REFUGEES = "refugees"
    ASYLUM_SEEKERS = "asylum_seekers"
    OIP = "oip"
    IDPS = "idps"
    RETURNED_REFUGEES = "returned_refugees"
    RETURNED_IDPS = "returned_idps"


class _Meaning(NamedTuple):
    measure: Measure
    term: Term
    cause: Cause
    role: Mapping[Side, AreaRole]
    """Where the country that was asked for stands in the movement."""


_ABROAD: Final = {Side.ORIGIN: AreaRole.ORIGIN, Side.ASYLUM: AreaRole.DESTINATION}
_HOMEWARD: Final = {Side.ORIGIN: AreaRole.DESTINATION, Side.ASYLUM: AreaRole.ORIGIN}
_WITHIN: Final = dict.fromkeys(Side, AreaRole.LOCATION)
_REFUGEES: Final = _Meaning(Measure.REFUGEES, Term.REFUGEES, Cause.UNKNOWN, _ABROAD)

MEANINGS: Final[Mapping[Population, _Meaning]] = {
    Population.REFUGEES: _REFUGEES,
    Population.ASYLUM_SEEKERS: _REFUGEES,
    Population.OIP: _REFUGEES,
    Population.IDPS: _Meaning(Measure.IDPS, Term.DISPLACED, Cause.CONFLICT, _WITHIN),
    Population.RETURNED_REFUGEES: _Meaning(
        Measure.CROSS_BORDER_RETURN, Term.RETURNS, Cause.UNKNOWN, _HOMEWARD
    ),
    Population.RETURNED_IDPS: _Meaning(Measure.RETURN, Term.RETURNS, Cause.CONFLICT, _WITHIN),
}
INTERNAL: Final = (Population.IDPS, Population.RETURNED_IDPS)
"""People within their country: only rows whose origin is their asylum have them."""
SOLUTIONS: Final = (Population.RETURNED_REFUGEES, Population.RETURNED_IDPS)


@pydantic.dataclasses.dataclass(frozen=True, config=pydantic.ConfigDict(extra="forbid"))
class Options:
    """What the source's table `options` in sources.toml may say."""

    endpoints: tuple[Endpoint, ...] = tuple(Endpoint)
    sides: tuple[Side, ...] = tuple(Side)
    populations: tuple[Population, ...] = (Population.REFUGEES, *INTERNAL, SOLUTIONS[0])
    page_rows: int = pydantic.Field(default=10_000, ge=1)
    end_of_year_data_from: str = pydantic.Field(default="06-10", pattern=MONTH_AND_DAY)
    mid_year_data_from: str = pydantic.Field(default="10-01", pattern=MONTH_AND_DAY)
    doubtful_days: int = 21


class _Asked(NamedTuple):
    """What one query asks for; its name is the file of its figures."""

    country: str
    side: Side
    endpoint: Endpoint

    @property
    def name(self) -> str:
        return f"{SOURCE_ID}/{self.country}/{self.side}/{self.endpoint}"


class _Page(NamedTuple):
    number: int
    pages: int
    items: list[Any]


class _Reading(NamedTuple):
    """Which answer is read, and which of its columns."""

    asked: _Asked
    wanted: list[Population]
    sha256: str


class UnhcrRdf:
    """The Refugee Data Finder: stocks at the end (or middle) of a year, returns within it.

    A cell of zero makes no figure: the table has a zero wherever nothing above it was
    reported, and no record is not zero. Nor does "-", which says not collected.
    """

    source_id = SOURCE_ID
    lists_files = False

    def fetch(self, request: Request) -> Iterator[Answer | Rejection | Failure]:
        """Ask for every configured country, side and table, all pages of each."""
        options = _options(request.declaration)
        client = Client(request)
        yield from ask_all(
            client,
            _queries(request, options),
            lambda query: _pages(client, query, options.page_rows),
        )

    def parse(self, landed: Landed, declaration: Declaration) -> Parsed:
        """Read one page."""
        asked, options = _asked(landed.name), _options(declaration)
        if landed.retrieved_at is None:
            raise SourceError(f"{landed.name}: nothing says when it was retrieved")
        items = _document(landed.content)["items"]
        wanted = _wanted(asked, options)
        missing = _missing(items, wanted)
        if missing:
            why = f"{landed.name}: the column {', '.join(missing)} is missing from every row"
            gone = Rejection("unhcr_rdf_rows", landed.name, "missing_column", why)
            return Parsed(1, Statements.empty(), [gone], [why], held=why)
        rows = rows_of(UnhcrRdfRows, items, landed.name, declaration, nothing=("-",))
        _refuse_strangers(rows.frame, asked)
        days = {
            year: figures_of(year, landed.retrieved_at, options)
            for year in rows.frame["year"].unique().tolist()
        }
        early = rows.frame["year"].map({year: day is None for year, day in days.items()})
        early = early.astype(bool)
        taken = rows.frame[~early].reset_index(drop=True)
        dates = {year: day for year, day in days.items() if day is not None}
        return Parsed(
            rows_in=rows.rows_in,
            statements=_statements(taken, dates, _Reading(asked, wanted, landed.sha256)),
            rejections=[*rows.rejections, *_too_early(rows.frame[early], landed)],
            signals=[
                *rows.signals,
                *_doubts(dates, asked, landed.retrieved_at, options),
                *_misplaced(taken, landed.name, wanted),
            ],
            accepted=len(taken),
            held=rows.held,
        )


SOURCE = UnhcrRdf()


class Dates(NamedTuple):
    """The day that a year's stocks hold on and its returns end, and when they came out."""

    as_of: date
    published_on: date

    @property
    def mid_year(self) -> bool:
        """True where the year was not over."""
        return self.as_of.month < 12  # noqa: PLR2004 - December


def figures_of(year: int, retrieved_at: datetime, options: Options) -> Dates | None:
    """Which day the figures filed under a year are of; None where no figure can be so new.

    Before the June after it a year holds its middle. Nothing in the answer says so.
    """
    retrieved = retrieved_at.date()
    switch = _day(year + 1, options.end_of_year_data_from)
    if retrieved >= switch:
        return Dates(date(year, 12, 31), switch)
    middle = date(year, 6, 30)
    if retrieved <= middle:
        return None
    return Dates(middle, min(retrieved, _day(year, options.mid_year_data_from)))


def _day(year: int, month_and_day: str) -> date:
    return date.fromisoformat(f"{year}-{month_and_day}")


def _options(declaration: Declaration) -> Options:
    try:
        return Options(**declaration.options)
    except pydantic.ValidationError as wrong:
        problems = "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['msg'].lower()}" for one in wrong.errors()
        )
        raise SourceError(f"[sources.{SOURCE_ID}.options]: {problems}") from None


def _queries(request: Request, options: Options) -> Iterator[Query]:
    for endpoint in options.endpoints:
        for country in request.declaration.countries:
            for side in options.sides:
                asked = _Asked(country.upper(), side, endpoint)
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


def _pages(client: Client, query: Query, page_rows: int) -> Iterator[Answer]:
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
        reply = client.get(f"{asked.endpoint}/", parameters | {"page": len(before) + 1})
        document = _document(reply.body)
        page = _Page(len(before) + 1, document["maxPages"], document["items"])
        _refuse_page(page, before)
        yield reply.answer(query)
        before.append(page)


def _document(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except ValueError:
        raise SourceError("the answer is no JSON") from None
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


def _asked(name: str) -> _Asked:
    _, country, side, endpoint = name.split("/")
    return _Asked(country, Side(side), Endpoint(endpoint))


def _wanted(asked: _Asked, options: Options) -> list[Population]:
    """The columns that this answer speaks for.

    A country's displaced people stand in both of its answers; they are read from one.
    """
    has = tuple(Population) if asked.endpoint == Endpoint.POPULATION else SOLUTIONS
    inside = asked.side == Side.ORIGIN or Side.ORIGIN not in options.sides
    return [one for one in has if one in options.populations and (inside or one not in INTERNAL)]


def _missing(items: list[Any], wanted: list[Population]) -> list[str]:
    present = {name for one in items if isinstance(one, dict) for name in one}
    return [one.value for one in wanted if one not in present] if items else []


def _refuse_strangers(rows: DataFrame[UnhcrRdfRows], asked: _Asked) -> None:
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
    dates: Mapping[int, Dates], asked: _Asked, retrieved_at: datetime, options: Options
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
        if abs(retrieved - _day(year + 1, options.end_of_year_data_from)) <= near
    ]


def _misplaced(rows: DataFrame[UnhcrRdfRows], file: str, wanted: list[Population]) -> list[str]:
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


def _statements(
    rows: DataFrame[UnhcrRdfRows], dates: Mapping[int, Dates], reading: _Reading
) -> DataFrame[Statements]:
    """One statement for every cell above zero."""
    name = reading.asked.name
    dated = rows.assign(
        as_of=rows["year"].map({year: one.as_of for year, one in dates.items()}),
        published_on=rows["year"].map({year: one.published_on for year, one in dates.items()}),
        file=rows["year"].map(
            {year: f"{name}/mid-{year}" if one.mid_year else name for year, one in dates.items()}
        ),
    )
    parts = [_of_population(dated, one, reading) for one in reading.wanted]
    filled = [part for part in parts if len(part)]
    if not filled:
        return Statements.empty()
    return Statements.validate(pd.concat(filled, ignore_index=True), lazy=True)


def _of_population(
    rows: pd.DataFrame, population: Population, reading: _Reading
) -> DataFrame[Statements]:
    asked = reading.asked
    meaning = MEANINGS[population]
    counted = rows[population.value].gt(0).fillna(value=False).astype(bool)
    if population in INTERNAL:
        counted &= rows["coo_iso"] == rows["coa_iso"]
    cells = rows[counted].reset_index(drop=True)
    if cells.empty:
        return Statements.empty()
    stock = meaning.measure in STOCKS
    own, other = ("coo", "coa") if asked.side == Side.ORIGIN else ("coa", "coo")
    days = cells["as_of"].astype("string")
    numbers = cells[population.value]
    same = {
        "counter": "UNHCR",
        "publisher": "UNHCR",
        "measure": meaning.measure.value,
        "term": meaning.term.value,
        "cause": meaning.cause.value,
        "modality": Modality.ASSERTED.value,
        "unit": Unit.PERSON.value,
        "quantifier": Quantifier.EXACT.value,
        "in_words": False,
        "date_precision": (DatePrecision.DAY if stock else DatePrecision.YEAR).value,
        "area_codes": asked.country,
        "area_role": meaning.role[asked.side].value,
        "tier": Tier.ACCEPTED.value,
        "url": PAGE,
        "landing_sha256": reading.sha256,
        "rule_id": f"{SOURCE_ID}.{population}",
    }
    begins = pd.Series([date(year, 1, 1) for year in cells["year"].to_list()], dtype=object)
    return Statements.build(
        {
            "source_record_id": (
                _partition(asked, asked.endpoint, days, meaning.measure)
                + f"/{population}/"
                + cells[f"{other}_iso"].astype("string")
            ),
            "partition_id": _partition(asked, asked.endpoint, days, meaning.measure),
            "derived_from_record": (
                _partition(asked, Endpoint.POPULATION, days, meaning.measure)
                if asked.endpoint == Endpoint.SOLUTIONS
                else [None] * len(cells)
            ),
            "stated": numbers.astype("float64"),
            "start_date": cells["as_of"] if stock else begins,
            "end_date": cells["as_of"],
            "published_on": cells["published_on"],
            "area_text": cells[f"{own}_name"].str.strip().fillna(asked.country),
            "quote": (
                cells["year"].astype("string")
                + " "
                + cells["coo_iso"].astype("string")
                + " → "
                + cells["coa_iso"].astype("string")
                + f" {population} "
                + numbers.astype("string")
            ),
            "file": cells["file"],
            "row": cells["row"],
            **{name: [value] * len(cells) for name, value in same.items()},
        }
    )


def _partition(
    asked: _Asked, endpoint: Endpoint, days: "pd.Series[str]", measure: Measure
) -> "pd.Series[str]":
    """Countries on the other side, and populations of one measure, are parts of one total."""
    before = f"{SOURCE_ID}:{endpoint}/{asked.side}/{asked.country}/"
    return before + days + f"/{measure}"
