"""What one submission states, and which answers are rejected."""

from datetime import date

from tests.sources.form_runs import figures
from tests.sources.kobotoolbox.forms import CAMPS, FIXTURE, FORM, NAMED, landed


def test_a_submission_states_its_figure_with_the_constants_of_its_form(reference):
    parsed = landed(NAMED, FIXTURE["counts"]["results"], reference)
    one = figures(parsed).loc["01"]
    assert (one["stated"], one["unit"]) == (660, "person")
    assert (one["start_date"], one["end_date"]) == (date(2018, 1, 1), date(2018, 1, 5))
    assert one["published_on"] == date(2018, 1, 6)
    assert (one["counter"], one["publisher"]) == ("Northern network", "Northern council")
    assert (one["measure"], one["cause"], one["area_role"]) == (
        "new_displacement", "conflict", "destination",
    )  # fmt: skip
    assert one["area_names"] == "Idleb > Al Ma'ra > Heish"
    assert one["file"] == "kobotoolbox/north"
    assert figures(parsed).loc["02", ["stated", "unit"]].to_list() == [1040, "household"]
    assert set(figures(parsed)["partition_id"]) == {f"kobotoolbox:{FORM['uid']}"}


def test_bad_answers_reject_their_row_with_a_sentence_and_rows_add_up(reference):
    parsed = landed(NAMED, FIXTURE["counts"]["results"], reference)
    assert sorted(figures(parsed).index) == ["01", "02", "03", "04", "09"]
    assert parsed.rows_in == parsed.accepted + len(parsed.rejections) == 9
    checks = {one.check: one.reason for one in parsed.rejections}
    assert set(checks) == {"unreadable_number", "impossible_date", "missing_area"}
    assert "question group_count/persons: “12,88” cannot be read" in checks["unreadable_number"]
    assert "is no day of the calendar" in checks["impossible_date"]


def test_an_impossible_family_waits_for_a_reviewer_although_it_was_approved(reference):
    rows = [FIXTURE["counts"]["results"][0] | {"group_count/households": "2"}]
    assert figures(landed(NAMED, rows, reference)).loc["01", "tier"] == "review"


def test_a_count_of_days_to_come_is_rejected(reference):
    rows = FIXTURE["counts"]["results"][:2]
    rows = [rows[0], rows[1] | {"group_count/date_to": "2018-01-12"}]
    [rejection] = landed(NAMED, rows, reference).rejections
    assert rejection.check == "end_in_the_future"


def test_each_row_of_a_repeat_is_a_figure_of_its_own(reference):
    parsed = landed(CAMPS, FIXTURE["camps"]["results"], reference)
    first, second = figures(parsed).loc["01:1"], figures(parsed).loc["01:2"]
    assert (first["stated"], second["stated"]) == (40, 55)
    assert second["area_names"] == "Idleb > Kafr Nobol sub-district"
    assert first["start_date"] == first["end_date"] == date(2018, 1, 6)
    [rejection] = parsed.rejections
    assert "submission 00000000-0000-4000-8000-000000000002:1" in rejection.reason
    assert (parsed.rows_in, parsed.accepted) == (3, 2)


def test_a_submission_without_a_root_goes_by_its_uuid(reference):
    row = FIXTURE["counts"]["results"][0]
    row = {name: value for name, value in row.items() if name != "meta/rootUuid"}
    [name] = landed(NAMED, [row], reference).statements["source_record_id"]
    assert name == f"kobotoolbox:{FORM['uid']}:{row['_uuid']}"
