"""How many were displaced here, between these days, and who says so? Answers from episodes.

After the reconciliation: totals for the report, sentences for the terminal, and `explain`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from displacement.case import read_case
from displacement.disclosure.lines import FINE_LEVEL, Small
from displacement.reconcile import Reconciliation, reconcile
from displacement.reconcile.area_tree import AreaKey, Leaves
from displacement.reconcile.baselines import Baselines, baselines, naive_sum
from displacement.reconcile.rollup import roll_up, total, voices_within
from displacement.reconcile.scopes import day_number, day_of, in_words
from displacement.reconcile.solutions import Solutions
from displacement.reconcile.solved import Solved
from displacement.reconcile.voices import side
from displacement.store.snapshots import Snapshot
from displacement.store.withheld import with_known
from displacement_schemas import Figures, Stocks
from displacement_schemas.vocabulary import STOCKS, Measure

PLAIN_MEASURES = {
    "new_displacement": "people were newly displaced",
    "return": "people returned",
    "cross_border_flight": "people fled across a border",
    "cross_border_return": "people returned across a border",
    "idps": "people were internally displaced",
    "returnees": "people were returnees",
    "refugees": "people were refugees",
}


FEW_PEOPLE = "withheld: so few people that a number could point at them"
"""What stands in the place of a number that is not told."""

MOST_STRETCHES = 600
"""More pieces of time than a chart can show."""


@dataclass(frozen=True)
class Question:
    """What a user asks: days are inclusive."""

    areas: tuple[AreaKey, ...]
    first: date
    last: date
    measure: str
    view: str | None = None


def totals_of(reconciled: Reconciliation) -> pd.DataFrame:
    """One row per flow measure and view: everything covered, from the first day to the last.

    Columns measure, view, areas (names), start_date, end_date, value, low, high, naive_sum,
    coverage, counters (names joined by ", ").
    """
    rows = []
    for (measure, view), solved in reconciled.flows.items():
        place, window = _everything(solved)
        found = total(solved, reconciled.tree, place, window)
        rows.append(
            {
                "measure": measure,
                "view": view,
                "areas": "|".join(code for _, code in reconciled.tree.covering(place)),
                "start_date": day_of(window[0]),
                "end_date": day_of(window[1] - 1),
                "value": found.value,
                "low": found.low,
                "high": found.high,
                "naive_sum": naive_sum(solved, reconciled.tree, place, window),
                "coverage": found.coverage,
                "counters": ", ".join(found.counters),
            }
        )
    return pd.DataFrame(rows, columns=[*_TOTALS])


def stretches_of(reconciled: Reconciliation) -> pd.DataFrame:
    """The totals cut where any figure begins or ends, or monthly where that is very often.

    Columns measure, view, start_date, end_date, value, low, high over all areas; the bounds are
    those of an even spread within each cell.
    """
    frames = [pd.DataFrame(columns=[*_STRETCHES])]
    for (measure, view), solved in reconciled.flows.items():
        place, (first, last) = _everything(solved)
        cells = solved.episodes.cells
        edges = np.unique(np.concatenate([cells.start, cells.stop]))
        if len(edges) > MOST_STRETCHES:
            months = np.unique(
                np.arange(first, last).astype("datetime64[D]").astype("datetime64[M]")
            )
            starts = months.astype("datetime64[D]").astype(np.int64)
            edges = np.unique(np.concatenate([[first], starts[starts > first], [last]]))
        windows = np.column_stack([edges[:-1], edges[1:]])
        rolled = roll_up(solved, reconciled.tree, {("", ""): place}, windows, even=True)
        spans = windows[rolled["window"].to_numpy(dtype=np.int64)]
        frame = rolled[["value", "low", "high"]].assign(measure=measure, view=view)
        frame["start_date"] = [day_of(start) for start in spans[:, 0]]
        frame["end_date"] = [day_of(stop - 1) for stop in spans[:, 1]]
        frames.append(frame[[*_STRETCHES]])
    return pd.concat([frame for frame in frames if len(frame)] or frames, ignore_index=True)


def answers(
    reconciled: Reconciliation, totals: pd.DataFrame, tables: Mapping[str, Any]
) -> list[str]:
    """The published answer in plain words, a sentence per measure and view.

    Totals and tables are those that are published: what is null in them is withheld.
    """
    areas = tables["areas"]
    names = dict(zip(areas["area_code"], areas["name"], strict=True))
    return [_flow_sentence(row, names) for row in totals.to_dict("records")] + [
        _stock_sentence(row, names) for row in _latest_stocks(reconciled, tables["stocks"])
    ]


def explain(
    reconciled: Reconciliation, question: Question, names: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The chain from a total to its figures, as plain values (see DESIGN 10).

    A flow is answered for the whole period, a stock for its last day; value, low and high are
    None where no figure speaks. Where these figures are not all, `names` has the views of all by
    their sides, that of most figures first. Raises LookupError for an area that is not known.
    """
    place = _leaves(reconciled, question.areas)
    if question.measure in STOCKS:
        view, solved, window = _standing_on(reconciled, question, names or {})
    else:
        view, solved, window = _flowing_in(reconciled, question, names or {})
    found = total(solved, reconciled.tree, place, window)
    voices = voices_within(solved, place, window)
    careless = baselines(solved, reconciled.tree, place, window)._asdict()
    return {
        "measure": question.measure,
        "view": view,
        "areas": [code for _, code in question.areas],
        "from": question.first.isoformat(),
        "to": question.last.isoformat(),
        "as_of": reconciled.as_of.isoformat(),
        "value": found.value,
        "low": found.low,
        "high": found.high,
        **careless,
        "coverage": found.coverage,
        "method": found.method,
        "counters": list(found.counters),
        **_evidence(reconciled, [figure for voice in voices for figure in voice.figure_ids]),
    }


