"""The data dictionary is written from the contracts, and cannot go stale unseen."""

from pathlib import Path

import pytest

from displacement_schemas import INTERNAL, PUBLISHED, rows_of_sources
from displacement_schemas.__main__ import dictionary, main

DICTIONARY = Path(__file__).parents[2] / "schemas" / "README.md"


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> None:
    monkeypatch.setattr("sys.argv", ["displacement_schemas", *map(str, arguments)])
    main()


def test_the_dictionary_of_the_project_is_fresh():
    assert DICTIONARY.read_text(encoding="utf-8") == dictionary()


def test_the_dictionary_names_every_table_and_column():
    sections = dictionary().split("\n### ")
    names = [section.partition("\n")[0] for section in sections[1:]]
    models = [*PUBLISHED, *rows_of_sources(), *INTERNAL]
    assert names == [model.table_name() for model in models]
    for section, model in zip(sections[1:], models, strict=True):
        for column in model.arrow_schema().names:
            assert f"\n| {column} | " in section


def test_the_dictionary_lists_the_words_of_a_coded_column():
    assert "One of `exact`, `approximately`, `more_than`, `at_least`" in dictionary()


def test_a_stale_dictionary_fails_the_check_and_is_renewed(monkeypatch, tmp_path):
    file = tmp_path / "README.md"
    with pytest.raises(SystemExit, match="out of date: run `make docs`"):
        call(monkeypatch, file, "--check")
    file.write_text("old", encoding="utf-8")
    with pytest.raises(SystemExit, match="out of date"):
        call(monkeypatch, file, "--check")
    call(monkeypatch, file)
    call(monkeypatch, file, "--check")
    assert file.read_text(encoding="utf-8") == dictionary()
