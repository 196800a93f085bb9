"""What French and Arabic do otherwise than English: numbers in words, marks, word order."""

from datetime import date

import pandas as pd
import pytest

from displacement.extraction import extract
from displacement.extraction.document import clean_characters
from displacement.extraction.numbers import find_numbers
from displacement.extraction.periods import find_periods

PUBLISHED = date(2024, 5, 20)


def figures(text: str, lang: str) -> pd.DataFrame:
    return extract(text, PUBLISHED, lang=lang).figures


@pytest.mark.parametrize(
    ("lang", "text", "value"),
    [
        ("fr", "deux cent cinquante mille personnes", 250_000),
        ("fr", "quatre-vingt-dix mille personnes", 90_000),
        ("fr", "quatre-vingts familles", 80),
        ("fr", "soixante-dix-sept familles", 77),
        ("fr", "vingt et un mille personnes", 21_000),
        ("fr", "mille deux cents ménages", 1_200),
        ("fr", "un million trois cent mille personnes", 1_300_000),
        ("fr", "deux millions et demi de personnes", 2_500_000),
        ("fr", "une quinzaine de familles", 15),
        ("fr", "12\u202f345 personnes", 12_345),
        ("ar", "خمسة وثلاثون ألف نازح", 35_000),
        ("ar", "مئة وثمانية وعشرين ألفا وخمسمئة شخص", 128_500),
        ("ar", "اثني عشر ألفاً وثلاثمئة شخص", 12_300),
        ("ar", "ألفين وخمسمئة عائلة", 2_500),
        ("ar", "مئتا أسرة", 200),
        ("ar", "ألفا عائلة", 2_000),
        ("ar", "ثلاثة ملايين ومئتا ألف شخص", 3_200_000),
        ("ar", "مليوناً ونصف المليون شخص", 1_500_000),
        ("ar", "143 ألفاً و164 شخصا", 143_164),
        ("ar", "مليون و300 ألف نازح", 1_300_000),
        ("ar", "مليونان و231 ألف نازح", 2_231_000),
        ("ar", "2 مليون و100 ألف نازح", 2_100_000),
        ("ar", "ثلاثة ملايين و200 ألف نازح", 3_200_000),
        ("ar", "ألفان و500 عائلة", 2_500),
        ("ar", "٣٫٥ مليون شخص", 3_500_000),
        ("ar", "١٢٬٤٠٠ نازح", 12_400),
    ],
)
def test_a_number_in_words_or_foreign_digits_has_its_value(lang: str, text: str, value: float):
    numbers = find_numbers(clean_characters(text), 0, lang)

    assert [number.value for number in numbers] == [value]


@pytest.mark.parametrize("text", ["une majorité d'enfants", "une famille"])
def test_an_article_is_no_number(text: str):
    assert find_numbers(clean_characters(text), 0, "fr") == []


def test_two_counts_of_thousands_are_not_one_number():
    numbers = find_numbers(clean_characters("نزح 300 ألف و200 ألف شخص"), 0, "ar")

    assert [number.value for number in numbers] == [300_000, 200_000]


def test_two_counts_joined_by_and_are_not_added_where_they_are_a_range():
    numbers = find_numbers(clean_characters("بين 60 ألفا و80 ألف أسرة"), 0, "ar")

    assert [(number.value, number.high) for number in numbers] == [(60_000, 80_000)]


def test_a_number_that_only_says_about_how_many_is_approximate():
    text = "Une centaine de familles ont fui Mora le 12 mai."

    assert list(figures(text, "fr")["quantifier"]) == ["approximately"]


def test_marks_on_letters_change_nothing_that_is_read():
    bare = figures("هجر 85 عائلة من البلدة يوم الأحد، وفق الشرطة.", "ar")
    marked = figures("هُجِّر 85 عائلةً من البلدة يوم الأحد، وفق الشرطة.", "ar")
    told = ["stated", "unit", "measure", "counter", "start_date", "end_date", "tier"]

    assert marked[told].to_dict("records") == bare[told].to_dict("records")
    assert clean_characters("هُجِّر 85") == "هجر    85"


