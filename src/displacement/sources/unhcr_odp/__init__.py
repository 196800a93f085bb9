"""What do the series of UNHCR's Operational Data Portal say? Each means what its user declares.

A source over the wire: the JSON behind the portal's widgets, which does not say whether a number
is a stock, a flow or a count since some day.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import msgspec

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
from displacement.sources.unhcr_odp.series import Endpoint, Kind, PortalSeries, series_of
from displacement.sources.unhcr_odp.statements import SOURCE_ID, Reading, part_of, place_of
from displacement.sources.wire import (
    Client,
    Query,
    allowed_by,
    ask_all,
    only_allowed,
    read_json,
    rows_of,
)
from displacement.windows import Window
from displacement_schemas import Statements
from displacement_schemas.unhcr_odp_rows import UnhcrOdpRows

PATHS: Final = {
    Endpoint.TIMESERIES: "get/timeseries",
    Endpoint.SUBLOCATION: "get/sublocation",
    Endpoint.ORIGIN: "get/origin",
    Endpoint.ROOT: "./",
}
ROWS_AT: Final = ("data", "timeseries")
RUNNING: Final = "C"
"""The portal's code of a running total: a stock or a cumulative count, never a flow."""
CODE: Final = "pop_frequency_cumulative_code"
DAY_COLUMNS: Final = frozenset({"data_date", "date", "year"})


class UnhcrOdp:
    """The configured series, one query each.

    Only a time series withdraws what it no longer has: the other endpoints give the newest
    figure of each area and never speak of older ones.
    """

    source_id = SOURCE_ID
    lists_files = False

    def fetch(self, request: Request) -> Iterator[Answer | Rejection | Failure]:
        """Ask for every series."""
        queries = [
            query
            for series in series_of(request.declaration)
            if (query := _query(series, request)) is not None
        ]
        client = Client(request)
        yield from ask_all(client, queries, lambda query: [_answer(client, query, request)])

    def parse(self, landed: Landed, declaration: Declaration) -> Parsed:
        """Read one series as its configuration declares it."""
        name = landed.name.partition("/")[2]
        found = [one for one in series_of(declaration) if one.name == name]
        if not found:
            raise SourceError(f"{landed.name}: no series of this name is configured any more")
        if landed.retrieved_at is None:
            raise SourceError(f"{landed.name}: nothing says when it was retrieved")
        document = _document(landed.content)
        records = _records(document)
        doubt = _doubt(document, records, found[0])
        if doubt:
            why = f"{landed.name}: {doubt}: nothing of it was recorded"
            refused = [Rejection("unhcr_odp_rows", landed.name, "contradiction", why)]
            rejections = refused if records else []
            return Parsed(len(rejections), Statements.empty(), rejections, [why], held=why)
        rows = rows_of(UnhcrOdpRows, records, landed.name, declaration, nothing=("", "-"))
        reading = Reading(found[0], landed, declaration)
        statements, undated = reading.statements(rows.frame)
        return Parsed(
            rows_in=rows.rows_in,
            statements=statements,
            rejections=[*rows.rejections, *undated],
            signals=rows.signals,
            accepted=len(rows.frame) - len(undated),
            held=rows.held,
        )


SOURCE = UnhcrOdp()


def _query(series: PortalSeries, request: Request) -> Query | None:
    """What to ask for a series; None where a backfill's window has none of its figures."""
    name = f"{SOURCE_ID}/{series.name}"
    if series.kind == Kind.CUMULATIVE:
        window = request.window
        if window and series.since and not window.first <= series.since <= window.last:
            return None
        return Query(name, (series, {"fromDate": series.since}))
    if series.endpoint != Endpoint.TIMESERIES:
        return Query(name, (series, {"fromDate": series.since}))
    days = request.days(name)
    last = min(series.step.last_day(days.last), request.now.date())
    whole = Window(series.step.first_day(days.first), max(last, days.first))
    return Query(name, (series, {"fromDate": whole.first, "toDate": whole.last}), whole)


def _answer(client: Client, query: Query, request: Request) -> Answer:
    series, days = query.what
    reply = client.get(PATHS[series.endpoint], [*series.parameters(), *_texts(days)])
    if series.endpoint != Endpoint.TIMESERIES:
        _refuse_shrunk(_records(_document(reply.body)), series, query.name, request)
    beside = (CODE, "population_groups")
    allowed = allowed_by([UnhcrOdpRows], request.declaration, rows=ROWS_AT, beside=beside)
    document = only_allowed(_document(reply.body), allowed)
    return reply.answer(query, msgspec.json.encode(document))


def _texts(days: Mapping[str, date | None]) -> list[tuple[str, str]]:
    return [(name, day.isoformat()) for name, day in days.items() if day is not None]


def _refuse_shrunk(
    records: Sequence[Any], series: PortalSeries, name: str, request: Request
) -> None:
    """Too many areas gone at once is a fault of the portal; an empty answer is told by parse.

    Areas whose newest figure is older than a stock is carried were gone before.
    """
    live = request.now.date() - timedelta(days=request.declaration.stock_expiry_days)
    known = [file.rpartition("@") for file in request.known if file.startswith(f"{name}/")]
    before = {place for place, _, day in known if day >= live.isoformat()}
    now = {
        f"{name}/{place_of(one, series)}/{part_of(one, series)}"
        for one in records
        if isinstance(one, Mapping)
    }
    gone = before - now
    if now and len(gone) > max(1, request.declaration.most_vanished * len(before)):
        raise SourceError(f"{len(gone)} of {len(before)} areas or origins are gone at once")


def _document(content: bytes) -> dict[str, Any]:
    document = read_json(content)
    if not isinstance(document, dict) or "data" not in document:
        raise SourceError("the answer has another shape than usual: it has no data")
    return document


def _records(document: Mapping[str, Any]) -> list[Any]:
    data = document["data"]
    rows = data.get("timeseries") if isinstance(data, dict) else data
    if not isinstance(rows, list):
        raise SourceError("the answer has another shape than usual: its data are no rows")
    return rows


def _doubt(document: Mapping[str, Any], records: list[Any], series: PortalSeries) -> str | None:
    """Why the whole answer cannot be what the series is declared to be."""
    if not records:
        return "it has no rows (wrong ids are answered so, too)"
    rows = [one for one in records if isinstance(one, Mapping)]
    if not any(DAY_COLUMNS & one.keys() for one in rows):
        return "no row of it has a date"
    running = series.kind != Kind.FLOW
    codes = sorted(code for code in _codes([document, *rows]) if (code == RUNNING) != running)
    if codes:
        return (
            f"it is declared a {series.kind}, but the portal calls it {', '.join(codes)} "
            f"(C: a running total)"
        )
    return None


def _codes(places: Sequence[Mapping[str, Any]]) -> set[str]:
    """Every code of a running total or not, wherever the answer says one."""
    groups = [
        group
        for one in places
        if isinstance(one.get("population_groups"), list)
        for group in one["population_groups"]
        if isinstance(group, Mapping)
    ]
    values = [one.get(CODE) for one in [*places, *groups]]
    listed = [one for value in values for one in (value if isinstance(value, list) else [value])]
    return {one for one in listed if isinstance(one, str) and one}
