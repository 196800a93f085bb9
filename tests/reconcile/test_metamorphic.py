"""What changes in the answer if the question is put in another way? Nothing, or just that."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from displacement.reconcile import Reconciliation, reconcile
from tests.reconcile.cases import TWO_GOVERNORATES, Row, areas, frames
from tests.reconcile.strategies import crises

PLACES = areas(TWO_GOVERNORATES)
LATER = date(2018, 7, 1)
TABLES = ("estimates", "estimates_daily", "estimates_monthly", "contributions", "conflicts")
NUMBERS = ["value", "low", "high"]

sometimes = settings(max_examples=10, deadline=None, derandomize=True)


def run(rows: list[Row], places: pd.DataFrame = PLACES, as_of: date = LATER) -> Reconciliation:
    return reconcile(*frames(rows), places, as_of=as_of)


def assert_same(one: Reconciliation, other: Reconciliation) -> None:
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


@sometimes
@given(rows=crises(), which=st.integers(0, 4))
def test_a_quotation_of_a_figure_changes_no_byte(rows, which) -> None:
    quoted = rows[which % len(rows)]
    echo = quoted | {
        "figure_id": "echo",
        "source_id": "paper",
        "source_record_id": "paper.txt#1",
        "publisher": "A paper",
        "published_on": LATER,
    }
    done = run([*rows, echo])
    assert_same(run(rows), done)
    assert set(done.figures["derived_from"].dropna()) == {quoted["figure_id"]}


@sometimes
@given(rows=crises(), which=st.integers(0, 4))
def test_a_revision_is_the_world_with_the_figure_as_revised_from_its_day_on(rows, which) -> None:
    first = rows[which % len(rows)]
    times = {
        name: first[name] * 1.5 for name in ("stated", "persons", "persons_low", "persons_high")
    }
    revised = first | times | {"figure_id": "zz", "revision": 2, "published_on": LATER}
    rows_after = [row for row in rows if row is not first] + [revised | {"revision": 1}]
    assert_same(run(rows, as_of=date(2018, 6, 30)), run([*rows, revised], as_of=date(2018, 6, 30)))
    assert_same(run([*rows, revised]), run(rows_after))


@sometimes
@given(rows=crises(), shift=st.integers(1, 24))
def test_other_names_of_figures_counters_and_events_change_no_number(rows, shift) -> None:
    def other(text: str | None) -> str | None:
        return text and "".join(
            chr((ord(sign) - 97 + shift) % 26 + 97) if sign.islower() else sign for sign in text
        )

    renamed = [
        row
        | {name: other(row[name]) for name in ("figure_id", "event_id")}
        | {"counter": f"C{row['figure_id']}", "publisher": f"C{row['figure_id']}"}
        for row in rows
    ]
    own = ["measure", "view", "area_code", "month"]
    before = run(rows).estimates_monthly.set_index(own)
    after = run(renamed).estimates_monthly.set_index(own)
    assert list(before.index) == list(after.index)
    assert list(before["method"]) == list(after["method"])
    for name in NUMBERS:
        assert after[name].to_numpy() == pytest.approx(
            before[name].to_numpy(), rel=1e-4, abs=1e-4 * max(row["persons_high"] for row in rows)
        )


@sometimes
@given(here=crises(most=4), there=crises(most=4))
def test_two_worlds_that_do_not_touch_are_reconciled_as_each_alone(here, there) -> None:
    """Whatever else is worked on in the same run: to the byte."""
    abroad = [
        row
        | {
            "area_text": row["area_text"].replace("XX", "YY"),
            "figure_id": f"y{row['figure_id']}",
            "source_record_id": f"y{row['source_record_id']}",
            "counter": f"Y{row['counter']}",
            "publisher": f"Y{row['publisher']}",
        }
        for row in there
    ]
    other = areas({code.replace("XX", "YY"): size for code, size in TWO_GOVERNORATES.items()})
    both = pd.concat([PLACES, other], ignore_index=True)
    done, apart = run([*here, *abroad], both), [run(here, both), run(abroad, both)]
    for name in TABLES:
        frame = getattr(done, name)
        joined = pd.concat([getattr(one, name) for one in apart])
        order = list(frame.columns)
        pd.testing.assert_frame_equal(
            frame.sort_values(order).reset_index(drop=True),
            joined.sort_values(order).reset_index(drop=True),
        )
