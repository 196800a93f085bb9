from pathlib import Path

import pandas as pd
import pytest

from displacement.normalise.figures import Reference
from displacement.normalise.known_areas import described_areas, known_areas
from displacement.normalise.places import Gazetteer
from displacement.normalise.world import World
from displacement.reference import load_reference
from displacement.store.reference import load_areas, load_described_areas
from displacement_schemas import Areas, FigureAreas
from displacement_schemas.vocabulary import MatchMethod

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
FEED = Path(__file__).parents[3] / "shared/data/idmc-idu/idu_last180_2025-08-01.csv"
WORLD: Reference = load_reference(REFERENCE)
GAZETTEER = WORLD.gazetteer
PSEUDO_CODES = ["UNK", "XXA", "TIB"]


@pytest.mark.parametrize(
    ("code", "area"),
    [
        ("SDN", "SD"), ("SD", "SD"), ("sdn", "SD"), ("TCD", "TD"), ("AB9", "AB9"), ("XKX", "XK"),
        ("NA", "NA"), ("SYR", "SY"), ("SY", "SY"), ("SYR07", "SY07"), ("SY7", "SY07"),
        ("SD02", "SD02"), ("TCD07", "TCD07"), ("LB32", "LB32"), ("3501000", "3501000"),
    ],
)  # fmt: skip
def test_a_code_finds_its_area(code, area):
    match = GAZETTEER.match_code(code)
    assert (match.code, match.method, match.score) == (area, MatchMethod.CODE, 100.0)


@pytest.mark.parametrize(
    ("code", "area"),
    [("TD07", "TCD07"), ("TD0701", "TCD0701"), ("SDN02", "SD02"), ("HT1", "HT01"), ("LB01", "LB1")],
)
def test_a_code_written_otherwise_says_how_it_was_read(code, area):
    match = GAZETTEER.match_code(code)
    assert (match.code, match.method) == (area, MatchMethod.CODE)
    assert match.reason == f"{code} was read as {area}"


@pytest.mark.parametrize("code", [*PSEUDO_CODES, "SD99", "ZZ01", "TD0799", "SD00"])
def test_what_is_no_area_code_matches_nothing(code):
    match = GAZETTEER.match_code(code)
    assert match.codes == ()
    assert match.reason


@pytest.mark.parametrize(
    ("name", "area"),
    [
        ("Sudan", "SD"), ("South Sudan", "SS"), ("Republic of Armenia", "AM"), ("SDN", "SD"),
        ("Bahamas (the)", "BS"), ("Syrian Arab Republic", "SY"), ("Syrian Arab Rep.", "SY"),
        ("Dem. Rep. of the Congo", "CD"), ("Dem. Rep. Congo", "CD"), ("Cote d'Ivoire", "CI"),
        ("Türkiye", "TR"), ("turkey", "TR"), ("Abyei Area", "AB9"), ("Palestinian", "PS"),
        ("Iran (Islamic Rep. of)", "IR"), ("Taiwan, China", "TW"), ("Curacao", "CW"),
        ("Niger", "NE"), ("Nigeria", "NG"), ("Guinea", "GN"), ("Guinea-Bissau", "GW"),
    ],
)  # fmt: skip
def test_a_country_is_found_by_the_names_that_sources_use(name, area):
    assert GAZETTEER.match(name).code == area


def test_congo_alone_is_two_countries():
    match = GAZETTEER.match("Congo")
    assert match.code is None
    assert {candidate.code for candidate in match.candidates} == {"CD", "CG"}


@pytest.mark.parametrize("name", ["NA", "IS", "And", "Can", "Per", "sdn", "3501000", "Niger State"])
def test_a_word_is_no_country_code(name):
    assert GAZETTEER.match(name).codes == ()


@pytest.mark.parametrize("name", ["Al Fasher", "North Darfur", "Beirut", "Buenos Aires", "Tripoli"])
def test_a_bare_name_never_means_an_area_of_another_country(name):
    assert GAZETTEER.match(name).codes == ()


def test_names_at_home_mean_what_they_mean_without_the_world():
    home = Gazetteer(
        known_areas(load_areas(REFERENCE)), described_areas(load_described_areas(REFERENCE))
    )
    aliases = [text for cell in WORLD.areas["aliases"].dropna() for text in cell.split("|")]
    for name in [*WORLD.areas["name"], *aliases, *WORLD.described["name"], "eastern Hama"]:
        assert GAZETTEER.match(name) == home.match(name)


@pytest.mark.parametrize(
    ("path", "area", "method"),
    [
        ("Sudan > North Darfur > Al Fasher", "SD02114", MatchMethod.EXACT),
        ("SDN > North Darfur State", "SD02", MatchMethod.EXACT),
        ("Haiti > Centre Department", "HT06", MatchMethod.EXACT),
        ("HTI > Département de l'Ouest", "HT01", MatchMethod.EXACT),
        ("COD > North Kivu > Rutshuru", "CD6111", MatchMethod.EXACT),
        ("UKR > Kharkiv Oblast", "UA63", MatchMethod.ALIAS),
        ("BFA > Central-North", "BF49", MatchMethod.EXACT),
        ("YEM > Sana'a Governorate", "YE23", MatchMethod.EXACT),
        ("YEM > Sana'a City", "YE13", MatchMethod.EXACT),
        ("MEX > Guerrero", "MX12", MatchMethod.EXACT),
        ("VNM > Điện Biên Province", "VN302", MatchMethod.PART_OF),
        ("ETH > Amhara > West Gojjam", "ET0307", MatchMethod.FUZZY),
        ("SYR > Idlib > Heish", "SY070205", MatchMethod.EXACT),
    ],
)
def test_a_path_is_followed_inside_its_country(path, area, method):
    match = GAZETTEER.match(path)
    assert (match.code, match.method) == (area, method)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("Sudan > Beirut", "no area in Sudan"),
        ("Lebanon > North Darfur", "no area in Lebanon"),
        ("Sudan > North Darfur > Nyala", "North Darfur"),
        ("Atlantis > Capital", "Atlantis"),
        ("MMR > Bago Region", "no area in Myanmar"),
        ("AFG > SD02", "no area that we know has it"),
    ],
)
def test_a_path_that_leaves_its_country_matches_nothing(path, words):
    match = GAZETTEER.match(path)
    assert match.codes == ()
    assert words in match.reason


