"""How do tables look without what has to go? The rows stay; their numbers and words do not."""

import hashlib
from collections.abc import Collection, Iterable
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow
from numpy.typing import NDArray
from pandera.typing import DataFrame

from displacement.disclosure.flows import cell_key
from displacement.disclosure.lines import Key
from displacement.disclosure.verdict import Verdict
from displacement.reconcile.area_tree import AreaTree
from displacement.reconcile.scopes import day_number
from displacement_schemas import (
    Conflicts,
    Contributions,
    Estimates,
    EstimatesMonthly,
    Figures,
    Rejected,
    Runs,
    Table,
)

NUMBERS = ("value", "low", "high")
BOUNDS = ("low", "high")
OF_FIGURES = (
    *("stated", "stated_high"),
    *("household_size", "household_size_low", "household_size_high", "household_size_source"),
    *("persons", "persons_low", "persons_high"),
    *("quote", "correction"),
)
"""What would give a withheld figure back."""
NUMBERS_WITHHELD = "signals with numbers are withheld, as figures of few people are concerned"
BESIDE_FEW = "; more is withheld, as figures of few people stand in the same answer"
CONTRADICTING = " contradict each other; by how much is withheld, as few people are concerned."
Flags = NDArray[np.bool_]
Contract = TypeVar("Contract", bound=Table)
FLAG = pd.ArrowDtype(pyarrow.bool_())


def cells_without(frame: DataFrame[Estimates], verdict: Verdict) -> DataFrame[Estimates]:
    """The cells without those that have to go; bounds of loose episodes hang on all figures."""
    own = ("episode_id", "area_codes", "start_date", "event_id")
    keys = [
        cell_key(episode, codes, day_number(start), event if isinstance(event, str) else None)
        for episode, codes, start, event in zip(*(frame[name] for name in own), strict=True)
    ]
    gone = _flags(key in verdict.keys for key in keys)
    return _without(Estimates, frame, gone, frame["episode_id"].isin(verdict.loose).to_numpy(bool))


def months_without(
    frame: DataFrame[EstimatesMonthly], verdict: Verdict
) -> DataFrame[EstimatesMonthly]:
    """The months of all areas without those that have to go."""
    own = ("measure", "view", "area_code", "month")
    rows = list(zip(*(frame[name] for name in own), strict=True))

    def marked(keys: Collection[Key]) -> Flags:
        return _flags(
            ("estimates_monthly", measure, view, code, day_number(month)) in keys
            for measure, view, code, month in rows
        )

    return _without(EstimatesMonthly, frame, marked(verdict.keys), marked(_bounds(verdict)))


def days_without(
    frame: DataFrame[Contract], model: type[Contract], verdict: Verdict
) -> DataFrame[Contract]:
    """The days of all areas (flows or stocks) without those that have to go."""
    table = model.table_name()
    gone, bounds = (_on_days(frame, _of(table, keys)) for keys in (verdict.keys, _bounds(verdict)))
    return _without(model, frame, gone, bounds)


def totals_without(totals: pd.DataFrame, verdict: Verdict) -> pd.DataFrame:
    """Totals without the numbers that have to go: these are null."""
    veiled = totals.copy()
    for columns, table in (
        (["value", "low", "high", "naive_sum"], ("totals",)),
        (["low", "high"], ("bounds", "totals")),
        (["naive_sum"], ("naive_sum",)),
    ):
        gone = _flags(
            (*table, measure, view) in verdict.keys
            for measure, view in zip(totals["measure"], totals["view"], strict=True)
        )
        veiled.loc[gone, columns] = np.nan
    return veiled


