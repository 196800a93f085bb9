"""Records to figures: identity, counters, errors, areas, households and likely ranges."""

from datetime import date

import pandas as pd
import pytest

from displacement.normalise.figures import figure_ids, figures_from
from displacement_schemas import Records
from tests.normalise.records import records, statement

DANA = {"area_codes": "SY070301", "start_date": date(2018, 1, 8), "end_date": date(2018, 1, 8)}


def only(reference, **changes):
    [figure] = figures_from(records(statement(**changes)), reference).figures.to_dict("records")
    return figure


def test_an_id_is_the_same_on_every_machine(reference):
    assert only(reference)["figure_id"] == "38d3531997ddf764"


def test_an_id_depends_on_source_record_and_revision_alone(reference):
    rows = [
        statement(),
        statement(stated=5.0, counter="OCHA", landing_sha256="1" * 64, revision=2),
        statement(source_id="sheets"),
        statement("figures/a.csv#r2"),
    ]
    ids = figure_ids(records(*rows))
    assert len(set(ids)) == 4
    assert figure_ids(records(statement(stated=7.0)))[0] == "38d3531997ddf764"


def test_no_records_are_no_figures(reference):
    normalised = figures_from(Records.empty(), reference)
    assert (len(normalised.figures), len(normalised.figure_areas)) == (0, 0)
    assert normalised.rejections == {}


def test_a_counter_gets_its_one_name_and_the_error_of_its_kind(reference):
    figure = only(reference, counter="the UN refugee agency")
    assert (figure["counter"], figure["error"]) == ("UNHCR", 0.10)
    assert only(reference, counter="Sundry Observers")["error"] == 0.30
    assert only(reference, counter="Sundry Observers", source_id="sheets")["error"] == 0.20


def test_a_cross_check_is_trusted_half_as_much(reference):
    assert only(reference, role="triangulation")["error"] == 0.20
    assert only(reference, role="recommended")["error"] == 0.10


@pytest.mark.parametrize("role", [None, "triangulation"])
def test_the_error_of_the_figure_itself_comes_first(reference, role):
    assert only(reference, error=0.02, role=role)["error"] == 0.02


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (60_000, 60_000, 60_000)),
        ({"in_words": True}, (60_000, 55_000, 65_000)),
        ({"quantifier": "more_than"}, (60_000, 60_000, 70_000)),
        ({"quantifier": "range", "stated_high": 80_000.0}, (70_000, 60_000, 80_000)),
        ({"stated": 0.0}, (0, 0, 0)),
    ],
)
def test_persons_have_the_likely_range_of_their_words(reference, changes, expected):
    figure = only(reference, **changes)
    assert (figure["persons"], figure["persons_low"], figure["persons_high"]) == expected
    assert pd.isna(figure["household_size"])
    assert figure["tier"] == "accepted"


def test_a_vague_figure_waits_for_review(reference):
    figure = only(reference, quantifier="vague", stated=None)
    assert pd.isna(figure["persons"])
    assert figure["tier"] == "review"


def test_households_become_persons_by_a_documented_size_with_its_range(reference):
    figure = only(reference, unit="household", stated=800.0, **DANA)
    assert (figure["unit"], figure["stated"]) == ("household", 800)
    assert (figure["persons"], figure["persons_low"], figure["persons_high"]) == (4480, 4000, 5200)
    assert (figure["household_size"], figure["household_size_low"]) == (5.6, 5.0)
    assert "January and February 2018" in figure["household_size_source"]


def test_the_widths_of_words_and_of_households_multiply(reference):
    figure = only(
        reference, unit="household", stated=800.0, quantifier="approximately", in_words=True, **DANA
    )
    assert (figure["persons_low"], figure["persons_high"]) == (700 * 5, 900 * 6.5)


def test_households_of_an_unknown_size_wait_for_review(reference):
    sizes = reference.household_sizes
    without = type(reference)(
        reference.areas,
        reference.described,
        sizes[sizes["area_code"] == "SY12"].reset_index(drop=True),
        reference.counters,
        reference.sources,
    )
    figure = only(without, unit="household", stated=800.0, **DANA)
    assert pd.isna(figure["persons"])
    assert (figure["tier"], figure["stated"]) == ("review", 800)


