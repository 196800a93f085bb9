"""Stand-in of HDX HAPI v2: derived copies of DTM and of UNHCR, overlap filters, a silent cap."""

import base64
import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import ClassVar

from tests.servers.core import StandIn
from tests.servers.dtm import DtmServer
from tests.servers.exchange import Answer, Json, Request, html_answer, json_answer
from tests.servers.places import COUNTRIES
from tests.servers.rdf import RdfServer

Row = dict[str, Json]

CAP = 10_000
FORMATS = (
    (r"\d{4}", "%Y"),
    (r"\d{4}-\d{2}", "%Y-%m"),
    (r"\d{4}-\d{2}-\d{2}", "%Y-%m-%d"),
    (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}", "%Y-%m-%dT%H:%M:%S"),
)
UNMATCHED = {"HT0542", "HT0551"}  # provider's names that HAPI could not match to a P-code
GROUPS = {
    "REF": "refugees", "ASY": "asylum_seekers", "OOC": "ooc", "OIP": "oip", "HST": "hst",
    "STA": "stateless", "IOC": "idps",
}  # fmt: skip
RETURNS = {"RET": "returned_refugees", "RDP": "returned_idps"}
MOST_PAIRS = 100_000
RESOURCES = {
    "idps": "12345678-0000-4000-8000-000000000001",
    "refugees-persons-of-concern": "12345678-0000-4000-8000-000000000002",
    "returnees": "12345678-0000-4000-8000-000000000003",
}
EQUAL = {"admin_level", "population_group", "gender", "age_range"}
ALSO_EQUAL = ("_ref", "has_hrp", "in_gho")


class HapiServer(StandIn):
    """hapi.humdata.org/api/v2: affected-people and metadata.

    `rows` and `seed` are those of the DtmServer and the RdfServer whose figures it copies (at
    most 100,000 pair rows of the latter). Any identifier that decodes to "app:mail" is good.
    User-Agents that begin like one of `refused_agents` get 406.
    """

    name: ClassVar[str] = "hapi"
    source_id: ClassVar[str] = "hapi"
    base_path: ClassVar[str] = "/api/v2"
    own_kinds: ClassVar[dict[str, str]] = {"invalid_data": "500 with an error_sample_list"}

    def __init__(
        self,
        *,
        rows: int = 1000,
        seed: int = 1,
        refused_agents: Sequence[str] = ("python-requests", "Python-urllib"),
        key: str = "",
        port: int = 0,
    ) -> None:
        super().__init__(key=key or encoded("displacement", "team@example.org"), port=port)
        self.refused_agents = tuple(refused_agents)
        self._dtm = DtmServer(rows=rows, seed=seed)
        self._rdf = RdfServer(rows=min(rows, MOST_PAIRS), seed=seed)

    @cached_property
    def idps(self) -> list[Row]:
        """All rows of idps: DTM's totals at three levels."""
        tables = ((level, self._dtm.rows_of_level(level, version=2)) for level in (0, 1, 2))
        return [_idps(row, level) for level, table in tables for row in table]

    @cached_property
    def refugees(self) -> list[Row]:
        """All rows of refugees-persons-of-concern: UNHCR's pair rows, one row per group."""
        rows = _groups(self._rdf.rows, GROUPS, "refugees-persons-of-concern")
        return [part for row in rows for part in (row, *_by_gender(row))]

    @cached_property
    def returnees(self) -> list[Row]:
        """All rows of returnees."""
        return _groups(self._rdf.rows, RETURNS, "returnees")

    def refuse(self, request: Request) -> Answer:
        """The error of an identifier that is not good."""
        return json_answer({"error": "Invalid app identifier"}, 403)

    def special(self, order: object, request: Request) -> Answer:
        """A row in the database broke the contract of the interface."""
        message = "Internal Server Error. Response data is invalid."
        return json_answer({"error_sample_list": ["population"], "error": message}, 500)

    def respond(self, request: Request) -> Answer:
        """User-Agent, identifier, path, parameters: in this order."""
        if request.header("user-agent").startswith(self.refused_agents):
            return html_answer("406 Not Acceptable", "<h1>Not Acceptable</h1>", 406)
        path = request.path.rstrip("/").removeprefix(self.base_path)
        if path == "/encode_app_identifier":
            return _identifier(request)
        if path == "/util/version":
            return json_answer({"api_version": "0.9.9", "hapi_sqlalchemy_schema_version": "0.9.9"})
        return self._refusal(request) or self._table(path, request)

    def _refusal(self, request: Request) -> Answer | None:
        given = request.value("app_identifier") or request.header("x-hdx-hapi-app-identifier")
        if not given:
            return json_answer({"error": "Missing app identifier"}, 403)
        return None if _is_identifier(given) else self.refuse(request)

    def _table(self, path: str, request: Request) -> Answer:
        tables: dict[str, Callable[[], list[Row]]] = {
            "/affected-people/idps": lambda: self.idps,
            "/affected-people/refugees-persons-of-concern": lambda: self.refugees,
            "/affected-people/returnees": lambda: self.returnees,
            "/metadata/location": _locations,
            "/metadata/admin1": lambda: _areas(self.idps, 1),
            "/metadata/admin2": lambda: _areas(self.idps, 2),
            "/metadata/resource": _resources,
        }
        if path not in tables:
            return json_answer({"detail": "Not Found"}, 404)
        return _page(request, self.visible(tables[path](), request))


