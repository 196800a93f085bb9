"""What do the reference tables say? Reads areas, described areas and household sizes.

They stand in `data/reference` as plain CSV files that people edit; a slip is named with its place.
The world's areas are many, so that they are kept in few columns and read in one go.
"""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import pyarrow
import pyarrow.compute
import pyarrow.csv
from pandera.errors import SchemaError, SchemaErrors
from pandera.typing import DataFrame

from displacement_schemas import Areas, DescribedAreas, HouseholdSizes, Table

Model = TypeVar("Model", bound=Table)

HEADER_ROWS = 1

WORLD_COLUMNS: Final = {
    "country": pyarrow.string(),
    "admin_level": pyarrow.int64(),
    "area_code": pyarrow.string(),
    "parent_code": pyarrow.string(),
    "name": pyarrow.string(),
    "aliases": pyarrow.string(),
}
WORLD_SYSTEM: Final = "ocha_pcode"
WORLD_REFERENCE: Final = (
    "Countries: ISO 3166-1, names in use with UNHCR, IOM and IDMC; admin 1 and 2: "
    "OCHA global P-codes (CC BY 3.0 IGO), some names added"
)


class ReferenceTableError(ValueError):
    """A reference table cannot be used; the message names file, row and column."""


def load_areas(folder: Path) -> DataFrame[Areas]:
    """The areas that figures speak of, from `areas.csv`."""
    path = folder / "areas.csv"
    areas = _load(path, Areas)
    _refuse_lost_parents(path, areas)
    return areas


def load_world_areas(folder: Path, known: DataFrame[Areas]) -> DataFrame[Areas]:
    """The areas of all countries that `known` does not describe, from `world_areas.csv`.

    A folder that wants only its own areas has no such file.
    """
    path = folder / "world_areas.csv"
    if not path.exists():
        return Areas.empty()
    read = _world(path)
    own = pyarrow.array(known["country"].unique().tolist(), type=pyarrow.string())
    schema, filled = Areas.arrow_schema(), {"code_system": WORLD_SYSTEM}
    filled |= {"reference": WORLD_REFERENCE}
    columns = [
        read[column.name]
        if column.name in WORLD_COLUMNS
        else pyarrow.repeat(pyarrow.scalar(filled.get(column.name), column.type), len(read))
        for column in schema
    ]
    try:
        areas = Areas.from_arrow(pyarrow.Table.from_arrays(columns, names=schema.names))
    except (SchemaError, SchemaErrors) as error:
        raise ReferenceTableError(_sentence(path, error)) from error
    _refuse_lost_parents(path, areas)
    abroad = pyarrow.compute.invert(pyarrow.compute.is_in(read["country"], value_set=own))
    there: DataFrame[Areas] = areas[abroad.to_numpy()].reset_index(drop=True)
    return there


def load_described_areas(folder: Path) -> DataFrame[DescribedAreas]:
    """The places that are no administrative unit, from `described_areas.csv`."""
    return _load(folder / "described_areas.csv", DescribedAreas)


def load_household_sizes(folder: Path) -> DataFrame[HouseholdSizes]:
    """The documented household sizes, from `household_sizes.csv`."""
    return _load(folder / "household_sizes.csv", HouseholdSizes)


def _load(path: Path, model: type[Model]) -> DataFrame[Model]:
    schema = model.arrow_schema()
    rows = _rows(path, schema.names)
    columns = {
        column.name: [
            _value(path, number, column, row[position]) for number, row in enumerate(rows, start=2)
        ]
        for position, column in enumerate(schema)
    }
    try:
        return model.build(columns)
    except (SchemaError, SchemaErrors) as error:
        raise ReferenceTableError(_sentence(path, error)) from error


def _rows(path: Path, names: list[str]) -> list[list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            header, *rows = csv.reader(lines, strict=True)
    except FileNotFoundError as error:
        raise ReferenceTableError(f"{path.name} is missing in {path.parent}.") from error
    except ValueError as error:
        reason = "is empty" if path.stat().st_size == 0 else f"is no CSV file in UTF-8 ({error})"
        raise ReferenceTableError(f"{path.name} {reason}.") from error
    except csv.Error as error:
        raise ReferenceTableError(f"{path.name} is no CSV file: {error}.") from error
    if header != names:
        raise ReferenceTableError(
            f"{path.name}, row 1: the columns are {', '.join(header)}, but must be "
            f"{', '.join(names)}."
        )
    for number, row in enumerate(rows, start=1 + HEADER_ROWS):
        if len(row) != len(names):
            raise ReferenceTableError(
                f"{path.name}, row {number}: {len(row)} cells where {len(names)} are needed; "
                "put text that holds a comma in quotes."
            )
    return rows


def _world(path: Path) -> pyarrow.Table:
    options = pyarrow.csv.ConvertOptions(
        column_types=WORLD_COLUMNS, strings_can_be_null=True, null_values=[""]
    )
    try:
        read = pyarrow.csv.read_csv(path, convert_options=options)
    except pyarrow.ArrowInvalid as error:
        raise ReferenceTableError(f"{path.name} cannot be read: {error}.") from error
    if read.column_names != list(WORLD_COLUMNS):
        raise ReferenceTableError(
            f"{path.name}, row 1: the columns are {', '.join(read.column_names)}, but must be "
            f"{', '.join(WORLD_COLUMNS)}."
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
    return str, "text"


def _sentence(path: Path, error: SchemaError | SchemaErrors) -> str:
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


def _refuse_lost_parents(path: Path, areas: DataFrame[Areas]) -> None:
    parents = areas["code_system"] + " " + areas["parent_code"]
    known = parents.isna() | parents.isin(areas["code_system"] + " " + areas["area_code"])
    if known.all():
        return
    row = int((~known).to_numpy(dtype=bool).argmax())
    raise ReferenceTableError(
        f"{path.name}, row {row + 1 + HEADER_ROWS}, column parent_code: there is no area "
        f"{areas['parent_code'][row]} of {areas['code_system'][row]}."
    )
