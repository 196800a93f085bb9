"""What changed between two snapshots, why, and what did that do to the totals?

Between the publication and whoever reads the second snapshot: two editions in, changes out. Of
numbers that either edition withholds nothing is told but that they changed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, Literal

import pandas as pd
from pandera.typing import DataFrame

from displacement.store.snapshots import Snapshot
from displacement_schemas import Areas, EstimatesMonthly, FigureAreas, Figures, Stocks

LEAST_CHANGE: Final = 0.5
"""Persons: a total that moves by less has not changed in words."""

RECORD: Final = ["source_id", "source_record_id"]
AREA: Final = ["code_system", "area_code"]
SERIES: Final = ["measure", "view"]
HOUSEHOLD: Final = ("household_size", "household_size_low", "household_size_high")
TELLING: Final = (
    *("stated", "stated_high", *HOUSEHOLD, "household_size_source"),
    *("persons", "persons_low", "persons_high", "quote", "correction"),
)
"""Columns that are null where a figure is withheld."""
NOT_COMPARED: Final = {
    *("figure_id", *RECORD, "revision", "withdrawn", "suppressed"),
    *("recorded_at", "landing_sha256", "enumerators"),
}


class Kind(StrEnum):
    """What happened to a figure."""

    NEW = "new"
    REVISED = "revised"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"
    GONE = "gone"
    CORRECTED = "corrected"
    HOUSEHOLD_SIZE = "household_size"
    PLACED = "placed"
    READ = "read"


@dataclass(frozen=True)
class Edition:
    """What a comparison needs of a snapshot."""

    snapshot_id: str | None
    as_of: str | None
    code_version: str | None
    small_cell_threshold: float | None
    figures: DataFrame[Figures]
    figure_areas: DataFrame[FigureAreas]
    areas: DataFrame[Areas]
    monthly: DataFrame[EstimatesMonthly]
    stocks: DataFrame[Stocks]

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Edition":
        """Read what a snapshot says."""
        about = snapshot.manifest
        return cls(
            snapshot.snapshot_id,
            about["as_of"],
            about["code_version"],
            about.get("small_cell_threshold"),
            snapshot.read(Figures),
            snapshot.read(FigureAreas),
            snapshot.read(Areas),
            snapshot.read(EstimatesMonthly),
            snapshot.read(Stocks),
        )

    @classmethod
    def before_the_first(cls) -> "Edition":
        """What was known before anything was published."""
        return cls(
            None,
            None,
            None,
            None,
            Figures.empty(),
            FigureAreas.empty(),
            Areas.empty(),
            EstimatesMonthly.empty(),
            Stocks.empty(),
        )


@dataclass(frozen=True)
class Setting:
    """Something about the snapshots themselves: as-of date, code version, threshold."""

    name: str
    before: str | float | None
    after: str | float | None


@dataclass(frozen=True)
class FigureChange:
    """One figure that is not as it was."""

    kind: Kind
    figure_id: str
    source_id: str
    counter: str
    measure: str
    area_text: str
    start_date: date | None
    end_date: date
    before: float | None
    after: float | None
    """Persons; null where nobody knows, where there is no figure, and where it is withheld."""
    withheld: bool
    columns: tuple[str, ...]
    """What it says differently."""
    why: str | None
    """The decision, or the household sizes, in words."""


@dataclass(frozen=True)
class AreaChange:
    """An area of both snapshots that is described differently."""

    area_code: str
    code_system: str
    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Moved:
    """A total, month or area that is not as it was; null is not known, or withheld.

    Flows are summed over the months or areas that are not named; stocks are those of the last
    day of each snapshot.
    """

    measure: str
    view: str
    before: float | None
    after: float | None
    withheld: bool
    area_code: str | None = None
    admin_level: int | None = None
    month: date | None = None

    @property
    def size(self) -> float:
        """How far it moved; what is not known counts as nothing here."""
        return abs((self.after or 0.0) - (self.before or 0.0))


@dataclass(frozen=True)
class Changes:
    """Everything that two snapshots say differently."""

    before: str | None
    after: str | None
    settings: tuple[Setting, ...]
    figures: tuple[FigureChange, ...]
    areas: tuple[AreaChange, ...]
    totals: tuple[Moved, ...]
    months: tuple[Moved, ...]
    places: tuple[Moved, ...]
    """Areas of every level; the farthest moved first, as in `months`."""
    area_names: dict[str, str]


def changes_between(before: Edition, after: Edition) -> Changes:
    """Compare two editions, whichever is the newer one."""
    placed = _placed(before.figure_areas, after.figure_areas)
    pairs = _with_kinds(_paired(before.figures, after.figures), placed)
    areas = _all_areas(before.areas, after.areas)
    guard = _Guard.of(pairs, before, after, areas)
    flows = [guard.flows(one.monthly) for one in (before, after)]
    stocks = [guard.stocks(_last_day(one.stocks)) for one in (before, after)]
    outer_flows, outer_stocks = ([_outermost(f) for f in one] for one in (flows, stocks))
    place = [*SERIES, "area_code", "admin_level"]
    return Changes(
        before=before.snapshot_id,
        after=after.snapshot_id,
        settings=tuple(_settings(before, after)),
        figures=tuple(_figure_changes(pairs)),
        areas=tuple(_area_changes(before.areas, after.areas)),
        totals=(*_moved(outer_flows, SERIES), *_moved(outer_stocks, SERIES)),
        months=tuple(_moved(outer_flows, [*SERIES, "month"])),
        places=tuple(_farthest([*_moved(flows, place), *_moved(stocks, place)])),
        area_names=dict(zip(areas["area_code"], areas["name"], strict=True)),
    )


def _settings(before: Edition, after: Edition) -> Iterator[Setting]:
    for name in ("as_of", "code_version", "small_cell_threshold"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield Setting(name, old, new)


def _paired(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """The latest revision of every record, as it was and as it is, in one row."""
    both = _merged(_latest(before), _latest(after), RECORD, "outer")
    for side in ("before", "after"):
        for name in ("withdrawn", "suppressed"):
            both[f"{name}_{side}"] = both[f"{name}_{side}"].fillna(value=False).astype(bool)
    return both.assign(withheld=both["suppressed_before"] | both["suppressed_after"])


def _merged(
    before: pd.DataFrame, after: pd.DataFrame, on: list[str], how: Literal["inner", "outer"]
) -> pd.DataFrame:
    # Arrow-backed keys cannot be merged where both frames are empty.
    plain: dict[str, Any] = dict.fromkeys(on, object)
    return before.astype(plain).merge(
        after.astype(plain), on=on, how=how, suffixes=("_before", "_after"), indicator=True
    )


def _latest(figures: pd.DataFrame) -> pd.DataFrame:
    return figures.sort_values("revision", kind="stable").drop_duplicates(RECORD, keep="last")


def _placed(before: pd.DataFrame, after: pd.DataFrame) -> set[str]:
    """Figures that one of both links to an area to which the other does not."""
    keys = ["figure_id", *AREA]
    both = pd.concat([before[keys], after[keys]], ignore_index=True)
    return set(both.drop_duplicates(keep=False)["figure_id"])


def _with_kinds(pairs: pd.DataFrame, placed: set[str]) -> pd.DataFrame:
    """The pairs with what happened to each (null where nothing did) and the columns that differ."""
    names = [name for name in Figures.arrow_schema().names if name not in NOT_COMPARED]
    differs = pd.DataFrame(
        {name: _differ(pairs[f"{name}_before"], pairs[f"{name}_after"]) for name in names},
        index=pairs.index,
    )
    # Between a number and its absence there is nothing to compare.
    differs.loc[pairs["withheld"], list(TELLING)] = False
    same_id = pairs["figure_id_before"] == pairs["figure_id_after"]
    differs["areas"] = same_id.fillna(value=False) & pairs["figure_id_after"].isin(placed)
    there = {side: pairs["_merge"] != only for side, only in _ONLY.items()}
    stood, stands = (there[side] & ~pairs[f"withdrawn_{side}"] for side in ("before", "after"))
    stays = stood & stands
    same = stays & (pairs["revision_before"] == pairs["revision_after"]).fillna(value=False)
    kinds = pd.Series(None, pairs.index, dtype=object)
    for kind, rows in (
        (Kind.READ, same & differs.any(axis=1)),
        (Kind.PLACED, same & differs["areas"]),
        (Kind.HOUSEHOLD_SIZE, same & differs[list(HOUSEHOLD)].any(axis=1)),
        (Kind.CORRECTED, same & differs["correction"]),
        (Kind.REVISED, stays & ~same),
        (Kind.NEW, ~there["before"] & stands),
        (Kind.RETURNED, there["before"] & ~stood & stands),
        (Kind.WITHDRAWN, stood & there["after"] & ~stands),
        (Kind.GONE, stood & ~there["after"]),
    ):
        kinds = kinds.mask(rows.astype(bool), kind.value)
    told = differs.where(stays, other=False).to_numpy(dtype=bool)
    columns = [tuple(differs.columns[row]) for row in told]
    return pairs.assign(kind=kinds, columns=pd.Series(columns, pairs.index, dtype=object))


_ONLY: Final = {"before": "right_only", "after": "left_only"}


def _differ(before: "pd.Series[Any]", after: "pd.Series[Any]") -> "pd.Series[bool]":
    same = (before == after).fillna(value=False) | (before.isna() & after.isna())
    return ~same.astype(bool)


def _figure_changes(pairs: pd.DataFrame) -> Iterator[FigureChange]:
    changed = pairs[pairs["kind"].notna()]
    for row in changed.to_dict("records"):
        side = "before" if row["kind"] in {Kind.WITHDRAWN, Kind.GONE} else "after"
        stands = {
            "before": row["kind"] not in {Kind.NEW, Kind.RETURNED},
            "after": row["kind"] not in {Kind.WITHDRAWN, Kind.GONE},
        }
        persons = {
            one: None if row["withheld"] or not stands[one] else _known(row[f"persons_{one}"])
            for one in stands
        }
        yield FigureChange(
            kind=Kind(row["kind"]),
            figure_id=row[f"figure_id_{side}"],
            source_id=row["source_id"],
            counter=row[f"counter_{side}"],
            measure=row[f"measure_{side}"],
            area_text=row[f"area_text_{side}"],
            start_date=_known(row[f"start_date_{side}"]),
            end_date=row[f"end_date_{side}"],
            before=persons["before"],
            after=persons["after"],
            withheld=bool(row["withheld"]),
            columns=row["columns"],
            why=None if row["withheld"] else _why(row),
        )


def _why(row: dict[Any, Any]) -> str | None:
    """The decision or the household sizes behind a change of what a record comes to."""
    decided = [_known(row[f"correction_{side}"]) for side in ("before", "after")]
    sizes = [_known(row[f"household_size_{side}"]) for side in ("before", "after")]
    match row["kind"]:
        case Kind.CORRECTED:
            return decided[1] or f"no longer: {decided[0]}"
        case Kind.HOUSEHOLD_SIZE:
            told = " → ".join("not known" if one is None else f"{one:g}" for one in sizes)
            source = _known(row["household_size_source_after"])
            return f"{told} persons per household" + (f" ({source})" if source else "")
    return None


def _known(value: Any) -> Any:
    return None if value is None or pd.isna(value) else value


def _area_changes(before: pd.DataFrame, after: pd.DataFrame) -> Iterator[AreaChange]:
    """Areas that both hold; which others a snapshot holds follows from its figures."""
    names = [name for name in Areas.arrow_schema().names if name not in AREA]
    both = _merged(before, after, AREA, "inner")
    differs = {name: _differ(both[f"{name}_before"], both[f"{name}_after"]) for name in names}
    table = pd.DataFrame(differs, index=both.index)
    rows = table.any(axis=1).to_numpy(dtype=bool)
    for row, flags in zip(both[rows].to_dict("records"), table.to_numpy(bool)[rows], strict=True):
        columns = tuple(table.columns[flags])
        yield AreaChange(row["area_code"], row["code_system"], row["name_after"], columns)


def _all_areas(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    areas = pd.concat([frame for frame in (before, after) if len(frame)] or [after])
    return areas.drop_duplicates(AREA, keep="last")


@dataclass(frozen=True)
class _Guard:
    """Where a change would tell a withheld number: around withheld figures that changed.

    Who knows a total before and after a lone small figure came, knows the figure.
    """

    spans: dict[tuple[str, str], set[tuple[date, date]]]
    """By measure and area, the days of such figures."""

    @classmethod
    def of(
        cls, pairs: pd.DataFrame, before: Edition, after: Edition, areas: pd.DataFrame
    ) -> "_Guard":
        turned = pairs["suppressed_before"] != pairs["suppressed_after"]
        rows = pairs[pairs["withheld"] & (turned | pairs["kind"].notna())].to_dict("records")
        spans: dict[tuple[str, str], set[tuple[date, date]]] = {}
        for side, edition in (("before", before), ("after", after)):
            mine = [row for row in rows if _known(row[f"figure_id_{side}"])]
            names = {row[f"figure_id_{side}"] for row in mine}
            links = edition.figure_areas[edition.figure_areas["figure_id"].isin(names)]
            codes = links.groupby("figure_id")["area_code"].agg(set).to_dict()
            around = _around(set(links["area_code"]), areas)
            for row in mine:
                days = (_known(row[f"start_date_{side}"]) or date.min, row[f"end_date_{side}"])
                for code in codes.get(row[f"figure_id_{side}"], ()):
                    for near in around[code]:
                        spans.setdefault((row[f"measure_{side}"], near), set()).add(days)
        return cls(spans)

    def flows(self, monthly: pd.DataFrame) -> pd.DataFrame:
        """Months of areas, each with whether its change may be told."""
        lasts = (pd.to_datetime(monthly["month"]) + pd.offsets.MonthEnd(0)).dt.date
        return self._marked(monthly, monthly["month"], lasts)

    def stocks(self, standing: pd.DataFrame) -> pd.DataFrame:
        """Stocks of areas; a stock is carried on from its day."""
        return self._marked(standing, [date.min] * len(standing), standing["date"])

    def _marked(
        self, frame: pd.DataFrame, firsts: Iterable[date], lasts: Iterable[date]
    ) -> pd.DataFrame:
        rows = zip(frame["measure"], frame["area_code"], firsts, lasts, strict=True)
        guarded = [
            any(start <= last and first <= end for start, end in self.spans.get((one, code), ()))
            for one, code, first, last in rows
        ]
        hidden = frame["value"].isna().to_numpy(dtype=bool)
        return frame.assign(hidden=hidden, guarded=pd.Series(guarded, frame.index, dtype=bool))


def _around(codes: set[str], areas: pd.DataFrame) -> dict[str, list[str]]:
    """Each area with those around it and those in it."""
    pairs = zip(areas["area_code"], areas["parent_code"], strict=True)
    parents = {code: _known(parent) for code, parent in pairs}
    found = {code: set(_upwards(code, parents)) for code in codes}
    for inner in parents:
        for outer in codes.intersection(_upwards(inner, parents)):
            found[outer].add(inner)
    return {code: sorted(around) for code, around in found.items()}


def _upwards(code: str, parents: dict[str, Any]) -> list[str]:
    chain = [code]
    while (outer := parents.get(chain[-1])) and outer not in chain:
        chain.append(outer)
    return chain


def _last_day(stocks: pd.DataFrame) -> pd.DataFrame:
    return stocks[stocks["date"] == stocks.groupby(SERIES)["date"].transform("max")]


def _outermost(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that together are everything, once."""
    return frame[frame["admin_level"] == frame.groupby(SERIES)["admin_level"].transform("min")]


