"""Files are known in the store by words that name nobody."""

import pytest

from displacement.sources.file_names import names_in_store, public_names


@pytest.mark.parametrize(
    "name",
    ["counts.csv", "north-west-syria-2018-01-08.xlsx", "un_agencies.csv", "تموز_2018.xlsx",
     "نزوح كانون الأول 2018.xlsx", "UNHCR Flash Update 12.pdf", "données_février_2018.csv"],
)  # fmt: skip
def test_words_of_the_list_months_and_countries_stay(name: str) -> None:
    assert public_names([name]) == [name]


@pytest.mark.parametrize(
    ("name", "kept", "lost"),
    [
        ("Rima Invented.xlsx", "file-", "Invented"),
        ("Rima_Invented 2018-01-08.csv", "2018-01-08-", "Rima"),
        ("counts of Invented, call +963 944 123 456.csv", "counts of, call-", "944"),
        ("إحصاء محمد الخليل.xlsx", "إحصاء-", "الخليل"),
        ("rima@invented.example.txt", "file-", "rima"),
    ],
)
def test_other_words_are_left_out(name: str, kept: str, lost: str) -> None:
    [public] = public_names([name])
    assert public.startswith(kept.partition(",")[0].rstrip("-"))
    assert lost not in public
    assert public.rpartition(".")[2] == name.rpartition(".")[2]


@pytest.mark.parametrize("name", ["rima invented.txt", "RIMA 2018.csv", "report by rima.pdf"])
def test_words_in_small_letters_and_in_capitals_may_be_names_too(name: str) -> None:
    [public] = public_names([name])
    assert "rima" not in public.casefold()
    assert "invented" not in public


def test_names_differ_whatever_is_left_out_of_them() -> None:
    names = [f"Person {letter * 4}.csv" for letter in "ABCDEFGH"]
    assert len(set(public_names(names))) == len(names)
    assert public_names(names[:1]) == public_names(names)[:1]


def test_who_looks_for_a_file_is_told_its_name(inbox) -> None:
    (inbox / "volunteers" / "Rima Invented.xlsx").write_bytes(b"x")
    (inbox / "figures" / "counts.csv").write_bytes(b"x")
    found = dict(names_in_store(inbox))
    assert found["figures/counts.csv"] == "figures/counts.csv"
    assert "volunteers/Rima Invented.xlsx" in found.values()
