"""Which areas lie inside which, and how much does each weigh? Areas as sets of leaves.

A leaf is an area without children; every area is the set of leaves below it, so that
"overlaps" and "lies inside" become set questions for any admin level.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandera.typing import DataFrame

from displacement_schemas import Areas

Leaves = NDArray[np.int64]
Vector = NDArray[np.float64]

AreaKey = tuple[str, str]
"""Code system and code: a bare code means nothing."""


@dataclass(frozen=True)
class AreaTree:
    """The areas of all countries, with leaves numbered from 0."""

    leaves: dict[AreaKey, Leaves]
    weight: Vector
    """Residents per leaf; where unknown, an equal share (see `leaf_weights`)."""
    parent: dict[AreaKey, AreaKey | None]
    level: dict[AreaKey, int]

    @staticmethod
    def build(areas: DataFrame[Areas], mentioned: list[AreaKey] | None = None) -> "AreaTree":
        """Number the leaves; areas that figures mention but no table knows are leaves too."""
        frame = _with_unknown(areas, mentioned or [])
        keys = list(zip(frame["code_system"], frame["area_code"], strict=True))
        row = {key: position for position, key in enumerate(keys)}
        parents = [
            row.get((system, parent)) if isinstance(parent, str) else None
            for (system, _), parent in zip(keys, frame["parent_code"], strict=True)
        ]
        levels = frame["admin_level"].to_numpy(dtype=np.int64)
        below: list[list[int]] = [[] for _ in keys]
        with_children = {parent for parent in parents if parent is not None}
        leaf_rows = [position for position in range(len(keys)) if position not in with_children]
        for number, position in enumerate(leaf_rows):
            above: int | None = position
            while above is not None:
                below[above].append(number)
                above = parents[above]
        population = frame["population"].to_numpy(dtype=np.float64)
        weight = leaf_weights(population, parents, levels)[leaf_rows]
        return AreaTree(
            leaves={key: np.array(below[row[key]], dtype=np.int64) for key in keys},
            weight=weight,
            parent={key: _key_of(keys, parents[row[key]]) for key in keys},
            level={key: int(levels[row[key]]) for key in keys},
        )

    def ancestors(self, key: AreaKey) -> list[AreaKey]:
        """The areas that `key` lies in, itself first, its country last."""
        line = [key]
        while (above := self.parent[line[-1]]) is not None:
            line.append(above)
        return line

    def covering(self, leaves: Leaves) -> list[AreaKey]:
        """The fewest areas that together are exactly these leaves, in order of their codes."""
        wanted = set(leaves.tolist())
        chosen: list[AreaKey] = []
        around = {key for leaf in wanted for key in self._around[leaf]}
        for key in sorted(around, key=lambda key: (self.level[key], key)):
            below = self.leaves[key]
            if len(below) <= len(wanted) and wanted.issuperset(below.tolist()):
                chosen.append(key)
                wanted.difference_update(below.tolist())
        return sorted(chosen)

    @cached_property
    def _around(self) -> list[list[AreaKey]]:
        """By leaf: the areas that hold it."""
        around: list[list[AreaKey]] = [[] for _ in self.weight]
        for key, below in self.leaves.items():
            for leaf in below.tolist():
                around[leaf].append(key)
        return around


def leaf_weights(
    population: Vector, parents: list[int | None], levels: NDArray[np.int64]
) -> Vector:
    """Residents of every area, unknown ones filled with equal shares.

    From the top down, children of unknown population share equally what their parent has
    beyond its known children; where that is nothing, each weighs as much as its known
    siblings do on average, and where none is known, all leaves weigh the same. A leaf never
    weighs less than one person, so that it can hold a share.
    """
    filled = population.copy()
    parent = np.array([-1 if above is None else above for above in parents], dtype=np.int64)
    children = _children(parent)
    for level in np.unique(levels):
        here = levels == level
        unknown = np.flatnonzero(here & np.isnan(filled) & (parent >= 0))
        for above in np.unique(parent[unknown]):
            siblings = children[above]
            known = siblings[~np.isnan(filled[siblings])]
            missing = siblings[np.isnan(filled[siblings])]
            rest = filled[above] - filled[known].sum()
            if rest > 0:
                filled[missing] = rest / len(missing)
            elif len(known):
                filled[missing] = filled[known].mean()
    usual = np.nanmean(filled) if not np.isnan(filled).all() else 1.0
    return np.maximum(np.where(np.isnan(filled), usual, filled), 1.0)


def _children(parent: NDArray[np.int64]) -> dict[int, NDArray[np.int64]]:
    """The rows below each row, in order; what lies in nothing is below -1."""
    if not len(parent):
        return {}
    order = np.argsort(parent, kind="stable")
    above, starts = np.unique(parent[order], return_index=True)
    return dict(zip(above.tolist(), np.split(order, starts[1:]), strict=True))


def _with_unknown(areas: DataFrame[Areas], mentioned: list[AreaKey]) -> pd.DataFrame:
    columns = ["code_system", "area_code", "parent_code", "admin_level", "population"]
    frame = pd.DataFrame({name: areas[name].to_numpy(dtype=object) for name in columns})
    known = set(zip(frame["code_system"], frame["area_code"], strict=True))
    missing = sorted(set(mentioned) - known)
    extra = pd.DataFrame(
        [(system, code, None, 1, None) for system, code in missing], columns=columns, dtype=object
    )
    frame = pd.concat([frame, extra], ignore_index=True)
    frame["population"] = pd.to_numeric(frame["population"])
    return frame.sort_values(["code_system", "area_code"], ignore_index=True)


def _key_of(keys: list[AreaKey], position: int | None) -> AreaKey | None:
    return None if position is None else keys[position]
