"""What of a JSON answer may land? The columns that are on a list; of any other one only its name.

Between the client and the landing. A column that nobody knows could name a person: it lands
without its values, so that the run still tells of it. So do words where a number or day belongs.
"""

import re
import tempfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import msgspec
import pyarrow

from displacement.sources.source import Declaration, SourceError
from displacement.sources.wire.pieces import UNREADABLE, Pieces
from displacement_schemas.delivered import Delivered

LEFT_OUT: Final = "…"
_WORDS: Final = re.compile(r"[^\W\d_]+")


class Allowed(NamedTuple):
    """The names that may land, and the form that the texts of some have to keep."""

    rows: frozenset[str]
    """Where the answer keeps rows."""
    names: frozenset[str]
    ignored: frozenset[str]
    """Declared as known and not used: of these only numbers may land."""
    numbers: frozenset[str]
    patterns: Mapping[str, str]


def allowed_by(
    models: Iterable[type[Delivered]],
    declaration: Declaration,
    *,
    rows: Iterable[str] = (),
    beside: Iterable[str] = (),
) -> Allowed:
    """The columns of the contracts, what is `beside` rows, and numbers of columns that are ignored.

    `rows` are the keys under which an answer keeps its rows.
    """
    known = [_of_model(model) for model in models]
    names = {name for one in known for name in one.names}
    return Allowed(
        frozenset(rows),
        frozenset(names.union(rows, beside)),
        frozenset(declaration.ignored_columns),
        frozenset(name for one in known for name in one.numbers),
        {name: pattern for one in known for name, pattern in one.patterns.items()},
    )


@cache
def _of_model(model: type[Delivered]) -> Allowed:
    fields = [one for one in model.arrow_schema() if one.name != "row"]
    columns = model.to_schema().columns
    patterns = {
        one.name: str(check.statistics["pattern"])
        for one in fields
        for check in columns[one.name].checks
        if check.name == "str_matches"
    }
    numbers = {one.name for one in fields if one.type in {pyarrow.int64(), pyarrow.float64()}}
    names = frozenset(one.name for one in fields)
    return Allowed(frozenset(), names, frozenset(), frozenset(numbers), patterns)


def only_allowed(document: Any, allowed: Allowed) -> Any:
    """The document with the values of allowed columns alone; what is no row is left empty."""
    if isinstance(document, list):
        return [only_allowed(row, allowed) if isinstance(row, dict) else None for row in document]
    if isinstance(document, dict):
        return {name: _value(name, value, allowed) for name, value in document.items()}
    return None if isinstance(document, str) else document


def _value(name: str, value: Any, allowed: Allowed) -> Any:
    if name not in allowed.names:
        is_number = isinstance(value, int | float) and name in allowed.ignored
        return value if is_number or not value else None
    if isinstance(value, dict) or (isinstance(value, list) and _holds_rows(name, value, allowed)):
        return only_allowed(value, allowed)
    if isinstance(value, str) and _is_odd(name, value, allowed):
        return _WORDS.sub(LEFT_OUT, value)
    return value


def _holds_rows(name: str, values: list[Any], allowed: Allowed) -> bool:
    return name in allowed.rows or any(isinstance(one, dict) for one in values)


def _is_odd(name: str, text: str, allowed: Allowed) -> bool:
    pattern = allowed.patterns.get(name)
    return name in allowed.numbers or (pattern is not None and not re.match(pattern, text))


def clear_file(path: Path, at: str, allowed: Allowed) -> Path:
    """The same for the rows under `at` of a large answer, piece by piece; the old file is used up.

    Raises SourceError where the answer is no JSON of this shape.
    """
    if _is_clear(path, at, allowed):
        return path
    with tempfile.NamedTemporaryFile(prefix="displacement-", delete=False) as written:
        cleared = Path(written.name)
        try:
            _write_cleared(path, at, allowed, written)
        except UNREADABLE as wrong:
            cleared.unlink(missing_ok=True)
            raise SourceError(f"the answer has another shape than usual ({wrong})") from None
        except BaseException:
            cleared.unlink(missing_ok=True)
            raise
    path.unlink()
    return cleared


def _is_clear(path: Path, at: str, allowed: Allowed) -> bool:
    """Whether there is nothing to clear, as nearly always: told by a reader that knows no more."""
    texts = allowed.names - allowed.numbers
    formed = {
        name: Annotated[str, msgspec.Meta(pattern=pattern)] | None
        for name, pattern in allowed.patterns.items()
    }
    fields: list[tuple[str, Any, None]] = [
        (name, formed.get(name, msgspec.Raw if name in texts else int | float | None), None)
        for name in sorted(allowed.names | allowed.ignored)
        if name.isidentifier()
    ]
    row = msgspec.defstruct("Row", fields, forbid_unknown_fields=True)
    with path.open("rb") as file:
        pieces = Pieces(file, at)
        try:
            for raw in pieces:
                msgspec.json.decode(b"[" + b",".join(raw) + b"]", type=list[row])  # type: ignore[valid-type]
        except UNREADABLE:
            return False
    return bool(pieces.beside == only_allowed(pieces.beside, allowed))


def _write_cleared(path: Path, at: str, allowed: Allowed, written: Any) -> None:
    with path.open("rb") as file:
        pieces = Pieces(file, at)
        written.write(b"{" + msgspec.json.encode(at) + b":[")
        parted = b""
        for raw in pieces:
            rows = only_allowed([msgspec.json.decode(one) for one in raw], allowed)
            for row in rows:
                written.write(parted + msgspec.json.encode(row))
                parted = b","
        beside = only_allowed(pieces.beside, allowed)
        told = b"".join(
            b"," + msgspec.json.encode(name) + b":" + msgspec.json.encode(value)
            for name, value in beside.items()
        )
        written.write(b"]" + told + b"}")
