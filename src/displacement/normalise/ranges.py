"""What do the words around a number leave open? Quantifier to likely range (DESIGN 5.1)."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from displacement_schemas.vocabulary import Quantifier

Vector = NDArray[np.float64]

MOST_TRAILING_ZEROS = 15


def granularity(stated: Vector) -> Vector:
    """How coarsely a number was rounded: ten to its trailing zeros, at most a quarter of it."""
    whole = np.rint(stated)
    grain = np.ones(len(stated))
    for zeros in range(1, MOST_TRAILING_ZEROS + 1):
        grain = np.where((whole > 0) & (whole % 10**zeros == 0), 10.0**zeros, grain)
    return np.minimum(grain, stated / 4)


def likely_ranges(
    stated: Vector, stated_high: Vector, quantifier: "pd.Series[str]", in_words: NDArray[np.bool_]
) -> pd.DataFrame:
    """Columns value, low, high in the unit as stated; null where vague.

    A structured count says just its number; a bare number in a text is rounded to its
    granularity g; approximately leaves g on both sides, more_than and at_least g above,
    nearly, less_than and at_most g below; a range is what it says.
    """
    grain = granularity(np.nan_to_num(stated))
    words = quantifier.to_numpy(dtype=object)
    # How many grains the words leave open below and above the stated number.
    below = pd.Series(words).map(_GRAINS_BELOW).fillna(0.0).to_numpy()
    above = pd.Series(words).map(_GRAINS_ABOVE).fillna(0.0).to_numpy()
    bare = (words == Quantifier.EXACT.value) & in_words
    below, above = np.where(bare, 0.5, below), np.where(bare, 0.5, above)
    ranged = words == Quantifier.RANGE.value
    vague = words == Quantifier.VAGUE.value
    value = np.where(ranged, (stated + stated_high) / 2, stated)
    low = np.maximum(stated - below * grain, 0.0)
    high = np.where(ranged, stated_high, stated + above * grain)
    frame = pd.DataFrame({"value": value, "low": low, "high": high})
    frame.loc[vague] = np.nan
    return frame


_GRAINS_BELOW = {
    Quantifier.APPROXIMATELY.value: 1.0,
    Quantifier.NEARLY.value: 1.0,
    Quantifier.LESS_THAN.value: 1.0,
    Quantifier.AT_MOST.value: 1.0,
}
_GRAINS_ABOVE = {
    Quantifier.APPROXIMATELY.value: 1.0,
    Quantifier.MORE_THAN.value: 1.0,
    Quantifier.AT_LEAST.value: 1.0,
}
