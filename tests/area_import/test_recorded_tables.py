"""Recorded lists of others, where the folder of real inputs is beside this one."""

from pathlib import Path

import pandas as pd
import pytest

from tests.area_import.tables import csv_of, taken


def recorded_table(name: str) -> Path:
    beside = [folder / "shared/data/areas" / name for folder in Path(__file__).parents[3:]]
    for path in beside:
        if path.is_file():
            return path
    pytest.skip(f"the recorded table {name} is not here")


def test_every_country_of_the_global_list_nests(store: Path) -> None:
    recorded = recorded_table("global_pcodes_adm_1_2.csv")
    imported = taken(recorded, store, dry_run=True)
    assert len(imported.countries) == 156
    assert sum(imported.countries.values()) == 33_362
    assert imported.refused == [f"{recorded.name}, row 27650: “Unspecified” is no code of an area."]


def test_the_syrian_table_of_others_is_read_by_its_own_headers(store: Path, folder: Path) -> None:
    recorded = recorded_table("syr_admin123.csv")
    table = pd.read_csv(recorded, dtype=str, keep_default_na=False)
    names = ["admin_level", "pcode", "name_ocha", "name_ar", "parent_pcode"]
    heads = ["Admin level", "P-code", "Name", "Name (Arabic)", "Parent P-code"]
    rows = [heads, *table[names].to_numpy().tolist()]
    imported = taken(csv_of(folder / "syr.csv", rows), store)
    assert (imported.refused, imported.countries) == ([], {"SYR": 348})
    assert not (store / "reference" / "old_codes.csv").exists()
    assert not [note for note in imported.notes if "moved" in note or "new codes" in note]
