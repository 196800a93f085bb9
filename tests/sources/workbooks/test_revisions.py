"""Files issued again, cut short, taken away or doubled, from one run to the next."""

from displacement.store.store import Store
from tests.sources.workbooks.books import (
    ARRIVALS,
    ARRIVED,
    HEISH,
    RETURNED,
    RETURNS,
    ocha_book,
    sheet_book,
)
from tests.sources.workbooks.files import BOOK, HEADER, LATER, NORTH, OCHA, ROWS, standing


def test_a_whole_run_places_every_row_and_a_second_one_changes_nothing(take, folder, store):
    (folder / BOOK).write_bytes(ocha_book())
    (folder / "count.xlsx").write_bytes(sheet_book([HEADER, *ROWS]))
    (folder / "ocha").mkdir()
    (folder / BOOK).rename(folder / "ocha" / BOOK)
    entries = (OCHA | {"folder": "books/ocha"}, NORTH | {"folder": "books"})
    first = take(*entries)
    assert (first.rows_in, first.accepted, first.rejected, first.new) == (10, 10, 0, 9)
    assert first.complete
    second = take(*entries, now=LATER)
    assert (second.new, second.revised, second.withdrawn) == (0, 0, 0)


def test_a_file_issued_again_revises_its_communities_whatever_it_is_called(take, folder, store):
    (folder / BOOK).write_bytes(ocha_book())
    take(OCHA | {"folder": "books"})
    (folder / BOOK).unlink()
    changed = [[*ARRIVALS[0][:8], 300], *ARRIVALS[1:]]
    (folder / "v2_2019-01.xlsx").write_bytes(ocha_book(changed, totals=(503.5, RETURNED)))
    outcome = take(OCHA | {"folder": "books"}, now=LATER)
    assert (outcome.new, outcome.withdrawn) == (0, 0)
    now = standing(store)
    assert now[now["measure"] == "new_displacement"]["stated"].sum() == ARRIVED + 50
    one = now[now["source_record_id"].str.endswith("arrivals/C4101")].iloc[0]
    assert (one["stated"], one["published_on"]) == (300, LATER.date())


def test_a_community_that_is_gone_is_withdrawn(take, folder, store):
    (folder / BOOK).write_bytes(ocha_book())
    take(OCHA | {"folder": "books"})
    (folder / BOOK).write_bytes(ocha_book(ARRIVALS[:-1]))
    assert take(OCHA | {"folder": "books"}, now=LATER).withdrawn == 1


def test_a_shrunk_sheet_is_held_back(take, folder, store):
    (folder / BOOK).write_bytes(ocha_book())
    take(OCHA | {"folder": "books"})
    (folder / BOOK).write_bytes(ocha_book(ARRIVALS[:2], RETURNS[:1]))
    outcome = take(OCHA | {"folder": "books"}, now=LATER)
    assert (outcome.withdrawn, outcome.complete) == (0, False)
    assert len(standing(store)) == 7


def test_a_file_that_breaks_or_is_taken_away_keeps_its_figures(take, folder, store):
    (folder / BOOK).write_bytes(ocha_book())
    (folder / "february_2019.xlsx").write_bytes(ocha_book())
    take(OCHA | {"folder": "books"})
    (folder / BOOK).write_bytes((folder / BOOK).read_bytes()[:900])
    outcome = take(OCHA | {"folder": "books"}, now=LATER)
    assert (outcome.withdrawn, outcome.complete) == (0, False)
    (folder / BOOK).unlink()
    assert take(OCHA | {"folder": "books"}, now=LATER).withdrawn == 0
    gone = take(OCHA | {"folder": "nowhere"}, now=LATER)
    assert gone.failed
    assert "there is no folder nowhere" in gone.message
    assert len(standing(store)) == 14


def test_a_file_with_its_header_alone_is_taken_back_where_that_is_declared(take, folder, store):
    (folder / BOOK).write_bytes(ocha_book())
    take(OCHA | {"folder": "books"})
    (folder / BOOK).write_bytes(ocha_book([], []))
    assert take(OCHA | {"folder": "books"}, now=LATER).withdrawn == 0
    assert take(OCHA | {"folder": "books"}, now=LATER, most_vanished=1.0).withdrawn == 7


def test_one_community_in_two_rows_or_two_files_is_counted_once(take, folder, store):
    (folder / BOOK).write_bytes(ocha_book([*ARRIVALS, [*HEISH, "Again", "C4101", 999]]))
    (folder / "copy_2019-01.xlsx").write_bytes(ocha_book())
    outcome = take(OCHA | {"folder": "books"})
    assert outcome.rejected == 8
    assert standing(store)["stated"].sum() == ARRIVED + RETURNED
    reasons = Store(store).tables.read("workbooks").rejected["reason"]
    assert any("row 8, column “Community PCODE”: “C4101” stands in row 2" in one for one in reasons)
