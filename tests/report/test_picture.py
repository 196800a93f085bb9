"""The picture: a PNG of the promised size, the same for the same tables."""

import struct

from displacement.report import draw_picture
from displacement.report.picture import _picture
from tests.report import examples


def size(picture: bytes) -> tuple[int, int]:
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


def test_the_picture_has_the_promised_size_and_is_the_same_every_time() -> None:
    picture = draw_picture(examples.syria())
    width, height = size(picture)
    assert 1_700 <= width <= 1_900
    assert 960 <= height <= 1_200
    assert draw_picture(examples.syria()) == picture


def test_the_title_tells_the_total_and_the_naive_sum() -> None:
    title = _picture(examples.syria())["title"]
    assert title["text"] == "About 152,000 people were newly displaced from Hama and Idleb"
    assert "99,000 to 209,000" in title["subtitle"][0]
    assert "180,000" in title["subtitle"][1]


def test_no_estimates_give_a_calm_picture() -> None:
    size(draw_picture(examples.publication()))
