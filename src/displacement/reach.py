"""Which figures can have a say in a question? Of a large snapshot most can have none.

Figures meet, directly or through others, where their areas and days overlap. So what hangs
together with the areas and days of a question, record by record, holds whole episodes: the
answer from these figures alone is the answer from all of them.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from displacement.nested_sets import nested_sets
from displacement.reconcile.meetings import components

Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]

MOST_BOXES: Final = 2_000
"""Where more scopes hang together, everything is taken: following them would take longer."""

MARGIN: Final = 1
"""Days: what touches may belong together too."""


class Boxes(NamedTuple):
    """Stretches of areas and days, one a row: half-open numbers of leaves, inclusive days."""

    left: Numbers
    right: Numbers
    first: Numbers
    last: Numbers

    def meet(self, left: int, right: int, first: int, last: int) -> Mask:
        """Those that share an area and a day, or nearly a day, with one."""
        here: Mask = (self.left < right) & (left < self.right)
        return here & (self.first <= last + MARGIN) & (first - MARGIN <= self.last)


def area_intervals(
    keys: Sequence[tuple[str, str]], parents: Sequence[str | None]
) -> dict[tuple[str, str], tuple[int, int]]:
    """The numbers of the leaves in each area."""
    row = {key: position for position, key in enumerate(keys)}
    above = [
        row.get((system, parent)) if parent else None
        for (system, _), parent in zip(keys, parents, strict=True)
    ]
    sets = nested_sets(above)
    return dict(zip(keys, zip(sets.left.tolist(), sets.right.tolist(), strict=True), strict=True))


def bound_together(figures: pd.DataFrame) -> Numbers:
    """A number for each figure, the same for those that only make sense together.

    These are the revisions of a record, the parts of a partition, and what is derived from what.
    `figures` has the columns figure_id, record, partition_id and derived_from.
    """
    tied = [
        "record " + figures["record"],
        ("partition " + figures["partition_id"]).where(figures["partition_id"] != ""),
        ("figure " + figures["derived_from"].str.split("|").explode()).where(
            lambda name: name != "figure "
        ),
    ]
    others = pd.concat([column.dropna() for column in tied])
    ids = "figure " + figures["figure_id"]
    nodes, names = pd.factorize(pd.concat([ids, ids[others.index], others]))
    own, one, other = np.split(nodes, [len(ids), len(ids) + len(others)])
    return np.unique(components(len(names), one, other)[own], return_inverse=True)[1]


def hanging_together(boxes: Boxes, bundle: Numbers, asked: Boxes) -> set[int]:
    """The bundles that meet what is asked for, directly or through others.

    `bundle` says of each box what it belongs to: a bundle is taken with all its boxes.
    """
    order = np.argsort(bundle, kind="stable")
    edges = np.searchsorted(bundle[order], np.arange(bundle.max(initial=-1) + 2))
    taken: set[int] = set()
    ahead, seen = [*zip(*(column.tolist() for column in asked), strict=True)], set()
    while ahead:
        box = ahead.pop()
        if box in seen:
            continue
        seen.add(box)
        if len(seen) > MOST_BOXES:
            return set(bundle.tolist())
        for one in set(bundle[boxes.meet(*box)].tolist()) - taken:
            taken.add(one)
            rows = order[edges[one] : edges[one + 1]]
            ahead += zip(*(column[rows].tolist() for column in boxes), strict=True)
    return taken
