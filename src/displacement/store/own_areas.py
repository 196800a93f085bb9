"""Which areas did the user import? The tables in the store's folder `reference`.

They lie over those that come with the program: a country that was imported is taken from here
whole. Nothing of the program's own files is ever changed.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

import pandas as pd
from pandera.errors import SchemaError, SchemaErrors
from pandera.typing import DataFrame

from displacement.store.area_files import AREAS, OLD_CODES, OWN_FOLDER
from displacement.store.files import write_whole
from displacement.store.reference import (
    load_areas,
    load_world_areas,
    read_columns,
    refuse_lost_parents,
    sentence_of,
)
from displacement.store.slips import ReferenceTableError
from displacement_schemas import Areas, OldCodes, Populations, Table

Model = TypeVar("Model", bound=Table)

AREA_KEY: Final = ["code_system", "area_code"]
FILES: Final = {Areas: AREAS, OldCodes: OLD_CODES, Populations: "populations.csv"}


@dataclass(frozen=True)
class OwnAreas:
    """What was imported: areas of whole countries, codes out of force, residents by year."""

    areas: DataFrame[Areas]
    old_codes: DataFrame[OldCodes]
    populations: DataFrame[Populations]


class AllAreas(NamedTuple):
    """The areas that figures speak of, those of all other countries, and what was imported."""

    home: DataFrame[Areas]
    world: DataFrame[Areas]
    own: OwnAreas

    @property
    def known(self) -> DataFrame[Areas]:
        """The areas of all countries."""
        return Areas.joined([self.home, self.world])


def own_files(store: Path) -> list[Path]:
    """The tables that a store has; a store may have none."""
    paths = [store / OWN_FOLDER / name for name in FILES.values()]
    return [path for path in paths if path.is_file()]


def load_own_areas(store: Path | None) -> OwnAreas:
    """Read what was imported into a store. Raises ReferenceTableError with file and row."""
    own = OwnAreas(_load(store, Areas), _load(store, OldCodes), _load(store, Populations))
    if store is not None:
        refuse_lost_parents(store / OWN_FOLDER / FILES[Areas], own.areas)
    return own


def load_all_areas(folder: Path, store: Path | None) -> AllAreas:
    """All areas: those of the reference tables in `folder`, with what `store` has imported."""
    own = load_own_areas(store)
    home = load_areas(folder)
    at_home = home["country"].unique()
    world = load_world_areas(folder, home)
    imported = own.areas["country"].isin(at_home)
    return AllAreas(
        home=_laid_over(home, own.areas[imported], own.populations),
        world=_laid_over(world, own.areas[~imported], own.populations),
        own=own,
    )


def save_own_areas(store: Path, own: OwnAreas) -> list[Path]:
    """Write the tables that differ from those in the store, and say which those are."""
    contents = {
        FILES[Areas]: _content(Areas, own.areas),
        FILES[OldCodes]: _content(OldCodes, own.old_codes),
        FILES[Populations]: _content(Populations, own.populations),
    }
    written = []
    for name, content in contents.items():
        path = store / OWN_FOLDER / name
        is_there = path.is_file()
        if (is_there and path.read_bytes() != content) or (not is_there and content):
            write_whole(path, content)
            written.append(path)
    return written


def _laid_over(
    areas: DataFrame[Areas], own: DataFrame[Areas], populations: DataFrame[Populations]
) -> DataFrame[Areas]:
    """The areas with imported countries in place of those there, and the latest residents."""
    if len(own):
        others = areas[~areas["country"].isin(own["country"].unique())]
        areas = Areas.joined([others, own])
    return _with_residents(areas, populations)


def renewed_populations(
    known: DataFrame[Populations], fresh: DataFrame[Populations]
) -> DataFrame[Populations]:
    """Residents by area and year, the fresh ones where both know them."""
    both = pd.concat([known, fresh], ignore_index=True)
    return Populations.in_order(both.drop_duplicates([*AREA_KEY, "year"], keep="last"))


def _with_residents(
    areas: DataFrame[Areas], populations: DataFrame[Populations]
) -> DataFrame[Areas]:
    """The areas with imported residents, where those are not older than what is known."""
    if populations.empty or areas.empty:
        return areas
    latest = populations.drop_duplicates(AREA_KEY, keep="last")
    found = areas[[*AREA_KEY, "population_year"]].merge(latest, on=AREA_KEY, how="left")
    newer = (
        (found["year"] >= found["population_year"]).fillna(value=True) & found["year"].notna()
    ).to_numpy(dtype=bool)
    changed = areas.copy()
    for name, source in (("population", "population"), ("population_year", "year")):
        changed[name] = areas[name].where(~newer, found[source].set_axis(areas.index))
    return changed


def _load(store: Path | None, model: type[Model]) -> DataFrame[Model]:
    path = store / OWN_FOLDER / FILES[model] if store is not None else None
    if path is None or not path.is_file():
        return model.empty()
    try:
        return model.from_arrow(read_columns(path, model.arrow_schema()))
    except (SchemaError, SchemaErrors) as error:
        raise ReferenceTableError(sentence_of(path, error)) from error


def _content(model: type[Model], frame: DataFrame[Model]) -> bytes:
    """A table as CSV in its published order; nothing for a table without rows."""
    if frame.empty:
        return b""
    ordered = model.in_order(frame)
    return ordered.to_csv(index=False, lineterminator="\n", float_format="%.15g").encode()
