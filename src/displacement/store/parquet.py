"""How do tables become Parquet files that every tool reads, and come back?

Arrow is loaded when the first table is read or written: commands that need none start at once.
"""

import hashlib
import io
from collections.abc import Mapping
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
    parts = [_table(schema, path) for path in paths]
    return model.from_arrow(pyarrow.concat_tables(parts) if parts else schema.empty_table())


def _table(schema: Any, path: Path) -> Any:
    import pyarrow
    import pyarrow.parquet

    with pyarrow.parquet.ParquetFile(path) as file:
        table = file.read()
    columns: dict[str, Any] = {name: table.column(name) for name in table.column_names}
    for field in schema:
        if field.name not in columns:
            columns[field.name] = pyarrow.nulls(table.num_rows, field.type)
    return pyarrow.table({name: columns[name] for name in schema.names}).cast(schema)


def rows(path: Path) -> list[dict[str, Any]]:
    """A table of ours as plain rows, unchecked: for who only shows it, and at once."""
    import pyarrow.parquet

    with pyarrow.parquet.ParquetFile(path) as file:  # read_table would load pandas
        found: list[dict[str, Any]] = file.read().to_pylist()
    return found


def digest(model: type[Contract], frame: "DataFrame[Contract]") -> str:
    """sha256 of the frame's content, whatever the Parquet writer's version."""
    import pyarrow.ipc

    table = model.to_arrow(frame)
    sink = io.BytesIO()
    with pyarrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return hashlib.sha256(sink.getvalue()).hexdigest()
