"""Listed files for tests: their entries, what a fetch of them gives, and what is read."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from displacement.sources.source import Answer, Declaration, Http, Landed, Parsed, Request
from displacement.sources.workbooks import SOURCE
from displacement.store.store import Store
from tests.sources.wire import QUICK

NOW = datetime(2019, 3, 1, 6, tzinfo=UTC)
LATER = datetime(2019, 4, 1, 6, tzinfo=UTC)
BOOK = "idp_movements_january_2019.xlsx"
OCHA = {"name": "syria", "layout": "ocha_idp_movements"}
COLUMNS = {
    "governorate": "Mohafaza",
    "sub_district": "Nahya name",
    "families": "HH counted",
    "people": "Souls",
    "day": "Counted on",
}
NORTH = {"name": "north", "layout": "sheet", "columns": COLUMNS}
HEADER = ["Mohafaza", "Nahya name", "HH counted", "Souls", "Counted on", "Enumerator"]
ROWS = [
    ["Idleb", "Heish", 20, 110, "15/01/2019", "Abu Marker"],
    ["Hama", "Suran", 30, 170, "15/01/2019", "Abu Marker"],
    ["Total", None, 50, 280, None, None],
]


def declaration(
    *entries: dict[str, Any], url: str = "http://127.0.0.1:9", **http: Any
) -> Declaration:
    return Declaration(
        "workbooks",
        "Workbooks",
        "none",
        "monthly",
        most_vanished=0.25,
        needs=("files",),
        http=Http(url=url, **QUICK | http),
        options={"files": list(entries)},
    )


def fetch(*entries, url="http://127.0.0.1:9"):
    return list(SOURCE.fetch(Request(declaration(*entries, url=url), None, NOW)))


def parse_all(answers):
    """All sheets of one file, as a run joins them."""
    parts = [parse(answer) for answer in answers]
    frames = [part.statements for part in parts]
    return Parsed(
        sum(part.rows_in for part in parts),
        pd.concat(frames, ignore_index=True),
        [one for part in parts for one in part.rejections],
        [one for part in parts for one in part.signals],
    )


def parse(answer):
    assert isinstance(answer, Answer), answer
    landed = Landed(answer.name, hashlib.sha256(answer.content).hexdigest(), answer.content)
    parsed = SOURCE.parse(landed, declaration(OCHA))
    accepted = len(parsed.statements) if parsed.accepted is None else parsed.accepted
    assert parsed.rows_in == accepted + len(parsed.rejections)
    return parsed


def standing(store):
    records = Store(store).tables.read("workbooks").records
    latest = records.groupby("source_record_id").tail(1)
    return latest[~latest["withdrawn"].astype(bool)]