def _moved(sides: Sequence[pd.DataFrame], keys: list[str]) -> list[Moved]:
    """What moved, the farthest first; each side has value, hidden and guarded by row."""
    before, after = (_summed(side, keys) for side in sides)
    both = _merged(before, after, keys, "outer")
    hidden, guarded = (
        both[[f"{name}_before", f"{name}_after"]].fillna(value=False).astype(bool)
        for name in ("hidden", "guarded")
    )
    unclear = hidden.any(axis=1)
    turned = unclear & ~hidden.all(axis=1)
    known = both["value_before"].notna() & both["value_after"].notna()
    apart = (both["value_after"] - both["value_before"]).abs() >= LEAST_CHANGE
    one_sided = _differ(both["value_before"].notna(), both["value_after"].notna())
    changed = turned | (unclear & guarded.any(axis=1)) | one_sided | (known & apart)
    both = both.assign(withheld=unclear | guarded.any(axis=1))[changed.astype(bool)]
    rows = both.to_dict("records")
    return _farthest([_as_moved(row, keys) for row in rows])


def _summed(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Sums by keys; a sum with a part that is withheld is withheld itself."""
    sums = frame.groupby(keys, as_index=False).agg(
        value=("value", "sum"), hidden=("hidden", "max"), guarded=("guarded", "max")
    )
    return sums.assign(value=sums["value"].where(~sums["hidden"].astype(bool)))


def _as_moved(row: dict[Any, Any], keys: list[str]) -> Moved:
    withheld = bool(row["withheld"])
    return Moved(
        **{name: row[name] for name in keys},
        before=None if withheld else _known(row["value_before"]),
        after=None if withheld else _known(row["value_after"]),
        withheld=withheld,
    )


def _farthest(moved: list[Moved]) -> list[Moved]:
    return sorted(moved, key=lambda one: -one.size)
