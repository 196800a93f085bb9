"""Runs the installed command as a user does: another process, its own Prefect home."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
NOW = "2018-02-01T06:00:00+00:00"


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a run: a fresh Prefect home and a fixed time."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PREFECT", "DISPLACEMENT"))
    }
    path = f"{BIN}{os.pathsep}{kept['PATH']}"
    return kept | {"PATH": path, "PREFECT_HOME": str(home), "DISPLACEMENT_NOW": NOW} | more


def displacement(
    *arguments: str | Path, home: Path, cwd: Path = ROOT, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run `displacement …` and wait for it."""
    return subprocess.run(
        [str(BIN / "displacement"), *map(str, arguments)],
        cwd=cwd,
        env=environment(home, **more),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
