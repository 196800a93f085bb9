"""A person can start any stand-in, read how to use it, and end it with Ctrl-C."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.servers.__main__ import SERVERS, main

ROOT = Path(__file__).parents[2]


def test_a_stand_in_started_by_hand_says_where_it_is_and_serves() -> None:
    command = [sys.executable, "-m", "tests.servers", "dtm", "--rows", "10", "--key", "k",
               "--misbehave", "503,times=1"]  # fmt: skip
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().strip() for _ in range(10)]
        assert lines[2:5] == ["[sources.iom_dtm]", "enabled = true", 'countries = ["SYR"]']
        assert lines[9] == "export DTMAPI_SUBSCRIPTION_KEY=k"
        url = lines[7].removeprefix('url = "').removesuffix('"')
        headers = {"User-Agent": "x", "Ocp-Apim-Subscription-Key": "k"}
        answers = [requests.get(f"{url}/admin2", headers=headers, timeout=10) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [503, 200]
        assert len(answers[1].json()["result"]) == 10
        assert process.stdout.readline() == "GET /v3/displacement/admin2\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0


def test_the_help_names_every_server_and_misbehaviour(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    assert all(server.name in text for server in SERVERS)
    assert "Retry-After" in text
    assert "pending" in text


@pytest.mark.parametrize("arguments", [["rdf", "--key", "k"], ["dtm", "--misbehave", "tired"]])
def test_what_a_server_does_not_know_is_said(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert "has no" in capsys.readouterr().err


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.name)
def test_every_server_takes_rows_and_a_seed_and_says_its_settings(server: type) -> None:
    with server(rows=10, seed=2) as running:
        settings = running.settings()
        assert all(str(value) for value in settings.values())
        assert any(value.startswith(running.url) for value in settings.values())
        assert requests.get(f"{running.url}/nothing-here", timeout=5).status_code in {
            301, 401, 403, 404, 406,
        }  # fmt: skip
