"""What of a submission may be kept? The mapped answers, its review, its day: nothing else.

Before anything lands: an allow-list, and cells that look personal are withheld.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from displacement.normalise.places import Gazetteer
from displacement.normalise.quantities import without_marks
from displacement.sources.forms.listed import DATES, Form
from displacement.sources.personal import has_other_words
from displacement.sources.sheets.workbook import kept_cells

UNKNOWN: Final = "unknown"
_CODE: Final = re.compile(r"(?=.*\d)[\w:.-]{1,60}")
_LABEL: Final = re.compile(r"[A-Za-z_]{1,40}")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT: Final = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}.*")


@dataclass(frozen=True)
class Submission:
    """What may be read of a submission; `None` where the server does not say it."""

    identifier: str | None
    review: str | None
    submitted: str | None
    version: str | None
    enumerator: str | None
    """The token of who counted."""
    outer: Mapping[str, Any]
    """Answers by their path."""
    repeated: Sequence[Mapping[str, Any]] | None = None
    """The same for each row of the repeat; None where there is no repeat."""

    @property
    def figures(self) -> list[tuple[int | None, dict[str, Any]]]:
        """The answers of each figure, with its number in the repeat."""
        if self.repeated is None:
            return [(None, dict(self.outer))]
        inside = enumerate(self.repeated, start=1)
        return [(number, {**self.outer, **row}) for number, row in inside]


def submission(
    *,
    identifier: object,
    review: str | None,
    submitted: object,
    version: object,
    enumerator: str | None,
    outer: Mapping[str, Any],
    repeated: Sequence[Mapping[str, Any]] | None,
) -> Submission:
    """A submission from what a server says, without what is no code and no day."""
    name, day, edition = _text(identifier), _day(_text(submitted)), _text(version)
    return Submission(
        identifier=_coded(name.removeprefix("uuid:")) if name else None,
        review=review if review is None or _LABEL.fullmatch(review) else UNKNOWN,
        submitted=day if day and _DAY.fullmatch(day) else None,
        version=_coded(edition) if edition else None,
        enumerator=enumerator,
        outer=outer,
        repeated=repeated,
    )


def _coded(text: str) -> str:
    """A code as it is, and a digest of what could be words."""
    return text if _CODE.fullmatch(text) else hashlib.sha256(text.encode()).hexdigest()[:16]


def landing_of(
    form: Form, submissions: Sequence[Submission], areas: Gazetteer | None = None
) -> bytes:
    """What lands of a form: canonical JSON, the same whatever order the pages had.

    `areas` tell which words of an answer are the names of areas.
    """
    rows = [
        _landed(form, one, number, answers, areas)
        for one in submissions
        for number, answers in one.figures
    ]
    rows.sort(key=_place)
    body = {"form": form.meta(), "rows": rows, "versions": _versions(form, submissions)}
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8")


def _place(row: Mapping[str, Any]) -> tuple[str, str, int]:
    """New submissions come last, so that the rows before them keep their numbers."""
    return row.get("submitted", ""), row.get("submission", ""), row.get("repeat", 0)


def _landed(
    form: Form,
    one: Submission,
    number: int | None,
    answers: Mapping[str, Any],
    areas: Gazetteer | None,
) -> dict[str, Any]:
    cells: dict[str, str] = {}
    withheld = set()
    for path, column in form.fields.items():
        value = answers.get(path)
        cell = _text(value)
        if cell is not None and column in DATES:
            cell = _day(cell)
        if value is None or value == "" or column in cells:
            continue
        if cell is None or has_other_words(_role(column), cell):
            withheld.add(column)
        else:
            cells[column] = cell
    kept = kept_cells({_role(column): cell for column, cell in cells.items()}, areas)
    withheld |= cells.keys()
    cells = {
        column: str(kept[_role(column)]) for column in cells if kept[_role(column)] is not None
    }
    named = {
        "submission": one.identifier,
        "repeat": number,
        "review": one.review,
        "submitted": one.submitted,
        "enumerator": one.enumerator,
        "withheld": " ".join(sorted(withheld - set(cells))) or None,
    }
    return {name: value for name, value in named.items() if value is not None} | cells


def _role(column: str) -> str:
    """What a sheet calls the column."""
    return "date" if column == "day" else column


def _versions(form: Form, submissions: Sequence[Submission]) -> dict[str, Any]:
    """Of each version of the form: its submissions, and the columns that any of them has."""
    versions: dict[str, Any] = {}
    for one in submissions:
        version = versions.setdefault(one.version or "", {"submissions": 0, "columns": set()})
        version["submissions"] += 1
        for answers in (one.outer, *(one.repeated or ())):
            version["columns"] |= {form.fields[path] for path in answers}
    return {
        name: version | {"columns": sorted(version["columns"])}
        for name, version in versions.items()
    }


def _text(value: object) -> str | None:
    """An answer as text; groups, positions, files and flags are none."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return without_marks(str(value)) or None


def _day(text: str | None) -> str | None:
    """A moment is cut to its day: it tells of a person's habits, and of nothing counted."""
    found = _INSTANT.fullmatch(text) if text else None
    return found[1] if found else text
