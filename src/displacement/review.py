"""What waits for a reviewer, and what do reviewers decide? Figures, names and data held back.

A decision is an entry of the store's `corrections.toml` with its reason, the reviewer's role and
a guard; the next refresh applies it, and while the guard holds nobody is asked again.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd
from pandera.typing import DataFrame

from displacement.intake.rejections import LONGEST_VALUE
from displacement.intake.trust import AWAITS
from displacement.normalise.aliases import Alias, plain_text
from displacement.normalise.area_codes import Key
from displacement.normalise.decided import Action, Correction
from displacement.normalise.figures import Reference
from displacement.normalise.privacy import is_role, redact_speakers
from displacement.sources.personal import looks_personal
from displacement.store.decisions import (
    Decisions,
    add_decision,
    load_decisions,
    own_decisions,
)
from displacement.store.lock import only_writer
from displacement.store.snapshots import Snapshot
from displacement.store.store import Store
from displacement.store.withheld import with_known
from displacement_schemas import Areas, Figures, Rejected, Runs
from displacement_schemas.vocabulary import MatchMethod, Modality, Quantifier, Tier

CONFIRMED: Final = "confirmed"
GUARDED: Final = (
    *("measure", "modality", "unit", "quantifier", "stated", "stated_high"),
    *("start_date", "end_date"),
)
"""What a figure must still say for a decision about it to hold."""
FEWEST_SIGNS_OF_AN_ID: Final = 4


class NotDecidedError(ValueError):
    """A decision could not be recorded; the message says why."""


@dataclass(frozen=True)
class Reviewer:
    """Who decides, by role, and why: both are kept with the decision."""

    role: str
    reason: str

    def __post_init__(self) -> None:
        for what, words in (("role", self.role), ("reason", self.reason)):
            if not words.strip():
                raise NotDecidedError(f"a decision needs a {what}")
            if looks_personal(words) or redact_speakers(f"{words} said.") != f"{words} said.":
                raise NotDecidedError(
                    f"the {what} seems to hold a person's name, address or number: say a role, as "
                    "in “information-management officer”"
                )
        if not is_role(self.role):
            raise NotDecidedError(
                "the role is none that we know, and could be a name: say what you do, as in "
                "“information-management officer”"
            )

    @property
    def signature(self) -> dict[str, str]:
        """The columns of a decision that are the reviewer's."""
        return {"reason": self.reason, "provider": self.role, "status": CONFIRMED}


@dataclass(frozen=True)
class Waiting:
    """Something that a reviewer is asked about."""

    kind: str
    """figure, area or signal."""
    id: str
    source_id: str
    says: str
    """The sentence or row of a figure, the text of an area, the sentence of a signal."""
    why: str


@dataclass(frozen=True)
class Decided:
    """What was decided, in one sentence, and the file that keeps it."""

    says: str
    path: Path


def waiting(store: Store, decisions: Decisions) -> list[Waiting]:
    """What waits in a store and was not decided: figures, names of areas, data held back."""
    current = store.snapshots.current()
    found = list(_held_back(store.ledger.runs(), decisions))
    if current is not None:
        found = [
            *_figures(_known_figures(store, current), decisions),
            *_areas(current.read(Rejected), decisions),
            *found,
        ]
    return found


