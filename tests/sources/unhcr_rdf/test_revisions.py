"""Changed, vanished and unchanged cells from one run to the next."""

from datetime import UTC, datetime

from tests.sources.unhcr_rdf.runs import OCTOBER, ask, declared, standing, totals
from tests.sources.unhcr_tables import pair


def test_a_changed_cell_is_a_revision_and_a_vanished_or_zeroed_one_a_withdrawal(
    server, store, reference
):
    server.rows += [pair(2023, "SYR", asylum, refugees=10) for asylum in ("DEU", "SWE", "FRA")]
    one = declared(reference, server.base_url, options={"endpoints": ["population"]})
    ask(store, reference, one, OCTOBER)
    server.rows[0] = pair(2023, "SYR", "LBN", refugees=784_000, returned_refugees=10_130)
    server.rows[-1] = pair(2023, "SYR", "FRA")
    del server.rows[-2]
    outcome = ask(store, reference, one, datetime(2024, 11, 2, tzinfo=UTC))

    assert (outcome.new, outcome.revised, outcome.withdrawn) == (0, 1, 2)
    assert totals(standing(store))[("refugees", "origin", "SYR", "2023-12-31")] == 3_998_790


def test_a_second_run_with_nothing_new_changes_nothing(server, store, reference):
    declaration = declared(reference, server.base_url)
    ask(store, reference, declaration, OCTOBER)
    outcome = ask(store, reference, declaration, datetime(2024, 12, 1, tzinfo=UTC))

    assert (outcome.new, outcome.revised, outcome.withdrawn) == (0, 0, 0)