def encoded(application: str, mail: str) -> str:
    """The identifier of an application."""
    return base64.b64encode(f"{application}:{mail}".encode()).decode()


def _identifier(request: Request) -> Answer:
    application, mail = request.value("application") or "", request.value("email") or ""
    identifier = encoded(application, mail)
    if not _is_identifier(identifier):
        return _unprocessable("value_error", "email", "value is not a valid email address", mail)
    return json_answer({"encoded_app_identifier": identifier})


def _is_identifier(text: str) -> bool:
    try:
        plain = base64.b64decode(text, validate=True).decode()
    except ValueError:
        return False
    return re.fullmatch(r"[^:]+:[^@\s]+@[^@\s]+\.[A-Za-z]{2,}", plain) is not None


def _page(request: Request, rows: Sequence[Row]) -> Answer:
    for name in ("limit", "offset", "admin_level", "population_min", "population_max"):
        text = request.value(name)
        if text is not None and not text.isdecimal():
            message = "Input should be a valid integer, unable to parse string as an integer"
            return _unprocessable("int_parsing", name, message, text)
    limit = request.whole("limit", CAP)
    if limit > CAP:
        message = f"Input should be less than or equal to {CAP}"
        return _unprocessable("less_than_equal", "limit", message, str(limit))
    if request.value("admin_level") == "0" and any("provider" in name for name in request.query):
        return json_answer({"error": "A provider name needs admin_level 1 or 2."}, 400)
    try:
        first = _bound(request, "start_date", end=False)
        last = _bound(request, "end_date", end=True)
    except ValueError as problem:
        return json_answer({"error": str(problem)}, 400)
    found = [row for row in rows if _overlaps(row, first, last) and _matches(row, request)]
    offset = request.whole("offset", 0)
    part = found[offset : offset + (limit or 1000)]
    return _csv(part) if request.value("output_format") == "csv" else json_answer({"data": part})


def _unprocessable(kind: str, name: str, message: str, given: str) -> Answer:
    problem = {"type": kind, "loc": ["query", name], "msg": message, "input": given}
    return json_answer({"detail": [problem]}, 422)


def _bound(request: Request, name: str, *, end: bool) -> str | None:
    """A date bound as ISO text; the end is that of the year, month or day given, exclusive."""
    text = request.value(name)
    if not text:
        return None
    for unit, (pattern, form) in enumerate(FORMATS):
        if re.fullmatch(pattern, text):
            moment = dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC)
            return (_next(moment, unit) if end else moment).strftime(FORMATS[-1][1])
    raise ValueError(
        f"Invalid {name} format. Use YYYY, YYYY-MM, YYYY-MM-DD, or YYYY-MM-DDTHH:MM:SS"
    )


def _next(moment: dt.datetime, unit: int) -> dt.datetime:
    if unit == 0:
        return moment.replace(year=moment.year + 1)
    if unit == 1:
        return (moment + dt.timedelta(days=31)).replace(day=1)
    return moment + (dt.timedelta(days=1) if unit == 2 else dt.timedelta(seconds=1))


def _overlaps(row: Row, first: str | None, last: str | None) -> bool:
    if "reference_period_start" not in row:
        return True
    begins, ends = row["reference_period_start"], row["reference_period_end"]
    return (first is None or ends is None or ends >= first) and (last is None or begins < last)


def _matches(row: Row, request: Request) -> bool:
    """Codes as patterns in any case, names by what they contain, the rest by equality."""
    return all(_holds(row, name, values[0]) for name, values in request.query.items())


