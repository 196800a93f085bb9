"""Who speaks and who only repeats, and which voices meet (DESIGN 5.2)."""

from datetime import date

import pytest

from displacement.reconcile import Reconciliation, reconcile
from tests.reconcile.cases import ONE_AREA, TWO_GOVERNORATES, Row, areas, day, figure, frames

EARLY, LATE = date(2018, 6, 1), date(2018, 7, 1)


def run(rows: list[Row], **options) -> Reconciliation:
    """Reconcile over the country of four districts."""
    return reconcile(*frames(rows), areas(TWO_GOVERNORATES), **options)


def whole(done: Reconciliation) -> float:
    """Everybody of all episodes."""
    return float(done.estimates["value"].sum())


def links(done: Reconciliation) -> dict[str, str]:
    """What each echo repeats."""
    marked = done.figures[done.figures["derived_from"].notna()]
    return dict(zip(marked["figure_id"], marked["derived_from"], strict=True))


def test_a_figure_that_somebody_else_prints_again_speaks_once() -> None:
    own = figure("own", 1000, 0, 10, counter="UNHCR", publisher="UNHCR")
    echo = figure("echo", 1000, 0, 10, counter="UNHCR", publisher="A newspaper")
    done = run([echo, own])
    assert links(done) == {"echo": "own"}
    assert set(done.contributions["figure_id"]) == {"own"}
    assert done.estimates["figures"].tolist() == [1]
    assert done.estimates["method"].tolist() == ["stated"]


def test_the_first_print_speaks_even_if_it_is_a_quotation() -> None:
    early = figure("early", 1000, 0, 10, counter="UNHCR", publisher="A newspaper")
    late = figure("late", 1000, 0, 10, counter="UNHCR", publisher="UNHCR", published_on=LATE)
    assert links(run([early, late])) == {"late": "early"}


