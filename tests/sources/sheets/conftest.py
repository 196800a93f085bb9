"""An inbox with the folder of the volunteers."""

import pytest


@pytest.fixture
def inbox(tmp_path):
    (tmp_path / "volunteers").mkdir()
    return tmp_path
