"""Small stores on object storage: what a run does there, and what others see of it."""

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from displacement.sources.source import Answer, Landed
from displacement.store.opening import Opened, reading, writing
from displacement.store.remote.address import Address
from displacement.store.remote.bucket import Bucket
from displacement.store.store import Store
from displacement.store.wanted import Wanted, for_run
from displacement_schemas import Figures
from tests.runs import files_below
from tests.store.test_snapshots import number_of, tables

DAY = date(2018, 1, 10)
RUN = for_run(DAY)
NOW = datetime(2018, 1, 10, 6, tzinfo=UTC)


def land(store: Store, number: int) -> Landed:
    """Let an answer land that a number tells."""
    content = f"the source answered {number}".encode()
    answer = Answer("answer", "https://a.example", "text/plain", content)
    return store.landing.put(answer, source_id="source", retrieved_at=NOW)


def work(opened: Opened, number: int, *, day: int = 0) -> None:
    """What a run does to a store, small: it lands, records, logs, and publishes its number."""
    store = opened.store
    land(store, number)
    run = opened.folder / "ledger" / "runs" / f"run-{number}.json"
    run.parent.mkdir(parents=True, exist_ok=True)
    run.write_text("[]")
    decided = opened.folder / "reference" / "corrections.toml"
    decided.parent.mkdir(exist_ok=True)
    decided.write_text(f"# {number}\n")
    current = store.snapshots.current()
    about = {
        "as_of": "2018-01-10",
        "created_at": (NOW + timedelta(days=number + day)).isoformat(),
        "parent": current and current.snapshot_id,
    }
    name = f"snapshot-{number:04d}"
    page = {"report.html": f"<p>{number}</p>".encode() * 4_000}
    store.withheld.write(name, Figures.empty(), f"inputs {number}")
    store.snapshots.publish(name, tables(number), page, about)


def run(address: Address, copies: Path, number: int) -> None:
    with writing(address, copies, RUN) as opened:
        work(opened, number)


def seen(address: Address, tmp_path: Path) -> int | None:
    """The number that readers get, who go by the pointer, after making sure that it is whole."""
    listed = {one.key for one in Bucket(address).list()}
    if "published/current.json" not in listed:
        return None
    pointer = json.loads(Bucket(address).get("published/current.json")[0])
    folder = f"published/{pointer['folder']}/"
    into = tmp_path / "seen"
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir()
    for key in listed:
        if key.startswith(folder):
            (into / key.removeprefix(folder)).write_bytes(Bucket(address).get(key)[0])
    assert json.loads((into / "manifest.json").read_text())["snapshot_id"] == pointer["snapshot_id"]
    return number_of(into)


def all_of(address: Address, copies: Path) -> dict[str, str]:
    """Everything in a store, by somebody who sees it for the first time."""
    with reading(address, copies, Wanted(lambda _: True)) as opened:
        return {
            path: sha256
            for path, sha256 in files_below(opened.folder).items()
            if not path.startswith("published/") or path.startswith("published/snapshots/")
        }


def local_of(folder: Path) -> dict[str, str]:
    """The same of a folder."""
    return {
        path: sha256
        for path, sha256 in files_below(folder).items()
        if not path.startswith((".", "published/latest/", "published/current"))
    }


def holds(address: Address, numbers: set[str]) -> None:
    keys = [one.key for one in Bucket(address).list("published/snapshots/")]
    assert {key.split("/")[2].removeprefix("snapshot-") for key in keys} == numbers


def harm(address: Address, key: str, *, remove: bool = False) -> None:
    """Damage an object behind the back of everybody."""
    bucket = Bucket(address)
    if remove:
        bucket.delete([key])
    else:
        bucket.put(key, bucket.get(key)[0][:-1] + b"?")
