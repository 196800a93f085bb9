"""What readers get, by which paths, with which tools, and how long."""

import json
import os
from datetime import UTC, datetime, timedelta

import duckdb
import pandas as pd
import polars as pl
import pyarrow.fs
import pyarrow.parquet as pq
import pytest
from obstore.fsspec import FsspecStore

from displacement.store.opening import writing
from displacement.store.remote.bucket import Bucket
from displacement.store.retention import Retention, retire
from displacement.store.slips import ObjectStoreError
from tests.store.remote.stores import (
    NOW,
    RUN,
    holds,
    run,
    seen,
    work,
)


def test_old_snapshots_are_removed_after_the_pointer_has_moved_and_only_then(
    address, here, there, line, tmp_path
):
    keep_one = Retention(count=1, days=0, grace_hours=1)
    later = NOW + timedelta(days=99)
    for number in (1, 2):
        run(address, here, number)
    with writing(address, there, RUN) as opened:
        work(opened, 3)
        left = datetime.now(UTC).timestamp() - 7_200
        os.utime(opened.store.snapshots.find("snapshot-0001").folder, (left, left))
        # Readers were pointed at the second one until now, whichever machine published it.
        assert retire(opened.store, keep_one, later) == ["snapshot-0001"]
        line.before("current.json", lambda: holds(address, {"0001", "0002", "0003"}))
    holds(address, {"0002", "0003"})
    assert seen(address, tmp_path) == 3
    withheld = {one.key.partition("~")[0] for one in Bucket(address).list("withheld/")}
    assert withheld == {"withheld/snapshot-0002.inputs", "withheld/snapshot-0003.inputs"}


def test_when_readers_left_a_snapshot_is_known_on_every_machine(address, here, there):
    for number in (1, 2):
        run(address, here, number)
    with writing(address, here, RUN) as opened:
        left = datetime.now(UTC).timestamp() - 100_000
        os.utime(opened.store.snapshots.find("snapshot-0001").folder, (left, left))
        work(opened, 3)
    with writing(address, there, RUN) as opened:
        assert opened.store.snapshots.find("snapshot-0001").left_at == pytest.approx(left)


def test_versions_that_hold_no_more_are_removed(address, here):
    for number in (1, 2, 3):
        run(address, here, number)
    keys = [one.key for one in Bucket(address).list()]
    assert len([key for key in keys if key.startswith("reference/corrections.toml~")]) == 1
    assert len([key for key in keys if key.startswith("indexes/")]) == 1


def test_the_fixed_paths_are_copies_of_the_snapshot_that_readers_get(address, here, line):
    for number in (1, 2):
        run(address, here, number)
    line.cut_in("/latest/")
    with pytest.raises(ObjectStoreError):
        run(address, here, 3)
    line.mend()
    run(address, here, 4)
    latest = {one.key.rpartition("/")[2]: one for one in Bucket(address).list("published/latest/")}
    folder = Bucket(address).list("published/snapshots/snapshot-0004/")
    assert {name: one.etag for name, one in latest.items()} == {
        one.key.rpartition("/")[2]: one.etag for one in folder
    }


def test_duckdb_polars_pandas_and_arrow_read_a_published_table(address, here, server):
    run(address, here, 5)
    endpoint = server.url.removeprefix("http://")
    arrow = pyarrow.fs.S3FileSystem(
        endpoint_override=endpoint,
        scheme="http",
        region="eu-west-1",
        **_keys("access_key", "secret_key"),
    )
    root = f"{address.bucket}/{address.prefix}/published"
    with arrow.open_input_stream(f"{root}/current.json") as file:
        folder = json.loads(file.read())["folder"]
    path = f"{root}/{folder}/figure_areas.parquet"
    assert pq.read_table(path, filesystem=arrow).num_rows == 5
    options = {"aws_endpoint_url": server.url, "aws_allow_http": "true"}
    assert pl.read_parquet(f"s3://{path}", storage_options=options).height == 5
    with duckdb.connect() as connection:
        connection.register_filesystem(FsspecStore("s3", client_options={"allow_http": True}))
        rows = connection.sql(f"SELECT count(*) FROM 's3://{path}'")
        assert rows.fetchall() == [(5,)]
    with arrow.open_input_file(f"{root}/latest/figure_areas.parquet") as file:
        assert len(pd.read_parquet(file)) == 5


def _keys(*names: str) -> dict[str, str]:
    values = (os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
    return dict(zip(names, values, strict=True))
