"""Of a JSON answer only known columns land; of others the run knows the names alone."""

import json
from pathlib import Path

import pytest

from displacement.sources.source import Declaration, SourceError
from displacement.sources.wire import allowed_by, clear_file, only_allowed
from tests.sources.test_wire_rows import GOOD, StandRows

DECLARATION = Declaration("stand", "A stand-in", "none", "never", ignored_columns=("id", "label"))
ALLOWED = allowed_by([StandRows], DECLARATION, rows=["result"], beside=["total"])
STRANGE = GOOD | {"who": "Invented Name", "where": {"gps": "99.12"}, "label": "Invented", "id": 5}


def test_unknown_columns_lose_their_values_and_keep_their_names() -> None:
    [row] = only_allowed({"result": [STRANGE]}, ALLOWED)["result"]
    assert row == GOOD | {"who": None, "where": None, "label": None, "id": 5}


def test_words_where_a_number_or_a_day_belongs_are_left_out() -> None:
    bad = GOOD | {"people": "12 Invented", "day": "Invented 5", "place": "Atma"}
    [row] = only_allowed([bad], ALLOWED)
    assert (row["people"], row["day"], row["place"]) == ("12 …", "… 5", "Atma")


def test_what_is_no_row_and_what_is_unknown_beside_the_rows_is_left_out() -> None:
    document = {"result": ["Invented", GOOD, ["Invented"]], "total": 3, "note": "Invented"}
    assert only_allowed(document, ALLOWED) == {
        "result": [None, GOOD, None], "total": 3, "note": None,
    }  # fmt: skip


def test_an_answer_that_is_but_a_text_is_left_out() -> None:
    assert only_allowed("Invented Name", ALLOWED) is None


@pytest.mark.parametrize("beside", [{"total": 2}, {"total": 2, "note": "Invented"}])
@pytest.mark.parametrize("row", [GOOD, STRANGE, None, GOOD | {"people": "Invented"}])
def test_a_file_is_cleared_as_a_document_is(tmp_path: Path, row: object, beside: object) -> None:
    document = {"result": [GOOD, row], **beside}  # type: ignore[dict-item]
    path = tmp_path / "answer"
    path.write_text(json.dumps(document), encoding="utf-8")
    cleared = clear_file(path, "result", ALLOWED)
    assert json.loads(cleared.read_bytes()) == only_allowed(document, ALLOWED)
    assert (cleared == path) == (row is GOOD and len(document) == 2)
    assert path.exists() == (cleared == path)
    cleared.unlink()


def test_a_file_that_says_nothing_beside_its_rows_is_clear(tmp_path: Path) -> None:
    path = tmp_path / "answer"
    path.write_text(json.dumps({"result": [GOOD], "total": 1, "error": None}), encoding="utf-8")
    assert clear_file(path, "result", ALLOWED) == path


def test_a_file_that_is_no_such_answer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "answer"
    path.write_text('{"result": 5}', encoding="utf-8")
    with pytest.raises(SourceError, match="another shape"):
        clear_file(path, "result", ALLOWED)
