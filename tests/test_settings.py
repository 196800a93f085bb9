"""Options come before the environment, the environment before the file."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from pydantic import ValidationError

from displacement.settings import load_settings, reference_folder, write_template
from displacement.store.remote.address import Address


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty working folder and a bare environment."""
    for name in ("INBOX", "STORE", "REFERENCE", "NOW"):
        monkeypatch.delenv(f"DISPLACEMENT_{name}", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_defaults_need_no_file():
    before = datetime.now(UTC)
    settings = load_settings()
    assert (settings.inbox, settings.store) == (Path("data/inbox"), Path("data/store"))
    assert settings.reference == reference_folder()
    assert (settings.reference / "areas.csv").is_file()
    assert before <= settings.now <= datetime.now(UTC)
    assert settings.now.utcoffset() == timedelta(0)


def test_options_come_before_the_environment_and_that_before_the_file(folder, monkeypatch):
    lines = ("file-inbox", "file-store", "file-reference")
    names = ("inbox", "store", "reference")
    (folder / "displacement.toml").write_text(
        "\n".join(f'{name} = "{value}"' for name, value in zip(names, lines, strict=True))
    )
    monkeypatch.setenv("DISPLACEMENT_STORE", "environment-store")
    monkeypatch.setenv("DISPLACEMENT_INBOX", "environment-inbox")
    settings = load_settings(inbox=Path("option-inbox"), store=None)
    assert settings.inbox == Path("option-inbox")
    assert settings.store == Path("environment-store")
    assert settings.reference == Path("file-reference")


def test_another_file_may_be_named(folder):
    (folder / "displacement.toml").write_text('store = "usual"\n')
    (folder / "other.toml").write_text('store = "other"\n')
    assert load_settings(folder / "other.toml").store == Path("other")
    assert load_settings().store == Path("usual")


def test_a_named_file_that_is_missing_is_refused():
    with pytest.raises(FileNotFoundError, match=r"no settings file at nowhere\.toml"):
        load_settings(Path("nowhere.toml"))


def test_a_word_that_is_no_setting_is_refused(folder):
    (folder / "displacement.toml").write_text('stor = "x"\n')
    with pytest.raises(ValidationError, match="stor"):
        load_settings()


def test_a_store_may_be_a_folder_a_file_address_or_one_on_object_storage():
    assert load_settings(store="file:///tmp/x").store == Path("/tmp/x")
    assert load_settings(store="s3://bucket/some/where/").store == Address("bucket", "some/where")
    assert load_settings(store="s3://bucket").store == Address("bucket", "")
    assert str(load_settings(store="s3://bucket/some/where/").store) == "s3://bucket/some/where"


@pytest.mark.parametrize(
    "given", ["gs://bucket/x", "s3:/bucket/x", "s3://b/?x", "s3://key:secret@bucket", "s3://b//x"]
)
def test_any_other_address_is_refused_without_repeating_it(given):
    with pytest.raises(ValidationError, match="s3://bucket/prefix and no more") as refused:
        load_settings(store=given)
    assert given not in refused.value.errors()[0]["msg"]


def test_working_copies_are_kept_apart_by_server_and_address(monkeypatch, folder):
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    settings = load_settings()
    assert settings.working_copies == folder / "displacement"
    slots = set()
    for server in ("http://one", "http://two"):
        monkeypatch.setenv("AWS_ENDPOINT_URL", server)
        slots |= {Address("b", name).folder_in(settings.working_copies) for name in ("x/y", "x-y")}
    assert len(slots) == 4
    assert {slot.name[:6] for slot in slots} == {"b-x-y-"}


@pytest.mark.parametrize(
    "given",
    [
        "2018-01-10T06:00:00+00:00",
        "2018-01-10T06:00:00",
        "2018-01-10T08:00:00+02:00",
        datetime(2018, 1, 10, 8, tzinfo=timezone(timedelta(hours=2))),
    ],
)
def test_the_time_of_a_run_is_kept_in_utc(given):
    settings = load_settings(now=given)
    assert settings.now == datetime(2018, 1, 10, 6, tzinfo=UTC)
    assert settings.now.utcoffset() == timedelta(0)


def test_the_template_is_written_once_and_means_the_defaults(folder):
    written = write_template(folder, "# sources\n")
    assert [path.relative_to(folder).as_posix() for path in written] == [
        "displacement.toml",
        "sources.toml",
        "data/inbox/figures",
        "data/inbox/volunteers",
        "data/inbox/reports",
    ]
    assert load_settings().store == Path("data/store")
    (folder / "displacement.toml").write_text('store = "mine"\n')
    assert write_template(folder, "") == []
    assert load_settings().store == Path("mine")


def test_every_line_of_the_template_can_be_used(folder):
    [settings, *_] = write_template(folder, "# sources\n")
    text = settings.read_text(encoding="utf-8")
    opened = [line.removeprefix("# ") for line in text.splitlines() if " = " in line]
    settings.write_text("\n".join(opened), encoding="utf-8")
    assert len(opened) == 11
    assert load_settings().reference == Path("data/reference")


def test_the_threshold_of_small_numbers_is_ten_persons_and_can_be_set(monkeypatch):
    assert load_settings().small_cell_threshold == 10
    monkeypatch.setenv("DISPLACEMENT_SMALL_CELL_THRESHOLD", "0")
    assert load_settings().small_cell_threshold == 0
    monkeypatch.setenv("DISPLACEMENT_SMALL_CELL_THRESHOLD", "-1")
    with pytest.raises(ValueError, match="greater than or equal to 0"):
        load_settings()
