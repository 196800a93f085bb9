"""How many, where, between which days: the published frames fit together (DESIGN 5.5)."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow
import pytest

from displacement.reconcile import Reconciliation, reconcile
from displacement.reconcile.baselines import baselines, naive_sum
from displacement.reconcile.rollup import total
from displacement.reconcile.scopes import day_number
from displacement_schemas import (
    Areas,
    Conflicts,
    Contributions,
    Coverage,
    Estimates,
    EstimatesDaily,
    EstimatesMonthly,
    FigureAreas,
    Figures,
    Stocks,
    Table,
)
from tests.reconcile.cases import (
    ONE_AREA,
    SYSTEM,
    TWO_GOVERNORATES,
    Row,
    areas,
    day,
    figure,
    frames,
    stock,
)

WINTER: list[Row] = [
    figure("country", 9000, 0, 75, low=8500, high=9500),
    figure("north", 5000, 10, 50, areas="XX01", error=0.2),
    figure("city", 2500, 20, 40, areas="XX0101", low=2500, high=3000, error=0.15),
    figure("south", 900, 30, 35, areas="XX02", error=0.3),
    figure("dispute", 4000, 31, 34, areas="XX02"),
    figure("later", 300, 90, 95, areas="XX0202"),
    figure("home", 700, 5, 25, areas="XX01", measure="return"),
]


@pytest.fixture(scope="module")
def winter() -> Reconciliation:
    return reconcile(*frames(WINTER), areas(TWO_GOVERNORATES))


def one_measure(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["measure"] == "new_displacement"]


def test_days_add_up_to_months_where_the_evidence_reaches_down(winter: Reconciliation) -> None:
    daily = one_measure(winter.estimates_daily)
    month = daily["date"].map(lambda date: date.replace(day=1))
    by_month = daily.groupby(["area_code", month])["value"].sum()
    monthly = one_measure(winter.estimates_monthly).set_index(["area_code", "month"])["value"]
    assert set(by_month.index) == set(monthly.index)
    assert by_month[monthly.index].to_numpy() == pytest.approx(monthly.to_numpy(), rel=1e-6)


def test_days_of_the_country_add_up_to_the_cells(winter: Reconciliation) -> None:
    daily = one_measure(winter.estimates_daily)
    country = daily[daily["area_code"] == "XX"]["value"].sum()
    assert country == pytest.approx(one_measure(winter.estimates)["value"].sum(), rel=1e-6)


def test_admin_levels_agree_where_all_areas_of_a_level_are_published() -> None:
    rows = [
        figure("country", 9000, 0, 30),
        figure("north", 5000, 0, 30, areas="XX01"),
        figure("south", 2000, 5, 20, areas="XX02"),
    ]
    daily = reconcile(*frames(rows), areas(TWO_GOVERNORATES)).estimates_daily
    levels = daily.pivot_table(index="date", columns="admin_level", values="value", aggfunc="sum")
    assert list(levels.columns) == [0, 1]
    assert levels[1].to_numpy() == pytest.approx(levels[0].to_numpy(), rel=1e-5)


def test_a_level_that_no_figure_names_is_not_published(winter: Reconciliation) -> None:
    published = set(winter.estimates_daily["area_code"])
    assert published == {"XX", "XX01", "XX0101", "XX02", "XX0202"}
    levels = winter.estimates_daily.groupby("area_code")["admin_level"].unique()
    assert {code: list(level) for code, level in levels.items()} == {
        "XX": [0],
        "XX01": [1],
        "XX0101": [2],
        "XX02": [1],
        "XX0202": [2],
    }


def test_coverage_is_the_share_of_residents_and_days() -> None:
    done = reconcile(*frames([figure("a", 500, 0, 15, areas="XX01")]), areas(TWO_GOVERNORATES))
    daily = done.estimates_daily.groupby("area_code")["coverage"].unique()
    assert daily["XX01"].tolist() == [1.0]
    assert daily["XX"].tolist() == pytest.approx([4000 / 6000])
    monthly = done.estimates_monthly.set_index("area_code")["coverage"]
    assert monthly["XX01"] == pytest.approx(15 / 30)
    assert monthly["XX"] == pytest.approx(15 / 30 * 4000 / 6000)


def test_coverage_table_holds_unbroken_runs_by_source() -> None:
    rows = [
        figure("a", 5, 0, 10, source_id="one"),
        figure("b", 5, 8, 20, source_id="one"),
        figure("c", 5, 20, 22, source_id="one"),
        figure("d", 5, 30, 31, source_id="one"),
        figure("e", 5, 9, 12, source_id="two"),
    ]
    frame = reconcile(*frames(rows), areas(ONE_AREA)).coverage
    runs = list(
        zip(
            frame["source_id"],
            frame["start_date"],
            frame["end_date"],
            frame["figures"],
            strict=True,
        )
    )
    assert runs == [
        ("one", day(0), day(21), 3),
        ("one", day(30), day(30), 1),
        ("two", day(9), day(11), 1),
    ]


def test_a_day_inside_a_longer_cell_can_hold_none_or_all_of_it() -> None:
    done = reconcile(*frames([figure("a", 1000, 0, 10)]), areas(ONE_AREA))
    daily = done.estimates_daily
    assert daily["value"].tolist() == pytest.approx([100.0] * 10)
    assert set(daily["low"]) == {0.0}
    assert daily["high"].tolist() == pytest.approx([1100.0] * 10)
    month = done.estimates_monthly.iloc[0]
    assert (month["value"], month["low"], month["high"]) == pytest.approx((1000, 900, 1100))


def test_a_day_that_is_a_cell_has_a_low_of_its_own() -> None:
    done = reconcile(*frames([figure("a", 1000, 0, 1)]), areas(ONE_AREA))
    assert done.estimates_daily["low"].tolist() == pytest.approx([900])


def test_a_place_inside_a_larger_cell_has_no_low_of_its_own() -> None:
    rows = [figure("a", 1000, 0, 1), figure("b", 5, 40, 41, areas="XX01")]
    done = reconcile(*frames(rows), areas(TWO_GOVERNORATES))
    (solved, _) = done.flows["new_displacement", "location"]
    first = day_number(day(0))
    inside = total([solved], done.tree, done.tree.leaves[SYSTEM, "XX01"], (first, first + 1))
    assert inside.value == pytest.approx(1000 * 4000 / 6000)
    assert (inside.low, inside.high) == pytest.approx((0, 1100))


def test_value_lies_between_low_and_high_in_every_table(winter: Reconciliation) -> None:
    for frame in (winter.estimates, winter.estimates_daily, winter.estimates_monthly):
        assert (frame["low"] <= frame["value"]).all()
        assert (frame["value"] <= frame["high"]).all()


def test_contributions_add_up_to_the_estimate_of_their_episode(winter: Reconciliation) -> None:
    spoken = winter.contributions.groupby("episode_id")[["value", "share"]].sum()
    estimates = winter.estimates.groupby("episode_id")["value"].sum()
    assert set(spoken.index) == set(estimates.index)
    assert spoken["value"].to_numpy() == pytest.approx(estimates.to_numpy(), rel=1e-6)
    assert spoken["share"].to_numpy() == pytest.approx(np.ones(len(spoken)))


def test_the_better_counter_speaks_for_more_by_the_square_of_its_error() -> None:
    rows = [figure("good", 1000, 0, 5, error=0.1), figure("poor", 1000, 0, 5, error=0.2)]
    done = reconcile(*frames(rows), areas(ONE_AREA))
    share = done.contributions.set_index("figure_id")["share"]
    assert share["good"] == pytest.approx(0.8)
    assert share["poor"] == pytest.approx(0.2)


def test_a_conflict_says_who_contradicts_whom_and_by_how_much(winter: Reconciliation) -> None:
    conflicts = winter.conflicts.set_index("figure_id")
    assert set(conflicts.index) == {"south", "dispute"}
    row = conflicts.loc["dispute"]
    assert row["counter"] == "DISPUTE"
    assert row["against"] == "south"
    assert row["against_counters"] == "SOUTH"
    assert row["text"] == (
        "DISPUTE (4,000 persons, 2 December 2017 to 4 December 2017) cannot hold together with "
        "SOUTH (900 persons, 1 December 2017 to 5 December 2017): it would have to be "
        f"{100 * row['stretch']:.1f} % lower than its usual error of 10 % allows. "
        "Alone, DISPUTE would have to be 67.5 % lower, or SOUTH would have to be 207.7 % higher "
        "than its error allows, and all would hold. Or the period of DISPUTE would have to begin "
        "10 days earlier, if people left at an even pace."
    )
    assert "higher than its usual error of 30 % allows" in conflicts.loc["south", "text"]


def test_a_conflict_names_the_fewest_figures_that_cannot_hold_together() -> None:
    rows = [
        figure("whole", 1000, 0, 30),
        figure("north", 900, 0, 30, areas="XX01"),
        figure("south", 800, 0, 30, areas="XX02"),
        figure("weeks", 300, 0, 7, areas="XX01"),
        figure("calm", 1050, 0, 30, error=0.9),
    ]
    conflicts = reconcile(*frames(rows), areas(TWO_GOVERNORATES)).conflicts.set_index("figure_id")
    assert set(conflicts.loc["north", "against"].split("|")) == {"whole", "south"}
    assert set(conflicts.loc["whole", "against"].split("|")) == {"north", "south"}
    assert not conflicts["against"].str.contains("weeks").any()
    # Together at least 1,530 where at most 1,100 are allowed: 1,530 / 1,100 - 1 and so on.
    text = conflicts.loc["whole", "text"]
    assert "WHOLE would have to be 39.1 % higher" in text
    assert "NORTH would have to be 53.1 % lower" in text
    assert "SOUTH would have to be 59.7 % lower" in text


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        # At least 1,980 of 20 days where at most 1,100 are allowed: 11 of the days may be shared.
        ((2200, 0, 20), (1000, 0, 30), "WHOLE would have to begin 9 days later"),
        ((2200, 10, 30), (1000, 0, 30), "WHOLE would have to end 9 days sooner"),
        # At least 3,600 of two days, at most 990: 900 if the part has lasted eight days.
        ((4000, 0, 2), (900, 0, 9), "PART would have to begin 6 days earlier"),
        ((4000, 7, 9), (900, 0, 9), "PART would have to end 6 days later"),
    ],
)
def test_a_conflict_says_whose_days_would_have_to_move(part, whole, words) -> None:
    rows = [figure("part", *part), figure("whole", *whole)]
    conflicts = reconcile(*frames(rows), areas(ONE_AREA)).conflicts
    assert len(conflicts) == 2
    assert conflicts["text"].str.contains(f"Or the period of {words}", regex=False).all()


def test_no_days_are_moved_where_areas_differ_or_stocks_stand() -> None:
    stocks = [stock("one", 1000, 3), stock("two", 9000, 3)]
    crossed = [
        figure("across", 1000, 0, 9, areas="XX01|XX02"),
        figure("here", 9000, 3, 12, areas="XX01"),
        figure("there", 10, 9, 12, areas="XX01"),
    ]
    for rows in (stocks, crossed):
        conflicts = reconcile(*frames(rows), areas(TWO_GOVERNORATES)).conflicts
        assert len(conflicts)
        assert not conflicts["text"].str.contains("period").any()


def test_figures_that_hold_together_only_at_the_edges_are_in_tension() -> None:
    """Errors of a tenth let 1,000 and 1,220 meet at 1,099; nine hundredths do not."""
    methods = {
        other: set(
            reconcile(
                *frames([figure("a", 1000, 0, 9), figure("b", other, 0, 9)]), areas(ONE_AREA)
            ).estimates_monthly["method"]
        )
        for other in (1100, 1220, 1300)
    }
    assert methods == {1100: {"balanced"}, 1220: {"tense"}, 1300: {"stretched"}}


def test_only_contradicting_episodes_are_stretched(winter: Reconciliation) -> None:
    stretched = set(winter.conflicts["episode_id"])
    method = winter.estimates.groupby("episode_id")["method"].first()
    assert {episode for episode, name in method.items() if name == "stretched"} == stretched
    assert len(method) == 3


def test_figures_and_counters_of_a_day_are_those_that_speak_of_it(winter: Reconciliation) -> None:
    daily = one_measure(winter.estimates_daily).set_index(["area_code", "date"])
    assert daily.loc[("XX", day(32)), "figures"] == 5
    assert daily.loc[("XX0101", day(32)), "figures"] == 3
    assert daily.loc[("XX02", day(32)), "counters"] == 3
    assert daily.loc[("XX", day(60)), "figures"] == 1


def test_baselines_believe_the_most_trusted_or_the_latest_figure_of_each_cell() -> None:
    rows = [
        figure("broad", 1000, 0, 10, error=0.3, published_on=day(20)),
        figure("exact", 300, 0, 5, error=0.05, published_on=day(15)),
        figure("late", 800, 0, 5, error=0.2, published_on=day(30)),
    ]
    done = reconcile(*frames(rows), areas(ONE_AREA))
    place = done.tree.leaves[SYSTEM, "XX"]
    solved = done.flows["new_displacement", "location"]
    found = baselines(solved, done.tree, place, (day_number(day(0)), day_number(day(10))))
    # Days 0 to 5 by one of the two that are finer, days 5 to 10 by half of the broad one.
    assert found == pytest.approx((2100, 300 + 500, 800 + 500))
    half = baselines(solved, done.tree, place, (day_number(day(4)), day_number(day(7))))
    assert half == pytest.approx((300 + 60 + 160, 60 + 200, 160 + 200))


def test_the_naive_sum_counts_people_twice(winter: Reconciliation) -> None:
    solved = winter.flows["new_displacement", "location"]
    country = winter.tree.leaves[SYSTEM, "XX"]
    window = day_number(day(0)), day_number(day(100))
    flows = [row for row in WINTER if row["measure"] == "new_displacement"]
    assert naive_sum(solved, winter.tree, country, window) == pytest.approx(
        sum(row["persons"] for row in flows)
    )
    half = day_number(day(0)), day_number(day(30))
    assert naive_sum(solved[:1], winter.tree, country, half) == pytest.approx(
        9000 * 30 / 75 + 5000 * 20 / 40 + 2500 * 10 / 20
    )


def test_nothing_known_gives_empty_tables() -> None:
    for population in (ONE_AREA, {}):
        known = areas(population) if population else Areas.empty()
        done = reconcile(Figures.empty(), FigureAreas.empty(), known)
        for _, frame in tables(done):
            assert frame.empty


def test_a_population_is_shared_equally_where_it_is_unknown() -> None:
    population = {"XX": 900.0, "XX01": 500.0, "XX02": None, "XX03": None}
    rows = [figure("a", 900, 0, 1), figure("b", 1, 50, 51, areas="XX02|XX01")]
    done = reconcile(*frames(rows), areas(population))
    (solved, _) = done.flows["new_displacement", "location"]
    first = day_number(day(0))
    values = [
        total([solved], done.tree, done.tree.leaves[SYSTEM, code], (first, first + 1)).value
        for code in ("XX01", "XX02", "XX03")
    ]
    assert values == pytest.approx([500, 200, 200])


TABLES: tuple[tuple[type[Table], Callable[[Reconciliation], pd.DataFrame]], ...] = (
    (Figures, lambda done: done.figures),
    (FigureAreas, lambda done: done.figure_areas),
    (Estimates, lambda done: done.estimates),
    (EstimatesDaily, lambda done: done.estimates_daily),
    (EstimatesMonthly, lambda done: done.estimates_monthly),
    (Stocks, lambda done: done.stocks),
    (Contributions, lambda done: done.contributions),
    (Conflicts, lambda done: done.conflicts),
    (Coverage, lambda done: done.coverage),
)


def tables(done: Reconciliation) -> list[tuple[type[Table], pd.DataFrame]]:
    return [(model, of(done)) for model, of in TABLES]


def in_bytes(model: type[Table], frame: pd.DataFrame) -> bytes:
    sink = pyarrow.BufferOutputStream()
    table = model.to_arrow(frame)
    with pyarrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


MIXED = [
    *WINTER,
    figure("echo", 900, 30, 35, areas="XX02", counter="SOUTH", publisher="A newspaper", error=0.3),
    figure("flood", 600, 12, 18, areas="XX0102", event_id="flood"),
    figure("part one", 40, 60, 61, counter="V", source_record_id="s#1", partition_id="s"),
    figure("part two", 50, 60, 61, counter="V", source_record_id="s#2", partition_id="s"),
    stock("camps", 4000, 3),
    stock("camp", 2500, 9, areas="XX0101|XX0201"),
    stock("camp again", 2700, 40, areas="XX0101|XX0201", counter="CAMP"),
]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_rows_leaves_no_trace_in_any_table(seed: int) -> None:
    figures, links = frames(MIXED)
    known = areas(TWO_GOVERNORATES)
    random = np.random.default_rng(seed)
    shuffled = [frame.iloc[random.permutation(len(frame))] for frame in (figures, links, known)]
    before, after = reconcile(figures, links, known), reconcile(*shuffled)
    for (model, once), (_, again) in zip(tables(before), tables(after), strict=True):
        assert not once.empty
        assert in_bytes(model, once) == in_bytes(model, again), model.table_name()
