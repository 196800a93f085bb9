"""How well are names matched that are spelt as no table has them? Floors, on unseen spellings."""

import csv
import random
import re
from collections import Counter
from math import sqrt
from pathlib import Path

import pytest

from displacement.normalise.known_areas import described_areas, known_areas
from displacement.normalise.place_names import fold
from displacement.normalise.places import Gazetteer
from displacement.normalise.world import World
from displacement.store.reference import load_areas, load_described_areas, load_world_areas
from displacement_schemas.vocabulary import MatchMethod
from tests.normalise.spellings import ARABIC, ARABIC_IN_LATIN, LANGUAGES, variants

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
AREAS = load_areas(REFERENCE)
WORLD = load_world_areas(REFERENCE, AREAS)
GAZETTEER = Gazetteer(
    known_areas(AREAS), described_areas(load_described_areas(REFERENCE)), World(known_areas(WORLD))
)
SEED = 20180104
"""Another than the one that the thresholds were chosen with."""
AGREED_WRONG = 0.005


def wilson(count, total):
    """The 95 % interval of a share."""
    z, share = 1.96, count / total
    middle = share + z * z / (2 * total)
    spread = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return tuple((middle + sign * spread) / (1 + z * z / total) for sign in (-1, 1))


def tally(asked):
    """Shares of right, wrong and review, printed with their intervals."""
    outcome = Counter(
        "right" if match.code == code else "wrong" if match.code else "review"
        for match, code in asked
    )
    total = outcome.total()
    for kind, count in sorted(outcome.items()):
        low, high = wilson(count, total)
        print(f"{kind} {count}/{total} = {count / total:.3f} ({low:.3f} to {high:.3f})")
    return {kind: outcome[kind] / total for kind in ("right", "wrong", "review")}


def respelt(areas, column, rules, wanted):
    dice = random.Random(SEED)
    for area in areas.itertuples():
        for text in variants(getattr(area, column), rules, dice, wanted):
            yield area.area_code, area.parent_code, text


@pytest.mark.parametrize(
    ("level", "column", "rules", "floor"),
    [
        (1, "name", ARABIC_IN_LATIN, 0.92),
        (2, "name", ARABIC_IN_LATIN, 0.97),
        (3, "name", ARABIC_IN_LATIN, 0.95),
        (1, "name_ar", ARABIC, 0.95),
        (2, "name_ar", ARABIC, 0.97),
        (3, "name_ar", ARABIC, 0.97),
    ],
)
def test_other_spellings_of_syrian_names_are_found_in_their_governorate(
    level, column, rules, floor
):
    areas = AREAS[AREAS["admin_level"] == level]
    shares = tally(
        (GAZETTEER.match(text, code[:4] if level > 1 else "SY", level), code)
        for code, _, text in respelt(areas, column, rules, 6)
    )
    assert shares["right"] >= floor
    assert shares["wrong"] <= AGREED_WRONG


def test_spellings_in_use_for_syrian_sub_districts_are_found():
    """Forms that reports and maps use, chosen without a look at the table of names."""
    with (
        Path(__file__).with_name("spellings_in_use.csv").open(encoding="utf-8", newline="") as rows
    ):
        asked = [
            (GAZETTEER.match(text, row["area_code"][:4], 3), row["area_code"])
            for row in csv.DictReader(rows)
            for text in row["spellings"].split("|")
        ]
    shares = tally(asked)
    assert shares["right"] >= 0.98
    assert shares["wrong"] == 0


@pytest.mark.parametrize(
    ("country", "floor"),
    [("SDN", 0.97), ("YEM", 0.95), ("UKR", 0.98), ("COD", 0.95), ("ETH", 0.95)],
)
def test_other_spellings_of_districts_are_found_in_their_first_level(country, floor):
    areas = WORLD[(WORLD["country"] == country) & (WORLD["admin_level"] == 2)]
    shares = tally(
        (GAZETTEER.match(text, parent, 2), code)
        for code, parent, text in respelt(areas, "name", LANGUAGES[country], 3)
    )
    assert shares["right"] >= floor
    assert shares["wrong"] <= AGREED_WRONG


@pytest.mark.slow
@pytest.mark.parametrize(("script", "floor"), [("latin", 0.87), ("arabic", 0.2)])
def test_spellings_left_out_of_the_table_are_found_or_wait(script, floor):
    """Each known spelling of a sub-district in turn is struck out, then looked for.

    What is left of Arabic ones are other names altogether: the same name folds to one form.
    """
    asked = []
    for at in AREAS.index[AREAS["admin_level"] == 3]:
        area = AREAS.loc[at]
        aliases = area["aliases"] if isinstance(area["aliases"], str) else ""
        spellings = [area["name"], area["name_ar"], *filter(None, aliases.split("|"))]
        alike = [text for text in spellings if is_arabic(text) == (script == "arabic")]
        for text in alike:
            kept = [other for other in spellings if fold(other).key != fold(text).key]
            if set(kept) & set(alike):
                found = knowing(at, kept).match(text, area["area_code"][:4], 3)
                asked.append((found, area["area_code"]))
    shares = tally(asked)
    assert shares["right"] >= floor
    assert shares["wrong"] <= AGREED_WRONG


def knowing(at, spellings):
    """A gazetteer of one governorate that knows one area by some spellings only."""
    within = AREAS[AREAS["area_code"].str.startswith(AREAS["area_code"][at][:4])].copy()
    latin = [text for text in spellings if not is_arabic(text)]
    within.loc[at, ["name", "name_ar"]] = [latin[0] if latin else "?", None]
    within.loc[at, "aliases"] = "|".join(spellings)
    return Gazetteer(known_areas(within))


