"""Is an answer right? Measured once it is there, from its sums and its gap, whoever found it."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from displacement.reconcile.balance import Balance, Evidence

MOST_VIOLATION: Final = 1e-8
MOST_GAP: Final = 1e-4
"""What a certificate may show: worse is a fault of ours, and no answer."""


@dataclass(frozen=True)
class Certificate:
    """How far an answer is from the right one at most."""

    violation: float
    """By how much a sum lies outside its allowed range at most, in units of the largest sum."""
    gap: float
    """The optimality gap, in units of the largest count and of the hardest pull."""

    @property
    def holds(self) -> bool:
        """Whether the answer is right but for rounding."""
        return self.violation <= MOST_VIOLATION and self.gap <= MOST_GAP


def certificate_of(evidence: Evidence, answer: Balance) -> Certificate:
    """The certificate of an episode's answer."""
    sums = evidence.incidence @ answer.cells
    outside = np.maximum(answer.allowed_low - sums, sums - answer.allowed_high)
    hardest = max(0.5 / float(evidence.error.min()) ** 2, 1.0)
    scale = max(float(sums.max()), 1.0)
    return Certificate(max(float(outside.max()) / scale, 0.0), answer.gap / hardest)
