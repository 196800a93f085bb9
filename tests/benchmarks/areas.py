"""What does a world of areas cost? 250 countries at admin 2, imported, loaded and laid out.

Run with `python -m tests.benchmarks.areas`: prints CPU seconds and megabytes.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from displacement.area_import import import_areas
from displacement.reconcile.area_tree import AreaTree
from displacement.reference import load_reference
from displacement.store.own_areas import load_all_areas
from tests.runs import REFERENCE

STATES, DISTRICTS = 10, 19
"""Of each country: 250 × (10 + 190) areas, and the countries themselves."""


def world_table(path: Path) -> int:
    """A global list of codes with every country; how many areas it has."""
    home, world, _ = load_all_areas(REFERENCE, None)
    known = pd.concat([home, world])
    countries = known[known["admin_level"] == 0]
    rows = [["Location", "Admin Level", "P-Code", "Name", "Parent P-Code", "Valid from date"]]
    for iso3, code in zip(countries["country"], countries["area_code"], strict=True):
        for state in range(STATES):
            outer = f"{code}9{state:02}"
            rows.append([iso3, 1, outer, f"State {state}", iso3, "2026-01-01"])
            rows += [
                [iso3, 2, f"{outer}{n:02}", f"District {state} {n}", outer, "2026-01-01"]
                for n in range(DISTRICTS)
            ]
    pd.DataFrame(rows).to_csv(path, header=False, index=False)
    return len(rows) - 1


def megabytes() -> float:
    """The most memory that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def load(store: Path) -> tuple[float, float, int]:
    """CPU seconds and megabytes to load a store's areas and find one by its code, and how many."""
    before, begin = megabytes(), time.process_time()
    reference = load_reference(REFERENCE, store=store)
    assert reference.gazetteer.match_code("SD90101").code == "SD90101"
    took, grown = time.process_time() - begin, megabytes() - before
    return took, grown, len(reference.areas) + len(reference.world)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print("load: {:.2f} s, {:.0f} MB, {} areas".format(*load(Path(sys.argv[1]))))
    else:
        folder = Path(tempfile.mkdtemp())
        total = world_table(folder / "world.csv")
        begin = time.process_time()
        import_areas(folder / "world.csv", folder=REFERENCE, store=folder / "store")
        print(f"import: {time.process_time() - begin:.1f} s, {total} areas")
        reference = load_reference(REFERENCE, store=folder / "store")
        begin = time.process_time()
        AreaTree.build(pd.concat([reference.areas, reference.world], ignore_index=True))
        print(f"tree: {time.process_time() - begin:.2f} s")
        print(f"now: python -m tests.benchmarks.areas {folder / 'store'}")