_STRETCHES = ("measure", "view", "start_date", "end_date", "value", "low", "high")

_TOTALS = (
    *("measure", "view", "areas", "start_date", "end_date", "value", "low", "high"),
    *("naive_sum", "coverage", "counters"),
)


def _everything(solved: Solutions) -> tuple[Leaves, tuple[int, int]]:
    """All leaves and the whole span of some episodes."""
    voices, cells = solved.episodes.voices, solved.episodes.cells
    _, leaves = voices.sets.on_leaves(np.unique(voices.leaf_set))
    return np.unique(leaves), (int(cells.start.min()), int(cells.stop.max()))


def _flow_sentence(row: dict[Any, Any], names: dict[str, str]) -> str:
    where = in_a_row([names.get(code, code) for code in row["areas"].split("|")])
    sentence = (
        f"Between {in_words(row['start_date'])} and {in_words(row['end_date'])} "
        f"{_how_many(row)} {PLAIN_MEASURES[row['measure']]} in {where}{_range(row)}, by the counts "
        f"of {in_a_row(row['counters'].split(', '))}."
    )
    known = pd.notna(row["value"]) and pd.notna(row["naive_sum"])
    if known and round(row["naive_sum"]) != round(row["value"]):
        sentence += f" Adding the figures up would have said {row['naive_sum']:,.0f}."
    return sentence


def _how_many(row: dict[Any, Any]) -> str:
    if pd.isna(row["value"]):
        return "a number (withheld, because few people are concerned) of"
    return f"about {row['value']:,.0f}"


def _range(row: dict[Any, Any]) -> str:
    if pd.isna(row["value"]):
        return ""
    if pd.isna(row["low"]):
        return " (the range is withheld)"
    return f" (between {row['low']:,.0f} and {row['high']:,.0f})"


def _latest_stocks(reconciled: Reconciliation, stocks: DataFrame[Stocks]) -> list[dict[Any, Any]]:
    """Each stock on the day of its latest count, in the outermost areas below the country."""
    rows: list[dict[Any, Any]] = []
    for (measure, view), pieces in reconciled.standing.items():
        counted = [day_of(v.reported[0]) for piece in pieces for v in piece.live]
        if not counted:
            continue
        frame = stocks[
            (stocks["measure"] == measure)
            & (stocks["view"] == view)
            & (stocks["date"] == max(counted))
        ]
        inner = frame[frame["admin_level"] > 0]
        frame = inner if len(inner) else frame
        top = frame[frame["admin_level"] == frame["admin_level"].min()]
        rows += [dict(row) for row in top.to_dict("records")]
    return rows