def is_arabic(text):
    return bool(re.search("[\u0600-\u06ff]", text))


@pytest.mark.slow
def test_other_spellings_of_names_from_elsewhere_are_hardly_ever_taken_for_one_inside():
    governorates = AREAS.loc[AREAS["admin_level"] == 1, "area_code"]
    areas = AREAS[AREAS["admin_level"] == 3]
    shares = tally(
        (GAZETTEER.match(text, parent, 3), None)
        for code, _, text in respelt(areas, "name", ARABIC_IN_LATIN, 2)
        for parent in governorates[governorates != code[:4]]
    )
    assert shares["wrong"] <= AGREED_WRONG


@pytest.mark.slow
def test_names_that_no_area_at_home_has_are_seldom_taken_for_one():
    """Districts of other Arabic-speaking countries, as villages that our table does not know."""
    there = WORLD[WORLD["country"].isin(["IRQ", "LBN", "YEM", "EGY"]) & (WORLD["admin_level"] == 2)]
    governorates = AREAS.loc[AREAS["admin_level"] == 1, "area_code"].to_list()
    dice = random.Random(SEED)
    for level, most in ((None, 0.02), (3, 0.03)):
        shares = tally(
            (GAZETTEER.match(name, parent, level), None)
            for name in sorted(set(there["name"]))
            for parent in dice.sample(governorates, 2)
        )
        assert shares["wrong"] <= most


def test_the_name_of_an_area_elsewhere_is_never_taken_for_one_inside():
    governorates = AREAS.loc[AREAS["admin_level"] == 1, "area_code"]
    for area in AREAS[AREAS["admin_level"] == 3].itertuples():
        for parent in governorates[governorates != area.area_code[:4]]:
            match = GAZETTEER.match(area.name, parent, 3)
            assert match.method is not MatchMethod.FUZZY, (area.name, parent, match.reason)


@pytest.mark.parametrize(
    ("name", "parent", "level", "code"),
    [
        ("Ma'arrat an-Nu'man", "SY07", 3, "SY070200"),
        ("Maaret Numan", "SY07", 3, "SY070200"),
        ("Maarat al-Numan", "SY07", 2, "SY0702"),
        ("AlBab", "SY02", 3, "SY020200"),
        ("Garablus", "SY02", 3, "SY020800"),
        ("مركزالباب", "SY02", 3, "SY020200"),
        ("Idleb", "SY07", 2, "SY0700"),
        ("Idleb", None, 1, "SY07"),
        ("Idleb", "SY07", 3, "SY070000"),
        ("Sudan", None, 0, "SD"),
        ("Kharkov oblast", "UA", 1, "UA63"),
        ("Itang special-woreda", "ET12", 2, "ET1204"),
        ("Noth Gondar", "ET03", 2, "ET0301"),
        ("مرركز حماة", "SY05", 3, "SY050100"),
        ("Ukraine > Kharkivs'ka", None, 1, "UA63"),
    ],
)
def test_a_name_is_looked_for_at_the_level_asked(name, parent, level, code):
    assert GAZETTEER.match(name, parent, level).code == code


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("SY0703", "Harim"),
        ("SY0703", "Harem district"),
        ("SY0703", "Idlib"),
        ("SY0703", "Kafr Lousein"),
        ("SY070003", "Idlib > Idlib > Sarakeb"),
        ("SY0703", "a camp near the border"),
        ("SD02", "North Darfur"),
        ("SY050101", "Hama > Hama > Suran"),
        ("SY070301", "Somewhere > Dana"),
    ],
)
def test_a_name_that_fits_its_code_or_means_nothing_else_leaves_the_code(code, name):
    assert GAZETTEER.match_code(code, name).code == code


@pytest.mark.parametrize(
    ("code", "name", "other"),
    [
        ("SY0703", "Hama", "SY05"),
        ("SY0703", "Suran", "SY050101"),
        ("UA63", "Lvivska", "UA46"),
        ("SY050101", "Aleppo > Suran", "SY02"),
        ("SY070301", "Hama > ? > Dana", "SY05"),
    ],
)
def test_a_code_beside_the_name_of_another_area_waits_with_both(code, name, other):
    match = GAZETTEER.match_code(code, name)
    assert match.code is None
    assert {code, other} <= {candidate.code for candidate in match.candidates}
    assert "say which is meant" in match.reason
    assert ">" in name or GAZETTEER.match(f"{name} ({code})").code is None


def test_a_name_that_is_not_known_beside_a_code_is_said():
    assert "no name of it that we know" in GAZETTEER.match_code("SY0703", "Blabla").reason


def test_a_country_is_too_wide_for_likeness_but_its_first_level_is_not():
    assert GAZETTEER.match("Kharkivskaja", "UA").code is None
    assert GAZETTEER.match("Kharkivskaya", "UA", 1).method is MatchMethod.FUZZY


def test_a_name_asked_for_again_is_not_worked_out_again():
    fresh = Gazetteer(known_areas(AREAS), described_areas(load_described_areas(REFERENCE)))
    first = fresh.match_many(["Sarakib", "Khan Sheihun"], ["SY07", "SY07"], 3)
    again = fresh.match_many(["Khan Sheihun", "Sarakib"] * 2, ["SY07"] * 4, 3)
    assert all(one is other for one, other in zip(first[::-1] * 2, again, strict=True))
