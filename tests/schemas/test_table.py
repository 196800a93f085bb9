"""A table is declared once; everything else follows from the declaration."""

from datetime import UTC, date, datetime

import pandas as pd
import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.errors import SchemaError, SchemaErrors

from displacement_schemas import (
    INTERNAL,
    PUBLISHED,
    Estimates,
    FigureAreas,
    HouseholdSizes,
    Runs,
    Table,
)
from displacement_schemas.table import PIECE
from displacement_schemas.vocabulary import MatchMethod

EVERY = pytest.mark.parametrize(
    "model", [*PUBLISHED, *INTERNAL], ids=[model.table_name() for model in (*PUBLISHED, *INTERNAL)]
)
BROKEN = (SchemaError, SchemaErrors, pyarrow.ArrowInvalid, pyarrow.ArrowTypeError)


def link(figure_id="a", **changes):
    plain = {
        "figure_id": figure_id,
        "area_code": "SY07",
        "code_system": "ocha_pcode",
        "match_method": "code",
        "match_score": 100.0,
    }
    return plain | changes


def size(**changes):
    plain = {
        "area_code": "SY07",
        "code_system": "ocha_pcode",
        "first_year": 2018,
        "last_year": 2018,
        "size": 5.6,
        "size_low": 5.0,
        "size_high": 6.5,
        "reference": "a survey",
    }
    return plain | changes


def outcome(**changes):
    plain = {
        "run_id": "r",
        "started_at": datetime(2018, 1, 10, tzinfo=UTC),
        "source_id": "s",
        "failed": False,
        "message": "done",
    }
    counts = ("rows_in", "accepted", "rejected", "new", "revised", "withdrawn")
    return plain | dict.fromkeys(counts, 0) | changes


def cell(**changes):
    plain = {
        "episode_id": "e",
        "measure": "new_displacement",
        "view": "origin",
        "area_codes": "SY07",
        "start_date": date(2018, 1, 1),
        "end_date": date(2018, 1, 2),
        "value": 10.0,
        "low": 0.0,
        "high": 100.0,
        "figures": 1,
        "counters": 1,
        "coverage": 1.0,
        "method": "stated",
        "as_of": date(2018, 1, 10),
    }
    return plain | changes


def test_columns_left_out_become_null_where_that_is_allowed():
    [row] = Runs.from_rows([outcome()]).to_dict("records")
    assert pd.isna(row["signals"])
    assert row["started_at"] == datetime(2018, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("length", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 5])
def test_a_single_value_fills_a_column_of_any_length(length):
    rows = [str(number) for number in range(length)]
    linked = {"area_code": "SY07", "code_system": "ocha_pcode", "match_method": "code"}
    frame = FigureAreas.build({"figure_id": rows, "match_score": 100.0} | linked)
    assert frame["area_code"].to_list() == ["SY07"] * length
    assert frame["match_score"].to_list() == [100.0] * length


@pytest.mark.parametrize(
    "change",
    [
        {"figure_id": None},
        {"match_method": "guessed"},
        {"match_score": 101.0},
        {"match_score": "high"},
        {"area_code": 7},
    ],
)
def test_a_value_that_breaks_the_contract_is_refused(change):
    with pytest.raises(BROKEN):
        FigureAreas.from_rows([link(**change)])


def test_a_number_with_a_fraction_is_never_cut_to_a_whole_one():
    with pytest.raises(pyarrow.ArrowInvalid):
        HouseholdSizes.from_rows([size(first_year=2018.5)])


def test_a_column_that_the_contract_does_not_know_is_named():
    with pytest.raises(ValueError, match="figure_areas has no column colour"):
        FigureAreas.from_rows([link(colour="red")])


def test_a_key_stands_once():
    with pytest.raises(SchemaErrors):
        FigureAreas.from_rows([link(), link(match_method="exact")])


def test_the_words_of_the_vocabulary_are_values():
    frame = FigureAreas.build({name: [value] for name, value in link().items()})
    again = FigureAreas.from_rows([link(match_method=MatchMethod.CODE)])
    pd.testing.assert_frame_equal(frame, again)


def test_a_frame_of_no_rows_has_the_types_of_the_contract():
    frame = Runs.from_rows([])
    assert list(frame.columns) == Runs.arrow_schema().names
    assert Runs.to_arrow(frame).schema == Runs.arrow_schema()