def _stock_sentence(row: dict[Any, Any], names: dict[str, str]) -> str:
    return (
        f"On {in_words(row['date'])} {_how_many(row)} {PLAIN_MEASURES[row['measure']]} in "
        f"{names.get(row['area_code'], row['area_code'])}{_range(row)}."
    )


def in_a_row(words: list[str]) -> str:
    """Words as people list them: a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _leaves(reconciled: Reconciliation, areas: tuple[AreaKey, ...]) -> Leaves:
    unknown = [code for system, code in areas if (system, code) not in reconciled.tree.leaves]
    if unknown:
        raise LookupError(f"no area has the code {', '.join(unknown)}")
    return np.unique(np.concatenate([reconciled.tree.leaves[key] for key in areas]))


def _flowing_in(
    reconciled: Reconciliation, question: Question, names: Mapping[str, str]
) -> tuple[str | None, Sequence[Solved], tuple[int, int]]:
    """View, episodes and window of a question about a flow."""
    groups = {v: s for (m, v), s in reconciled.flows.items() if m == question.measure}
    window = (day_number(question.first), day_number(question.last) + 1)
    return *_seen(groups, question, names, next(iter(names), None)), window


def _standing_on(
    reconciled: Reconciliation, question: Question, names: Mapping[str, str]
) -> tuple[str | None, Sequence[Solved], tuple[int, int]]:
    """View, episodes and window (stocks are solved as one day) of a question about a stock."""
    day = day_number(question.last)
    groups: dict[str, list[Solved]] = {}
    for (measure, seen), pieces in reconciled.standing.items():
        for standing in pieces:
            if measure == question.measure and standing.first <= day < standing.last:
                groups.setdefault(seen, []).extend(standing.solved)
    return *_seen(groups, question, names, None), (0, 1)


def _seen(
    groups: Mapping[str, Sequence[Solved]],
    question: Question,
    names: Mapping[str, str | None],
    usual: str | None,
) -> tuple[str | None, Sequence[Solved]]:
    """The view that is asked for, or the `usual` side, or that of most voices; and its episodes.

    Views are told apart by their sides: some figures of a measure name one otherwise than all do.
    """
    by_side = {side(question.measure, view): view for view in groups}
    if question.view:
        end: str | None = side(question.measure, question.view)
    else:
        most = _usual_view(groups)
        end = usual or (most and side(question.measure, most))
    own = by_side.get(end or "")
    return question.view or names.get(end or "", own), groups.get(own or "", [])


def _usual_view(groups: Mapping[str, Sequence[Solved]]) -> str | None:
    """The view with the most voices."""
    size = {view: len(Solutions.of(solved).episodes.voices) for view, solved in groups.items()}
    return max(sorted(size), key=lambda view: size[view]) if size else None


def _evidence(reconciled: Reconciliation, ids: list[str]) -> dict[str, Any]:
    """The figures behind a total, their echoes, and the conflicts among them."""
    figures = reconciled.figures
    stretch = dict(
        zip(reconciled.conflicts["figure_id"], reconciled.conflicts["stretch"], strict=True)
    )
    own = figures[figures["figure_id"].isin(ids)]
    links = figures["derived_from"].fillna("").str.split("|").to_list()
    echoing = [bool(set(link) & set(ids)) for link in links]
    bent = reconciled.conflicts[reconciled.conflicts["figure_id"].isin(ids)]
    return {
        "figures": [_figure(row, stretch) for row in own.to_dict("records")],
        "echoes": [_figure(row, stretch) for row in figures[echoing].to_dict("records")],
        "conflicts": [
            {key: row[key] for key in ("figure_id", "counter", "stretch", "text")}
            for row in bent.to_dict("records")
        ],
    }


def _figure(row: dict[Any, Any], stretch: dict[str, float]) -> dict[str, Any]:
    words = ("figure_id", "counter", "publisher", "derived_from", "quote", "url", "area_text")
    numbers = ("persons", "persons_low", "persons_high", "error")
    return (
        {name: row[name] if isinstance(row[name], str) else None for name in words}
        | {name: None if pd.isna(row[name]) else float(row[name]) for name in numbers}
        | {name: f"{row[name]}" for name in ("start_date", "end_date", "published_on")}
        | {"stretch": float(stretch.get(row["figure_id"], 0.0))}
    )


def explain_snapshot(
    snapshot: Snapshot,
    withheld: DataFrame[Figures] | None = None,
    *,
    codes: list[str],
    first: date,
    last: date,
    measure: str,
    view: str | None = None,
    as_of: date | None = None,
) -> dict[str, Any]:
    """Answer a question from a published snapshot, as of its own or an earlier day.

    `withheld` are the figures as they were that the snapshot withholds: they count, and stay
    untold, and so does an answer of few people in small areas (`suppressed` says so). Other
    answers are exact: only for who may see the store.

    Raises LookupError for an unknown or ambiguous area code or where withheld figures are
    missing, ValueError for an unknown measure or a period that runs backwards.
    """
    if measure not in list(Measure):
        raise ValueError(f"{measure!r} is no measure; choose one of: {', '.join(Measure)}")
    if last < first:
        raise ValueError(f"the period ends ({last}) before it starts ({first})")
    case = read_case(snapshot, measure, codes, first, last)
    hidden = case.figures["suppressed"].fillna(value=False).astype(bool)
    untold = frozenset(case.figures["figure_id"][hidden])
    known_until = date.fromisoformat(snapshot.manifest["as_of"])
    reconciled = reconcile(
        _complete(case.figures, withheld, untold),
        case.links,
        case.areas,
        as_of=min(as_of or known_until, known_until),
        stock_expiry_days=case.expiry,
    )
    answer = explain(reconciled, Question(case.keys, first, last, measure, view), case.views)
    is_fine = all(reconciled.tree.level[key] >= FINE_LEVEL for key in case.keys)
    small = Small(float(snapshot.manifest.get("small_cell_threshold", 0)), untold)
    return _untold(answer, small, is_fine=is_fine)


def _complete(
    published: DataFrame[Figures], withheld: DataFrame[Figures] | None, untold: frozenset[str]
) -> DataFrame[Figures]:
    """The figures of a snapshot with those that it withholds."""
    known = Figures.empty() if withheld is None else withheld
    missing = untold.difference(known["figure_id"])
    if missing:
        raise LookupError(
            f"{len(missing)} figures of this snapshot are withheld, and the store's folder "
            "withheld/, which holds them, lacks them: an answer without them would be wrong"
        )
    return with_known(published, known[known["figure_id"].isin(published["figure_id"])])


def _untold(answer: dict[str, Any], small: Small, *, is_fine: bool) -> dict[str, Any]:
    """The answer without small numbers, and without what the snapshot withholds."""
    hidden = {one["figure_id"] for one in answer["figures"]} & small.figures
    numbers = [*Baselines._fields] if hidden else []
    is_small = is_fine and answer["value"] is not None and small.number(answer["value"])
    if is_small:
        numbers = ["value", "low", "high", *Baselines._fields]
    words = dict.fromkeys(("persons", "persons_low", "persons_high", "quote", "stretch"))
    plain = dict.fromkeys(("stretch",)) | {"text": FEW_PEOPLE}
    return (
        answer
        | dict.fromkeys(numbers)
        | {
            "suppressed": FEW_PEOPLE if is_small else None,
            **{
                name: [
                    one | (words if one["figure_id"] in small.figures else {})
                    for one in answer[name]
                ]
                for name in ("figures", "echoes")
            },
            "conflicts": [one | (plain if hidden else {}) for one in answer["conflicts"]],
        }
    )
