"""Who counted, under which one name, and how far off such a counter usually is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from displacement.normalise.counters import counters_from, fold
from displacement_schemas.vocabulary import CounterKind

ERRORS = {
    "un_agency": 0.10,
    "ngo": 0.15,
    "local_volunteers": 0.20,
    "government": 0.20,
    "media": 0.30,
    "unknown": 0.30,
}


@pytest.fixture(scope="module")
def counters(reference):
    return reference.counters


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("UNHCR", "UNHCR"),
        ("unhcr", "UNHCR"),
        ("the UN refugee agency", "UNHCR"),
        ("United Nations High Commissioner for Refugees", "UNHCR"),
        (" The  United   Nations ", "United Nations"),
        ("UNOCHA", "OCHA"),
        ("Displacement Tracking Matrix", "IOM"),
        ("TURK KIZILAY", "Turkish Red Crescent"),
        ("Türk Kızılay", "Turkish Red Crescent"),
        ("متطوعون محليون", "Local volunteers"),
        ("the volunteers", "Local volunteers"),
        (" Some Council ", "Some Council"),
    ],
)
def test_a_counter_has_one_name_however_it_is_written(counters, said, name):
    assert counters.identify(said).name == name


@pytest.mark.parametrize(
    ("name", "kind", "error"),
    [
        ("UNHCR", "un_agency", 0.10),
        ("UN Habitat", "un_agency", 0.10),
        ("Norwegian Refugee Council", "ngo", 0.15),
        ("Local volunteers", "local_volunteers", 0.20),
        ("Syria Response Coordinators", "local_volunteers", 0.20),
        ("Ministry of Interior", "government", 0.20),
        ("The Morning News", "media", 0.30),
        ("Sundry Observers", "unknown", 0.30),
        ("United Front", "unknown", 0.30),
    ],
)
def test_the_kind_of_a_counter_sets_its_usual_error(counters, name, kind, error):
    assert counters.identify(name).kind == kind
    assert counters.error(name) == error


def test_the_errors_are_those_of_the_design(counters):
    assert {kind.value: error for kind, error in counters.errors.items()} == ERRORS


def test_the_error_of_the_source_counts_only_for_a_counter_that_nobody_knows(counters):
    assert counters.error("Sundry Observers", 0.25) == 0.25
    assert counters.error("UNHCR", 0.25) == 0.10
    assert counters.error("The Morning News", 0.25) == 0.30


def test_a_counter_may_have_an_error_of_its_own():
    known = [{"name": "Careful Count", "kind": "ngo", "aliases": ["CC"], "error": 0.05}]
    counters = counters_from(known, ERRORS, [])
    assert counters.error("cc", 0.25) == 0.05


def test_a_word_gives_away_a_kind_only_as_a_whole_word():
    kinds = [{"kind": "un_agency", "contains": ["un"]}, {"kind": "media", "contains": ["Post"]}]
    counters = counters_from([], ERRORS, kinds)
    assert counters.identify("Union of Towns").kind == CounterKind.UNKNOWN
    assert counters.identify("The UN and the Post").kind == CounterKind.UN_AGENCY
    assert counters.identify("the post").kind == CounterKind.MEDIA


@pytest.mark.parametrize(
    ("known", "errors", "kinds"),
    [
        ([{"name": "A", "kind": "agency"}], ERRORS, []),
        ([], ERRORS | {"agency": 0.1}, []),
        ([], ERRORS, [{"kind": "agency", "contains": []}]),
    ],
)
def test_an_unknown_kind_is_refused(known, errors, kinds):
    with pytest.raises(ValueError, match="agency"):
        counters_from(known, errors, kinds)


@given(st.text("abcXYZ ", max_size=30))
def test_case_spaces_and_articles_do_not_make_another_name(name):
    assert fold(f" The  {name.upper()} ") == fold(f"the {name.swapcase()}")


@given(st.text(max_size=30))
def test_every_name_has_an_error_between_nought_and_one(counters, name):
    assert 0 < counters.error(name) < 1


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("International Organization for Migration (IOM)", "IOM"),
        ("IOM Displacement Tracking Matrix (IOM DTM)", "IOM"),
        ("UN Refugee Agency (UNHCR)", "UNHCR"),
        ("A group nobody knows (AGNK)", "A group nobody knows (AGNK)"),
    ],
)
def test_a_short_form_in_brackets_names_the_same_counter(reference, written, name):
    assert reference.counters.identify(written).name == name
