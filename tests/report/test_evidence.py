"""What became of each figure, which cells it speaks of, and how the chart groups it."""

from datetime import date
from typing import Any

import pytest

from displacement.report import Publication, sheets
from displacement.report.comparison import baselines, cells
from displacement.report.evidence import Evidence, evidence, in_play
from displacement.report.lanes import lanes
from tests.report import examples


def items_of(publication: Publication) -> list[Evidence]:
    return evidence(publication, sheets.places_of(publication))


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"tier": "review"}, "waits for a reviewer"),
        ({"modality": "planned"}, "planned, so not counted"),
        ({"withdrawn": True}, "withdrawn by its source"),
        ({"published_on": date(2018, 3, 1)}, "published after 31 Jan 2018"),
        (
            {
                "quantifier": "vague",
                "stated": None,
                "persons": None,
                "persons_low": None,
                "persons_high": None,
            },
            "too vague to count",
        ),
    ],
)
def test_a_figure_that_takes_no_part_says_why(changes: dict[str, Any], status: str) -> None:
    (item,) = items_of(examples.publication([examples.figure("a", **changes)]))
    assert item.status == status
    assert not in_play([item])


def test_only_the_latest_revision_is_in_play() -> None:
    first = examples.figure("a", source_record_id="record")
    second = examples.figure("b", source_record_id="record", revision=2)
    items = {item.figure_id: item for item in items_of(examples.publication([first, second]))}
    assert items["a"].status == "replaced by a later revision"
    assert items["b"].accepted


def test_a_revision_of_the_future_replaces_nothing_yet() -> None:
    first = examples.figure("a", source_record_id="record")
    later = examples.figure(
        "b", source_record_id="record", revision=2, published_on=date(2018, 3, 1)
    )
    items = {item.figure_id: item for item in items_of(examples.publication([first, later]))}
    assert items["a"].accepted
    assert not items["b"].accepted


def test_addresses_that_are_no_web_pages_are_not_links() -> None:
    (item,) = items_of(examples.publication([examples.figure("a", url="javascript:alert(1)")]))
    assert item.link is None


def test_every_cell_knows_the_figures_that_speak_of_it() -> None:
    case = examples.syria()
    places = sheets.places_of(case)
    found = cells(case, evidence(case, places), places)
    assert [[item.counter for item in one.figures] for one in found] == [
        ["UNHCR"],
        ["UNHCR", "Local volunteers"],
        ["Local volunteers"],
    ]


def test_baselines_give_each_cell_to_one_figure() -> None:
    case = examples.syria()
    places = sheets.places_of(case)
    simple = baselines(cells(case, evidence(case, places), places), places)
    assert simple is not None
    assert simple.most_trusted == pytest.approx(60_000 + 120_000 * 13 / 23)
    assert simple.latest == pytest.approx(60_000 * 44 / 54 + 120_000)


def test_parts_of_one_scope_are_summed_not_compared() -> None:
    parts = [
        examples.figure("men", persons=20_000.0),
        examples.figure("women", persons=40_000.0),
    ]
    case = examples.publication(
        parts,
        estimates=[examples.cell((date(2017, 11, 1), date(2017, 12, 24)), 6e4, 5e4, 7e4, 2)],
        speaks=["men", "women"],
    )
    places = sheets.places_of(case)
    simple = baselines(cells(case, evidence(case, places), places), places)
    assert simple is not None
    assert simple.latest == pytest.approx(60_000)


def test_a_cell_without_known_figures_has_no_baselines() -> None:
    case = examples.syria(speaks=[])
    places = sheets.places_of(case)
    assert baselines(cells(case, evidence(case, places), places), places) is None


def test_few_figures_have_a_lane_each_and_repeats_are_marked() -> None:
    drawn = lanes(in_play(items_of(examples.syria())), date(2017, 11, 1)).drawn
    assert [lane.label for lane in drawn] == [
        "UNHCR: more than 60,000 people",
        "UNHCR: more than 60,000 people (in Another newspaper)",
        "Local volunteers: nearly 120,000 people",
    ]
    assert [lane.hollow for lane in drawn] == [False, True, False]


def test_a_cross_check_is_drawn_hollow() -> None:
    row = examples.figure("check", role="triangulation")
    (item,) = items_of(examples.publication([row]))
    assert item.accepted
    assert item.hollow


def test_a_workbook_of_many_rows_shares_one_lane() -> None:
    rows = [
        examples.volunteers(f"row{number}", source_record_id=f"book.xlsx#{number}")
        for number in range(22)
    ]
    found = lanes(in_play(items_of(examples.publication(rows))), date(2017, 11, 1))
    (lane,) = found.drawn
    assert lane.label == "Local volunteers: 22 figures, 2,640,000 people in all"
    assert found.figures_left_out == 0


def test_a_crowd_of_counters_is_cut_and_counted() -> None:
    rows = [examples.figure(f"f{number}", counter=f"C{number}") for number in range(40)]
    found = lanes(in_play(items_of(examples.publication(rows))), date(2017, 11, 1))
    assert len(found.drawn) == 12
    assert found.figures_left_out == 28


def test_an_open_start_begins_where_the_chart_does() -> None:
    row = examples.figure("open", start_date=None)
    found = lanes(in_play(items_of(examples.publication([row]))), date(2017, 10, 1))
    assert found.drawn[0].start == date(2017, 10, 1)


def test_names_of_many_areas_roll_up_to_their_parents() -> None:
    places = sheets.places_of(examples.syria())
    assert places.described(["SY05", "SY07"]) == "Hama and Idleb"
    assert places.described(["SY05", "SY0501"]) == "Hama"
    assert places.described(["A", "B", "C", "D", "E"]) == "5 areas"
    assert places.name("XX") == "XX"
