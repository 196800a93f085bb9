"""What a canary is, and the search that finds it in whatever way it is written.

Every canary is a word or number that occurs nowhere else. A find says its kind and the file, never
the canary itself, so that the report of a failing test leaks nothing that a real one would.
"""

import base64
import gzip
import html
import io
import json
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import quote, quote_plus

import pyarrow.parquet

from displacement.normalise.quantities import western_digits

SHORTEST: Final = 5
"""Shorter words of a canary may stand somewhere by chance."""
MARKS: Final = ("qzxvuk", "ضظغث", "590731", "590 731", "٥٩٠٧٣١", "٥٩٠ ٧٣١")
"""Every word and number of a canary holds one of them: who seeks them first seeks fast."""
GZIP: Final = b"\x1f\x8b"
ZIP: Final = b"PK\x03\x04"
PARQUET: Final = b"PAR1"
SQLITE: Final = b"SQLite format 3\x00"


@dataclass(frozen=True)
class Canary:
    """Something personal that is planted: what it is, where, and how it is written there."""

    kind: str
    text: str

    @cached_property
    def needles(self) -> frozenset[bytes]:
        """Every spelling by which it could be known again, in lower case."""
        return frozenset(needle for word in self._words() for needle in _spellings(word))

    def _words(self) -> Iterator[str]:
        """The canary, its single words, and its digits without what parts them."""
        yield self.text
        words = re.findall(r"[^\W_]+", self.text)
        yield from (word for word in words if any(mark in word for mark in MARKS))
        if self.text[0] in "+0٠":
            yield re.sub(r"\D", "", self.text)
            yield re.sub(r"\D", "", western_digits(self.text))


def finds(
    canaries: Iterable[Canary],
    contents: Iterable[tuple[str, bytes]],
    marks: Iterable[str] | None = MARKS,
) -> list[str]:
    """Which kinds of canaries stand in which contents; None for `marks` seeks each at once."""
    canaries = list(canaries)
    first = frozenset(needle for mark in marks or [""] for needle in _spellings(mark))
    found = []
    for name, content in contents:
        lower = content.lower()
        if not any(mark in lower for mark in first):
            continue
        kinds = {one.kind for one in canaries if any(needle in lower for needle in one.needles)}
        found += [f"{kind} in {name}" for kind in sorted(kinds)]
    return found


def contents_below(folder: Path) -> Iterator[tuple[str, bytes]]:
    """All files below a folder: their paths, their bytes, and what is packed inside them."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    for number, path in enumerate(paths, start=1):
        name = str(path.relative_to(folder))
        yield f"the path of file {number} of {folder.name}", name.encode()
        yield from _unpacked(name, path.read_bytes(), path)


def _unpacked(name: str, content: bytes, path: Path | None = None) -> Iterator[tuple[str, bytes]]:
    yield name, content
    if content.startswith(GZIP):
        yield from _unpacked(f"{name} (unzipped)", gzip.decompress(content))
    elif content.startswith(ZIP):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for part in packed.infolist():
                yield from _unpacked(f"{name}/{part.filename}", packed.read(part))
    elif content.startswith(PARQUET):
        yield f"{name} (values)", _values(content)
    elif content.startswith(SQLITE) and path is not None:
        yield f"{name} (rows)", _rows(path)


def _values(content: bytes) -> bytes:
    """Every value of a Parquet file, and every word of its metadata."""
    table = pyarrow.parquet.read_table(io.BytesIO(content))
    values = json.dumps(table.to_pydict(), default=str, ensure_ascii=False)
    return f"{values}\n{table.schema.to_string(show_field_metadata=True)}".encode()


def _rows(path: Path) -> bytes:
    """Every row of a database, also those that only its write-ahead log has so far."""
    with TemporaryDirectory() as aside:
        for part in path.parent.glob(f"{path.name}*"):  # whoever opens it may tidy it up
            shutil.copy(part, aside)
        with closing(sqlite3.connect(Path(aside) / path.name)) as database:
            rows = _all_rows(database)
    return json.dumps(rows, default=_as_text, ensure_ascii=False).encode()


def _all_rows(database: sqlite3.Connection) -> list[list[tuple[object, ...]]]:
    tables = database.execute("select name from sqlite_master where type = 'table'").fetchall()
    return [database.execute(f'select * from "{name}"').fetchall() for (name,) in tables]


def _as_text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _spellings(word: str) -> Iterator[bytes]:
    """A word as files, addresses, JSON, pages and mails write it."""
    for form in {word, word.lower(), word.upper()}:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            yield form.encode(encoding).lower()
            yield from _in_base64(form.encode(encoding))
        yield quote(form, safe="").encode().lower()
        yield quote_plus(form).encode().lower()
        yield json.dumps(form)[1:-1].encode().lower()
        yield json.dumps(json.dumps(form)[1:-1])[1:-1].encode().lower()
        yield html.escape(form).encode().lower()


def _in_base64(content: bytes) -> Iterator[bytes]:
    """What all encodings of a content share, wherever in a group of three bytes it begins."""
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + content).rstrip(b"=")
        inner = whole[(0, 2, 3)[shift] : len(whole) - 1]
        if len(inner) > SHORTEST:
            yield inner.lower()
            yield inner.replace(b"+", b"-").replace(b"/", b"_").lower()
