import pandas as pd
import pytest

from displacement.normalise.households import household_sizes_for
from displacement_schemas import Areas, HouseholdSizes

OCHA = "ocha_pcode"


def area(code, level, parent, system=OCHA):
    return {
        "area_code": code,
        "code_system": system,
        "admin_level": level,
        "parent_code": parent,
        "country": "SYR",
        "name": code,
        "reference": "test",
    }


def size(code, first, last, value, system=OCHA):
    return {
        "area_code": code,
        "code_system": system,
        "first_year": first,
        "last_year": last,
        "size": value,
        "size_low": value - 0.5,
        "size_high": value + 0.5,
        "reference": f"{code} {first}",
    }


@pytest.fixture
def areas():
    return Areas.from_rows(
        [area("SY", 0, None), area("SY07", 1, "SY"), area("SY0703", 2, "SY07"), area("X", 0, None)]
    )


@pytest.fixture
def sizes():
    return HouseholdSizes.from_rows(
        [size("SY", 2020, 2021, 5.0), size("SY07", 2004, 2004, 6.2), size("SY07", 2018, 2018, 5.6)]
    )


def sources(codes, years, sizes, areas):
    found = household_sizes_for(pd.Series(codes), pd.Series(years), sizes, areas)
    return found["household_size_source"].astype(object).where(lambda s: s.notna(), None).to_list()


def test_the_most_specific_area_decides_before_the_year(areas, sizes):
    assert sources(["SY07", "SY0703"], [2020, 2020], sizes, areas) == ["SY07 2018", "SY07 2018"]


def test_a_parent_serves_where_the_area_has_no_size_of_its_own(areas, sizes):
    assert sources(["SY"], [2018], sizes, areas) == ["SY 2020"]


def test_the_nearest_year_serves_where_none_matches(areas, sizes):
    assert sources(["SY07", "SY07"], [2005, 2016], sizes, areas) == ["SY07 2004", "SY07 2018"]


def test_unknown_areas_and_years_have_no_size(areas, sizes):
    assert sources(["X", None, "Y"], [2018, 2018, 2018], sizes, areas) == [None, None, None]
    assert sources(["SY07"], [None], sizes, areas) == [None]


def test_a_code_of_two_systems_names_no_area(sizes):
    twice = Areas.from_rows([area("SY07", 1, None), area("SY07", 1, None, "other")])
    assert sources(["SY07"], [2018], sizes, twice) == [None]


def test_a_size_of_another_code_system_is_never_used(areas):
    foreign = HouseholdSizes.from_rows([size("SY07", 2018, 2018, 9.0, system="geonames")])
    assert sources(["SY07"], [2018], foreign, areas) == [None]


def test_the_index_of_the_figures_is_kept(areas, sizes):
    codes = pd.Series(["SY07", "X"], index=[40, 7])
    found = household_sizes_for(codes, pd.Series([2018, 2018], index=[40, 7]), sizes, areas)
    assert found.index.to_list() == [40, 7]
    assert found.loc[40, "household_size"] == 5.6
    assert found.loc[40, "household_size_low"] == pytest.approx(5.1)


def test_no_figures_give_no_sizes(areas, sizes):
    nothing = household_sizes_for(
        pd.Series([], dtype="string"), pd.Series([], dtype="Int64"), sizes, areas
    )
    assert nothing.empty
    assert nothing.columns[0] == "household_size"
