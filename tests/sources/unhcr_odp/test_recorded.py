"""Two recorded answers, where the folder of real inputs is beside this one."""

import json

import pytest

from tests.sources.unhcr_odp.series import ORIGINS, STOCK, run, spans, standing
from tests.sources.unhcr_tables import recorded

RECORDED = recorded("unhcr-odp")


@pytest.mark.skipif(
    not RECORDED.exists(), reason="the folder of real inputs is not beside this one"
)
def test_the_recorded_origins_of_uganda_sum_to_their_total(store, reference):
    content = (RECORDED / "get-origin-geo-id-220-population-collection-429.json").read_bytes()
    outcome, _ = run(store, reference, content, ORIGINS)

    records = standing(store)
    total = sum(int(row["individuals"]) for row in json.loads(content)["data"])
    assert outcome.complete, outcome.message
    assert outcome.signals == ()
    assert (len(records), outcome.rejected) == (9, 0)
    assert records["stated"].sum() == total == 1_741_957
    assert {str(day) for day in records["end_date"]} == {"2024-06-30"}
    assert set(records["area_role"]) == {"destination"}


@pytest.mark.skipif(
    not RECORDED.exists(), reason="the folder of real inputs is not beside this one"
)
def test_the_recorded_figure_of_myanmar_is_a_stock_of_its_day(store, reference):
    content = (RECORDED / "population-root-widget-264111-geo-693.json").read_bytes()
    myanmar = STOCK | {
        "name": "Displaced in Myanmar",
        "endpoint": "root",
        "country": "MMR",
        "geo_id": 693,
        "widget_id": 264111,
        "population_group": 4999,
    }
    outcome, server = run(store, reference, content, myanmar)

    assert outcome.complete, outcome.message
    assert outcome.signals == ()
    assert spans(store) == [("2021-06-30", "2021-06-30", 569_591)]
    assert server.requests[0].value("widget_id") == "264111"
