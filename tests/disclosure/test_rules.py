"""What is withheld, and what is not: rows stay, numbers and words go."""

from typing import Any

import pandas as pd
import pytest

from displacement.disclosure.lines import linked
from displacement.report import Publication, draw_picture, render_page
from displacement_schemas import Rejected, Runs
from tests.disclosure.published import Made, made_of
from tests.reconcile.cases import Row, figure, stock

TABLES = ("estimates", "estimates_daily", "estimates_monthly", "stocks", "contributions")
PAIR = [
    figure("a", 5, 0, 1, areas="XX010101", quote="Five came."),
    figure("b", 500, 0, 1, areas="XX010102", quote="Five hundred came."),
]


def hidden(made: Made) -> set[str]:
    figures = made.tables["figures"]
    return set(figures["figure_id"][figures["suppressed"].astype(bool)])


def monthly(made: Made) -> dict[str, Any]:
    rows = made.tables["estimates_monthly"]
    return dict(zip(rows["area_code"], rows["value"], strict=True))


def test_where_nothing_is_small_nothing_changes_but_the_new_column() -> None:
    made = made_of(
        [
            figure("a", 500, 0, 2, areas="XX010101"),
            figure("b", 900, 1, 3, areas="XX0101"),
            stock("c", 60, 0, areas="XX010101"),
        ]
    )
    for name in (*TABLES, "figures", "conflicts"):
        after = made.tables[name]
        assert not after["suppressed"].any()
        columns = [column for column in after.columns if column != "suppressed"]
        pd.testing.assert_frame_equal(after[columns], made.before[name][columns])
    pd.testing.assert_frame_equal(made.after.totals, made.totals)
    assert made.after.withheld.empty


@pytest.mark.parametrize(
    "rows",
    [
        [figure("zero", 0, 0, 1, areas="XX010101"), figure("b", 40, 0, 1, areas="XX010102")],
        [figure("district", 5, 0, 1, areas="XX0101")],
        [figure("threshold", 10, 0, 1, areas="XX010101")],
    ],
)
def test_zero_wide_areas_and_the_threshold_itself_are_not_withheld(rows: list[Row]) -> None:
    made = made_of(rows)
    assert hidden(made) == set()
    assert not made.tables["estimates_monthly"]["suppressed"].any()


def test_a_threshold_of_nothing_withholds_nothing() -> None:
    made = made_of(PAIR, threshold=0)
    assert hidden(made) == set()
    assert monthly(made)["XX010101"] == pytest.approx(5)


def test_a_small_row_stays_without_numbers_and_takes_a_sibling_along_but_no_parent() -> None:
    made = made_of(PAIR)
    values = monthly(made)
    assert values.keys() == {"XX", "XX01", "XX0101", "XX010101", "XX010102"}
    assert {code for code, value in values.items() if pd.isna(value)} == {"XX010101", "XX010102"}
    rows = made.tables["estimates_monthly"]
    gone = rows[rows["suppressed"].astype(bool)]
    assert gone[["value", "low", "high"]].isna().all(axis=None)
    assert gone["figures"].tolist() == [1, 1]


def test_the_figures_behind_withheld_rows_lose_numbers_and_words_and_nothing_else() -> None:
    made = made_of(PAIR)
    figures = made.tables["figures"]
    assert hidden(made) == {"a", "b"}
    for name in ("stated", "stated_high", "persons", "persons_low", "persons_high", "quote"):
        assert figures[name].isna().all()
    assert figures["counter"].tolist() == ["A", "B"]
    assert made.tables["contributions"][["value", "share"]].isna().all(axis=None)
    assert made.after.withheld["quote"].tolist() == ["Five came.", "Five hundred came."]


def test_all_revisions_and_repeats_of_a_withheld_figure_are_withheld() -> None:
    older = {"source_record_id": "b.csv#b", "revision": 1, "published_on": PAIR[0]["end_date"]}
    made = made_of(
        [
            PAIR[0],
            PAIR[1] | {"revision": 2},
            figure("old", 480, 0, 1, areas="XX010102", **older),
            figure("echo", 500, 0, 1, areas="XX010102", derived_from="b", publisher="A paper"),
            figure("far", 480, 0, 1, areas="XX020101"),
        ]
    )
    # Older revisions are published by the caller, who has them all.
    assert {"a", "b", "echo"} <= hidden(made)
    assert "far" not in hidden(made)


def test_a_sentence_that_names_a_withheld_number_is_withheld_wherever_it_stands() -> None:
    sentence = "500 came to the one and 5 to the other, 90 elsewhere."
    made = made_of(
        [
            *(row | {"quote": sentence} for row in PAIR),
            figure("c", 90, 0, 1, areas="XX020101", quote=sentence),
        ]
    )
    figures = made.tables["figures"].set_index("figure_id")
    assert figures["quote"].isna().all()
    assert figures.loc["c", "persons"] == 90
    assert set(made.after.withheld["figure_id"]) == {"a", "b", "c"}


