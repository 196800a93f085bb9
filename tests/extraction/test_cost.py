"""What does reading cost? Modules loaded, memory held; and the same bytes on every machine."""

import json
import locale
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.reading_prose import DENSITIES, pace, prose

ROOT = Path(__file__).parents[2]
SLOW_TO_LOAD = {
    "pandas",
    "pandera",
    "pyarrow",
    "numpy",
    "pydantic",
    "tomllib",
    "importlib.resources",
}
TEXT = """Zwischen? No: between 1 and 24 December, more than 60,000 people fled Hama, UNHCR said.
İn Idlib some 800 families (about 4,300 people) were displaced on Monday, volunteers counted.
Three people were killed at 10:30. İstanbul hosts 530,000 Syrians. In March 1,2 million returned."""


def python(code: str, *arguments: str, **environment: str) -> str:
    """What a Python process of its own prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


def test_importing_the_extraction_loads_nothing_that_only_reading_needs():
    loaded = python("import sys, displacement.extraction; print(*sys.modules)").split()

    assert "displacement.extraction" in loaded
    assert SLOW_TO_LOAD.isdisjoint(loaded)
    assert "displacement.extraction.binder" not in loaded


def test_all_names_of_the_extraction_are_there_when_asked_for():
    names = "from displacement.extraction import {}; print({})"
    for name in ("FigureProposer", "ProposedFigure", "extract", "has_rules", "split_header"):
        assert name in python(names.format(name, name))
    with pytest.raises(ImportError, match="cannot import name 'figures_of'"):
        from displacement.extraction import figures_of  # type: ignore[attr-defined]  # noqa: F401, PLC0415


READ = """
import json, sys
from datetime import date
from displacement.extraction import extract
found = extract(json.loads(sys.argv[1]), date(2018, 1, 8), "Levant Dispatch")
sys.stdout.reconfigure(encoding="utf-8")
print(found.figures.to_csv(), found.rejected.to_csv())
"""


def test_locale_time_zone_and_hash_seed_change_nothing():
    settings = [
        {"LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "0"},
        {"LC_ALL": "C.UTF-8", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1"},
        {"LC_ALL": "POSIX", "TZ": "America/Adak", "PYTHONHASHSEED": "4242", "PYTHONUTF8": "0"},
        *(
            {"LC_ALL": name, "PYTHONHASHSEED": "7"}
            for name in _installed("tr_TR", "ar_SY", "fr_FR")
        ),
    ]
    read = {python(READ, json.dumps(TEXT), **one) for one in settings}

    assert len(read) == 1
    assert '"60,000"' in read.pop()


def _installed(*names: str) -> list[str]:
    """Those of the locales that this machine has."""
    before = locale.setlocale(locale.LC_ALL)
    found = []
    for name in (f"{one}.UTF-8" for one in names):
        try:
            locale.setlocale(locale.LC_ALL, name)
        except locale.Error:
            continue
        found.append(name)
    locale.setlocale(locale.LC_ALL, before)
    return found


MEMORY = """
import json, resource, sys
from datetime import date
from displacement.extraction import extract
from tests.benchmarks.reading_prose import prose

def most():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

piece = prose(1_000_000, 0.15)
extract(piece, date(2019, 6, 3))
text = piece * int(sys.argv[1])
before = most()
found = extract(text, date(2019, 6, 3))
print(json.dumps([most() - before, len(found.rejected)]))
"""


@pytest.mark.slow
def test_twenty_times_the_text_takes_no_more_memory_than_its_rejected_numbers():
    short, few = json.loads(python(MEMORY, "1"))
    long, many = json.loads(python(MEMORY, "20"))

    assert many == pytest.approx(20 * few, rel=0.01)
    # kilobytes; a row that is kept takes less than 200 bytes, the text itself 20,000
    assert long - short < 0.2 * (many - few) + 4_000


@pytest.mark.slow
@pytest.mark.parametrize(
    ("density", "most"), [("no numbers", 10), ("ordinary", 40), ("dense", 250)]
)
def test_reading_prose_takes_a_bounded_multiple_of_cutting_it_into_words(density: str, most: int):
    one = pace(0.3, density)

    assert one.ours <= most * one.peer


def test_the_prose_to_measure_with_is_as_dense_as_it_says_and_always_the_same():
    for density, share in DENSITIES.items():
        text = prose(40_000, share)
        sentences = [one for one in text.replace("\n", " ").split(". ") if one.strip()]
        numbered = sum(any(sign.isdigit() for sign in one) for one in sentences)
        assert numbered / len(sentences) == pytest.approx(0.8 * share, abs=0.15), density
        assert prose(40_000, share) == text
    assert prose(1_000, 0.5, seed=2) != prose(1_000, 0.5)
