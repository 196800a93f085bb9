"""How are many things held at once? As columns, of which one thing is made when it is asked for.

What is a loop over voices, episodes or cells on paper is sorting and adding of columns here.
"""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Vector = NDArray[np.float64]
Flags = NDArray[np.bool_]
Objects = NDArray[np.object_]

Thing_co = TypeVar("Thing_co", covariant=True)


class Columns(Sequence[Thing_co]):
    """Things that stand in columns, a row each."""

    @abstractmethod
    def one(self, row: int) -> Thing_co:
        """The thing of a row."""

    @overload
    def __getitem__(self, row: int) -> Thing_co: ...
    @overload
    def __getitem__(self, row: slice) -> list[Thing_co]: ...
    def __getitem__(self, row: int | slice) -> Thing_co | list[Thing_co]:
        """The thing of a row, or those of several."""
        if isinstance(row, slice):
            return [self.one(number) for number in range(*row.indices(len(self)))]
        return self.one(range(len(self))[row])


def taken(of: object, names: Iterable[str], rows: Numbers) -> dict[str, Any]:
    """Some rows of the columns of a thing, by their names."""
    return {name: getattr(of, name)[rows] for name in names}


def joined(several: Sequence[object], names: Iterable[str]) -> dict[str, Any]:
    """The columns of several things, those of one behind those of the other, by their names."""
    return {name: np.concatenate([getattr(one, name) for one in several]) for name in names}


def firsts(counts: Numbers) -> Numbers:
    """Where each owner's rows begin, who has as many as counted."""
    return np.cumsum(counts) - counts


def spread(counts: Numbers) -> tuple[Numbers, Numbers]:
    """Rows for each owner as often as counted: the owner, and the number of the row from 0."""
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(len(owner)) - np.repeat(firsts(counts), counts)


def rows_of(first: Numbers, counts: Numbers) -> Numbers:
    """The rows of several owners, one owner after another: from `first`, as many as counted."""
    owner, number = spread(counts)
    return np.asarray(first[owner] + number)


def changes(*columns: NDArray[np.generic]) -> Flags:
    """Rows that differ from the one before in any column."""
    different = np.zeros(len(columns[0]), dtype=bool)
    different[:1] = True
    for column in columns:
        different[1:] |= column[1:] != column[:-1]
    return different


def numbered(*columns: NDArray[np.generic]) -> Numbers:
    """One number for each different row of some columns, in their order."""
    order = np.lexsort(columns[::-1])
    number = np.cumsum(changes(*(column[order] for column in columns))) - 1
    found = np.empty(len(order), dtype=np.int64)
    found[order] = number
    return found


def of_texts(texts: Objects) -> Numbers:
    """One number for each different text, in their order; -1 where there is none."""
    return np.asarray(pd.factorize(texts, sort=True)[0], dtype=np.int64)


def repeated(thing: object, count: int) -> Objects:
    """A column of one thing; numpy's own would make plain texts of our words."""
    column = np.empty(count, dtype=object)
    column[:] = thing
    return column


def objects(things: Sequence[object]) -> Objects:
    """A column of things that numpy shall not look into."""
    column = np.empty(len(things), dtype=object)
    column[:] = things
    return column
