"""Stand-in of ODK Central's OData: skip tokens, updatedAt, deletedAt, nested groups."""

import base64
import datetime as dt
import json
import re
from typing import ClassVar
from urllib.parse import urlencode

from tests.servers import forms
from tests.servers.core import StandIn
from tests.servers.exchange import Answer, Json, Personal, Request, json_answer
from tests.servers.odata import UnsupportedError, parse_filter

Row = dict[str, Json]

TOKEN = "stand-in-session-token"
COUNTED = ("date_from", "date_to", "households", "persons")


class OdkServer(StandIn):
    """A Central with one project and one form: `rows` submissions, newest first.

    Who asks is either `mail` with the key as password (Basic) or the bearer of a token of
    POST /v1/sessions. Between two runs: `submit`, `edit`, `review`, `delete`, `restore` (by
    `ids`), each at `now`, which moves on by a minute; `expire_sessions` makes tokens stale.
    """

    name: ClassVar[str] = "odk"
    source_id: ClassVar[str] = "odk"
    base_path: ClassVar[str] = "/v1"

    def __init__(
        self,
        *,
        rows: int = 250,
        seed: int = 1,
        project: int = 1,
        form: str = "displacement_count",
        mail: str = "reader@example.org",
        key: str = "stand-in-password",
        port: int = 0,
    ) -> None:
        super().__init__(key=key, port=port)
        self.seed = seed
        self.project = project
        self.form = form
        self.mail = mail
        self.now = forms.NOW
        self._planned = rows
        self._session = 0
        self._changes: dict[str, Row] = {}
        self._numbers = {self._id(number): number for number in range(rows)}

    def settings(self) -> dict[str, str]:
        """Project, form and account are part of what a configuration names."""
        known = {"project": str(self.project), "form": self.form, "mail": self.mail}
        return {"url": self.base_url, **known, "key": self.key}

    @property
    def ids(self) -> list[str]:
        """The ids of all submissions, deleted ones too, oldest first."""
        return list(self._numbers)

    @property
    def rows(self) -> list[Row]:
        """All submissions that are not deleted, newest first."""
        return [self._row(identifier) for identifier in self._newest_first(deleted=False)]

    def row(self, identifier: str) -> Row:
        """One submission."""
        return self._row(identifier)

    def submit(self, count: int = 1) -> list[str]:
        """Send in new submissions now; returns their ids."""
        new = []
        for number in range(len(self._numbers), len(self._numbers) + count):
            identifier = self._id(number)
            self._numbers[identifier] = number
            self._changes[identifier] = {"submissionDate": self._tick()}
            new.append(identifier)
        return new

    def edit(self, identifier: str, **answers: object) -> None:
        """Change answers (names as in COUNTED): the id stays, updatedAt and edits move on."""
        edits = self._row(identifier)["__system"]["edits"] + 1
        self._change(identifier, answers=answers, edits=edits, reviewState="edited")

    def review(self, identifier: str, state: str | None) -> None:
        """Review a submission: approved, rejected, hasIssues, or None."""
        self._change(identifier, reviewState=state)

    def delete(self, identifier: str) -> None:
        """Delete a submission: it is seen only where deletedAt is asked for."""
        self._changes.setdefault(identifier, {})["deletedAt"] = self._tick()

    def restore(self, identifier: str) -> None:
        """Take a deletion back."""
        self._changes[identifier].pop("deletedAt")

    def expire_sessions(self) -> None:
        """Make all session tokens stale."""
        self._session += 1

    def _change(self, identifier: str, answers: Row | None = None, **system: Json) -> None:
        changed = self._changes.setdefault(identifier, {})
        changed.setdefault("answers", {}).update(answers or {})
        changed.update(system, updatedAt=self._tick())

    def _tick(self) -> str:
        self.now += dt.timedelta(minutes=1)
        return _written(self.now)

    def refuse(self, request: Request) -> Answer:
        """The error of an account or a token that is not good."""
        return _problem(401.2, "Could not authenticate with the provided credentials.")

    def respond(self, request: Request) -> Answer:
        """Sessions, credentials, path, parameters: in this order."""
        if request.path == "/v1/sessions" and request.method == "POST":
            return self._new_session(request)
        given = request.header("authorization")
        if not given:
            message = "The authenticated actor does not have rights to perform that action."
            return _problem(403.1, message)
        if given not in {f"Bearer {self._token()}", f"Basic {self._basic()}"}:
            return self.refuse(request)
        path = f"/v1/projects/{self.project}/forms/{self.form}.svc"
        tables = {f"{path}/Submissions": False, f"{path}/Submissions.people": True}
        if request.path not in tables:
            return _problem(404.1, "Could not find the resource you were looking for.")
        return self._table(request, people=tables[request.path])

    def _new_session(self, request: Request) -> Answer:
        try:
            asked = json.loads(request.body)
        except ValueError:
            return _problem(400.1, "Could not parse the given data as json.")
        if (asked.get("email"), asked.get("password")) != (self.mail, self.key):
            return self.refuse(request)
        until = self.now + dt.timedelta(days=1)
        return json_answer(
            {"token": self._token(), "createdAt": _written(self.now), "expiresAt": _written(until)}
        )

    def _token(self) -> str:
        return f"{TOKEN}-{self._session}"

    def _basic(self) -> str:
        return base64.b64encode(f"{self.mail}:{self.key}".encode()).decode()

    def _table(self, request: Request, *, people: bool) -> Answer:
        text = request.value("$filter") or ""
        try:
            holds = parse_filter(text) if text else None
        except UnsupportedError:
            return _problem(501.5, "The given OData filter expression uses features not supported.")
        except ValueError:
            return _problem(400.18, f"The OData filter expression ({text}) could not be parsed.")
        found = [
            identifier
            for identifier in self._newest_first(deleted="__system/deletedAt" in text)
            if holds is None or holds(self._head(identifier))
        ]
        return self._page(request, list(self.visible(found, request)), people=people)

    def _page(self, request: Request, found: list[str], *, people: bool) -> Answer:
        whole = len(found)
        token = request.value("$skiptoken")
        if token:
            last = json.loads(base64.urlsafe_b64decode(token[2:] + "=="))["instanceId"]
            found = found[1 + found.index(last) :]
        found = found[request.whole("$skip", 0) :]
        top = request.whole("$top", len(found))
        rows = (self._row(identifier) for identifier in found[:top])
        part = [_shown(_person(row) if people else row, request, people=people) for row in rows]
        name = request.path.rpartition("/")[2]
        service = self.url + request.path.rpartition("/")[0]
        answer: Row = {"@odata.context": f"{service}/$metadata#{name}", "value": part}
        if (request.value("$count") or "") == "true":
            answer["@odata.count"] = whole
        if part and top < len(found):
            answer["@odata.nextLink"] = self._next(request, found[top - 1])
        return json_answer(answer)

    def _next(self, request: Request, last: str) -> str:
        kept = {name: values[0] for name, values in request.query.items() if name != "$skip"}
        place = json.dumps({"instanceId": last}).encode()
        token = "01" + base64.urlsafe_b64encode(place).decode().rstrip("=")
        return f"{self.url}{request.path}?{urlencode(kept | {'$skiptoken': token})}"

    def _id(self, number: int) -> str:
        return f"uuid:{forms.identifier(self.seed, number)}"

    def _newest_first(self, *, deleted: bool) -> list[str]:
        return [
            identifier
            for identifier in reversed(self._numbers)
            if deleted or not self._changes.get(identifier, {}).get("deletedAt")
        ]

    def _head(self, identifier: str) -> Row:
        """What filters look at."""
        said = forms.count(self.seed, self._numbers[identifier], self._planned)
        return {"__id": identifier, "__system": _system(said, self._changes.get(identifier, {}))}

    def _row(self, identifier: str) -> Row:
        number = self._numbers[identifier]
        said = forms.count(self.seed, number, self._planned)
        changed = self._changes.get(identifier, {})
        latitude, longitude = forms.position(said.person)
        counted = dict(zip(COUNTED, (said.first_day.isoformat(), said.last_day.isoformat(),
                                     said.households, said.persons), strict=True))  # fmt: skip
        return {
            "__id": identifier,
            "__system": _system(said, changed),
            "meta": {"instanceID": identifier, "instanceName": forms.name(said.person)},
            "start": _written(said.submitted),
            "end": _written(said.submitted),
            "today": said.submitted.date().isoformat(),
            "deviceid": forms.device(said.person),
            "username": forms.account(said.person),
            "email": Personal.MAIL,
            "enumerator_name": forms.name(said.person),
            "enumerator_phone": forms.phone(said.person),
            "photo": f"{Personal.PICTURE}_{number}.jpg",
            "place": {
                "governorate": said.governorate,
                "district": said.district,
                "subdistrict": said.subdistrict,
                "site_location": {
                    "type": "Point",
                    "coordinates": [longitude, latitude, 0],
                    "properties": {"accuracy": 5},
                },
            },
            "count": counted | changed.get("answers", {}),
            "comment": f"{Personal.NOTE} {said.person}",
            "people@odata.navigationLink": f"Submissions('{identifier}')/people",
            "people": [{"__id": identifier[5:], "head_name": forms.name(100 + said.person)}],
        }


