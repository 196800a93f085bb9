"""Real areas for invented numbers: the admin 1 and 2 areas of four countries.

Codes are written as DTM writes them: Chad's as TD…, where OCHA's list has TCD….
"""

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

COUNTRIES = {
    "HTI": "Haiti",
    "SDN": "Sudan",
    "SYR": "Syrian Arab Republic",
    "TCD": "Chad",
}


class Place(NamedTuple):
    """One admin 2 area with its parent."""

    country: str
    admin1_code: str
    admin1_name: str
    admin2_code: str
    admin2_name: str


@cache
def places(country: str) -> tuple[Place, ...]:
    """The admin 2 areas of a country by code."""
    with Path(__file__).with_name("places.csv").open(encoding="utf-8", newline="") as file:
        rows = [Place(*row) for row in csv.reader(file)]
    return tuple(place for place in rows[1:] if place.country == country)


@cache
def provinces(country: str) -> tuple[tuple[str, str], ...]:
    """Code and name of the admin 1 areas of a country by code."""
    return tuple(sorted({(place.admin1_code, place.admin1_name) for place in places(country)}))
