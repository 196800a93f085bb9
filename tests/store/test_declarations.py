"""Sources, counters and corrections are declared in TOML; a slip is named with its place."""

import shutil

import pytest

from displacement.normalise.corrections import Action
from displacement.store.declarations import load_corrections, load_declarations
from tests.runs import REFERENCE

CORRECTION = """\
[[corrections]]
source_id = "figures_file"
record = "figures/a.csv#r1"
action = "override"
expect = { stated = 600000.0 }
changes = { stated = 60000.0 }
reason = "one zero too many"
provider = "officer"
status = "confirmed"
"""


@pytest.fixture
def folder(tmp_path):
    for name in ("sources.toml", "corrections.toml"):
        shutil.copy(REFERENCE / name, tmp_path)
    return tmp_path


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_declarations_of_the_project_are_sound():
    declared = load_declarations(REFERENCE)
    assert set(declared.sources) >= {"documents", "figures_file", "sheets"}
    sheets = declared.sources["sheets"]
    assert (sheets.source_id, sheets.counter, sheets.error) == ("sheets", "Local volunteers", 0.20)
    assert sheets.enabled
    assert load_corrections(REFERENCE) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[errors]", "[mistakes]", "the entry 'errors' is missing"),
        ('kind = "un_agency"', 'kind = "agency"', "'agency' is not a valid CounterKind"),
        ("stock_expiry_days = 180", "stock_days = 180", "stock_days"),
        ("[sources.sheets]", "[sources.sheets", "sources.toml: "),
        ('licence = "as', 'license = "as', "license"),
    ],
)
def test_a_slip_in_the_declarations_names_the_file(folder, old, new, words):
    change(folder / "sources.toml", old, new)
    with pytest.raises(ValueError, match=r"sources\.toml: ") as caught:
        load_declarations(folder)
    assert words in str(caught.value)


def test_a_correction_is_read(folder):
    (folder / "corrections.toml").write_text(CORRECTION, encoding="utf-8")
    [correction] = load_corrections(folder)
    assert correction.action is Action.OVERRIDE
    assert correction.expect == {"stated": 600_000.0}
    assert correction.changes == {"stated": 60_000.0}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('action = "override"', 'action = "erase"', "entry 2: 'erase' is not a valid Action"),
        ('action = "override"\n', "", "entry 2: None is not a valid Action"),
        ('reason = "one zero too many"\n', "", "entry 2: .*reason"),
        ("changes = { stated", "changes = { statd", "entry 2: a record has no column statd"),
        ("expect = { stated", "expect = { statd", "entry 2: a record has no column statd"),
        ('provider = "officer"', 'person = "officer"', "entry 2: .*person"),
        ("[[corrections]]", "[[corrections", r"corrections\.toml: "),
    ],
)
def test_a_slip_in_a_correction_names_the_file_and_the_entry(folder, old, new, words):
    (folder / "corrections.toml").write_text(
        CORRECTION + "\n" + CORRECTION.replace(old, new), encoding="utf-8"
    )
    with pytest.raises(ValueError, match=words):
        load_corrections(folder)
