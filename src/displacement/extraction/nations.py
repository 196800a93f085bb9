"""Which nation does a name belong to? Reads the names of countries, peoples and regions."""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from displacement.extraction.rules import load_nations


@cache
def countries(lang: str) -> frozenset[str]:
    """The countries of the world, as the language names them."""
    nations = load_nations(lang)["nations"].items()
    return frozenset(name for nation, said in nations for name in (nation, *said.get("also", ())))


@lru_cache(maxsize=1024)
def nations_in(text: str, lang: str) -> frozenset[str]:
    """The nations that a phrase names by country, people or region, each by one name."""
    known = _nation_of(lang)
    found = _pattern(lang).finditer(text)
    return frozenset(known[" ".join(match[1].split()).casefold()] for match in found)


@cache
def _nation_of(lang: str) -> dict[str, str]:
    return {name.casefold(): nation for name, nation in _names(lang)}


def _names(lang: str) -> Iterator[tuple[str, str]]:
    """Every name with the nation that it belongs to."""
    for nation, said in load_nations(lang)["nations"].items():
        for name in (nation, *(one for kind in said.values() for one in kind)):
            yield name.removeprefix("ال"), nation


@cache
def _pattern(lang: str) -> re.Pattern[str]:
    """A name, the longest first: Nigeria is not Niger, and nobody lives in Lake Chad."""
    said = load_nations(lang)
    named = {name for name, _ in _names(lang)}
    named |= {name.upper() for name in named}
    names = _any_of(sorted(named, key=len, reverse=True))
    return re.compile(
        rf"(?<!\w)(?<!Lake )(?:[وبلف]?(?:ال|لل))?({names}){said['endings']}(?!\w)",
        0 if said["capitals"] else re.IGNORECASE,
    )


def _any_of(names: Iterable[str]) -> str:
    return "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in names)
