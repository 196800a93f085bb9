"""What stands in a CSV file that people edit? Its rows as texts; a slip is named with its place."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from displacement.store.slips import ReferenceTableError

HEADER_ROWS: Final = 1


def header_of(path: Path) -> list[str]:
    """The first row of a file; what is no table at all is told by whoever reads the rest."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return next(csv.reader(lines), [])
    except (OSError, ValueError, csv.Error):
        return []


def rows_of(path: Path, names: Sequence[str]) -> list[list[str]]:
    """The rows below the header of a table that has these columns.

    Raises ReferenceTableError with what is wrong, and where.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            header, *rows = csv.reader(lines, strict=True)
    except FileNotFoundError as error:
        raise ReferenceTableError(f"{path.name} is missing in {path.parent}.") from error
    except ValueError as error:
        reason = "is empty" if path.stat().st_size == 0 else f"is no CSV file in UTF-8 ({error})"
        raise ReferenceTableError(f"{path.name} {reason}.") from error
    except csv.Error as error:
        raise ReferenceTableError(f"{path.name} is no CSV file: {error}.") from error
    if header != [*names]:
        raise ReferenceTableError(
            f"{path.name}, row 1: the columns are {', '.join(header)}, but must be "
            f"{', '.join(names)}."
        )
    for number, row in enumerate(rows, start=1 + HEADER_ROWS):
        if len(row) != len(names):
            raise ReferenceTableError(
                f"{path.name}, row {number}: {len(row)} cells where {len(names)} are needed; "
                "put text that holds a comma in quotes."
            )
    return rows