def test_conflicts_of_withheld_figures_tell_no_number() -> None:
    made = made_of(
        [
            figure("a", 5, 0, 1, areas="XX010101"),
            figure("b", 7_654, 0, 1, areas="XX010101"),
            figure("c", 300, 0, 1, areas="XX010102"),
        ]
    )
    conflicts = made.tables["conflicts"]
    assert len(conflicts) == 2
    assert conflicts["stretch"].isna().all()
    assert not conflicts["text"].str.contains(r"\d").any()
    assert conflicts["text"].iloc[0].startswith("A and B contradict each other")


def test_a_total_that_is_one_small_figure_is_withheld_with_its_chart() -> None:
    made = made_of(PAIR[:1])
    assert made.after.totals[["value", "low", "high", "naive_sum"]].isna().all(axis=None)
    assert made.after.stretches.empty


def test_countries_and_months_without_small_numbers_stay_whole() -> None:
    made = made_of([*PAIR, figure("d", 70, 40, 41, areas="XX010101")])
    daily = made.tables["estimates_daily"]
    assert not daily["suppressed"][(daily["date"] > PAIR[0]["end_date"])].any()
    assert "d" not in hidden(made)


def test_the_same_figures_in_any_order_lose_the_same_rows() -> None:
    rows = [
        figure("a", 5, 0, 1, areas="XX010101"),
        figure("b", 500, 0, 1, areas="XX010102"),
        figure("c", 500, 0, 1, areas="XX010103"),
        figure("d", 7, 0, 1, areas="XX020102"),
        figure("e", 40, 0, 1, areas="XX020101"),
    ]
    one, other = made_of(rows), made_of(rows[::-1])
    for name in (*TABLES, "figures"):
        pd.testing.assert_frame_equal(one.tables[name], other.tables[name])


def test_the_rejected_numbers_of_an_answer_with_a_withheld_figure_are_withheld() -> None:
    """Also totals that only add up with it; and no hash of the answer or of the number stays."""

    def number(name: str, value: str, landing: str) -> Row:
        return {
            "rejected_id": name,
            "source_id": "documents",
            "schema": "document",
            "file": "report.txt",
            "check": "subset",
            "value": value,
            "reason": f"report.txt: “{value}” is no displacement figure",
            "landing_sha256": landing,
            "recorded_at": PAIR[0]["recorded_at"],
        }

    same, other = "0" * 64, "1" * 64
    rejected = [number("n1", "500", same), number("n2", "512", same), number("n3", "500", other)]
    made = made_of(PAIR, rejected=Rejected.from_rows(rejected))
    rows = made.tables["rejected"].set_index("rejected_id")
    assert rows["value"].dropna().to_dict() == {"n3": "500"}
    assert rows["landing_sha256"].dropna().to_dict() == {"n3": other}
    assert rows["reason"].str.contains("subset; more is withheld").sum() == 2
    assert not {"n1", "n2"} & set(rows.index)
    assert made.tables["figures"]["landing_sha256"].isna().all()


def test_the_run_log_tells_no_sums_of_a_source_with_withheld_figures() -> None:
    one = {
        "run_id": "r",
        "started_at": PAIR[0]["recorded_at"],
        "source_id": PAIR[0]["source_id"],
        "failed": False,
        "rows_in": 3,
        "accepted": 2,
        "rejected": 1,
        "new": 2,
        "revised": 0,
        "withdrawn": 0,
        "signals": "the sheet has no dates\nthe total says 512, the rows 504",
        "message": "2 of 3 rows accepted from 1 files; held back: 504 people",
    }
    runs = Runs.from_rows([one, one | {"source_id": "others"}])
    frame = made_of(PAIR, runs=runs).tables["runs"].set_index("source_id")
    assert frame.loc[PAIR[0]["source_id"], "signals"] == (
        "the sheet has no dates\n"
        "signals with numbers are withheld, as figures of few people are concerned"
    )
    assert "504" not in frame.loc[PAIR[0]["source_id"], "message"]
    assert frame.loc["others", "signals"] == one["signals"]
    assert made_of(PAIR, threshold=0, runs=runs).tables["runs"]["signals"].eq(one["signals"]).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([PAIR[0], stock("s", 5, 0, areas="XX010101")], id="everything is small"),
        pytest.param(
            [
                *PAIR,
                figure("c", 60, 0, 1, areas="XX010102", error=0.3),
                stock("s", 5, 0, areas="XX010101"),
                stock("t", 50, 0, areas="XX020101"),
            ],
            id="some is small",
        ),
    ],
)
def test_page_and_picture_are_drawn_of_what_is_left(rows: list[Row]) -> None:
    made = made_of(rows)
    shown = made.after
    page = Publication("s", PAIR[0]["published_on"], shown.tables, shown.totals, shown.stretches)
    text = render_page(page)
    assert "withheld" in text
    assert "nan" not in text.partition("<script")[0].lower()
    assert draw_picture(page).startswith(b"\x89PNG")


def test_things_that_share_a_key_are_linked_through_others() -> None:
    assert linked([["a"], ["b", "c"], ["c", "d"], ["d", "a"], ["x"]]) == [0, 0, 0, 0, 1]
