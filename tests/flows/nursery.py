"""Commands as processes of their own that may be killed, without a start of seconds for each.

Run as a program it imports what a run needs, once, and then forks a child for every line that it
is given: the arguments of `displacement`. What a child prints goes into its log.
"""

import importlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from unittest.mock import patch

from displacement import report
from displacement_flows.cli import app
from displacement_flows.environment import keep_prefect_quiet
from tests.flows.command import ROOT, environment

NAME = "tests.flows.nursery"


class Nursery:
    """Starts commands; one at a time."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        assert self._line() == "ready"

    def start(self, *arguments: str | Path) -> int:
        """Start `displacement …`; returns its process id."""
        assert self._process.stdin is not None
        self._process.stdin.write("\t".join(map(str, arguments)) + "\n")
        self._process.stdin.flush()
        return int(self._line())

    def end(self) -> int:
        """Wait for it: its exit status, or the negative number of the signal that killed it."""
        return int(self._line())

    def kill(self, pid: int) -> int:
        """Kill it where it stands, unless it has ended; returns what `end` does."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        return self.end()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@contextmanager
def nursery(folder: Path, home: Path, **more: str) -> Iterator[Nursery]:
    """A nursery whose commands run in a folder."""
    settings = environment(home, PYTHONPATH=os.pathsep.join([str(ROOT), *sys.path]), **more)
    with subprocess.Popen(
        [sys.executable, "-m", NAME, str(folder / "commands.log")],
        cwd=folder,
        env=settings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Nursery(process)
        finally:
            process.kill()


def _serve(log: Path) -> None:
    keep_prefect_quiet()  # before Prefect is imported
    importlib.import_module("displacement_flows.backfill")
    print("ready", flush=True)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            with log.open("ab", buffering=0) as file:
                os.dup2(file.fileno(), 1)
                os.dup2(file.fileno(), 2)
            # The page and the picture take seconds, and are made from the tables.
            with patch.object(report, "can_draw", return_value=False):
                app(line.rstrip("\n").split("\t"))
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
