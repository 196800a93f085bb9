"""The entries of the declaration that list the series."""

import pytest

from tests.sources.unhcr_odp.series import STOCK, run


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "cumulative", "measure": "return"}, "needs the day it counts from"),
        ({"kind": "flow"}, "is a stock"),
        ({"measure": "return"}, "is no stock"),
        ({"population_collection": 4}, "not both"),
        ({"population_group": [], "population_collection": [4, 29]}, "population_collection"),
        ({"geo_id": None}, "geo_id or an sv_id"),
        ({"country": None}, "needs a country"),
        ({"kind": "flow", "measure": "return", "endpoint": "sublocation"}, "call it cumulative"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_series_that_makes_no_sense_is_an_error_that_names_it(store, reference, change, words):
    outcome, _ = run(store, reference, b"{}", STOCK | change)

    assert outcome.failed
    assert words in outcome.message
    assert "Displaced in Syria" in outcome.message
