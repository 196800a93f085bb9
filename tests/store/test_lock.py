"""One writer at a time; the second is told at once, and a dead one holds nothing."""

import subprocess
import sys
from contextlib import contextmanager

import pytest

from displacement.store.lock import StoreIsBusyError, only_writer

HOLDER = """
import sys
from pathlib import Path
from displacement.store.lock import only_writer

with only_writer(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_by_another_process(store):
    command = [sys.executable, "-c", HOLDER, str(store)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout.readline() == b"held\n"
            yield holder
        finally:
            holder.kill()


def test_a_second_writer_is_told_at_once_and_the_first_keeps_the_store(store):
    with held_by_another_process(store) as holder:
        told = pytest.raises(StoreIsBusyError, match=r"another run is writing to .*store; wait")
        with told, only_writer(store):
            pytest.fail("two writers")
        assert holder.poll() is None
        holder.stdin.close()
        assert holder.wait(timeout=20) == 0
    with only_writer(store):
        pass


def test_a_killed_writer_holds_nothing(store):
    with held_by_another_process(store) as holder:
        holder.kill()
        holder.wait(timeout=20)
        with only_writer(store):
            pass


def test_the_store_is_free_again_after_a_failure(store):
    with pytest.raises(RuntimeError), only_writer(store):
        raise RuntimeError
    with only_writer(store):
        pass
