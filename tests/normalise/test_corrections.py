"""Corrections are data: each has a guard, and none changes what no longer fits."""

from datetime import date

import pandas as pd
import pytest

from displacement.normalise.corrections import apply_corrections
from displacement.normalise.decided import Action, Correction
from displacement.normalise.figures import figure_ids
from tests.normalise.records import records, statement

RECORD = "figures/a.csv#r1"


def correction(
    action="override", *, expect=None, record=RECORD, reason="a zero too many", **changes
):
    return Correction(
        source_id="figures_file",
        record=record,
        action=Action(action),
        reason=reason,
        provider="officer",
        status="confirmed",
        expect={} if expect is None else expect,
        changes=changes,
    )


@pytest.fixture
def known():
    return records(statement(), statement("figures/a.csv#r2", stated=5.0, role="triangulation"))


def test_no_correction_changes_nothing(known):
    assert apply_corrections(known, []).records is known


def test_an_override_sets_its_columns_and_says_so(known):
    wanted = correction(expect={"stated": 60_000.0}, stated=6_000, end_date=date(2017, 12, 20))
    corrected = apply_corrections(known, [wanted])
    [first, second] = corrected.records.to_dict("records")
    assert (first["stated"], first["end_date"]) == (6_000, date(2017, 12, 20))
    assert second["stated"] == 5
    assert corrected.notes == {figure_ids(known)[0]: "override: a zero too many (officer)"}
    assert corrected.signals == []


@pytest.mark.parametrize("action", ["drop", "flag"])
def test_a_dropped_or_flagged_record_waits_for_review(known, action):
    corrected = apply_corrections(known, [correction(action, expect={"counter": "UNHCR"})])
    assert corrected.records["tier"].to_list() == ["review", "accepted"]
    assert list(corrected.notes.values()) == [f"{action}: a zero too many (officer)"]


def test_a_preferred_record_is_recommended(known):
    corrected = apply_corrections(known, [correction("prefer", record="figures/a.csv#r2")])
    assert corrected.records["role"].to_list()[1] == "recommended"


@pytest.mark.parametrize(
    "expect",
    [
        {"stated": 600_000.0},
        {"stated_high": 5.0},
        {"stated": 60_000.0, "unit": "household"},
        {"start_date": date(2017, 11, 2)},
    ],
)
def test_a_guard_that_fails_changes_nothing_and_gives_a_signal(known, expect):
    corrected = apply_corrections(known, [correction(expect=expect, stated=6_000)])
    pd.testing.assert_frame_equal(corrected.records, known)
    assert corrected.notes == {}
    [signal] = corrected.signals
    assert signal.startswith("correction of figures/a.csv#r1 no longer fits: the source now says")


@pytest.mark.parametrize(
    "changes",
    [
        {"quantifier": "about"},
        {"stated": -5.0},
        {"stated": "many"},
        {"start_date": "2018-01-01"},
        {"counter": None},
    ],
)
def test_a_value_that_the_contract_forbids_is_not_applied_and_gives_a_signal(known, changes):
    corrected = apply_corrections(known, [correction(**changes)])
    pd.testing.assert_frame_equal(corrected.records, known)
    [signal] = corrected.signals
    assert "was not applied: the contract does not allow" in signal


def test_a_correction_of_a_record_that_is_not_there_gives_a_signal(known):
    corrected = apply_corrections(known, [correction("drop", record="figures/a.csv#r9")])
    assert corrected.signals == ["correction of figures/a.csv#r9: there is no such record"]


def test_a_record_of_another_source_of_the_same_name_is_left_alone(known):
    other = records(statement(source_id="sheets"))
    corrected = apply_corrections(other, [correction("drop")])
    assert corrected.records["tier"].to_list() == ["accepted"]
    assert len(corrected.signals) == 1


def test_the_latest_revision_is_corrected():
    both = records(statement(stated=1.0), statement(stated=2.0, revision=2))
    corrected = apply_corrections(both, [correction(expect={"stated": 2.0}, stated=3)])
    assert corrected.records["stated"].to_list() == [1.0, 3.0]


def test_two_corrections_of_one_record_are_both_told(known):
    corrected = apply_corrections(
        known,
        [
            correction(expect={"stated": 60_000.0}, stated=6_000),
            correction("flag", expect={"stated": 6_000.0}, reason="to be checked"),
        ],
    )
    assert list(corrected.notes.values()) == [
        "override: a zero too many (officer); flag: to be checked (officer)"
    ]


@pytest.mark.parametrize("where", ["expect", "changes"])
def test_a_column_that_no_record_has_is_refused(where):
    with pytest.raises(ValueError, match="a record has no column statd"):
        correction(**({"expect": {"statd": 5}} if where == "expect" else {"statd": 5}))
