"""One published store of the example inbox, made by the real command, for all tests of flows."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.flows.command import ROOT, displacement
from tests.flows.server import prefect_server


@dataclass(frozen=True)
class Published:
    """A store after `displacement refresh` of the example inbox."""

    store: Path
    home: Path
    printed: str

    @property
    def latest(self) -> Path:
        return self.store / "published" / "latest"


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A Prefect home of this test process alone, whose runs use a server that stays up.

    Without one, every run would start a server of its own, which takes most of its time.
    """
    home = tmp_path_factory.mktemp("prefect-home")
    with prefect_server(home) as api:
        profile = f'active = "server"\n[profiles.server]\nPREFECT_API_URL = "{api}"\n'
        (home / "profiles.toml").write_text(profile, encoding="utf-8")
        yield home


@pytest.fixture(scope="session")
def published(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Published:
    store = tmp_path_factory.mktemp("published") / "store"
    done = displacement("refresh", "--store", store, "--inbox", ROOT / "data/inbox", home=home)
    assert done.returncode == 0, done.stderr
    return Published(store, home, done.stdout)
