from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from displacement.normalise.known_areas import described_areas, known_areas
from displacement.normalise.place_names import fold
from displacement.normalise.places import Gazetteer
from displacement.store.reference import load_areas, load_described_areas
from displacement_schemas.vocabulary import MatchMethod

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
AREAS = load_areas(REFERENCE)
GAZETTEER = Gazetteer(known_areas(AREAS), described_areas(load_described_areas(REFERENCE)))
EASTERN_HAMA = "SY050101|SY050103|SY050302|SY050304"
SOUTHERN_IDLIB = "SY070001|SY070200|SY070201|SY070202|SY070203|SY070204|SY070205"


@pytest.mark.parametrize(
    ("name", "code", "method"),
    [
        ("SY0702", "SY0702", MatchMethod.CODE),
        ("sy0702", "SY0702", MatchMethod.CODE),
        ("Idleb", "SY07", MatchMethod.EXACT),
        ("Idlib", "SY07", MatchMethod.ALIAS),
        ("ادلب", "SY07", MatchMethod.EXACT),
        ("Idlib province", "SY07", MatchMethod.ALIAS),
        ("Idleb district", "SY0700", MatchMethod.EXACT),
        ("Idleb sub-district", "SY070000", MatchMethod.EXACT),
        ("ناحية إدلب", "SY070000", MatchMethod.EXACT),
        ("مركز حماة", "SY050100", MatchMethod.EXACT),
        ("Hamah", "SY05", MatchMethod.ALIAS),
        ("Halab", "SY02", MatchMethod.ALIAS),
        ("Deir Ezzor", "SY09", MatchMethod.ALIAS),
        ("Rif Dimashq", "SY03", MatchMethod.ALIAS),
        ("Khan Sheikhoun", "SY070201", MatchMethod.ALIAS),
        ("Saraqib", "SY070003", MatchMethod.ALIAS),
        ("سراقب", "SY070003", MatchMethod.EXACT),
        ("كفرنبل", "SY070203", MatchMethod.EXACT),
        ("Maarat al-Numan", "SY0702", MatchMethod.ALIAS),
        ("Maarat al-Numan sub-district", "SY070200", MatchMethod.ALIAS),
        ("Idlib city", "SY070000", MatchMethod.PART_OF),
        ("Kafr Lousein", "SY070301", MatchMethod.PART_OF),
        ("Idlib > Al Ma'ra > Heish", "SY070205", MatchMethod.EXACT),
        ("محافظة ادلب > منطقة معرة النعمان > ناحية حيش", "SY070205", MatchMethod.EXACT),
        ("Hama > Suran", "SY050101", MatchMethod.EXACT),
        ("Idlib > Idlib > Idlib", "SY070000", MatchMethod.ALIAS),
        ("Eastern Bari", "SY050301", MatchMethod.EXACT),
        ("بري شرقي", "SY050301", MatchMethod.EXACT),
    ],
)
def test_a_name_finds_its_area(name, code, method):
    match = GAZETTEER.match(name)
    assert (match.code, match.method, match.score) == (code, method, 100.0)


@pytest.mark.parametrize(
    "name",
    [
        "eastern Hama", "Eastern Hama countryside", "Hama's eastern countryside", "east Hama",
        "eastern Hama province", "ريف حماة الشرقي", "ريف حماه الشرقي", "شرق حماة", "Hama eastern",
    ],
)  # fmt: skip
def test_eastern_hama_is_a_set_of_sub_districts_and_never_hama(name):
    match = GAZETTEER.match(name)
    assert (match.code, match.method) == (EASTERN_HAMA, MatchMethod.DESCRIBED)


@pytest.mark.parametrize(
    "name",
    ["southern Idlib", "south Idleb", "the southern countryside of Idlib", "ريف ادلب الجنوبي"],
)
def test_southern_idlib_is_a_set_of_sub_districts(name):
    assert GAZETTEER.match(name).code == SOUTHERN_IDLIB


@pytest.mark.parametrize("parent", [None, "SY05", "SY0501"])
@pytest.mark.parametrize("name", ["northern Hama", "western Hama", "Hama countryside", "غرب حماة"])
def test_a_part_of_an_area_is_never_the_whole(name, parent):
    assert GAZETTEER.match(name, parent).code is None


def test_without_its_description_eastern_hama_waits_for_a_reviewer():
    bare = Gazetteer(known_areas(AREAS))
    for parent in (None, "SY", "SY05", "SY0501"):
        match = bare.match("eastern Hama", parent)
        assert match.codes == ()
        assert any(candidate.name == "Hama" for candidate in match.candidates)


