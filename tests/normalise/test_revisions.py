"""New, changed, withdrawn and reappeared records; what is unchanged is never written again."""

import random
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from displacement.normalise.revisions import changes
from displacement_schemas import Records, Statements
from tests.normalise.records import EARLIER, NOW, records, statement, statements

FILE = "figures/a.csv"


def appended(known, incoming, answered=(FILE,)):
    return changes(
        known, incoming, source_id="figures_file", now=NOW, answered=dict.fromkeys(answered)
    )


def told(frame):
    columns = ["source_record_id", "revision", "withdrawn"]
    return list(frame[columns].itertuples(index=False, name=None))


def kept(known, new):
    return Records.in_order(pd.concat([known, new], ignore_index=True))


def test_a_new_record_is_its_first_revision():
    new = appended(Records.empty(), statements(statement()))
    [row] = new.to_dict("records")
    assert told(new) == [("figures/a.csv#r1", 1, False)]
    assert (row["source_id"], row["recorded_at"]) == ("figures_file", NOW)
    assert row["published_on"] == date(2018, 1, 4)


def test_an_unchanged_record_is_not_written_again():
    assert appended(records(statement()), statements(statement())).empty


@pytest.mark.parametrize("column", ["landing_sha256", "row"])
def test_another_place_in_another_file_version_is_no_revision(column):
    moved = statement(landing_sha256="1" * 64, row=9)
    assert moved[column] != statement()[column]
    assert appended(records(statement()), statements(moved)).empty


@pytest.mark.parametrize(
    "change",
    [
        {"stated": 70_000.0},
        {"stated": None, "quantifier": "vague"},
        {"stated_high": 80_000.0},
        {"end_date": date(2017, 12, 31)},
        {"start_date": None},
        {"published_on": date(2018, 1, 5)},
        {"quote": "a sentence"},
        {"publisher": None},
        {"in_words": True},
        {"tier": "review"},
    ],
)
def test_a_changed_value_is_the_next_revision_and_back_again_one_more(change):
    known = records(statement())
    new = appended(known, statements(statement(**change)))
    assert told(new) == [("figures/a.csv#r1", 2, False)]
    both = kept(known, new)
    assert appended(both, statements(statement(**change))).empty
    assert told(appended(both, statements(statement()))) == [("figures/a.csv#r1", 3, False)]


def test_a_vanished_record_gets_a_withdrawal_and_keeps_what_it_said():
    known = records(statement(), statement("figures/a.csv#r2"))
    new = appended(known, statements(statement()))
    assert told(new) == [("figures/a.csv#r2", 2, True)]
    [row] = new.to_dict("records")
    assert (row["stated"], row["published_on"]) == (60_000, NOW.date())
    assert (row["recorded_at"], known["recorded_at"].to_list()) == (NOW, [EARLIER] * 2)


def test_a_withdrawn_record_is_withdrawn_once():
    known = records(statement())
    gone = kept(known, appended(known, Statements.empty()))
    assert appended(gone, Statements.empty()).empty


def test_a_record_that_reappears_unchanged_is_a_revision():
    known = records(statement())
    gone = kept(known, appended(known, Statements.empty()))
    again = appended(gone, statements(statement()))
    assert told(again) == [("figures/a.csv#r1", 3, False)]
    assert appended(kept(gone, again), statements(statement())).empty


def test_a_file_that_did_not_answer_keeps_its_last_good_data():
    known = records(statement(), statement("figures/b.csv#r1"))
    assert told(appended(known, Statements.empty(), ["figures/b.csv"])) == [
        ("figures/b.csv#r1", 2, True)
    ]
    assert appended(known, Statements.empty(), []).empty


def test_nothing_known_and_nothing_said_is_nothing():
    assert appended(Records.empty(), Statements.empty()).empty


STATED = st.dictionaries(
    st.sampled_from([f"{FILE}#r{n}" for n in range(6)]), st.integers(0, 3).map(float), max_size=6
)


def frame_of(stated):
    return statements(*[statement(key, stated=value) for key, value in stated.items()])


@settings(max_examples=5)
@given(st.lists(STATED, min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_the_latest_revisions_are_always_what_the_source_says_now(versions, chance):
    known = Records.empty()
    for stated in versions:
        rows = list(stated.items())
        chance.shuffle(rows)
        new = appended(known, frame_of(stated))
        pd.testing.assert_frame_equal(
            new, appended(known.sample(frac=1, random_state=1), frame_of(dict(rows)))
        )
        known = kept(known, new) if len(known) else new
        last = known.sort_values("revision").groupby("source_record_id").tail(1)
        standing = last[~last["withdrawn"].astype(bool)]
        now = dict(zip(standing["source_record_id"], standing["stated"], strict=True))
        assert now == stated
        assert appended(known, frame_of(stated)).empty


def test_many_records_keep_their_own_revisions():
    rows = [statement(f"{FILE}#r{n}", stated=float(n)) for n in range(50)]
    known = records(*rows)
    shuffled = random.Random(7).sample(rows, 50)
    shuffled[3] = shuffled[3] | {"stated": 1_000.0}
    assert told(appended(known, statements(*shuffled))) == [
        (shuffled[3]["source_record_id"], 2, False)
    ]
