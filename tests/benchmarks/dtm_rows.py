"""How fast, and in how much memory, are DTM's rows landed and parsed? By hand, at any size.

    python -m tests.benchmarks.dtm_rows --rows 1000000

Each way runs in a process of its own and asks the same stand-in: ours streams the answer to the
landing and parses it to statements; the plain one is
`pandas.DataFrame(requests.get(url).json()["result"])` and the same check of its rows.
"""

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import requests

from displacement.reference import load_reference
from displacement.sources.iom_dtm import SOURCE
from displacement.sources.source import Answer, Request
from displacement.store.landing import Landing
from displacement_schemas.iom_dtm_rows import IomDtmRows
from tests.runs import REFERENCE
from tests.servers.dtm import DtmServer

NOW = datetime(2026, 10, 20, 6, tzinfo=UTC)
COUNTRY = "SDN"
KEY = "a-key-for-measuring"
AGENT = "Mozilla/5.0 (compatible; displacement/0.1)"
ASKED = {
    "Admin0Pcode": COUNTRY,
    "FromReportingDate": "2009-12-31",
    "ToReportingDate": "2026-10-21",
}
"""What ours asks for, so that the stand-in has the same answer ready for both."""
MODULE = "tests.benchmarks.dtm_rows"
ROOT = Path(__file__).parents[2]
TURNS = 2


class Measured(NamedTuple):
    """One way of reading the rows."""

    rows: int
    seconds: float
    megabytes: float
    """The most memory that its process held at once, all its libraries included."""


def measure(rows: int) -> tuple[Measured, Measured]:
    """Ours and the plain way, each the faster of two turns over the same answer."""
    with DtmServer(rows=rows, countries=[COUNTRY], key=KEY) as server:
        # Asked once before, the stand-in has the answer ready and is no part of the measure.
        headers = {"Ocp-Apim-Subscription-Key": KEY, "User-Agent": AGENT}
        address = f"{server.base_url}/admin2"
        with requests.get(address, ASKED, headers=headers, stream=True, timeout=600) as answer:
            sum(len(chunk) for chunk in answer.iter_content(1 << 20))
        found = {
            way: [_in_process(way, server.base_url) for _ in range(TURNS)]
            for way in ("ours", "plain")
        }
    ours, plain = (min(found[way], key=lambda one: one.seconds) for way in ("ours", "plain"))
    most = max(one.megabytes for one in found["ours"])
    return ours._replace(megabytes=most), plain


def ours(url: str) -> int:
    """Land the answer and parse it."""
    declaration = load_reference(REFERENCE).sources["iom_dtm"]
    declaration = replace(
        declaration,
        countries=(COUNTRY,),
        http=replace(declaration.http, url=url, largest_megabytes=5000),  # type: ignore[type-var]
    )
    with tempfile.TemporaryDirectory() as folder:
        request = Request(declaration, Path(folder), NOW, secrets={"key": KEY})
        [answer] = SOURCE.fetch(request)
        assert isinstance(answer, Answer)
        landed = Landing(Path(folder)).put(answer, source_id="iom_dtm", retrieved_at=NOW)
        return len(SOURCE.parse(landed, declaration).statements)


def plain(url: str) -> int:
    """Read the answer as one would without us."""
    headers = {"Ocp-Apim-Subscription-Key": KEY, "User-Agent": AGENT}
    answer = requests.get(f"{url}/admin2", params=ASKED, headers=headers, timeout=600)
    frame = pd.DataFrame(answer.json()["result"])
    columns = {name: frame[name] for name in IomDtmRows.arrow_schema().names if name != "row"}
    return len(IomDtmRows.build({"row": range(1, len(frame) + 1)} | columns))


def _in_process(way: str, url: str) -> Measured:
    done = subprocess.run(
        [sys.executable, "-m", MODULE, way, url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return Measured(*json.loads(done.stdout.splitlines()[-1]))


def most_megabytes() -> float:
    """The most memory that this process held since it runs this program.

    Linux counts in `ru_maxrss` what the process that started it held at that moment, too.
    """
    status = Path("/proc/self/status")
    if status.exists():
        peak = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        if peak:
            return int(peak[1]) / 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def main() -> None:
    """Measure, or be one of the processes that are measured."""
    if sys.argv[1] in {"ours", "plain"}:
        way, url = sys.argv[1:]
        begin = time.perf_counter()
        rows = {"ours": ours, "plain": plain}[way](url)
        seconds = time.perf_counter() - begin
        print(json.dumps([rows, seconds, most_megabytes()]))
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=1_000_000)
    mine, theirs = measure(parser.parse_args().rows)
    for name, one in (("ours", mine), ("plain", theirs)):
        print(f"{name}: {one.rows} rows, {one.seconds:.1f} s, {one.megabytes:.0f} MB")
    print(f"ratio of the times: {mine.seconds / theirs.seconds:.2f}")


if __name__ == "__main__":
    main()
