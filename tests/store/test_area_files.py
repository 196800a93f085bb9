from datetime import date
from pathlib import Path

import pytest

from displacement.names import load_gazetteer
from displacement.normalise.known_areas import described_areas, known_areas, old_codes
from displacement.reference import load_reference
from displacement.store.area_files import AREAS, OWN_FOLDER, WORLD_AREAS, read_area_names
from displacement.store.own_areas import OwnAreas, load_all_areas, save_own_areas
from displacement.store.reference import load_described_areas
from displacement.store.slips import ReferenceTableError
from displacement_schemas import Areas, OldCodes, Populations

REFERENCE = Path(__file__).parents[2] / "data" / "reference"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store into which a country at home and one abroad were imported, both with less areas."""
    known = load_all_areas(REFERENCE, None).known
    kept = known[known["country"].isin(["SYR", "YEM"]) & (known["admin_level"] < 2)]
    old = OldCodes.from_rows(
        [
            {
                "country": "YEM", "area_code": "YE99", "code_system": "ocha_pcode",
                "admin_level": 1, "name": "Elsewhere", "successor_codes": "YE11|YE12",
                "match_method": "code", "valid_until": date(2020, 1, 1),
            }
        ]
    )  # fmt: skip
    save_own_areas(tmp_path, OwnAreas(Areas.in_order(kept), old, Populations.empty()))
    return tmp_path


def test_names_are_read_as_a_run_knows_them(store: Path) -> None:
    names, frames = read_area_names(REFERENCE, store), load_all_areas(REFERENCE, store)
    assert names.home == [*known_areas(frames.home)]
    assert [*names.world] == [*known_areas(frames.world)]
    assert names.old_codes == [*old_codes(frames.own.old_codes)]
    assert names.described == [*described_areas(load_described_areas(REFERENCE))]


def test_a_gazetteer_of_names_answers_as_that_of_a_run(store: Path) -> None:
    quick, own = load_gazetteer(REFERENCE, store), load_reference(REFERENCE, None, store).gazetteer
    for name in ("Idlib", "YE99", "YE11", "Sudan > North Darfur > Zamzam > ?", "Idlibb", "Congo"):
        assert quick.match(name) == own.match(name)


@pytest.mark.parametrize(
    ("file", "slip", "told"),
    [
        (AREAS, ("ocha_pcode,1,", "ocha_pcode,first,"), "column admin_level: “first” is no whole"),
        (AREAS, ("admin_level,", "level,"), "there is no column admin_level"),
        (WORLD_AREAS, ("ABW,0,", "ABW,top,"), "column admin_level: “top” is no whole number"),
    ],
)
def test_a_slip_in_a_table_of_areas_is_named(
    file: str, slip: tuple[str, str], told: str, tmp_path: Path
) -> None:
    for path in REFERENCE.iterdir():
        content = path.read_text(encoding="utf-8")
        content = content.replace(*slip, 1) if path.name == file else content
        (tmp_path / path.name).write_text(content, encoding="utf-8")
    with pytest.raises(ReferenceTableError, match=told):
        [*read_area_names(tmp_path, tmp_path / OWN_FOLDER).world]
