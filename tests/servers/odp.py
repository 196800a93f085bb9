"""Stand-in of UNHCR's Operational Data Portal: widgets' JSON that does not say what it measures."""

import csv
import datetime as dt
import io
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from tests.servers.core import StandIn
from tests.servers.exchange import Answer, Json, Request, html_answer, json_answer
from tests.servers.odp_series import (
    AREAS,
    COLLECTIONS,
    CUMULATIVE,
    DATA_TYPES,
    FREQUENCIES,
    GROUPS,
    KINDS,
    LAST,
    MOST_DAYS,
    PLACES,
    Group,
    day,
    values,
)

Row = dict[str, Json]

ORIGINS = {
    "SSD": "South Sudan", "COD": "Dem. Rep. of the Congo", "SUD": "Sudan", "ERT": "Eritrea",
    "CAR": "Central African Rep.", "VAR": "Various", "OTH": "Others",
}  # fmt: skip
# Collections of get/origin: type code, first group id.
BY_ORIGIN = {4: ("REF", 5140), 29: ("ASY", 5590), 28: ("REF", 4797)}
AGES = ("04", "511", "1217", "1859", "60", "total")
LATE = (0, 31, 92, 0)  # areas report on days of their own, some are frozen for months
MONTHS_OFF = (0, 3, 6, 0)  # and the column month disagrees with the date


