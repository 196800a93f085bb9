"""What do the figures of one episode say together? Harmonise and estimate (DESIGN 5.3).

Numbers in, numbers out: cells are columns, figures are rows of an incidence matrix.
"""

import numpy as np
from numpy.typing import NDArray

from displacement.reconcile import interior
from displacement.reconcile.barrier import minimise
from displacement.reconcile.columns import Numbers, repeated
from displacement.reconcile.evidence import Balance, Balances, Evidence, Evidences
from displacement.reconcile.interior import NARROW
from displacement.reconcile.polytope import (
    Incidence,
    Polytope,
    largest_sum,
    largest_sums,
)
from displacement.reconcile.stretches import Claims, least_strains
from displacement_schemas.vocabulary import Method

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

MARGIN = 1e-9
"""Room given to every range, relative to the episode's largest count, against rounding."""
NO_STRETCH = 1e-7
"""A smaller stretch is rounding, not a contradiction."""
FIXED = 1e-7
"""A sum that can move by less than this share of the largest count is fixed."""
GAP = 1e-10
"""Optimality gap of the estimate, relative to the episode's largest count."""
LARGEST_BATCH = 1_000_000
"""Entries of the incidence matrices that are worked on together."""
EDGE = 0.9
"""Figures that need more than this share of their counters' errors are in tension."""
STRETCH_GAP = 1e-12
"""Optimality gap of harmonising, relative to the sum that it minimises."""


Answers = tuple[Numbers, Balances]
"""The rows of a batch that are answered, and their balances."""


