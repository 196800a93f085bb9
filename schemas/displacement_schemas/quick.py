"""Does a frame keep its contract? Asked of whole columns, in a fraction of pandera's time.

The contract is the pandera schema itself. This never says yes where pandera says no: what is not
clearly kept, or is checked in a way that is not known here, is left to pandera, which also says
what is wrong. Runs validate many small frames, which nearly always keep their contracts.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import pandas as pd
import pyarrow
import pyarrow.compute

Statistics = Mapping[str, Any]


def clearly_keeps(model: Any, frame: pd.DataFrame) -> bool:
    """Whether a frame has exactly the columns of a model, and no value that breaks a check."""
    schema = model.to_schema()
    return (
        list(frame.columns) == list(schema.columns)
        and all(_keeps(frame[name], spec) for name, spec in schema.columns.items())
        and not (schema.unique and frame.duplicated(schema.unique).any())
        and all(getattr(model, check.name)(frame).all() for check in schema.checks)
    )


def _keeps(column: "pd.Series[Any]", spec: Any) -> bool:
    if column.dtype != spec.dtype.type:
        return False
    if (not spec.nullable and column.isna().any()) or (spec.unique and column.duplicated().any()):
        return False
    values = pyarrow.chunked_array(column.array.__arrow_array__())
    return all(_passes(values, check) for check in spec.checks)


def _passes(values: pyarrow.ChunkedArray, check: Any) -> bool:
    known = _CHECKS.get(check.name)
    return known is not None and known(values, check.statistics)


def _compared(compare: Callable[[Any, Any], Any], limit: str) -> Callable[[Any, Statistics], bool]:
    def holds(values: Any, statistics: Statistics) -> bool:
        scalar = pyarrow.scalar(statistics[limit], values.type)
        return _all(compare(values, scalar))

    return holds


def _is_one_of(values: Any, statistics: Statistics) -> bool:
    allowed = pyarrow.array(statistics["allowed_values"], values.type)
    return _all(pyarrow.compute.is_in(values.drop_null(), value_set=allowed))


def _matches(values: Any, statistics: Statistics) -> bool:
    pattern = re.compile(statistics["pattern"])
    different = pyarrow.compute.unique(values.drop_null()).to_pylist()
    return all(pattern.match(text) for text in different)


def _all(kept: Any) -> bool:
    """Whether all are true; what is null was not asked about."""
    every: bool = pyarrow.compute.all(kept, min_count=0).as_py()
    return every


_CHECKS: Final[Mapping[str, Callable[[Any, Statistics], bool]]] = {
    "isin": _is_one_of,
    "str_matches": _matches,
    "greater_than_or_equal_to": _compared(pyarrow.compute.greater_equal, "min_value"),
    "greater_than": _compared(pyarrow.compute.greater, "min_value"),
    "less_than_or_equal_to": _compared(pyarrow.compute.less_equal, "max_value"),
    "less_than": _compared(pyarrow.compute.less, "max_value"),
}
