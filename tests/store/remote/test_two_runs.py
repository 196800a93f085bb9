"""Two runs at once: one wins, and nothing of the other is of the store."""

import pytest

from displacement.store.lock import StoreIsBusyError
from displacement.store.opening import Opened, writing
from displacement_schemas import Records, Rejected
from tests.store.remote.stores import RUN, all_of, local_of, run, seen, work

SLOWLY = pytest.mark.slow


@pytest.mark.parametrize("moment", [pytest.param("report.html", marks=SLOWLY), "current.json"])
def test_of_two_runs_one_wins_and_the_other_is_told_so(address, machines, line, tmp_path, moment):
    here, there = machines
    store = tmp_path / "store"
    run(address, here, 1)
    line.before(moment, lambda: run(address, there, 2))
    with pytest.raises(StoreIsBusyError, match=r"another run published .* meanwhile; run again"):
        run(address, here, 3)
    assert seen(address, tmp_path) == 2
    for number in (1, 2):
        work(Opened(store, store), number)
    assert all_of(address, tmp_path / "third") == local_of(store)
    run(address, here, 3)
    work(Opened(store, store), 3)
    assert all_of(address, tmp_path / "third") == local_of(store)


def test_parts_of_a_run_that_lost_are_not_of_the_tables(address, here, there):
    def record(opened: Opened, quote: bytes) -> None:
        part = opened.store.tables.next_part("source", Records.empty(), Rejected.empty())
        name = f"source/000001-{quote.decode()}"
        opened.store.tables.add(type(part)(name, part.contents))

    def both() -> None:
        with writing(address, here, RUN) as opened:
            with writing(address, there, RUN) as other:
                record(other, b"won")
            record(opened, b"lost")

    with pytest.raises(StoreIsBusyError):
        both()
    with writing(address, here, RUN) as opened:
        assert opened.store.tables.parts() == ["source/000001-won"]