def balances(together: Evidences) -> Balances:
    """Balance episodes of one shape, each as if it were alone.

    Most are answered in batches. What no batch is certain of, such as ranges that hold in one
    point only, is harmonised and estimated one by one, slowly and surely.
    """
    answers = _unbent(together, np.full(together.exposure.shape, np.nan), Method.STATED)
    left = np.arange(len(together))
    size = max(1, LARGEST_BATCH // max(together.incidence[0].size, 1)) if len(together) else 1
    for batched in (_even, _consistent, _contradicting):
        answered = [left[:0]]
        for first in range(0, len(left), size):
            rows = left[first : first + size]
            found, told = batched(together[rows])
            answers.put(rows[found], told)
            answered.append(rows[found])
        left = np.setdiff1d(left, np.concatenate(answered), assume_unique=True)
    for row in left.tolist():
        answers.put(row, harmonised(together.one(row)))
    tell_tense(together, answers)
    return answers


def tell_tense(together: Evidences, answers: Balances) -> None:
    """Tell as `tense` what holds together only at the edges of the errors.

    That is where the figures could not all hold were every error a tenth smaller.
    """
    low = together.low * (1 - EDGE * together.error)
    high = together.high * (1 + EDGE * together.error)
    sums = interior.sums_of(together.incidence, answers.cells)
    inside = ((low <= sums) & (sums <= high)).all(axis=1)
    for row in np.flatnonzero((answers.method == Method.BALANCED) & ~inside).tolist():
        if not _can_hold(together.incidence[row], low[row], high[row]):
            answers.method[row] = Method.TENSE


def balance(evidence: Evidence) -> Balance:
    """Harmonise the allowed ranges if they contradict each other, then estimate every cell.

    `cells` is the solution of DESIGN 5.3; sums of cells lie within the (stretched) allowed
    ranges. Raises ArithmeticError where a solver fails, which no input should cause.
    """
    return balances(Evidences.of([evidence])).one(0)


def _even(batch: Evidences) -> Answers:
    """The balances of episodes whose likely ranges one even level meets."""
    levels = _even_levels(batch)
    rows = np.flatnonzero(~np.isnan(levels))
    method = Method.STATED if batch.stated.shape[1] == 1 else Method.EVEN
    chosen = batch[rows]
    return rows, _unbent(chosen, levels[rows, None] * chosen.exposure, method)


def _unbent(batch: Evidences, cells: Matrix, method: Method, gap: Vector | float = 0.0) -> Balances:
    low, high = batch.allowed
    methods = repeated(method, len(batch))
    nothing = np.zeros(batch.stated.shape)
    gaps = np.zeros(len(batch)) + gap
    return Balances(cells, nothing, nothing.astype(bool), low, high, methods, gaps)


def _consistent(batch: Evidences) -> Answers:
    """The balances of episodes whose allowed ranges hold together, without what is in doubt."""
    cells, gap = _most_even_of(batch, *batch.allowed)
    rows = np.flatnonzero(~np.isnan(gap))
    return rows, _unbent(batch[rows], cells[rows], Method.BALANCED, gap[rows])


def _contradicting(batch: Evidences) -> Answers:
    """The balances of episodes whose allowed ranges have to be stretched, without doubtful ones.

    Where the stretches are certain and no batch finds the estimate, it is found slowly.
    """
    low, high = batch.allowed
    stretch, lowered, strained = _stretches_of(batch, low, high)
    low = np.where(lowered, low * (1 - stretch), low)
    high = np.where(lowered, high, high * (1 + stretch))
    sure = np.isfinite(stretch).all(axis=1) & (stretch > NO_STRETCH).any(axis=1)
    rows = np.flatnonzero(sure & (high >= 1).all(axis=1))
    cells, gap = _most_even_of(batch[rows], low[rows], high[rows])
    for number in np.flatnonzero(np.isnan(gap)).tolist():
        one, ends = batch.one(rows[number]), (low[rows[number]], high[rows[number]])
        cells[number] = _most_even(one, *ends)
        gap[number] = _excess(one, cells[number], *ends)
    return rows, Balances(
        cells=cells,
        stretch=np.where(stretch[rows] > NO_STRETCH, stretch[rows], 0.0),
        lowered=lowered[rows],
        allowed_low=low[rows],
        allowed_high=high[rows],
        method=repeated(Method.STRETCHED, len(rows)),
        gap=np.maximum(gap, strained[rows]),
    )


def _stretches_of(
    batch: Evidences, low: Matrix, high: Matrix
) -> tuple[Matrix, NDArray[np.bool_], Vector]:
    """As `harmonise`, for episodes of one shape, with gaps; not a number where in doubt."""
    incidence = batch.incidence.astype(np.float64)
    unit = _units(batch, high)
    relative = batch.error / batch.error.max(axis=1, keepdims=True)
    least, most = low / unit, high / unit
    cells, gap = least_strains(Claims(incidence, least, most, least * relative, most * relative))
    stretch, lowered = _read_off(interior.sums_of(incidence, cells), least, most)
    return np.where(np.isnan(gap)[:, None], np.nan, stretch), lowered, gap


def _read_off(reached: Vector, low: Vector, high: Vector) -> tuple[Vector, NDArray[np.bool_]]:
    """The stretches that let the ranges reach some sums, and whether it is the low end.

    Read off what is reached, so that the ranges hold together exactly once stretched; not a
    number where no stretch raises a high of nothing.
    """
    short = np.where(low > 0, 1 - reached / np.where(low > 0, low, 1.0), 0.0)
    over = np.where(high > 0, reached / np.where(high > 0, high, 1.0) - 1, np.nan)
    return np.maximum(np.maximum(short, over), 0.0), short > over


def _most_even_of(batch: Evidences, low: Matrix, high: Matrix) -> tuple[Matrix, Vector]:
    """The most even cells within the ranges and their gap: not a number where in doubt."""
    able = np.flatnonzero(batch.high.all(axis=1))
    found, gaps = batch.exposure.copy(), np.full(len(batch), np.nan)
    if not len(able):
        return found, gaps
    chosen, low, high = batch[able], low[able], high[able]
    unit = _units(chosen, high)
    cells, gaps[able] = interior.most_even(
        interior.Batch(
            incidence=chosen.incidence.astype(np.float64),
            exposure=chosen.exposure / chosen.exposure.sum(axis=1, keepdims=True),
            low=chosen.low / unit,
            high=chosen.high / unit,
            least=low / unit - MARGIN,
            most=high / unit + MARGIN,
            pull=0.5 / chosen.error**2,
        )
    )
    found[able] = cells * unit
    return found, gaps


def _units(batch: Evidences, high: Matrix) -> Matrix:
    """The largest sum of each episode, as a column."""
    return largest_sums(batch.incidence, high)[:, None]


def harmonised(evidence: Evidence) -> Balance:
    """Stretch the ranges as little as they need, then estimate every cell."""
    low, high = evidence.allowed
    stretch, lowered, strained = harmonise(evidence.incidence, low, high, evidence.error)
    low, high = _stretched(evidence.incidence, low, high, stretch, lowered)
    cells = _most_even(evidence, low, high)
    gap = _excess(evidence, cells, low, high)
    stretch = np.where(stretch > NO_STRETCH, stretch, 0.0)
    method = Method.STRETCHED if stretch.any() else Method.BALANCED
    return Balance(cells, stretch, lowered, low, high, method, max(gap, strained))


def harmonise(
    incidence: Incidence, low: Vector, high: Vector, error: Vector
) -> tuple[Vector, NDArray[np.bool_], float]:
    """The least stretches, weighed by 1 / error, under which all ranges can hold together.

    Returns s >= 0 per figure, whether it is the low end that gives way, and by how much the
    sum of squares, the largest error counting as one, may be above the least. Minimises
    sum((s / error)**2) subject to low (1 - s) <= z <= high (1 + s), x >= 0, where a high
    below one person counts as one. Figures that need not give way may show a stretch of up
    to `NO_STRETCH`.
    """
    floored = np.maximum(high, 1.0)
    if _can_hold(incidence, low, floored):
        return np.zeros(len(low)), np.zeros(len(low), dtype=bool), 0.0
    scale = largest_sum(incidence, floored)
    figures, cells = incidence.shape
    # Variables: x in units of `scale`, then u = s / error, the largest error counting as one.
    relative = error / error.max()
    rows = np.block(
        [
            [incidence.astype(float), np.diag(low / scale * relative)],
            [-incidence.astype(float), np.diag(floored / scale * relative)],
            [np.eye(cells), np.zeros((cells, figures))],
            [np.zeros((figures, cells)), np.eye(figures)],
        ]
    )
    ends = np.concatenate([low / scale, -floored / scale, np.zeros(cells + figures)])
    least = float(floored.min()) / scale / (2 * max(int(incidence.sum(axis=1).max()), 1))
    start = np.concatenate([np.full(cells, least), 1.1 / relative])

    def objective(point: Vector) -> tuple[float, Vector, Matrix]:
        weighed = np.concatenate([np.zeros(cells), point[cells:]])
        hessian = np.diag(np.concatenate([np.zeros(cells), np.ones(figures)]))
        return 0.5 * float(weighed @ weighed), weighed, hessian

    point, gap = minimise(objective, rows, ends, start, gap=STRETCH_GAP, unit=MARGIN**2)
    return *_read_off(incidence @ point[:cells] * scale, low, floored), gap


def _stretched(
    incidence: Incidence,
    low: Vector,
    high: Vector,
    stretch: Vector,
    lowered: NDArray[np.bool_],
) -> tuple[Vector, Vector]:
    """The ranges once stretched; a high below one counts as one only where it has to."""
    floored = np.maximum(high, 1.0)
    low = np.where(lowered, low * (1 - stretch), low)
    high = np.where((stretch > 0) & ~lowered, floored * (1 + stretch), high)
    return low, high if _can_hold(incidence, low, high) else np.maximum(high, 1.0)


def _can_hold(incidence: Incidence, low: Vector, high: Vector) -> bool:
    """Whether some x satisfies all ranges."""
    scale = largest_sum(incidence, high)
    return not Polytope(incidence, low / scale - MARGIN, high / scale + MARGIN).is_empty()


def _even_levels(batch: Evidences) -> Vector:
    """Persons per unit of exposure, if one level puts every sum into its likely range.

    The level nearest the stated numbers: least squares of the relative differences. Not a
    number where there is none.
    """
    reach = interior.sums_of(batch.incidence.astype(np.float64), batch.exposure)
    stated = batch.stated
    least, most = (batch.low / reach).max(axis=1), (batch.high / reach).min(axis=1)
    relative = reach / np.where(stated > 0, stated, 1.0)
    nearest = relative.sum(axis=1) / (relative * relative).sum(axis=1)
    nearest = np.where((stated > 0).all(axis=1), nearest, 0.0)
    level = np.minimum(np.maximum(nearest, least), np.maximum(most, least))
    return np.where(least > most * (1 + 1e-12), np.nan, level)


def _excess(evidence: Evidence, cells: Vector, low: Vector, high: Vector) -> float:
    """By how much the divergence may be above its minimum, in units of the largest count.

    No convex function falls by more than its slope promises on the way to the best corner of
    what the ranges let be (the gap of Frank and Wolfe).
    """
    scale = largest_sum(evidence.incidence, high)
    present = np.maximum(cells / scale, np.finfo(float).tiny)
    sums = evidence.incidence @ present
    targets = np.clip(sums, evidence.low / scale, evidence.high / scale)
    pulls = targets > 0
    pull = np.zeros(len(sums))
    pull[pulls] = 0.5 / evidence.error[pulls] ** 2 * np.log(sums[pulls] / targets[pulls])
    level = np.log(present / evidence.exposure) - np.log(present.sum() / evidence.exposure.sum())
    slope = level + pull @ evidence.incidence
    steepest = max(float(np.abs(slope).max()), 1.0)
    polytope = Polytope(evidence.incidence, low / scale - MARGIN, high / scale + MARGIN)
    best = polytope.minimum(slope / steepest) * steepest
    return max(float(slope @ present) - best, 0.0)


def _most_even(evidence: Evidence, low: Vector, high: Vector) -> Vector:
    """Minimise the divergence from evenness plus the pull into the likely ranges.

    Works in units of the largest count. What the ranges fix is eliminated first, so that
    the barrier method starts and stays strictly inside.
    """
    scale = largest_sum(evidence.incidence, high)
    incidence = evidence.incidence.astype(float)
    low, high = low / scale - MARGIN, high / scale + MARGIN
    polytope = Polytope(evidence.incidence, low, high)
    cells = [polytope.extent(row) for row in np.eye(incidence.shape[1])]
    sums = [polytope.extent(row) for row in incidence]
    corners = [point for extent in cells + sums for point in (extent.at_low, extent.at_high)]
    inside = np.mean(corners, axis=0)
    free_cell = np.array([e.high - e.low > FIXED for e in cells])
    if not free_cell.any():
        return np.asarray(inside * scale)
    free_sum = np.array([e.high - e.low > FIXED for e in sums])
    basis = _null_space(incidence[~free_sum][:, free_cell], int(free_cell.sum()))
    if basis.shape[1] == 0:
        return np.asarray(inside * scale)
    spread = np.zeros((len(inside), basis.shape[1]))
    spread[free_cell] = basis
    rows = np.vstack(
        [spread[free_cell], incidence[free_sum] @ spread, -incidence[free_sum] @ spread]
    )
    reached = incidence[free_sum] @ inside
    ends = np.concatenate([-inside[free_cell], low[free_sum] - reached, reached - high[free_sum]])
    divergence = _Divergence(evidence, free_sum, scale)
    position = _side_by_side(spread, divergence.widths)
    start = np.concatenate([inside, divergence.middles])
    each = np.eye(divergence.ranged)
    rows = _side_by_side(rows, np.vstack([each, -each]))
    ends = np.concatenate([ends, np.full(len(each) * 2, -1.0)])

    def objective(shift: Vector) -> tuple[float, Vector, Matrix]:
        value, gradient, hessian = divergence(start + position @ shift, free_cell)
        return value, position.T @ gradient, position.T @ hessian @ position

    shift, _ = minimise(objective, rows, ends, np.zeros(position.shape[1]), gap=GAP)
    found = (start + position @ shift)[: len(inside)]
    return np.asarray(np.maximum(found, 0.0) * scale)


class _Divergence:
    """The objective of DESIGN 5.3 with its derivatives, in units of `scale`.

    Its arguments are the cells, then the targets t of the figures that pull: not those whose
    sum cannot move, whose pull is a constant.
    """

    def __init__(self, evidence: Evidence, free_sum: NDArray[np.bool_], scale: float) -> None:
        pulls = free_sum & (evidence.high > 0)
        self._incidence = evidence.incidence[pulls].astype(float)
        self._exposure = evidence.exposure / evidence.exposure.sum()
        self._pull = 0.5 / evidence.error[pulls] ** 2
        low, high = evidence.low[pulls] / scale, evidence.high[pulls] / scale
        self.middles = (low + high) / 2
        wide = high - low > NARROW * high
        self.ranged = int(wide.sum())
        self.widths = np.diag((high - low) / 2)[:, wide]
        """How the targets move with variables between -1 and 1, one per range worth the name."""

    def __call__(self, point: Vector, free: NDArray[np.bool_]) -> tuple[float, Vector, Matrix]:
        """Value, gradient and Hessian; cells that are not free are constants."""
        cells, target = point[: len(free)], point[len(free) :]
        cells = np.maximum(cells, np.finfo(float).tiny)
        total = float(cells.sum())
        level = np.log(cells / self._exposure) - np.log(total)
        reached = self._incidence @ cells
        # KL(z | t) in terms of z / t - 1, which keeps its digits where the two are near.
        off = (reached - target) / target
        logarithm = np.log1p(off)
        gap = target * ((1 + off) * logarithm - off)
        value = float(cells @ level) + float(self._pull @ gap)
        slope, curve, cross = self._pull * logarithm, self._pull / reached, self._pull / target
        gradient = np.concatenate(
            [np.where(free, level, 0.0) + self._incidence.T @ slope, -self._pull * off]
        )
        own = np.diag(np.where(free, 1.0 / cells, 0.0)) - np.outer(free, free) / total
        across = -self._incidence.T * cross
        hessian = np.block(
            [
                [own + (self._incidence.T * curve) @ self._incidence, across],
                [across.T, np.diag(cross * (1 + off))],
            ]
        )
        return value, gradient, hessian


def _side_by_side(first: Matrix, second: Matrix) -> Matrix:
    """The matrix that acts on two groups of variables with one block each."""
    return np.block(
        [
            [first, np.zeros((len(first), second.shape[1]))],
            [np.zeros((len(second), first.shape[1])), second],
        ]
    )


def _null_space(rows: Matrix, size: int) -> Matrix:
    """An orthonormal basis of the directions that change none of the rows' sums."""
    if len(rows) == 0:
        return np.eye(size)
    _, singular, right = np.linalg.svd(rows)
    rank = int((singular > singular.max(initial=0.0) * 1e-10).sum())
    return right[rank:].T
