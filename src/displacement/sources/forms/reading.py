"""What do the submissions of a landed form state? One figure each, or a reason why not.

Pure: everything it needs has landed, also what the configuration said of the form.
"""

import json
from datetime import timedelta
from typing import Any, Final, TypeVar

import pandas as pd
from pandera.typing import DataFrame

from displacement.sources.forms.listed import AREAS, COUNTS, DATES
from displacement.sources.sheets.rows import RowError, read_cells
from displacement.sources.sheets.statements import implausible_size, statements_of
from displacement.sources.source import Declaration, Landed, Parsed, Rejection, SourceError
from displacement.sources.wire import rows_of
from displacement_schemas import SheetRows, Statements
from displacement_schemas.form_answers import FormAnswers
from displacement_schemas.vocabulary import Tier

FEW: Final = 5
"""Fewer submissions of a version say nothing about the questions that it has."""
AHEAD: Final = timedelta(days=1)
"""A day begins so much earlier where people count than here."""

Model = TypeVar("Model", bound=FormAnswers)


def parse_form(
    model: type[Model], landed: Landed, declaration: Declaration, refused: str
) -> Parsed:
    """Read and check every row; submissions with the review `refused` are taken and say nothing."""
    try:
        body = json.loads(landed.content)
        form, versions = body["form"], body["versions"]
        rows = rows_of(model, body["rows"], landed.name, declaration)
    except (ValueError, KeyError, TypeError) as wrong:
        raise SourceError(f"{landed.name}: what landed of the form cannot be read") from wrong
    held = rows.held or _lacking(landed.name, form, versions)
    if held:
        gone = Rejection(model.table_name(), landed.name, "missing_column", held)
        return Parsed(1, Statements.empty(), [gone], [held], held=held)
    counted = rows.frame[rows.frame["review"] != refused]
    kept, records, rejections = [], [], []
    for row in counted.to_dict("records"):
        try:
            records.append(_record(row, landed))
        except RowError as wrong:
            rejections.append(_rejection(model, landed.name, row, form, wrong))
        else:
            kept.append(row)
    return Parsed(
        rows_in=rows.rows_in,
        statements=_statements(records, kept, form, declaration),
        rejections=rows.rejections + rejections,
        signals=rows.signals + _changed(landed.name, form, versions) + _withheld(landed, counted),
        accepted=len(rows.frame) - len(rejections),
    )


def _lacking(file: str, form: dict[str, Any], versions: dict[str, Any]) -> str | None:
    """Why nothing can be trusted: a mapped question that no submission has."""
    seen = {column for version in versions.values() for column in version["columns"]}
    gone = [column for column in form["paths"] if column not in seen]
    if not gone or not versions:
        return None
    paths = ", ".join(path for column in gone for path in form["paths"][column])
    return (
        f"{file}: no submission has {paths} ({', '.join(gone)}); if the form calls it otherwise "
        "now, add that path to its fields"
    )


def _changed(file: str, form: dict[str, Any], versions: dict[str, Any]) -> list[str]:
    """A signal for each version of the form that seems to call a question otherwise."""
    return [
        f"{file}: version {name} of the form never has {', '.join(form['paths'][column])} "
        f"({column}); if it calls it otherwise, add that path to its fields"
        for name, version in sorted(versions.items())
        if version["submissions"] >= FEW
        for column in form["paths"]
        if column not in version["columns"]
    ]


def _withheld(landed: Landed, rows: pd.DataFrame) -> list[str]:
    count = int(rows["withheld"].notna().sum())
    if not count:
        return []
    signal = (
        f"{landed.name}: answers of {count} rows were withheld because they look personal; look "
        "whether the right questions are mapped"
    )
    return [signal]


def _record(row: dict[Any, Any], landed: Landed) -> dict[str, Any]:
    """A row as one of a sheet. Raises RowError."""
    cells = {_cell(name): row[name] for name in (*AREAS, *COUNTS, *DATES) if not pd.isna(row[name])}
    withheld = "" if pd.isna(row["withheld"]) else str(row["withheld"])
    cells |= {_cell(name): None for name in withheld.split()}
    record = read_cells(cells, None)
    end = record["end_date"]
    if landed.retrieved_at is not None and end > landed.retrieved_at.date() + AHEAD:
        raise RowError(
            "end_in_the_future", "end_date", str(end), f"the last day, {end}, is to come"
        )
    place = {"file": landed.name, "sheet": "form", "row": row["row"]}
    who = None if pd.isna(row["enumerator"]) else row["enumerator"]
    return place | record | {"enumerator": who, "landing_sha256": landed.sha256}


def _cell(column: str) -> str:
    return "date" if column == "day" else column


def _rejection(
    model: type[FormAnswers], file: str, row: dict[Any, Any], form: dict[str, Any], wrong: RowError
) -> Rejection:
    column = "day" if wrong.column == "date" else wrong.column
    question = "".join(f", question {path}" for path in form["paths"].get(column, [])[:1])
    return Rejection(
        schema=model.table_name(),
        file=file,
        check=wrong.check,
        reason=f"{file}, submission {_identity(row)}{question}: {wrong}; correct it there.",
        row=row["row"],
        column=column,
        value=None if wrong.value is None else str(wrong.value),
    )


def _identity(row: dict[Any, Any]) -> str:
    """The submission and, where it holds several figures, which of them."""
    return str(row["submission"]) + ("" if pd.isna(row["repeat"]) else f":{row['repeat']}")


def _statements(
    records: list[dict[str, Any]],
    rows: list[dict[Any, Any]],
    form: dict[str, Any],
    declaration: Declaration,
) -> DataFrame[Statements]:
    if not records:
        return Statements.empty()
    frame = SheetRows.from_rows(records)
    meta = {name: form[name] for name in ("counter", "publisher", "measure", "cause", "area_role")}
    statements = statements_of(frame, meta | {"published_on": None}, declaration)
    whole = f"{declaration.source_id}:{form['key']}"
    accepted = pd.Series([row["review"] in form["accept"] for row in rows], dtype="bool")
    plausible = ~implausible_size(frame).reset_index(drop=True)
    own = {
        "source_record_id": [f"{whole}:{_identity(row)}" for row in rows],
        "partition_id": whole,
        "tier": (accepted & plausible).map({True: Tier.ACCEPTED.value, False: Tier.REVIEW.value}),
        "published_on": [pd.Timestamp(row["submitted"]).date() for row in rows],
        "rule_id": f"{declaration.source_id}.submission",
    }
    return Statements.build({str(name): statements[name] for name in statements.columns} | own)
