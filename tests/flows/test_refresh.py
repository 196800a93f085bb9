"""`displacement refresh` on the example of January 2018, run as a user runs it."""

import json
import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import requests

from tests.flows.command import ROOT, displacement
from tests.flows.conftest import Published

pytestmark = pytest.mark.slow


def read(published: Published, table: str) -> pd.DataFrame:
    return pd.read_parquet(published.latest / f"{table}.parquet")


def test_the_answer_is_printed_in_plain_words_with_the_files_and_the_page(
    published: Published,
) -> None:
    assert "people were newly displaced in Hama and Idleb" in published.printed
    assert "1,100,000 people were internally displaced in Idleb" in published.printed
    assert "estimates_daily.parquet" in published.printed
    assert str(published.latest / "report.html") in published.printed


def test_the_reconciled_total_lies_between_the_largest_count_and_the_naive_sum(
    published: Published,
) -> None:
    estimates = read(published, "estimates")
    figures = read(published, "figures")
    total = estimates["value"].sum()
    rows = figures[figures["source_id"] == "sheets"]["stated"].sum()
    assert rows * 0.8 < total < rows + 60_000
    assert 110_000 < rows <= 120_000


def test_the_four_figures_of_the_report_are_read_and_its_echoes_are_no_second_voice(
    published: Published,
) -> None:
    figures = read(published, "figures")
    said = figures[figures["source_id"] == "documents"].set_index("counter")
    assert sorted(said.index) == [
        "Local volunteers",
        "Turkish Red Crescent",
        "UNHCR",
        "United Nations",
    ]
    agency = figures[(figures["source_id"] == "figures_file") & (figures["counter"] == "UNHCR")]
    assert said.loc["UNHCR", "derived_from"] == agency["figure_id"].item()
    rows = figures[figures["source_id"] == "sheets"]["figure_id"]
    assert sorted(said.loc["Local volunteers", "derived_from"].split("|")) == sorted(rows)
    assert said.loc["Turkish Red Crescent", "tier"] == "review"
    assert said.loc["Turkish Red Crescent", "modality"] == "planned"
    assert said.loc["United Nations", "measure"] == "idps"
    contributing = set(read(published, "contributions")["figure_id"])
    assert contributing.isdisjoint({said.loc["UNHCR", "figure_id"]})


def test_the_workbook_keeps_its_good_rows_and_rejects_the_impossible_date(
    published: Published,
) -> None:
    rejected = read(published, "rejected")
    rows = rejected[rejected["source_id"] == "sheets"]
    assert len(rows) == 1
    assert "31/11/2017" in rows["reason"].item()
    runs = read(published, "runs").set_index("source_id")
    assert (runs["rows_in"] == runs["accepted"] + runs["rejected"]).all()
    assert runs.loc["sheets", "rejected"] == 1


def test_months_and_days_add_up_to_the_cells(published: Published) -> None:
    total = read(published, "estimates")["value"].sum()
    for table in ("estimates_daily", "estimates_monthly"):
        frame = read(published, table)
        country = frame[frame["admin_level"] == 0]
        assert country["value"].sum() == pytest.approx(total, rel=1e-6)


def test_the_stock_is_carried_until_it_expires_or_until_the_as_of_day(
    published: Published,
) -> None:
    stocks = read(published, "stocks")
    idleb = stocks[stocks["area_code"] == "SY07"]
    assert idleb["date"].min() == date(2018, 1, 8)
    assert idleb["date"].max() == date(2018, 2, 1)
    assert (idleb["value"] == 1_100_000).all()
    assert idleb["age_days"].to_list() == list(range(25))


def test_a_second_run_with_nothing_new_publishes_nothing(published: Published) -> None:
    before = sorted(path.name for path in (published.store / "published/snapshots").iterdir())
    again = displacement(
        "refresh",
        *("--store", published.store, "--inbox", ROOT / "data/inbox"),
        home=published.home,
        DISPLACEMENT_NOW="2018-02-01T07:00:00+00:00",
    )
    assert again.returncode == 0, again.stderr
    assert "Nothing new" in again.stdout
    assert "people were newly displaced in Hama and Idleb" in again.stdout
    assert sorted(p.name for p in (published.store / "published/snapshots").iterdir()) == before


def copied(published: Published, folder: Path) -> tuple[Path, Path, Path]:
    """A store and an inbox of the example to change, and the file that UNHCR's figure is in."""
    store, inbox = folder / "store", folder / "inbox"
    shutil.copytree(published.store, store, symlinks=True)
    shutil.copytree(ROOT / "data/inbox", inbox)
    return store, inbox, inbox / "figures/un_agencies.csv"


