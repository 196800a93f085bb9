"""The entries of the declaration that list the files."""

import tomllib

import pytest

from displacement.sources.source import SourceError
from displacement.sources.workbooks.listed import listed_files, month_of
from tests.runs import REFERENCE
from tests.sources.workbooks.files import COLUMNS, NORTH, OCHA, declaration, fetch


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"layout": "ocha_idp_movements", "url": "http://x"}, "name"),
        (OCHA, "give either url or folder"),
        (OCHA | {"url": "http://x", "folder": "x"}, "give either url or folder"),
        (OCHA | {"url": "ftp://x"}, "url"),
        (OCHA | {"folder": "x", "month": "January"}, "month"),
        (OCHA | {"folder": "x", "measure": "return"}, "follow from the layout"),
        (OCHA | {"folder": "x", "colums": {}}, "colums"),
        (OCHA | {"folder": "x", "counter": "call +963 944 123 456"}, "names of organisations"),
        (NORTH | {"folder": "x", "columns": {"people": "N"}}, "has to name one of governorate"),
        (NORTH | {"folder": "x", "columns": {"area_code": "P"}}, "one of families, people"),
        (NORTH | {"folder": "x", "columns": COLUMNS | {"phone": "Tel"}}, "knows no phone"),
        (NORTH | {"folder": "x", "columns": COLUMNS | {"people": "Mohafaza"}}, "one header twice"),
        ({"name": "x", "layout": "pdf", "folder": "x"}, "layout"),
    ],
)
def test_a_slip_in_an_entry_is_named(entry, words):
    with pytest.raises(SourceError, match="files, entry ") as caught:
        fetch(entry)
    assert words in str(caught.value)


def test_two_entries_of_one_name_are_refused():
    with pytest.raises(SourceError, match="two entries of files are called 'syria'"):
        fetch(OCHA | {"folder": "a"}, OCHA | {"folder": "b"})


def test_a_source_without_files_says_what_to_add():
    with pytest.raises(SourceError, match=r"\[\[sources.workbooks.options.files\]\]"):
        fetch()
    assert declaration().open_needs() == ["files"]


def test_the_entries_that_the_declaration_shows_can_be_used():
    text = (REFERENCE / "sources.toml").read_text(encoding="utf-8")
    shown = text.partition("[sources.workbooks.options]")[2].partition("files = []")[0]
    example = tomllib.loads("\n".join(line[1:] for line in shown.splitlines() if line[1:2].strip()))
    ocha, north = listed_files(declaration(*example["sources"]["workbooks"]["options"]["files"]))
    assert (ocha.layout, ocha.month) == ("ocha_idp_movements", "2019-01")
    assert month_of(ocha.url) == "2019-01"
    assert north.headers["Day"] == "date"
