"""Keys come from the environment, else from Prefect Secret blocks, and go nowhere else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.command import ROOT, environment
from tests.runs import holds

pytestmark = pytest.mark.slow

SCRIPT = """
import sys
from prefect.blocks.system import Secret
from displacement.sources.source import Declaration
from displacement_flows.keys import secrets_of

Secret(value="key-out-of-a-block").save("stand-key")
asked = {"key": "STAND_KEY", "other": "OTHER_KEY", "none": "NOWHERE_KEY"}
found = secrets_of(Declaration("stand", "A stand-in", "none", "daily", secrets=asked))
assert found == {"key": "key-out-of-a-block", "other": "key-of-the-environment"}, sorted(found)
"""


def test_a_key_comes_from_the_environment_else_from_a_block(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env=environment(home, OTHER_KEY="key-of-the-environment"),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "key-o" not in done.stdout + done.stderr
    assert holds(home, "key-out-of-a-block") == []
    assert "OTHER_KEY" not in os.environ