def stretches_without(stretches: pd.DataFrame, verdict: Verdict, tree: AreaTree) -> pd.DataFrame:
    """The pieces of time that a chart may draw: where every day of every country is shown."""
    outermost = {key[1] for key, above in tree.parent.items() if above is None}
    spans: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for key in _of("estimates_daily", verdict.keys) + _of("estimates_daily", _bounds(verdict)):
        _, measure, view, code, first, stop = key
        if code in outermost:
            spans.setdefault((measure, view), []).append((first, stop))
    own = ("measure", "view", "start_date", "end_date")
    kept = [
        not any(
            first <= day_number(end) and day_number(start) < stop
            for first, stop in spans.get((measure, view), ())
        )
        for measure, view, start, end in zip(*(stretches[name] for name in own), strict=True)
    ]
    return stretches[kept].reset_index(drop=True)


def contributions_without(
    frame: DataFrame[Contributions], verdict: Verdict
) -> DataFrame[Contributions]:
    """What the figures of loose episodes speak for would give their cells back."""
    gone = frame["episode_id"].isin(verdict.loose).to_numpy(bool)
    return _blanked(Contributions, frame, gone, ("value", "share"))


def conflicts_without(frame: DataFrame[Conflicts], verdict: Verdict) -> DataFrame[Conflicts]:
    """Conflicts of loose episodes without any number."""
    gone = frame["episode_id"].isin(verdict.loose).to_numpy(bool)
    others = (
        frame["against_counters"].fillna("other figures").str.replace("|", " and ", regex=False)
    )
    plain = frame["counter"] + " and " + others + CONTRADICTING
    told = frame.assign(text=frame["text"].where(~gone, plain))
    return _blanked(Conflicts, told, gone, ("stretch",))


def figures_without(frame: DataFrame[Figures], withheld: Collection[str]) -> DataFrame[Figures]:
    """The figures, some without numbers and words; a sentence they share goes everywhere."""
    gone = frame["figure_id"].isin(withheld).to_numpy(bool)
    shared = _shares_a_sentence(frame, gone)
    veiled = _blanked(Figures, frame, gone, OF_FIGURES)
    beside = frame["landing_sha256"].isin(set(frame["landing_sha256"][gone | shared]))
    # Who knows all of an answer but a number finds the number by the answer's hash.
    blank = {
        "quote": veiled["quote"].where(~shared),
        "landing_sha256": veiled["landing_sha256"].where(~beside),
    }
    return _valid(Figures, veiled, blank)


def rejected_without(
    frame: DataFrame[Rejected], figures: DataFrame[Figures]
) -> DataFrame[Rejected]:
    """Rejected rows without the numbers of answers that hold withheld figures.

    A total or a sentence that was not taken would give them back, and so would an identity
    that was made from the number.
    """
    beside = frame["landing_sha256"].isin(set(figures["landing_sha256"])).to_numpy(bool)
    if not beside.any():
        return frame
    numbered = frame["value"].fillna("").str.contains(r"\d").to_numpy(bool)
    own = ("source_id", "file", "row", "column", "check", "number_start")
    names = ["\x1f".join(map(str, row)) for row in zip(*(frame[name] for name in own), strict=True)]
    alike = pd.Series(names).groupby(names).cumcount()
    named = [
        hashlib.sha256(f"{name}\x1f{number}".encode()).hexdigest()[:16] if hide else kept
        for name, number, kept, hide in zip(names, alike, frame["rejected_id"], beside, strict=True)
    ]
    reasons = frame["file"] + ": " + frame["check"] + BESIDE_FEW
    told = {
        "rejected_id": pd.Series(named, frame.index, dtype=frame["rejected_id"].dtype),
        "reason": frame["reason"].where(~beside, reasons),
        "value": frame["value"].where(~(beside & numbered)),
        "landing_sha256": frame["landing_sha256"].where(~beside),
    }
    return Rejected.in_order(_valid(Rejected, frame, told))


def runs_without(frame: DataFrame[Runs], sources: Collection[str]) -> DataFrame[Runs]:
    """The run log without the sums that signals of sources with withheld figures tell."""
    gone = frame["source_id"].isin(sources).to_numpy(bool)
    if not gone.any():
        return frame
    signals = frame["signals"].map(_without_numbers, na_action="ignore")
    messages = frame["message"].str.replace(r"(?s);.*", "", regex=True)
    told = {
        "signals": frame["signals"].where(~gone, signals.astype(frame["signals"].dtype)),
        "message": frame["message"].where(~gone, messages),
    }
    return _valid(Runs, frame, told)


