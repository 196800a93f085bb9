"""The commands of a reviewer, as a user types them."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from displacement_flows.cli import app


@pytest.mark.parametrize("option", [["--store", "elsewhere"], ["--config", "a.toml"], ["--json"]])
def test_an_option_before_the_command_is_refused_and_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["review", *option, "reject", "abcd", "--reason", "doubled", "--role", "officer"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 2
    assert "options go behind the command: displacement review reject ID" in done.output
    assert list(tmp_path.iterdir()) == []