def _holds(row: Row, name: str, wanted: str) -> bool:
    if name in {"population_min", "population_max"}:
        people = int(row["population"])
        return people >= int(wanted) if name.endswith("min") else people < int(wanted)
    if name not in row:
        return True
    text = str(row[name] if row[name] is not None else "").casefold()
    if name.endswith("_name"):
        return wanted.casefold() in text
    if name.endswith("_code"):
        pattern = ".*".join(re.escape(part) for part in wanted.casefold().split("%"))
        return re.fullmatch(pattern, text) is not None
    return (name not in EQUAL and not name.endswith(ALSO_EQUAL)) or text == wanted.casefold()


def _csv(rows: Sequence[Row]) -> Answer:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return Answer(text.getvalue().encode(), content_type="text/csv; charset=utf-8")


def _idps(row: Row, level: int) -> Row:
    country = row["admin0Pcode"]
    found = {
        "resource_hdx_id": RESOURCES["idps"],
        "location_ref": list(COUNTRIES).index(country) + 1,
        "location_code": country,
        "location_name": COUNTRIES[country],
        "has_hrp": True,
        "in_gho": True,
    }
    for depth in (1, 2):
        known = level >= depth
        code, name = row.get(f"admin{depth}Pcode"), row.get(f"admin{depth}Name")
        matched = known and code not in UNMATCHED
        found |= {
            f"admin{depth}_ref": _number(code) if matched else 0,
            f"admin{depth}_code": _own_code(country, code) if matched else None,
            f"admin{depth}_name": name if matched else None,
            f"provider_admin{depth}_name": name if known else "",
        }
    return found | {
        "admin_level": level,
        "assessment_type": row["assessmentType"],
        "reporting_round": row["roundNumber"],
        "operation": row["operation"],
        "population": row["numPresentIdpInd"],
        "reference_period_start": row["reportingDate"],
        "reference_period_end": row["reportingDate"],
    }


def _own_code(country: str, code: str | None) -> str:
    """The code with the length of HAPI's own list: TD07 becomes TCD07."""
    return str(code).replace("TD", "TCD", 1) if country == "TCD" else str(code)


def _number(code: str | None) -> int:
    return int("".join(sign for sign in str(code) if sign.isdigit()))


def _groups(pairs: Sequence[Row], groups: dict[str, str], resource: str) -> list[Row]:
    return [
        {
            "resource_hdx_id": RESOURCES[resource],
            **_end(pair, "origin", "coo"),
            **_end(pair, "asylum", "coa"),
            "population_group": group,
            "gender": "all",
            "age_range": "all",
            "min_age": None,
            "max_age": None,
            "population": pair[column],
            "reference_period_start": f"{pair['year']}-01-01T00:00:00",
            "reference_period_end": f"{pair['year']}-12-31T00:00:00",
        }
        for pair in pairs
        for group, column in groups.items()
        if pair[column] not in {"0", "-"}
    ]


def _end(pair: Row, role: str, side: str) -> Row:
    return {
        f"{role}_location_ref": pair[f"{side}_id"],
        f"{role}_location_code": pair[f"{side}_iso"],
        f"{role}_location_name": str(pair[f"{side}_name"]).strip(),
        f"{role}_has_hrp": pair[f"{side}_iso"] in COUNTRIES,
        f"{role}_in_gho": pair[f"{side}_iso"] in COUNTRIES,
    }


def _by_gender(row: Row) -> list[Row]:
    """The same people again by gender and by age: adding them counts people several times."""
    half = int(row["population"]) // 2
    rest = int(row["population"]) - half
    young = {"age_range": "0-4", "min_age": 0, "max_age": 4, "population": half // 4}
    return [
        row | {"gender": "f", "population": half},
        row | {"gender": "m", "population": rest},
        row | {"gender": "f"} | young,
    ]


def _locations() -> list[Row]:
    return [
        {"id": number, "code": code, "name": name, "has_hrp": True, "in_gho": True}
        for number, (code, name) in enumerate(COUNTRIES.items(), start=1)
    ]


def _areas(idps: Sequence[Row], level: int) -> list[Row]:
    found = {
        row[f"admin{level}_code"]: {
            "id": row[f"admin{level}_ref"],
            "code": row[f"admin{level}_code"],
            "name": row[f"admin{level}_name"],
            "location_code": row["location_code"],
            "location_name": row["location_name"],
        }
        for row in idps
        if row[f"admin{level}_code"]
    }
    return [found[code] for code in sorted(found)]


def _resources() -> list[Row]:
    return [
        {
            "resource_hdx_id": identifier,
            "name": name,
            "format": "json",
            "update_date": "2026-10-05T00:00:00",
            "hapi_updated_date": "2026-10-07T03:00:00",
        }
        for name, identifier in RESOURCES.items()
    ]