class OdpServer(StandIn):
    """data.unhcr.org/population: timeseries, sublocation, origin and the current figure.

    `rows` is the number of days of every series. What a group measures is in GROUPS and
    COLLECTIONS, nowhere in the answers. Between two runs: `correct` changes a series,
    `rebuild_page` retires a widget id (it then gives no data).
    """

    name: ClassVar[str] = "odp"
    source_id: ClassVar[str] = "unhcr_odp"
    base_path: ClassVar[str] = "/population"

    def __init__(self, *, rows: int = 400, seed: int = 1, port: int = 0) -> None:
        super().__init__(key="", port=port)
        if rows > MOST_DAYS:
            raise ValueError(f"A series has at most {MOST_DAYS} days.")
        self.seed = seed
        self.days = rows
        self.retired: set[str] = set()
        self._corrections: dict[tuple[int, int], int] = {}

    def settings(self) -> dict[str, str]:
        """No key is needed."""
        return {"url": self.base_url}

    def series(self, group: int, place: int) -> dict[dt.date, int]:
        """The true series of a group (or collection) in a country, by day."""
        found = self._values(GROUPS.get(group) or COLLECTIONS[group], place)
        return {day(n, self.days): value for n, value in enumerate(found.tolist())}

    def correct(self, group: int, place: int, by: int) -> None:
        """Correct a series from its middle on."""
        self._corrections[group, place] = self._corrections.get((group, place), 0) + by

    def rebuild_page(self, widget: int | str) -> None:
        """Rebuild the page that held a widget: its id gives nothing from now on."""
        self.retired.add(str(widget))

    def _values(self, group: Group, place: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        found = values(group, place, self.days, self.seed)
        found[self.days // 2 :] += self._corrections.get((group.number, place), 0)
        return np.maximum(found, 0)

    def refuse(self, request: Request) -> Answer:
        """There is no key; a refusal is an HTML page."""
        return html_answer("Access denied", "<h1>Access denied</h1>", 403)

    def respond(self, request: Request) -> Answer:
        """What the path's widget shows; wrong ids give no data and no error."""
        path = request.path.rstrip("/").removeprefix(self.base_path)
        answers = {
            "": self._root,
            "/get/timeseries": self._timeseries,
            "/get/sublocation": self._sublocation,
            "/get/sublocation/root": self._sublocation,
            "/get/origin": self._origin,
        }
        if path not in answers:
            return html_answer("Page not found", "<h1>Page not found</h1>", 404)
        document = answers[path](request)
        if request.value("export") == "csv":
            data = document["data"]
            return _csv(data["timeseries"] if isinstance(data, dict) else data)
        return json_answer(document)

    def _wanted(self, request: Request) -> list[Group]:
        if request.value("widget_id") in self.retired:
            return []
        asked = [GROUPS.get(number) for number in _numbers(request, "population_group")]
        asked += [COLLECTIONS.get(number) for number in _numbers(request, "population_collection")]
        return [group for group in asked if group]

    def _places(self, request: Request, group: Group) -> list[int]:
        """The countries meant: one by geo_id, all of the group by its situation."""
        place, situation = request.whole("geo_id", 0), request.whole("sv_id", 0)
        if place:
            return [place] if place in group.places else []
        return list(group.places) if situation and situation == group.situation else []

    def _timeseries(self, request: Request) -> Row:
        groups = self._wanted(request)
        first, last = _date(request, "fromDate"), _date(request, "toDate")
        summed = np.zeros(self.days, dtype=np.int64)
        met = False
        for group in groups:
            for place in self._places(request, group):
                summed += self._values(group, place)
                met = True
        rows = [
            (day(number, self.days), value)
            for number, value in enumerate(summed.tolist())
            if met and (not first or day(number, self.days) >= first)
            if not last or day(number, self.days) <= last
        ]
        rows = list(self.visible(rows, request))
        frequency = request.value("frequency") or "day"
        flow = bool(groups) and groups[0].measure == "flow"
        shown = [_daily(*row) for row in rows] if frequency == "day" else _longer(
            rows, frequency, flow=flow)  # fmt: skip
        return {"data": {"timeseries": shown}}

    def _sublocation(self, request: Request) -> Row:
        """One row per country of a situation, or per area of a country; flows since fromDate."""
        since = _date(request, "fromDate")
        found: dict[int, Row] = {}
        for group in self._wanted(request):
            for place in self._places(request, group):
                for row in self._area_rows(
                    group, place, since, whole=not request.whole("geo_id", 0)
                ):
                    before = found.get(row["geomaster_id"])
                    found[row["geomaster_id"]] = _merged(before, row) if before else row
        rows = [_texts(row) for row in found.values()]
        return {"data": list(self.visible(rows, request))}

    def _area_rows(
        self, group: Group, place: int, since: dt.date | None, *, whole: bool
    ) -> list[Row]:
        areas = () if whole else AREAS.get(place, ())
        found = []
        for number, (identifier, name) in enumerate(areas or ((place, PLACES[place]),)):
            late = 0 if not areas else LATE[number % len(LATE)]
            until = LAST - dt.timedelta(days=late)
            share = 1.0 if not areas else 1 / len(areas)
            people = int(self._upto(group, place, since, until) * share)
            if people:
                off = 0 if not areas else MONTHS_OFF[number % len(MONTHS_OFF)]
                level = "Admin 1" if areas else "Country"
                row = _row(group, (identifier, name, level), until, people, off)
                found.append(row | ({"name": f"{name} camp"} if areas else {}))
        return found

    def _upto(self, group: Group, place: int, since: dt.date | None, until: dt.date) -> int:
        """The latest value of a stock or cumulative series; the sum of a flow since a day."""
        found = self.series(group.number, place)
        if group.measure != "flow":
            return found.get(until, 0)
        return sum(v for when, v in found.items() if when <= until and (not since or when >= since))

    def _root(self, request: Request) -> Row:
        rows = [
            _texts(_row(group, (place, PLACES[place], "Country"), LAST, value, 0))
            | {"population_groups": [_about(group)], "population_groups_concat": group.name}
            for group in self._wanted(request)
            for place in self._places(request, group)
            for value in [self._upto(group, place, None, LAST)]
        ]
        groups = ", ".join(str(group.number) for group in self._wanted(request))
        return {"data": list(self.visible(rows, request)), "population_group_id": groups}

    def _origin(self, request: Request) -> Row:
        """One row per origin; collections asked for together are merged under ONE type."""
        place = request.whole("geo_id", 0)
        asked = [n for n in _numbers(request, "population_collection") if n in BY_ORIGIN]
        rows = []
        for number, (code, name) in enumerate(ORIGINS.items()):
            if place not in PLACES or not asked:
                break
            parts = {n: self._of_origin(place, code, n) for n in asked}
            # The label is that of one of the merged types, not always the larger one.
            kind = BY_ORIGIN[asked[number % len(asked)]][0]
            rows.append(_origin_row(place, (code, name), kind, parts, number))
        limit = request.whole("limit", len(rows))
        return {
            "pop_frequency_code": ["D", "M", "A"],
            "pop_frequency_cumulative_code": [],
            "data": list(self.visible(rows, request))[:limit],
        }

    def _of_origin(self, place: int, origin: str, collection: int) -> int:
        rng = np.random.default_rng([self.seed, place, collection, *origin.encode()])
        return int(rng.integers(50, 900_000))


def _numbers(request: Request, name: str) -> list[int]:
    parts = (request.value(name) or "").split(",")
    return [int(part) for part in parts if part.strip().isdecimal()]


def _date(request: Request, name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(request.value(name) or "")
    except ValueError:
        return None


def _daily(when: dt.date, people: int) -> Row:
    moment = dt.datetime.combine(when, dt.time(), dt.UTC)
    return {
        "data_date": when.isoformat(),
        "unix_timestamp": int(moment.timestamp()),
        "individuals": people,
    }


def _longer(rows: Sequence[tuple[dt.date, int]], frequency: str, *, flow: bool) -> list[Row]:
    """Months or years: the sum of a flow, the last value of a stock or a cumulative series."""
    found: dict[tuple[int, int], int] = {}
    for when, people in rows:
        key = (when.year, when.month if frequency == "month" else 0)
        found[key] = found.get(key, 0) + people if flow else people
    return [
        {"year": year, "individuals": people} | ({"month": f"{month:02d}"} if month else {})
        for (year, month), people in found.items()
    ]


def _row(
    group: Group, area: tuple[int, str, str], when: dt.date, people: int, months_off: int
) -> Row:
    identifier, name, level = area
    return {
        "geomaster_name": name,
        "geomaster_id": identifier,
        "admin_level": level,
        "centroid_lon": 20.5 + identifier % 7,
        "centroid_lat": 13.5 + identifier % 5,
        "source": "UNHCR, Government",
        "date": when.isoformat(),
        "month": (when.month - 1 + months_off) % 12 + 1,
        "year": when.year,
        "population_groups": group.name,
        "population_group_id": str(group.number),
        "individuals_type": 1,
        "demography_type": 1,
        "individuals": people,
        "households": 0,
    } | _about(group)


def _about(group: Group) -> Row:
    word, code = CUMULATIVE[group.measure]
    return {
        "id": str(group.number),
        "name": group.name,
        "pop_data_type_code": group.data_type,
        "pop_data_type_name": DATA_TYPES[group.data_type],
        "pop_type_code": group.kind,
        "pop_type_name": KINDS[group.kind],
        "pop_frequency_code": group.frequency,
        "pop_frequency_name": FREQUENCIES[group.frequency],
        "pop_frequency_cumulative": word,
        "pop_frequency_cumulative_code": code,
        "pop_origin_code": group.origin[0],
        "pop_origin_name": group.origin[1],
    }


def _merged(one: Row, other: Row) -> Row:
    return one | {
        "individuals": one["individuals"] + other["individuals"],
        "population_groups": f"{one['population_groups']}, {other['population_groups']}",
        "population_group_id": f"{one['population_group_id']}, {other['population_group_id']}",
        "date": max(one["date"], other["date"]),
    }


def _texts(row: Row) -> Row:
    """Numbers are texts in these answers."""
    return {name: str(v) if isinstance(v, int | float) else v for name, v in row.items()}


def _origin_row(
    place: int, origin: tuple[str, str], kind: str, parts: dict[int, int], number: int
) -> Row:
    late = dt.timedelta(days=LATE[number % len(LATE)])
    when = LAST - late
    groups = [BY_ORIGIN[collection][1] + number for collection in parts]
    names = [f"{KINDS[BY_ORIGIN[collection][0]]} from {origin[1]}" for collection in parts]
    people = sum(parts.values())
    # Demography is unknown (null), or "0" although there are people.
    unknown = None if number % 2 else "0"
    ages = {f"{sex}_{age}": unknown for sex in ("male", "female") for age in AGES}
    return {
        "geomaster_name": PLACES[place],
        "geomaster_id": place,
        "admin_level": "Country",
        "centroid_lon": 32.3,
        "centroid_lat": 1.5,
        "pop_data_type_code": "REG",
        "pop_data_type_name": "Registered",
        "pop_type_code": kind,
        "pop_type_name": KINDS[kind],
        "pop_frequency_name": "Daily",
        "pop_frequency_code": "D",
        "pop_frequency_cumulative": "cumulative",
        "pop_frequency_cumulative_code": "C",
        "pop_origin_name": origin[1],
        "pop_origin_code": origin[0],
        "date": when.isoformat(),
        "month": (when.month - 1 + MONTHS_OFF[number % len(MONTHS_OFF)]) % 12 + 1,
        "year": when.year,
        "population_groups": ", ".join(names),
        "population_group_id": ", ".join(map(str, groups)),
        "source": "UNHCR, Government",
        "individuals": str(people),
        "households": unknown,
    } | ages


def _csv(rows: Sequence[Row]) -> Answer:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return Answer(text.getvalue().encode(), content_type="text/csv; charset=utf-8")
