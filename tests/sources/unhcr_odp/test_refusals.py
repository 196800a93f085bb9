"""Answers and rows that are not believed, and what is told of them."""

from pathlib import Path
from typing import Any

import pytest

from tests.servers import Answer
from tests.servers.exchange import html_answer
from tests.sources.unhcr_odp.series import LATER, STOCK, run, series_of, standing


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b""),
        Answer(b"null"),
        Answer(b"no json"),
        html_answer("Maintenance", "later"),
        Answer(b'{"data": []}'),
        Answer(b'{"data": {"timeseries": []}}'),
        Answer(b'{"data": "none"}'),
        Answer(b'{"error": "x"}'),
        Answer(b'{"data": [{"individuals": 4}]}'),
        Answer(b'{"data": [{"data_date": "2024-06-30", "persons": 4}]}'),
        Answer(b"{}", status=500),
    ],
)
def test_an_answer_that_is_none_withdraws_nothing_and_is_told(store, reference, answer):
    run(store, reference, series_of(("2024-05-31", 900)), STOCK)
    before = standing(store)
    outcome, _ = run(store, reference, answer, STOCK, now=LATER)

    assert not outcome.complete or outcome.failed
    assert outcome.failed or outcome.signals
    assert standing(store).equals(before)


def test_a_bad_number_rejects_its_row_and_a_new_column_is_told(store, reference):
    answer = series_of(("2024-05-31", 900), ("2024-06-30", 5))
    answer["data"]["timeseries"][1] |= {"individuals": "many", "trend": 1}
    outcome, _ = run(store, reference, answer, STOCK)

    assert (outcome.new, outcome.rejected) == (1, 1)
    assert any("new column 'trend'" in one for one in outcome.signals)


def test_a_day_that_comes_twice_counts_once(store: Path, reference: Any) -> None:
    day = {"data_date": "2024-02-24", "individuals": 100}
    outcome, _ = run(store, reference, {"data": {"timeseries": [day, day]}}, STOCK)
    assert (outcome.rows_in, outcome.accepted, outcome.rejected) == (2, 1, 1)
