"""Published Parquet says the same to DuckDB, pandas, polars and Arrow, and explains itself."""

import json
from datetime import UTC, date, datetime

import duckdb
import pandas as pd
import polars
import pyarrow
import pyarrow.parquet as pq
import pytest

from displacement.store import parquet
from displacement.store.datapackage import TYPES
from displacement_schemas import PUBLISHED, FigureAreas, HouseholdSizes, Records, Rejected, Runs
from tests.normalise.records import records, statement
from tests.runs import DATA, run

TABLES = [model.table_name() for model in PUBLISHED]
VALUED = ["estimates", "estimates_daily", "estimates_monthly", "stocks", "contributions"]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory, reference):
    """The example inbox, published."""
    store = tmp_path_factory.mktemp("published")
    made = run(store, DATA / "inbox", reference, sources=("documents", "figures_file", "sheets"))
    return made.published.snapshot


@pytest.mark.parametrize("table", TABLES)
def test_every_reader_finds_the_same_rows_and_columns(snapshot, table):
    path = snapshot.path(table)
    names = pq.read_schema(path).names
    ours, theirs = pd.read_parquet(path), polars.read_parquet(path)
    found = duckdb.sql(f"select * from '{path}'")
    assert list(ours.columns) == theirs.columns == found.columns == names
    assert len(ours) == len(theirs) == len(found.fetchall())
    assert len(ours) > 0 or table in {"conflicts", "balance"}


@pytest.mark.parametrize("table", VALUED)
def test_every_reader_finds_the_same_total(snapshot, table):
    path = snapshot.path(table)
    total = pd.read_parquet(path)["value"].sum()
    assert total > 0
    assert polars.read_parquet(path)["value"].sum() == pytest.approx(total, rel=1e-12)
    [(summed,)] = duckdb.sql(f"select sum(value) from '{path}'").fetchall()
    assert summed == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize("model", PUBLISHED, ids=TABLES)
def test_a_file_is_plain_and_explains_its_columns(snapshot, model):
    schema = pq.read_schema(snapshot.path(model.table_name()))
    assert schema.equals(model.arrow_schema())
    for column, declared in zip(schema, model.arrow_schema(), strict=True):
        assert column.type in TYPES
        assert not pyarrow.types.is_dictionary(column.type)
        assert not pyarrow.types.is_nested(column.type)
        assert column.metadata[b"description"] == declared.metadata[b"description"]
        assert column.metadata.get(b"unit") == declared.metadata.get(b"unit")
    assert schema.metadata[b"snapshot_id"].decode() == snapshot.snapshot_id
    assert schema.metadata[b"table"].decode() == model.table_name()
    physical = pq.read_metadata(snapshot.path(model.table_name())).schema
    assert all(physical.column(n).max_repetition_level == 0 for n in range(len(physical)))


@pytest.mark.parametrize("table", [name for name in TABLES if name != "conflicts"])
def test_a_file_is_compressed_with_zstd(snapshot, table):
    group = pq.read_metadata(snapshot.path(table)).row_group(0)
    assert {group.column(n).compression for n in range(group.num_columns)} == {"ZSTD"}


def test_the_units_of_an_estimate_are_in_its_file(snapshot):
    schema = pq.read_schema(snapshot.path("estimates"))
    assert schema.field("value").metadata[b"unit"] == b"persons"
    assert schema.field("start_date").type == pyarrow.date32()


def test_the_data_package_matches_the_files(snapshot):
    package = json.loads((snapshot.folder / "datapackage.json").read_text(encoding="utf-8"))
    assert package["version"] == snapshot.snapshot_id
    assert [resource["name"] for resource in package["resources"]] == TABLES
    for resource in package["resources"]:
        schema = pq.read_schema(snapshot.folder / resource["path"])
        told = {column["name"]: column["type"] for column in resource["schema"]["fields"]}
        assert told == {column.name: TYPES[column.type] for column in schema}
        assert set(resource["schema"].get("primaryKey", [])) <= set(told)
        assert resource["description"]


def link(n):
    return {
        "figure_id": f"{n:05d}",
        "area_code": "SY07",
        "code_system": "ocha_pcode",
        "match_method": "code",
        "match_score": 100.0,
    }


def test_equal_frames_give_equal_bytes_and_one_digest():
    rows = [link(n) for n in range(300)]
    one = FigureAreas.in_order(FigureAreas.from_rows(rows))
    two = FigureAreas.in_order(FigureAreas.from_rows(rows[::-1]))
    assert parquet.to_bytes(FigureAreas, one) == parquet.to_bytes(FigureAreas, two)
    assert parquet.digest(FigureAreas, one) == parquet.digest(FigureAreas, two)
    other = FigureAreas.from_rows([*rows[1:], link(0) | {"match_score": 99.0}])
    assert parquet.digest(FigureAreas, one) != parquet.digest(FigureAreas, other)


def test_notes_go_into_the_file_and_change_no_value(tmp_path):
    frame = FigureAreas.from_rows([link(1)])
    path = tmp_path / "a.parquet"
    path.write_bytes(parquet.to_bytes(FigureAreas, frame, {"snapshot_id": "x"}))
    assert pq.read_schema(path).metadata[b"snapshot_id"] == b"x"
    pd.testing.assert_frame_equal(parquet.read(FigureAreas, path), frame)


def test_nulls_days_and_instants_come_back_as_they_were(tmp_path):
    path = tmp_path / "a.parquet"
    frame = records(statement(start_date=None, quote='ق\n"“'), statement("figures/a.csv#r2"))
    path.write_bytes(parquet.to_bytes(Records, frame))
    pd.testing.assert_frame_equal(parquet.read(Records, path), frame)
    [one, _] = parquet.read(Records, path).to_dict("records")
    assert one["end_date"] == date(2017, 12, 24)
    assert one["recorded_at"] == datetime(2018, 1, 5, 6, tzinfo=UTC)


def test_a_table_without_rows_keeps_its_columns(tmp_path):
    path = tmp_path / "a.parquet"
    path.write_bytes(parquet.to_bytes(Rejected, Rejected.empty()))
    assert pq.read_schema(path).equals(Rejected.arrow_schema())
    assert parquet.read(Rejected, path).empty


def test_a_column_that_came_later_is_null_in_an_older_file(tmp_path):
    path = tmp_path / "a.parquet"
    frame = records(statement())
    older = Records.to_arrow(frame).drop_columns(["quote"])
    pq.write_table(older, path)
    assert parquet.read(Records, path)["quote"].isna().all()


def test_a_file_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "a.parquet"
    path.write_bytes(parquet.to_bytes(FigureAreas, FigureAreas.from_rows([link(1)])))
    for model in (HouseholdSizes, Runs):
        with pytest.raises(Exception, match=r"null|not_nullable"):
            parquet.read(model, path)
