"""Stand-in of KoboToolbox API v2: pages cut at 1,000, edits that show only in uuids, reviews."""

import datetime as dt
import json
import re
from collections import defaultdict
from typing import ClassVar
from urllib.parse import urlencode

from tests.servers import forms
from tests.servers.core import StandIn
from tests.servers.exchange import Answer, Json, Personal, Request, json_answer
from tests.servers.misbehaviour import Misbehaviour
from tests.servers.mongo import fields_of, matches

Row = dict[str, Json]

FIRST_ID = 5_000_000
LABELS = {
    "validation_status_approved": "Approved",
    "validation_status_not_approved": "Not approved",
    "validation_status_on_hold": "On hold",
}
# Which answer is asked under which key: the path through the form's groups.
KEYS = {
    "governorate": "group_place/governorate",
    "district": "group_place/district",
    "subdistrict": "group_place/subdistrict",
    "date_from": "group_count/date_from",
    "date_to": "group_count/date_to",
    "households": "group_count/households",
    "persons": "group_count/persons",
}


class KoboServer(StandIn):
    """kf.kobotoolbox.org/api/v2 with one form: `rows` submissions of asset `asset`.

    Pages hold `default_limit` rows and never more than `max_limit`. Between two runs: `submit`,
    `edit`, `approve`, `reject`, `hold`, `unreview`, `delete`, `new_version`; ids are in `ids`.
    Who counted, where and with which device is invented (PERSONAL_MARKERS) and never to be kept.
    """

    name: ClassVar[str] = "kobo"
    source_id: ClassVar[str] = "kobo"
    base_path: ClassVar[str] = "/api/v2"
    own_kinds: ClassVar[dict[str, str]] = {"duplicates": "409, as an instance has duplicates"}

    def __init__(
        self,
        *,
        rows: int = 250,
        seed: int = 1,
        asset: str = "aStandInAsset0000000001",
        default_limit: int = 100,
        max_limit: int = 1000,
        key: str = "stand-in-token",
        port: int = 0,
    ) -> None:
        super().__init__(key=key, port=port)
        self.seed = seed
        self.asset = asset
        self.default_limit = default_limit
        self.max_limit = max_limit
        self.ids = list(range(FIRST_ID, FIRST_ID + rows))
        self._planned = rows
        self._editions: dict[int, int] = defaultdict(int)
        self._answers: dict[int, dict[str, str]] = defaultdict(dict)
        self._reviews: dict[int, str] = {}
        self._versions = [(FIRST_ID, dict(KEYS))]
        self._next = FIRST_ID + rows

    def settings(self) -> dict[str, str]:
        """The asset is part of what a configuration names."""
        return super().settings() | {"asset": self.asset}

    @property
    def rows(self) -> list[Row]:
        """All submissions that exist."""
        return [self._row(number) for number in self.ids]

    def row(self, number: int) -> Row:
        """One submission."""
        return self._row(number)

    def submit(self, count: int = 1) -> list[int]:
        """Send in new submissions; returns their ids."""
        new = list(range(self._next, self._next + count))
        self.ids += new
        self._next += count
        return new

    def edit(self, number: int, **answers: object) -> None:
        """Change answers (names as in KEYS): new _uuid and instanceID, the old one deprecated."""
        self._editions[number] += 1
        self._answers[number] |= {name: str(value) for name, value in answers.items()}

    def approve(self, *numbers: int) -> None:
        """Approve submissions."""
        self._review("validation_status_approved", numbers)

    def reject(self, *numbers: int) -> None:
        """Mark submissions as not approved."""
        self._review("validation_status_not_approved", numbers)

    def hold(self, *numbers: int) -> None:
        """Put submissions on hold."""
        self._review("validation_status_on_hold", numbers)

    def unreview(self, *numbers: int) -> None:
        """Take the review of submissions away."""
        self._review("", numbers)

    def delete(self, *numbers: int) -> None:
        """Delete submissions: nothing remains."""
        self.ids = [number for number in self.ids if number not in numbers]

    def new_version(self, **renamed: str) -> None:
        """Deploy a form whose keys are renamed; submissions sent from now on carry the new ones."""
        self._versions.append((self._next, self._versions[-1][1] | renamed))

    def _review(self, status: str, numbers: tuple[int, ...]) -> None:
        self._reviews |= dict.fromkeys(numbers, status)

    def refuse(self, request: Request) -> Answer:
        """The error of a token that is not good."""
        return json_answer({"detail": "Invalid token."}, 401)

    def special(self, order: Misbehaviour, request: Request) -> Answer:
        """Two submissions with one instance id."""
        return json_answer({"detail": "Duplicate submissions were found."}, 409)

    def respond(self, request: Request) -> Answer:
        """Token, path, parameters: in this order."""
        given = request.header("authorization")
        if not given:
            return json_answer({"detail": "Authentication credentials were not provided."}, 401)
        if given != f"Token {self.key}":
            return self.refuse(request)
        return self._asset(request)

    def _asset(self, request: Request) -> Answer:
        form = re.escape(f"{self.base_path}/assets/{self.asset}")
        if re.fullmatch(form + r"/data(\.json|/)?", request.path):
            try:
                return self._page(request)
            except (ValueError, TypeError, AttributeError) as problem:
                return json_answer({"detail": str(problem)}, 400)
        one = re.fullmatch(form + r"/data/(\d+)(\.json|/)?", request.path)
        if one and int(one[1]) in self.ids:
            return json_answer(self._row(int(one[1])))
        if re.fullmatch(form + r"(\.json|/)?", request.path):
            about = {"uid": self.asset, "deployment__submission_count": len(self.ids)}
            return json_answer(about | {"name": "Displacement count", "asset_type": "survey"})
        return json_answer({"detail": "Not found."}, 404)

    def _page(self, request: Request) -> Answer:
        if "count" in request.query:
            raise ValueError("The parameter count is not supported.")
        numbers = list(self.visible(self._found(request), request))
        limit, start = self._window(request)
        fields = json.loads(request.value("fields") or "null")
        part = [self._row(number) for number in numbers[start : start + limit]]
        if fields:
            part = [{name: row[name] for name in row if name in fields} for row in part]
        after, before = start + limit, max(0, start - limit)
        return json_answer(
            {
                "count": len(numbers),
                "next": self._link(request, limit, after) if after < len(numbers) else None,
                "previous": self._link(request, limit, before) if start else None,
                "results": part,
            }
        )

    def _found(self, request: Request) -> list[int]:
        query = json.loads(request.value("query") or "{}")
        (by, direction), *_ = (json.loads(request.value("sort") or "{}") or {"_id": 1}).items()
        only_ids = fields_of(query) <= {"_id"}
        found = [
            number
            for number in self.ids
            if not query or matches({"_id": number} if only_ids else self._row(number), query)
        ]
        if by == "_id":
            return found[::-1] if int(direction) < 0 else found
        keyed = sorted((str(self._row(number).get(by, "")), number) for number in found)
        ordered = [number for _, number in keyed]
        return ordered[::-1] if int(direction) < 0 else ordered

    def _window(self, request: Request) -> tuple[int, int]:
        """Rows a page and first row; a larger limit is cut without a word."""
        asked = request.whole("limit", request.whole("page_size", self.default_limit))
        limit = min(asked, self.max_limit) if asked > 0 else self.default_limit
        if "page" in request.query:
            return limit, limit * (max(1, request.whole("page", 1)) - 1)
        return limit, max(0, request.whole("start", request.whole("offset", 0)))

    def _link(self, request: Request, limit: int, start: int) -> str:
        kept = {name: values[0] for name, values in request.query.items()}
        for name in ("offset", "page", "page_size"):
            kept.pop(name, None)
        return f"{self.url}{request.path}?{urlencode(kept | {'limit': limit, 'start': start})}"

    def _row(self, number: int) -> Row:
        index = number - FIRST_ID
        said = forms.count(self.seed, index, self._planned)
        version = max(n for n, (first, _) in enumerate(self._versions) if first <= number)
        keys = self._versions[version][1]
        answers = {
            "governorate": said.governorate,
            "district": said.district,
            "subdistrict": said.subdistrict,
            "date_from": said.first_day.isoformat(),
            "date_to": said.last_day.isoformat(),
            "households": str(said.households),
            "persons": None if said.persons is None else str(said.persons),
        } | self._answers[number]
        edition = self._editions[number]
        root = forms.identifier(self.seed, index)
        current = forms.identifier(self.seed, index, edition)
        row: Row = {"_id": number, "formhub/uuid": "0" * 32}
        row |= _personal_answers(said)
        row |= {keys.get(name, name): value for name, value in answers.items() if value}
        row |= {"group_count/needs": "food shelter water", "__version__": f"vStandIn{version + 1}"}
        row |= {"meta/instanceID": f"uuid:{current}", "meta/rootUuid": f"uuid:{root}"}
        if edition:
            before = forms.identifier(self.seed, index, edition - 1)
            row["meta/deprecatedID"] = f"uuid:{before}"
        return row | {
            "meta/instanceName": forms.name(said.person),
            "_xform_id_string": self.asset,
            "_uuid": current,
            "_attachments": [_attachment(said.person, number)],
            "_status": "submitted_via_web",
            "_geolocation": list(forms.position(said.person)),
            "_submission_time": said.submitted.strftime("%Y-%m-%dT%H:%M:%S"),
            "_tags": [],
            "_notes": [{"note": f"{Personal.NOTE} {number}"}] if said.chance > 0.9 else [],
            "_validation_status": self._status(number, said),
            "_submitted_by": forms.account(said.person),
        }

    def _status(self, number: int, said: forms.Count) -> Row:
        """Six in ten are approved from the start, the rest waits, is held or not approved."""
        first = (
            "validation_status_approved" if said.chance < 0.6
            else "validation_status_on_hold" if said.chance < 0.65
            else "validation_status_not_approved" if said.chance < 0.7
            else ""
        )  # fmt: skip
        uid = self._reviews.get(number, first)
        if not uid:
            return {}
        day = int((said.submitted + dt.timedelta(days=1)).timestamp())
        return {
            "timestamp": day,
            "uid": uid,
            "by_whom": forms.account(0),
            "label": LABELS[uid],
        }


def _personal_answers(said: forms.Count) -> Row:
    """Everything that says who counted and whom; never to be stored."""
    latitude, longitude = forms.position(said.person)
    moment = said.submitted.isoformat(timespec="milliseconds")
    return {
        "start": moment,
        "end": moment,
        "today": said.submitted.date().isoformat(),
        "username": forms.account(said.person),
        "deviceid": forms.device(said.person),
        "phonenumber": forms.phone(said.person),
        "email": Personal.MAIL,
        "start-geopoint": f"{latitude} {longitude} 0 0",
        "enumerator_name": forms.name(said.person),
        "group_place/site_location": f"{latitude} {longitude} 0 5",
        "group_people": [
            {
                "group_people/head_name": forms.name(100 + said.person),
                "group_people/head_phone": forms.phone(100 + said.person),
            }
        ],
        "comment": f"{Personal.NOTE} {said.person}",
    }


def _attachment(person: int, number: int) -> Row:
    name = f"{forms.account(person)}/attachments/{Personal.PICTURE}_{number}.jpg"
    return {
        "download_url": f"https://kc.example.invalid/media/original?media_file={name}",
        "mimetype": "image/jpeg",
        "filename": name,
        "instance": number,
        "id": number * 10,
    }
