"""The commands that ask a published store, a text or the gazetteer."""

import json
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from displacement.store.backfills import Backfill, Backfills, Entry, State
from displacement.windows import Window, WindowSize
from tests.flows.command import BIN, ROOT, displacement, environment
from tests.flows.conftest import Published

REPORT = ROOT / "data/inbox/reports/2018-01-08-north-west-syria.txt"
PERIOD = ("--from", "2017-11-01", "--to", "2018-01-06")


@pytest.mark.slow
def test_explain_names_value_bounds_figures_and_echoes(published: Published) -> None:
    asked = ("explain", "--area", "SY05|SY07", *PERIOD, "--store", published.store)
    answer = json.loads(displacement(*asked, "--json", home=published.home).stdout)
    assert {"value", "low", "high", "naive_sum", "coverage", "counters", "as_of"} <= answer.keys()
    assert answer["low"] <= answer["value"] <= answer["high"] < answer["naive_sum"]
    assert answer["latest"] > 0
    assert answer["most_trusted"] < answer["naive_sum"]
    assert answer["counters"] == ["Local volunteers", "UNHCR"]
    assert len(answer["figures"]) == 23
    assert {echo["counter"] for echo in answer["echoes"]} == {"Local volunteers", "UNHCR"}
    wanted = {"figure_id", "counter", "persons", "persons_low", "persons_high"}
    wanted |= {"start_date", "end_date", "quote", "stretch"}
    assert all(wanted <= figure.keys() for figure in answer["figures"])
    assert f"{answer['value']:,.0f}" in published.printed


@pytest.mark.slow
def test_explain_of_days_that_nobody_covers_is_no_zero(published: Published) -> None:
    asked = ("explain", "--area", "SY07", "--from", "2019-01-01", "--to", "2019-02-01")
    done = displacement(*asked, "--store", published.store, "--json", home=published.home)
    answer = json.loads(done.stdout)
    assert answer["value"] is None
    assert answer["coverage"] == 0
    plain = displacement(*asked, "--store", published.store, home=published.home)
    assert "nothing known is not zero" in plain.stdout


@pytest.mark.slow
def test_explain_of_an_unknown_area_is_wrong_use(published: Published) -> None:
    done = displacement(
        "explain", "--area", "XX99", *PERIOD, "--store", published.store, home=published.home
    )
    assert done.returncode == 2
    assert "XX99" in done.stderr


@pytest.mark.slow
def test_status_review_and_verify_tell_the_state_of_the_store(published: Published) -> None:
    status = displacement("status", "--store", published.store, home=published.home)
    assert "sheets" in status.stdout
    assert "Readers get snapshot" in status.stdout
    waiting = json.loads(
        displacement("review", "--store", published.store, "--json", home=published.home).stdout
    )
    assert [one["kind"] for one in waiting] == ["figure"]
    assert "Turkish Red Crescent" in waiting[0]["why"]
    verified = displacement("verify", "--store", published.store, home=published.home)
    assert verified.returncode == 0
    assert "All good" in verified.stdout


