"""Tables of areas for tests, their import, and what is then known of an area."""

from pathlib import Path

import openpyxl
import pandas as pd

from displacement.area_import import Imported, import_areas
from displacement.normalise.area_tables.described import describe_area
from displacement.normalise.places import Match
from displacement.reference import load_reference
from displacement.store.own_areas import load_all_areas
from tests.runs import REFERENCE

Rows = list[list[object]]

HEADER = [
    "ADM2_EN", "ADM2_AR", "ADM2_PCODE", "ADM1_EN", "ADM1_AR", "ADM1_PCODE", "ADM0_EN",
    "ADM0_PCODE", "date", "validOn", "validTo",
]  # fmt: skip
MARIB = ["Marib", "مأرب", "YE26", "Yemen", "YE", "2019-01-01", "2024-03-01", None]
SANAA = ["Sana'a", "صنعاء", "YE23", "Yemen", "YE", "2019-01-01", "2024-03-01", None]
DISTRICTS: Rows = [
    ["Majzar", "مجزر", "YE2601", *MARIB],
    ["Raghwan", "رغوان", "YE2602", *MARIB],
    ["Medghal", "مدغل", "YE2603", *MARIB],
    ["Hamdan", "همدان", "YE2301", *SANAA],
    ["Arhab", "أرحب", "YE2302", *SANAA],
]
LONG = ["Location", "Admin Level", "P-Code", "Name", "Parent P-Code", "Valid from date"]
LONG_TAGS = [
    "#country+code", "#geo+admin_level", "#adm+code", "#adm+name", "#adm+code+parent",
    "#date+start",
]  # fmt: skip
YEMEN: Rows = [
    ["YEM", 1, "YE26", "Marib", "YEM", "2024-03-01"],
    ["YEM", 1, "YE23", "Sana'a", "YEM", "2024-03-01"],
    ["YEM", 2, "YE2601", "Majzar", "YE26", "2024-03-01"],
    ["YEM", 2, "YE2602", "Raghwan", "YE26", "2024-03-01"],
    ["YEM", 2, "YE2301", "Hamdan", "YE23", "2024-03-01"],
]


def csv_of(path: Path, rows: Rows, **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows).to_csv(path, header=False, index=False, **options)
    return path


def book_of(path: Path, **sheets: Rows) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def taken(path: Path, store: Path, **options: object) -> Imported:
    return import_areas(path, folder=REFERENCE, store=store, **options)


def shown(store: Path, code: str) -> dict:
    areas = load_all_areas(REFERENCE, store)
    return describe_area(code, areas.known, areas.own.old_codes, areas.own.populations)["areas"][0]


def matched(store: Path, code: str) -> Match:
    return load_reference(REFERENCE, store=store).gazetteer.match_code(code)


def contents(store: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((store / "reference").iterdir())}