def test_what_changed_is_shown_by_the_run_and_by_the_command(
    published: Published, tmp_path: Path
) -> None:
    store, inbox, file = copied(published, tmp_path)
    file.write_text(file.read_text("utf-8").replace("60000", "66000"), "utf-8")
    later = {"DISPLACEMENT_NOW": "2018-02-02T06:00:00+00:00"}
    done = displacement("refresh", "--store", store, "--inbox", inbox, home=published.home, **later)
    assert done.returncode == 0, done.stderr
    said = displacement("diff", "--store", store, home=published.home)
    assert "Figures that their sources revised (1)" in said.stdout
    assert "60,000 → 66,000 (+6,000)" in said.stdout
    assert "As of: 2018-02-01 → 2018-02-02" in said.stdout

    profile = (published.home / "profiles.toml").read_text()
    api = profile.rpartition("PREFECT_API_URL = ")[2].strip().strip('"')
    pages = requests.get(f"{api}/artifacts/what-changed/latest", timeout=30).json()["data"]
    assert "60,000 → 66,000 (+6,000)" in pages

    pair = sorted(path.name for path in (store / "published/snapshots").iterdir())
    answer = displacement("diff", *pair, "--json", "--store", store, home=published.home)
    changes = json.loads(answer.stdout)
    assert [changes["before"], changes["after"]] == pair
    [revised] = [one for one in changes["figures"] if one["kind"] == "revised"]
    assert (revised["before"], revised["after"]) == (60_000, 66_000)
    wrong = displacement("diff", "2018-02", "--store", store, home=published.home)
    assert (wrong.returncode, "several snapshots" in wrong.stderr) == (2, True)


def test_a_run_removes_old_snapshots_as_its_settings_say(
    published: Published, tmp_path: Path
) -> None:
    store, inbox, file = copied(published, tmp_path)
    config = tmp_path / "few.toml"
    config.write_text("keep_snapshots = 1\nkeep_days = 0\nreader_grace_hours = 0\n")
    again = ("refresh", "--config", config, "--store", store, "--inbox", inbox)
    file.write_text(file.read_text("utf-8").replace("60000", "66000"), "utf-8")
    done = displacement(*again, home=published.home, DISPLACEMENT_NOW="2018-02-02T06:00:00+00:00")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (store / "published/snapshots").iterdir()] == [
        json.loads((store / "published/current.json").read_text())["snapshot_id"]
    ]
    small = {"DISPLACEMENT_DISK_BUDGET_GIGABYTES": "0.000001"}
    status = displacement("status", "--store", store, home=published.home, **small)
    assert "Snapshots kept: 1." in status.stdout
    assert "of 1.0 kB used" in status.stdout
    assert "more than its budget" in status.stdout
    gone = displacement("diff", "--store", store, home=published.home)
    assert (gone.returncode, "not kept any more" in gone.stderr) == (2, True)


def test_too_many_rejected_rows_end_with_status_1_and_a_sentence(
    home: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "inbox" / "figures"
    folder.mkdir(parents=True)
    (folder / "half.csv").write_text(
        "counter,published_on,measure,stated,start_date,end_date,areas\n"
        "UNHCR,2018-01-04,new_displacement,60000,2017-11-01,2017-12-24,SY05|SY07\n"
        "UNHCR,2018-01-04,new_displacement,-5,2017-11-01,2017-12-24,SY05\n",
        encoding="utf-8",
    )
    done = displacement(
        "refresh", "--inbox", tmp_path / "inbox", "--store", tmp_path / "s", home=home
    )
    assert done.returncode == 1
    assert "figures_file" in done.stderr
    assert "half.csv, row 3, column 'stated'" in done.stdout
    assert len(pd.read_parquet(tmp_path / "s/published/latest/figures.parquet")) == 1


def test_a_backfill_by_month_holds_what_a_refresh_holds_and_is_not_repeated(
    published: Published, tmp_path: Path
) -> None:
    inbox = tmp_path / "inbox"
    shutil.copytree(ROOT / "data/inbox", inbox)
    asked = ("backfill", "--from", "2017-11-01", "--to", "2018-01-31", "--store", tmp_path / "s")
    dry = displacement(*asked, "--inbox", inbox, "--dry-run", home=published.home)
    assert dry.returncode == 0, dry.stderr
    assert "9 windows to do, 0 done" in dry.stdout
    assert "sheets: 2018-01-01 to 2018-01-31: pending, would be fetched" in dry.stdout
    assert not (tmp_path / "s" / "tables").exists()

    done = displacement(*asked, "--inbox", inbox, home=published.home)
    assert done.returncode == 0, done.stderr
    assert "of 3 windows done" in done.stderr
    columns = ["counter", "stated", "start_date", "end_date", "figure_id", "derived_from"]
    filled = pd.read_parquet(tmp_path / "s/published/latest/figures.parquet")[columns]
    pd.testing.assert_frame_equal(filled, read(published, "figures")[columns])

    again = displacement(*asked, "--inbox", inbox, "--dry-run", home=published.home)
    assert "0 windows to do, 9 done" in again.stdout
    assert "sheets: 2018-01-01 to 2018-01-31: published\n" in again.stdout
    forced = displacement(*asked, "--inbox", inbox, "--dry-run", "--force", home=published.home)
    assert "9 windows to do, 0 done" in forced.stdout
    nothing = displacement("backfill", "--resume", *asked[-2:], home=published.home)
    assert (nothing.returncode, "nothing to resume" in nothing.stdout) == (0, True)


def test_as_of_an_earlier_day_only_what_was_known_then_is_used(
    published: Published, tmp_path: Path
) -> None:
    done = displacement(
        "refresh",
        *("--store", tmp_path / "s", "--inbox", ROOT / "data/inbox", "--as-of", "2018-01-05"),
        home=published.home,
    )
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "s/published/latest/manifest.json").read_text())
    assert manifest["as_of"] == "2018-01-05"
    estimates = pd.read_parquet(tmp_path / "s/published/latest/estimates.parquet")
    assert estimates["value"].sum() == pytest.approx(60_000)
