"""Tables, rows and options that are not believed, and what is told of them."""

import json

import pytest

from displacement.sources.source import SourceError
from displacement.store.store import Store
from tests.sources.unhcr_rdf.runs import FIXTURE, OCTOBER, ask, declared, parsed, standing, totals
from tests.sources.unhcr_tables import pair


def test_a_table_that_silently_shrinks_is_held_back(server, store, reference):
    declaration = declared(reference, server.base_url)
    ask(store, reference, declaration, OCTOBER)
    before = standing(store)
    server.misbehave("smaller", share=0.3, times=None)
    outcome = ask(store, reference, declaration, OCTOBER)

    assert not outcome.complete
    assert any("are gone at once" in one for one in outcome.signals)
    assert standing(store).equals(before)


@pytest.mark.parametrize("kind", ["renamed_column", "missing_column"])
def test_a_column_that_is_gone_holds_the_answer_back(server, store, reference, kind):
    declaration = declared(reference, server.base_url)
    ask(store, reference, declaration, OCTOBER)
    before = standing(store)
    server.misbehave(kind, column="returned_refugees", to="returns", times=None)
    outcome = ask(store, reference, declaration, OCTOBER)

    assert any("returned_refugees is missing" in one for one in outcome.signals)
    assert standing(store).equals(before)


def test_a_new_column_is_a_signal_and_its_rows_are_read(server, store, reference):
    server.misbehave("new_column", column="returnees", to="1", times=None)
    outcome = ask(store, reference, declared(reference, server.base_url), OCTOBER)

    assert any("new column 'returnees'" in one for one in outcome.signals)
    assert outcome.new > 0


def test_a_value_that_is_no_number_rejects_its_row_only(server, store, reference):
    server.rows[1] = {**server.rows[1], "refugees": "about 3 million"}
    ask(store, reference, declared(reference, server.base_url), OCTOBER)

    rejected = Store(store).tables.read("unhcr_rdf").rejected
    assert set(rejected["column"]) == {"refugees"}
    assert totals(standing(store))[("refugees", "origin", "SYR", "2023-12-31")] == 784_884


def test_a_server_that_ignores_the_country_is_not_believed(reference):
    items = [pair(2023, "SYR", "LBN", refugees=1), pair(2023, "IRQ", "LBN", refugees=2)]
    with pytest.raises(SourceError, match="rows of IRQ"):
        parsed(reference, items)


def test_displaced_people_outside_of_their_country_are_a_signal_and_no_figure(reference):
    result = parsed(reference, [pair(2023, "SYR", "LBN", idps=5)])

    assert len(result.statements) == 0
    assert any("idps outside of their own country" in one for one in result.signals)


def test_a_row_that_comes_twice_in_a_page_counts_once(reference):
    items = json.loads(FIXTURE.read_text(encoding="utf-8"))["items"]
    once, twice = parsed(reference, items), parsed(reference, [*items, items[0]])
    assert len(twice.statements) == len(once.statements)
    assert (twice.rows_in, twice.accepted) == (len(items) + 1, len(items))
    assert [one.check for one in twice.rejections] == ["repeated_record"]


def test_an_option_that_nobody_knows_is_an_error_that_names_it(server, store, reference):
    outcome = ask(
        store,
        reference,
        declared(reference, server.base_url, options={"populations": ["everybody"]}),
        OCTOBER,
    )

    assert outcome.failed
    assert "populations" in outcome.message
