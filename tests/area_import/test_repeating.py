"""Importing again, in another order or only for show."""

from pathlib import Path

from tests.area_import.tables import DISTRICTS, HEADER, LONG, YEMEN, contents, csv_of, taken


def test_importing_twice_changes_nothing(folder: Path, store: Path) -> None:
    path = csv_of(folder / "yem.csv", [HEADER, *DISTRICTS])
    assert taken(path, store).written
    before = contents(store)
    again = taken(path, store)
    assert (again.written, contents(store)) == ([], before)


def test_the_order_of_rows_changes_nothing(folder: Path, store: Path, tmp_path: Path) -> None:
    taken(csv_of(folder / "yem.csv", [HEADER, *DISTRICTS]), store)
    taken(csv_of(folder / "yem.csv", [HEADER, *DISTRICTS[::-1]]), tmp_path / "other")
    assert contents(store) == contents(tmp_path / "other")


def test_a_dry_run_writes_nothing(folder: Path, store: Path) -> None:
    imported = taken(csv_of(folder / "yem.csv", [LONG, *YEMEN]), store, dry_run=True)
    assert imported.countries == {"YEM": 5}
    assert not store.exists()
