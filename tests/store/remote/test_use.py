"""Buckets, servers and clients that cannot be used are told in a sentence."""

import subprocess
import sys
from pathlib import Path

import pytest

from displacement.store.remote import bucket as objects
from displacement.store.remote.address import Address
from displacement.store.remote.bucket import Bucket
from displacement.store.slips import ObjectStoreError
from tests.store.remote.stores import run

ROOT = Path(__file__).parents[3]


def test_a_bucket_that_was_emptied_is_not_taken_for_a_new_store(address, here, there):
    run(address, here, 1)
    Bucket(address).delete([one.key for one in Bucket(address).list()])
    with pytest.raises(ObjectStoreError, match="had a store and has none any more"):
        run(address, here, 2)
    run(address, there, 2)


def test_a_bucket_or_server_that_is_not_there_is_told_in_a_sentence(
    server, here, monkeypatch: pytest.MonkeyPatch
):
    with pytest.raises(ObjectStoreError, match="there is no bucket nowhere"):
        run(Address("nowhere", "x"), here, 1)
    monkeypatch.setattr(objects, "RETRY", {"max_retries": 0})
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(ObjectStoreError, match="s3://nowhere/x cannot be used") as told:
        run(Address("nowhere", "x"), here, 1)
    assert "stand-in" not in str(told.value)


def test_a_store_is_not_begun_where_conditions_are_not_heeded(address, here, line):
    line.forget_conditions()
    with pytest.raises(ObjectStoreError, match="does not heed conditions"):
        run(address, here, 1)
    line.mend()
    run(address, here, 1)


def test_where_the_client_is_not_installed_the_extra_is_named(here):
    code = (
        "import sys; from pathlib import Path; from displacement.store.opening import *;"
        "from displacement.store.remote.address import Address;"
        "from displacement.store.slips import ObjectStoreError;"
        "from displacement.store.wanted import CURRENT\n"
        "sys.modules['obstore'] = None\n"
        "try:\n"
        "    with reading(Address('b', 'x'), Path(sys.argv[1]), CURRENT): pass\n"
        "except ObjectStoreError as told: print(told)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(here)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert "displacement[s3]" in done.stdout


def test_a_local_store_loads_nothing_of_the_s3_client(store):
    code = (
        "import sys; from pathlib import Path; from displacement.store.opening import *;"
        "from displacement.store.wanted import CURRENT\n"
        f"with reading(Path({str(store)!r}), Path('x'), CURRENT), "
        f"writing(Path({str(store)!r}), Path('x'), CURRENT): pass\n"
        "print([name for name in sys.modules if 'obstore' in name or 'working_copy' in name])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"