def test_a_counter_written_together_with_to_is_named_with_its_article():
    text = "نزح 300 شخص من البلدة يوم الأحد، وفقا للمجلس المحلي."

    assert list(figures(text, "ar")["counter"]) == ["المجلس المحلي"]


@pytest.mark.parametrize(
    ("lang", "text", "start", "end"),
    [
        ("ar", "خلال الأيام الثلاثة الماضية", date(2024, 5, 17), PUBLISHED),
        ("ar", "خلال اليومين الماضيين", date(2024, 5, 18), PUBLISHED),
        ("ar", "منذ السابع من أيار", date(2024, 5, 7), PUBLISHED),
        ("ar", "بين 28 أفريل و9 ماي", date(2024, 4, 28), date(2024, 5, 9)),
        ("ar", "من 3 غشت إلى 2 شتنبر 2023", date(2023, 8, 3), date(2023, 9, 2)),
        ("fr", "au cours de la semaine écoulée", date(2024, 5, 13), date(2024, 5, 19)),
        ("fr", "dans la nuit du 12 au 13 mai", date(2024, 5, 12), date(2024, 5, 13)),
        ("fr", "depuis trois jours", date(2024, 5, 17), PUBLISHED),
        ("fr", "depuis dimanche", date(2024, 5, 19), PUBLISHED),
        ("fr", "au premier trimestre 2024", date(2024, 1, 1), date(2024, 3, 31)),
        ("fr", "la première quinzaine de mai", date(2024, 5, 1), date(2024, 5, 15)),
        ("fr", "depuis que la garde a quitté la ville le 3 mai", date(2024, 5, 3), PUBLISHED),
        ("fr", "durant les trois premiers mois de 2023", date(2023, 1, 1), date(2023, 3, 31)),
        ("fr", "l'été dernier", date(2023, 6, 1), date(2023, 8, 31)),
        ("fr", "après l'attaque du 5 mai", date(2024, 5, 5), PUBLISHED),
        ("ar", "خلال الربع الأول من العام الجاري", date(2024, 1, 1), date(2024, 3, 31)),
        ("ar", "منذ 15 من الشهر الجاري", date(2024, 5, 15), PUBLISHED),
        ("ar", "بين الأحد والثلاثاء", date(2024, 5, 12), date(2024, 5, 14)),
        ("ar", "منذ بدء القتال في نيسان من العام الماضي", date(2023, 4, 1), PUBLISHED),
    ],
)
def test_a_period_is_read_as_people_say_it(lang: str, text: str, start: date, end: date):
    clean = clean_characters(text)
    found = find_periods(clean, 0, len(clean), PUBLISHED, lang)

    assert [(period.start, period.end) for period in found] == [(start, end)]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("fr", "La ville abritait, au 2 mai, plus de 9 000 déplacés."),
        ("fr", "À l'aéroport s'entassent 9 000 déplacés."),
        ("ar", "أحصت المنظمة في مدارس المدينة 9000 نازح."),
        ("ar", "يقيم في المخيم منذ شهر 9000 نازح."),
    ],
)
def test_words_may_stand_between_a_verb_and_its_number(lang: str, text: str):
    assert list(figures(text, lang)["stated"]) == [9000]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("fr", "Dans la commune, 9 000 personnes ont reçu des vivres pour trois mois."),
        ("fr", "À l'aéroport s'entassent 9 000 valises."),
        ("fr", "Le projet a accueilli au siège de la mairie 900 stagiaires."),
        ("ar", "وصل إلى الجبهة يوم الأحد 200 مقاتل عراقي."),
        ("ar", "نزح السكان بعد مقتل 30 شخصا في القصف."),
        ("ar", "نزح الأهالي إلى مدرسة تتسع لنحو 300 شخص."),
    ],
)
def test_words_between_a_verb_and_a_number_do_not_lend_it_to_others(lang: str, text: str):
    assert figures(text, lang).empty


def test_a_sentence_without_an_end_may_be_cut_within_a_number():
    text = "plusieurs milliers de " * 400

    assert len(extract(text, PUBLISHED, lang="fr").rejected) > 0
