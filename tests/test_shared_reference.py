import shutil
from pathlib import Path

from displacement.reference import shared_reference

REFERENCE = Path(__file__).parents[1] / "data" / "reference"


def test_tasks_share_the_reference_until_a_file_of_it_changes(tmp_path: Path) -> None:
    folder = shutil.copytree(REFERENCE, tmp_path / "reference")
    asked = folder, tmp_path / "sources.toml", tmp_path / "store"
    first = shared_reference(*asked)
    assert shared_reference(*asked) is first
    (tmp_path / "sources.toml").write_text("[sources.documents]\nenabled = false\n")
    changed = shared_reference(*asked)
    assert first.sources["documents"].enabled
    assert not changed.sources["documents"].enabled
