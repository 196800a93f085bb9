"""A stand-in that serves the small table."""

from collections.abc import Iterator

import pytest

from tests.sources.unhcr_rdf.runs import ROWS
from tests.sources.unhcr_tables import RdfTables


@pytest.fixture
def server() -> Iterator[RdfTables]:
    with RdfTables(ROWS) as running:
        yield running
