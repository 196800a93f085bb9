"""What do the accepted rows of a sheet state? One statement a row, in the shape of all sources."""

import pandas as pd
from pandera.typing import DataFrame

from displacement.sources.source import Declaration
from displacement_schemas import SheetRows, Statements
from displacement_schemas.vocabulary import (
    STOCKS,
    AreaRole,
    Cause,
    DatePrecision,
    Measure,
    Modality,
    Quantifier,
    Term,
    Tier,
    Unit,
)

COUNTER = "Local volunteers"
PLAUSIBLE_SIZE = (3, 9)
"""Persons to a family; outside of it a reviewer looks first."""

LEVELS = {"governorate": "governorate", "district": "district", "sub_district": "sub-district"}
TERMS = {
    Measure.RETURN.value: Term.RETURNS.value,
    Measure.RETURNEES.value: Term.RETURNS.value,
    Measure.CROSS_BORDER_RETURN.value: Term.RETURNS.value,
    Measure.CROSS_BORDER_FLIGHT.value: Term.FORCED_TO_FLEE.value,
    Measure.REFUGEES.value: Term.REFUGEES.value,
}


def statements_of(
    rows: DataFrame[SheetRows], meta: dict[str, str | None], declaration: Declaration
) -> DataFrame[Statements]:
    """The rows as statements; `meta` is what the sheet's sidecar or file name says of it."""
    if rows.empty:
        return Statements.empty()
    measure = meta["measure"] or Measure.NEW_DISPLACEMENT.value
    counted = rows["people"].notna()
    most = rows["people_high"].where(counted, rows["families_high"])
    same = {
        "counter": meta["counter"] or declaration.counter or COUNTER,
        "publisher": meta["publisher"] or declaration.publisher,
        "measure": measure,
        "term": TERMS.get(measure, Term.DISPLACED.value),
        "cause": meta["cause"] or Cause.UNKNOWN.value,
        "modality": Modality.ASSERTED.value,
        "in_words": False,
        "date_precision": DatePrecision.DAY.value,
        "area_role": meta["area_role"] or AreaRole.LOCATION.value,
        "published_on": _published_on(rows, meta),
        "rule_id": "sheets.row",
    }
    return Statements.build(
        {
            "source_record_id": record_ids(rows),
            "partition_id": rows["file"] + "#" + rows["sheet"],
            "unit": counted.map({True: Unit.PERSON.value, False: Unit.HOUSEHOLD.value}),
            "stated": rows["people"].fillna(rows["families"]),
            "stated_high": most,
            "quantifier": most.notna().map(
                {True: Quantifier.RANGE.value, False: Quantifier.EXACT.value}
            ),
            "area_codes": rows["area_code"].str.replace(r"[\s,;|،/]+", "|", regex=True),
            "area_names": [_path(*names) for names in _names(rows)],
            "area_text": [
                _text(*names) for names in zip(rows["area_code"], *_columns(rows), strict=True)
            ],
            "tier": implausible_size(rows).map(
                {True: Tier.REVIEW.value, False: Tier.ACCEPTED.value}
            ),
            "start_date": rows["end_date" if measure in STOCKS else "start_date"],
            **{name: rows[name] for name in ("file", "row", "end_date", "quote")},
            "landing_sha256": rows["landing_sha256"],
            "enumerator": rows["enumerator"],
            **{name: [value] * len(rows) for name, value in same.items()},
        }
    )


def record_ids(rows: DataFrame[SheetRows]) -> "pd.Series[str]":
    """What a row is called for good: its sheet, area and days, whatever order the rows are in.

    Rows with the same area and days are told apart by their size, the smallest first.
    """
    places = [
        " > ".join(" ".join(name.split()).casefold() for name in names if isinstance(name, str))
        for names in zip(rows["area_code"], *_columns(rows), strict=True)
    ]
    days = rows["start_date"].astype("string").fillna("") + ".." + rows["end_date"].astype("string")
    identity = (
        rows["file"] + "#" + rows["sheet"] + "!" + pd.Series(places, dtype="string") + "@" + days
    )
    in_order = rows.assign(identity=identity).sort_values(
        ["people", "families", "quote"], kind="stable"
    )
    ordinal = in_order.groupby("identity").cumcount().reindex(rows.index) + 1
    return identity.where(ordinal == 1, identity + "#" + ordinal.astype("string"))


def implausible_size(rows: DataFrame[SheetRows]) -> "pd.Series[bool]":
    """Rows whose people cannot be so many to a family."""
    size = rows["people"] / rows["families"]
    low, high = PLAUSIBLE_SIZE
    return ((size < low) | (size > high)).fillna(value=False).astype(bool)


def _published_on(rows: DataFrame[SheetRows], meta: dict[str, str | None]) -> object:
    if meta["published_on"] is None:
        return rows["end_date"].max()
    return pd.Timestamp(meta["published_on"]).date()


def _columns(rows: DataFrame[SheetRows]) -> list["pd.Series[str]"]:
    return [rows[column] for column in LEVELS]


def _names(rows: DataFrame[SheetRows]) -> list[tuple[object, ...]]:
    return list(zip(*_columns(rows), strict=True))


def _path(*names: object) -> str | None:
    """The names from the outermost inwards; one whose parent is missing says its level.

    So "Idlib" in the column of sub-districts is never taken for the governorate.
    """
    steps: list[str] = []
    complete = True
    for name, level in zip(names, LEVELS.values(), strict=True):
        if not isinstance(name, str):
            complete = False
            continue
        plain = name.replace("|", "/").replace(">", "/")
        steps.append(plain if complete else f"{plain} {level}")
    return " > ".join(steps) or None


def _text(code: object, *names: object) -> str:
    """The area as reported: the innermost name first, the code where there is no name."""
    given = [name for name in reversed(names) if isinstance(name, str)]
    return ", ".join(given) or str(code)
