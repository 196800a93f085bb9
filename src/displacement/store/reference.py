"""What do the reference tables say? Reads areas, described areas and household sizes.

They stand in `data/reference` as plain CSV files that people edit; a slip is named with its place.
The world's areas are many, so that they are kept in few columns and read in one go.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import pandas as pd
import pyarrow
import pyarrow.compute
import pyarrow.csv
from pandera.errors import SchemaError, SchemaErrors
from pandera.typing import DataFrame

from displacement.store.area_files import (
    AREAS,
    DESCRIBED_AREAS,
    ISO_AREAS,
    ISO_SYSTEM,
    WORLD_AREAS,
    WORLD_SYSTEM,
)
from displacement.store.csv_rows import HEADER_ROWS, header_of, rows_of
from displacement.store.slips import ReferenceTableError
from displacement_schemas import Areas, DescribedAreas, HouseholdSizes, Populations, Table

Model = TypeVar("Model", bound=Table)

WORLD_COLUMNS: Final = {
    "country": pyarrow.string(),
    "admin_level": pyarrow.int64(),
    "area_code": pyarrow.string(),
    "parent_code": pyarrow.string(),
    "name": pyarrow.string(),
    "aliases": pyarrow.string(),
}
ISO_REFERENCE: Final = "ISO 3166-1 and 3166-2 (as pycountry 26.2.16 has them), some names added"
OPTIONAL: Final = frozenset(["valid_from"])
"""Columns that a table may leave out."""
WORLD_REFERENCE: Final = (
    "Countries: ISO 3166-1, names in use with UNHCR, IOM and IDMC; admin 1 and 2: "
    "OCHA global P-codes (CC BY 3.0 IGO), some names added"
)


def load_areas(folder: Path) -> DataFrame[Areas]:
    """The areas that figures speak of, from `areas.csv`."""
    path = folder / AREAS
    areas = _with_vintage(folder, _load(path, Areas))
    refuse_lost_parents(path, areas)
    return areas


def load_world_areas(folder: Path, known: DataFrame[Areas]) -> DataFrame[Areas]:
    """The areas of all countries that `known` does not describe.

    They stand in `world_areas.csv`; `iso_areas.csv` has the subdivisions of the countries that
    have no P-codes. A folder that wants only its own areas has no such files.
    """
    path = folder / WORLD_AREAS
    if not path.exists():
        return Areas.empty()
    read = _world(path)
    systems = _systems(read, path.with_name(ISO_AREAS))
    if (path.with_name(ISO_AREAS)).exists():
        extra = _world(path.with_name(ISO_AREAS))
        read = pyarrow.concat_tables([read, extra])
        systems = pyarrow.concat_arrays(
            [systems, pyarrow.repeat(pyarrow.scalar(ISO_SYSTEM), len(extra))]
        )
    own = pyarrow.array(known["country"].unique().tolist(), type=pyarrow.string())
    schema, given = Areas.arrow_schema(), {"code_system": systems}
    iso = pyarrow.compute.equal(systems, ISO_SYSTEM)
    given["reference"] = pyarrow.compute.if_else(iso, ISO_REFERENCE, WORLD_REFERENCE)
    columns = [
        read[column.name]
        if column.name in WORLD_COLUMNS
        else given.get(column.name, pyarrow.nulls(len(read), column.type))
        for column in schema
    ]
    try:
        areas = Areas.from_arrow(pyarrow.Table.from_arrays(columns, names=schema.names))
    except (SchemaError, SchemaErrors) as error:
        raise ReferenceTableError(sentence_of(path, error)) from error
    refuse_lost_parents(path, areas)
    abroad = pyarrow.compute.invert(pyarrow.compute.is_in(read["country"], value_set=own))
    there: DataFrame[Areas] = areas[abroad.to_numpy()].reset_index(drop=True)
    return _with_vintage(folder, there)


class CodeList(NamedTuple):
    """Of which day a country's list of P-codes is, and how long its codes are by level."""

    valid_from: date | None
    lengths: dict[int, tuple[int, ...]]


def load_code_lists(folder: Path) -> dict[str, CodeList]:
    """The lists of P-codes by country (alpha-3), from `code_lists.csv`, where there is one."""
    path = folder / "code_lists.csv"
    if not path.exists():
        return {}
    names = ["country", "valid_from", *(f"admin_{level}_length" for level in (1, 2, 3))]
    lists = {}
    for number, (country, day, *lengths) in enumerate(rows_of(path, names), start=2):
        try:
            known = {
                level: tuple(int(one) for one in text.split("|"))
                for level, text in enumerate(lengths, start=1)
                if text
            }
            lists[country] = CodeList(date.fromisoformat(day) if day else None, known)
        except ValueError as error:
            raise ReferenceTableError(f"{path.name}, row {number}: {error}.") from error
    return lists


def _with_vintage(folder: Path, areas: DataFrame[Areas]) -> DataFrame[Areas]:
    """The areas with the day of their country's list of P-codes, where they say none."""
    days = {
        country: one.valid_from
        for country, one in load_code_lists(folder).items()
        if one.valid_from is not None
    }
    if areas.empty or not days:
        return areas
    coded = (areas["code_system"] == WORLD_SYSTEM) & (areas["admin_level"] > 0)
    countries = pyarrow.array(areas["country"].array).dictionary_encode()
    if isinstance(countries, pyarrow.ChunkedArray):
        countries = countries.combine_chunks()
    named = pyarrow.array(
        [days.get(one) for one in countries.dictionary.to_pylist()], pyarrow.date32()
    )
    listed = pd.Series(
        pd.array(named.take(countries.indices), dtype=areas["valid_from"].dtype), areas.index
    )
    return areas.assign(valid_from=areas["valid_from"].fillna(listed.where(coded)))


