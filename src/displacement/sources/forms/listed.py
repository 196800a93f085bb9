"""Which forms does a configuration list, and which of their questions count what?

Between the tables `[[sources.<id>.options.forms]]` and the asking.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self, TypeVar

import pydantic

from displacement.normalise.privacy import names_person
from displacement.sources.personal import looks_personal
from displacement.sources.source import Declaration, SourceError
from displacement_schemas.vocabulary import AreaRole, Cause, Measure

AREAS: Final = ("governorate", "district", "sub_district", "area_code")
COUNTS: Final = ("families", "people")
DATES: Final = ("start_date", "end_date", "day")
LAST_DAYS: Final = ("end_date", "day")
PERSONAL: Final = frozenset(
    {
        "username", "phonenumber", "email", "deviceid", "subscriberid", "simserial", "imei",
        "start-geopoint", "background-geopoint", "background-audio", "audit", "instancename",
        "instanceid",
    }
)  # fmt: skip
"""Questions that forms ask of the device and its owner."""


@pydantic.dataclasses.dataclass(
    frozen=True, kw_only=True, config=pydantic.ConfigDict(extra="forbid")
)
class Form(ABC):
    """One form: what all its figures share, and the questions that are read."""

    reviews: ClassVar[tuple[str, ...]] = ()
    """What a reviewer may have said; the last one is that nobody did."""
    refused: ClassVar[str] = ""
    """The review of a submission that does not count."""

    name: str = pydantic.Field(pattern=r"^\w[\w .()-]*$")
    counter: str
    publisher: str | None = None
    measure: Measure
    cause: Cause = Cause.UNKNOWN
    area_role: AreaRole = AreaRole.LOCATION
    repeat: str | None = None
    """The path of the repeated group, each row of which is a figure."""
    fields: dict[str, str]
    """Path of a question to the column of its figures; of several to one the first answered."""
    enumerator: str | None = None
    """What tells who counted, where it is not the account that sent it in: the path of a question.

    Only a keyed token of it is ever kept.
    """
    accept: tuple[str, ...]

    @pydantic.model_validator(mode="after")
    def _sensible(self) -> Self:
        for text in (self.counter, self.publisher):
            if text is not None and (
                not text.strip() or looks_personal(text) or names_person(text)
            ):
                raise ValueError("counter and publisher are names of organisations or groups")
        self._check_columns()
        self._check_paths()
        words = [one for one in self.reviews if one != self.refused]
        wrong = [one for one in self.accept if one not in words]
        if wrong:
            raise ValueError(f"accept knows no {', '.join(wrong)}; it knows {', '.join(words)}")
        return self

    def _check_columns(self) -> None:
        named = set(self.fields.values())
        known = (*AREAS, *COUNTS, *DATES)
        unknown = sorted(named - set(known))
        if unknown:
            raise ValueError(f"fields knows no {', '.join(unknown)}; it knows {', '.join(known)}")
        for need in (AREAS, COUNTS, LAST_DAYS):
            if named.isdisjoint(need):
                raise ValueError(f"fields has to name one of {', '.join(need)}")

    def _check_paths(self) -> None:
        for path in self.fields:
            steps = path.split("/")
            if not all(steps) or path.startswith("_") or steps[-1].lower() in PERSONAL:
                raise ValueError(f"fields names {path!r}, which is no question that may be read")
        if self.repeat is not None and not self.inner:
            raise ValueError(f"fields names no question inside the repeat {self.repeat!r}")

    @property
    def inner(self) -> tuple[str, ...]:
        """The paths inside the repeat."""
        below = f"{self.repeat}/"
        return tuple(path for path in self.fields if self.repeat and path.startswith(below))

    @property
    def outer(self) -> tuple[str, ...]:
        """The paths outside of it."""
        return tuple(path for path in self.fields if path not in self.inner)

    @property
    @abstractmethod
    def key(self) -> str:
        """What the server calls the form; part of every record's id."""

    def meta(self) -> dict[str, Any]:
        """What all its figures share, as it lands."""
        return {
            "key": self.key,
            "counter": self.counter,
            "publisher": self.publisher,
            "measure": self.measure,
            "cause": self.cause,
            "area_role": self.area_role,
            "accept": sorted(self.accept),
            "paths": {
                column: [path for path in self.fields if self.fields[path] == column]
                for column in sorted(set(self.fields.values()))
            },
        }


Kind = TypeVar("Kind", bound=Form)


def listed_forms(kind: type[Kind], declaration: Declaration) -> list[Kind]:
    """The forms of the configuration. Raises SourceError naming the one with a slip."""
    entries = declaration.options.get("forms") or []
    if not isinstance(entries, list) or not entries:
        table = f"[[sources.{declaration.source_id}.options.forms]]"
        raise SourceError(f"no form is listed: add tables {table} to sources.toml")
    listed = [_listed(kind, entry, number) for number, entry in enumerate(entries, start=1)]
    names, keys = [one.name for one in listed], [one.key for one in listed]
    for what, texts in (("name", names), ("form", keys)):
        twice = sorted({text for text in texts if texts.count(text) > 1})
        if twice:
            raise SourceError(f"two entries of forms have the {what} {twice[0]!r}; keep one")
    return listed


def _listed(kind: type[Kind], entry: Any, number: int) -> Kind:
    if not isinstance(entry, Mapping):
        raise SourceError(f"forms, entry {number}: it has to be a table with a name and fields")
    try:
        return kind(**entry)
    except pydantic.ValidationError as wrong:
        name = str(entry.get("name") or number)
        problems = "; ".join(_problem(one) for one in wrong.errors())
        raise SourceError(f"forms, entry {name}: {problems}") from None


def _problem(one: Any) -> str:
    message = str(one["msg"]).removeprefix("Value error, ")
    return ": ".join(filter(None, [".".join(map(str, one["loc"])), message]))
