"""Stand-in of ReliefWeb API v2: approved appnames, strict dates, filters, a firewall."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import urlencode

from tests.servers.core import StandIn
from tests.servers.exchange import Answer, Json, Request, html_answer, json_answer
from tests.servers.misbehaviour import challenge_page
from tests.servers.pdf import pdf
from tests.servers.reliefweb_reports import FIRST_ID, NOW, Row, fields_of, report

NOT_APPROVED = (
    "You are not using an approved appname. Kindly request an appname from ReliefWeb here: "
    "https://apidoc.reliefweb.int/parameters#appname"
)
GONE = "The API version 'v1' has been decommissioned. Please use version 'v2' instead."
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:?00")
FIELDS = {
    "id", "title", "body", "status", "date", "date.original", "date.created", "date.changed",
    "country.iso3", "country.name", "country.id", "primary_country.iso3", "primary_country.name",
    "primary_country.id", "source.shortname", "source.name", "source.id", "format.name",
    "format.id", "language.code", "theme.name", "disaster.glide", "url", "origin",
}  # fmt: skip
PRESETS = {"latest": ["date.created:desc"], "analysis": ["date.created:desc"], "minimal": []}
PROFILES = {
    "minimal": ["title"],
    "list": ["title", "date", "primary_country", "source", "format", "url", "file", "status"],
    "full": [],
}


class ReliefWebServer(StandIn):
    """api.reliefweb.int/v2/reports: `rows` reports, the newest with a PDF and no body.

    The key is the approved appname. A day's `quota` of calls ends in 429; more than `burst` calls
    within a second (None: never) meet the firewall. Between two runs: `publish`, `edit` (moves
    date.changed), `remove`, each at `now`, which moves on by an hour.
    """

    name: ClassVar[str] = "reliefweb"
    source_id: ClassVar[str] = "reliefweb"
    base_path: ClassVar[str] = "/v2"

    def __init__(
        self,
        *,
        rows: int = 100,
        seed: int = 1,
        quota: int = 1000,
        burst: int | None = None,
        key: str = "stand-in-app",
        port: int = 0,
    ) -> None:
        super().__init__(key=key, port=port)
        self.seed = seed
        self.quota = quota
        self.burst = burst
        self.now = NOW
        self._reports = {FIRST_ID + number: report(seed, number, rows) for number in range(rows)}
        self._next = rows

    @property
    def rows(self) -> list[Row]:
        """The fields of all reports, oldest first."""
        return [fields_of(row, self.url) for row in self._reports.values()]

    def publish(self, **changed: Json) -> int:
        """Publish a new report; returns its id."""
        row = report(self.seed, self._next, self._next + 2) | changed
        row["text"] = row["body"] or row["text"]
        self._next += 1
        moments = dict.fromkeys(("original", "created", "changed"), self._tick())
        self._reports[row["id"]] = row | moments
        return int(row["id"])

    def edit(self, number: int, body: str) -> None:
        """Change the body of a report."""
        self._reports[number] |= {"body": body, "text": body, "changed": self._tick()}

    def remove(self, number: int) -> None:
        """Take a report away."""
        del self._reports[number]

    def _tick(self) -> dt.datetime:
        self.now += dt.timedelta(hours=1)
        return self.now

    def refuse(self, request: Request) -> Answer:
        """The error of an appname that is not approved."""
        return json_answer(
            {
                "status": 403,
                "error": {"type": "AccessDeniedHttpException", "message": NOT_APPROVED},
            },
            403,
        )

    def respond(self, request: Request) -> Answer:
        """Attachments; then version, firewall, appname, quota, path, parameters: in this order."""
        if request.path.startswith("/attachments/"):
            return self._attachment(request)
        if request.path.startswith("/v1/"):
            return _problem(410, "GoneHttpException", GONE)
        if self._is_burst(request):
            return challenge_page()
        return self._refusal(request) or self._reports_answer(request)

    def _attachment(self, request: Request) -> Answer:
        number = request.path.split("/")[2]
        row = self._reports.get(int(number) if number.isdecimal() else 0)
        if row is None or not row["has_file"]:
            return html_answer("Page not found", "<h1>Page not found</h1>", 404)
        return Answer(pdf(f"{row['title']}\n\n{row['text']}"), content_type="application/pdf")

    def _is_burst(self, request: Request) -> bool:
        if self.burst is None:
            return False
        recent = [
            one for one in self.requests if request.at - one.at < 1 and one.path[:4] == "/v2/"
        ]
        return len(recent) > self.burst

    def _refusal(self, request: Request) -> Answer | None:
        if request.value("appname") != self.key:
            return self.refuse(request)
        calls = sum(one.path.startswith("/v2/") for one in self.requests)
        if calls > self.quota:
            return _problem(429, "TooManyRequestsHttpException", "The daily quota is used up.")
        return None

    def _reports_answer(self, request: Request) -> Answer:
        found = re.fullmatch(r"/v2/reports(?:/(\d+))?/?", request.path)
        if not found:
            return _problem(404, "NotFoundHttpException", "Resource not found.")
        if found[1]:
            return self._one(request, int(found[1]))
        try:
            return self._list(request, _asked(request))
        except (ValueError, KeyError, TypeError) as problem:
            return _problem(400, "UnexpectedValueException", str(problem.args[0]))

    def _one(self, request: Request, number: int) -> Answer:
        if number not in self._reports:
            return _problem(404, "NotFoundHttpException", f"No report has the id {number}.")
        item = self._item(fields_of(self._reports[number], self.url), {"profile": "full"})
        return json_answer(
            _frame(request, self.url) | {"totalCount": 1, "count": 1, "data": [item]}
        )

    def _list(self, request: Request, asked: Row) -> Answer:
        limit, offset = int(asked.get("limit", 10)), int(asked.get("offset", 0))
        if not 0 <= limit <= 1000:
            raise ValueError("The limit must be between 0 and 1000.")
        rows = [fields_of(row, self.url) for row in self._reports.values()]
        found = [
            row
            for row in rows
            if _holds(row, asked.get("filter")) and _speaks_of(row, asked.get("query"))
        ]
        sort = asked.get("sort") or PRESETS.get(asked.get("preset", ""), [])
        for order in reversed(sort):
            name, _, direction = order.partition(":")
            if name not in FIELDS:
                raise ValueError(f"Unrecognized sort field '{name}'. Please check the field names.")
            found.sort(key=lambda row, name=name: _values(row, name), reverse=direction == "desc")
        found = list(self.visible(found, request))
        part = found[offset : offset + limit]
        frame = _frame(request, self.url)
        if offset + limit < len(found):
            query = {name: values for name, values in request.query.items() if name != "offset"}
            later = urlencode(query | {"offset": offset + limit}, doseq=True)
            frame["links"]["next"] = {"href": f"{self.url}{request.path}?{later}"}
        counts = {"totalCount": len(found), "count": len(part)}
        return json_answer(frame | counts | {"data": [self._item(row, asked) for row in part]})

    def _item(self, fields: Row, asked: Row) -> Row:
        chosen = asked.get("fields") or {}
        include = chosen.get("include") or PROFILES[asked.get("profile", "minimal")]
        shown = _picked(fields, include) if include else dict(fields)
        for name in chosen.get("exclude", []):
            shown.pop(name, None)
        number = str(fields["id"])
        href = f"{self.url}/v2/reports/{number}"
        return {"id": number, "score": 1, "href": href, "fields": shown}


def _problem(status: int, kind: str, message: str) -> Answer:
    return json_answer(
        {"status": status, "time": 2, "error": {"type": kind, "message": message}}, status
    )


def _frame(request: Request, url: str) -> Row:
    href = f"{url}{request.path}"
    return {"time": 11, "href": href, "links": {"self": {"href": href}}, "took": 4}


def _asked(request: Request) -> Row:
    """What is asked for, from the JSON of a POST or from the brackets of a GET."""
    if request.method == "POST":
        asked = json.loads(request.body or b"{}")
        if not isinstance(asked, dict):
            raise ValueError("The body must be a JSON object.")
        return asked
    asked = {}
    for name, values in request.query.items():
        for value in values:
            _put(asked, re.findall(r"[^\[\]]+|(?<=\[)(?=\])", name), value)
    return {name: _listed(value) for name, value in asked.items()}


def _put(into: Row, path: list[str], value: str) -> None:
    for step in path[:-1]:
        into = into.setdefault(step, {})
    last = path[-1]
    into[last or str(len(into))] = value


def _listed(value: Json) -> Json:
    """Objects whose keys are numbers are lists."""
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(part) for name, part in value.items()}
    return list(inner.values()) if all(name.isdecimal() for name in inner) else inner


def _holds(row: Row, asked: Row | None) -> bool:
    if not asked:
        return True
    if "conditions" in asked:
        results = [_holds(row, condition) for condition in asked["conditions"]]
        holds = any(results) if asked.get("operator", "AND") == "OR" else all(results)
    else:
        holds = _condition(row, asked)
    return holds is not (str(asked.get("negate", False)).casefold() in {"true", "1"})


def _condition(row: Row, asked: Row) -> bool:
    name, wanted = asked["field"], asked.get("value")
    if name not in FIELDS:
        raise ValueError(f"Unrecognized filter field '{name}'. Please check the field names.")
    if name.startswith("date"):
        return _in_time(_values(row, "date.created" if name == "date" else name), wanted)
    values = {str(value).casefold() for value in _values(row, name)}
    if wanted is None:
        return bool(values)
    if not isinstance(wanted, list):
        return str(wanted).casefold() in values
    results = [str(one).casefold() in values for one in wanted]
    return all(results) if asked.get("operator", "AND") == "AND" else any(results)


def _in_time(moments: list[Json], wanted: Json) -> bool:
    bounds = wanted if isinstance(wanted, dict) else {"from": wanted, "to": wanted}
    for bound in bounds.values():
        if not MOMENT.fullmatch(str(bound)):
            raise ValueError(f"Invalid date '{bound}'. It must be an ISO 8601 date.")
    first, last = (str(bounds.get(side, "")).replace("+0000", "+00:00") for side in ("from", "to"))
    return any(moment >= first and (not last or moment <= last) for moment in moments)


def _values(row: Row, path: str) -> list[Json]:
    """The values at a dotted path, through lists."""
    return list(_walk(row, path.split(".")))


def _walk(value: Json, path: list[str]) -> Iterator[Json]:
    if isinstance(value, list):
        for part in value:
            yield from _walk(part, path)
    elif not path:
        yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from _walk(value[path[0]], path[1:])


def _speaks_of(row: Row, asked: Row | None) -> bool:
    """Whether the words asked for are in the title or the body: all of them, or any with OR."""
    if not asked or not asked.get("value"):
        return True
    text = " ".join(str(row.get(name, "")) for name in asked.get("fields") or ["title", "body"])
    words = [word.casefold() in text.casefold() for word in str(asked["value"]).split()]
    return all(words) if asked.get("operator", "OR") == "AND" else any(words)


def _picked(fields: Json, paths: list[str]) -> Json:
    """Only what is included: `date` whole, `date.changed` a part of it."""
    if isinstance(fields, list):
        return [_picked(part, paths) for part in fields]
    found: Row = {}
    for path in paths:
        outer, _, inner = path.partition(".")
        if outer not in fields:
            continue
        if not inner:
            found[outer] = fields[outer]
        elif outer not in found:
            same = [other.partition(".")[2] for other in paths if other.startswith(f"{outer}.")]
            found[outer] = _picked(fields[outer], same)
    return found
