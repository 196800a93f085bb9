"""What is known of one area? By its code, in force or out of it."""

from typing import Any

from pandera.typing import DataFrame

from displacement.normalise.area_codes import AreaCodes, Key
from displacement.normalise.area_tables.vintages import rows_of
from displacement.normalise.known_areas import known_areas, old_codes
from displacement_schemas import Areas, OldCodes, Populations


def describe_area(
    code: str,
    areas: DataFrame[Areas],
    old: DataFrame[OldCodes],
    populations: DataFrame[Populations],
) -> dict[str, Any]:
    """The areas that a code means, with all that is known of each.

    Raises LookupError where no area has the code, nor had it.
    """
    found = AreaCodes(list(known_areas(areas)), old_codes(old)).find(code.strip().upper())
    if found is None:
        raise LookupError(f"no area has the code {code}, and none had it")
    return {
        "asked": code,
        "is_old": found.replaced,
        "note": found.note,
        "areas": [_described(key, areas, old, populations) for key in found.keys],
    }


def _described(
    key: Key,
    areas: DataFrame[Areas],
    old: DataFrame[OldCodes],
    populations: DataFrame[Populations],
) -> dict[str, Any]:
    system, code = key
    same = areas[areas["code_system"] == system]
    here = _row(same, code)
    line = [here]
    while (parent := line[-1]["parent_code"]) is not None:
        line.append(_row(same, parent))
    inside = same[same["parent_code"].fillna("") == code]
    names = dict(zip(inside["area_code"], inside["name"], strict=True))
    counted = populations[
        (populations["code_system"] == system) & (populations["area_code"] == code)
    ]
    years = {
        year: {"year": year, "population": count, "reference": reference}
        for year, count, reference in zip(
            counted["year"], counted["population"], counted["reference"], strict=True
        )
    }
    if here["population"] is not None and here["population_year"] is not None:
        stated = {"population": here["population"], "reference": here["reference"]}
        years.setdefault(here["population_year"], {"year": here["population_year"], **stated})
    return {
        **{name: here[name] for name in ("area_code", "code_system", "admin_level", "country")},
        **{name: here[name] for name in ("name", "name_ar")},
        "aliases": here["aliases"].split("|") if here["aliases"] else [],
        "lies_in": [{"code": one["area_code"], "name": one["name"]} for one in line[1:]],
        "holds": [{"code": one, "name": name} for one, name in sorted(names.items())],
        "populations": [years[year] for year in sorted(years)],
        "valid_from": here["valid_from"],
        "old_codes": [
            before
            for before, codes in zip(old["area_code"], old["successor_codes"], strict=True)
            if code in codes.split("|")
        ],
        "reference": here["reference"],
    }


def _row(areas: DataFrame[Areas], code: str) -> dict[str, Any]:
    return rows_of(areas[areas["area_code"] == code])[0]
