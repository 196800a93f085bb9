"""The search finds a canary however it is written or packed, and says only kind and file."""

import base64
import gzip
import json
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pyarrow
import pyarrow.parquet
import pytest

from tests.canaries.flock import Flock
from tests.canaries.search import Canary, contents_below, finds

FLOCK = Flock()
NAME = FLOCK.name("planted")
ARABIC = FLOCK.arabic_name("planted")
PHONE = FLOCK.arabic_phone("planted")


def zipped(path: Path, text: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("inside.xml", text * 3)


def in_table(path: Path, text: str) -> None:
    pyarrow.parquet.write_table(pyarrow.table({"quote": [text] * 3}), path, compression="zstd")


def in_notes(path: Path, text: str) -> None:
    table = pyarrow.table({"a": [1]}).replace_schema_metadata({"note": text})
    pyarrow.parquet.write_table(table, path)


def in_database(path: Path, text: str) -> None:
    database = sqlite3.connect(path)
    database.execute("create table log (message text)")
    database.execute("insert into log values (?)", [text])
    database.commit()
    database.close()


WAYS: dict[str, Callable[[Path, str], object]] = {
    "plain": lambda path, text: path.write_text(f"x{text}x", encoding="utf-8"),
    "wide": lambda path, text: path.write_bytes(text.encode("utf-16")),
    "capitals": lambda path, text: path.write_text(text.upper(), encoding="utf-8"),
    "in an address": lambda path, text: path.write_text(f"?q={quote(text)}", encoding="utf-8"),
    "in JSON": lambda path, text: path.write_text(json.dumps([text]), encoding="utf-8"),
    "in base64": lambda path, text: path.write_bytes(base64.b64encode(f"ab {text}".encode())),
    "gzip": lambda path, text: path.write_bytes(gzip.compress(text.encode())),
    "zip": zipped,
    "Parquet": in_table,
    "metadata": in_notes,
    "database": in_database,
}


@pytest.mark.parametrize("text", [NAME, ARABIC, PHONE], ids=["name", "arabic", "phone"])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_a_canary_is_found_however_it_is_written(
    tmp_path: Path, way: Callable[[Path, str], object], text: str
) -> None:
    way(tmp_path / "file", text)
    found = finds(FLOCK.all, contents_below(tmp_path))
    assert found
    assert all(one.startswith("planted ") and text not in one for one in found)


def test_the_name_of_a_file_is_searched_and_not_told(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.csv").write_text("nothing", encoding="utf-8")
    [found] = finds(FLOCK.all, contents_below(tmp_path))
    assert found.startswith("planted name in the path of file 1")


def test_what_is_not_planted_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("Idlib, 590 people", encoding="utf-8")
    assert finds(FLOCK.all, contents_below(tmp_path)) == []
    assert finds([Canary("area", "Idlib")], contents_below(tmp_path), marks=None) == [
        "area in file"
    ]
