"""How do tables become Parquet files that every tool reads, and come back?

Arrow is loaded when the first table is read or written: commands that need none start at once.
"""

import hashlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from displacement_schemas import Table

Contract = TypeVar("Contract", bound="Table")

ROWS_PER_GROUP = 128_000
ROW: Final = "number of the row"


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

    `only` names columns and the value that each is to have. The name `ROW` asks for the numbers
    of the rows in the file.
    """
    import numpy as np
    import pyarrow
    import pyarrow.compute
    import pyarrow.parquet

    read = [name for name in dict.fromkeys([*names, *only]) if name != ROW]
    with pyarrow.parquet.ParquetFile(path) as file:
        starts = _starts(file)
        groups = [n for n in range(file.num_row_groups) if _can_hold(file, n, only)]
        table = file.read_row_groups(groups, columns=read)
    if ROW in names:
        numbers = [np.arange(starts[n], starts[n + 1]) for n in groups]
        table = table.append_column(ROW, pyarrow.chunked_array(numbers, pyarrow.int64()))
    for name, value in only.items():
        table = table.filter(pyarrow.compute.equal(table[name], value))
    return table.select(names)


def rows_at(model: type[Contract], path: Path, numbers: Any) -> "DataFrame[Contract]":
    """The rows of these numbers, in the order of the file and unchecked.

    Row groups that have none of them are not read.
    """
    import numpy as np
    import pyarrow
    import pyarrow.parquet

    wanted = np.sort(np.asarray(numbers))
    with pyarrow.parquet.ParquetFile(path) as file:
        starts = _starts(file)
        edges = np.searchsorted(wanted, starts)
        parts = [
            file.read_row_group(n).take(pyarrow.array(wanted[edges[n] : edges[n + 1]] - starts[n]))
            for n in range(file.num_row_groups)
            if edges[n] < edges[n + 1]
        ]
    schema = model.arrow_schema()
    table = pyarrow.concat_tables(parts) if parts else schema.empty_table()
    return model.as_written(_in_schema(schema, table))


def _starts(file: Any) -> Any:
    """The number of the first row of each row group, and that behind the last."""
    import numpy as np

    sizes = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    return np.cumsum([0, *sizes])


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
    import pyarrow
    import pyarrow.ipc

    table = model.to_arrow(frame)
    told = _Hashed()
    with pyarrow.ipc.new_stream(pyarrow.PythonFile(told, "w"), table.schema) as writer:
        writer.write_table(table)
    return told.sha256.hexdigest()


class _Hashed(io.RawIOBase):
    """A file of which only the hash is kept: a large table is never there twice."""

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self.sha256.update(content)
        return len(content)