@pytest.mark.slow
def test_a_reviewer_decides_once_and_is_not_asked_again(
    published: Published, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    shutil.copytree(published.store, store, symlinks=True)
    shown = displacement("review", "--store", store, "--json", home=published.home)
    [asked] = json.loads(shown.stdout)
    signed = ("--role", "officer", "--reason", "a plan", "--store", store)
    done = displacement("review", "accept", asked["id"], *signed, home=published.home)
    assert done.returncode == 0, done.stderr
    assert "no total counts it" in done.stdout
    again = displacement("review", "accept", asked["id"], *signed, home=published.home)
    assert (again.returncode, "nothing waits" in again.stderr) == (2, True)
    shown = displacement("review", "--store", store, home=published.home)
    assert "Nothing waits for a reviewer." in shown.stdout


@pytest.mark.slow
def test_verify_finds_a_changed_file(published: Published, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(published.store, store, symlinks=True)
    damaged = next((store / "published/snapshots").iterdir()) / "estimates.parquet"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    only = displacement("verify", "--check-only", "--store", store, home=published.home)
    assert (only.returncode, "mended" in only.stdout, damaged.exists()) == (1, False, True)
    done = displacement("verify", "--store", store, home=published.home)
    assert done.returncode == 1
    assert "estimates.parquet is missing or changed" in done.stdout
    assert "mended: removed snapshot" in done.stdout
    assert displacement("verify", "--store", store, home=published.home).returncode == 0


def test_extract_gives_every_number_of_a_text_with_its_offsets(home: Path) -> None:
    done = displacement("extract", REPORT, "--published", "2018-01-08", "--json", home=home)
    reading = json.loads(done.stdout)
    text = REPORT.read_text(encoding="utf-8")
    for item in reading["figures"] + reading["rejected"]:
        assert text[item["number_start"] : item["number_end"]] == item["number_text"]
    assert [figure["stated"] for figure in reading["figures"]] == [120_000, 60_000, 1_100_000, 800]
    assert reading["figures"][1]["area_codes"] == ["SY05", "SY07"]
    assert len(reading["rejected"]) >= 20
    assert all(number["reason"] for number in reading["rejected"])


def test_extract_without_json_shows_the_marked_text(home: Path) -> None:
    done = displacement("extract", REPORT, "--published", "2018-01-08", home=home)
    assert "marked: accepted  review  rejected" in done.stdout
    assert "+[60,000]" in done.stdout
    assert "?[800]" in done.stdout
    assert "- 24  distance or measure [measure.unit]" in done.stdout


def test_match_tells_codes_and_why_a_name_stays_open(home: Path) -> None:
    done = displacement("match", "Khan Sheikhoun", "Suran", "eastern Hama", "--json", home=home)
    town, ambiguous, described = json.loads(done.stdout)
    assert (town["code"], town["method"]) == ("SY070201", "alias")
    assert ambiguous["code"] is None
    assert len(ambiguous["candidates"]) == 2
    assert described["method"] == "described"
    shown = displacement("match", "Suran", "--parent", "SY05", home=home)
    assert "SY050101" in shown.stdout


def test_init_starts_a_folder_and_overwrites_nothing(home: Path, tmp_path: Path) -> None:
    first = displacement("init", tmp_path, home=home)
    assert (tmp_path / "data/inbox/reports").is_dir()
    assert "displacement.toml" in first.stdout
    (tmp_path / "displacement.toml").write_text('store = "elsewhere"\n')
    again = displacement("init", tmp_path, home=home)
    assert "wrote" not in again.stdout
    status = displacement("status", home=home, cwd=tmp_path)
    assert "elsewhere" in status.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("refresh", "--inbox", "nowhere"),
        ("refresh", "--store", "gs://bucket/store"),
        ("refresh", "--config", "nowhere.toml"),
        ("refresh", "--source", "nowhere"),
        ("backfill", "--from", "2018-02-01", "--to", "2018-01-01"),
        ("backfill", "--from", "2018-01-01", "--to", "2018-02-01", "--window", "year"),
        ("backfill", "--from", "2018-01-01", "--to", "2018-02-01", "--source", "nowhere"),
        ("backfill", "--from", "2018-01-01", "--to", "2018-02-01", "--resume"),
        ("backfill", "--resume", "--force"),
        ("backfill", "--to", "2018-02-01"),
        ("explain", "--area", "SY07", "--from", "yesterday", "--to", "2018-02-01"),
        ("nonsense",),
    ],
)
def test_wrong_use_ends_with_status_2(arguments: tuple[str, ...], home: Path) -> None:
    done = displacement(*arguments, home=home)
    assert done.returncode == 2
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_status_tells_unfinished_backfills_and_gaps(home: Path, tmp_path: Path) -> None:
    store, begun = tmp_path / "store", datetime(2018, 2, 1, tzinfo=UTC)
    days = [Window(date(2018, month, 1), date(2018, month, 28)) for month in (1, 2, 3)]
    backfills = Backfills(store)
    backfills.write(
        Backfill("b", days[0].first, days[1].last, WindowSize.MONTH, ("sheets",), False, "b", begun)
    )
    for one in (days[0], days[2]):
        backfills.write_entry(Entry("sheets", one, State.RECORDED, "b", "b"))
    done = displacement("status", "--store", store, home=home)
    assert done.returncode == 0, done.stderr
    assert "gap: sheets was never asked for 2018-01-29 to 2018-02-28" in done.stdout
    assert "the backfill from 2018-01-01 to 2018-02-28 by month; 0 of 2 windows" in done.stdout
    [row] = [
        one
        for one in json.loads(displacement("status", "--json", "--store", store, home=home).stdout)
        if one["source_id"] == "sheets"
    ]
    assert (row["gaps"], row["open_windows"]) == (["2018-01-29 to 2018-02-28"], 2)


PANDAS = {"pandas", "pandera", "pyarrow", "numpy"}
RUNS = {"prefect", "displacement.publication", "displacement.report", "altair", "openpyxl"}
PERIOD_OF_ONE_AREA = ("--area", "SY07", *PERIOD)


@pytest.mark.parametrize(
    ("arguments", "needed", "heavy"),
    [
        (("--help",), "displacement_flows.cli", PANDAS | RUNS | {"pydantic"}),
        (("status",), "displacement.source_status", PANDAS | RUNS),
        (("match", "Idlib"), "displacement.normalise.places", PANDAS | RUNS),
        (("explain", *PERIOD_OF_ONE_AREA), "displacement.answer", RUNS | {"dask", "hypothesis"}),
    ],
    ids=["help", "status", "match", "explain"],
)
def test_a_command_does_not_wait_for_what_it_does_not_need(
    arguments: tuple[str, ...], needed: str, heavy: set[str], published: Published
) -> None:
    script = [sys.executable, "-X", "importtime", str(BIN / "displacement")]
    done = subprocess.run(
        [*script, *arguments],
        env=environment(published.home, DISPLACEMENT_STORE=str(published.store)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert needed in imported
    assert not heavy & imported
