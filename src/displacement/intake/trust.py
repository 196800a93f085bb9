"""What of a source's answers is believed? What is held back, and for which files it speaks.

A file that suddenly says much less, or that cannot be read any more, takes nothing back.
"""

from collections import Counter

from pandera.typing import DataFrame

from displacement.intake.answers import Answers, File, joined
from displacement.normalise.revisions import covered, latest_standing, vanished_of
from displacement.sources.source import Declaration, Source
from displacement.windows import Window
from displacement_schemas import Records, Rejected, Statements

FEWEST_VANISHED = 2
"""A single figure may always vanish."""

AWAITS = "nothing of it was recorded; a reviewer can accept it"
"""How the sentence ends that says of data that it was held back, but may be right."""


def hold_back(
    answers: Answers,
    declaration: Declaration,
    known: DataFrame[Records],
    believed: frozenset[str],
    *,
    whole: bool,
) -> None:
    """Hold back what cannot be trusted: too few rows, too many, or too much gone at once."""
    most, fewest = declaration.maximum_rows, declaration.minimum_rows
    outside = None
    if whole and fewest is not None and answers.rows_in < fewest:
        outside = f"only {answers.rows_in} rows arrived where at least {fewest} are expected"
    elif most is not None and answers.rows_in > most:
        outside = f"{answers.rows_in} rows arrived where at most {most} are expected"
    if outside and not answers.failures and _awaiting(outside) not in believed:
        answers.signals.append(_awaiting(outside))
        for file in answers.files.values():
            file.held = file.held or outside
    standing = latest_standing(known)
    for file in answers.files.values():
        shrunk = None if file.held else _shrunk(file, standing, declaration.most_vanished)
        if shrunk and _awaiting(shrunk) not in believed:
            file.held = shrunk
            file.signals.append(_awaiting(shrunk))


def _awaiting(why: str) -> str:
    return f"{why}: {AWAITS}"


def _shrunk(file: File, standing: DataFrame[Records], most: float) -> str | None:
    """Why a file that suddenly says much less than before is not believed."""
    speaks_for = dict.fromkeys(file.names, file.covers)
    before = standing[standing["file"].isin(file.names)]
    if len(before) < FEWEST_VANISHED:
        return None
    before = before[covered(before, speaks_for)]
    gone = vanished_of(Records.in_order(before), joined([file]), speaks_for)
    if len(gone) < FEWEST_VANISHED or len(gone) <= most * len(before):
        return None
    return (
        f"{file.name}: {len(gone)} of {len(before)} figures are gone at once, more than the "
        f"{most:.0%} that may be"
    )


def speaks_for(
    source: Source, answers: Answers, known: DataFrame[Records]
) -> dict[str, Window | None]:
    """Files whose records may be withdrawn, with the days they speak for.

    Those are the files that were read and, where the source lists all its files, those that
    are gone. Where nothing at all was read, the folder itself may be missing: nothing is
    withdrawn. Nor is it where a listed file that held figures has no rows at all any more.
    """
    before = set(known["file"].unique())
    read = answers.read
    answered = {
        name: file.covers
        for key, file in answers.files.items()
        if key in read
        for name in file.names
    }
    if not source.lists_files:
        return answered
    hollow = {name for name in before & read if not answers.files[name].rows_in}
    answers.signals += [
        f"{file}: it has no rows, although it had before: its figures stay; delete the file "
        "to withdraw them"
        for file in sorted(hollow)
    ]
    gone = before - read - answers.unreadable - {one.name for one in answers.failures}
    if gone and not read:
        answers.signals.append(
            f"nothing arrived, although {len(gone)} files did before: their figures stay"
        )
        return {}
    return {
        name: covers for name, covers in answered.items() if name not in hollow
    } | dict.fromkeys(gone)


def broken(
    answers: Answers,
    known: DataFrame[Records],
    replaced: DataFrame[Rejected],
    statements: DataFrame[Statements],
) -> set[str]:
    """Files that lost figures while more of their rows were rejected than before.

    A row that has become unreadable is no withdrawal: the last good figures stay.
    """
    now = Counter(r.file for r, _ in answers.rejections if r.row is not None)
    before = Counter(replaced["file"][replaced["row"].notna()])
    worse = {file for file in now if now[file] > before[file]}
    if not worse:
        return set()
    covers = {name: one.covers for one in answers.files.values() for name in one.names}
    lost = vanished_of(
        latest_standing(known), statements, {f: one for f, one in covers.items() if f in worse}
    )
    answers.signals += [
        f"{file}: {count} figures are gone, but rows of it could not be read: they stay until "
        "the rows are mended"
        for file, count in sorted(Counter(lost["file"]).items())
    ]
    return set(lost["file"])