def _systems(read: pyarrow.Table, iso: Path) -> pyarrow.Array:
    """The code system of each area: a country that has ISO subdivisions belongs to theirs."""
    coded = _world(iso)["country"].unique() if iso.exists() else pyarrow.array([], pyarrow.string())
    return pyarrow.compute.if_else(
        pyarrow.compute.is_in(read["country"].combine_chunks(), value_set=coded),
        ISO_SYSTEM,
        WORLD_SYSTEM,
    )


def load_described_areas(folder: Path) -> DataFrame[DescribedAreas]:
    """The places that are no administrative unit, from `described_areas.csv`."""
    return _load(folder / DESCRIBED_AREAS, DescribedAreas)


def load_household_sizes(folder: Path) -> DataFrame[HouseholdSizes]:
    """The documented household sizes, from `household_sizes.csv`."""
    return _load(folder / "household_sizes.csv", HouseholdSizes)


def load_populations(folder: Path) -> DataFrame[Populations]:
    """Residents of further years than `areas.csv` has, from `populations.csv`, if it is there."""
    path = folder / "populations.csv"
    return _load(path, Populations) if path.exists() else Populations.empty()


def _load(path: Path, model: type[Model]) -> DataFrame[Model]:
    schema = model.arrow_schema()
    for name in OPTIONAL.intersection(schema.names).difference(header_of(path)):
        schema = schema.remove(schema.get_field_index(name))
    rows = rows_of(path, schema.names)
    columns = {
        column.name: [
            _value(path, number, column, row[position]) for number, row in enumerate(rows, start=2)
        ]
        for position, column in enumerate(schema)
    }
    try:
        return model.build(columns)
    except (SchemaError, SchemaErrors) as error:
        raise ReferenceTableError(sentence_of(path, error)) from error


def _world(path: Path) -> pyarrow.Table:
    return read_columns(path, pyarrow.schema(WORLD_COLUMNS))


def read_columns(path: Path, schema: pyarrow.Schema) -> pyarrow.Table:
    """A CSV file of many rows, read in one go; an empty cell is not known.

    Raises ReferenceTableError where it cannot be read, or has other columns than `schema`.
    """
    options = pyarrow.csv.ConvertOptions(
        column_types=schema, strings_can_be_null=True, null_values=[""]
    )
    try:
        read = pyarrow.csv.read_csv(path, convert_options=options)
    except (pyarrow.ArrowInvalid, OSError) as error:
        raise ReferenceTableError(f"{path.name} cannot be read: {error}.") from error
    if read.column_names != schema.names:
        raise ReferenceTableError(
            f"{path.name}, row 1: the columns are {', '.join(read.column_names)}, but must be "
            f"{', '.join(schema.names)}."
        )
    return read


def _value(path: Path, row: int, column: pyarrow.Field, cell: str) -> Any:
    if cell == "":
        if column.nullable:
            return None
        raise ReferenceTableError(
            f"{path.name}, row {row}, column {column.name}: a value is needed."
        )
    read, kind = _reader(column.type)
    try:
        return read(cell)
    except ValueError as error:
        raise ReferenceTableError(
            f"{path.name}, row {row}, column {column.name}: “{cell}” is no {kind}."
        ) from error


def _reader(kind: pyarrow.DataType) -> tuple[Callable[[str], Any], str]:
    if pyarrow.types.is_integer(kind):
        return int, "whole number"
    if pyarrow.types.is_floating(kind):
        return float, "number"
    if pyarrow.types.is_date(kind):
        return date.fromisoformat, "day (year-month-day)"
    return str, "text"


def sentence_of(path: Path, error: SchemaError | SchemaErrors) -> str:
    """The first failure of a contract as a sentence; rows count as an editor shows them."""
    if not isinstance(error.failure_cases, str) and len(error.failure_cases):
        case = error.failure_cases.iloc[0]
        place = f"row {int(case['index']) + 1 + HEADER_ROWS}" if _is_row(case) else "the table"
        check = str(case["check"])
        if "unique" in check:
            return f"{path.name}, {place}: the key repeats another row's ({case['failure_case']})."
        return (
            f"{path.name}, {place}, column {case['column']}: “{case['failure_case']}” breaks the "
            f"rule {check}."
        )
    return f"{path.name}: {error}"


def _is_row(case: Any) -> bool:
    return case["index"] is not None and case["index"] == case["index"]


def refuse_lost_parents(path: Path, areas: DataFrame[Areas]) -> None:
    """Raise ReferenceTableError where an area lies in one that is not there."""
    parents = areas["code_system"] + " " + areas["parent_code"]
    known = parents.isna() | parents.isin(areas["code_system"] + " " + areas["area_code"])
    if known.all():
        return
    row = int((~known).to_numpy(dtype=bool).argmax())
    raise ReferenceTableError(
        f"{path.name}, row {row + 1 + HEADER_ROWS}, column parent_code: there is no area "
        f"{areas['parent_code'][row]} of {areas['code_system'][row]}."
    )
