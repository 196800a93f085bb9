"""What analysts and reviewers decided stands in TOML; a slip is named with its place."""

import pytest

from displacement.normalise.decided import Action
from displacement.store.decisions import add_decision, load_decisions
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


def test_a_correction_is_read(tmp_path):
    (tmp_path / "corrections.toml").write_text(CORRECTION, encoding="utf-8")
    [correction] = load_decisions(tmp_path).corrections
    assert correction.action is Action.OVERRIDE
    assert correction.expect == {"stated": 600_000.0}
    assert correction.changes == {"stated": 60_000.0}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('action = "override"', 'action = "erase"', "entry 2: 'erase' is not a valid Action"),
        ('action = "override"\n', "", "entry 2: '' is not a valid Action"),
        ('reason = "one zero too many"\n', "", "entry 2: .*reason"),
        ("changes = { stated", "changes = { statd", "entry 2: a record has no column statd"),
        ("expect = { stated", "expect = { statd", "entry 2: a record has no column statd"),
        ('provider = "officer"', 'person = "officer"', "entry 2: .*person"),
        ("[[corrections]]", "[[corrections", r"corrections\.toml: "),
    ],
)
def test_a_slip_in_a_correction_names_the_file_and_the_entry(tmp_path, old, new, words):
    (tmp_path / "corrections.toml").write_text(
        CORRECTION + "\n" + CORRECTION.replace(old, new), encoding="utf-8"
    )
    with pytest.raises(ValueError, match=words):
        load_decisions(tmp_path)


def test_the_project_itself_has_decided_nothing():
    decisions = load_decisions(REFERENCE)
    assert (decisions.corrections, decisions.aliases, decisions.signals) == ([], [], [])


def test_a_store_adds_its_decisions_and_keeps_what_stands_in_its_file(tmp_path):
    folder, store = tmp_path / "folder", tmp_path / "store"
    folder.mkdir()
    (folder / "corrections.toml").write_text(CORRECTION, encoding="utf-8")
    signed = {"reason": 'spelt "so"\nhere', "provider": "officer", "status": "confirmed"}
    for text in ("حاس", "Kafr \\ Nabl"):
        alias = {"text": text, "area_codes": "SY0702", "code_system": "ocha_pcode"}
        path = add_decision(store, "aliases", alias | signed)
    remark = "# seen by the whole team\n"
    path.write_text(remark + path.read_text("utf-8"), encoding="utf-8")
    add_decision(store, "signals", {"source_id": "a", "text": "t", "action": "accept"} | signed)
    decisions = load_decisions(folder, store)
    assert [one.text for one in decisions.aliases] == ["حاس", "Kafr \\ Nabl"]
    assert {one.reason for one in decisions.aliases} == {signed["reason"]}
    assert len(decisions.corrections) == 1
    assert decisions.believed("a") == {"t"}
    assert decisions.believed("b") == frozenset()
    assert path.read_text("utf-8").startswith(remark)
