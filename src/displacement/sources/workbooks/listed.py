"""Which workbooks does a configuration list, and which month does each of them hold?

Between the table `[[sources.workbooks.options.files]]` and the asking.
"""

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any, Final, Self
from urllib.parse import parse_qsl, unquote, urlsplit

import pydantic

from displacement.normalise.dates import month_number
from displacement.normalise.privacy import names_person
from displacement.sources.personal import looks_personal
from displacement.sources.source import Declaration, SourceError
from displacement_schemas.vocabulary import AreaRole, Cause, Measure

AREAS: Final = ("governorate", "district", "sub_district", "area_code")
COUNTS: Final = ("families", "people")
DATES: Final = ("start_date", "end_date", "day")

_MONTH: Final = re.compile(r"(?<!\d)(\d{4})[-_. ]?(0[1-9]|1[0-2])(?!\d)")
_WHOLE_DAY: Final = re.compile(r"(?<!\d)\d{4}([-_. ]?)\d{2}\1\d{2}(?!\d)")
_NAMED: Final = re.compile(
    r"(?P<name>[^\W\d_]{3,})[-_., ]*(?P<year>(?:19|20)\d{2})(?!\d)"
    r"|(?<!\d)(?P<year_before>(?:19|20)\d{2})[-_., ]*(?P<name_after>[^\W\d_]{3,})"
)


class Layout(StrEnum):
    """How a workbook is laid out."""

    OCHA = "ocha_idp_movements"
    SHEET = "sheet"


@pydantic.dataclasses.dataclass(
    frozen=True, kw_only=True, config=pydantic.ConfigDict(extra="forbid")
)
class Listed:
    """One entry of the list: an address or a folder, its layout, and what all its rows share."""

    name: str = pydantic.Field(pattern=r"^\w[\w .()-]*$")
    layout: Layout
    url: str | None = pydantic.Field(default=None, pattern=r"^https?://")
    folder: str | None = None
    """Relative to the working folder."""
    month: str | None = pydantic.Field(default=None, pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    counter: str | None = None
    publisher: str | None = None
    published_on: dt.date | None = None
    measure: Measure | None = None
    cause: Cause | None = None
    area_role: AreaRole | None = None
    columns: dict[str, str] = pydantic.Field(default_factory=dict)
    """For a sheet: what each column is called in its header."""

    @pydantic.model_validator(mode="after")
    def _sensible(self) -> Self:
        if (self.url is None) == (self.folder is None):
            raise ValueError("give either url or folder")
        for text in (self.counter, self.publisher):
            if text is not None and (
                not text.strip() or looks_personal(text) or names_person(text)
            ):
                raise ValueError("counter and publisher are names of organisations or groups")
        fixed = (self.measure, self.area_role, *self.columns)
        if self.layout is Layout.OCHA and any(fixed):
            raise ValueError("measure, area_role and columns follow from the layout; leave them")
        if self.layout is Layout.SHEET:
            self._check_columns()
        return self

    def _check_columns(self) -> None:
        known = (*AREAS, *COUNTS, *DATES)
        unknown = [name for name in self.columns if name not in known]
        if unknown:
            raise ValueError(f"columns knows no {', '.join(unknown)}; it knows {', '.join(known)}")
        for need in (AREAS, COUNTS):
            if not any(name in self.columns for name in need):
                raise ValueError(f"columns has to name one of {', '.join(need)}")
        if "start_date" in self.columns and "end_date" not in self.columns:
            raise ValueError("columns names a start_date, so it has to name an end_date")
        if len(set(self.columns.values())) < len(self.columns):
            raise ValueError("columns names one header twice")

    @property
    def is_csv(self) -> bool:
        """Whether the address promises CSV: by its ending, or by a parameter (`output=csv`)."""
        parts = urlsplit(self.url or "")
        asked = [value.lower() for _, value in parse_qsl(parts.query)]
        return parts.path.lower().endswith(".csv") or "csv" in asked

    @property
    def has_dates(self) -> bool:
        """Whether the rows say their days themselves."""
        return any(name in self.columns for name in DATES)

    @property
    def headers(self) -> dict[str, str]:
        """Header text to the name of the column among volunteers' sheets."""
        return {header: "date" if name == "day" else name for name, header in self.columns.items()}

    def meta(self) -> dict[str, str | None]:
        """What all rows share, as it lands."""
        day = self.published_on
        return {
            "counter": self.counter,
            "publisher": self.publisher,
            "published_on": day.isoformat() if day else None,
            "measure": self.measure,
            "cause": self.cause,
            "area_role": self.area_role,
        }


def listed_files(declaration: Declaration) -> list[Listed]:
    """The entries of the configuration. Raises SourceError naming the one with a slip."""
    entries = declaration.options.get("files") or []
    if not isinstance(entries, list) or not entries:
        raise SourceError(
            "no file is listed: add tables [[sources.workbooks.options.files]] to sources.toml"
        )
    listed = [_listed(entry, number) for number, entry in enumerate(entries, start=1)]
    names = [one.name for one in listed]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SourceError(f"two entries of files are called {twice[0]!r}; give each its own name")
    return listed


def month_of(text: str) -> str | None:
    """The one month that the name of a file or the last part of an address tells, as YYYY-MM.

    None where it tells no month, or several. A whole day in it is a day of publication.
    """
    parts = urlsplit(text)
    name = PurePosixPath(unquote(parts.path) if parts.scheme else text).name
    name = _WHOLE_DAY.sub(" ", name)
    found = {f"{year}-{month}" for year, month in _MONTH.findall(name)}
    for match in _NAMED.finditer(name):
        number = month_number(match["name"] or match["name_after"])
        if number:
            found.add(f"{match['year'] or match['year_before']}-{number:02d}")
    return found.pop() if len(found) == 1 else None


def days_of(month: str) -> tuple[dt.date, dt.date]:
    """First and last day of a month written YYYY-MM."""
    year, number = map(int, month.split("-"))
    return dt.date(year, number, 1), dt.date(year, number, calendar.monthrange(year, number)[1])


def _listed(entry: Any, number: int) -> Listed:
    if not isinstance(entry, Mapping):
        raise SourceError(f"files, entry {number}: it has to be a table with a name and a layout")
    try:
        return Listed(**entry)
    except pydantic.ValidationError as wrong:
        name = str(entry.get("name") or number)
        problems = "; ".join(_problem(one) for one in wrong.errors())
        raise SourceError(f"files, entry {name}: {problems}") from None


def _problem(one: Any) -> str:
    message = str(one["msg"]).removeprefix("Value error, ")
    return ": ".join(filter(None, [".".join(map(str, one["loc"])), message]))
