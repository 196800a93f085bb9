"""Time the reconciliation of a world beside the naive sum of the same figures.

    python -m tests.benchmarks.speed --figures 1000 10000 100000 --cvxpy 50

The peers spread every figure evenly over its days and add up by area and day, which counts
people twice: DuckDB, polars and pandas, and cvxpy with one problem per episode for a sample.
All run in this process, one after another, on the same frames.
"""

import argparse
import resource
import time
from collections.abc import Callable
from typing import TypeVar

import duckdb
import numpy as np
import pandas as pd
import polars

from displacement.reconcile import Reconciliation, reconcile
from displacement.reconcile.episodes import Episode
from tests.benchmarks.speed.world import AS_OF, World, make_world
from tests.reconcile.episodes import claims_of
from tests.reconcile.oracle import judge

T = TypeVar("T")

NAIVE = """
    select area_code, day, sum(persons / days) as persons
    from (
        select area_code, persons, end_date - start_date + 1 as days,
               unnest(generate_series(start_date, end_date, interval 1 day)) as day
        from scopes
    )
    group by area_code, day
"""


def main() -> None:
    """Print one line per size of world."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--figures", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--cvxpy", type=int, default=30, help="episodes that cvxpy solves")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    print("figures  ours s  duckdb s  polars s  pandas s  ours/duckdb  cvxpy/ours  peak GB")
    for figures in given.figures:
        print(measured(make_world(figures, given.seed), given.cvxpy), flush=True)


def measured(world: World, sample: int) -> str:
    """One line of the table."""
    scopes = scopes_of(world)
    ours, found = timed(
        lambda: reconcile(world.figures, world.figure_areas, world.areas, as_of=AS_OF)
    )
    peers = [timed(lambda peer=peer: peer(scopes))[0] for peer in (in_duckdb, in_polars, in_pandas)]
    episodes = [solved.episode for group in found.flows.values() for solved in group]
    slow = cvxpy_seconds(episodes, found, sample) * len(episodes)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    shown = "  ".join(f"{seconds:8.2f}" for seconds in (ours, *peers))
    ratios = f"{ours / peers[0]:11.1f}  {slow / ours:10.0f}"
    return f"{len(world.figures):7,}  {shown}  {ratios}  {peak:7.2f}"


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds of the work, and what it gave."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def scopes_of(world: World) -> pd.DataFrame:
    """What the peers need, in plain columns."""
    areas = world.figure_areas.set_index("figure_id")["area_code"]
    figures = world.figures
    return pd.DataFrame(
        {
            "area_code": areas[figures["figure_id"]].to_numpy(dtype=object),
            "start_date": pd.to_datetime(figures["start_date"].to_numpy()),
            "end_date": pd.to_datetime(figures["end_date"].to_numpy()),
            "persons": figures["persons"].to_numpy(dtype=np.float64),
        }
    )


def in_duckdb(scopes: pd.DataFrame) -> int:
    """Rows of the naive sum by area and day."""
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        scopes = scopes.assign(
            start_date=scopes["start_date"].dt.date, end_date=scopes["end_date"].dt.date
        )
        connection.register("scopes", scopes)
        return len(connection.sql(NAIVE).to_arrow_table())


def in_polars(scopes: pd.DataFrame) -> int:
    """The same."""
    frame = polars.from_pandas(scopes).lazy()
    days = (polars.col("end_date") - polars.col("start_date")).dt.total_days() + 1
    summed = (
        frame.with_columns(rate=polars.col("persons") / days)
        .with_columns(day=polars.datetime_ranges("start_date", "end_date", "1d"))
        .explode("day")
        .group_by("area_code", "day")
        .agg(polars.col("rate").sum())
    )
    return summed.collect().height


def in_pandas(scopes: pd.DataFrame) -> int:
    """The same."""
    days = (scopes["end_date"] - scopes["start_date"]).dt.days + 1
    rows = np.repeat(np.arange(len(scopes)), days)
    number = np.arange(len(rows)) - np.repeat(np.cumsum(days) - days, days).to_numpy()
    spread = pd.DataFrame(
        {
            "area_code": scopes["area_code"].to_numpy()[rows],
            "day": scopes["start_date"].to_numpy()[rows] + number * np.timedelta64(1, "D"),
            "persons": (scopes["persons"] / days).to_numpy()[rows],
        }
    )
    return len(spread.groupby(["area_code", "day"], sort=False)["persons"].sum())


def cvxpy_seconds(episodes: list[Episode], found: Reconciliation, sample: int) -> float:
    """Seconds that the oracle takes for an episode, on average of some drawn by chance."""
    chosen = np.random.default_rng(0).permutation(len(episodes))[:sample]
    start = time.perf_counter()
    for number in chosen.tolist():
        judge(claims_of(episodes[number]), found.tree.weight)
    return (time.perf_counter() - start) / max(len(chosen), 1)


if __name__ == "__main__":
    main()
