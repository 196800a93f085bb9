"""What sources answered is kept once, as received, under its own hash."""

import hashlib
import json
from datetime import UTC, datetime

import pytest

from displacement.sources.source import Answer
from displacement.store.landing import Landing
from tests.runs import files_below

NOW = datetime(2018, 1, 10, 6, tzinfo=UTC)
LATER = datetime(2018, 1, 11, 6, tzinfo=UTC)
ANSWER = Answer("figures/a.csv", "inbox:figures/a.csv", "text/csv", b"counter\nUNHCR\n", 200)
SHA256 = hashlib.sha256(ANSWER.content).hexdigest()


def put(folder, answer=ANSWER, now=NOW):
    return Landing(folder).put(answer, source_id="figures_file", retrieved_at=now)


def test_an_answer_lands_under_its_hash_with_a_note(tmp_path):
    landed = put(tmp_path)
    assert (landed.name, landed.sha256, landed.content) == (ANSWER.name, SHA256, ANSWER.content)
    folder = tmp_path / "landing" / SHA256[:2]
    assert (folder / SHA256).read_bytes() == ANSWER.content
    assert json.loads((folder / f"{SHA256}.json").read_text()) == {
        "source_id": "figures_file",
        "name": "figures/a.csv",
        "url": "inbox:figures/a.csv",
        "status": 200,
        "media_type": "text/csv",
        "retrieved_at": "2018-01-10T06:00:00+00:00",
        "bytes": len(ANSWER.content),
    }


def test_an_answer_in_a_file_moves_into_the_landing_and_is_read_from_there(tmp_path):
    spooled = tmp_path / "spooled"
    spooled.write_bytes(ANSWER.content)
    landed = put(tmp_path, Answer("a.csv", "inbox:a.csv", "text/csv", spooled))
    assert (landed.sha256, landed.content) == (SHA256, ANSWER.content)
    with landed.open() as file:
        assert file.read(3) == ANSWER.content[:3]
    assert not spooled.exists()


def test_the_same_content_is_landed_once_and_never_changed(tmp_path):
    put(tmp_path)
    before = files_below(tmp_path)
    again = put(tmp_path, Answer("b.csv", "inbox:b.csv", "text/csv", ANSWER.content), LATER)
    assert (again.name, again.sha256) == ("b.csv", SHA256)
    assert files_below(tmp_path) == before


def test_a_landing_that_was_cut_short_is_made_good(tmp_path):
    put(tmp_path)
    content = tmp_path / "landing" / SHA256[:2] / SHA256
    content.with_name(f"{SHA256}.json").unlink()
    content.write_bytes(b"half")
    put(tmp_path)
    assert content.read_bytes() == ANSWER.content
    assert Landing(tmp_path).damaged() == []


@pytest.mark.parametrize("content", [b"", b"\x00\xff", "نزوح".encode()])
def test_any_bytes_can_land(tmp_path, content):
    landed = put(tmp_path, Answer("a", "inbox:a", "text/plain", content))
    assert (tmp_path / "landing" / landed.sha256[:2] / landed.sha256).read_bytes() == content


def test_a_damaged_answer_is_found(tmp_path):
    put(tmp_path)
    other = put(tmp_path, Answer("b.csv", "inbox:b.csv", "text/csv", b"x"))
    assert Landing(tmp_path).damaged() == []
    (tmp_path / "landing" / other.sha256[:2] / other.sha256).write_bytes(b"y")
    assert Landing(tmp_path).damaged() == [other.sha256]
    assert Landing(tmp_path / "nowhere").damaged() == []
