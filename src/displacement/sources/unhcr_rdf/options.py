"""What is asked of the Refugee Data Finder, and which day is a year of it?"""

from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple

import pydantic

from displacement.sources.source import Declaration, SourceError

SOURCE_ID: Final = "unhcr_rdf"
MONTH_AND_DAY: Final = r"^\d{2}-\d{2}$"
DECEMBER: Final = 12


class Endpoint(StrEnum):
    """Which table is asked for."""

    POPULATION = "population"
    SOLUTIONS = "solutions"


class Side(StrEnum):
    """Whether a country is asked for as the origin or as the asylum of the people."""

    ORIGIN = "origin"
    ASYLUM = "asylum"


class Population(StrEnum):
    """The columns that can become figures; each is named as UNHCR names it."""

    REFUGEES = "refugees"
    ASYLUM_SEEKERS = "asylum_seekers"
    OIP = "oip"
    IDPS = "idps"
    RETURNED_REFUGEES = "returned_refugees"
    RETURNED_IDPS = "returned_idps"


INTERNAL: Final = (Population.IDPS, Population.RETURNED_IDPS)
"""People within their country: only rows whose origin is their asylum have them."""
SOLUTIONS: Final = (Population.RETURNED_REFUGEES, Population.RETURNED_IDPS)


@pydantic.dataclasses.dataclass(frozen=True, config=pydantic.ConfigDict(extra="forbid"))
class Options:
    """What the source's table `options` in sources.toml may say."""

    endpoints: tuple[Endpoint, ...] = tuple(Endpoint)
    sides: tuple[Side, ...] = tuple(Side)
    populations: tuple[Population, ...] = (Population.REFUGEES, *INTERNAL, SOLUTIONS[0])
    page_rows: int = pydantic.Field(default=10_000, ge=1)
    end_of_year_data_from: str = pydantic.Field(default="06-10", pattern=MONTH_AND_DAY)
    mid_year_data_from: str = pydantic.Field(default="10-01", pattern=MONTH_AND_DAY)
    doubtful_days: int = 21


class Asked(NamedTuple):
    """What one query asks for; its name is the file of its figures."""

    country: str
    side: Side
    endpoint: Endpoint

    @property
    def name(self) -> str:
        """What its answers and figures are filed under."""
        return f"{SOURCE_ID}/{self.country}/{self.side}/{self.endpoint}"


class Dates(NamedTuple):
    """The day that a year's stocks hold on and its returns end, and when they came out."""

    as_of: date
    published_on: date

    @property
    def mid_year(self) -> bool:
        """True where the year was not over."""
        return self.as_of.month < DECEMBER


def dates_of(year: int, retrieved_at: datetime, options: Options) -> Dates | None:
    """Which day the figures filed under a year are of; None where no figure can be so new.

    Before the June after it a year holds its middle. Nothing in the answer says so.
    """
    retrieved = retrieved_at.date()
    switch = month_day(year + 1, options.end_of_year_data_from)
    if retrieved >= switch:
        return Dates(date(year, 12, 31), switch)
    middle = date(year, 6, 30)
    if retrieved <= middle:
        return None
    return Dates(middle, min(retrieved, month_day(year, options.mid_year_data_from)))


def month_day(year: int, month_and_day: str) -> date:
    """The day of a year."""
    return date.fromisoformat(f"{year}-{month_and_day}")


def options_of(declaration: Declaration) -> Options:
    """The options declared. Raises SourceError with the option and what is wrong with it."""
    try:
        return Options(**declaration.options)
    except pydantic.ValidationError as wrong:
        problems = "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['msg'].lower()}" for one in wrong.errors()
        )
        raise SourceError(f"[sources.{SOURCE_ID}.options]: {problems}") from None


def asked_by(name: str) -> Asked:
    """What the query of this name asked for."""
    _, country, side, endpoint = name.split("/")
    return Asked(country, Side(side), Endpoint(endpoint))


def wanted_of(asked: Asked, options: Options) -> list[Population]:
    """The columns that this answer speaks for.

    A country's displaced people stand in both of its answers; they are read from one.
    """
    has = tuple(Population) if asked.endpoint == Endpoint.POPULATION else SOLUTIONS
    inside = asked.side == Side.ORIGIN or Side.ORIGIN not in options.sides
    return [one for one in has if one in options.populations and (inside or one not in INTERNAL)]
