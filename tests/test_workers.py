"""The same publication, whoever reconciles it: processes of this machine, or a Dask cluster."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread

import pytest
from distributed import Client

from displacement.reconcile import Reconciliation, reconcile
from displacement.reconcile.shares import TABLES
from displacement.workers import NoWorkersError, workers_of
from tests.benchmarks.speed.world import AS_OF, World, make_world

pytestmark = pytest.mark.slow

QUIET = ("--no-dashboard", "--protocol", "tcp")


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(6000, 5)


@pytest.fixture(scope="module")
def alone(world: World) -> Reconciliation:
    return reconcile(*world, as_of=AS_OF)


def by(workers: str, folder: Path, world: World) -> Reconciliation:
    """What some workers make of the world."""
    with workers_of(workers, folder) as found:
        return reconcile(*world, as_of=AS_OF, shares=found.shares, mapped=found.mapped)


def same(one: Reconciliation, other: Reconciliation) -> bool:
    names = [model.table_name() for model in TABLES]
    return all(getattr(one, name).equals(getattr(other, name)) for name in names)


@contextmanager
def dask(part: str, *options: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A scheduler or a worker in a process of its own."""
    command = [sys.executable, "-m", f"distributed.cli.dask_{part}", *QUIET, *options]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list["subprocess.Popen[bytes]"]]]:
    """The address of a scheduler on loopback, and its two workers."""
    note = folder / "scheduler.json"
    with ExitStack() as running:
        host = ("--host", "127.0.0.1", "--port", "0")
        running.enter_context(dask("scheduler", *host, "--scheduler-file", str(note)))
        started = ("--scheduler-file", str(note), "--nthreads", "1", "--no-nanny")
        workers = [running.enter_context(dask("worker", *started)) for _ in range(2)]
        with Client(scheduler_file=str(note), timeout=60) as client:
            client.wait_for_workers(2, timeout=60)
            address = client.scheduler.address
        yield address, workers


def test_processes_of_this_machine_give_the_same_bytes(
    tmp_path: Path, world: World, alone: Reconciliation
) -> None:
    assert same(by("2", tmp_path, world), alone)


def test_a_cluster_that_loses_a_worker_gives_the_same_bytes(
    tmp_path: Path, world: World, alone: Reconciliation
) -> None:
    shared = tmp_path / "store"
    shared.mkdir()
    with cluster(tmp_path) as (address, workers):
        killed: list[str] = []

        def kill_one() -> None:
            while not killed:
                killed.extend(path.name for path in shared.rglob("*.done"))
                time.sleep(0.01)
            os.kill(workers[0].pid, signal.SIGKILL)

        killer = Thread(target=kill_one, daemon=True)
        killer.start()
        found = by(address, shared, world)
        killer.join()
        assert workers[0].wait(10) == -signal.SIGKILL
    assert 1 <= len(killed) < 6
    assert same(found, alone)
    assert not [*shared.iterdir()]


def test_a_scheduler_that_does_not_answer_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("displacement.workers.PATIENCE_SECONDS", 1)
    with pytest.raises(NoWorkersError, match="no Dask scheduler answers at tcp:"):
        by("tcp://127.0.0.1:9", tmp_path, make_world(10, 0))
