"""How many, between these days, how sure, and who says so? Asked of a published snapshot."""

from datetime import date

import pytest

from displacement.answer import explain_snapshot, in_a_row
from displacement.report.evidence import evidence
from displacement.report.publication import Publication
from displacement.report.sheets import places_of
from displacement_schemas import PUBLISHED, Conflicts, Estimates
from tests.runs import UNHCR, VOLUNTEERS, run, write_figures

STOCK = UNHCR | {
    "record_id": "stock",
    "counter": "United Nations",
    "published_on": "2018-01-08",
    "measure": "idps",
    "quantifier": "approximately",
    "stated": 1_100_000,
    "start_date": "2018-01-08",
    "end_date": "2018-01-08",
}
SHARE = {"error": 0.10}


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory, reference):
    """The two counts of winter 2017/18 in one area, a stock, a vague figure, an odd area."""
    folder = tmp_path_factory.mktemp("answer")
    vague = {"record_id": "vague", "quantifier": "vague", "stated": "", "quote": "many fled"}
    rows = [UNHCR | SHARE, VOLUNTEERS | SHARE, STOCK, UNHCR | vague]
    rows.append(UNHCR | {"record_id": "lost", "areas": "", "area_text": "Atlantis"})
    write_figures(folder / "inbox", rows)
    return run(folder / "store", folder / "inbox", reference).published.snapshot


def ask(snapshot, first=(2017, 11, 1), last=(2018, 1, 6), areas=("SY07",), **more):
    return explain_snapshot(
        snapshot,
        codes=list(areas),
        first=date(*first),
        last=date(*last),
        **{"measure": "new_displacement"} | more,
    )


def test_the_answer_of_the_design_is_found(snapshot):
    answer = ask(snapshot)
    assert answer["value"] == pytest.approx(151_682, rel=0.002)
    assert answer["low"] == pytest.approx(99_000, rel=0.002)
    assert answer["high"] == pytest.approx(209_000, rel=0.002)
    assert answer["naive_sum"] == 180_000
    assert answer["coverage"] == 1
    assert answer["counters"] == ["Local volunteers", "UNHCR"]
    assert answer["conflicts"] == []


def test_the_answer_names_its_figures_with_their_evidence(snapshot):
    answer = ask(snapshot)
    figures = {figure["counter"]: figure for figure in answer["figures"]}
    assert set(figures) == {"Local volunteers", "UNHCR"}
    unhcr = figures["UNHCR"]
    assert (unhcr["persons"], unhcr["persons_low"], unhcr["persons_high"]) == (
        60_000,
        60_000,
        70_000,
    )
    assert (unhcr["start_date"], unhcr["end_date"]) == ("2017-11-01", "2017-12-24")
    assert (unhcr["error"], unhcr["stretch"]) == (0.10, 0)
    assert figures["Local volunteers"]["persons_low"] == 110_000


@pytest.mark.parametrize(
    ("first", "last", "value"),
    [
        ((2017, 11, 1), (2017, 12, 14), 43_875),
        ((2017, 12, 15), (2017, 12, 24), 27_283),
        ((2017, 12, 25), (2018, 1, 6), 80_525),
    ],
)
def test_each_cell_has_the_value_of_the_design(snapshot, first, last, value):
    answer = ask(snapshot, first, last)
    assert answer["value"] == pytest.approx(value, rel=0.002)
    assert answer["low"] <= answer["value"] <= answer["high"]


def test_windows_of_days_add_up(snapshot):
    parts = [
        ask(snapshot, (2017, 11, 1), (2017, 11, 20)),
        ask(snapshot, (2017, 11, 21), (2017, 12, 18)),
        ask(snapshot, (2017, 12, 19), (2018, 1, 6)),
    ]
    assert sum(part["value"] for part in parts) == pytest.approx(ask(snapshot)["value"])


def test_days_that_nobody_covers_are_null_and_never_zero(snapshot):
    answer = ask(snapshot, (2019, 1, 1), (2019, 2, 1))
    assert (answer["value"], answer["low"], answer["high"]) == (None, None, None)
    assert (answer["coverage"], answer["counters"], answer["figures"]) == (0, [], [])


def test_a_period_that_is_covered_in_part_says_so(snapshot):
    answer = ask(snapshot, (2017, 11, 1), (2018, 3, 14))
    assert answer["value"] == pytest.approx(151_682, rel=0.002)
    assert answer["coverage"] == pytest.approx(67 / 134)


