"""What about a sheet should people hear of? Everything odd that did not cost a row."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd
from pandera.typing import DataFrame

from displacement.sources.sheets.headers import COUNT_COLUMNS
from displacement.sources.sheets.rows import Record, TableRows, Total
from displacement.sources.sheets.statements import PLAUSIBLE_SIZE, implausible_size
from displacement_schemas import SheetRows, Statements


def signals_of(
    file: str,
    body: dict[str, Any],
    tables: Sequence[TableRows],
    statements: DataFrame[Statements],
) -> list[str]:
    """One sentence for each thing to look at, in the order of the sheets."""
    signals = [f"{file}: {sentence}" for sentence in body["left_out"]]
    for landed, table in zip(body["sheets"], tables, strict=True):
        where = f"{file}, sheet {table.sheet}"
        found = (
            *_columns(landed),
            *_withheld(landed),
            *_unknown_words(landed),
            *_totals(table),
            *_repeated(table.records),
            *_sizes(table.records),
        )
        signals += [f"{where}{sentence}" for sentence in found]
    return signals + _future(file, statements)


def _columns(landed: dict[str, Any]) -> Iterator[str]:
    if unknown := landed["unknown_columns"]:
        yield (
            f", {_listed('column', unknown)}: the header is on no list, so the cells were left "
            "out; name the column as in the README or empty it."
        )


def _withheld(landed: dict[str, Any]) -> Iterator[str]:
    if rows := sorted({row for row, _ in landed["withheld"]}):
        yield (
            f", {_listed('row', rows)}: cells that look like phone numbers, positions, "
            "addresses or no codes were withheld; take them out of the sheet."
        )


def _unknown_words(landed: dict[str, Any]) -> Iterator[str]:
    if rows := sorted({row for row, _ in landed.get("unknown_words", ())}):
        yield (
            f", {_listed('row', rows)}: words that are no area known were withheld from the names "
            "of areas, because they could be a person's; correct the sheet, or import the areas."
        )


def _totals(table: TableRows) -> Iterator[str]:
    """A total agrees with the rows since the total before it, all rows above, or all rows."""
    before = 0
    for total in table.totals:
        if total.problem:
            yield f", row {total.row}: the total cannot be checked, because {total.problem}."
        for column in COUNT_COLUMNS:
            stated = getattr(total, column)
            sums = _sums(table.records, column, total, before)
            if stated is not None and stated not in sums:
                yield (
                    f", row {total.row}: the total says {stated:,.0f} {column}, but the accepted "
                    f"rows add up to {sums[-1]:,.0f}; look for a missing or a doubled row."
                )
        before = total.row


def _sums(records: list[Record], column: str, total: Total, before: int) -> list[float]:
    return [
        sum(record[column] or 0 for record in records if first < record["row"] < last)
        for first, last in ((before, total.row), (0, total.row), (0, float("inf")))
    ]


def _repeated(records: list[Record]) -> Iterator[str]:
    quotes: dict[str, list[int]] = {}
    for record in records:
        quotes.setdefault(record["quote"], []).append(record["row"])
    for rows in quotes.values():
        if len(rows) > 1:
            yield f", {_listed('row', rows)}: the same is written more than once; all were counted."


def _sizes(records: list[Record]) -> Iterator[str]:
    frame = SheetRows.from_rows(records)
    if rows := frame.loc[implausible_size(frame), "row"].to_list():
        low, high = PLAUSIBLE_SIZE
        yield (
            f", {_listed('row', rows)}: fewer than {low} or more than {high} people to a family; "
            "a reviewer has to look before they count."
        )


def _future(file: str, statements: DataFrame[Statements]) -> list[str]:
    late = statements.loc[statements["end_date"] > statements["published_on"], "row"]
    if late.empty:
        return []
    rows = _listed("row", late.to_list())
    day = pd.Timestamp(statements["published_on"].iloc[0]).date()
    return [f"{file}, {rows}: the period ends after the sheet was published on {day}."]


def _listed(noun: str, items: Iterable[object]) -> str:
    texts = [str(item) for item in items]
    if len(texts) == 1:
        return f"{noun} {texts[0]}"
    return f"{noun}s {', '.join(texts[:-1])} and {texts[-1]}"
