"""Real sentences of IDMC's feed, where the folder of real inputs lies beside the repository."""

import csv
import html
import re
from datetime import datetime
from pathlib import Path

import pytest

from displacement.extraction import extract

FEED = Path(__file__).parents[3] / "shared/data/idmc-idu/idu_last180_2025-08-01.csv"


@pytest.mark.skipif(not FEED.exists(), reason="the folder of real inputs is not beside this one")
def test_nine_in_ten_recorded_sentences_give_their_figure():
    with FEED.open(encoding="utf-8", newline="") as lines:
        rows = [row for position, row in enumerate(csv.DictReader(lines)) if position % 25 == 0]
    hits = [hit(row) for row in rows]

    assert len(hits) > 100
    assert sum(hits) > 0.9 * len(hits)


def hit(row: dict[str, str]) -> bool:
    """Whether the sentence gives the row's figure, in people or in the families behind it."""
    text = re.sub(r"<b>.*?</b>|<a .*", "", row["standard_popup_text"], flags=re.DOTALL)
    text = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())
    published = datetime.fromisoformat(row["created_at"]).date()
    figures = extract(text, published).figures
    people = figures.loc[figures["unit"] == "person", "stated"]
    return float(row["figure"]) in set(people) or "household" in set(figures["unit"])
