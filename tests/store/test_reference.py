import csv
import shutil
import time
from pathlib import Path

import pytest

from displacement.store.reference import (
    load_areas,
    load_described_areas,
    load_household_sizes,
    load_world_areas,
)
from displacement.store.slips import ReferenceTableError

REFERENCE = Path(__file__).parents[2] / "data" / "reference"


@pytest.fixture(scope="module")
def areas():
    return load_areas(REFERENCE)


@pytest.fixture
def folder(tmp_path):
    for name in ("areas.csv", "described_areas.csv", "household_sizes.csv", "world_areas.csv"):
        shutil.copy(REFERENCE / name, tmp_path)
    return tmp_path


def change(path, row, column, value):
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    rows[row - 1][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows(rows)


def test_every_area_of_syria_is_there(areas):
    assert areas["admin_level"].value_counts().to_dict() == {0: 1, 1: 14, 2: 62, 3: 272}


def test_parents_hold_the_sum_of_their_children(areas):
    known = areas.set_index("area_code")["population"]
    summed = areas.groupby("parent_code")["population"].sum()
    assert (known[summed.index] == summed).all()
    assert areas.loc[areas["population"].isna(), "area_code"].to_list() == ["SY140003", "SY140201"]


def test_a_code_starts_with_its_parents_code(areas):
    inner = areas.dropna(subset=["parent_code"])
    pairs = zip(inner["area_code"], inner["parent_code"], strict=True)
    assert all(code.startswith(parent) for code, parent in pairs)


def test_every_described_area_exists(areas):
    described = load_described_areas(REFERENCE)
    assert set(described["area_code"]) <= set(areas["area_code"])
    eastern = described[described["name"] == "eastern Hama"]
    assert set(eastern["area_code"]) == {"SY050101", "SY050103", "SY050302", "SY050304"}


def test_household_sizes_lie_within_their_range(areas):
    sizes = load_household_sizes(REFERENCE)
    assert (sizes["size_low"] <= sizes["size"]).all()
    assert (sizes["size"] <= sizes["size_high"]).all()
    assert set(sizes["area_code"]) <= set(areas["area_code"])


@pytest.mark.parametrize(
    ("row", "column", "value", "words"),
    [
        (5, "admin_level", "two", r"areas\.csv, row 5, column admin_level: “two” is no whole"),
        (5, "population", "many", r"row 5, column population: “many” is no number"),
        (5, "population", "-3", r"row 5, column population: “-3.0” breaks the rule"),
        (5, "name", "", r"row 5, column name: a value is needed"),
        (5, "parent_code", "SY99", r"row 5, column parent_code: there is no area SY99"),
        (3, "area_code", "SY02", r"the key repeats another row's"),
    ],
)
def test_a_malformed_cell_is_named_with_its_place(folder, row, column, value, words):
    change(folder / "areas.csv", row, column, value)
    with pytest.raises(ReferenceTableError, match=words):
        load_areas(folder)


def test_an_unknown_method_is_named_with_its_place(folder):
    change(folder / "described_areas.csv", 2, "match_method", "guessed")
    with pytest.raises(ReferenceTableError, match=r"row 2, column match_method: “guessed”"):
        load_described_areas(folder)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"area_code,size\nSY,5\n", "row 1: the columns are"),
        (b"\xff\xfe\x00", "no CSV file"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(folder, content, words):
    (folder / "household_sizes.csv").write_bytes(content)
    with pytest.raises(ReferenceTableError, match=words):
        load_household_sizes(folder)


def test_a_row_of_another_length_is_refused(folder):
    with (folder / "household_sizes.csv").open("a", encoding="utf-8") as lines:
        lines.write("SY,ocha_pcode,2018\n")
    with pytest.raises(ReferenceTableError, match="3 cells where 8 are needed"):
        load_household_sizes(folder)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ReferenceTableError, match=r"areas\.csv is missing"):
        load_areas(tmp_path)


def test_the_world_has_every_country_and_leaves_out_those_at_home(areas):
    world = load_world_areas(REFERENCE, areas)
    countries = world[world["admin_level"] == 0]
    assert len(countries) == 250
    assert not countries["country"].isin(["SYR", "UNK", "XXA", "TIB"]).any()
    assert set(world["country"]) == set(countries["country"])
    assert set(world["admin_level"]) == {0, 1, 2}
    assert set(load_world_areas(REFERENCE, areas.head(0))["country"]) == set(world["country"])


def test_no_code_of_an_area_is_the_code_of_a_country(areas):
    world = load_world_areas(REFERENCE, areas)
    countries = world[world["admin_level"] == 0]
    inner = world[world["admin_level"] > 0]
    assert not inner["area_code"].isin([*countries["area_code"], *countries["country"]]).any()
    assert not world["area_code"].isin(areas["area_code"]).any()


def test_the_world_is_loaded_quickly(areas):
    times = []
    for _ in range(5):
        begin = time.process_time()
        load_world_areas(REFERENCE, areas)
        times.append(time.process_time() - begin)
    assert min(times) < 0.15


def test_a_folder_may_go_without_the_world(tmp_path, areas):
    assert load_world_areas(tmp_path, areas).empty


@pytest.mark.parametrize(
    ("row", "column", "value", "words"),
    [
        (1, "name", "title", r"world_areas\.csv, row 1: the columns are"),
        (5, "parent_code", "ZZ", r"row 5, column parent_code: there is no area ZZ"),
        (5, "admin_level", "two", r"world_areas\.csv cannot be read: .*two"),
        (5, "admin_level", "9", r"row 5, column admin_level: “9” breaks the rule"),
        (5, "name", "", r"world_areas\.csv, row 5, column name"),
        (5, "area_code", "AW", r"the key repeats another row's"),
    ],
)
def test_a_malformed_world_is_named(folder, row, column, value, words):
    change(folder / "world_areas.csv", row, column, value)
    with pytest.raises(ReferenceTableError, match=words):
        load_world_areas(folder, load_areas(folder))
