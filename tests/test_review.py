"""What waits is listed, decided once, applied by the next run, and asked again if it changes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from displacement.normalise.decided import Action
from displacement.reference import load_reference
from displacement.review import NotDecidedError, Reviewer, Waiting, decide, decide_alias, waiting
from displacement.store.decisions import load_decisions, own_decisions
from displacement.store.store import Store
from displacement_schemas import EstimatesMonthly, FigureAreas, Figures, Rejected
from tests.runs import NOW, REFERENCE, UNHCR, VOLUNTEERS, Run, files_below, run, write_figures

OFFICER = Reviewer("information-management officer", "the counter confirmed it by phone")
VAGUE = VOLUNTEERS | {"record_id": "vague", "quantifier": "vague", "stated": ""}
NOTE = """Published: 2018-01-09

Some 6,000 residents poured into Saraqab, in Idlib, since 1 January, the Saraqab local council said.
The Turkish Red Crescent is preparing a camp for 800 newly displaced families in Kafr Lousein.
"""
NAMED = VOLUNTEERS | {
    "record_id": "named",
    "areas": "",
    "area_text": "Idleb > Kafr Threewells",
}


@dataclass
class Desk:
    """A store and its inbox, and a reviewer in front of it."""

    store: Path
    inbox: Path
    days: int = 0

    def refresh(self, rows: list[dict], *sources: str) -> Run:
        """A day later, with these rows in the inbox, and what else these sources find in it."""
        write_figures(self.inbox, rows)
        self.days += 1
        reference = load_reference(REFERENCE, store=self.store)
        declared = replace(reference.sources["figures_file"], most_vanished=0.5)
        return run(
            self.store,
            self.inbox,
            replace(reference, sources=reference.sources | {"figures_file": declared}),
            now=NOW + timedelta(days=self.days),
            sources=("figures_file", *sources),
        )

    def waiting(self) -> list[Waiting]:
        return waiting(Store(self.store), load_decisions(REFERENCE, self.store))

    def kinds(self) -> list[str]:
        return [one.kind for one in self.waiting()]

    def decide(self, asked: str, action: Action, by: Reviewer = OFFICER) -> str:
        return decide(self.store, REFERENCE, asked, action, by).says

    def alias(self, asked: str, *codes: str) -> str:
        reference = load_reference(REFERENCE, store=self.store)
        return decide_alias(self.store, REFERENCE, asked, [*codes], reference, by=OFFICER).says

    def read(self, table):
        return Store(self.store).snapshots.current().read(table)


@pytest.fixture
def desk(store, inbox) -> Desk:
    return Desk(store, inbox)


def only(found: list[Waiting]) -> Waiting:
    [one] = found
    return one


def test_a_store_without_doubts_asks_nothing(desk):
    desk.refresh([UNHCR, VOLUNTEERS])
    assert desk.waiting() == []


def test_what_waits_is_listed_with_its_words_and_its_reason(desk):
    lost = UNHCR | {"record_id": "lost", "areas": "", "area_text": "Atlantis"}
    desk.refresh([UNHCR | {"quote": ""}, VAGUE | {"quote": "many fled"}, lost])
    assert len(desk.waiting()) == 2
    found = {one.kind: one for one in desk.waiting()}
    assert found["figure"].says == "many fled"
    assert "vague" in found["figure"].why
    assert found["area"].says == "Atlantis"
    assert "figures/counts.csv, row 4, column 'area_text'" in found["area"].why


def test_a_name_that_a_reviewer_explained_is_an_area_from_the_next_run_on(desk):
    desk.refresh([UNHCR, NAMED])
    asked = only(desk.waiting())
    assert (asked.kind, asked.says) == ("area", NAMED["area_text"])
    said = desk.alias(asked.id[:8], "SY070303")
    assert "(SY070303)" in said
    assert desk.waiting() == []
    assert len(desk.read(Rejected)) == 1, "nothing changes before the next run"
    desk.refresh([UNHCR, NAMED])
    links = desk.read(FigureAreas)
    assert ("SY070303", "alias") in set(zip(links["area_code"], links["match_method"], strict=True))
    assert desk.read(Rejected).empty
    assert desk.waiting() == []


def test_a_name_can_be_explained_by_itself_and_mean_several_areas(desk):
    desk.refresh([UNHCR, NAMED])
    desk.alias(NAMED["area_text"].upper().replace(" > ", "  >  "), "SY070301", "SY070303")
    desk.refresh([UNHCR, NAMED])
    links = desk.read(FigureAreas)
    assert sorted(links["area_code"][links["match_method"] == "alias"]) == ["SY070301", "SY070303"]


def test_a_name_that_means_no_area_is_not_asked_again_and_stays_rejected(desk):
    desk.refresh([UNHCR, NAMED])
    desk.decide(only(desk.waiting()).id, Action.DROP)
    assert desk.waiting() == []
    desk.refresh([UNHCR, NAMED])
    assert desk.waiting() == []
    assert len(desk.read(Rejected)) == 1


def test_an_area_that_is_no_longer_what_was_meant_is_asked_about_again(desk):
    desk.refresh([UNHCR, NAMED])
    desk.alias(only(desk.waiting()).id, "SY070303")
    path = own_decisions(desk.store)
    [alias] = load_decisions(REFERENCE, desk.store).aliases
    path.write_text(path.read_text("utf-8").replace(alias.expect["SY070303"], "Elsewhere"), "utf-8")
    done = desk.refresh([UNHCR, NAMED])
    assert any("SY070303 was “Elsewhere” and is" in one for one in done.published.signals)
    assert len(desk.read(Rejected)) == 1


def test_a_figure_of_a_text_counts_once_it_is_accepted_but_a_plan_never_does(desk):
    note = desk.inbox / "reports" / "2018-01-09-note.txt"
    note.write_text(NOTE, encoding="utf-8")
    desk.refresh([UNHCR], "documents")
    poured, plan = sorted(desk.waiting(), key=lambda one: "planned" in one.why)
    before = desk.read(EstimatesMonthly)["value"].sum()
    assert desk.decide(poured.id, Action.ACCEPT).startswith("accepted: Some 6,000")
    assert "no total counts it" in desk.decide(plan.id, Action.ACCEPT)
    assert desk.waiting() == []
    desk.refresh([UNHCR], "documents")
    figures = desk.read(Figures).set_index("figure_id")
    assert figures["tier"][poured.id] == "accepted"
    assert figures["correction"][poured.id].endswith("(information-management officer)")
    assert desk.read(EstimatesMonthly)["value"].sum() > before + 1_000
    assert plan.id in figures.index
    assert desk.waiting() == []


def test_a_figure_whose_source_changes_is_asked_about_again(desk):
    desk.refresh([UNHCR, VAGUE])
    assert "it says no number" in desk.decide(only(desk.waiting()).id, Action.ACCEPT)
    assert desk.waiting() == []
    done = desk.refresh([UNHCR, VAGUE | {"end_date": "2018-01-05"}])
    assert "decided before" in only(desk.waiting()).why
    assert any("no longer fits" in one for one in done.published.signals)


def many(count: int) -> list[dict]:
    return [
        UNHCR | {"record_id": f"r{n}", "stated": 1_000 + n, "areas": f"SY0{n % 9 + 1}"}
        for n in range(count)
    ]


@pytest.mark.parametrize(("action", "left"), [(Action.ACCEPT, 2), (Action.DROP, 8)])
def test_data_that_was_held_back_is_recorded_once_it_is_accepted(desk, action, left):
    desk.refresh(many(8))
    held = desk.refresh(many(2))
    assert not held.outcomes["figures_file"].complete
    asked = only(desk.waiting())
    assert asked.kind == "signal"
    desk.decide(asked.id, action)
    assert desk.waiting() == []
    desk.refresh(many(2))
    figures = desk.read(Figures)
    latest = figures.sort_values("revision").drop_duplicates("source_record_id", keep="last")
    assert (~latest["withdrawn"].astype(bool)).sum() == left
    assert desk.waiting() == []


def test_decisions_replay_to_the_same_tables_in_another_store(desk, tmp_path):
    rows = [UNHCR, VAGUE, NAMED]
    desk.refresh(rows)
    for one in desk.waiting():
        if one.kind == "area":
            desk.alias(one.id, "SY070303")
        else:
            desk.decide(one.id, Action.DROP)
    desk.refresh(rows)
    other = Desk(tmp_path / "other", desk.inbox, days=1)
    own_decisions(other.store).parent.mkdir(parents=True)
    own_decisions(other.store).write_bytes(own_decisions(desk.store).read_bytes())
    other.refresh(rows)
    for table in (FigureAreas, EstimatesMonthly):
        assert desk.read(table).equals(other.read(table))
    assert other.waiting() == []


@pytest.mark.parametrize(
    ("role", "reason", "words"),
    [
        ("", "because", "needs a role"),
        ("officer", " ", "needs a reason"),
        ("Karim Haddad", "because", "person's name"),
        ("qaswara zalmut", "because", "could be a name"),
        ("analyst qaswara zalmut", "because", "could be a name"),
        ("officer", "call +963 944 123 456", "person's name, address or number"),
    ],
)
def test_a_decision_names_a_role_and_a_reason_and_no_person(role, reason, words):
    with pytest.raises(NotDecidedError, match=words):
        Reviewer(role, reason)


REFUSED: list[tuple[Callable[[Desk], object], str]] = [
    (lambda desk: desk.decide("abc", Action.DROP), "too short for an id"),
    (lambda desk: desk.decide("0123456789", Action.DROP), "nothing waits under"),
    (lambda desk: desk.decide(desk.waiting()[0].id, Action.ACCEPT), "review alias"),
    (lambda desk: desk.alias(desk.waiting()[0].id, "SY99"), "no area has the code SY99"),
    (lambda desk: desk.alias("Atlantis of the North", "SY07"), "nothing waits under"),
]


def test_what_cannot_be_decided_is_refused_in_words_and_writes_nothing(desk):
    desk.refresh([UNHCR, NAMED])
    before = files_below(desk.store)
    for act, words in REFUSED:
        with pytest.raises(NotDecidedError, match=words):
            act(desk)
    assert files_below(desk.store) == before
