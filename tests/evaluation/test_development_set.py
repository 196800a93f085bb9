"""The reading of the development set never falls below what it once reached."""

import pytest

from tests.evaluation.floors import fallen, load_floors
from tests.evaluation.gold import Passage, load_passages
from tests.evaluation.scoring import read, score

PASSAGES = load_passages()


def languages(passages: list[Passage]) -> dict[str, int]:
    return {lang: sum(p.lang == lang for p in passages) for lang in ("en", "fr", "ar")}


@pytest.mark.slow
def test_no_figure_of_the_development_set_falls_below_its_floor():
    result = score(PASSAGES, map(read, PASSAGES))

    assert fallen(result, load_floors()) == []


def test_the_passages_are_many_and_no_two_share_a_name():
    assert len(PASSAGES) >= 160
    assert len({passage.id for passage in PASSAGES}) == len(PASSAGES)
    assert len({passage.text for passage in PASSAGES}) == len(PASSAGES)


def test_about_half_of_the_passages_are_traps():
    traps = sum(passage.is_trap for passage in PASSAGES)

    assert 0.45 <= traps / len(PASSAGES) <= 0.6


def test_plain_and_hard_figures_come_in_numbers_that_can_be_measured():
    wanted = [f.difficulty for p in PASSAGES for f in p.figures if not f.optional]

    assert wanted.count("plain") >= 100
    assert wanted.count("hard") >= 50


def test_the_passages_come_from_many_countries_decades_styles_and_languages():
    assert len({passage.country for passage in PASSAGES}) >= 30
    assert len({passage.published.year // 10 for passage in PASSAGES}) >= 4
    assert len({passage.style for passage in PASSAGES}) >= 10
    counts = languages(PASSAGES)
    assert min(counts["fr"], counts["ar"]) >= 15
