"""What did a source say in one run? Its landed answers, parsed and put together file by file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from pandera.typing import DataFrame

from displacement.sources.source import (
    Declaration,
    Failure,
    Landed,
    Parsed,
    Rejection,
    Source,
    SourceError,
)
from displacement.windows import Window
from displacement_schemas import Statements


@dataclass
class File:
    """What one file (or query) said in one run, in one answer or in several pages."""

    name: str
    statements: list[DataFrame[Statements]] = field(default_factory=list)
    rejections: list[tuple[Rejection, str | None]] = field(default_factory=list)
    signals: list[str] = field(default_factory=list)
    rows_in: int = 0
    accepted: int = 0
    covers: Window | None = None
    held: str | None = None
    """Why nothing of it is recorded."""

    @property
    def names(self) -> set[str]:
        """Its own name, and those that its figures are filed under."""
        return {self.name}.union(*(frame["file"] for frame in self.statements))


@dataclass
class Answers:
    """Everything that one source said in one run."""

    files: dict[str, File] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    signals: list[str] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)

    def file(self, name: str) -> File:
        """The file of a name, new where nothing was said of it yet."""
        return self.files.setdefault(name, File(name))

    @property
    def held_names(self) -> set[str]:
        """Everything that the files held back are called, or that their figures are filed under."""
        return {name for file in self.files.values() if file.held for name in file.names}

    @property
    def rows_in(self) -> int:
        """Rows that arrived in all files together."""
        return sum(file.rows_in for file in self.files.values())

    @property
    def rejections(self) -> list[tuple[Rejection, str | None]]:
        """What was not taken, each with the hash of its answer."""
        return [one for file in self.files.values() for one in file.rejections]

    @property
    def read(self) -> set[str]:
        """The files that could be read."""
        return {name for name in self.files if name not in self.unreadable}


Said = Landed | Rejection | Failure
"""What a source says, once its answers have landed."""


def read_answers(source: Source, said: Iterable[Said], declaration: Declaration) -> Answers:
    """Parse everything that a source said; what arrives twice counts once.

    Raises SourceError where the source cannot be asked at all.
    """
    answers = Answers()
    first_with: dict[str, str] = {}
    records: set[str] = set()
    for one in said:
        if isinstance(one, Failure):
            answers.failures.append(one)
            continue
        if isinstance(one, Rejection):
            file = answers.file(one.file)
            file.rejections.append((one, None))
            file.rows_in += 1
            answers.unreadable.add(one.file)
            continue
        file = answers.file(one.name)
        file.covers = one.covers
        first = first_with.setdefault(one.sha256, one.name)
        if source.lists_files and first != one.name:
            file.rejections.append((_identical(source, one, first), one.sha256))
            file.rows_in += 1
            continue
        _parse(source, one, declaration, file, records)
    for failure in answers.failures:
        answers.files.pop(failure.name, None)
    return answers


def _parse(
    source: Source, landed: Landed, declaration: Declaration, file: File, records: set[str]
) -> None:
    """Add what one landed answer says to its file; `records` are those seen before."""
    try:
        parsed = source.parse(landed, declaration)
    except SourceError as wrong:
        refused = Rejection(source.source_id, landed.name, "unreadable", str(wrong))
        parsed = Parsed(1, Statements.empty(), [refused], [str(wrong)], held=str(wrong))
    again = parsed.statements["source_record_id"].isin(list(records))
    again |= parsed.statements["source_record_id"].duplicated()
    repeated = [_repeated(source, row) for row in parsed.statements[again].to_dict("records")]
    fresh = parsed.statements[~again].reset_index(drop=True)
    records.update(fresh["source_record_id"])
    accepted = len(parsed.statements) if parsed.accepted is None else parsed.accepted
    rejections = [(one, landed.sha256) for one in parsed.rejections]
    twice = [(one, landed.sha256) for one in repeated]
    if len(fresh):
        file.statements.append(Statements.validate(fresh, lazy=True))
    file.rejections += rejections + twice
    file.signals += parsed.signals
    file.rows_in += parsed.rows_in
    file.accepted += accepted - rows_of(twice)
    file.held = file.held or parsed.held


def _repeated(source: Source, row: Mapping[Any, Any]) -> Rejection:
    number = None if pd.isna(row["row"]) else int(row["row"])
    where = f"{row['file']}, row {number}" if number else row["file"]
    reason = f"{where}: the record {row['source_record_id']} arrived twice; it was counted once"
    return Rejection(source.source_id, row["file"], "repeated_record", reason, number)


def rows_of(rejections: Sequence[tuple[Rejection, str | None]]) -> int:
    """How many rows were rejected; a row that fails in several ways is one row."""
    numbered = {(one.file, sha256, one.row) for one, sha256 in rejections if one.row is not None}
    return len(numbered) + sum(one.row is None for one, _ in rejections)


def _identical(source: Source, answer: Landed, first: str) -> Rejection:
    return Rejection(
        schema=source.source_id,
        file=answer.name,
        check="identical_file",
        reason=f"{answer.name}: this is the same file as {first}; it was counted once",
    )


def joined(files: list[File]) -> DataFrame[Statements]:
    """The statements of some files in one frame."""
    return Statements.joined(frame for file in files for frame in file.statements)