@pytest.mark.parametrize(
    ("path", "area", "method"),
    [
        ("Sudan > North Darfur > Al Fasher > Zamzam > ?", "SD02114", MatchMethod.PART_OF),
        ("Sudan > North Darfur > Zamzam > ?", "SD02", MatchMethod.PART_OF),
        ("Sudan > Zamzam > ?", "SD", MatchMethod.PART_OF),
        ("Sudan > North Darfur > ?", "SD02", MatchMethod.EXACT),
        ("Sudan > ?", "SD", MatchMethod.EXACT),
        ("AFG > Kabul District > ?", "AF0101", MatchMethod.EXACT),
        ("AFG > Kabul city > ?", "AF0101", MatchMethod.PART_OF),
        ("ITA > Sicily > Messina > ?", "IT-ME", MatchMethod.EXACT),
        ("ITA > Sicily > Nowhere > ?", "IT-82", MatchMethod.PART_OF),
        ("Syria > Idlib > Nowhere > ?", "SY07", MatchMethod.PART_OF),
        ("SOM > Somaliland > Sool > ?", "SO14", MatchMethod.EXACT),
        ("GNB > Provincia Leste > Unknown > Gabú > ?", "GW05", MatchMethod.PART_OF),
    ],
)
def test_a_path_with_a_question_mark_takes_the_innermost_area_known(path, area, method):
    match = GAZETTEER.match(path)
    wanted = MatchMethod.PART_OF if method is MatchMethod.CODE else method
    assert (match.code, match.method) == (area, wanted)
    assert match.name == path


def test_an_unknown_country_is_never_part_of_anything():
    assert GAZETTEER.match("Atlantis > Capital > ?").codes == ()
    assert GAZETTEER.match("?").codes == ()


def test_a_parent_may_lie_in_another_country():
    assert GAZETTEER.match("Al Fasher", "SD02").code == "SD02114"
    assert GAZETTEER.match("Al Fasher", "SD03").code is None


def test_every_area_is_found_by_its_code_and_the_first_levels_by_their_names():
    world = WORLD.world
    for level, name, code, country in zip(
        world["admin_level"], world["name"], world["area_code"], world["country"], strict=True
    ):
        assert GAZETTEER.match_code(code).code == code
        if level == 1:
            found = GAZETTEER.match(f"{country} > {name}").code
            assert found in (code, None), name


def test_only_countries_that_figures_mention_stand_beside_home_and_no_finer_than_they_say():
    links = FigureAreas.from_rows(
        [
            {
                "figure_id": code,
                "area_code": code,
                "code_system": "iso3166_2" if code == "FR" else "ocha_pcode",
                "match_method": "code",
                "match_score": 100.0,
            }
            for code in ("SD0211401", "SD02", "LB", "LB32", "FR", "SY07")
        ]
    )
    areas = WORLD.areas_around(links)
    levels = areas.groupby("country")["admin_level"].max().to_dict()
    assert levels == {"SYR": 3, "SDN": 1, "LBN": 2, "FRA": 0}
    assert areas[areas["country"] == "SYR"].reset_index(drop=True).equals(WORLD.areas)
    known = set(areas["area_code"])
    assert set(areas["parent_code"].dropna()) <= known
    everything = WORLD.world
    of_sudan = everything[(everything["country"] == "SDN") & (everything["admin_level"] == 1)]
    assert set(of_sudan["area_code"]) <= known


def test_without_figures_abroad_the_areas_are_those_at_home():
    areas = WORLD.areas_around(FigureAreas.empty())
    assert areas.equals(Areas.in_order(WORLD.areas))


@pytest.mark.skipif(not FEED.exists(), reason="the recorded feed is not here")
def test_places_of_a_recorded_feed_fall_into_countries_and_hardly_ever_no_deeper():
    feed = pd.read_csv(FEED).dropna(subset=["locations_name"])
    coded = set(WORLD.world[WORLD.world["admin_level"] == 1]["country"])
    levels = dict(zip(WORLD.world["area_code"], WORLD.world["admin_level"], strict=True))
    found = []
    for country, places in zip(feed["iso3"], feed["locations_name"], strict=True):
        for place in places.split("; ") if country in coded else []:
            inner = [part.strip() for part in place.split(",")[-2::-1] if part.strip()]
            match = GAZETTEER.match(" > ".join([country, *inner, "?"]))
            found.append(levels[match.codes[0][1]])
    assert len(found) > 2_000
    assert found.count(0) / len(found) < 0.03
    assert found.count(2) / len(found) > 0.5


def test_a_world_without_areas_knows_nothing():
    nothing = World([])
    assert nothing.by_code("SDN") is None
    assert nothing.by_name("Sudan") is None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Germany > Bavaria", "DE-BY"),
        ("United States > California", "US-CA"),
        ("India > Kerala", "IN-KL"),
        ("IN-KL", "IN-KL"),
        ("Georgia", "GE"),
    ],
)
def test_subdivisions_of_countries_without_p_codes_are_known(name, code):
    assert GAZETTEER.match(name).code == code
