"""Rows cut out of a large answer: the same as if it had been read whole, wherever it is cut."""

import json
from io import BytesIO
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from displacement.sources.wire.pieces import Pieces

TRAP = '}, {"a": "},{'
values = st.one_of(
    st.integers(), st.none(), st.sampled_from([TRAP, "\\", '"', "],", "é"]), st.text(max_size=8)
)
nested = st.one_of(
    values, st.lists(st.dictionaries(st.just("a"), values, min_size=1), min_size=2, max_size=3)
)
tables = st.lists(st.dictionaries(st.sampled_from("abc"), nested, min_size=1), max_size=12)


def read(content: bytes, at: str | None, piece: int) -> tuple[list[Any], dict[str, Any]]:
    pieces = Pieces(BytesIO(content), at, piece)
    rows = [msgspec.json.decode(row) for some in pieces for row in some]
    return rows, pieces.beside


@given(tables, st.integers(24, 200), st.sampled_from([None, 1]), st.booleans())
def test_every_row_comes_whole_wherever_the_answer_is_cut(
    rows: list[Any], piece: int, indent: int | None, enveloped: bool
) -> None:
    beside = {"other": [{"x": 1}, {"y": 2}], "isSuccess": True}
    told: Any = {"result": rows} | beside if enveloped else rows
    content = json.dumps(told, indent=indent).encode()
    found = read(content, "result" if enveloped else None, piece)
    assert found == (rows, beside if enveloped else {})


def test_a_list_that_does_not_come_first_is_read_whole() -> None:
    content = json.dumps({"said": [1], "result": [{"a": 1}] * 50}).encode()
    assert read(content, "result", 16) == ([{"a": 1}] * 50, {"said": [1]})


def test_a_large_answer_comes_in_several_pieces() -> None:
    rows = [{"a": number} for number in range(100)]
    pieces = list(Pieces(BytesIO(json.dumps(rows).encode()), None, 100))
    assert len(pieces) > 5
    assert sum(map(len, pieces)) == 100


@pytest.mark.parametrize(
    "content",
    [b'[{"a": 1}, {"a": 2}', b'[{"a": 1} {"a": 2}]', b'{"rows": 5}', b'{"a": [{}]}', b"[{}] x"],
)
@pytest.mark.parametrize("piece", [8, 1000])
def test_what_is_no_list_of_rows_is_refused(content: bytes, piece: int) -> None:
    with pytest.raises(msgspec.MsgspecError):
        read(content, "rows" if content[:1] == b"{" else None, piece)
