"""The seeded rows of the DTM stand-in: totals first, then their parts by reason and origin.

Totals are drawn before they are split, so that what v2 gives is independent of the sum of v3.
"""

import calendar
import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from tests.servers.places import COUNTRIES, Place, places, provinces

Ints = npt.NDArray[np.int64]
Key = tuple[str, str, int, str, str]

UNKNOWN = ("Not available", "Not available")
REASONS = (
    "Conflict",
    "Natural disaster",
    "Insecurity",
    "Conflict; Natural disaster",
    "Other reason",
    "conflict",
    "No reason for displacement reported",
)
NEWEST = dt.date(2026, 9, 30)
STRIDES = np.array([1, 13, 17, 19, 23])  # prime to the number of reasons times origins everywhere
MOST_PARTS = 60
SIZES = ((2, 12), (4, 24), (8, 48), (16, 96), (32, 110), (MOST_PARTS, 110))


@dataclass(frozen=True)
class Series:
    """One operation and assessment type of a country: which people it counts, and when.

    `share` is the part of the people of an area that it finds, of those in `within` (admin 1
    codes; empty: the whole country); `years_ago` sets a closed operation into the past.
    """

    operation: str
    assessment: str
    share: float
    within: tuple[str, ...] = ()
    years_ago: int = 0
    active: bool = True


# The first series of a country is the one that counts everybody: it is to be preferred.
SERIES: dict[str, tuple[Series, ...]] = {
    "HTI": (
        Series("Countrywide monitoring", "BA", 1.0),
        Series("Countrywide monitoring", "SA", 0.25),
        Series("Countrywide monitoring", "ETT", 0.1, within=("HT01",)),
        Series("Haiti Earthquake", "SA", 0.6, years_ago=10, active=False),
    ),
    "SDN": (
        Series("Armed Clashes in Sudan", "BA", 1.0),
        Series("Armed Clashes in Sudan (Monthly)", "BA", 0.97),
        Series("Armed Clashes in Sudan (Overview)", "BA", 1.0),
        Series("Darfur conflict", "BA", 0.9, within=("SD02", "SD03", "SD04", "SD05", "SD06")),
    ),
    "SYR": (
        Series("Syrian Arab Republic Displacement", "BA", 1.0),
        Series("As-Sweida Conflict", "BA", 0.95, within=("SY13", "SY12")),
    ),
    "TCD": (
        Series("Lake Chad Basin Crisis", "BA", 1.0, within=("TD07",)),
        Series("Lake Chad Basin Crisis", "SA", 1.0, within=("TD07",)),  # BA = SA, as in 2017
    ),
}


@dataclass(frozen=True)
class Survey:
    """One round of one series."""

    country: str
    series: Series
    round_number: int
    day: dt.date
    areas: tuple[Place, ...]
    sexes: bool


@dataclass(frozen=True)
class Rows:
    """Rows of one level in columns: places in `surveys` and `areas`, numbers per row.

    `area` indexes `areas`; `reason` and `origin` are -1 in v2's rows; `males` is -1 where the
    round knows no sexes.
    """

    areas: tuple[tuple[str, ...], ...]
    survey: Ints
    area: Ints
    reason: Ints
    origin: Ints
    people: Ints
    males: Ints

    def keep(self, mask: npt.NDArray[np.bool_]) -> "Rows":
        """The rows where the mask holds."""
        columns = (self.survey, self.area, self.reason, self.origin, self.people, self.males)
        return Rows(self.areas, *(column[mask] for column in columns))

    def __len__(self) -> int:
        return len(self.people)


