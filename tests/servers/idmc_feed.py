"""The seeded figures of the IDMC stand-in, and how they change between two dumps."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from tests.servers.exchange import Json
from tests.servers.places import Place, places

Row = dict[str, Json]

TODAY = dt.date(2026, 10, 1)
WINDOW = 180
COUNTRIES = {
    "SYR": ("Syria", 35.0, 38.0),
    "SDN": ("Sudan", 15.5, 30.0),
    "HTI": ("Haiti", 18.9, -72.3),
    "TCD": ("Chad", 13.8, 16.5),
}
QUALIFIERS = ("total", "approximately", "more than or equal to", "less than or equal to")
SOURCES = (
    "Office for the Coordination of Humanitarian Affairs (OCHA)",
    "International Organization for Migration (IOM DTM)",
    "Local Authorities; State Authorities",
    "Media",
)
FLOOD = ("Weather related", "Hydrological", "Flood", "Flood")
VIOLENCE = (None, None, "Non-International armed conflict (NIAC)", None)
OCCURRED = (
    None,
    "Displacement without preventive evacuations reported",
    "Displacement reporting preventive evacuations",
)
# The popup's term labels are off by one: the label beside what the excerpt says (defect 1).
LABELS = (
    ("", "were displaced"),
    (" (partially destroyed housing)", "had to leave uninhabitable housing"),
    (" (uninhabitable housing)", "were made homeless"),
)


class Feed:
    """The figures of the feed in columns, newest first, and what was changed since."""

    def __init__(self, rows: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.size = rows
        self.places: list[Place] = [place for iso3 in COUNTRIES for place in places(iso3)]
        # A third of the figures lies in the window of 180 days, the others before.
        back = np.where(rng.random(rows) < 0.34, rng.integers(0, WINDOW, rows),
                        rng.integers(0, 8 * 365, rows))  # fmt: skip
        length = rng.choice([0, 0, 1, 3, 7, 30], rows)
        start = TODAY.toordinal() - back - length
        order = np.lexsort((np.arange(rows), -(start + length), -start))
        self.ids = 180_000 + np.arange(rows)[::-1][order]
        self.start, self.end = start[order], (start + length)[order]
        self.place = rng.integers(0, len(self.places), rows)
        self.more_places = rng.choice([0, 0, 0, 1, 2], rows)
        self.figures = np.rint(np.exp(rng.normal(6, 1.8, rows))).astype(int) + 1
        self.triangulation = rng.random(rows) < 0.2
        self.disaster = rng.random(rows) < 0.5
        self.pick = rng.integers(0, 1 << 30, rows)
        self.lag = rng.integers(5, 60, rows)
        self.changes: dict[int, Row] = defaultdict(dict)
        self.gone: set[int] = set()
        self.added: list[Row] = []

    def identifier(self, row: int) -> int:
        return int(self.ids[row])

    def figure(self, row: int) -> int:
        return int(self.figures[row])

    def next_id(self) -> int:
        return 180_000 + self.size + len(self.added)

    def recommended(self) -> list[int]:
        """Rows of the window that are recommended still."""
        recent = np.flatnonzero(~self.triangulation & (self.end > TODAY.toordinal() - WINDOW))
        return [row for row in recent.tolist() if row not in self.gone and row not in self.changes]

    def rows(
        self, *, recent: bool = False, disasters: bool = False, share: float = 1.0
    ) -> Iterator[Row]:
        """The rows of one dump; the last of them repeats another under a new id (defect 5)."""
        mask = np.ones(self.size, dtype=bool)
        if recent:
            mask &= self.end > TODAY.toordinal() - WINDOW
        if disasters:
            mask &= self.disaster
        chosen = [row for row in np.flatnonzero(mask).tolist() if row not in self.gone]
        yield from (row for row in self.added if not disasters)
        for row in chosen[: int(len(chosen) * share)] if share < 1 else chosen:
            yield self._row(row) | self.changes.get(row, {})

    def _row(self, row: int) -> Row:
        # One row in two hundred repeats the row before it: same everything, another id.
        twin = row - 1 if row and row % 200 == 7 else row
        if twin != row:
            return self._row(twin) | {"id": self.identifier(row)}
        place, pick = self.places[self.place[row]], int(self.pick[row])
        country, latitude, longitude = COUNTRIES[place.country]
        start, end = (dt.date.fromordinal(int(day[row])) for day in (self.start, self.end))
        disaster, figure = bool(self.disaster[row]), self.figure(row)
        names = self._names(row, country)
        points = [_point(latitude, longitude, pick + 7919 * n) for n in range(len(names))]
        middle = [round(sum(axis) / len(points), 6) for axis in zip(*points, strict=True)]
        what = f"{figure} people # in {names[0]}"
        qualifier, source = QUALIFIERS[pick % 7 % 4], SOURCES[pick % len(SOURCES)]
        event = self._event(place, start, country, disaster=disaster)
        hazard = dict(zip(("category", "subcategory", "type", "subtype"),
                          FLOOD if disaster else VIOLENCE, strict=True))  # fmt: skip
        created = dt.datetime.combine(end, dt.time(4, pick % 60, 47, 8236), dt.UTC)
        created = min(
            created + dt.timedelta(int(self.lag[row])), dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
        )
        return {
            "id": self.identifier(row),
            "country": country,
            "iso3": place.country,
            "latitude": middle[0],
            "longitude": middle[1],
            "centroid": f"[{middle[0]}, {middle[1]}]",
            "role": "Triangulation" if self.triangulation[row] else "Recommended figure",
            "displacement_type": "Disaster" if disaster else "Conflict",
            "qualifier": qualifier,
            "figure": figure,
            "displacement_date": end.isoformat(),
            "displacement_start_date": start.isoformat(),
            "displacement_end_date": end.isoformat(),
            "year": start.year,
            **event,
            **hazard,
            **_texts(f"{country}: {figure:,}", what, (start, end), LABELS[pick % 7 % 3]),
            "old_id": None,
            "sources": source,
            "source_url": "",
            "locations_name": "; ".join(names),
            "locations_coordinates": "; ".join(f"{point[0]}, {point[1]}" for point in points),
            "locations_accuracy": "; ".join(["District/Zone/Department (ADM2)"] * len(names)),
            "locations_type": "; ".join(_types(len(names))),
            "displacement_occurred": OCCURRED[pick % 3] if disaster else None,
            "created_at": created.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }

    def _names(self, row: int, country: str) -> list[str]:
        first = int(self.place[row])
        found = [self.places[(first + n) % len(self.places)]
                 for n in range(1 + int(self.more_places[row]))]  # fmt: skip
        mine = [place for place in found if place.country == self.places[first].country]
        return [f"{place.admin2_name}, {place.admin1_name}, {country}" for place in mine]

    def _event(self, place: Place, start: dt.date, country: str, *, disaster: bool) -> Row:
        """Events last a calendar year for a conflict and a month for a flood."""
        first = start.replace(day=1) if disaster else start.replace(month=1, day=1)
        later = first + dt.timedelta(days=31 if disaster else 366)
        last = later.replace(day=1) - dt.timedelta(days=1)
        what = "Flood" if disaster else "Non-International armed conflict (NIAC)"
        iso3 = list(COUNTRIES).index(place.country)
        number = (start.year * 12 + (start.month if disaster else 0)) * 8 + iso3 * 2 + disaster
        codes = start.month == 3 and disaster
        return {
            "event_id": number % 100_000,
            "event_name": f"{country}: {what} - Countrywide - {first:%d/%m/%Y}",
            "event_codes": f"FL-{start.year}-{number % 1000:06d}-{place.country}" if codes else "",
            "event_code_types": "Glide Number" if codes else "",
            "event_start_date": first.isoformat(),
            "event_end_date": last.isoformat(),
        }


def _types(size: int) -> list[str]:
    return ["Origin and destination"] if size == 1 else ["Origin", *["Destination"] * (size - 1)]


def _point(latitude: float, longitude: float, pick: int) -> tuple[float, float]:
    north, east = pick % 2001 - 1000, pick // 2001 % 2001 - 1000
    return round(latitude + north / 1000, 6), round(longitude + east / 1000, 6)


def _texts(title: str, what: str, days: tuple[dt.date, dt.date], label: tuple[str, str]) -> Row:
    when = " - ".join(f"{day.day} {day:%B}" for day in days)
    head = f"<b> {title} displacements{label[0]}, {when} </b>"
    text = what.replace("#", label[1])
    return {
        "standard_popup_text": f"{head} <br> According to local reports, {text}. <br> ",
        "standard_info_text": head,
    }
