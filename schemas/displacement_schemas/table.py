"""What every table contract shares: how are columns declared, built and turned into Arrow?

A table is declared once, as a pandera model. Its validation, Arrow schema, Parquet field
metadata and data dictionary are all derived from that declaration.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from types import ModuleType
from typing import Annotated, Any, Final, Self, cast

import pandas as pd
import pandera.pandas as pa
import pyarrow
from pandera.typing import DataFrame, get_dataframe_types, get_index_types, get_series_types

from displacement_schemas.quick import clearly_keeps

PIECE: Final = 1 << 14
"""Rows of a repeated value that are held once."""


def _know_frames_of_pandas_alone() -> None:
    """Let pandera settle which libraries' frames there are, with pandas as the only one.

    When the first contract is used it looks for others, and loads all of Dask's where Dask is
    installed to run the work: that takes longer than most commands.
    """
    others = [name for name in ("dask", "dask.dataframe") if name not in sys.modules]
    sys.modules.update(dict.fromkeys(others, cast("ModuleType", None)))
    try:
        for settle in (get_dataframe_types, get_series_types, get_index_types):
            settle()
    finally:
        for name in others:
            del sys.modules[name]


_know_frames_of_pandas_alone()

Text = Annotated[pd.ArrowDtype, pyarrow.string()]
Whole = Annotated[pd.ArrowDtype, pyarrow.int64()]
Decimal = Annotated[pd.ArrowDtype, pyarrow.float64()]
Flag = Annotated[pd.ArrowDtype, pyarrow.bool_()]
Day = Annotated[pd.ArrowDtype, pyarrow.date32()]
Instant = Annotated[pd.ArrowDtype, pyarrow.timestamp("us", tz="UTC")]


def field(
    description: str,
    *,
    unit: str | None = None,
    nullable: bool = False,
    words: type[StrEnum] | None = None,
    **checks: Any,
) -> Any:
    """Declare a column: what it means, its unit, and the checks every value must pass.

    `words` restricts the column to one list of the vocabulary.
    """
    if words is not None:
        checks["isin"] = [word.value for word in words]
    return pa.Field(description=description, nullable=nullable, metadata={"unit": unit}, **checks)


def suppression(what: str) -> Any:
    """Declare the column that tells a withheld number from one that nobody knows."""
    return field(
        f"True where {what} withheld, so that no small number of people can be worked out; null "
        "before anything is published.",
        nullable=True,
    )


def estimate() -> Any:
    """Declare the column of reconciled numbers."""
    return field(
        "Reconciled estimate; null where `suppressed`.", unit="persons", nullable=True, ge=0
    )


def bound(end: str) -> Any:
    """Declare the column of exact bounds, the least or the greatest values."""
    return field(
        f"{end} value the evidence allows; null where it would give a suppressed row back.",
        unit="persons",
        nullable=True,
        ge=0,
    )


class Table(pa.DataFrameModel):
    """Base of every table contract: exact columns, exact types, nothing coerced.

    A contract's `Config` may name its key (`unique`) and its published order
    (`metadata = {"sort_by": [...]}`).
    """

    class Config:
        strict = True
        ordered = True
        coerce = False

    @classmethod
    def arrow_schema(cls) -> pyarrow.Schema:
        """The Arrow schema of the table, with each column's description and unit as metadata."""
        return pyarrow.schema(
            [
                pyarrow.field(
                    name,
                    spec.dtype.type.pyarrow_dtype,
                    nullable=spec.nullable,
                    metadata=_field_metadata(spec),
                )
                for name, spec in cls.to_schema().columns.items()
            ],
            metadata={"table": cls.table_name(), "description": cls.summary()},
        )

    @classmethod
    def table_name(cls) -> str:
        """The table's name in files and documentation: the model's module name."""
        return cls.__module__.rpartition(".")[2]

    @classmethod
    def summary(cls) -> str:
        """The first paragraph of the model's docstring."""
        return " ".join((cls.__doc__ or "").strip().split("\n\n")[0].split())

    @classmethod
    def build(cls, columns: Mapping[str, Any]) -> DataFrame[Self]:
        """Make a validated frame from columns; columns left out must be nullable and become null.

        A single value stands for a whole column of it; at least one column has to be whole.

        Raises pyarrow.ArrowInvalid where a value does not fit its column's type, and
        pandera's SchemaError(s) where a value breaks the contract.
        """
        schema = cls.arrow_schema()
        length = next(len(one) for one in columns.values() if not _is_single(one))
        unknown = set(columns) - set(schema.names)
        if unknown:
            raise ValueError(f"{cls.table_name()} has no column {', '.join(sorted(unknown))}")
        arrays = [
            _array(columns[field.name], field.type, length)
            if field.name in columns
            else pyarrow.nulls(length, field.type)
            for field in schema
        ]
        return cls.from_arrow(pyarrow.Table.from_arrays(arrays, names=schema.names))

    @classmethod
    def from_rows(cls, rows: Sequence[Mapping[str, Any]]) -> DataFrame[Self]:
        """Make a validated frame from a list of rows (for small inputs)."""
        names = {name for row in rows for name in row}
        if not rows:
            return cls.empty()
        return cls.build({name: [row.get(name) for row in rows] for name in names})

    @classmethod
    def validate(cls, check_obj: pd.DataFrame, *args: Any, **options: Any) -> DataFrame[Self]:
        """The frame that keeps the contract; raises pandera's SchemaError(s) where it does not."""
        if clearly_keeps(cls, check_obj):
            return cast("DataFrame[Self]", check_obj.copy(deep=False))
        return super().validate(check_obj, *args, **options)

    @classmethod
    def from_arrow(cls, table: pyarrow.Table) -> DataFrame[Self]:
        """Validate an Arrow table and return it as a frame of Arrow-backed columns."""
        return cls.validate(cls.as_written(table), lazy=True)

    @classmethod
    def as_written(cls, table: pyarrow.Table) -> DataFrame[Self]:
        """A table of ours as a frame, its values unchecked: for whoever hands it on to a check."""
        return cast("DataFrame[Self]", table.to_pandas(types_mapper=pd.ArrowDtype))

    @classmethod
    def empty(cls, *_: Any) -> DataFrame[Self]:
        """A frame without rows."""
        return cls.from_arrow(cls.arrow_schema().empty_table())

    @classmethod
    def to_arrow(cls, frame: DataFrame[Self]) -> pyarrow.Table:
        """The frame as one Arrow table in the contract's schema; refusing stray nulls."""
        table = pyarrow.Table.from_pandas(frame, schema=cls.arrow_schema(), preserve_index=False)
        return table.replace_schema_metadata(cls.arrow_schema().metadata).combine_chunks()

    @classmethod
    def joined(cls, frames: Iterable[pd.DataFrame]) -> DataFrame[Self]:
        """Frames that keep the contract, one below the other.

        Their rows are not checked again; what several frames can break together is the key.

        Raises pandera's SchemaErrors where they repeat it.
        """
        filled = [frame for frame in frames if len(frame)]
        if not filled:
            return cls.empty()
        joined = pd.concat(filled, ignore_index=True)
        if len(filled) > 1 and any(joined.duplicated(key).any() for key in cls._keys()):
            return cls.validate(joined, lazy=True)
        return cast("DataFrame[Self]", joined)

    @classmethod
    def _keys(cls) -> list[list[str]]:
        """The columns that together, or each alone, part every row from all others."""
        schema = cls.to_schema()
        alone = [[name] for name, column in schema.columns.items() if column.unique]
        return [*([list(schema.unique)] if schema.unique else []), *alone]

    @classmethod
    def in_order(cls, frame: pd.DataFrame) -> DataFrame[Self]:
        """Rows that keep the contract, in their published order and with a fresh index.

        Rows that `sort_by` does not part are parted by the key, or else by all columns. Nothing
        is checked again: some rows of a valid frame, in another order, are a valid frame.
        Frames that were joined or changed are validated by whoever did so.
        """
        if len(frame) <= 1:
            return cast("DataFrame[Self]", frame.reset_index(drop=True))
        by = (getattr(cls.Config, "metadata", None) or {}).get("sort_by", [])
        key = cls.to_schema().unique or cls.arrow_schema().names
        order = list(dict.fromkeys([*by, *key]))
        ordered = frame.sort_values(order, kind="stable", ignore_index=True)
        return cast("DataFrame[Self]", ordered)


