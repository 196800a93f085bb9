"""Checks of all areas that are known find what cannot be."""

import pandas as pd

from displacement.normalise.area_tables.checks import check_areas
from displacement.store.own_areas import load_all_areas
from tests.runs import REFERENCE


def test_what_comes_with_the_program_has_no_faults() -> None:
    home, world, own = load_all_areas(REFERENCE, None)
    found = check_areas(pd.concat([home, world], ignore_index=True), own.old_codes, {})
    assert [one for one in found if one.is_fault] == []
    assert any("KGZ" in one.country and "do not begin with" in one.text for one in found)


def test_a_circle_a_lost_parent_and_a_lost_successor_are_faults() -> None:
    home, _, own = load_all_areas(REFERENCE, None)
    broken = home.copy()
    broken.loc[broken["area_code"] == "SY07", "parent_code"] = "SY0702"
    broken.loc[broken["area_code"] == "SY0501", "parent_code"] = "SY99"
    texts = [one.text for one in check_areas(broken, own.old_codes, {}) if one.is_fault]
    assert any("SY0501 lie in an area that is not there" in text for text in texts)
    assert any("going round in a circle" in text and "SY07" in text for text in texts)
