"""Which of many nested things lies in which? An interval of each makes it a comparison.

The interval [left, right) of a thing counts the leaves (things that hold nothing) in the order of a
walk from the outside in: what lies inside it has its interval within.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


class NestedSets(NamedTuple):
    """The intervals of some things, and the thing that each leaf is."""

    left: Numbers
    right: Numbers
    leaves: Numbers
    """The rows of the leaves, in the order of their numbers."""


def nested_sets(parents: Sequence[int | None]) -> NestedSets:
    """The intervals of things by the row of the thing that each lies in; None lies in nothing.

    Things beside each other keep the order of their rows. Raises ValueError where something
    lies in itself.
    """
    below: list[list[int]] = [[] for _ in parents]
    roots: list[int] = []
    for row, parent in enumerate(parents):
        (roots if parent is None else below[parent]).append(row)
    left, right = np.zeros(len(parents), np.int64), np.zeros(len(parents), np.int64)
    leaves: list[int] = []
    ahead = [(row, False) for row in reversed(roots)]
    seen = 0
    while ahead:
        row, closing = ahead.pop()
        if closing:
            right[row] = len(leaves)
            continue
        seen += 1
        left[row] = len(leaves)
        if below[row]:
            ahead.append((row, True))
            ahead.extend((child, False) for child in reversed(below[row]))
        else:
            leaves.append(row)
            right[row] = len(leaves)
    if seen < len(parents):
        raise ValueError("some lie in themselves: their parents go round in a circle")
    return NestedSets(left, right, np.array(leaves, dtype=np.int64))
