"""IDMC's feed: one dump behind a redirect, changed by flipped roles, rows gone, rows edited."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self

import pandas as pd
import pytest

from displacement.intake import take_in
from displacement.outcome import Outcome
from displacement.sources.idmc_idu import SOURCE
from displacement.sources.source import Declaration, Http, Landed
from displacement.store.store import Store
from displacement.windows import Window
from tests.runs import NOW, holds
from tests.servers import RecordedServer
from tests.servers.exchange import Answer
from tests.sources.wire import QUICK

KEY = "an-invented-client"
FIXTURE = Path(__file__).parents[1] / "fixtures/idmc_idu.json"
BESIDE = [folder / "shared/data/idmc-idu" for folder in Path(__file__).parents[3:]]
DUMPS = next((folder for folder in BESIDE if folder.is_dir()), None)
recorded = pytest.mark.skipif(
    DUMPS is None, reason="the folder of real inputs is not beside this one"
)


def rows() -> list[dict[str, Any]]:
    return json.loads(FIXTURE.read_text(encoding="utf-8"))


def changed(number: int, **values: Any) -> list[dict[str, Any]]:
    return [row | values if row["id"] == number else row for row in rows()]


class Idmc(RecordedServer):
    """Redirects to a dump on another host, as the real one does."""

    def __init__(self) -> None:
        self.dump = RecordedServer({})
        super().__init__({})

    def __enter__(self) -> Self:
        self.dump.__enter__()
        super().__enter__()
        self.holds(rows())
        return self

    def __exit__(self, *fault: object) -> None:
        super().__exit__(*fault)
        self.dump.__exit__(*fault)

    def holds(self, dump: Any) -> None:
        elsewhere = self.dump.url.replace("127.0.0.1", "localhost") + "/dump.json?sign=1"
        for feed in ("last-180-days", "all"):
            self.answers[f"/external-api/idus/{feed}"] = Answer(
                status=302, headers={"Location": elsewhere}
            )
        self.dump.answers["/dump.json"] = json.dumps(dump).encode()


@pytest.fixture
def server() -> Iterator[Idmc]:
    with Idmc() as stand_in:
        yield stand_in


class Runs:
    """Runs of the source against one server into one store."""

    def __init__(self, store: Path, reference: Any, server: Idmc) -> None:
        self.folder, self.reference, self.server = store, reference, server
        self.declaration = declared(reference, server.url + "/external-api/")

    def __call__(self, now: datetime = NOW, **kwargs: Any) -> Outcome:
        return take_in(
            SOURCE, self.declaration, self.reference, store=Store(self.folder),
            inbox=self.folder / "inbox", now=now, secrets={"client_id": KEY}, **kwargs,
        )  # fmt: skip

    @property
    def records(self) -> pd.DataFrame:
        return Store(self.folder).tables.read("idmc_idu").records

    @property
    def rejected(self) -> pd.DataFrame:
        return Store(self.folder).tables.read("idmc_idu").rejected


def declared(reference: Any, url: str) -> Declaration:
    return replace(
        reference.sources["idmc_idu"], http=Http(url=url, **QUICK | {"read_seconds": 30})
    )


@pytest.fixture
def run(store, reference, server) -> Runs:
    return Runs(store, reference, server)


def parsed(reference: Any, dump: Any, now: datetime = NOW, **declaration: Any) -> Any:
    """What a dump says once its texts are cut, as they are before it lands."""
    bare = [{name: row[name] for name in row if not name.startswith("standard_")} for row in dump]
    landed = Landed("idmc_idu/updates", "0" * 64, json.dumps(bare).encode(), now)
    return SOURCE.parse(landed, replace(reference.sources["idmc_idu"], **declaration))


def stated(reference: Any, dump: Any, number: int) -> Any:
    statements = parsed(reference, dump).statements
    return statements.set_index("source_record_id").loc[f"idmc_idu:{number}"]


def test_the_dump_is_read_behind_its_redirect_and_the_key_stays_at_home(run, server):
    outcome = run()
    assert not outcome.failed
    assert outcome.rows_in == outcome.accepted + outcome.rejected == 5
    assert len(run.records) == 4
    assert server.requests[0].query == {"client_id": [KEY]}
    assert server.dump.requests[0].query == {"sign": ["1"]}
    assert not holds(run.folder, KEY)


def test_free_texts_of_the_popup_never_land(run):
    run()
    for word in ("Invented Name", "partially destroyed", "displacements ("):
        assert not holds(run.folder, word)


def test_a_row_states_its_figure_in_the_words_of_the_field(reference):
    one = stated(reference, rows(), 900001)
    assert (one["stated"], one["quantifier"], one["unit"]) == (10_000, "approximately", "person")
    assert (one["start_date"], one["end_date"]) == (date(2018, 1, 1), date(2018, 1, 5))
    assert (one["measure"], one["cause"], one["term"]) == (
        "new_displacement", "conflict", "displaced",
    )  # fmt: skip
    assert (one["counter"], one["publisher"]) == ("Invented Council", "IDMC")
    assert one["published_on"] == date(2018, 1, 6)
    assert one["url"] == "https://example.invalid/report"
    assert one["event_id"] == "idmc:7001"


def test_displacement_date_is_the_last_day_although_idmc_calls_it_the_first(reference):
    dump = changed(900001, displacement_date="2018-01-08", displacement_end_date=None)
    assert stated(reference, dump, 900001)["end_date"] == date(2018, 1, 8)


@pytest.mark.parametrize(
    ("label", "quantifier"),
    [
        ("total", "exact"),
        ("approximately", "approximately"),
        ("more than or equal to", "at_least"),
        ("more than", "more_than"),
        ("less than or equal to", "at_most"),
        ("less than", "less_than"),
    ],
)
def test_every_qualifier_of_old_and_new_dumps_has_its_quantifier(reference, label, quantifier):
    assert stated(reference, changed(900001, qualifier=label), 900001)["quantifier"] == quantifier


def test_only_the_origins_count_where_a_figure_has_some(reference):
    one = stated(reference, rows(), 900001)
    assert one["area_names"] == "SYR > Idleb > Al Ma'ra > Heish > ?"
    assert one["area_role"] == "origin"
    both = stated(reference, rows(), 900002)
    assert (both["area_names"], both["area_role"]) == ("SYR > Idleb > ?", "origin")
    assert stated(reference, rows(), 900003)["area_role"] == "destination"


def test_places_whose_types_do_not_line_up_are_all_taken_as_locations(reference):
    one = stated(reference, rows(), 900005)
    assert one["area_role"] == "location"
    assert one["area_names"] == (
        "TUR > Bursa > Osmangazi > ?|TUR > Marmara > Bursa > West / East > ?"
    )


def test_the_order_of_places_changes_nothing(reference):
    dump = changed(
        900001,
        locations_name="Idleb, Syria; Heish, Al Ma'ra, Idleb, Syria",
        locations_type="Destination; Origin",
    )
    assert stated(reference, dump, 900001).equals(stated(reference, rows(), 900001))


def test_a_place_without_a_name_is_its_country(reference):
    for names in ("Syria", "", None):
        one = stated(reference, changed(900001, locations_name=names), 900001)
        assert (one["area_names"], one["area_text"]) == ("SYR", "Syria")


def test_recommended_figures_of_an_event_add_up_and_silence_its_triangulation(reference):
    best, check = (stated(reference, rows(), number) for number in (900001, 900002))
    assert best["role"] == "recommended"
    assert check["role"] == "triangulation"
    assert best["alternatives_id"] == check["alternatives_id"] == "idmc_idu:event:7001"
    assert (best["preference"], check["preference"]) == (1, 2)
    assert best["partition_id"] == "idmc_idu:event:7001"
    assert pd.isna(check["partition_id"])


def test_several_sources_of_one_figure_are_one_counter(reference):
    assert stated(reference, rows(), 900002)["counter"] == "Invented Office; Invented Council"


def test_evacuation_is_read_from_its_column_and_never_from_the_label_of_the_popup(reference):
    assert stated(reference, rows(), 900003)["term"] == "evacuated"
    dump = changed(900003, displacement_occurred=None)
    assert stated(reference, dump, 900003)["term"] == "displaced"


def test_the_same_figure_under_a_second_number_is_counted_once(reference):
    read = parsed(reference, rows())
    assert read.rows_in == 5
    assert read.accepted == 4
    [repeat] = read.rejections
    assert repeat.check == "repeated_figure"
    assert repeat.row == 4
    assert "of figure 900003; it was counted once" in repeat.reason
    assert list(read.statements["source_record_id"].sort_values()) == [
        f"idmc_idu:{number}" for number in (900001, 900002, 900003, 900005)
    ]


def test_a_triangulation_that_repeats_a_recommended_figure_stays_a_cross_check(reference):
    read = parsed(reference, changed(900004, role="Triangulation"))
    assert read.rejections == []
    assert read.accepted == 5


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"displacement_date": "2017-12-31"}, "the last day comes before the first"),
        ({"displacement_date": "2018-02-30"}, "no day of the calendar"),
        ({"displacement_date": "2019-01-01"}, "ends in the future"),
        ({"displacement_date": None, "displacement_start_date": None}, "says no day"),
    ],
)
def test_a_row_with_an_impossible_period_is_rejected_alone(reference, values, words):
    read = parsed(reference, changed(900001, **values))
    [one] = [each for each in read.rejections if each.check == "impossible_period"]
    assert words in one.reason
    assert read.rows_in == read.accepted + len(read.rejections) == 5


def test_an_unknown_label_holds_its_row_back_and_says_so(reference):
    read = parsed(reference, changed(900001, role="Superseded"))
    assert len(read.statements) == 3
    assert any("role has the unknown value 'Superseded'" in signal for signal in read.signals)


def test_a_new_column_raises_a_signal_and_the_known_ones_none(reference):
    assert parsed(reference, rows()).signals == []
    [signal] = parsed(reference, changed(900001, modified_at="2018-01-09")).signals
    assert "new column 'modified_at'" in signal


def test_a_missing_column_holds_the_dump_back(reference):
    dump = [{k: v for k, v in row.items() if k != "figure"} for row in rows()]
    assert "the column figure is missing" in parsed(reference, dump).held


def test_countries_that_were_not_asked_for_are_taken_and_say_nothing(reference):
    read = parsed(reference, rows(), countries=("TUR",))
    assert list(read.statements["source_record_id"]) == ["idmc_idu:900005"]
    assert (read.rows_in, read.accepted, len(read.rejections)) == (5, 4, 1)


@pytest.mark.parametrize(
    "answer",
    [Answer(b"[]"), Answer(b"[]", 202), Answer(b"[]", 404), Answer(b"[]", 500),
     Answer(b'{"detail":"Client is not registered."}', 403), Answer(b'{"rows":[]}')],
)  # fmt: skip
def test_an_empty_dump_is_never_data(run, server, answer):
    run()
    before = run.records
    server.answers["/external-api/idus/last-180-days"] = answer
    outcome = run()
    assert outcome.failed
    assert run.records.equals(before)
    assert KEY not in outcome.message


@pytest.mark.parametrize("kind", ["truncated", "html", "garbage", "reset_midway", "503"])
def test_a_fault_of_the_dump_that_stays_keeps_the_last_good_figures(run, server, kind):
    run()
    server.dump.misbehave(kind, times=None)
    assert run().failed
    assert len(run.records) == 4


def test_a_fault_that_passes_costs_only_time(run, server):
    server.dump.misbehave("truncated", times=1)
    server.misbehave("429", times=1)
    assert not run().failed
    assert len(run.records) == 4


def test_a_wrong_option_is_told(run):
    run.declaration = replace(run.declaration, options={"feed": "disasters"})
    assert "its option feed is “disasters”" in run().message


def test_a_flipped_role_and_an_edited_figure_are_revisions_of_the_day_they_were_seen(run, server):
    run()
    dump = changed(900001, role="Triangulation", figure=12_000)
    server.holds(dump)
    later = NOW.replace(day=12)
    run(later)
    [latest] = run.records[run.records["revision"] == 2].to_dict("records")
    assert latest["stated"] == 12_000
    assert latest["role"] == "triangulation"
    assert latest["published_on"] == later.date()


def test_a_second_run_with_the_same_dump_records_nothing(run, server):
    run()
    server.holds(list(reversed(rows())))
    run(NOW.replace(day=11))
    assert len(run.records) == 4


def test_a_row_gone_inside_the_window_is_withdrawn_and_one_that_left_it_stays(run, server):
    run()
    server.holds([row for row in rows() if row["id"] != 900005])
    run(datetime(2018, 6, 18, 6, tzinfo=UTC))  # 180 days after it ended
    assert not run.records["withdrawn"].any()
    run(datetime(2018, 6, 17, 6, tzinfo=UTC))
    assert list(run.records.loc[run.records["withdrawn"], "source_record_id"]) == [
        "idmc_idu:900005"
    ]


def test_the_whole_history_speaks_for_all_days(run, server):
    run()
    run.declaration = replace(run.declaration, options={"feed": "all"})
    server.holds([row for row in rows() if row["id"] != 900005])
    run(datetime(2019, 6, 18, 6, tzinfo=UTC))
    assert run.records["withdrawn"].sum() == 1


def test_a_dump_that_suddenly_shrank_is_not_believed(run, server):
    run()
    server.holds(rows()[:1])
    outcome = run(NOW.replace(day=12))
    assert any("figures are gone at once" in signal for signal in outcome.signals)
    assert not run.records["withdrawn"].any()


def test_a_backfill_touches_only_its_window(run):
    run(window=Window(date(2017, 12, 1), date(2017, 12, 31)))
    assert list(run.records["source_record_id"]) == ["idmc_idu:900005"]


SAME = ["event_id", "locations_name", "displacement_start_date", "displacement_date", "figure",
        "role"]  # fmt: skip


def recorded_table(day: str, **reading: Any) -> pd.DataFrame:
    return pd.read_csv(DUMPS / f"idu_last180_2025-08-{day}.csv", index_col=0, **reading)


def as_json(day: str) -> list[dict[str, Any]]:
    frame = recorded_table(day, dtype=str, keep_default_na=False)
    whole = {"id": "int64", "figure": "int64", "year": "int64", "event_id": "int64"}
    return json.loads(frame.replace("", None).astype(whole).to_json(orient="records"))


@recorded
def test_two_recorded_dumps_are_told_apart_row_by_row(run, server):
    first, second = as_json("01"), as_json("25")
    server.holds(first)
    assert not run(datetime(2025, 8, 1, 6, tzinfo=UTC)).failed
    server.holds(second)
    later = datetime(2025, 8, 25, 6, tzinfo=UTC)
    assert not run(later).failed
    records = run.records
    before, after = (pd.DataFrame(dump).set_index("id") for dump in (first, second))
    both = before.index.intersection(after.index)
    latest = records.groupby("source_record_id").tail(1).set_index("source_record_id")
    earlier = records[records["revision"] == 1].set_index("source_record_id")
    revised = latest[(latest["revision"] == 2) & ~latest["withdrawn"].astype(bool)]
    was = earlier.loc[revised.index]

    flipped = both[before.loc[both, "role"] != after.loc[both, "role"]]
    assert len(flipped) == 25
    assert set(revised.index[revised["role"] != was["role"]]) == {f"idmc_idu:{n}" for n in flipped}
    edited = both[before.loc[both, "figure"] != after.loc[both, "figure"]]
    assert len(edited) == 6
    repeats = set(before.index[before.sort_index().duplicated(SAME).reindex(before.index)])
    assert len(repeats) == 5
    seen = {f"idmc_idu:{n}" for n in edited}
    told_apart = {f"idmc_idu:{n}" for n in set(edited) & repeats}
    assert len(told_apart) == 2  # they repeated others, until their numbers were corrected
    assert set(revised.index[revised["stated"] != was["stated"]]) == seen - told_apart
    assert told_apart <= set(latest.index[latest["revision"] == 1])
    for theirs, ours, count in (
        ("displacement_date", "end_date", 3),
        ("displacement_start_date", "start_date", 2),
    ):
        moved = both[before.loc[both, theirs] != after.loc[both, theirs]]
        assert len(moved) == count
        assert set(revised.index[revised[ours] != was[ours]]) == (
            {f"idmc_idu:{n}" for n in moved} - told_apart
        )
    assert (revised["published_on"] == later.date()).all()

    gone = before.loc[before.index.difference(after.index)]
    inside = gone[gone["displacement_date"] >= "2025-02-27"]
    assert len(inside) == 32
    withdrawn = records[records["withdrawn"].astype(bool)]
    assert set(withdrawn["source_record_id"]) == {
        f"idmc_idu:{n}" for n in set(inside.index) - repeats
    }
    assert len(gone) > 400
    assert not run.records["area_text"].eq("").any()


@recorded
@pytest.mark.parametrize("day", ["01", "25"])
def test_recommended_sums_of_a_recorded_dump_equal_independent_ones(reference, day):
    now = datetime(2025, 8, 26, tzinfo=UTC)
    dump = as_json(day)
    read = parsed(reference, dump, now)
    assert read.signals == []
    assert {one.check for one in read.rejections} == {"repeated_figure"}
    assert read.rows_in == len(dump) == read.accepted + len(read.rejections)
    plain = recorded_table(day)
    repeats = {int(one.value) for one in read.rejections}
    assert len(repeats) == plain.duplicated(SAME).sum()
    plain = plain[(plain["role"] == "Recommended figure") & ~plain["id"].isin(repeats)]
    expected = plain.groupby("iso3")["figure"].sum()
    got = read.statements[read.statements["role"] == "recommended"]
    by_country = got["stated"].groupby(got["area_names"].str[:3]).sum()
    assert by_country.astype("int64").to_dict() == expected.to_dict()
    assert by_country.sum() == expected.sum() > 7_000_000
