"""What is known before any figure: areas, counters, sources, household sizes, decided names.

Read from the reference tables, the user's own file of sources, and what the store imported.
"""

from pathlib import Path

from displacement.normalise.figures import Reference
from displacement.store.decisions import load_decisions
from displacement.store.declarations import load_declarations
from displacement.store.own_areas import load_all_areas
from displacement.store.reference import load_described_areas, load_household_sizes


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
