"""How do tables become Parquet files that every tool reads, and come back?

Arrow is loaded when the first table is read or written: commands that need none start at once.
"""

import hashlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from displacement_schemas import Table

Contract = TypeVar("Contract", bound="Table")

ROWS_PER_GROUP = 128_000


def to_bytes(
    model: type[Contract], frame: "DataFrame[Contract]", notes: Mapping[str, str] | None = None
) -> bytes:
    """The frame as a Parquet file: zstd, plain strings, descriptions and units in the schema.

    `notes` go into the file's metadata. Equal frames give equal bytes.
    """
    import pyarrow.parquet

    table = model.to_arrow(frame)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **(notes or {})})
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(
        table, buffer, compression="zstd", row_group_size=ROWS_PER_GROUP, use_dictionary=True
    )
    return buffer.getvalue()


def read(model: type[Contract], *paths: Path) -> "DataFrame[Contract]":
    """Read a table of ours, in one file or in several parts, and validate it at once.

    Columns that came later are null in older files.
    """
    import pyarrow

    schema = model.arrow_schema()
    parts = [_in_schema(schema, _whole(path)) for path in paths]
    return model.from_arrow(pyarrow.concat_tables(parts) if parts else schema.empty_table())


def columns(path: Path, names: Sequence[str], **only: str) -> Any:
    """Some columns of a table of ours, of the row groups that can hold what is asked for.

    `only` names columns and the value that each is to have.
    """
    import pyarrow.compute
    import pyarrow.parquet

    with pyarrow.parquet.ParquetFile(path) as file:
        groups = [n for n in range(file.num_row_groups) if _can_hold(file, n, only)]
        table = file.read_row_groups(groups, columns=[*dict.fromkeys([*names, *only])])
    for name, value in only.items():
        table = table.filter(pyarrow.compute.equal(table[name], value))
    return table.select(names)


def rows_with(model: type[Contract], path: Path, name: str, values: Any) -> "DataFrame[Contract]":
    """The rows whose column `name` has one of the Arrow array `values`, unchecked.

    Row groups that have none are not read.
    """
    import numpy as np
    import pyarrow
    import pyarrow.compute
    import pyarrow.parquet

    with pyarrow.parquet.ParquetFile(path) as file:
        found = file.read(columns=[name])[name]
        wanted = pyarrow.compute.is_in(found, value_set=values).to_numpy()
        sizes = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
        pieces = np.split(wanted, np.cumsum(sizes)[:-1])
        parts = [
            file.read_row_group(number).filter(pyarrow.array(piece))
            for number, piece in enumerate(pieces)
            if piece.any()
        ]
    schema = model.arrow_schema()
    table = pyarrow.concat_tables(parts) if parts else schema.empty_table()
    return model.as_written(_in_schema(schema, table))


def _can_hold(file: Any, group: int, only: Mapping[str, str]) -> bool:
    """Whether the least and the greatest values of a row group let it hold what is asked for."""
    places = {name: place for place, name in enumerate(file.schema_arrow.names)}
    for name, value in only.items():
        known = file.metadata.row_group(group).column(places[name]).statistics
        if known is not None and known.has_min_max and not known.min <= value <= known.max:
            return False
    return True


def _whole(path: Path) -> Any:
    import pyarrow.parquet

    with pyarrow.parquet.ParquetFile(path) as file:  # read_table would load pandas
        return file.read()


def _in_schema(schema: Any, table: Any) -> Any:
    """The columns of a contract; those that came later are null."""
    import pyarrow

    columns: dict[str, Any] = {name: table.column(name) for name in table.column_names}
    for field in schema:
        if field.name not in columns:
            columns[field.name] = pyarrow.nulls(table.num_rows, field.type)
    return pyarrow.table({name: columns[name] for name in schema.names}).cast(schema)


def rows(path: Path) -> list[dict[str, Any]]:
    """A table of ours as plain rows, unchecked: for who only shows it, and at once."""
    found: list[dict[str, Any]] = _whole(path).to_pylist()
    return found


def digest(model: type[Contract], frame: "DataFrame[Contract]") -> str:
    """sha256 of the frame's content, whatever the Parquet writer's version."""
    import pyarrow.ipc

    table = model.to_arrow(frame)
    sink = io.BytesIO()
    with pyarrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return hashlib.sha256(sink.getvalue()).hexdigest()
