"""How many persons does a household stand for, here and in that year?

The most specific area that has a documented size decides, then the year nearest to the figure's.
"""

import pandas as pd
from pandera.typing import DataFrame

from displacement_schemas import Areas, HouseholdSizes

COLUMNS = [
    "household_size",
    "household_size_low",
    "household_size_high",
    "household_size_source",
]


def household_sizes_for(
    area_codes: "pd.Series[str]",
    years: "pd.Series[int]",
    sizes: DataFrame[HouseholdSizes],
    areas: DataFrame[Areas],
) -> pd.DataFrame:
    """The documented household size of each figure; null where none is known.

    Args:
        area_codes: the area of each figure; null where it is not known.
        years: the year of each figure, with the index of `area_codes`.
        sizes: the reference table of household sizes.
        areas: the areas and their parents. A code of several code systems names no area.

    Returns:
        household_size, household_size_low, household_size_high and household_size_source,
        with the index of `area_codes`.
    """
    asked = pd.DataFrame(
        {"area_code": area_codes.astype("string"), "year": years.astype("Float64")}
    ).set_axis(area_codes.index)
    pairs = asked.dropna().drop_duplicates()
    best = _best(pairs.merge(_documented(areas, sizes), on="area_code"))
    answered = asked.merge(best, on=["area_code", "year"], how="left")
    return answered[COLUMNS].set_axis(asked.index).convert_dtypes(dtype_backend="pyarrow")


def _documented(areas: pd.DataFrame, sizes: pd.DataFrame) -> pd.DataFrame:
    """Every area with every size documented for it or for an area around it."""
    named = sizes.rename(
        columns={
            "area_code": "ancestor",
            "size": "household_size",
            "size_low": "household_size_low",
            "size_high": "household_size_high",
            "reference": "household_size_source",
        }
    )
    return _ancestry(areas).merge(named, on=["code_system", "ancestor"])


def _ancestry(areas: pd.DataFrame) -> pd.DataFrame:
    """Each area with itself (0 steps), its parent (1 step), and so on outwards."""
    known = areas[~areas["area_code"].duplicated(keep=False)]
    parents = known[["code_system", "area_code", "parent_code"]]
    step = known[["code_system", "area_code"]].assign(ancestor=known["area_code"], steps=0)
    generations = [step]
    while len(step) and len(generations) <= len(known):
        outwards = parents.rename(columns={"area_code": "ancestor", "parent_code": "outer"})
        step = step.merge(outwards, on=["code_system", "ancestor"]).dropna(subset=["outer"])
        step = step.assign(ancestor=step["outer"], steps=step["steps"] + 1).drop(columns="outer")
        generations.append(step)
    return pd.concat(generations, ignore_index=True).astype({"area_code": "string"})


def _best(choices: pd.DataFrame) -> pd.DataFrame:
    before = (choices["first_year"] - choices["year"]).clip(lower=0)
    after = (choices["year"] - choices["last_year"]).clip(lower=0)
    ranked = choices.assign(
        gap=before + after, span=choices["last_year"] - choices["first_year"]
    ).sort_values(
        ["steps", "gap", "span", "first_year"], ascending=[True, True, True, False], kind="stable"
    )
    return ranked.drop_duplicates(["area_code", "year"])[["area_code", "year", *COLUMNS]]
