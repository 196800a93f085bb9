"""Files appear whole or not at all, and the janitor removes what a kill left behind."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from displacement.store import files
from displacement.store.files import ASIDE, remove_leftovers, whole_folder, write_whole


def left(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_with_its_folders(tmp_path):
    path = tmp_path / "a" / "b" / "c.json"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert left(path.parent) == ["c.json"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "c.json"
    write_whole(path, b"one")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"two")
    assert path.read_bytes() == b"one"


def test_everything_is_on_the_disk_before_it_gets_its_name(tmp_path, monkeypatch):
    seen = []
    real_fsync, path = os.fsync, tmp_path / "c.json"

    def noted(descriptor):
        kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        seen.append((kind, path.exists()))
        real_fsync(descriptor)

    monkeypatch.setattr(files.os, "fsync", noted)
    write_whole(path, b"one")
    assert seen == [("file", False), ("folder", True)]


def test_threads_that_write_the_same_file_do_not_meet(tmp_path):
    path = tmp_path / "c.json"
    with ThreadPoolExecutor(8) as pool:
        for written in [pool.submit(write_whole, path, b"x" * 100_000) for _ in range(40)]:
            written.result()
    assert path.stat().st_size == 100_000
    assert left(tmp_path) == ["c.json"]


def test_a_folder_appears_whole(tmp_path):
    target = tmp_path / "x" / "part"
    with whole_folder(target) as folder:
        (folder / "a").write_bytes(b"1")
        assert not target.exists()
        assert folder.name.startswith(ASIDE)
    assert left(target) == ["a"]
    assert left(target.parent) == ["part"]


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_a_folder_that_was_not_finished_never_appears(tmp_path, failure):
    def fill_half():
        with whole_folder(tmp_path / "part") as folder:
            (folder / "a").write_bytes(b"1")
            raise failure

    with pytest.raises(failure):
        fill_half()
    assert left(tmp_path) == []


def test_a_folder_that_is_there_is_not_replaced(tmp_path):
    for content in (b"1", b"2"):
        try:
            with whole_folder(tmp_path / "part") as folder:
                (folder / "a").write_bytes(content)
        except OSError:
            assert content == b"2"
    assert (tmp_path / "part" / "a").read_bytes() == b"1"
    assert left(tmp_path) == ["part"]


def test_the_janitor_removes_what_is_unfinished_and_nothing_else(tmp_path):
    keep = tmp_path / "tables" / "s" / "000001-abc"
    keep.mkdir(parents=True)
    (keep / "records.parquet").write_bytes(b"1")
    (tmp_path / "tables" / "s" / f"{ASIDE}9-000002-def").mkdir()
    (tmp_path / "tables" / "s" / f"{ASIDE}9-000002-def" / f"{ASIDE}9-x").write_bytes(b"2")
    (tmp_path / "landing").mkdir()
    (tmp_path / "landing" / f"{ASIDE}9-aa").write_bytes(b"3")
    (tmp_path / f"{ASIDE}current").symlink_to(keep)
    assert len(remove_leftovers(tmp_path)) == 4
    assert left(keep) == ["records.parquet"]
    assert left(tmp_path) == ["landing", "tables"]
    assert remove_leftovers(tmp_path) == []
    assert remove_leftovers(tmp_path / "nowhere") == []
