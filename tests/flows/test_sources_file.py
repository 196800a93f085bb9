"""`displacement init` writes a file of sources to begin with; `status` says how each stands."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from displacement.store.declarations import load_declarations, own_declarations
from tests.flows.command import displacement
from tests.runs import REFERENCE

DECLARED = load_declarations(REFERENCE).sources
OVER_THE_WIRE = {name: one for name, one in DECLARED.items() if one.http is not None}


def written(environment=None, countries=("SYR",)):
    text = own_declarations(REFERENCE, environment or {}, countries)
    return text, tomllib.loads(text)["sources"]


def test_every_source_is_in_the_file_and_says_why_it_is_off():
    text, sources = written()
    assert set(sources) == set(DECLARED)
    for name, one in DECLARED.items():
        missing = [
            *one.secrets.values(),
            *(need for need in one.open_needs() if need != "countries"),
        ]
        assert sources[name]["enabled"] is not bool(missing)
        section = text.partition(f"[sources.{name}]\n")[2].partition("\n")[0]
        assert all(word in section for word in missing)


def test_a_source_whose_key_is_there_is_switched_on():
    keys = {variable: "k" for one in DECLARED.values() for variable in one.secrets.values()}
    _, sources = written(keys)
    for name, one in DECLARED.items():
        wanting = [need for need in one.open_needs() if need != "countries"]
        assert sources[name]["enabled"] is not bool(wanting)
    assert "k" not in re.findall(r'"(.*?)"', written(keys)[0])


def test_the_file_asks_for_the_countries_that_were_named(tmp_path):
    text, _ = written(countries=("SDN", "TCD"))
    own = tmp_path / "sources.toml"
    own.write_text(text, encoding="utf-8")
    for name, one in load_declarations(REFERENCE, own).sources.items():
        if "countries" in DECLARED[name].needs:
            assert one.countries == ("SDN", "TCD")


def test_the_file_changes_nothing_but_the_switch_and_the_countries(tmp_path):
    own = tmp_path / "sources.toml"
    own.write_text(written()[0], encoding="utf-8")
    for name, one in load_declarations(REFERENCE, own).sources.items():
        kept = vars(one) | {
            "enabled": DECLARED[name].enabled,
            "countries": DECLARED[name].countries,
        }
        assert kept == vars(DECLARED[name])


def test_every_line_that_is_commented_out_can_be_used(tmp_path):
    text = written()[0]
    opened = re.sub(r"(?m)^# (?=[\w\"]+ = |\]|  |\")", "", text)
    own = tmp_path / "sources.toml"
    own.write_text(opened, encoding="utf-8")
    for name, one in load_declarations(REFERENCE, own).sources.items():
        assert (one.http, one.options) == (DECLARED[name].http, DECLARED[name].options)


def test_a_slip_in_the_own_file_names_it(tmp_path):
    own = tmp_path / "sources.toml"
    own.write_text("[sources.sheets]\nenable = true\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"sources\.toml: \[sources\.sheets\]: .*enable"):
        load_declarations(REFERENCE, own)


def test_init_and_status_speak_of_every_source(tmp_path: Path) -> None:
    home = tmp_path / "home"
    made = displacement("init", "crisis", "--country", "sdn", home=home, cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert "wrote crisis/sources.toml" in made.stdout
    told = displacement("status", home=home, cwd=tmp_path / "crisis")
    assert told.returncode == 0, told.stderr
    told_json = displacement("status", "--json", home=home, cwd=tmp_path / "crisis")
    rows = {row["source_id"]: row for row in json.loads(told_json.stdout)}
    assert set(rows) == set(DECLARED)
    for name in DECLARED:
        assert name in told.stdout
        assert rows[name]["message"] == "never asked"
    assert rows["figures_file"]["next_run"] == "2018-02-02 05:00:00+00:00"
    for name, one in OVER_THE_WIRE.items():
        assert set(one.secrets.values()) <= set(rows[name]["missing"])
