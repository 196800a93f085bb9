"""How many spellings that no table has are matched in a minute on one core?

Run with `python -m tests.benchmarks.matching`; beside it stands the peer that compares the folded
names alone, rapidfuzz's `extractOne` over the same spellings.
"""

import sys
import time

from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extractOne

from displacement.normalise.known_areas import described_areas, known_areas
from displacement.normalise.place_names import fold
from displacement.normalise.places import Gazetteer
from displacement.store.reference import load_described_areas
from tests.normalise.spellings import ARABIC_IN_LATIN
from tests.normalise.test_matching import AREAS, REFERENCE, respelt

MINUTE = 60


def main() -> None:
    """Match every spelling once, and once more."""
    areas = AREAS[AREAS["admin_level"] == 3]
    asked = sorted(
        {(text, code[:4]) for code, _, text in respelt(areas, "name", ARABIC_IN_LATIN, 20)}
    )
    names, parents = zip(*asked, strict=True)
    ways = {"inside a governorate, at its level": (parents, 3), "anywhere": (None, None)}
    for what, (within, level) in ways.items():
        gazetteer = Gazetteer(known_areas(AREAS), described_areas(load_described_areas(REFERENCE)))
        fold.cache_clear()
        started = time.process_time()
        gazetteer.match_many(names, within, level)
        first = time.process_time() - started
        gazetteer.match_many(names, within, level)
        again = time.process_time() - started - first
        _say(what, len(names), first)
        _say(f"{what}, once more", len(names), again)
    known = [fold(text).core for text in AREAS["name"]]
    started = time.process_time()
    for name in names:
        extractOne(fold(name).core, known, scorer=ratio)
    _say("the peer, anywhere", len(names), time.process_time() - started)


def _say(what: str, names: int, seconds: float) -> None:
    sys.stdout.write(f"{what}: {names / max(seconds, 1e-9) * MINUTE:,.0f} names a minute\n")


if __name__ == "__main__":
    main()