def test_a_code_beside_the_name_of_another_area_waits_with_the_reason(reference):
    row = statement(area_codes="SY05", area_names="Idlib")
    normalised = figures_from(records(row), reference)
    assert normalised.figures.empty
    (rejection,) = normalised.rejections.values()
    reason = rejection.reason
    assert "SY05 is the code of Hama, but “Idlib” is a known spelling of Idleb (SY07)" in reason


@pytest.mark.parametrize(
    ("changes", "links"),
    [
        ({"area_codes": "SY05|SY07"}, [("SY05", "code"), ("SY07", "code")]),
        ({"area_codes": None, "area_names": "Idlib"}, [("SY07", "alias")]),
        ({"area_codes": "SY05", "area_names": "the plain"}, [("SY05", "code")]),
        ({"area_codes": "SY05", "area_names": "Hamah"}, [("SY05", "code")]),
        ({"area_codes": None, "area_names": "Idlib > Harim > Dana"}, [("SY070301", "exact")]),
        ({"area_codes": None, "area_names": "Kafr Lousein"}, [("SY070301", "part_of")]),
        (
            {"area_codes": None, "area_names": "eastern Hama"},
            [(f"SY05{n}", "described") for n in ("0101", "0103", "0302", "0304")],
        ),
    ],
)
def test_a_figure_is_linked_to_every_area_that_it_names(reference, changes, links):
    normalised = figures_from(records(statement(**changes)), reference)
    areas = normalised.figure_areas
    assert list(zip(areas["area_code"], areas["match_method"], strict=True)) == links
    assert set(areas["code_system"]) == {"ocha_pcode"}
    assert set(areas["figure_id"]) == set(normalised.figures["figure_id"])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"area_codes": "SY99"}, ["row 2, column 'areas'", "SY99 looks like a code"]),
        (
            {"area_codes": None, "area_names": "Sarmadda"},
            ["row 2, column 'area_text'", "“Sarmadda”", "nearest are Sarmin (SY070006)"],
        ),
        ({"area_codes": "SY07|SY99"}, ["SY99"]),
        ({"area_codes": None, "area_names": None}, ["names no area"]),
    ],
)
def test_an_unknown_area_is_a_rejection_that_helps(reference, changes, words):
    normalised = figures_from(records(statement(**changes)), reference)
    assert normalised.figures.empty
    assert normalised.figure_areas.empty
    [(figure_id, rejection)] = normalised.rejections.items()
    assert figure_id == "38d3531997ddf764"
    assert rejection.reason.startswith("figures/a.csv, row 2, column")
    for word in words:
        assert word in rejection.reason


def test_a_figure_without_a_place_may_be_kept_for_review(reference):
    rows = records(statement(area_codes="SY99"), statement("figures/a.csv#r2"))
    normalised = figures_from(rows, reference, keep_unplaced=True)
    tiers = dict(
        zip(normalised.figures["source_record_id"], normalised.figures["tier"], strict=True)
    )
    assert tiers == {"figures/a.csv#r1": "review", "figures/a.csv#r2": "accepted"}
    assert len(normalised.figure_areas) == 1
    assert len(normalised.rejections) == 1


def test_a_good_row_is_not_lost_beside_a_bad_one(reference):
    rows = records(
        statement(area_codes="SY99"),
        statement("figures/a.csv#r2", stated=5.0),
        statement("figures/a.csv#r3", area_codes=None, area_names="Atlantis"),
        statement("figures/a.csv#r4", stated=7.0, area_codes="SY07"),
    )
    normalised = figures_from(rows, reference)
    told = dict(
        zip(normalised.figures["source_record_id"], normalised.figures["persons"], strict=True)
    )
    assert told == {"figures/a.csv#r2": 5, "figures/a.csv#r4": 7}
    assert len(normalised.rejections) == 2


