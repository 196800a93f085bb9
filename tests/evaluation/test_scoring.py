"""The scorer itself: what it calls found, missed, wrong, and fallen."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.evaluation.floors import fallen, load_floors, record_floors
from tests.evaluation.gold import Passage, find_text, load_passages
from tests.evaluation.report import render, render_rules
from tests.evaluation.scoring import Reading, Score, Share, score

TEXT = "More than 60,000 people fled in May, the UN said; 14 died."
PASSAGE = f'''
[[passage]]
id = "example"
country = "Nowhere"
style = "wire"
published = 2018-06-02
text = "{TEXT}"
traps = {{"14" = "killed"}}
[[passage.figures]]
text = "60,000"
value = 60000
quantifier = "more_than"
measure = "new_displacement"
start = 2018-05-01
end = 2018-05-31
counter = "United Nations|UN"
'''


def written(folder: Path, toml: str = PASSAGE) -> list[Passage]:
    (folder / "passages.toml").write_text(toml, "utf-8")
    return load_passages(folder)


def taken(**changes: Any) -> dict[str, Any]:
    return {
        "number_start": TEXT.index("60,000"),
        "number_end": TEXT.index("60,000") + 6,
        "number_text": "60,000",
        "stated": 60_000.0,
        "stated_high": None,
        "unit": "person",
        "quantifier": "more_than",
        "measure": "new_displacement",
        "modality": "asserted",
        "start_date": date(2018, 5, 1),
        "end_date": date(2018, 5, 31),
        "counter": "United Nations",
        "tier": "accepted",
        "rule_id": "right.fled",
    } | changes


def rejected(reason: str) -> dict[str, Any]:
    start = TEXT.index("14")
    return {"number_start": start, "number_end": start + 2, "reason": reason, "rule_id": "x.y"}


def scored(tmp_path: Path, *figures: dict[str, Any], reason: str = "killed") -> Score:
    return score(written(tmp_path), [Reading(list(figures), [rejected(reason)])])


def test_a_figure_with_overlapping_span_and_equal_value_is_found(tmp_path: Path):
    result = scored(tmp_path, taken(number_start=0))

    assert result.recall() == (1, 1)
    assert result.precision() == (1, 1)
    assert result.differences == []


@pytest.mark.parametrize("change", [{"stated": 6_000.0}, {"stated_high": 70_000.0}])
def test_a_figure_with_another_value_is_a_miss_and_an_error(tmp_path: Path, change: dict):
    result = scored(tmp_path, taken(**change))

    assert result.recall() == (0, 1)
    assert result.precision() == (0, 1)


def test_a_number_that_was_not_taken_is_a_miss(tmp_path: Path):
    assert scored(tmp_path).recall("plain") == (0, 1)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("unit", {"unit": "household"}),
        ("quantifier", {"quantifier": "exact"}),
        ("measure", {"measure": "idps"}),
        ("period", {"start_date": None}),
        ("period", {"end_date": date(2018, 6, 2)}),
        ("counter", {"counter": "unknown"}),
    ],
)
def test_a_field_that_is_read_otherwise_counts_against_that_field_alone(
    tmp_path: Path, field: str, change: dict
):
    result = scored(tmp_path, taken(**change))

    assert [difference.field for difference in result.differences] == [field]
    assert result.accuracy(field) == (0, 1)


def test_a_figure_that_is_none_counts_against_precision_with_the_reason_of_the_trap(
    tmp_path: Path,
):
    start = TEXT.index("14")
    wrong = taken(number_start=start, number_end=start + 2, number_text="14", stated=14.0)
    result = scored(tmp_path, taken(), wrong)

    assert result.precision() == (1, 2)
    assert [reason for *_, reason in result.false] == ["killed"]
    assert "killed" in render(result, {})


def test_a_wrong_figure_for_review_spares_the_precision_of_the_accepted_ones(tmp_path: Path):
    wrong = taken(number_start=50, number_end=52, number_text="14", stated=14.0, tier="review")
    result = scored(tmp_path, taken(), wrong)

    assert result.precision() == (1, 1)
    assert result.precision(accepted_only=False) == (1, 2)


def test_an_accepted_figure_that_an_analyst_would_hold_back_is_no_success(tmp_path: Path):
    planned = PASSAGE.replace("value = 60000", 'value = 60000\nmodality = "planned"')
    result = score(written(tmp_path, planned), [Reading([taken(modality="planned")], [])])

    assert result.precision() == (0, 1)
    assert result.recall() == (1, 1)


def test_an_optional_figure_is_neither_a_miss_nor_an_error(tmp_path: Path):
    optional = PASSAGE.replace("value = 60000", "value = 60000\noptional = true")
    passages = written(tmp_path, optional)

    assert score(passages, [Reading([], [])]).recall() == (0, 0)
    assert score(passages, [Reading([taken()], [])]).precision() == (0, 0)
    assert score(passages, [Reading([taken(stated=1.0)], [])]).precision() == (0, 0)


def test_a_trap_that_is_rejected_for_another_reason_is_shown(tmp_path: Path):
    result = scored(tmp_path, taken(), reason="injured")

    assert result.reason_accuracy() == (0, 1)
    assert "14: injured for killed" in render(result, {})


def test_a_rule_that_rejects_a_figure_is_imprecise(tmp_path: Path):
    wrong = rejected("affected") | {"number_start": 10, "number_end": 16}
    result = score(written(tmp_path), [Reading([], [wrong, rejected("killed")])])

    assert "| `x.y` | 2 | 1 | 0.50 |" in render_rules(result)


def test_the_interval_is_that_of_wilson():
    low, high = Share(95, 100).interval()

    assert (round(low, 4), round(high, 4)) == (0.8882, 0.9785)


def test_the_second_of_two_equal_numbers_can_be_meant():
    assert find_text("300 of 1,300 and 300", "300#2") == (17, 20)


def test_an_annotation_that_the_text_does_not_hold_is_refused_by_name(tmp_path: Path):
    with pytest.raises(ValueError, match=r"passages.toml: example: the text does not hold '15'"):
        written(tmp_path, PASSAGE.replace('"14"', '"15"'))


def test_a_figure_below_its_floor_is_named(tmp_path: Path):
    floors = tmp_path / "floors" / "floors.toml"
    floors.parent.mkdir()
    record_floors(scored(tmp_path, taken()), floors)

    assert fallen(scored(tmp_path, taken()), load_floors(floors)) == []
    assert "unit fell to 0.0000, its floor is 1.0" in fallen(
        scored(tmp_path, taken(unit="household")), load_floors(floors)
    )


def test_a_figure_that_is_no_longer_measured_counts_as_fallen(tmp_path: Path):
    assert fallen(scored(tmp_path, taken()), {"recall_xx": 0.5}) == [
        "recall_xx has a floor but is no longer measured"
    ]
