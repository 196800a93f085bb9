"""A folder of workbooks, read one by one or taken in by a run."""

import dataclasses

import pytest

from displacement.intake import run_log, take_in
from displacement.sources.workbooks import SOURCE
from displacement.store.store import Store
from tests.sources.workbooks.books import ocha_book, sheet_book
from tests.sources.workbooks.files import BOOK, NORTH, NOW, OCHA, declaration, fetch, parse_all


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder named relative to the working folder, as a configuration names it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "books").mkdir()
    return tmp_path / "books"


@pytest.fixture
def read_ocha(folder):
    """Read one workbook of OCHA's layout from the folder."""

    def read(name=BOOK, entry=OCHA, **book):
        (folder / name).write_bytes(ocha_book(**book))
        return parse_all(fetch(entry | {"folder": "books"}))

    return read


@pytest.fixture
def read_sheet(folder):
    """Read one sheet with the declared mapping from the folder."""

    def read(rows, name="count.xlsx", entry=NORTH):
        (folder / name).write_bytes(sheet_book(rows))
        return parse_all(fetch(entry | {"folder": "books"}))

    return read


@pytest.fixture
def take(store, folder, reference):
    """One run: its outcome, logged as a flow does."""

    def run(*entries, now=NOW, **declared):
        asked = dataclasses.replace(declaration(*entries), **declared)
        outcome = take_in(SOURCE, asked, reference, store=Store(store), inbox=folder, now=now)
        Store(store).ledger.add_run(f"{now:%Y%m%d}", run_log(f"{now:%Y%m%d}", now, [outcome]))
        return outcome

    return run