def test_an_echo_that_the_source_declares_points_at_the_latest_revision(reference):
    rows = records(
        statement(),
        statement(revision=2, stated=7.0),
        statement("figures/a.csv#r2", derived_from_record="figures/a.csv#r1"),
        statement("figures/a.csv#r3", derived_from_record="figures/b.csv#gone"),
    )
    figures = figures_from(rows, reference).figures.set_index("source_record_id")
    latest = figures[(figures["revision"] == 2)]["figure_id"].item()
    assert figures.loc["figures/a.csv#r2", "derived_from"] == latest
    assert figures["derived_from"].notna().sum() == 1


def declared_origins(reference, *rows):
    """What each record's latest revision repeats, as source_record_ids and revisions."""
    figures = figures_from(records(*rows), reference).figures
    named = dict(
        zip(
            figures["figure_id"],
            zip(
                figures["source_id"], figures["source_record_id"], figures["revision"], strict=True
            ),
            strict=True,
        )
    )
    return {
        record: sorted(named[one] for one in link.split("|"))
        for record, link in zip(figures["source_record_id"], figures["derived_from"], strict=True)
        if isinstance(link, str)
    }


DTM = {"source_id": "iom_dtm", "partition_id": "iom_dtm:HTI:10"}


def test_an_echo_may_name_a_record_of_another_source(reference):
    rows = [
        statement("10:HT01:conflict", **DTM),
        statement("hapi#1", source_id="hapi", derived_from_record="10:HT01:conflict"),
    ]
    assert declared_origins(reference, *rows) == {"hapi#1": [("iom_dtm", "10:HT01:conflict", 1)]}


def test_an_echo_may_name_a_partition_and_repeats_all_its_parts(reference):
    rows = [
        statement("conflict", **DTM),
        statement("flood", **DTM),
        statement("flood", **DTM, revision=2, stated=5.0),
        statement("drought", **DTM),
        statement("drought", **DTM, revision=2, withdrawn=True),
        statement("elsewhere", **DTM | {"partition_id": "iom_dtm:HTI:11"}),
        statement("hapi#1", source_id="hapi", derived_from_record="iom_dtm:HTI:10"),
        statement("hapi#2", source_id="hapi", derived_from_record="iom_dtm:HTI:10 | elsewhere"),
        statement("hapi#3", source_id="hapi", derived_from_record="iom_dtm:HTI:9"),
    ]
    parts = [("iom_dtm", "conflict", 1), ("iom_dtm", "drought", 1), ("iom_dtm", "flood", 2)]
    assert declared_origins(reference, *rows) == {
        "hapi#1": parts,
        "hapi#2": sorted([*parts, ("iom_dtm", "elsewhere", 1)]),
    }


def test_of_two_records_with_the_name_the_one_of_the_own_source_is_meant(reference):
    rows = [
        statement("r1", source_id="b"),
        statement("r1", source_id="c"),
        statement("own", source_id="b", derived_from_record="r1"),
        statement("both", source_id="d", derived_from_record="r1"),
    ]
    assert declared_origins(reference, *rows) == {
        "own": [("b", "r1", 1)],
        "both": [("b", "r1", 1), ("c", "r1", 1)],
    }


def test_a_record_never_repeats_itself(reference):
    rows = [
        statement("r1", derived_from_record="r1"),
        statement("part", **DTM, derived_from_record="iom_dtm:HTI:10"),
    ]
    assert declared_origins(reference, *rows) == {}


def test_alternatives_are_carried_over_to_the_figure(reference):
    rows = records(statement(alternatives_id="iom_dtm:HTI", preference=2))
    (figure,) = figures_from(rows, reference).figures.to_dict("records")
    assert (figure["alternatives_id"], figure["preference"]) == ("iom_dtm:HTI", 2)


def test_a_correction_is_told_where_it_worked(reference):
    rows = records(statement(), statement("figures/a.csv#r2"))
    figures = figures_from(rows, reference, {"38d3531997ddf764": "flag: odd (officer)"}).figures
    told = dict(zip(figures["figure_id"], figures["correction"].fillna("-"), strict=True))
    assert told.pop("38d3531997ddf764") == "flag: odd (officer)"
    assert set(told.values()) == {"-"}
