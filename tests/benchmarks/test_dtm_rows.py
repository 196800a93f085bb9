"""The benchmark of DTM's rows at a tenth of its size: below its bounds, it holds at the whole."""

import pytest

from tests.benchmarks.dtm_rows import measure


@pytest.mark.slow
def test_landing_and_parsing_is_as_fast_as_pandas_and_needs_little_memory() -> None:
    ours, plain = measure(100_000)
    assert ours.rows == plain.rows == 100_000
    assert ours.megabytes < 500
    assert ours.seconds <= plain.seconds
