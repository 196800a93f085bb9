"""A real S3 server, lines to it that misbehave, and the machines that use it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from displacement.store.remote import bucket as objects
from displacement.store.remote.address import Address
from tests.servers.s3 import Line, S3Server, s3_server


@pytest.fixture(scope="package")
def server() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture
def address(server: S3Server) -> Address:
    return server.new_bucket()


@pytest.fixture
def line(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """A line whose breaks are not waited out."""
    hasty = {"max_retries": 1, "backoff": {"init_backoff": timedelta(milliseconds=1)}}
    monkeypatch.setattr(objects, "RETRY", hasty)
    with server.line() as line:
        yield line


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Where one machine keeps its working copies."""
    return tmp_path / "here"


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """Where another machine does."""
    return tmp_path / "there"


@pytest.fixture
def machines(here: Path, there: Path) -> tuple[Path, Path]:
    """Both of them."""
    return here, there
