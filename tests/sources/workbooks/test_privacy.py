"""Nothing personal that a workbook holds reaches the store."""

from openpyxl.comments import Comment

from tests.runs import holds
from tests.sources.workbooks.books import ocha_book, sheet_book
from tests.sources.workbooks.files import BOOK, HEADER, NORTH, OCHA, ROWS


def test_personal_columns_comments_and_names_of_communities_are_nowhere_in_the_store(
    take, folder, store
):
    def change(book):
        sheet = book.worksheets[0]
        sheet["A2"].comment = Comment("ask Marker Omar", "Marker Omar")
        sheet.cell(1, 12).value = "Marker Focal point"
        sheet.cell(2, 12).value = "Marker Omar"
        sheet.title = "Marker_Omar" if sheet.title == "Count" else sheet.title
        book.properties.creator = "Marker Omar"
        hidden = book.create_sheet("Marker_IDPflow")
        hidden.sheet_state = "hidden"
        hidden.append(["Marker Omar"])

    (folder / "ocha").mkdir()
    (folder / "ocha" / BOOK).write_bytes(ocha_book(change=change))
    phoned = ["Idleb", "Heish 0944 123 456", 5, 28, "16/01/2019", "Abu Marker"]
    (folder / "count.xlsx").write_bytes(sheet_book([HEADER, *ROWS, phoned], change=change))
    outcome = take(OCHA | {"folder": "books/ocha"}, NORTH | {"folder": "books"})
    assert outcome.accepted >= 10
    for word in ("marker", "secretville", "hidden farm", "far well", "0944"):
        assert holds(store, word) == [], word
