"""Is an answer right? Measured once it is there, from its sums and its gap, whoever found it."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from displacement.reconcile.columns import Vector
from displacement.reconcile.evidence import Balance, Balances, Evidence, Evidences
from displacement.reconcile.interior import sums_of

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
    violation, gap = certificates_of(Evidences.of([evidence]), Balances.of([answer]))
    return Certificate(float(violation[0]), float(gap[0]))


def certificates_of(together: Evidences, answers: Balances) -> tuple[Vector, Vector]:
    """Violation and gap (see `Certificate`) of the answers of episodes of one shape."""
    sums = sums_of(together.incidence, answers.cells)
    outside = np.maximum(answers.allowed_low - sums, sums - answers.allowed_high)
    hardest = np.maximum(0.5 / together.error.min(axis=1) ** 2, 1.0)
    scale = np.maximum(sums.max(axis=1), 1.0)
    return np.maximum(outside.max(axis=1) / scale, 0.0), answers.gap / hardest
