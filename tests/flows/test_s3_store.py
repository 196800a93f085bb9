"""The commands on a store in S3-compatible object storage, from several machines."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from obstore.fsspec import FsspecStore

from displacement.store.remote.address import Address
from displacement.store.remote.bucket import Bucket
from tests.flows.command import BIN, ROOT, displacement, environment
from tests.flows.conftest import Published
from tests.flows.test_readme import blocks
from tests.runs import files_below
from tests.servers.s3 import S3Server, s3_server

pytestmark = pytest.mark.slow

INBOX = ("--inbox", ROOT / "data/inbox")
PERIOD = ("--from", "2017-11-01", "--to", "2018-01-06")


@dataclass(frozen=True)
class OnS3:
    """A store on object storage after `displacement refresh` of the example inbox."""

    address: Address
    home: Path
    machines: Path

    def run(
        self, machine: str, command: str, *more: str | Path, **settings: str
    ) -> "subprocess.CompletedProcess[str]":
        """A command on one of the machines, each with working copies of its own."""
        words = (*command.split(), *more, "--store", str(self.address))
        return displacement(*words, home=self.home, **self.at(machine), **settings)

    def at(self, machine: str) -> dict[str, str]:
        return {"XDG_CACHE_HOME": str(self.machines / machine)}

    def snapshot(self, into: Path) -> dict[str, str]:
        """What readers get, by the pointer: sha256 of every file."""
        bucket = Bucket(self.address)
        folder = json.loads(bucket.get("published/current.json")[0])["folder"]
        into.mkdir(exist_ok=True)
        for one in bucket.list(f"published/{folder}/"):
            (into / one.key.rpartition("/")[2]).write_bytes(bucket.get(one.key)[0])
        return files_below(into)


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture(scope="module")
def on_s3(server: S3Server, home: Path, tmp_path_factory: pytest.TempPathFactory) -> OnS3:
    store = OnS3(server.new_bucket("crisis", "syria"), home, tmp_path_factory.mktemp("machines"))
    done = store.run("first", "refresh", *INBOX)
    assert done.returncode == 0, done.stderr
    assert "people were newly displaced in Hama and Idleb" in done.stdout
    assert f"Page to look at: {store.address}/published/latest/report.html" in done.stdout
    return store


def test_a_refresh_gives_the_same_snapshot_as_in_a_local_store(
    on_s3: OnS3, published: Published, tmp_path: Path
) -> None:
    assert on_s3.snapshot(tmp_path / "snapshot") == files_below(
        (published.store / "published/current").resolve()
    )


def test_every_command_answers_from_another_machine_as_from_a_local_store(
    on_s3: OnS3, published: Published
) -> None:
    def both(command: str, *more: str) -> tuple[str, str]:
        local = displacement(
            *command.split(), *more, "--store", published.store, home=published.home
        )
        remote = on_s3.run("second", command, *more)
        assert (remote.returncode, remote.stderr) == (local.returncode, local.stderr)
        return remote.stdout, local.stdout

    for command in ("explain --area SY05|SY07 --json", "review --json", "status --json"):
        remote, local = both(command, *(PERIOD if command.startswith("explain") else ()))
        assert json.loads(remote) == json.loads(local)
    for command in ("diff", "verify"):
        remote, local = both(command)
        assert remote == local
    assert "Nothing new" in on_s3.run("second", "refresh", *INBOX).stdout
    status = on_s3.run("third", "status").stdout
    assert "Readers get snapshot" in status
    assert "published" in status


def test_a_decision_that_is_made_on_one_machine_holds_on_another(
    on_s3: OnS3, server: S3Server
) -> None:
    [asked] = json.loads(on_s3.run("first", "review --json").stdout)
    signed = ("--role", "officer", "--reason", "a plan")
    done = on_s3.run("second", f"review accept {asked['id']}", *signed)
    assert done.returncode == 0, done.stderr
    assert "Nothing waits" in on_s3.run("first", "review").stdout


def test_a_run_that_is_killed_before_the_pointer_moves_is_ended_by_the_next_one(
    on_s3: OnS3, server: S3Server, tmp_path: Path
) -> None:
    inbox = tmp_path / "inbox"
    shutil.copytree(ROOT / "data/inbox", inbox)
    file = inbox / "figures/un_agencies.csv"
    file.write_text(file.read_text("utf-8").replace("60000", "66000"), "utf-8")
    before = on_s3.snapshot(tmp_path / "before")
    later = {"DISPLACEMENT_NOW": "2018-02-02T06:00:00+00:00"}
    with server.line() as line:
        process = subprocess.Popen(
            [BIN / "displacement", "refresh", "--inbox", inbox, "--store", str(on_s3.address)],
            env=environment(on_s3.home, **later, **on_s3.at("first")),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        line.before("current.json", process.kill)
        line.cut_in("/current.json")  # what it had sent is not handed on
        assert process.wait(300) == -signal.SIGKILL
        line.mend()
        assert on_s3.snapshot(tmp_path / "meanwhile") == before
        done = on_s3.run("first", "refresh", "--inbox", inbox, **later)
        assert done.returncode == 0, done.stderr
    assert on_s3.snapshot(tmp_path / "after") != before
    assert on_s3.run("second", "verify").returncode == 0
    assert "66,000" in on_s3.run("second", "diff").stdout


def test_what_cannot_be_reached_is_told_without_a_trace(on_s3: OnS3) -> None:
    nowhere = Address("nowhere", "")
    for command in ("refresh", "status", "verify"):
        done = displacement(command, "--store", str(nowhere), home=on_s3.home, **on_s3.at("first"))
        assert done.returncode == 1
        assert done.stderr.strip() == "error: there is no bucket nowhere"


def test_the_commands_and_the_readers_of_the_readme_work(on_s3: OnS3, tmp_path: Path) -> None:
    commands = [line for block in blocks("bash s3") for line in block.splitlines() if line]
    assert len(commands) > 3
    shutil.copytree(ROOT / "data/inbox", tmp_path / "data/inbox")
    scripts = [["bash", "-euc", "\n".join(commands)]]
    scripts += [[sys.executable, "-c", block] for block in blocks("python s3")]
    for script in scripts:
        done = subprocess.run(
            script,
            cwd=tmp_path,
            env=environment(on_s3.home, AWS_ALLOW_HTTP="true", **on_s3.at("fourth")),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        assert done.stdout
    with duckdb.connect() as connection:
        connection.register_filesystem(FsspecStore("s3", client_options={"allow_http": True}))
        for block in blocks("sql s3"):
            assert connection.sql(block).fetchall()
