"""Who reconciles the countries? This process, several on this machine, or a Dask cluster.

Shares of the work go to a cluster as paths, not as frames: its workers see the same folder.
"""

import pickle
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from displacement.reconcile import Mapped
from displacement.reconcile.shares import Done, Share, done
from displacement.store.files import ASIDE, write_whole

if TYPE_CHECKING:
    from distributed import Client

SHARES_OF_WORKER: Final = 3
"""More shares than workers: who has a small one takes another."""
RETRIES: Final = 5
"""A share whose worker dies is given to others so often."""
PATIENCE_SECONDS: Final = 30
"""How long a cluster may take to answer."""


class NoWorkersError(OSError):
    """The workers that were asked for cannot be had."""


@dataclass(frozen=True)
class Workers:
    """How many shares there shall be, and who works on them."""

    shares: int
    mapped: Mapped


@contextmanager
def workers_of(setting: str, folder: Path) -> Iterator[Workers]:
    """The workers of a setting: a number of processes, or the address of a Dask scheduler.

    `folder` is for the shares of a cluster, whose workers see it too. Raises NoWorkersError
    where a cluster does not answer, has no workers, or the extra `dask` is missing.
    """
    if "://" in setting:
        with _client(setting) as client:
            count = len(client.scheduler_info(n_workers=-1)["workers"])
            if not count:
                raise NoWorkersError(f"the Dask cluster at {setting} has no workers")
            yield Workers(count * SHARES_OF_WORKER, _on_cluster(client, folder))
    elif int(setting) > 1:
        with ProcessPoolExecutor(int(setting), mp_context=get_context("spawn")) as pool:
            yield Workers(int(setting) * SHARES_OF_WORKER, pool.map)
    else:
        yield Workers(1, map)


def work_on(path: str) -> str:
    """Work on the share in a file; the path of what it comes to.

    Who works on it a second time, because nobody heard of the first, writes the same.
    """
    share: Share = pickle.loads(Path(path).read_bytes())  # noqa: S301 - written by this run
    answer = Path(f"{path}.done")
    write_whole(answer, pickle.dumps(done(share)))
    return str(answer)


def _client(address: str) -> "Client":
    try:
        from distributed import Client  # noqa: PLC0415 - only who has a cluster has it
    except ModuleNotFoundError:
        raise NoWorkersError(
            f"workers = {address!r}: a Dask cluster needs the extra, pip install displacement[dask]"
        ) from None
    try:
        return Client(  # type: ignore[no-untyped-call]
            address, timeout=PATIENCE_SECONDS, set_as_default=False
        )
    except OSError as silent:
        raise NoWorkersError(f"no Dask scheduler answers at {address}") from silent


def _on_cluster(client: "Client", folder: Path) -> Mapped:
    def mapped(_: Callable[[Share], Done], shares: Sequence[Share]) -> list[Done]:
        # A run that is killed leaves what the janitor removes.
        with TemporaryDirectory(prefix=f"{ASIDE}shares-", dir=folder) as place:
            paths = [str(Path(place, f"{number}.share")) for number in range(len(shares))]
            for path, share in zip(paths, shares, strict=True):
                Path(path).write_bytes(pickle.dumps(share))
            futures = client.map(work_on, paths, pure=False, retries=RETRIES)
            answers = client.gather(futures)  # type: ignore[no-untyped-call]
            return [pickle.loads(Path(answer).read_bytes()) for answer in answers]  # noqa: S301

    return mapped
