"""What most tests need: the reference tables, read once, and a copy of the example inbox."""

import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from displacement.normalise.figures import Reference
from displacement.reference import load_reference
from tests.runs import DATA, REFERENCE

# How long an example takes says more about the machine than about the code.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def reference() -> Reference:
    """The reference tables of the project; nobody changes them."""
    return load_reference(REFERENCE)


@pytest.fixture
def example_inbox(tmp_path: Path) -> Path:
    """A copy of the inbox of January 2018 that a test may change."""
    return Path(shutil.copytree(DATA / "inbox", tmp_path / "example-inbox"))


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """An empty inbox."""
    folder = tmp_path / "inbox"
    for name in ("figures", "volunteers", "reports"):
        (folder / name).mkdir(parents=True)
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Where a store may be made."""
    return tmp_path / "store"