def decide(store: Path, folder: Path, asked: str, action: Action, by: Reviewer) -> Decided:
    """Accept or reject what waits under an id, or under the beginning of one.

    Args:
        store: the store in which it waits.
        folder: the reference tables.
        asked: the id.
        action: ACCEPT or DROP.
        by: who decides and why.

    Raises NotDecidedError where nothing waits under the id or it cannot be decided so.
    """
    decisions = load_decisions(folder, store)
    opened = Store(store)
    one = _asked(waiting(opened, decisions), asked)
    accepts = action is Action.ACCEPT
    effect = ""
    match one.kind:
        case "figure":
            row = _figure(opened, one.id)
            kind, entry = "corrections", _about_figure(row, action)
            effect = _why_not_reconciled(row) if accepts else ""
        case "signal":
            said = Action.ACCEPT if accepts else "reject"
            kind, entry = "signals", {"source_id": one.source_id, "text": one.says, "action": said}
        case _ if accepts:
            raise NotDecidedError(
                f"{one.id} is the name of an area: say what it means with `displacement review "
                f"alias {one.id} CODE`"
            )
        case _:
            kind, entry = "aliases", {"text": _whole_text(opened, one), "area_codes": ""}
    with only_writer(store):
        path = add_decision(store, kind, entry | by.signature)
    verb = "accepted" if accepts else "rejected"
    return Decided(f"{verb}: {one.says}" + (f" ({effect})" if effect else ""), path)


def decide_alias(
    store: Path, folder: Path, asked: str, codes: list[str], reference: Reference, *, by: Reviewer
) -> Decided:
    """Say which areas a name means that waits, by its id or by the name itself.

    Raises NotDecidedError where nothing such waits or an area is not known.
    """
    opened = Store(store)
    areas = [one for one in waiting(opened, load_decisions(folder, store)) if one.kind == "area"]
    named = [one for one in areas if plain_text(one.says) == plain_text(asked)]
    one = named[0] if named else _asked(areas, asked)
    text = _whole_text(opened, one)
    if reference.gazetteer.match_code(text).method is MatchMethod.CODE:
        raise NotDecidedError(
            f"“{text}” is the code of an area, which contradicts the name beside it: override the "
            f"record in {own_decisions(store)}, as the file of the reference tables shows"
        )
    system, expected = _areas_of(codes, reference)
    alias = Alias(
        text=text,
        area_codes="|".join(expected),
        code_system=system,
        expect=expected,
        **by.signature,
    )
    with only_writer(store):
        path = add_decision(store, "aliases", asdict(alias))
    means = " and ".join(f"{name} ({code})" for code, name in expected.items())
    return Decided(f"“{text}” means {means}", path)


def _known_figures(store: Store, snapshot: Snapshot) -> DataFrame[Figures]:
    """The figures of a snapshot: who decides has to see the words that it withholds, too."""
    return with_known(snapshot.read(Figures), store.withheld.read(snapshot.snapshot_id))


def _figures(figures: DataFrame[Figures], decisions: Decisions) -> Iterator[Waiting]:
    latest = figures.sort_values("revision").drop_duplicates(
        ["source_id", "source_record_id"], keep="last"
    )
    review = latest[(latest["tier"] == Tier.REVIEW.value) & ~latest["withdrawn"].astype(bool)]
    decided = {(one.source_id, one.record): one for one in decisions.corrections}
    for row in review.sort_values("figure_id").to_dict("records"):
        before = decided.get((row["source_id"], row["source_record_id"]))
        if before is not None and _holds(before, row):
            continue
        why = f"{row['counter']}: {row['quantifier']}, {row['modality']}, {row['rule_id']}"
        if before is not None:
            why += "; decided before, but the source says something else now"
        says = row["quote"] if isinstance(row["quote"], str) else row["area_text"]
        yield Waiting("figure", row["figure_id"], row["source_id"], says, why)


def _holds(correction: Correction, row: Mapping[Any, Any]) -> bool:
    """Whether a figure still says what a decision about it expects, as far as it can be seen."""
    return all(_plain(row[k]) == v for k, v in correction.expect.items() if k in row)


def _areas(rejected: DataFrame[Rejected], decisions: Decisions) -> Iterator[Waiting]:
    decided = {plain_text(one.text) for one in decisions.aliases}
    shortened = {plain_text(one.text[:LONGEST_VALUE]) for one in decisions.aliases}
    unknown = rejected[rejected["check"].isin(["unknown_area", "no_area"])]
    for row in unknown.to_dict("records"):
        says = row["value"] if isinstance(row["value"], str) else row["reason"]
        if plain_text(says) not in decided | shortened:
            yield Waiting("area", row["rejected_id"], row["source_id"], says, row["reason"])