def _system(said: forms.Count, changed: Row) -> Row:
    state = "approved" if said.chance < 0.6 else "hasIssues" if said.chance < 0.65 else None
    first = {
        "submissionDate": _written(said.submitted),
        "updatedAt": None,
        "deletedAt": None,
        "submitterId": str(said.person),
        "submitterName": forms.account(said.person),
        "attachmentsPresent": 1,
        "attachmentsExpected": 1,
        "status": None,
        "reviewState": state,
        "deviceId": forms.device(said.person),
        "edits": 0,
        "formVersion": "2026010501",
    }
    return first | {name: value for name, value in changed.items() if name in first}


def _written(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _person(row: Row) -> Row:
    (person,) = row["people"]
    return person | {"__Submissions-id": row["__id"]}


def _shown(row: Row, request: Request, *, people: bool) -> Row:
    """The row as asked for: repeats only if expanded, columns only if selected."""
    expanded = request.value("$expand") == "*"
    row = {
        name: value
        for name, value in row.items()
        if people or name != ("people@odata.navigationLink" if expanded else "people")
    }
    selected = [name.strip() for name in (request.value("$select") or "").split(",") if name]
    return _selected(row, selected) if selected else row


def _selected(row: Row, paths: list[str]) -> Row:
    found: Row = {}
    for path in paths:
        outer, _, inner = path.partition("/")
        if outer in row and inner:
            found[outer] = found.get(outer, {}) | _selected(row[outer], [inner])
        elif outer in row:
            found[outer] = row[outer]
    return found


def _problem(code: float, message: str) -> Answer:
    status = int(re.split(r"\.", str(code))[0])
    return json_answer({"message": message, "code": code}, status)