def test_a_name_of_several_places_is_returned_with_its_candidates():
    match = GAZETTEER.match("Suran")
    assert match.code is None
    assert {candidate.code for candidate in match.candidates} == {"SY020405", "SY050101"}
    assert "say in which area it lies" in match.reason
    assert GAZETTEER.match("Suran", "SY02").code == "SY020405"


def test_likeness_decides_only_inside_a_known_parent():
    assert GAZETTEER.match("Khan Sheikon", "SY07").method is MatchMethod.FUZZY
    assert GAZETTEER.match("Khan Sheikon", "SY").code is None
    stray = GAZETTEER.match("Khan Sheikon")
    assert stray.code is None
    assert stray.candidates[0].code == "SY070201"
    assert len(stray.candidates) == 3


def test_a_fuzzy_match_is_like_enough_and_clearly_ahead():
    match = GAZETTEER.match("Sarakeb", "SY07")
    first, second, *_ = match.candidates
    assert match.score == first.score >= 85
    assert first.score - second.score >= 10


@pytest.mark.parametrize(
    ("name", "parent", "words"),
    [
        ("SY0702", "SY05", "is not in Hama"),
        ("SY9999", None, "looks like a code"),
        ("C6807", None, "looks like a code"),
        ("Heish", "SY99", "is no area code that we know"),
        ("Paris", "SY07", "nothing in Idleb"),
        ("", None, "no name"),
        ("Atlantis > Heish", None, "Atlantis"),
        ("Idlib > Hama > Suran", None, "Hama"),
    ],
)
def test_what_is_not_found_says_why(name, parent, words):
    match = GAZETTEER.match(name, parent)
    assert (match.code, match.method, match.score) == (None, None, None)
    assert words in match.reason


def test_a_geonames_code_is_no_ocha_code():
    assert GAZETTEER.match("SY.12").code is None


def test_many_names_are_matched_in_their_order():
    matches = GAZETTEER.match_many(["Idlib", "Suran", "Idlib"], [None, "SY05", None])
    assert [match.code for match in matches] == ["SY07", "SY050101", "SY07"]
    assert matches[0] is matches[2]


def test_every_official_name_is_found_within_its_parent():
    levels = {1: "governorate", 2: "district", 3: "sub-district"}
    for area in AREAS[AREAS["admin_level"] > 0].itertuples():
        name = f"{area.name} {levels[area.admin_level]}"
        assert GAZETTEER.match(name, area.parent_code).code == area.area_code
        assert GAZETTEER.match(area.area_code).code == area.area_code


def test_left_out_spellings_are_matched_within_the_governorate_and_hardly_ever_wrongly():
    """Each known spelling of a sub-district in turn is struck out, then looked for."""
    sub_districts = AREAS[(AREAS["admin_level"] == 3) & AREAS["aliases"].notna()].index
    outcome: Counter[str] = Counter()
    # Every third spelling by position keeps the test quick; the shares hold for all of them.
    spellings = [(at, text) for at in sub_districts for text in AREAS["aliases"][at].split("|")]
    for at, text in spellings[::3]:
        code = AREAS["area_code"][at]
        found = without(at, text).match(f"{text} sub-district", code[:4]).code
        outcome["right" if found == code else "none" if found is None else "wrong"] += 1
    total = outcome.total()
    assert outcome["wrong"] / total <= 0.005
    assert outcome["right"] / total >= 0.7


def without(at, text):
    """A gazetteer of one governorate that does not know one spelling."""
    within = AREAS[AREAS["area_code"].str.startswith(AREAS["area_code"][at][:4])].copy()
    kept = [
        other for other in within["aliases"][at].split("|") if fold(other).key != fold(text).key
    ]
    within.loc[at, "aliases"] = "|".join(kept) or None
    return Gazetteer(known_areas(within))


@given(st.text(max_size=30))
def test_any_text_gives_a_match_or_a_reason(text):
    match = GAZETTEER.match(text)
    assert match.reason
    assert bool(match.codes) == (match.method is not None)


@given(st.sampled_from(sorted(AREAS["name"])), st.sampled_from(["{}", " {} ", "{} governorate"]))
def test_case_and_spaces_change_nothing(name, form):
    text = form.format(name)
    assert GAZETTEER.match(text.upper()).code == GAZETTEER.match(text).code
    assert GAZETTEER.match(text.replace("-", " ")).code == GAZETTEER.match(text).code
