"""Which figures a workbook in OCHA's layout gives."""

import datetime as dt
import io
from pathlib import Path

import openpyxl

from tests.sources.workbooks.books import ARRIVALS, ARRIVED, HEISH, RETURNED, ocha_book
from tests.sources.workbooks.files import BOOK


def test_arrivals_and_returns_are_flows_of_the_month_at_the_place_of_arrival(read_ocha):
    statements = read_ocha().statements
    first = statements.iloc[0]
    assert first["source_record_id"] == "workbooks:ocha_idp_movements/2019-01/arrivals/C4101"
    assert (first["area_codes"], first["area_text"]) == ("SY070205", "Heish")
    assert (first["stated"], first["unit"], first["quantifier"]) == (250, "person", "exact")
    assert (first["start_date"], first["end_date"]) == (dt.date(2019, 1, 1), dt.date(2019, 1, 31))
    assert first["published_on"] == dt.date(2019, 1, 31)
    assert (first["counter"], first["cause"]) == ("OCHA", "unknown")
    assert set(statements["area_role"]) == {"destination"}
    assert set(statements["date_precision"]) == {"month"}
    assert statements.groupby("measure").size().to_dict() == {"new_displacement": 5, "return": 2}


def test_only_the_rows_of_the_flow_sheets_count_and_their_sums_are_those_of_the_file(read_ocha):
    statements = read_ocha().statements
    sums = statements.groupby("measure")["stated"].sum().to_dict()
    assert sums == {"new_displacement": ARRIVED, "return": RETURNED}
    assert sum(row[8] or 0 for row in ARRIVALS) == ARRIVED
    by_place = statements[statements["measure"] == "new_displacement"].groupby("area_codes")
    assert by_place["stated"].sum().to_dict() == {
        "SY050101": 83,
        "SY070203": 0,
        "SY070205": 370.5,
    }


def test_communities_of_one_sub_district_are_parts_of_one_figure(read_ocha):
    statements = read_ocha().statements
    parts = statements.groupby("partition_id")["area_codes"].unique()
    assert all(len(codes) == 1 for codes in parts)
    assert parts.index[0] == "workbooks:ocha_idp_movements/2019-01/arrivals/SY050101"
    assert len(parts) == 4


def test_a_blank_is_no_statement_and_zero_is_one(read_ocha):
    parsed = read_ocha()
    stated = dict(
        zip(parsed.statements["source_record_id"], parsed.statements["stated"], strict=True)
    )
    assert stated["workbooks:ocha_idp_movements/2019-01/arrivals/C4103"] == 0
    assert "workbooks:ocha_idp_movements/2019-01/arrivals/C4104" not in stated
    assert parsed.rejections == []
    [signal] = parsed.signals
    assert signal == (
        f"workbooks/syria/{BOOK}, sheet 1: 1 communities have no number; they were not counted, "
        "which is not zero."
    )


def test_half_persons_stay_as_given(read_ocha):
    assert 120.5 in read_ocha().statements["stated"].to_list()


def test_a_name_variant_of_a_code_is_kept_as_written(read_ocha):
    arrivals = read_ocha().statements
    there = arrivals[arrivals["area_codes"] == "SY050101"]
    assert set(there["area_text"]) == {"Suran", "Soran"}


def test_a_community_with_five_digits_is_no_personal_number(read_ocha):
    parsed = read_ocha(arrivals=[[*HEISH, "X", "C41099", 5]])
    assert parsed.statements["source_record_id"][0].endswith("/C41099")


def test_a_hidden_sheet_is_not_read(read_ocha):
    def change(book):
        book["January_Retflow"].sheet_state = "hidden"

    assert set(read_ocha(change=change).statements["measure"]) == {"new_displacement"}


def test_a_flow_sheet_without_its_name_is_known_by_its_columns(read_ocha):
    def change(book):
        book["January_IDPflow"].title = "Sheet1"

    assert len(read_ocha(change=change).statements) == 7


def test_the_recorded_shape_is_the_one_that_these_tests_build():
    recorded = openpyxl.load_workbook(Path(__file__).parents[2] / "fixtures/workbooks.xlsx")
    built = openpyxl.load_workbook(io.BytesIO(ocha_book()))
    assert recorded.sheetnames == built.sheetnames
    for one, other in zip(recorded, built, strict=True):
        assert list(one.values) == list(other.values)
