"""What do names of places mean? The gazetteer of a run, read in the time of one question."""

from itertools import chain, tee
from pathlib import Path

from displacement.normalise.aliases import decided_names
from displacement.normalise.places import Gazetteer
from displacement.normalise.world import World
from displacement.store.area_files import read_area_names
from displacement.store.decisions import load_aliases


def load_gazetteer(folder: Path, store: Path) -> Gazetteer:
    """The areas, described places and reviewers' decisions that a run matches names against.

    Raises ReferenceTableError where a table cannot be read; that of the world at the first name
    which is not known at home.
    """
    names = read_area_names(folder, store)
    world, decidable = tee(names.world)
    decided = decided_names(load_aliases(folder, store), chain(names.home, decidable))
    elsewhere = World(world, names.old_codes)
    return Gazetteer(names.home, names.described, elsewhere, names.old_codes, decided.areas)
