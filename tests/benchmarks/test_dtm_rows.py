"""The benchmark of DTM's rows at a tenth of its size: below its bounds, it holds at the whole."""

import pytest

from tests.benchmarks.dtm_rows import measure


@pytest.mark.slow
def test_landing_and_parsing_needs_little_memory_and_no_more_time_than_pandas_twice() -> None:
    ours, plain = measure(100_000)
    assert ours.rows == plain.rows == 100_000
    assert ours.megabytes < 500
    # At a tenth of the size what is the same for every size weighs more, and other tests run
    # beside this one: the benchmark itself, run alone at full size, is held to 1.
    assert ours.seconds <= 2 * plain.seconds
