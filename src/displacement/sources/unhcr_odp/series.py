"""What does each configured series of the portal count? The portal itself does not say."""

import calendar
import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final, Self

import pydantic

from displacement.sources.source import Declaration, SourceError
from displacement_schemas.vocabulary import FLOWS, STOCKS, AreaRole, Cause, Measure, Term

CODE: Final = re.compile(r"[A-Z]{2,3}\d*")
DECEMBER: Final = 12

Ids = Annotated[
    tuple[int, ...], pydantic.BeforeValidator(lambda ids: ids if isinstance(ids, list) else [ids])
]


class Endpoint(StrEnum):
    """Which of the portal's answers holds the series."""

    TIMESERIES = "timeseries"
    SUBLOCATION = "sublocation"
    ORIGIN = "origin"
    ROOT = "root"


class Kind(StrEnum):
    """How a number and its date belong together."""

    STOCK = "stock"
    CUMULATIVE = "cumulative"
    FLOW = "flow"


class Frequency(StrEnum):
    """The step of a time series; a flow's number is that of the whole step."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"

    def first_day(self, day: date) -> date:
        """The first day of the step that holds a day."""
        if self is Frequency.YEAR:
            return date(day.year, 1, 1)
        return day.replace(day=1) if self is Frequency.MONTH else day

    def last_day(self, day: date) -> date:
        """The last day of the step that holds a day."""
        if self is Frequency.YEAR:
            return date(day.year, DECEMBER, 31)
        if self is Frequency.MONTH:
            return day.replace(day=calendar.monthrange(day.year, day.month)[1])
        return day


_ARRIVING: Final = frozenset(
    {Measure.REFUGEES, Measure.CROSS_BORDER_FLIGHT, Measure.CROSS_BORDER_RETURN}
)
_TERMS: Final = {
    Measure.REFUGEES: Term.REFUGEES,
    Measure.CROSS_BORDER_FLIGHT: Term.FORCED_TO_FLEE,
    Measure.CROSS_BORDER_RETURN: Term.RETURNS,
    Measure.RETURN: Term.RETURNS,
    Measure.RETURNEES: Term.RETURNS,
}


class PortalSeries(pydantic.BaseModel):
    """One `[[sources.unhcr_odp.options.series]]` of sources.toml."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    name: str = pydantic.Field(pattern=r"^[^/|#@>]+$")
    """What people call it; its figures are filed under it for good."""
    endpoint: Endpoint
    measure: Measure
    kind: Kind
    country: str | None = pydantic.Field(default=None, pattern=r"^[A-Z]{3}$")
    """Where the people are; left out where the rows are countries themselves."""
    area: str | None = None
    """Code or name path of the area, where it is not the whole country."""
    area_role: AreaRole | None = None
    geo_id: int | None = None
    sv_id: int | None = None
    widget_id: int | None = None
    population_group: Ids = ()
    population_collection: int | None = None
    """One only: of several the portal makes one row with the label of one of them."""
    frequency: Frequency | None = None
    since: date | None = None
    """The first day of a cumulative count; of other kinds, where the portal is to begin."""
    forcesublocation: int = 1
    counter: str | None = None
    cause: Cause = Cause.UNKNOWN

    @pydantic.model_validator(mode="after")
    def _fits(self) -> Self:
        if self.geo_id is None and self.sv_id is None:
            raise ValueError("it needs a geo_id or an sv_id")
        if bool(self.population_group) == (self.population_collection is not None):
            raise ValueError("it needs a population_group or one population_collection, not both")
        if self.kind == Kind.STOCK and self.measure not in STOCKS:
            raise ValueError(f"{self.measure} is no stock")
        if self.kind != Kind.STOCK and self.measure not in FLOWS:
            raise ValueError(f"{self.measure} is a stock, and no {self.kind} count")
        if self.kind == Kind.CUMULATIVE and self.since is None:
            raise ValueError("a cumulative count needs the day it counts from: since")
        if self.kind == Kind.FLOW and self.endpoint == Endpoint.SUBLOCATION:
            raise ValueError(
                "the portal sums a flow of areas from a day on: call it cumulative, and say since"
            )
        if not self.country and not self.area and self.endpoint != Endpoint.SUBLOCATION:
            raise ValueError("it needs a country, or an area")
        return self

    @property
    def step(self) -> Frequency:
        """The step asked for: months of a cumulative count, which grows day by day."""
        usual = Frequency.MONTH if self.kind == Kind.CUMULATIVE else Frequency.DAY
        return self.frequency or usual

    @property
    def place(self) -> str:
        """What the series' own area is called."""
        return self.area or self.country or self.name

    @property
    def area_code(self) -> str | None:
        """The code of its own area, where that is given as a code."""
        return self.place if CODE.fullmatch(self.place) else None

    @property
    def area_path(self) -> str | None:
        """The name path of its own area, from the country inwards."""
        if self.area_code or not self.area:
            return None
        inside = ">" in self.area or not self.country
        return self.area if inside else f"{self.country} > {self.area}"

    @property
    def role(self) -> AreaRole:
        """Where the area stands in the movement: where people arrive, unless said otherwise."""
        arrival = AreaRole.DESTINATION if self.measure in _ARRIVING else AreaRole.LOCATION
        return self.area_role or arrival

    @property
    def term(self) -> Term:
        """The word for what happened."""
        return _TERMS.get(self.measure, Term.DISPLACED)

    def parameters(self) -> list[tuple[str, str]]:
        """What is asked for, without days."""
        groups = ",".join(map(str, self.population_group)) or None
        asked: dict[str, object] = {
            "widget_id": self.widget_id,
            "geo_id": self.geo_id,
            "sv_id": self.sv_id,
            "population_group": groups,
            "population_collection": self.population_collection,
        }
        if self.endpoint == Endpoint.TIMESERIES:
            asked["frequency"] = self.step
        if self.endpoint == Endpoint.SUBLOCATION:
            asked["forcesublocation"] = self.forcesublocation
        return [(name, str(value)) for name, value in asked.items() if value is not None]


def series_of(declaration: Declaration) -> list[PortalSeries]:
    """The configured series. Raises SourceError with the series and what is wrong with it."""
    found = [_series(number, one) for number, one in enumerate(_tables(declaration), start=1)]
    names = [one.name for one in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SourceError(f"two series are called {', '.join(twice)}; give each its own name")
    return found


def _tables(declaration: Declaration) -> list[Any]:
    tables = declaration.options.get("series", [])
    return tables if isinstance(tables, list) else [tables]


def _series(number: int, table: Any) -> PortalSeries:
    try:
        return PortalSeries.model_validate(table)
    except pydantic.ValidationError as wrong:
        name = table.get("name") if isinstance(table, dict) else None
        problems = "; ".join(
            ": ".join(filter(None, [".".join(map(str, one["loc"])), one["msg"]]))
            for one in wrong.errors()
        )
        raise SourceError(f"the series {name or f'number {number}'}: {problems}") from None
