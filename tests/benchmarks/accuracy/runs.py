"""Many crises at once: their scores as two frames, the same for any number of workers."""

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any, NamedTuple

import pandas as pd

from tests.benchmarks.accuracy.scores import Setting, bounds, crisis, errors, reconciled


class Scores(NamedTuple):
    """`errors` has a row per crisis and method, `bounds` one per crisis and episode."""

    errors: pd.DataFrame
    bounds: pd.DataFrame


def run(crises: int, setting: Setting, *, workers: int = 1) -> Scores:
    """Simulate, reconcile and score the crises 0, 1, 2 and so on of a setting."""
    of_one = partial(_scored, setting)
    if workers == 1:
        scored = [of_one(number) for number in range(crises)]
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            scored = list(pool.map(of_one, range(crises)))
    return Scores(
        pd.DataFrame([row for rows, _ in scored for row in rows]),
        pd.DataFrame([row for _, rows in scored for row in rows]),
    )


def _scored(setting: Setting, number: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    happened, rows = crisis(setting, number)
    if not rows:
        return [], []
    one, key = reconciled(happened, rows), {"crisis": number}
    return [key | row for row in errors(one)], [key | row for row in bounds(one)]