def plan(rows: int, countries: Sequence[str]) -> tuple[list[Survey], int]:
    """The surveys that hold so many rows, older months first, and the most parts of one area.

    Raises ValueError where the countries have too few areas for so many rows.
    """
    width = max(1, round((rows / 6) ** 0.5))
    month = sum(len(survey.areas) for survey in _surveys(countries, width, 1))
    for most_parts, most_months in SIZES:
        months = -(-rows // (month * most_parts // 2))
        if months <= most_months:
            return _surveys(countries, width, months), most_parts
    raise ValueError(f"{rows} rows are too many for {', '.join(countries)}; add countries.")


def _surveys(countries: Sequence[str], width: int, months: int) -> list[Survey]:
    return [
        Survey(country, series, first + months - back, day, areas, sexes=series.years_ago == 0)
        for back in reversed(range(months))
        for country in countries
        for series in SERIES[country]
        for first in [len(series.operation) % 9]  # rounds are counted anew by each operation
        for day in [_month_end(back, series.years_ago)]
        for areas in [_areas(country, series, width)]
    ]


@cache
def _areas(country: str, series: Series, width: int) -> tuple[Place, ...]:
    inside = [
        place
        for place in places(country)
        if not series.within or place.admin1_code in series.within
    ]
    step = max(1, len(inside) // width)
    return tuple(inside[::step][:width])


def _month_end(months_back: int, years_ago: int) -> dt.date:
    month = NEWEST.year * 12 + NEWEST.month - 1 - months_back - 12 * years_ago
    year, month = month // 12, month % 12 + 1
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def area_totals(surveys: Sequence[Survey], seed: int) -> Ints:
    """How many people each survey finds in each of its areas, in order of survey and area.

    A place has one true number a month; series find their share of it, so that they overlap.
    """
    totals = []
    for survey in surveys:
        for place in survey.areas:
            true = _people(place.admin2_code, survey.day, seed)
            totals.append(max(MOST_PARTS + 1, round(true * survey.series.share)))
    return np.array(totals, dtype=np.int64)


def _people(code: str, day: dt.date, seed: int) -> int:
    """People displaced in a place on a day: a level of the place and a slow wave of its own."""
    level, shift = _habit(code, seed)
    return int(level * (1 + 0.3 * math.sin(day.toordinal() / 150 + shift)))


@cache
def _habit(code: str, seed: int) -> tuple[float, float]:
    mixed = np.random.SeedSequence([seed, *code.encode()]).generate_state(2)
    return 10 ** (2.3 + 2.4 * float(mixed[0]) / 2**32), float(mixed[1]) / 2**28


def split(surveys: Sequence[Survey], totals: Ints, rows: int, most_parts: int, seed: int) -> Rows:
    """Split the totals into exactly `rows` parts by reason and origin; an area not reached is cut.

    Every part holds at least one person and the parts of an area sum to its total.
    """
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(len(surveys)), [len(survey.areas) for survey in surveys])
    parts = rng.integers(max(1, most_parts // 2), most_parts + 1, len(owner))
    ends = np.cumsum(parts)
    # The last surveys are kept whole: rows are cut from the front, where older months are.
    kept = np.flatnonzero(ends > ends[-1] - rows)
    surplus = int(parts[kept].sum() - rows)
    parts = parts[kept]
    parts[0] -= surplus
    owner, totals = owner[kept], totals[kept]
    row_area = np.repeat(np.arange(len(parts)), parts)
    within = np.arange(len(row_area)) - np.repeat(np.cumsum(parts) - parts, parts)
    people = _shares(totals, parts, row_area, rng)
    reason, origin = _combinations(surveys, owner, row_area, within, rng)
    names = _area_names(surveys)
    index = {name[3]: number for number, name in enumerate(names)}
    places_in_order = [place.admin2_code for survey in surveys for place in survey.areas]
    area = np.array([index[code] for code in places_in_order], dtype=np.int64)[kept]
    sexes = np.array([survey.sexes for survey in surveys])
    males = np.where(sexes[owner[row_area]], (people * rng.uniform(0.42, 0.52)).astype(int), -1)
    return Rows(names, owner[row_area], area[row_area], reason, origin, people, males)


def _shares(totals: Ints, parts: Ints, row_area: Ints, rng: np.random.Generator) -> Ints:
    weights = rng.exponential(size=len(row_area))
    starts = np.cumsum(parts) - parts
    sums = np.add.reduceat(weights, starts)
    rest = totals - parts
    people = 1 + np.floor(rest[row_area] * weights / sums[row_area]).astype(np.int64)
    people[starts] += totals - np.add.reduceat(people, starts)
    return people


def _combinations(
    surveys: Sequence[Survey],
    owner: Ints,
    row_area: Ints,
    within: Ints,
    rng: np.random.Generator,
) -> tuple[Ints, Ints]:
    origins = np.array([len(provinces(survey.country)) + 1 for survey in surveys])[owner]
    combinations = origins * len(REASONS)
    first = rng.integers(0, combinations)
    stride = rng.choice(STRIDES, len(owner))
    chosen = (first[row_area] + within * stride[row_area]) % combinations[row_area]
    return chosen % len(REASONS), chosen // len(REASONS)


def _area_names(surveys: Sequence[Survey]) -> tuple[tuple[str, ...], ...]:
    found = {place: None for survey in surveys for place in survey.areas}
    return tuple(tuple(place) for place in found)


def lifted(rows: Rows, level: int) -> Rows:
    """Rows of admin 2 summed up to admin 1 or 0, still by reason and origin."""
    if level == 2:
        return rows
    wanted = [area[:3] if level == 1 else area[:1] for area in rows.areas]
    names = tuple(dict.fromkeys(wanted))
    number = {name: index for index, name in enumerate(names)}
    area = np.array([number[name] for name in wanted], dtype=np.int64)[rows.area]
    reason, origin = rows.reason + 1, rows.origin + 1
    code = ((rows.survey * len(names) + area) * 64 + reason) * 64 + origin
    codes, group = np.unique(code, return_inverse=True)
    people = _sums(rows.people, group, len(codes))
    unknown = np.bincount(group, rows.males < 0, len(codes)) > 0
    males = np.where(unknown, -1, _sums(rows.males, group, len(codes)))
    where = codes // 4096
    return Rows(
        names,
        where // len(names),
        where % len(names),
        codes // 64 % 64 - 1,
        codes % 64 - 1,
        people,
        males,
    )


def _sums(values: Ints, group: Ints, size: int) -> Ints:
    sums = np.zeros(size, dtype=np.int64)
    np.add.at(sums, group, values)
    return sums


def written(
    surveys: Sequence[Survey], rows: Rows, ids: Ints | None, *, parts: bool, block: int = 20_000
) -> Iterator[bytes]:
    """The rows as JSON objects joined by commas, in blocks of bytes."""
    heads = _heads(surveys, rows)
    tails = _tails(surveys, parts=parts)
    origins = {code: (UNKNOWN, *provinces(code)) for code in COUNTRIES}
    for start in range(0, len(rows), block):
        cut = slice(start, start + block)
        numbers = zip(
            rows.survey[cut].tolist(),
            rows.area[cut].tolist(),
            rows.reason[cut].tolist(),
            rows.origin[cut].tolist(),
            rows.people[cut].tolist(),
            rows.males[cut].tolist(),
            (ids[cut] if ids is not None else rows.survey[cut]).tolist(),
            strict=True,
        )
        lines = []
        for survey, area, reason, origin, people, males, number in numbers:
            head = heads[survey, area]
            before, after = tails[survey]
            start_of_row = "{" if ids is None else f'{{"id":{number},'
            if parts:
                sexes = (
                    f'"numberMales":{males},"numberFemales":{people - males}'
                    if males >= 0
                    else '"numberMales":null,"numberFemales":null'
                )
                code, name = origins[surveys[survey].country][origin]
                lines.append(
                    f'{start_of_row}{head}{people}{before}"displacementReason":"{REASONS[reason]}",'
                    f'{sexes},"idpOriginAdmin1Name":"{name}","idpOriginAdmin1Pcode":"{code}"{after}'
                )
            else:
                lines.append(f"{start_of_row}{head}{people}{before}{after}")
        text = ",".join(lines)
        yield (text if start == 0 else "," + text).encode()


def _heads(surveys: Sequence[Survey], rows: Rows) -> dict[tuple[int, int], str]:
    met = np.unique(rows.survey * len(rows.areas) + rows.area).tolist()
    pairs = ((code // len(rows.areas), code % len(rows.areas)) for code in met)
    return {(survey, area): _head(surveys[survey], rows.areas[area]) for survey, area in pairs}


def _head(survey: Survey, area: tuple[str, ...]) -> str:
    text = (
        f'"operation":"{survey.series.operation}",'
        f'"admin0Name":"{COUNTRIES[survey.country]}","admin0Pcode":"{survey.country}",'
    )
    for level, (code, name) in enumerate(zip(area[1::2], area[2::2], strict=True), start=1):
        text += f'"admin{level}Name":"{name}","admin{level}Pcode":"{code}",'
    return text + '"numPresentIdpInd":'


def _tails(surveys: Sequence[Survey], *, parts: bool) -> list[tuple[str, str]]:
    return [(_round_text(survey), _type_text(survey, parts=parts)) for survey in surveys]


def _round_text(survey: Survey) -> str:
    return (
        f',"reportingDate":"{survey.day.isoformat()}T00:00:00",'
        f'"yearReportingDate":{survey.day.year},"monthReportingDate":{survey.day.month},'
        f'"roundNumber":{survey.round_number},'
    )


def _type_text(survey: Survey, *, parts: bool) -> str:
    comma = "," if parts else ""
    return f'{comma}"assessmentType":"{survey.series.assessment}"}}'


def keyed_totals(surveys: Sequence[Survey], rows: Rows) -> dict[Key, int]:
    """People by (operation, assessment type, round, day, area code) of rows that are totals."""
    found: dict[Key, int] = {}
    for survey, area, people in zip(
        rows.survey.tolist(), rows.area.tolist(), rows.people.tolist(), strict=True
    ):
        who = surveys[survey]
        code = rows.areas[area][0] if len(rows.areas[area]) == 1 else rows.areas[area][-2]
        key = (
            who.series.operation,
            who.series.assessment,
            who.round_number,
            who.day.isoformat(),
            code,
        )
        found[key] = people
    return found