@pytest.mark.parametrize(
    "other",
    [
        {"counter": "IOM"},
        {"measure": "return"},
        {"area_text": "XX01"},
        {"end_date": day(8)},
        {"persons": 1001, "persons_low": 1001, "persons_high": 1001},
        {"event_id": "flood"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_a_figure_that_differs_in_anything_is_no_echo(other) -> None:
    one = figure("one", 1000, 0, 10, counter="UNHCR")
    two = figure("two", 1000, 0, 10, counter="UNHCR") | other
    done = run([one, two])
    assert links(done) == {}
    assert set(done.contributions["figure_id"]) == {"one", "two"}


def test_a_published_total_of_a_workbook_is_its_echo() -> None:
    rows = [
        figure(
            f"row{number}",
            count,
            number,
            number + 1,
            areas=place,
            counter="volunteers",
            source_id="sheets",
            source_record_id=f"sheet.xlsx#{number}",
        )
        for number, (count, place) in enumerate([(300, "XX0101"), (500, "XX0102"), (210, "XX0101")])
    ]
    quoted = figure(
        "quoted", 1000, 0, 3, areas="XX01", counter="volunteers", low=900, high=1100, error=0.2
    )
    done = run([*rows, quoted])
    assert links(done) == {"quoted": "row0|row1|row2"}
    assert whole(done) == pytest.approx(1010)


@pytest.mark.parametrize(
    "change",
    [
        {"counter": "UNHCR"},
        {"persons": 2000, "persons_low": 1900, "persons_high": 2100},
        {"end_date": day(4)},
        {"area_text": "XX0101"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_total_that_does_not_match_the_workbook_speaks(change) -> None:
    rows = [
        figure(
            f"row{number}",
            500,
            number,
            number + 1,
            areas=f"XX010{number + 1}",
            counter="volunteers",
            source_record_id=f"sheet.xlsx#{number}",
        )
        for number in range(2)
    ]
    quoted = figure("quoted", 1000, 0, 2, areas="XX01", counter="volunteers", low=900, high=1100)
    assert links(run([*rows, quoted])) == {"quoted": "row0|row1"}
    assert links(run([*rows, quoted | change])) == {}


def two_reports(**others) -> list[Row]:
    """Equal rows of one file."""
    return [
        figure(
            name, 400, 0, 1, counter="volunteers", source_record_id=f"sheet.xlsx#{name}", **others
        )
        for name in ("one", "two")
    ]


def test_equal_rows_of_one_file_are_two_reports_and_parts_add_up() -> None:
    done = run(two_reports(partition_id="sheet.xlsx"))
    assert links(done) == {}
    assert whole(done) == pytest.approx(800)
    assert done.estimates["figures"].tolist() == [2]
    assert done.contributions["value"].tolist() == pytest.approx([400, 400])


def test_equal_rows_that_nobody_declared_to_be_parts_are_two_counts_of_the_same() -> None:
    done = run(two_reports())
    assert links(done) == {}
    assert whole(done) == pytest.approx(400)


def test_parts_of_different_partitions_are_compared() -> None:
    parts = two_reports(partition_id="first")
    others = [
        figure(
            name, 390, 0, 1, counter="UNHCR", source_record_id=f"u#{name}", partition_id="second"
        )
        for name in ("three", "four")
    ]
    done = run([*parts, *others])
    assert 780 <= whole(done) <= 800


def revisions() -> list[Row]:
    """A record, its revision, and its withdrawal, a month apart."""
    record = {"source_record_id": "record"}
    return [
        figure("first", 1000, 0, 10, published_on=date(2018, 1, 1), **record),
        figure("second", 800, 0, 10, revision=2, published_on=date(2018, 2, 1), **record),
        figure(
            "gone", 800, 0, 10, revision=3, withdrawn=True, published_on=date(2018, 3, 1), **record
        ),
    ]


@pytest.mark.parametrize(
    ("as_of", "value"),
    [
        (date(2017, 12, 31), 0),
        (date(2018, 1, 1), 1000),
        (date(2018, 1, 31), 1000),
        (date(2018, 2, 1), 800),
        (date(2018, 3, 1), 0),
        (None, 0),
    ],
)
def test_the_latest_revision_known_on_the_day_speaks(as_of, value) -> None:
    done = run(revisions(), as_of=as_of)
    assert whole(done) == value
    assert len(done.figures) == (1 if value else 0)
    assert done.estimates_daily["as_of"].isin([as_of or date(2018, 3, 1)]).all()


def test_what_was_published_later_is_not_known() -> None:
    known = figure("known", 100, 0, 10)
    unknown = figure("unknown", 500, 20, 30, published_on=LATE)
    done = run([known, unknown], as_of=EARLY)
    assert done.figures["figure_id"].tolist() == ["known"]
    assert done.figure_areas["figure_id"].tolist() == ["known"]
    assert whole(done) == pytest.approx(100)


def test_a_declared_repetition_does_not_speak_whatever_it_says() -> None:
    rows = [
        figure("own", 1000, 0, 10),
        figure("quoting", 1040, 2, 9, derived_from="own"),
    ]
    done = run(rows)
    assert links(done) == {"quoting": "own"}
    assert whole(done) == pytest.approx(1000)


def test_a_repetition_of_an_unknown_figure_speaks_for_it() -> None:
    assert whole(run([figure("quoting", 1040, 0, 10, derived_from="elsewhere")])) == 1040


def test_triangulation_counts_by_its_error_alone() -> None:
    rows = [figure("a", 1000, 0, 10), figure("b", 1300, 0, 10, error=0.2)]
    plain = run(rows)
    triangulated = run([rows[0], rows[1] | {"role": "triangulation"}])
    assert whole(triangulated) == whole(plain)
    assert triangulated.contributions.equals(plain.contributions)


@pytest.mark.parametrize(
    "reason",
    [
        {"tier": "review"},
        {"modality": "planned"},
        {"modality": "forecast"},
        {"modality": "ordered"},
        {"persons": None, "persons_low": None, "persons_high": None, "quantifier": "vague"},
        {"start_date": None},
    ],
    ids=str,
)
def test_what_is_not_an_accepted_dated_count_is_kept_but_not_reconciled(reason) -> None:
    done = run([figure("a", 1000, 0, 10), figure("b", 9000, 0, 10) | reason])
    assert whole(done) == pytest.approx(1000)
    assert set(done.figures["figure_id"]) == {"a", "b"}


def test_weeks_of_one_counter_that_share_a_boundary_day_touch() -> None:
    weeks = [
        figure(f"week{number}", 700, 7 * number, 7 * number + 8, counter="UNHCR")
        for number in range(4)
    ]
    done = run(weeks)
    assert whole(done) == pytest.approx(2800)
    assert done.conflicts.empty
    assert set(done.estimates["method"]) == {"stated"}
    assert done.estimates_daily["date"].max() == day(28)


def test_days_within_the_total_of_the_same_counter_shorten_it_by_no_day() -> None:
    days = [figure("d1", 100, 0, 1, counter="U"), figure("d2", 200, 1, 2, counter="U")]
    done = run([*days, figure("total", 300, 0, 2, counter="U")])
    assert done.conflicts.empty
    daily = done.estimates_daily.set_index("date")["value"]
    assert daily.tolist() == pytest.approx([100, 200], rel=0.02)


def test_weeks_of_two_counters_that_share_a_day_overlap() -> None:
    weeks = [figure("a", 700, 0, 8), figure("b", 700, 7, 15)]
    done = run(weeks)
    assert done.estimates["episode_id"].nunique() == 1
    assert len(done.estimates) == 3


def test_weeks_of_one_counter_that_share_two_days_overlap() -> None:
    weeks = [
        figure(name, 700, first, first + 9, counter="U") for name, first in [("a", 0), ("b", 7)]
    ]
    assert run(weeks).estimates["episode_id"].nunique() == 1


def test_known_events_add_up_under_a_figure_without_one() -> None:
    flood = figure("flood", 1000, 0, 10, event_id="flood")
    siege = figure("siege", 500, 0, 10, event_id="siege")
    apart = run([flood, siege])
    assert whole(apart) == pytest.approx(1500)
    assert apart.estimates["episode_id"].nunique() == 2
    every = figure("all", 2000, 0, 10, error=0.05)
    together = run([flood, siege, every])
    assert together.estimates["episode_id"].nunique() == 1
    assert 1900 <= whole(together) <= 2100
    by_event = together.estimates.set_index("event_id")["value"]
    assert 900 <= by_event["flood"] <= 1100
    assert 450 <= by_event["siege"] <= 550
    assert len(by_event) == 3


def test_a_smaller_sum_of_events_contradicts_the_figure_without_one() -> None:
    rows = [
        figure("flood", 1000, 0, 10, event_id="flood"),
        figure("siege", 500, 0, 10, event_id="siege"),
        figure("all", 600, 0, 10),
    ]
    done = run(rows)
    assert set(done.conflicts["figure_id"]) == {"flood", "siege", "all"}


@pytest.mark.parametrize(
    "measure", ["return", "cross_border_flight", "cross_border_return", "idps"]
)
def test_measures_never_meet(measure) -> None:
    rows = [figure("a", 1000, 0, 1), figure("b", 5000, 0, 1, measure=measure)]
    done = run(rows)
    assert done.conflicts.empty
    flows = done.estimates.set_index("measure")["value"]
    assert flows["new_displacement"] == 1000
    if measure == "idps":
        assert set(done.stocks["value"]) == {5000}
    else:
        assert flows[measure] == 5000


@pytest.mark.parametrize(
    ("measure", "with_location", "apart"),
    [
        ("new_displacement", "origin", "destination"),
        ("cross_border_flight", "origin", "destination"),
        ("return", "destination", "origin"),
        ("cross_border_return", "destination", "origin"),
    ],
)
def test_a_bare_location_meets_the_end_that_the_measure_sees(measure, with_location, apart) -> None:
    rows = [
        figure("bare", 1000, 0, 10, measure=measure),
        figure("same", 1040, 0, 10, measure=measure, area_role=with_location),
        figure("other", 9000, 0, 10, measure=measure, area_role=apart),
    ]
    done = run(rows)
    assert done.conflicts.empty
    by_view = done.estimates.set_index("view")["value"]
    assert set(by_view.index) == {"location", apart}
    assert by_view[apart] == 9000
    assert 1000 <= by_view["location"] <= 1040


def test_a_view_is_named_by_the_role_that_all_its_figures_share() -> None:
    rows = [figure("a", 1000, 0, 10, area_role="origin")]
    assert run(rows).estimates["view"].tolist() == ["origin"]


def test_areas_that_no_table_knows_are_areas_of_their_own() -> None:
    rows = [figure("known", 100, 0, 10), figure("unknown", 70, 0, 10, areas="ZZ99")]
    done = reconcile(*frames(rows), areas(ONE_AREA))
    assert done.estimates.set_index("area_codes")["value"].to_dict() == {"XX": 100, "ZZ99": 70}
