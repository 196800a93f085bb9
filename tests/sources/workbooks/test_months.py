"""The month of a file is read from its name, or has to be declared."""

import pytest

from displacement.sources.workbooks.listed import month_of
from tests.servers.recorded import RecordedServer
from tests.sources.workbooks.books import ocha_book
from tests.sources.workbooks.files import BOOK, OCHA, fetch, parse_all


def test_a_file_without_a_month_is_rejected_with_what_to_do(folder):
    (folder / "movements.xlsx").write_bytes(ocha_book())
    (folder / BOOK).write_bytes(ocha_book())
    *answers, rejection = fetch(OCHA | {"folder": "books"})
    assert (rejection.check, rejection.file) == ("missing_month", "workbooks/syria/movements.xlsx")
    assert 'set month = "YYYY-MM" for the entry' in rejection.reason
    assert len(parse_all(answers).statements) == 7


def test_an_address_without_a_month_is_rejected_and_not_asked():
    with RecordedServer({}) as server:
        [rejection] = fetch(OCHA | {"url": f"{server.url}/movements.xlsx"}, url=server.url)
        assert rejection.check == "missing_month"
        assert server.requests == []


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("idp_movements_january_2019.xlsx", "2019-01"),
        ("201901_idps.xlsx", "2019-01"),
        ("Syria IDPs 2019-01.xlsx", "2019-01"),
        ("2019_Jan.xlsx", "2019-01"),
        ("نزوح كانون الأول 2018.xlsx", None),
        ("تموز_2018.xlsx", "2018-07"),
        ("december_2018_as_of_2019-01-15.xlsx", "2018-12"),
        ("https://x.org/2017-05/Jan2019.xlsx?dl=1", "2019-01"),
        ("https://x.org/2019-01/movements.xlsx", None),
        ("dec_2018_jan_2019.xlsx", None),
        ("published 2019-01-15.xlsx", None),
        ("area 2019-13.xlsx", None),
    ],
)
def test_the_month_is_read_from_the_name_alone(name, month):
    assert month_of(name) == month
