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

from displacement.nested_sets import nested_sets
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
    interval: dict[AreaKey, tuple[int, int]]
    """First leaf and the one after the last: what lies inside an area lies within its interval."""

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
        sets = nested_sets(parents)
        numbers = np.arange(len(sets.leaves), dtype=np.int64)
        intervals = list(zip(sets.left.tolist(), sets.right.tolist(), strict=True))
        population = frame["population"].to_numpy(dtype=np.float64)
        return AreaTree(
            leaves={
                key: numbers[left:right] for key, (left, right) in zip(keys, intervals, strict=True)
            },
            weight=leaf_weights(population, parents, levels)[sets.leaves],
            parent={key: _key_of(keys, above) for key, above in zip(keys, parents, strict=True)},
            level=dict(zip(keys, levels.tolist(), strict=True)),
            interval=dict(zip(keys, intervals, strict=True)),
        )

    def is_inside(self, key: AreaKey, around: AreaKey) -> bool:
        """Whether an area lies in another, or is it."""
        (left, right), (first, last) = self.interval[key], self.interval[around]
        return first <= left and right <= last and self.level[around] <= self.level[key]

    def ancestors(self, key: AreaKey) -> list[AreaKey]:
        """The areas that `key` lies in, itself first, its country last."""
        line = [key]
        while (above := self.parent[line[-1]]) is not None:
            line.append(above)
        return line

    def covering(self, leaves: Leaves) -> list[AreaKey]:
        """The fewest areas that together are exactly these leaves, in order of their codes."""
        wanted = np.unique(leaves)
        ends = (int(wanted[0]), int(wanted[-1]) + 1) if len(wanted) else (0, 0)
        if ends[1] - ends[0] == len(wanted) and ends in self._outermost:
            return [self._outermost[ends]]
        chosen: list[AreaKey] = []
        for key in sorted(self._around(wanted), key=lambda key: (self.level[key], key)):
            left, right = self.interval[key]
            first, last = np.searchsorted(wanted, (left, right))
            if last - first == right - left:
                chosen.append(key)
                wanted = np.concatenate([wanted[:first], wanted[last:]])
        return sorted(chosen)

    def _around(self, leaves: Leaves) -> set[AreaKey]:
        """The areas that hold some of the leaves."""
        innermost = (self._innermost[leaf] for leaf in leaves.tolist())
        return {key for inner in innermost for key in self.ancestors(inner)}

    @cached_property
    def _outermost(self) -> dict[tuple[int, int], AreaKey]:
        """By interval: the outermost area that fills it."""
        keys = sorted(self.interval, key=lambda key: (self.level[key], key), reverse=True)
        return {self.interval[key]: key for key in keys}

    @cached_property
    def _innermost(self) -> dict[int, AreaKey]:
        """By leaf: the area that is it."""
        outer = set(self.parent.values())
        return {left: key for key, (left, _) in self.interval.items() if key not in outer}


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