def test_a_null_in_a_required_column_is_refused_a_second_time_when_written():
    frame = FigureAreas.from_rows([link()])
    frame["area_code"] = pd.Series([None], dtype=frame["area_code"].dtype)
    with pytest.raises(ValueError, match="non-nullable"):
        FigureAreas.to_arrow(frame)


LINKS = st.lists(
    st.builds(
        link,
        figure_id=st.text(max_size=6),
        area_code=st.text(max_size=6),
        match_score=st.floats(0, 100),
    ),
    unique_by=lambda row: (row["figure_id"], row["area_code"]),
    max_size=20,
)


@settings(max_examples=30)
@given(LINKS, st.randoms())
def test_the_published_order_does_not_depend_on_the_order_of_arrival(rows, random):
    shuffled = random.sample(rows, len(rows))
    ordered = FigureAreas.in_order(FigureAreas.from_rows(rows))
    pd.testing.assert_frame_equal(
        ordered, FigureAreas.in_order(FigureAreas.from_rows(shuffled)), check_index_type=True
    )


@settings(max_examples=30)
@given(LINKS)
def test_a_frame_comes_back_from_arrow_as_it_was(rows):
    frame = FigureAreas.from_rows(rows)
    again = FigureAreas.from_arrow(FigureAreas.to_arrow(frame))
    assert again.to_dict("records") == frame.to_dict("records")
    assert again.dtypes.to_list() == frame.dtypes.to_list()


def test_rows_are_published_in_the_declared_order():
    earlier = datetime(2018, 1, 9, tzinfo=UTC)
    rows = [outcome(), outcome(run_id="z", started_at=earlier), outcome(source_id="a")]
    ordered = Runs.in_order(Runs.from_rows(rows))
    assert ordered["run_id"].to_list() == ["z", "r", "r"]
    assert ordered["source_id"].to_list() == ["s", "a", "s"]


def test_a_table_without_a_key_is_ordered_by_all_of_its_columns():
    rows = [cell(value=float(n), event_id=event) for n, event in enumerate(["b", None, "a"])]
    ordered = Estimates.in_order(Estimates.from_rows(rows))
    again = Estimates.in_order(Estimates.from_rows(rows[::-1]))
    pd.testing.assert_frame_equal(ordered, again)


@EVERY
def test_every_column_says_what_it_means(model: type[Table]):
    for column in model.arrow_schema():
        assert column.metadata[b"description"].decode().endswith("."), column.name
        assert column.metadata.get(b"unit") != b"", column.name


@EVERY
def test_every_column_is_of_a_type_that_any_tool_reads(model: type[Table]):
    plain = {
        pyarrow.string(),
        pyarrow.int64(),
        pyarrow.float64(),
        pyarrow.bool_(),
        pyarrow.date32(),
        pyarrow.timestamp("us", tz="UTC"),
    }
    assert {column.type for column in model.arrow_schema()} <= plain


@EVERY
def test_the_schema_carries_the_name_and_the_summary_of_the_table(model: type[Table]):
    notes = model.arrow_schema().metadata
    assert notes[b"table"].decode() == model.table_name()
    assert notes[b"description"].decode().endswith(".")


@pytest.mark.parametrize("model", PUBLISHED, ids=[model.table_name() for model in PUBLISHED])
def test_every_published_table_has_a_fixed_order(model: type[Table]):
    by = model.Config.metadata["sort_by"]
    assert by
    assert set(by) <= set(model.arrow_schema().names)


def test_days_and_instants_keep_their_types():
    frame = Runs.from_rows([outcome()])
    assert str(frame["started_at"].dtype) == "timestamp[us, tz=UTC][pyarrow]"
    with pytest.raises(BROKEN):
        Runs.from_rows([outcome(started_at=date(2018, 1, 9).isoformat())])


def test_joined_frames_keep_the_contract_and_what_they_break_together_is_the_key() -> None:
    first, second = (FigureAreas.from_rows([link(name)]) for name in ("a", "b"))
    joined = FigureAreas.joined([first, FigureAreas.empty(), second])
    assert joined["figure_id"].to_list() == ["a", "b"]
    assert joined.equals(FigureAreas.validate(joined))
    assert FigureAreas.joined([]).equals(FigureAreas.empty())
    with pytest.raises(SchemaErrors, match="not unique"):
        FigureAreas.joined([first, second, first])