def _held_back(runs: DataFrame[Runs], decisions: Decisions) -> Iterator[Waiting]:
    decided = {(one.source_id, one.text) for one in decisions.signals}
    latest = runs.sort_values("started_at").drop_duplicates("source_id", keep="last")
    for source, signals in zip(latest["source_id"], latest["signals"], strict=True):
        for text in signals.split("\n") if isinstance(signals, str) else []:
            if text.endswith(AWAITS) and (source, text) not in decided:
                yield Waiting("signal", _signal_id(source, text), source, text, "held back")


def _signal_id(source_id: str, text: str) -> str:
    return hashlib.sha256(f"{source_id}\x1f{text}".encode()).hexdigest()[:16]


def _asked(found: list[Waiting], asked: str) -> Waiting:
    if len(asked) < FEWEST_SIGNS_OF_AN_ID:
        raise NotDecidedError(f"“{asked}” is too short for an id: `displacement review` lists them")
    fitting = [one for one in found if one.id.startswith(asked)]
    if len({one.id for one in fitting}) != 1:
        what = "nothing waits" if not fitting else f"{len(fitting)} things wait"
        raise NotDecidedError(f"{what} under {asked}: `displacement review` lists what does")
    return fitting[0]


def _figure(store: Store, figure_id: str) -> dict[Any, Any]:
    current = store.snapshots.current()
    assert current is not None, "a figure waits only where one is published"  # noqa: S101
    figures = _known_figures(store, current)
    return dict(figures[figures["figure_id"] == figure_id].to_dict("records")[0])


def _about_figure(row: Mapping[Any, Any], action: Action) -> dict[str, Any]:
    guard = {name: _plain(row[name]) for name in GUARDED}
    return {
        "source_id": row["source_id"],
        "record": row["source_record_id"],
        "action": action.value,
        "expect": {name: value for name, value in guard.items() if value is not None},
    }


def _plain(value: Any) -> Any:
    """A value as TOML has it; None for what is not known."""
    if isinstance(value, pd.Timestamp):
        return value.date()
    if isinstance(value, str | date):
        return value
    return None if pd.isna(value) else float(value)


def _why_not_reconciled(row: Mapping[Any, Any]) -> str:
    """Why an accepted figure does not count all the same, if so."""
    if row["modality"] != Modality.ASSERTED:
        return f"{row['modality']}: it is shown, but no total counts it"
    if row["quantifier"] == Quantifier.VAGUE:
        return "it says no number: it is shown, but no total counts it"
    return ""


def _whole_text(store: Store, one: Waiting) -> str:
    """The text of an area as its record has it; what waits may show only its beginning."""
    if len(one.says) < LONGEST_VALUE:
        return one.says
    records = store.tables.read(one.source_id).records
    listed = pd.concat([records["area_names"], records["area_codes"]]).dropna().unique()
    parts = {part.strip() for text in listed for part in text.split("|")}
    return next((part for part in sorted(parts) if part.startswith(one.says)), one.says)


def _areas_of(codes: list[str], reference: Reference) -> tuple[str, dict[str, str]]:
    """The code system of some areas, and their names by code."""
    keys: list[Key] = []
    for code in codes:
        found = reference.gazetteer.match_code(code)
        if found.method is not MatchMethod.CODE:
            raise NotDecidedError(f"no area has the code {code}: {found.reason}")
        keys += found.codes
    systems = {system for system, _ in keys}
    if len(systems) != 1:
        raise NotDecidedError(f"{', '.join(codes)} are codes of several systems: give one area")
    wanted = [code for _, code in keys]
    known = Areas.joined([reference.areas, reference.world])
    rows = known[known["code_system"].isin(systems) & known["area_code"].isin(wanted)]
    return systems.pop(), dict(zip(rows["area_code"], rows["name"], strict=True))
