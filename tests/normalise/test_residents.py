"""Are figures told of more people leaving than live there?"""

import pytest

from displacement.normalise.residents import beyond_residents
from tests.reconcile.cases import TWO_GOVERNORATES, areas, figure, frames, stock

PLACES = areas(TWO_GOVERNORATES | {"XX03": None})


def told(*rows):
    return beyond_residents(*frames(rows), PLACES)


def test_more_people_leaving_than_twice_those_who_live_there_are_told_with_the_worst_first():
    [said] = told(
        figure("a", 4_100, 0, 5, areas="XX02"),
        figure("b", 37_000, 0, 5, areas="XX01|XX02"),
        figure("c", 3_900, 0, 5, areas="XX02"),
    )
    assert said.startswith("2 figures tell of more people leaving than twice those who live there")
    assert "37,000 from XX01|XX02 with 6,000 (b.csv#b); 4,100 from XX02 with 2,000" in said


@pytest.mark.parametrize(
    "row",
    [
        figure("a", 99_000, 0, 5, areas="XX03"),
        figure("a", 99_000, 0, 5, areas="XX02|XX03"),
        figure("a", 99_000, 0, 5, areas="XX02", area_role="destination"),
        figure("a", 99_000, 0, 5, areas="XX02", tier="review"),
        figure("a", 99_000, 0, 5, areas="XX02", measure="return"),
        stock("a", 99_000, 0, areas="XX02"),
    ],
)
def test_nothing_is_told_where_residents_are_unknown_or_people_came(row):
    assert told(row) == ()
