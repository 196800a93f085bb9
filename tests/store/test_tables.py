"""Records are only ever appended, one part per run that had something to say."""

from pathlib import Path

import pandas as pd
import pytest

from displacement.store.files import ASIDE
from displacement.store.tables import Tables
from displacement_schemas import Records, Rejected
from tests.normalise.records import EARLIER, records, statement
from tests.runs import files_below

SOURCE = "figures_file"


def rejection(key="a", **changes):
    return {
        "rejected_id": key,
        "source_id": SOURCE,
        "schema": "figures_file_rows",
        "file": "figures/a.csv",
        "check": "required",
        "reason": "figures/a.csv, row 3: a value is needed here",
        "recorded_at": EARLIER,
    } | changes


def rejected(*rows):
    return Rejected.in_order(Rejected.from_rows(rows))


def append(tables, source_id, frame, refused):
    tables.add(tables.next_part(source_id, frame, refused))


def test_a_store_without_tables_is_empty(tmp_path):
    tables = Tables(tmp_path)
    assert (tables.sources(), tables.parts()) == ([], [])
    kept = tables.read(SOURCE)
    assert (len(kept.records), len(kept.rejected)) == (0, 0)
    assert not list(tmp_path.iterdir())


def test_parts_add_up_and_the_latest_rejections_count(tmp_path):
    tables = Tables(tmp_path)
    first, second = records(statement()), records(statement(revision=2, stated=7.0))
    append(tables, SOURCE, first, rejected(rejection("a"), rejection("b")))
    append(tables, SOURCE, second, rejected(rejection("c")))
    kept = tables.read(SOURCE)
    assert kept.records["revision"].to_list() == [1, 2]
    assert kept.records["stated"].to_list() == [60_000, 7]
    assert kept.rejected["rejected_id"].to_list() == ["c"]
    assert [Path(part).name.partition("-")[0] for part in tables.parts()] == ["000001", "000002"]


def test_what_was_written_comes_back_as_it_was(tmp_path):
    frame = records(statement(), statement("figures/ب.csv#r2", stated=None, start_date=None))
    append(Tables(tmp_path), SOURCE, frame, rejected(rejection()))
    kept = Tables(tmp_path).read(SOURCE)
    pd.testing.assert_frame_equal(kept.records, frame)
    pd.testing.assert_frame_equal(kept.rejected, rejected(rejection()))


def test_appending_never_touches_an_earlier_part_or_another_source(tmp_path):
    tables = Tables(tmp_path)
    append(tables, SOURCE, records(statement()), rejected())
    append(tables, "sheets", records(statement(source_id="sheets")), rejected())
    before = files_below(tmp_path)
    append(tables, SOURCE, Records.empty(), rejected(rejection()))
    after = files_below(tmp_path)
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + 2
    assert tables.sources() == [SOURCE, "sheets"]
    assert len(tables.read("sheets").records) == 1


def test_the_names_of_the_parts_tell_what_they_hold(tmp_path):
    for folder, stated in (("one", 1.0), ("two", 1.0), ("three", 2.0)):
        append(Tables(tmp_path / folder), SOURCE, records(statement(stated=stated)), rejected())
    one, two, three = (Tables(tmp_path / name).parts() for name in ("one", "two", "three"))
    assert one == two != three


def test_a_part_that_was_not_finished_is_not_seen(tmp_path):
    tables = Tables(tmp_path)
    append(tables, SOURCE, records(statement()), rejected())
    (tmp_path / "tables" / SOURCE / f"{ASIDE}77-000002-abc").mkdir()
    assert len(tables.parts()) == 1
    append(tables, SOURCE, records(statement(revision=2)), rejected())
    assert len(tables.read(SOURCE).records) == 2


def test_more_parts_than_nine_keep_their_order(tmp_path):
    tables = Tables(tmp_path)
    for number in range(1, 12):
        append(tables, SOURCE, Records.empty(), rejected(rejection(str(number))))
    assert tables.read(SOURCE).rejected["rejected_id"].to_list() == ["11"]


def test_a_record_with_two_equal_revisions_is_refused(tmp_path):
    tables = Tables(tmp_path)
    for stated in (1.0, 2.0):
        append(tables, SOURCE, records(statement(stated=stated)), rejected())
    with pytest.raises(Exception, match="not unique"):
        tables.read(SOURCE)
