"""How do reports and news texts become statements? Landed as text, then read by `extraction`.

Names of private speakers are replaced by their roles before anything is written.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd
from pandera.typing import DataFrame

from displacement.extraction import Extraction, extract, has_rules, split_header
from displacement.normalise.privacy import (
    REMOVED,
    names_person,
    public_address,
    redact_contacts,
    redact_speakers,
)
from displacement.sources.documents.files import LONGEST_CODE, READABLE, Report, read_report
from displacement.sources.documents.unreadable import UnreadableError
from displacement.sources.file_names import files_of
from displacement.sources.source import Answer, Declaration, Landed, Parsed, Rejection, Request
from displacement_schemas import ExtractedFigures, RejectedNumbers, Statements
from displacement_schemas.vocabulary import Unit

FOLDER: Final = "reports"
SCHEMA: Final = ExtractedFigures.table_name()


class Documents:
    """The texts `reports/*.{txt,html,pdf}` of the inbox."""

    source_id = "documents"
    lists_files = True

    def fetch(self, request: Request) -> Iterator[Answer | Rejection]:
        """Each report's text and publication facts; one that gives no text is a rejection."""
        for path, name in files_of(request.inbox / FOLDER):
            if path.suffix.lower() in READABLE and not path.name.startswith("."):
                yield _answer(path, f"{FOLDER}/{name}")

    def parse(self, landed: Landed, declaration: Declaration) -> Parsed:
        """Extract figures; every other number is a rejection with its reason."""
        body = json.loads(landed.content)
        if not has_rules(body["lang"]):
            unread = _unread(landed.name, body["lang"])
            return Parsed(1, Statements.empty(), [unread])
        found = read(
            body["text"], date.fromisoformat(body["published"]), body["publisher"], body["lang"]
        )
        statements = statements_of(found, landed.name, landed.sha256, body["url"])
        rejections = _rejections(found.rejected, landed.name)
        if statements.empty:
            rejections.append(_without_figures(landed.name, len(found.rejected)))
        return Parsed(len(statements) + len(rejections), statements, rejections)


SOURCE = Documents()


def read(text: str, published_on: date, publisher: str | None, lang: str) -> Extraction:
    """Extract from a text that may begin with a header; offsets are those of the whole text."""
    start = len(text) - len(split_header(text)[1])
    return extract(text, published_on, publisher, lang, start=start)


def statements_of(
    found: Extraction, file: str, sha256: str, url: str | None
) -> DataFrame[Statements]:
    """One statement per extracted figure, in the order of the text."""
    figures = found.figures
    size = len(figures)
    columns: dict[str, Any] = {name: figures[name] for name in _UNCHANGED}
    ids = _record_ids(figures, file)
    return Statements.build(
        columns
        | {
            "source_record_id": ids,
            "file": [file] * size,
            "derived_from_record": _same_people(figures, ids),
            "in_words": [True] * size,
            "url": [url] * size,
            "landing_sha256": [sha256] * size,
        }
    )


_UNCHANGED: Final = (
    *("counter", "publisher", "measure", "term", "cause", "modality", "unit", "quantifier"),
    *("stated", "stated_high", "start_date", "end_date", "date_precision", "area_names"),
    *("area_text", "area_role", "published_on", "tier", "quote", "rule_id"),
)


def _answer(path: Path, name: str) -> Answer | Rejection:
    try:
        report = read_report(path)
    except UnreadableError as wrong:
        return Rejection(SCHEMA, name, "unreadable", f"{name}: {wrong}")
    if report.published is None:
        reason = f"{name}: no publication date; begin the text with a line “published: 2018-01-31”"
        return Rejection(SCHEMA, name, "no_publication_date", reason, column="published")
    return Answer(name, f"inbox:{name}", "application/json", landing_of(report))


def landing_of(report: Report) -> bytes:
    """What lands of a report: its text without the names of speakers, and its facts."""
    text, publisher = report.text, report.publisher
    if publisher and names_person(publisher):
        text, publisher = text.replace(publisher, REMOVED), None
    body = {
        "text": redact_speakers(text),
        "published": str(report.published),
        "publisher": publisher and redact_contacts(publisher),
        "lang": report.lang,
        "url": report.url and public_address(report.url),
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True, indent=1).encode()


def _record_ids(figures: DataFrame[ExtractedFigures], file: str) -> list[str]:
    """What identifies a figure within its text, wherever in the text it stands.

    Not its number: a corrected one is a revision, and a withheld one must not follow from the
    identity. Several of one scope are numbered as they stand.
    """
    identity = ["counter", "measure", "unit", "start_date", "end_date", "area_text"]
    words = figures[identity].astype("string").fillna("")
    keys = words["counter"].str.cat(words[identity[1:]], sep="\x1f")
    digests = pd.Series([hashlib.sha256(key.encode()).hexdigest()[:12] for key in keys], dtype=str)
    again = digests.groupby(digests).cumcount()
    numbered = digests.where(again == 0, digests + "-" + (again + 1).astype(str))
    return [f"{file}#{name}" for name in numbered]


def _same_people(figures: DataFrame[ExtractedFigures], ids: list[str]) -> list[str | None]:
    """Figures of one group count the same people: all but one of them repeat that one.

    The first that states persons speaks, else the first of all.
    """
    in_persons = (figures["unit"] == Unit.PERSON.value).to_numpy(dtype=bool)
    frame = pd.DataFrame({"group": figures["group_id"].to_numpy(dtype=object), "record": ids})
    ranked = frame[frame["group"].notna()].assign(later=~in_persons[frame["group"].notna()])
    first = ranked.sort_values("later", kind="stable").groupby("group")["record"].first()
    speaks = frame["group"].map(first)
    repeats = speaks.notna() & (speaks != frame["record"])
    return [one if again else None for one, again in zip(speaks, repeats, strict=True)]


def _rejections(rejected: DataFrame[RejectedNumbers], file: str) -> list[Rejection]:
    return [
        Rejection(
            schema=SCHEMA,
            file=file,
            check=row["reason"],
            reason=f"{file}, character {row['number_start']}: “{row['number_text']}” is no "
            f"displacement figure: {row['reason'].replace('_', ' ')}",
            value=row["number_text"],
            number_start=row["number_start"],
            number_end=row["number_end"],
        )
        for row in rejected.to_dict("records")
    ]


def _unread(file: str, lang: str) -> Rejection:
    code = lang if len(lang) <= LONGEST_CODE else "unknown"
    reason = f"{file}: its language, {code!r}, cannot be read"
    return Rejection(SCHEMA, file, "language", reason, value=code)


def _without_figures(file: str, numbers: int) -> Rejection:
    reason = f"{file}: none of its {numbers} numbers is a displacement figure"
    return Rejection(SCHEMA, file, "no_figures", reason)
