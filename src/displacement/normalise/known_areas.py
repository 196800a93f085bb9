"""What has to be known of areas to find them by their codes and names? Plain rows of it.

Rows, not frames: a single name is matched long before pandas is imported. They are the same
whether they come from validated frames, as in a run, or straight from the reference tables.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from displacement_schemas import Areas, DescribedAreas, OldCodes


class KnownArea(NamedTuple):
    """An area (see `Areas`); texts that nobody knows are empty."""

    code_system: str
    area_code: str
    admin_level: int
    parent_code: str
    country: str
    name: str
    name_ar: str
    aliases: str


class OldCode(NamedTuple):
    """A code that is out of force (see `OldCodes`)."""

    code_system: str
    area_code: str
    name: str
    successor_codes: str
    match_method: str


class DescribedArea(NamedTuple):
    """One of the areas of a place that is no administrative unit (see `DescribedAreas`)."""

    name: str
    code_system: str
    area_code: str
    match_method: str


def known_areas(areas: "DataFrame[Areas]") -> Iterator[KnownArea]:
    """The areas of a frame; nothing is laid out before the first is asked for."""
    yield from map(KnownArea._make, _rows(areas, KnownArea._fields))


def old_codes(old: "DataFrame[OldCodes]") -> Iterator[OldCode]:
    """The codes out of force of a frame."""
    yield from map(OldCode._make, _rows(old, OldCode._fields))


def described_areas(described: "DataFrame[DescribedAreas]") -> Iterator[DescribedArea]:
    """The described places of a frame."""
    yield from map(DescribedArea._make, _rows(described, DescribedArea._fields))


def _rows(frame: Any, names: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    return zip(*(_values(frame[name]) for name in names), strict=True)


def _values(column: Any) -> list[Any]:
    """The values of a column as plain ones, an unknown text as ''. Quick on those of Arrow."""
    if column.dtype.kind == "i":
        numbers: list[int] = column.to_list()
        return numbers
    texts: list[str] = column.fillna("").to_numpy(dtype=object).tolist()
    return texts
