"""What does OCHA's HDX HAPI say of displaced people, refugees and returnees?

A source over the wire that copies IOM's DTM and UNHCR's annual table: every figure names the
record that it copies, and speaks only where that one is not there.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import msgspec
import pydantic

from displacement.sources.hdx_hapi.displaced import displaced_people
from displacement.sources.hdx_hapi.people import INTERNAL, MEANINGS, people_abroad
from displacement.sources.iom_dtm.rounds import Preferences, preferences
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
from displacement.sources.wire import Allowed, Client, Query, allowed_by, ask_all, only_allowed
from displacement.windows import Window
from displacement_schemas.hdx_hapi_idps_rows import HdxHapiIdpsRows
from displacement_schemas.hdx_hapi_people_rows import HdxHapiPeopleRows

SOURCE_ID: Final = "hdx_hapi"
MOST_ROWS: Final = 10_000
"""No answer has more: a longer list is cut there without a word."""
IDPS: Final = "idps"
ROLES: Final = ("origin", "asylum")


@pydantic.dataclasses.dataclass(frozen=True, config=pydantic.ConfigDict(extra="forbid"))
class Tables:
    """What the options say of the tables, beside what they say of rounds."""

    idps: bool = True
    population_groups: tuple[str, ...] = ("REF", "RET", "RDP")
    page_rows: int = pydantic.Field(default=MOST_ROWS, ge=1, le=MOST_ROWS)


class HdxHapi:
    """HAPI v2, country by country: a query without a country would be cut at its 10,000th row."""

    source_id = SOURCE_ID
    lists_files = False

    def fetch(self, request: Request) -> Iterator[Answer | Rejection | Failure]:
        """Ask for every configured country, table, population group and side."""
        declared, tables = _options(request.declaration)
        identifier = request.secret("app_identifier")
        client = Client(request, headers={"X-HDX-HAPI-APP-IDENTIFIER": identifier})
        queries = [
            Query(name, (path, parameters | _window(request.days(name))), request.days(name))
            for country in request.declaration.countries
            for name, path, parameters in _questions(country, declared, tables)
        ]
        models = (HdxHapiIdpsRows, HdxHapiPeopleRows)
        allowed = allowed_by(models, request.declaration, rows=["data"])
        yield from ask_all(client, queries, partial(_pages, client, tables.page_rows, allowed))

    def parse(self, landed: Landed, declaration: Declaration) -> Parsed:
        """Read one page."""
        declared, _ = _options(declaration)
        _, country, table, *role = landed.name.split("/")
        if table == IDPS:
            return displaced_people(landed, declaration, country, declared)
        return people_abroad(landed, declaration, country, table, role[0])


SOURCE = HdxHapi()


def _options(declaration: Declaration) -> tuple[Preferences, Tables]:
    names = set(Tables.__dataclass_fields__)
    mine = {name: value for name, value in declaration.options.items() if name in names}
    rest = {name: value for name, value in declaration.options.items() if name not in names}
    try:
        tables = Tables(**mine)
    except pydantic.ValidationError as wrong:
        raise SourceError(f"[sources.{SOURCE_ID}.options] cannot be understood: {wrong}") from None
    strange = [one for one in tables.population_groups if one not in MEANINGS]
    if strange:
        raise SourceError(
            f"[sources.{SOURCE_ID}.options]: {strange[0]!r} is no population group that can be "
            f"read; there are: {', '.join(MEANINGS)}"
        )
    return preferences(SOURCE_ID, rest), tables


def _questions(
    country: str, declared: Preferences, tables: Tables
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The name of each query, the path, and what it is asked with."""
    if tables.idps:
        parameters = {"location_code": country, "admin_level": declared.admin_level}
        yield f"{SOURCE_ID}/{country}/{IDPS}", f"affected-people/{IDPS}", parameters
    for group in tables.population_groups:
        for role in ROLES[:1] if group in INTERNAL else ROLES:
            yield (
                f"{SOURCE_ID}/{country}/{group}/{role}",
                f"affected-people/{MEANINGS[group].table}",
                {
                    f"{role}_location_code": country,
                    "population_group": group,
                    "gender": "all",
                    "age_range": "all",
                },
            )


def _window(days: Window) -> dict[str, str]:
    return {"start_date": days.first.isoformat(), "end_date": days.last.isoformat()}


def _pages(client: Client, page_rows: int, allowed: Allowed, query: Query) -> Iterator[Answer]:
    """All pages of a query: the last one is the first that is not full.

    The server's window takes every row whose period overlaps it, so that the answer has all
    rows that end within the window, and speaks for them.
    """
    path, parameters = query.what
    offset, before = 0, None
    while True:
        reply = client.get(path, parameters | {"limit": page_rows, "offset": offset})
        told = reply.json()
        rows = told.get("data") if isinstance(told, dict) else None
        if not isinstance(rows, list):
            raise SourceError("the answer has another shape than usual: it has no data")
        if rows and rows == before:
            raise SourceError(f"the rows from {offset + 1} on repeat those before them")
        yield reply.answer(query, msgspec.json.encode(only_allowed(told, allowed)))
        if len(rows) < page_rows:
            return
        offset, before = offset + len(rows), rows
