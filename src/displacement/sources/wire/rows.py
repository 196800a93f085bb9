"""Which rows of a JSON answer keep the contract, and what is wrong with the others?

Between the landing and a source's own reading: columns with exact types, rejections, signals.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Generic, TypeVar

import msgspec
import pandas as pd
import pyarrow
import pyarrow.compute
import pyarrow.json
from pandera.errors import SchemaErrors
from pandera.typing import DataFrame

from displacement.sources.source import Declaration, Landed, Rejection, SourceError
from displacement.sources.wire.pieces import UNREADABLE, Pieces
from displacement_schemas.delivered import Delivered

Model = TypeVar("Model", bound=Delivered)

BATCH: Final = 20_000
"""Rows that are read at once; one bad row makes only its batch read the slow way."""
MOST_SHOWN: Final = 3
LARGEST: Final = 2**63 - 1


@dataclass(frozen=True)
class Rows(Generic[Model]):
    """The rows of an answer that keep the contract, and what became of the others."""

    frame: DataFrame[Model]
    rows_in: int
    rejections: list[Rejection] = field(default_factory=list)
    signals: list[str] = field(default_factory=list)
    held: str | None = None
    """Why no row can be used: a column that the source needs is gone."""
    delivered: int = 0
    """Rows that the answer has, readable or not."""
    beside: Mapping[str, Any] = field(default_factory=dict)
    """What an envelope says beside its rows."""


def read_rows(
    model: type[Model],
    landed: Landed,
    declaration: Declaration,
    *,
    at: str | None = None,
    nothing: Sequence[str] = (),
) -> Rows[Model]:
    """Read the rows of a landed JSON answer: a list, or the list under the key `at`.

    `nothing` are texts that mean "no value", such as "-". Raises SourceError where the
    answer is no JSON of this shape.
    """
    read = _Reading(model, landed.name, declaration, tuple(nothing))
    with landed.open() as file:
        pieces = Pieces(file, at)
        try:
            for raw in pieces:
                read.add_all(raw)
                del raw
        except UNREADABLE as wrong:
            raise SourceError(
                f"{landed.name}: the answer has another shape than usual ({wrong})"
            ) from None
    return replace(read.rows(), beside=pieces.beside)


def rows_of(
    model: type[Model],
    records: Sequence[Mapping[str, Any]],
    file: str,
    declaration: Declaration,
    *,
    nothing: Sequence[str] = (),
) -> Rows[Model]:
    """The same for rows that a source has already taken apart (nested answers, workbooks)."""
    read = _Reading(model, file, declaration, tuple(nothing))
    for first in range(0, len(records), BATCH):
        read.add_records(records[first : first + BATCH], first + 1)
    return read.rows()


def once(
    frame: pd.DataFrame, key: Sequence[str], model: type[Delivered], file: str
) -> tuple[pd.DataFrame, list[Rejection]]:
    """The first row of every key, and the rows that come again as rejections."""
    again = frame.duplicated(list(key)).to_numpy(dtype=bool)
    rejections = [
        Rejection(
            model.table_name(),
            file,
            "repeated_record",
            f"{file}, row {row}: an earlier row is about the same; only that one counts",
            int(row),
        )
        for row in frame["row"][again]
    ]
    return frame[~again].reset_index(drop=True), rejections


class _Reading(Generic[Model]):
    """Collects the batches of one answer."""

    def __init__(
        self, model: type[Model], file: str, declaration: Declaration, nothing: tuple[str, ...]
    ) -> None:
        self._model, self._file, self._nothing = model, file, nothing
        full = model.arrow_schema()
        self._schema = pyarrow.schema([one for one in full if one.name != "row"])
        self._known = {*self._schema.names, *declaration.ignored_columns}
        self._tables: list[pyarrow.Table] = []
        self._seen: set[str] = set()
        self._rows_in = 0
        self._delivered = 0
        self._rejections: list[Rejection] = []

    def add_all(self, raw: Sequence[msgspec.Raw]) -> None:
        """Read further rows, batch by batch."""
        for first in range(0, len(raw), BATCH):
            self.add(raw[first : first + BATCH], self._delivered + 1)

    def add(self, raw: Sequence[msgspec.Raw], first: int) -> None:
        """Read a batch the fast way; where a value is off, the slow way that can say which."""
        plain = pyarrow.schema([pyarrow.field(one.name, one.type) for one in self._schema])
        lines = b"\n".join(raw)
        if lines.startswith(b"null") or b"\nnull" in lines:
            self.add_records([_record(one) for one in raw], first)  # Arrow would not survive it
            return
        options = pyarrow.json.ParseOptions(
            explicit_schema=plain,
            unexpected_field_behavior="infer",
            newlines_in_values=lines.count(b"\n") >= len(raw),
        )
        try:
            table = pyarrow.json.read_json(
                pyarrow.BufferReader(lines),
                read_options=pyarrow.json.ReadOptions(use_threads=False, block_size=1 << 26),
                parse_options=options,
            )
            table.validate(full=True)
        except pyarrow.ArrowInvalid:
            table = None
        if table is None or table.num_rows != len(raw):
            self.add_records([_record(one) for one in raw], first)
            return
        self._seen |= self._present(table)
        self._delivered += len(raw)
        self._keep(table.select(self._schema.names).cast(plain), range(first, first + len(raw)))

    def add_records(self, records: Sequence[Any], first: int) -> None:
        """Read a batch value by value; a value that cannot be read rejects its row only."""
        self._rows_in += len(records)
        self._delivered += len(records)
        columns: dict[str, list[Any]] = {one.name: [] for one in self._schema}
        numbers = []
        for number, record in enumerate(records, start=first):
            if not isinstance(record, Mapping):
                self._reject(number, None, "row", None, "this is no row")
                continue
            self._seen |= record.keys()
            values = self._values(record, number)
            if values is not None:
                numbers.append(number)
                for name, value in values.items():
                    columns[name].append(value)
        arrays = [pyarrow.array(columns[one.name], one.type) for one in self._schema]
        self._rows_in -= len(numbers)
        self._keep(pyarrow.Table.from_arrays(arrays, names=self._schema.names), numbers)

    def rows(self) -> Rows[Model]:
        """Everything that was read, checked against the contract."""
        required = [one.name for one in self._schema if not one.nullable]
        missing = [name for name in required if name not in self._seen] if self._rows_in else []
        if missing:
            held = f"{self._file}: the column {', '.join(missing)} is missing from every row"
            every = Rejection(self._name, self._file, "missing_column", held, column=missing[0])
            return Rows(self._model.empty(), 1, [every], [held], held, self._delivered)
        unknown = sorted(self._seen - self._known)
        signals = [
            f"{self._file}: new column {name!r}; read it, or name it in ignored_columns"
            for name in unknown
        ]
        if not self._tables:
            return Rows(self._model.empty(), self._rows_in, self._rejections, signals)
        table = pyarrow.concat_tables(self._tables)
        self._tables = []
        frame, labels = self._checked(table.to_pandas(types_mapper=pd.ArrowDtype))
        rejections = sorted(self._rejections, key=lambda one: one.row or 0)
        return Rows(frame, self._rows_in, rejections, signals + labels, delivered=self._delivered)

    @property
    def _name(self) -> str:
        return self._model.table_name()

    def _present(self, table: pyarrow.Table) -> set[str]:
        """Columns that at least one row has; Arrow makes those of the contract for all."""
        return {
            name for name in table.column_names if table.column(name).null_count < table.num_rows
        } | (set(table.column_names) - set(self._schema.names))

    def _keep(self, table: pyarrow.Table, numbers: Sequence[int]) -> None:
        self._rows_in += table.num_rows
        table = self._without_nothing(table)
        self._tables.append(table.add_column(0, "row", pyarrow.array(numbers, pyarrow.int64())))

    def _without_nothing(self, table: pyarrow.Table) -> pyarrow.Table:
        """The table with null where a text means "no value"."""
        if not self._nothing:
            return table
        nothing = pyarrow.array(self._nothing, pyarrow.string())
        for place, one in enumerate(table.schema):
            if one.type == pyarrow.string():
                column = table.column(place)
                empty = pyarrow.compute.is_in(
                    pyarrow.compute.utf8_trim_whitespace(column), value_set=nothing
                )
                filled = pyarrow.compute.if_else(empty, pyarrow.scalar(None, one.type), column)
                table = table.set_column(place, one, filled)
        return table

    def _values(self, record: Mapping[str, Any], number: int) -> dict[str, Any] | None:
        values = {}
        for one in self._schema:
            value = record.get(one.name)
            if isinstance(value, str) and value.strip() in self._nothing:
                value = None
            try:
                values[one.name] = _READ[one.type](value) if value is not None else None
            except (ValueError, TypeError, OverflowError):
                kind = _KINDS[one.type]
                self._reject(number, one.name, "readable", value, f"{_shown(value)} is no {kind}")
                return None
        return values

    def _checked(self, frame: pd.DataFrame) -> tuple[DataFrame[Model], list[str]]:
        """The rows that pass every check of the contract; a signal for every unknown label."""
        frame = frame.reset_index(drop=True)
        nulls = [
            one.name for one in self._schema if not one.nullable and frame[one.name].isna().any()
        ]
        bad = pd.Series(data=False, index=frame.index)
        for name in nulls:
            gone = frame[name].isna().to_numpy(dtype=bool) & ~bad
            for number in frame["row"][gone]:
                self._reject(int(number), name, "required", None, "a value is needed here")
            bad |= gone
        frame = frame[~bad].reset_index(drop=True)
        try:
            return self._model.validate(frame, lazy=True), []
        except SchemaErrors as wrong:
            cases = wrong.failure_cases.dropna(subset=["index"])
        cases = cases.drop_duplicates("index")
        rows = frame["row"].to_numpy()
        for index, column, check, value in zip(
            cases["index"], cases["column"], cases["check"], cases["failure_case"], strict=True
        ):
            number = int(rows[int(index)])
            self._reject(
                number, str(column), _short(check), value, f"{_shown(value)} is not allowed"
            )
        good = frame.drop(index=cases["index"].astype(int)).reset_index(drop=True)
        return self._model.validate(good, lazy=True), self._labels(cases)

    def _labels(self, cases: pd.DataFrame) -> list[str]:
        labels = cases[cases["check"].astype(str).str.startswith("isin")]
        counts = labels.groupby(["column", "failure_case"]).size().reset_index()
        return [
            f"{self._file}: {column} has the unknown value {value!r} in {count} rows: held back"
            for column, value, count in sorted(counts.itertuples(index=False))
        ]

    def _reject(self, row: int, column: str | None, check: str, value: Any, problem: str) -> None:
        where = f"{self._file}, row {row}" + (f", column {column!r}" if column else "")
        shown = _writable(str(value)) if isinstance(value, str | int | float) else None
        self._rejections.append(
            Rejection(self._name, self._file, check, f"{where}: {problem}", row, column, shown)
        )


def _record(raw: msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(raw)
    except UNREADABLE:
        return None


def _short(check: object) -> str:
    return str(check).partition("(")[0]


def _shown(value: object) -> str:
    if not isinstance(value, str | int | float):
        return "nothing" if value is None else "a group of values"
    return f"“{_writable(str(value)[:80])}”"


def _writable(text: str) -> str:
    """Half a character, which JSON can spell, is nothing that a file could hold."""
    return text.encode(errors="replace").decode()


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError
    exact = isinstance(value, str) and value.strip().lstrip("-").isdigit()
    number = int(value) if exact or isinstance(value, int) else float(value)
    if number != int(number) or abs(number) > LARGEST:
        raise ValueError
    return int(number)


def _decimal(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _text(value: object) -> str:
    if isinstance(value, str):
        value.encode()
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return str(value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


_READ: Final[Mapping[pyarrow.DataType, Callable[[Any], Any]]] = {
    pyarrow.int64(): _whole,
    pyarrow.float64(): _decimal,
    pyarrow.string(): _text,
    pyarrow.bool_(): _flag,
}
_KINDS: Final[Mapping[pyarrow.DataType, str]] = {
    pyarrow.int64(): "whole number",
    pyarrow.float64(): "number",
    pyarrow.string(): "text",
    pyarrow.bool_(): "yes or no",
}