def test_an_area_that_nobody_covers_is_null(snapshot):
    assert ask(snapshot, areas=("SY05",))["value"] is None


def test_a_part_of_the_area_has_its_part_of_the_total(snapshot):
    part, rest = ask(snapshot, areas=("SY0703",)), ask(snapshot, areas=("SY0700", "SY0702"))
    assert 0 < part["value"] < ask(snapshot)["value"]
    assert rest["areas"] == ["SY0700", "SY0702"]


def test_as_of_an_earlier_day_only_what_was_known_counts(snapshot):
    answer = ask(snapshot, as_of=date(2018, 1, 5))
    assert answer["value"] == pytest.approx(60_000)
    assert answer["as_of"] == "2018-01-05"
    assert answer["counters"] == ["UNHCR"]
    assert ask(snapshot, as_of=date(2017, 1, 1))["value"] is None


def test_a_later_day_than_the_snapshots_own_is_no_better_knowledge(snapshot):
    assert ask(snapshot, as_of=date(2030, 1, 1))["as_of"] == "2018-01-10"


def test_a_stock_is_answered_for_its_last_day(snapshot):
    answer = ask(snapshot, (2018, 1, 8), (2018, 1, 10), measure="idps")
    assert answer["value"] == pytest.approx(1_100_000)
    assert answer["low"] < 1_100_000 < answer["high"]
    assert answer["counters"] == ["United Nations"]
    assert ask(snapshot, (2018, 1, 1), (2018, 1, 7), measure="idps")["value"] is None


def test_flows_and_stocks_never_mix(snapshot):
    assert ask(snapshot, measure="return")["value"] is None
    assert ask(snapshot)["value"] < 1_000_000


@pytest.mark.parametrize(
    ("more", "error", "words"),
    [
        ({"areas": ("XX99",)}, LookupError, "no area has the code 'XX99'"),
        ({"areas": ("SY07", "idlib")}, LookupError, "no area has the code 'idlib'"),
        ({"measure": "displaced"}, ValueError, "'displaced' is no measure; choose one of: new"),
        ({"last": (2017, 10, 1)}, ValueError, "the period ends (2017-10-01) before it starts"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_with_a_sentence(snapshot, more, error, words):
    with pytest.raises(error) as caught:
        ask(snapshot, **more)
    assert words in str(caught.value)


def test_the_snapshot_tells_its_answers_in_plain_words(snapshot):
    flow, stock = snapshot.manifest["answers"]
    assert flow.startswith("Between 1 November 2017 and 6 January 2018 about 151,6")
    assert "Adding the figures up would have said 180,000." in flow
    assert "by the counts of Local volunteers and UNHCR" in flow
    assert stock.startswith("On 8 January 2018 about 1,100,000 people were internally displaced")


def test_words_are_listed_as_people_do():
    assert in_a_row(["a"]) == "a"
    assert in_a_row(["a", "b"]) == "a and b"
    assert in_a_row(["a", "b", "c"]) == "a, b and c"


def test_a_stock_conflict_names_the_days_that_were_reported(inbox, store, reference):
    rows = [
        {**UNHCR, "record_id": name, "counter": name, "measure": "idps", "stated": stated}
        | {"quantifier": "exact", "start_date": "2018-01-05", "end_date": "2018-01-05"}
        for name, stated in (("UNHCR", 70_000), ("IOM", 100_000))
    ]
    write_figures(inbox, rows)
    snapshot = run(store, inbox, reference).published.snapshot
    conflicts = snapshot.read(Conflicts)
    assert len(conflicts) == 2
    assert conflicts["text"].str.contains("5 January 2018", regex=False).all()
    [sentence] = snapshot.manifest["answers"]
    assert sentence.startswith("On 5 January 2018 about ")


def test_mixed_roles_are_one_view_in_tables_and_page(inbox, store, reference):
    rows = [
        UNHCR | {"area_role": "origin", "areas": "SY02"},
        VOLUNTEERS | {"area_role": "location", "areas": "SY07"},
    ]
    write_figures(inbox, rows)
    snapshot = run(store, inbox, reference).published.snapshot
    assert set(snapshot.read(Estimates)["view"]) == {"location"}
    tables = {model.table_name(): snapshot.read(model) for model in PUBLISHED}
    publication = Publication("s", date(2018, 2, 1), tables)
    found = evidence(publication, places_of(publication))
    assert {item.view for item in found} == {"location"}
