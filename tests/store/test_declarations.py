"""Sources and counters are declared in TOML; a slip is named with its place."""

import shutil

import pytest

from displacement.store.declarations import load_declarations
from tests.runs import REFERENCE


@pytest.fixture
def folder(tmp_path):
    shutil.copy(REFERENCE / "sources.toml", tmp_path)
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
