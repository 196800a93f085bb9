"""Who counted is known by a token alone, and by none without a key."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook

from displacement.normalise.figures import Reference, figures_from
from displacement.sources.enumerators import SHORTEST_KEY, tokens
from displacement.sources.sheets import SOURCE
from displacement.sources.source import Answer, Declaration, Landed, Request, SourceError
from displacement.store.store import Store
from tests.runs import NOW, take_in_all

KEY = {"enumerators": "k" * SHORTEST_KEY}
OTHER = {"enumerators": "o" * SHORTEST_KEY}
HEADER = ["Sub-district", "PCODE", "Families", "Date", "Enumerator", "Phone"]
ROWS = [
    ["Dana", "SY070301", 10, "06/01/2018", "Rima Invented", "+963 933 000 111"],
    ["Dana", "SY070301", 12, "06/01/2018", "rima  invented", None],
    ["Dana", "SY070301", 14, "06/01/2018", "Omar Invented", None],
    ["Salqin", "SY070302", 16, "06/01/2018", None, None],
    [None, None, None, None, "Omar Invented", None],
]


def test_a_person_has_one_token_under_a_key_and_another_under_another() -> None:
    one, other = tokens(KEY), tokens(OTHER)
    assert one is not None
    assert other is not None
    assert one("Rima Invented") == one(" rima\u200f  INVENTED ") != one("Omar Invented")
    assert one("Rima Invented") != other("Rima Invented")
    assert [one(nobody) for nobody in (None, "", " ", {}, [])] == [None] * 5


def test_without_a_key_there_are_no_tokens_and_a_short_one_is_refused() -> None:
    assert tokens({}) is None
    with pytest.raises(SourceError, match="fewer than 32 characters") as refused:
        tokens({"enumerators": "short-key"})
    assert "short-key" not in str(refused.value)


def landed(inbox: Path, secrets: dict[str, str]) -> bytes:
    book = Workbook()
    for row in (HEADER, *ROWS):
        book.worksheets[0].append(row)
    book.save(inbox / "volunteers" / "count.xlsx")
    declaration = Declaration("sheets", "Sheets", "none", "daily")
    [answer] = SOURCE.fetch(Request(declaration, inbox, NOW, secrets=secrets))
    assert isinstance(answer, Answer)
    assert isinstance(answer.content, bytes)
    return answer.content


def test_a_sheet_lands_with_tokens_under_a_key_and_with_nothing_without_one(inbox: Path) -> None:
    plain, keyed = landed(inbox, {}), landed(inbox, KEY)
    for content in (plain, keyed):
        assert b"invented" not in content.lower()
        assert len(json.loads(content)["sheets"][0]["rows"]) == 4
    assert b"enumerator" not in plain
    assert keyed.count(b'"enumerator"') == 3


def test_a_figure_says_how_many_people_counted_its_area_and_days(
    inbox: Path, store: Path, reference: Reference
) -> None:
    content = landed(inbox, KEY)
    parsed = SOURCE.parse(
        Landed("volunteers/count.xlsx", "0" * 64, content), reference.sources["sheets"]
    )
    assert parsed.statements["enumerator"].nunique() == 2
    take_in_all(store, inbox, reference, sources=["sheets"])
    records = Store(store).tables.read("sheets").records
    assert records["enumerator"].isna().all()
    told = parsed.statements["enumerator"].to_list()
    figures = figures_from(
        records.assign(enumerator=pd.array(told, records["enumerator"].dtype)), reference
    ).figures
    by_area = figures.groupby("area_text")["enumerators"].max()
    assert by_area["Dana"] == 2
    assert pd.isna(by_area["Salqin"])


def test_a_source_with_a_short_key_is_not_asked(inbox: Path, reference: Reference) -> None:
    declaration = replace(reference.sources["sheets"])
    request = Request(declaration, inbox, NOW, secrets={"enumerators": "short"})
    with pytest.raises(SourceError, match="characters"):
        list(SOURCE.fetch(request))
