"""A stand-in for KoboToolbox with sixty submissions, and runs against it."""

from collections.abc import Iterator

import pytest

from tests.servers.kobo import KoboServer
from tests.sources.kobotoolbox.forms import KEY, Runs


@pytest.fixture
def server() -> Iterator[KoboServer]:
    with KoboServer(rows=60, key=KEY) as stand_in:
        yield stand_in


@pytest.fixture
def run(store, reference, server) -> Runs:
    return Runs(store, reference, server.base_url)
