"""Did more people leave than live there? Figures that exceed the residents of their areas.

After `figures`: such a figure is no error in itself (the displaced flee again), but has to be seen.
"""

from typing import Final

from pandera.typing import DataFrame

from displacement_schemas import Areas, FigureAreas, Figures
from displacement_schemas.vocabulary import AreaRole, Measure, Tier

MANY_TIMES: Final = 2.0
"""Residents are counted years before: only what exceeds them this many times is told."""
MOST_TOLD: Final = 3

_LEAVING: Final = (Measure.NEW_DISPLACEMENT.value, Measure.CROSS_BORDER_FLIGHT.value)
_WHERE_THEY_LEFT: Final = (AreaRole.ORIGIN.value, AreaRole.LOCATION.value)


def beyond_residents(
    figures: DataFrame[Figures], figure_areas: DataFrame[FigureAreas], areas: DataFrame[Areas]
) -> tuple[str, ...]:
    """A sentence about accepted figures of more people leaving than twice those who live there.

    Areas whose residents nobody knows say nothing; contracts/volunteers-and-places.md 3.2.
    """
    leaving = figures[
        figures["measure"].isin(_LEAVING)
        & figures["area_role"].isin(_WHERE_THEY_LEFT)
        & (figures["tier"] == Tier.ACCEPTED.value)
        & figures["persons"].notna()
    ]
    if leaving.empty:
        return ()
    area = ["code_system", "area_code"]
    named = figure_areas[figure_areas["figure_id"].isin(leaving["figure_id"])]
    named = named.merge(areas[[*area, "population"]], on=area, how="left")
    lived = named.assign(known=named["population"].notna()).groupby("figure_id")
    residents = lived["population"].sum()[lived["known"].all()]
    known = leaving.assign(residents=leaving["figure_id"].map(residents))
    known = known[known["residents"].notna()]
    many = known[known["persons"] > MANY_TIMES * known["residents"]]
    if many.empty:
        return ()
    worst = many.assign(times=many["persons"] / many["residents"]).sort_values(
        ["times", "figure_id"], ascending=[False, True]
    )
    told = "; ".join(
        f"{persons:,.0f} from {place} with {lived:,.0f} ({record})"
        for persons, place, lived, record in zip(
            *(worst[name].head(MOST_TOLD) for name in _TOLD), strict=True
        )
    )
    return (
        f"{len(many)} figures tell of more people leaving than twice those who live there: {told}",
    )


_TOLD: Final = ("persons", "area_text", "residents", "source_record_id")
