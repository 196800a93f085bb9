"""Stand-in of IOM's DTM API: v3's partitions, v2's totals, a firewall and a subscription key."""

import dataclasses
import datetime as dt
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, ClassVar

import numpy as np
import numpy.typing as npt

from tests.servers.core import StandIn
from tests.servers.dtm_rows import (
    SERIES,
    Ints,
    Key,
    Rows,
    Survey,
    area_totals,
    keyed_totals,
    lifted,
    plan,
    split,
    written,
)
from tests.servers.exchange import Answer, Json, Request, html_answer, json_answer
from tests.servers.places import COUNTRIES

MISSING_KEY = (
    "Access denied due to missing subscription key. Make sure to include subscription key when "
    "making requests to an API."
)
WRONG_KEY = (
    "Access denied due to invalid subscription key. Make sure to provide a valid key for an "
    "active subscription."
)
LARGE = 100_000  # rows from which an answer is kept on disk
LEVELS = {
    "/v3/displacement/admin0": (3, 0),
    "/v3/displacement/admin1": (3, 1),
    "/v3/displacement/admin2": (3, 2),
    "/v2/IdpAdmin0Data": (2, 0),
    "/v2/IdpAdmin1Data": (2, 1),
    "/v2/IdpAdmin2Data": (2, 2),
}


