"""Is the quick answer whether a frame keeps its contract that of pandera?"""

from datetime import date

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow
import pytest
from pandera.errors import SchemaErrors
from pandera.typing import Series

from displacement_schemas import INTERNAL, PUBLISHED, rows_of_sources
from displacement_schemas.quick import clearly_keeps
from displacement_schemas.table import Day, Decimal, Flag, Table, Text, Whole, field
from displacement_schemas.vocabulary import Unit


class Counted(Table):
    """Every kind of check that a contract makes."""

    name: Series[Text] = field("A name.", unique=True)
    code: Series[Text] = field("A code.", str_matches="[A-Z]{2}")
    unit: Series[Text] = field("A word.", words=Unit, nullable=True)
    least: Series[Whole] = field("A number.", ge=1, nullable=True)
    more: Series[Decimal] = field("A number.", gt=0, lt=10)
    most: Series[Decimal] = field("A number.", le=5, nullable=True)
    free: Series[Decimal] = field("A number.")
    sure: Series[Flag] = field("A flag.", nullable=True)
    day: Series[Day] = field("A day.")

    class Config:
        unique = ("code", "day")


NAN = pd.array(pyarrow.array([np.nan, 1.0]), pd.ArrowDtype(pyarrow.float64()))
GOOD = {
    "name": ["a", "b"],
    "code": ["SY", "SYR"],
    "unit": ["person", None],
    "least": [1, None],
    "more": [0.5, 9.5],
    "most": [5.0, None],
    "free": [-1.0, 1.0],
    "sure": [True, None],
    "day": [date(2018, 1, 4)] * 2,
}
BAD = {
    "name": ["a", "a"],
    "code": ["SY", "sy"],
    "unit": ["person", "family"],
    "least": [1, 0],
    "more": [0.5, 10.0],
    "most": [5.1, None],
    "free": [None, 1.0],
    "day": [None, date(2018, 1, 4)],
}


def frame_of(columns: dict[str, list[object]]) -> pd.DataFrame:
    schema = Counted.arrow_schema()
    arrays = [pyarrow.array(columns[one.name], one.type) for one in schema]
    table = pyarrow.Table.from_arrays(arrays, names=schema.names)
    return table.to_pandas(types_mapper=pd.ArrowDtype)


def pandera_keeps(model: type[Table], frame: pd.DataFrame) -> bool:
    try:
        model.to_schema().validate(frame, lazy=True)
    except SchemaErrors:
        return False
    return True


def test_a_frame_that_keeps_its_contract_is_told_at_once() -> None:
    frame = frame_of(GOOD)
    assert clearly_keeps(Counted, frame)
    assert pandera_keeps(Counted, frame)
    assert Counted.validate(frame).equals(frame)


@pytest.mark.parametrize("name", BAD)
def test_what_pandera_refuses_is_never_kept(name: str) -> None:
    frame = frame_of(GOOD | {name: BAD[name]})
    assert not clearly_keeps(Counted, frame)
    with pytest.raises(SchemaErrors):
        Counted.validate(frame, lazy=True)


@pytest.mark.parametrize(
    "changed",
    [
        lambda frame: frame[frame.columns[::-1]],
        lambda frame: frame.drop(columns="sure"),
        lambda frame: frame.assign(further=1),
        lambda frame: frame.assign(least=pd.array([1, 2], "Int64")),
        lambda frame: frame.assign(code=frame["code"].str[:2]),
        lambda frame: frame.assign(
            more=pd.array(pyarrow.array([np.nan, 1.0]), frame["more"].dtype)
        ),
        lambda frame: frame.assign(
            free=pd.array(pyarrow.array([np.nan, 1.0]), frame["more"].dtype)
        ),
    ],
    ids=["order", "missing", "further", "type", "key", "checked NaN", "free NaN"],
)
def test_a_frame_of_another_form_is_judged_as_pandera_judges_it(changed) -> None:
    frame = changed(frame_of(GOOD))
    assert pandera_keeps(Counted, frame) or not clearly_keeps(Counted, frame)


def test_a_check_that_is_not_known_is_left_to_pandera() -> None:
    class Odd(Table):
        """A check of another kind."""

        number: Series[Whole] = field("A number.", ne=3)

    frame = Odd.build({"number": [1, 2]})
    assert not clearly_keeps(Odd, frame)
    with pytest.raises(SchemaErrors):
        Odd.build({"number": [1, 3]})


def test_a_check_of_whole_rows_is_made() -> None:
    class Span(Table):
        """Two days."""

        first: Series[Day] = field("First day.")
        last: Series[Day] = field("Last day.")

        @pa.dataframe_check(error="turned round")
        def runs_forward(cls, frame: pd.DataFrame) -> "pd.Series[bool]":  # noqa: N805 - pandera's
            return frame["last"] >= frame["first"]

    days = {"first": [date(2018, 1, 4)], "last": [date(2018, 1, 5)]}
    assert clearly_keeps(Span, Span.build(days))
    with pytest.raises(SchemaErrors, match="turned round"):
        Span.build({"first": days["last"], "last": days["first"]})


@pytest.mark.parametrize("model", [*PUBLISHED, *INTERNAL, *rows_of_sources()])
def test_the_quick_answer_knows_every_kind_of_check_of_every_contract(model: type[Table]) -> None:
    assert clearly_keeps(model, model.empty())
