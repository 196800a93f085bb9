"""In which country does each voice count, where figures that link two make them one?"""

import numpy as np
import pandas as pd

from displacement.reconcile.area_tree import AreaKey, AreaTree
from displacement.reconcile.columns import Numbers
from displacement.reconcile.meetings import components
from displacement.reconcile.scopes import Voices


def countries_of(voices: Voices, tree: AreaTree) -> tuple[Numbers, list[AreaKey]]:
    """The number of each voice's country, and the countries in order.

    Countries that a figure links are one, which has the name of the first.
    """
    number, different = pd.factorize(voices.areas)
    roots = [[tree.ancestors(area)[-1] for area in areas] for areas in different]
    names = sorted({root for several in roots for root in several})
    place = {root: position for position, root in enumerate(names)}
    pairs = [(place[several[0]], place[root]) for several in roots for root in several]
    one, other = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    leader = components(len(names), one, other)
    first = np.array([leader[place[several[0]]] for several in roots], dtype=np.int64)
    return first[number], names
