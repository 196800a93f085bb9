"""What is known before any figure: areas, counters, sources, household sizes, decided names.

Read from the reference tables, the user's own file of sources, and what the store imported.
"""

from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Final

from displacement.normalise.figures import Reference
from displacement.store.decisions import load_decisions, own_decisions
from displacement.store.declarations import load_declarations
from displacement.store.own_areas import load_all_areas, own_files
from displacement.store.reference import load_described_areas, load_household_sizes

_ONE_READS: Final = Lock()
"""Tasks of one process begin at once: the others wait for the first."""


def shared_reference(folder: Path, own_sources: Path, store: Path) -> Reference:
    """The same as `load_reference`, read and laid out once for all tasks of a process.

    It is read again where any file that it is made from has changed.
    """
    files = [*folder.glob("*"), own_sources, *own_files(store), own_decisions(store)]
    made_from = tuple(
        (path, path.stat().st_mtime_ns, path.stat().st_size)
        for path in sorted(files)
        if path.is_file()
    )
    with _ONE_READS:
        return _shared(folder, own_sources, store, made_from)


@lru_cache(maxsize=1)
def _shared(
    folder: Path, own_sources: Path, store: Path, made_from: tuple[tuple[Path, int, int], ...]
) -> Reference:
    del made_from  # what tells one state of the files from another
    return load_reference(folder, own_sources, store)


def load_reference(
    folder: Path, own_sources: Path | None = None, store: Path | None = None
) -> Reference:
    """Read every reference table, and the user's own file of sources where there is one.

    Areas that were imported into `store` take the place of those of their countries, and its
    reviewers' decisions about names hold.

    Raises ReferenceTableError with file, row and column.
    """
    declared = load_declarations(folder, own_sources)
    areas, world, own = load_all_areas(folder, store)
    return Reference(
        areas=areas,
        world=world,
        old_codes=own.old_codes,
        described=load_described_areas(folder),
        household_sizes=load_household_sizes(folder),
        counters=declared.counters,
        sources=declared.sources,
        aliases=tuple(load_decisions(folder, store).aliases),
    )
