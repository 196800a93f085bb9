"""What of a snapshot answers a question? The figures that can have a say in it, and their areas.

Read column by column: of a snapshot of the world most rows are never looked at.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.compute
from pandera.typing import DataFrame

from displacement.reach import Boxes, area_intervals, bound_together, hanging_together
from displacement.reconcile.area_tree import AreaKey
from displacement.reconcile.scopes import day_number
from displacement.reconcile.voices import side
from displacement.store import parquet
from displacement.store.parquet import ROW
from displacement.store.snapshots import Snapshot
from displacement_schemas import Areas, FigureAreas, Figures
from displacement_schemas.vocabulary import STOCKS, AreaRole, Modality, Tier

EVER: Final = (-(1 << 40), 1 << 40)
"""Days of what has no beginning, or is never out of reach."""


@dataclass(frozen=True)
class Case:
    """What a question is answered from; the frames are as they were written."""

    figures: DataFrame[Figures]
    links: DataFrame[FigureAreas]
    areas: DataFrame[Areas]
    keys: tuple[AreaKey, ...]
    """The areas asked for."""
    views: dict[str, str]
    """The name of the view of each side of the measure, that of most figures first."""
    expiry: dict[str, int]
    """Days for which a stock is carried, by source."""


def read_case(snapshot: Snapshot, measure: str, codes: list[str], first: date, last: date) -> Case:
    """The figures that meet a question, directly or through others, and their countries' areas.

    Raises LookupError for an unknown or ambiguous area code.
    """
    paths = {name: snapshot.path(name) for name in ("areas", "figure_areas", "figures", "sources")}
    areas = parquet.columns(paths["areas"], [*_Area._fields, ROW])
    keys = tuple(_area_key(code.strip(), areas) for code in codes)
    links = parquet.columns(paths["figure_areas"], _LINK)
    measured = parquet.columns(paths["figures"], _FIGURE, measure=measure)
    countries, links = _countries_of(keys, areas, links)
    figures = _where(measured, "figure_id", links["figure_id"])
    links = _where(links, "figure_id", figures["figure_id"])
    there = _where(areas, "country", countries)
    window = (day_number(first), day_number(last)) if measure not in STOCKS else EVER
    ids = _within_reach(figures.to_pandas(), links.to_pandas(), _areas(there), keys, window)
    figures, links = (_where(table, "figure_id", ids) for table in (figures, links))
    sources = parquet.columns(paths["sources"], ["source_id", "stock_expiry_days"])
    return Case(
        figures=parquet.rows_at(Figures, paths["figures"], figures[ROW]),
        links=parquet.rows_at(FigureAreas, paths["figure_areas"], links[ROW]),
        areas=parquet.rows_at(Areas, paths["areas"], there[ROW]),
        keys=keys,
        views=_views(measured, measure),
        expiry=dict(zip(*(column.to_pylist() for column in sources.columns), strict=True)),
    )


_TEXT: Final = pyarrow.string()
_LINK: Final = ["figure_id", "code_system", "area_code", ROW]
_FIGURE: Final = [
    *("figure_id", "source_id", "source_record_id", "partition_id", "derived_from"),
    *("start_date", "end_date", "area_role", "tier", "modality", ROW),
]


class _Area(NamedTuple):
    code_system: str
    area_code: str
    parent_code: str | None
    country: str
    admin_level: int


def _areas(table: Any) -> list[_Area]:
    return [_Area(**row) for row in table.select(_Area._fields).to_pylist()]


def _where(table: Any, name: str, values: Any) -> Any:
    """The rows whose column has one of some values."""
    wanted = pyarrow.compute.unique(values)
    return table.filter(pyarrow.compute.is_in(table[name], value_set=wanted))


def _area_key(code: str, areas: Any) -> AreaKey:
    found = _areas(areas.filter(pyarrow.compute.equal(areas["area_code"], code)))
    if not found:
        country = _areas(areas.filter(pyarrow.compute.equal(areas["country"], code)))
        found = [area for area in country if area.admin_level == 0]
    if len(found) != 1:
        problem = "several code systems have" if found else "no area has"
        raise LookupError(f"{problem} the code {code!r}; see the table `areas`")
    return found[0].code_system, found[0].area_code


def _countries_of(keys: tuple[AreaKey, ...], areas: Any, links: Any) -> tuple[Any, Any]:
    """The countries of some areas and of all figures there, and the links of those figures.

    A figure of several countries brings the others in; areas lie in one country each.
    """
    codes = pyarrow.array([code for _, code in keys], _TEXT)
    countries: Any = pyarrow.array([], _TEXT)
    while True:
        found = pyarrow.compute.unique(_where(areas, "area_code", codes)["country"])
        inside = _where(areas, "country", found)["area_code"]
        there = _where(links, "area_code", inside)
        here = _where(links, "figure_id", there["figure_id"])
        if len(found) == len(countries):
            return found, here
        countries = found
        codes = pyarrow.compute.unique(
            pyarrow.chunked_array([*inside.chunks, *here["area_code"].chunks])
        )


def _within_reach(
    figures: pd.DataFrame,
    links: pd.DataFrame,
    areas: list[_Area],
    keys: tuple[AreaKey, ...],
    window: tuple[int, int],
) -> Any:
    """The ids of the figures that hang together with the areas and days that are asked for."""
    leaves = area_intervals([area[:2] for area in areas], [area.parent_code for area in areas])
    row = pd.Series(np.arange(len(figures)), index=figures["figure_id"])
    which = row[links["figure_id"]].to_numpy(dtype=np.int64)
    areas_of = list(zip(links["code_system"], links["area_code"], strict=True))
    # An area that no table knows meets itself alone: it gets a leaf behind all others.
    beyond = {key: number for number, key in enumerate(sorted({*areas_of} - leaves.keys()))}
    end = max((right for _, right in leaves.values()), default=0)
    leaves |= {key: (end + number, end + number + 1) for key, number in beyond.items()}
    left, right = (
        np.array([leaves[key][side_] for key in areas_of], dtype=np.int64) for side_ in (0, 1)
    )
    first, last = (_days(figures[name]) for name in ("start_date", "end_date"))
    bundles = bound_together(
        pd.DataFrame(
            {
                "figure_id": figures["figure_id"],
                "record": figures["source_id"] + " " + figures["source_record_id"],
                "partition_id": figures["partition_id"].astype(object).fillna(""),
                "derived_from": figures["derived_from"].astype(object).fillna(""),
            }
        )
    )
    asked = Boxes(
        *(np.array([leaves[key][side_] for key in keys], dtype=np.int64) for side_ in (0, 1)),
        *(np.full(len(keys), day, dtype=np.int64) for day in window),
    )
    taken = hanging_together(Boxes(left, right, first[which], last[which]), bundles[which], asked)
    chosen = figures["figure_id"][np.isin(bundles, np.array([*taken], dtype=np.int64))]
    return pyarrow.array(chosen, _TEXT)


def _days(column: "pd.Series[Any]") -> Any:
    """Days as numbers; what has no beginning begins before all days."""
    return np.array([EVER[0] if pd.isna(day) else day_number(day) for day in column], np.int64)


def _views(table: Any, measure: str) -> dict[str, str]:
    """The published name of the view of each side of a measure, that of most figures first.

    Its figures' role where all agree, else location, as the reconciliation names it.
    """
    for name, speaks in (("tier", Tier.ACCEPTED), ("modality", Modality.ASSERTED)):
        table = table.filter(pyarrow.compute.equal(table[name], speaks.value))
    sizes: dict[str, int] = {}
    roles: dict[str, set[str]] = {}
    for counted in pyarrow.compute.value_counts(table["area_role"]).to_pylist():
        end = side(measure, counted["values"])
        sizes[end] = sizes.get(end, 0) + counted["counts"]
        roles.setdefault(end, set()).add(counted["values"])
    return {
        end: min(roles[end]) if len(roles[end]) == 1 else AreaRole.LOCATION.value
        for end in sorted(sizes, key=lambda end: (-sizes[end], end))
    }
