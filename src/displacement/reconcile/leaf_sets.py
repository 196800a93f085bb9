"""Which leaves does each figure cover? Sets of leaves, numbered, so that columns can hold them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from displacement.reconcile.area_tree import AreaKey, AreaTree, Leaves
from displacement.reconcile.columns import (
    Numbers,
    Objects,
    Vector,
    firsts,
    objects,
    rows_of,
    spread,
)
from displacement_schemas import FigureAreas

LeafSet = tuple[int, ...]
"""Leaves in order."""


class LeafSets:
    """Sets of leaves by numbers, equal ones alike; new ones get the next number."""

    def __init__(self) -> None:
        self._numbers: dict[LeafSet, int] = {}
        self._sets: list[LeafSet] = []

    def __len__(self) -> int:
        return len(self._sets)

    def __getitem__(self, number: int) -> LeafSet:
        return self._sets[number]

    def __iter__(self) -> Iterator[LeafSet]:
        return iter(self._sets)

    def number(self, leaves: LeafSet) -> int:
        """The number of a set."""
        found = self._numbers.setdefault(leaves, len(self._sets))
        if found == len(self._sets):
            self._sets.append(leaves)
        return found

    def numbers(self, sets: Iterable[LeafSet]) -> Numbers:
        """The numbers of several sets."""
        return np.array([self.number(leaves) for leaves in sets], dtype=np.int64)

    def on_leaves(self, sets: Numbers) -> tuple[Numbers, Numbers]:
        """A row for each leaf of each set: which of `sets`, and the leaf."""
        different, which = np.unique(sets, return_inverse=True)
        own = [self._sets[number] for number in different.tolist()]
        sizes = np.array([len(leaves) for leaves in own], dtype=np.int64)
        flat = np.fromiter((leaf for leaves in own for leaf in leaves), np.int64, int(sizes.sum()))
        return spread(sizes[which])[0], flat[rows_of(firsts(sizes)[which], sizes[which])]

    def weights(self, sets: Numbers, weight: Vector) -> Vector:
        """The weight of each set, from those of the leaves."""
        different, which = np.unique(sets, return_inverse=True)
        sums = [float(weight[[*self._sets[number]]].sum()) for number in different.tolist()]
        return np.array(sums, dtype=np.float64)[which]


@dataclass(frozen=True)
class NamedAreas:
    """The areas that figures name, and the leaves that these hold."""

    sets: LeafSets
    areas: Objects
    """By figure: its areas, a tuple of keys in order."""
    leaf_set: Numbers
    """By figure: the number of its set of leaves."""
    _row: pd.Index

    @staticmethod
    def of(figure_areas: DataFrame[FigureAreas], tree: AreaTree) -> "NamedAreas":
        """What figures name; `figure_areas` is in order."""
        names = figure_areas["figure_id"].to_numpy(dtype=object)
        keys = objects(keys_of(figure_areas))
        number, different = pd.factorize(keys)
        figure, own = pd.factorize(names)
        sets = LeafSets()
        alone = {n: (key,) for n, key in enumerate(different)}
        areas, leaf_set = objects([()] * len(own)), np.zeros(len(own), dtype=np.int64)
        single = np.bincount(figure, minlength=len(own)) == 1
        row = np.flatnonzero(single[figure])
        of_area = sets.numbers(_leaves(tree, key) for key in alone.values())
        areas[figure[row]] = objects([*alone.values()])[number[row]]
        leaf_set[figure[row]] = of_area[number[row]]
        several: dict[int, set[AreaKey]] = {}
        for row_of, key in zip(figure[~single[figure]], keys[~single[figure]], strict=True):
            several.setdefault(int(row_of), set()).add(key)
        for row_of, some in several.items():
            areas[row_of] = tuple(sorted(some))
            leaf_set[row_of] = sets.number(_leaves(tree, areas[row_of]))
        return NamedAreas(sets, areas, leaf_set, pd.Index(own))

    def rows(self, figure_ids: Objects) -> Numbers:
        """Where each figure stands; -1 where it names no area."""
        return np.asarray(self._row.get_indexer(pd.Index(figure_ids)), dtype=np.int64)

    def leaf_sets(self, figure_ids: Objects) -> Numbers:
        """The number of each figure's set of leaves; -1 where it names no area."""
        rows = self.rows(figure_ids)
        return np.where(rows >= 0, np.append(self.leaf_set, -1)[rows], -1)


def keys_of(figure_areas: DataFrame[FigureAreas]) -> list[AreaKey]:
    """The area of each row."""
    systems, codes = (figure_areas[n].to_numpy(dtype=object) for n in ("code_system", "area_code"))
    return list(zip(systems, codes, strict=True))


@dataclass(frozen=True)
class PlacesOfSets:
    """The places that each set of leaves meets: from `first`, `count` entries of the others."""

    first: Numbers
    count: Numbers
    place: Numbers
    inside: Vector
    """Share of the set's residents that live inside the place."""


def places_of_sets(
    sets: LeafSets, used: Numbers, tree: AreaTree, places: Mapping[AreaKey, Leaves]
) -> PlacesOfSets:
    """Which places each of the `used` sets meets; the others meet none."""
    sizes = np.array([len(leaves) for leaves in places.values()], dtype=np.int64)
    held = np.concatenate([np.zeros(0, dtype=np.int64), *places.values()])
    order = np.argsort(held, kind="stable")
    holder = np.repeat(np.arange(len(sizes)), sizes)[order]
    different = np.unique(used)
    of_set, leaf = sets.on_leaves(different)
    own = np.bincount(of_set, minlength=len(different))
    first = np.searchsorted(held[order], leaf, side="left")
    member, number = spread(np.searchsorted(held[order], leaf, side="right") - first)
    keys = of_set[member] * max(len(sizes), 1) + holder[first[member] + number]
    met, which = np.unique(keys, return_inverse=True)
    weight = np.bincount(which, tree.weight[leaf[member]], minlength=len(met))
    leaves = np.bincount(which, minlength=len(met))
    set_of, place = np.divmod(met, max(len(sizes), 1))
    whole = np.bincount(of_set, tree.weight[leaf], minlength=len(own))
    inside = np.where(leaves == own[set_of], 1.0, weight / whole[set_of])
    count = np.zeros(len(sets), dtype=np.int64)
    count[different] = np.bincount(set_of, minlength=len(own))
    return PlacesOfSets(firsts(count), count, place, inside)


def _leaves(tree: AreaTree, areas: tuple[AreaKey, ...]) -> LeafSet:
    return tuple(np.unique(np.concatenate([tree.leaves[area] for area in areas])).tolist())