def _is_single(value: Any) -> bool:
    return value is None or isinstance(value, str | bool | int | float | date)


def _array(values: Any, kind: pyarrow.DataType, length: int) -> Any:
    if _is_single(values):
        plain_value = str(values) if isinstance(values, StrEnum) else values
        return _repeated(pyarrow.scalar(plain_value, kind), length)
    plain = _plain(values)
    if pyarrow.types.is_integer(kind):
        # Told the type at once, Arrow cuts fractions off the numbers of a plain list.
        found = pyarrow.array(plain, from_pandas=True)
        if pyarrow.types.is_floating(found.type):
            return found.cast(kind)
    return pyarrow.array(plain, type=kind, from_pandas=True)


def _repeated(value: pyarrow.Scalar, length: int) -> pyarrow.ChunkedArray:
    """A column of one value: its pieces share their memory, however long it is."""
    piece = pyarrow.repeat(value, min(length, PIECE))
    pieces = [piece] * (length // PIECE) + [piece[: length % PIECE]]
    return pyarrow.chunked_array(pieces if length > PIECE else [piece], value.type)


def _plain(values: Any) -> Any:
    """Undo enum types and pandas containers, which Arrow reads only as plain values."""
    if isinstance(values, pd.Series):
        return values.array if isinstance(values.dtype, pd.ArrowDtype) else values
    return values


def _field_metadata(spec: Any) -> dict[str, str]:
    unit = (spec.metadata or {}).get("unit")
    return {"description": spec.description or ""} | ({"unit": unit} if unit else {})