def _without_numbers(signals: str) -> str:
    lines = signals.split("\n")
    kept = [line for line in lines if not any(sign.isdigit() for sign in line)]
    return "\n".join(kept + [NUMBERS_WITHHELD] * (len(kept) < len(lines)))


def repeated_by(figures: Any, withheld: Collection[str], judged: Collection[str]) -> set[str]:
    """All figures that would tell a withheld one: its revisions, and what repeats it.

    Figures that were `judged` repeat the sum of several, which is not withheld.
    """
    records = list(zip(figures["source_id"], figures["source_record_id"], strict=True))
    ids = list(figures["figure_id"])
    own = {record for record, name in zip(records, ids, strict=True) if name in withheld}
    found = {name for record, name in zip(records, ids, strict=True) if record in own}
    for name, link in zip(ids, figures["derived_from"], strict=True):
        repeats = set(link.split("|")) if isinstance(link, str) else set()
        if name not in judged and repeats & found:
            found.add(name)
    return found


def _shares_a_sentence(frame: DataFrame[Figures], gone: Flags) -> Flags:
    """Figures of the same landed answer whose words hold those of a withheld figure."""
    quotes = frame["quote"].astype(object).where(frame["quote"].notna(), "")
    hidden: dict[str, set[str]] = {}
    for landing, quote in zip(frame["landing_sha256"][gone], quotes[gone], strict=True):
        if quote:
            hidden.setdefault(landing, set()).add(quote)
    return _flags(
        bool(quote) and any(own in quote or quote in own for own in hidden.get(landing, ()))
        for landing, quote in zip(frame["landing_sha256"], quotes, strict=True)
    )


def _without(model: type[Contract], frame: Any, gone: Flags, bounds: Flags) -> DataFrame[Contract]:
    veiled = _blanked(model, frame, gone, NUMBERS)
    return veiled if not bounds.any() else _valid(model, veiled, _nulls(veiled, bounds, BOUNDS))


def _blanked(
    model: type[Contract], frame: Any, gone: Flags, columns: Collection[str]
) -> DataFrame[Contract]:
    blank = _nulls(frame, gone, columns) if gone.any() else {}
    flags = pd.Series(gone, index=frame.index, dtype=FLAG)
    return _valid(model, frame, {**blank, "suppressed": flags})


def _nulls(frame: Any, gone: Flags, columns: Collection[str]) -> dict[str, Any]:
    return {name: frame[name].where(~gone) for name in columns}


def _valid(model: type[Contract], frame: Any, columns: dict[str, Any]) -> DataFrame[Contract]:
    return model.validate(frame.assign(**columns), lazy=True)


def _on_days(frame: Any, keys: list[Key]) -> Flags:
    """The rows of the places and days of some keys."""
    spans: dict[tuple[str, str, str], list[tuple[int, int]]] = {}
    for _, measure, view, code, first, stop in keys:
        spans.setdefault((measure, view, code), []).append((first, stop))
    found = np.zeros(len(frame), dtype=bool)
    if not spans:
        return found
    days = frame["date"].to_numpy(dtype="datetime64[D]").astype(np.int64)
    places = frame.groupby(["measure", "view", "area_code"], sort=False).indices
    for place, own in spans.items():
        rows = places.get(place, np.array([], dtype=np.int64))
        for first, stop in own:
            found[rows] |= (first <= days[rows]) & (days[rows] < stop)
    return found


def _bounds(verdict: Verdict) -> set[Key]:
    return {key[1:] for key in verdict.keys if key[0] == "bounds"}


def _of(table: str, keys: Collection[Key]) -> list[Key]:
    return [key for key in keys if key[0] == table]


def _flags(values: Iterable[bool]) -> Flags:
    return np.fromiter(values, dtype=bool)