class DtmServer(StandIn):
    """DTM v3 and v2 for Haiti, Sudan, Syria and Chad.

    `rows` is the number of admin 2 rows of v3 over all `countries`; the other levels are their
    sums. Rows of one operation, assessment type, round and area are a partition; series of one
    country overlap, and the first in SERIES counts everybody. Between two runs `renumber`,
    `rename`, `correct` and, where `late_rounds` rounds were held back, `publish_late_rounds`
    change what is served. `inclusive` says whether the date bounds belong to the window.
    """

    name: ClassVar[str] = "dtm"
    source_id: ClassVar[str] = "iom_dtm"
    base_path: ClassVar[str] = "/v3/displacement"
    own_kinds: ClassVar[dict[str, str]] = {
        "not_success": "an envelope with isSuccess false under status 200",
    }

    def __init__(
        self,
        *,
        rows: int = 1000,
        seed: int = 1,
        countries: Sequence[str] = tuple(SERIES),
        late_rounds: int = 0,
        inclusive: bool = True,
        key: str = "stand-in-key",
        port: int = 0,
    ) -> None:
        super().__init__(key=key, port=port)
        self.seed = seed
        self.inclusive = inclusive
        self.countries = tuple(countries)
        self._edition = 0
        self._surveys, self._most_parts = plan(rows, self.countries)
        self._totals = area_totals(self._surveys, seed)
        self._parts = self._split(rows)
        met = np.unique(self._parts.survey)
        # Held back are rounds in the past, not the newest.
        self._late = {int(number) for number in met[len(met) // 2 :][:late_rounds]}
        self._levels: dict[tuple[int, int], Rows] = {}
        self._large: dict[str, IO[bytes]] = {}

    def stop(self) -> None:
        """Stop serving and forget large answers."""
        super().stop()
        self._forget()

    def renumber(self) -> None:
        """Give every row another id; nothing else changes."""
        self._edition += 1
        self._forget()

    def rename(self, operation: str, to: str) -> None:
        """Rename an operation in all its rounds."""
        self._surveys = [
            dataclasses.replace(survey, series=dataclasses.replace(survey.series, operation=to))
            if survey.series.operation == operation
            else survey
            for survey in self._surveys
        ]
        self._forget()

    def publish_late_rounds(self) -> None:
        """Publish the rounds that were held back."""
        self._late.clear()
        self._forget()

    def correct(self, by: float = 1.1) -> Key:
        """Correct the last total by a factor and return its key at admin 2."""
        self._totals[-1] = round(self._totals[-1] * by)
        self._parts = self._split(len(self._parts))
        self._forget()
        return list(self.totals(2))[-1]

    def totals(self, level: int) -> dict[Key, int]:
        """People by (operation, assessment type, round, day, area code), as v2 gives them.

        They were drawn before the rows were split: an independent sum of v3's parts.
        """
        return keyed_totals(self._surveys, self._table(2, level))

    def preferred(self, country: str) -> tuple[str, str]:
        """Operation and assessment type of the series that counts everybody in a country."""
        return SERIES[country][0].operation, SERIES[country][0].assessment

    def rows_of_level(self, level: int = 2, version: int = 3) -> list[dict[str, Json]]:
        """All rows of a level as objects."""
        table = self._table(version, level)
        body = b"".join(self._written(table, version, level))
        found: list[dict[str, Json]] = json.loads(b"[" + body + b"]")
        return found

    @property
    def rows(self) -> list[dict[str, Json]]:
        """All admin 2 rows of v3."""
        return self.rows_of_level()

    def respond(self, request: Request) -> Answer:
        """Firewall, key, path, parameters: in this order."""
        if request.header("user-agent").startswith("python-requests"):
            return html_answer("403 Forbidden", "<h1>403 Forbidden</h1>", 403)
        given = request.header("ocp-apim-subscription-key")
        if given != self.key:
            return _denied(WRONG_KEY if given else MISSING_KEY)
        path = request.path.rstrip("/")
        if path in LEVELS:
            return self._rows_answer(request, *LEVELS[path])
        if path in {"/v3/displacement/country-list", "/v2/CountryList"}:
            return _success(self._countries())
        if path in {"/v3/displacement/operation-list", "/v2/OperationList"}:
            return _success(self._operations())
        return json_answer({"statusCode": 404, "message": "Resource not found"}, 404)

    def refuse(self, request: Request) -> Answer:
        """The error of a key that is not good."""
        return _denied(WRONG_KEY)

    def special(self, order: object, request: Request) -> Answer:
        """A failure under status 200."""
        return _not_success("Something went wrong while reading the displacement data.")

    def _forget(self) -> None:
        self._levels.clear()
        for file in self._large.values():
            file.close()
        self._large.clear()

    def _split(self, rows: int) -> Rows:
        return split(self._surveys, self._totals, rows, self._most_parts, self.seed)

    def _table(self, version: int, level: int) -> Rows:
        if (version, level) not in self._levels:
            rows = self._parts
            if self._late:
                rows = rows.keep(~np.isin(rows.survey, list(self._late)))
            if version == 2:
                rows = self._whole_areas(rows)
            self._levels[version, level] = lifted(rows, level)
        return self._levels[version, level]

    def _whole_areas(self, rows: Rows) -> Rows:
        """One row per survey and area, its people from the totals, not from the parts."""
        owner = np.repeat(
            np.arange(len(self._surveys)), [len(survey.areas) for survey in self._surveys]
        )
        index = {name: number for number, name in enumerate(rows.areas)}
        places = [tuple(place) for survey in self._surveys for place in survey.areas]
        area = np.array([index[place] for place in places], dtype=np.int64)
        met = np.isin(owner * len(index) + area, rows.survey * len(index) + rows.area)
        none = np.full(len(owner), -1)
        return Rows(rows.areas, owner, area, none, none, self._totals, none).keep(met)

    def _rows_answer(self, request: Request, version: int, level: int) -> Answer:
        try:
            surveys = self._wanted_surveys(request)
        except ValueError as problem:
            return _not_success(str(problem))
        rows = self._table(version, level)
        mask = surveys[rows.survey]
        wanted = [_in_area(area, request) for area in rows.areas]
        if not all(wanted):
            mask &= np.array(wanted)[rows.area]
        if not mask.all():
            rows = rows.keep(mask)
        if request.share < 1:
            rows = rows.keep(np.arange(len(rows)) < int(len(rows) * request.share))
        body = self._envelope(rows, version, level)
        return Answer(self._from_disk(request, body) if len(rows) >= LARGE else body)

    def _from_disk(self, request: Request, body: Iterator[bytes]) -> Iterator[bytes]:
        """A large answer, written once and read again for every further request."""
        asked = repr((request.path, sorted(request.query.items()), request.share))
        if asked not in self._large:
            file = tempfile.NamedTemporaryFile(suffix=".json")  # noqa: SIM115 - closed by stop
            file.writelines(body)
            file.flush()
            self._large[asked] = file
        with Path(self._large[asked].name).open("rb") as copy:
            yield from iter(lambda: copy.read(1 << 20), b"")

    def _envelope(self, rows: Rows, version: int, level: int) -> Iterator[bytes]:
        yield b'{"result":['
        yield from self._written(rows, version, level)
        yield (
            b'],"statusCode":200,"isSuccess":true,"errorMessages":[],"totalRecordsCount":%d}'
            % len(rows)
        )

    def _written(self, rows: Rows, version: int, level: int) -> Iterator[bytes]:
        has_id = version == 2 or level > 0
        ids = self._ids(len(rows)) if has_id else None
        return written(self._surveys, rows, ids, parts=version == 3)

    def _ids(self, size: int) -> Ints:
        start, step = 10_007 + 6_151 * self._edition, 3 + self._edition
        return start + step * np.arange(size, dtype=np.int64)

    def _wanted_surveys(self, request: Request) -> npt.NDArray[np.bool_]:
        first, last = _day(request, "FromReportingDate"), _day(request, "ToReportingDate")
        if not self.inclusive:
            first = first and first + dt.timedelta(days=1)
            last = last and last - dt.timedelta(days=1)
        low, high = _round(request, "FromRoundNumber"), _round(request, "ToRoundNumber")
        return np.array(
            [
                _same(request, "Operation", survey.series.operation)
                and _same(request, "CountryName", COUNTRIES[survey.country])
                and _same(request, "Admin0Pcode", survey.country)
                and (first is None or survey.day >= first)
                and (last is None or survey.day <= last)
                and (low is None or survey.round_number >= low)
                and (high is None or survey.round_number <= high)
                for survey in self._surveys
            ]
        )

    def _countries(self) -> list[Json]:
        return [{"admin0Name": COUNTRIES[code], "admin0Pcode": code} for code in self.countries]

    def _operations(self) -> list[Json]:
        found = {
            (survey.series.operation, survey.series.active, survey.country): None
            for survey in sorted(self._surveys, key=_operation_name)
        }
        return [
            {
                "operation": operation,
                "operationStatus": "Active" if active else "Inactive",
                "admin0Name": COUNTRIES[country],
                "admin0Pcode": country,
            }
            for operation, active, country in found
        ]


def _operation_name(survey: Survey) -> str:
    return survey.series.operation


def _denied(message: str) -> Answer:
    return json_answer({"statusCode": 401, "message": message}, 401)


def _success(rows: list[Json]) -> Answer:
    return json_answer(
        {
            "result": rows,
            "statusCode": 200,
            "isSuccess": True,
            "errorMessages": [],
            "totalRecordsCount": len(rows),
        }
    )


def _not_success(message: str) -> Answer:
    return json_answer(
        {
            "result": [],
            "statusCode": 400,
            "isSuccess": False,
            "errorMessages": [message],
            "totalRecordsCount": 0,
        }
    )


def _same(request: Request, name: str, value: str) -> bool:
    wanted = request.value(name)
    return not wanted or wanted.casefold() == value.casefold()


def _in_area(area: tuple[str, ...], request: Request) -> bool:
    names = ("Admin1Pcode", "Admin1Name", "Admin2Pcode", "Admin2Name")
    return all(_same(request, name, value) for name, value in zip(names, area[1:], strict=False))


def _day(request: Request, name: str) -> dt.date | None:
    text = request.value(name)
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError(f"{name} must be in the format YYYY-MM-DD.") from None


def _round(request: Request, name: str) -> int | None:
    text = request.value(name)
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"{name} must be a number of 1 or more.")
    return int(text)
