"""Is anything odd about the areas that are known? Findings as sentences, faults first.

A fault makes figures land in a wrong place; a remark is worth a look.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from displacement.nested_sets import nested_sets
from displacement_schemas import Areas, OldCodes

EXAMPLES = 3
ROUNDING = 1.001
"""By how much the residents of parts may exceed those of the whole."""


class Finding(NamedTuple):
    """Something odd about the areas of a country."""

    country: str
    is_fault: bool
    text: str


def check_areas(
    areas: DataFrame[Areas],
    old: DataFrame[OldCodes],
    lengths: Mapping[str, Mapping[int, tuple[int, ...]]],
) -> list[Finding]:
    """What is odd about areas; `lengths` are those that codes have by country and level."""
    frame = _with_parents(areas)
    inner = frame["admin_level"] > 0
    lost = inner & (frame["above"] < 0)
    level = inner & ~lost & (frame["admin_level"] - 1 != frame["outer_level"])
    pcoded = inner & (frame["code_system"] == "ocha_pcode")
    listed = zip(frame["area_code"], _known_lengths(frame, lengths), strict=True)
    short = pcoded & np.array([bool(known) and len(code) not in known for code, known in listed])
    pairs = zip(frame["area_code"], frame["parent_code"], strict=True)
    apart = (pcoded & (frame["admin_level"] > 1)) & np.array(
        [not code.startswith(parent) for code, parent in pairs]
    )
    spaced = frame["name"].str.strip() != frame["name"]
    twins = inner & frame.duplicated(
        ["code_system", "parent_code", "admin_level", "name"], keep=False
    )
    found = [
        *_told(frame[lost], fault=True, text="lie in an area that is not there"),
        *_circles(frame),
        *_told(frame[level], fault=True, text="do not lie in an area of the level above"),
        *_told(frame[short], fault=False, text="have codes of another length than their list's"),
        *_told(
            frame[apart],
            fault=False,
            text="have codes that do not begin with the code of what they lie in",
        ),
        *_told(frame[spaced], fault=True, text="have names with spaces around them"),
        *_told(frame[twins], fault=False, text="share their name with a neighbour"),
        *_told(_overfull(frame), fault=False, text="have fewer residents than what lies in them"),
        *_without_successor(areas, old),
    ]
    return sorted(found, key=lambda one: (not one.is_fault, one.country, one.text))


def _with_parents(areas: DataFrame[Areas]) -> pd.DataFrame:
    """Plain columns, with the row and level of the area around (-1: none)."""
    names = ["area_code", "code_system", "admin_level", "parent_code", "country", "name"]
    frame = pd.DataFrame({name: areas[name].to_numpy(dtype=object) for name in names})
    frame["parent_code"] = [one if isinstance(one, str) else "" for one in frame["parent_code"]]
    for name in ("population", "population_year"):
        frame[name] = areas[name].to_numpy(dtype=np.float64, na_value=np.nan)
    keys = zip(frame["code_system"], frame["area_code"], strict=True)
    rows = {key: row for row, key in enumerate(keys)}
    pairs = zip(frame["code_system"], frame["parent_code"], strict=True)
    frame["above"] = [rows.get(pair, -1) for pair in pairs]
    levels = frame["admin_level"].to_numpy(dtype=np.int64)
    frame["admin_level"] = levels
    frame["outer_level"] = np.where(frame["above"] >= 0, levels[frame["above"]], -1)
    return frame


def _known_lengths(
    frame: pd.DataFrame, lengths: Mapping[str, Mapping[int, tuple[int, ...]]]
) -> list[tuple[int, ...]]:
    pairs = zip(frame["country"], frame["admin_level"], strict=True)
    return [lengths.get(country, {}).get(level, ()) for country, level in pairs]


def _told(rows: pd.DataFrame, *, fault: bool, text: str) -> list[Finding]:
    """One finding per country, with the first codes as examples."""
    return [
        Finding(str(country), fault, f"{_listed(group['area_code'])} {text}")
        for country, group in rows.groupby("country", sort=True)
    ]


def _listed(codes: Iterable[str]) -> str:
    known = sorted(codes)
    shown = ", ".join(known[:EXAMPLES])
    more = len(known) - EXAMPLES
    return f"{shown} and {more} more" if more > 0 else shown


def _circles(frame: pd.DataFrame) -> list[Finding]:
    """Countries in which areas lie in themselves."""
    parents = [None if above < 0 else above for above in frame["above"].tolist()]
    if not _raises(lambda: nested_sets(parents)):
        return []
    ahead = np.array([row if one is None else one for row, one in enumerate(parents)])
    for _ in range(len(frame).bit_length()):
        ahead = ahead[ahead]
    rooted = np.array([parents[row] is None for row in ahead.tolist()])
    return _told(frame[~rooted], fault=True, text="lie in themselves, going round in a circle")


def _raises(work: Callable[[], object]) -> bool:
    try:
        work()
    except ValueError:
        return True
    return False


def _overfull(frame: pd.DataFrame) -> pd.DataFrame:
    """Areas with fewer residents than those inside them, counted in the same year."""
    inside = frame[(frame["above"] >= 0) & frame["population"].notna()]
    years = frame["population_year"].to_numpy()
    same = inside[years[inside["above"]] == inside["population_year"]]
    sums = same.groupby("above")["population"].sum()
    whole = frame["population"].to_numpy()[sums.index.to_numpy(dtype=np.int64)]
    odd: pd.DataFrame = frame.loc[sums.index[sums.to_numpy() > whole * ROUNDING]]
    return odd


def _without_successor(areas: DataFrame[Areas], old: DataFrame[OldCodes]) -> list[Finding]:
    known = set(areas["area_code"].to_list())
    frame = old[["area_code", "country", "match_method", "successor_codes"]].astype(object)
    lost = np.array(
        [not known.issuperset(codes.split("|")) for codes in frame["successor_codes"]], dtype=bool
    )
    vague = frame["match_method"] == "part_of"
    return [
        *_told(frame[lost], fault=True, text="are old codes whose successors are not there"),
        *_told(
            frame[vague],
            fault=False,
            text="are old codes of which only what they lay in is known; name the successors in "
            "old_codes.csv",
        ),
    ]
