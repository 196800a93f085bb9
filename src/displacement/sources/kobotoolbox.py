"""What do volunteers send in by KoboToolbox? The submissions of the forms that are mapped.

Edits, reviews and deletions leave no trace that could be asked for: every run reads the whole form.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar, Final

import msgspec
import pydantic

from displacement.sources.enumerators import Token, tokens
from displacement.sources.forms import (
    Form,
    Page,
    Submission,
    landing_of,
    listed_forms,
    parse_form,
    submission,
    sweep,
)
from displacement.sources.forms.sweep import PAGE_ROWS
from displacement.sources.source import Answer, Declaration, Failure, Landed, Parsed, Request
from displacement.sources.wire import Client, Query, ask_all
from displacement_schemas.kobotoolbox_rows import REVIEWS, KobotoolboxRows

SYSTEM: Final = (
    "_id", "_uuid", "meta/rootUuid", "_validation_status", "_submission_time", "__version__",
)  # fmt: skip
ACCOUNT: Final = "_submitted_by"
NOT_APPROVED: Final = "validation_status_not_approved"
UNREVIEWED: Final = "none"


@pydantic.dataclasses.dataclass(
    frozen=True, kw_only=True, config=pydantic.ConfigDict(extra="forbid")
)
class KoboForm(Form):
    """One form, by the uid of its asset."""

    reviews: ClassVar[tuple[str, ...]] = tuple(REVIEWS)
    refused: ClassVar[str] = NOT_APPROVED

    uid: str = pydantic.Field(pattern=r"^[A-Za-z0-9]+$")
    accept: tuple[str, ...] = ("validation_status_approved",)

    @property
    def key(self) -> str:
        """Its uid."""
        return self.uid


class Kobotoolbox:
    """The forms that the configuration lists, each under its name.

    A submission that is gone is withdrawn, one that is not approved too; only approved ones are
    reconciled, the others wait for a reviewer.
    """

    source_id = "kobotoolbox"
    lists_files = False

    def fetch(self, request: Request) -> Iterator[Answer | Failure]:
        """All submissions of each form, only mapped answers; a form that fails costs no other."""
        forms = listed_forms(KoboForm, request.declaration)
        token = tokens(request.secrets)
        key = f"Token {request.secret('token')}"
        client = Client(request, headers={"Authorization": key}, discreet=True)

        def ask(query: Query) -> Iterator[Answer]:
            form: KoboForm = query.what
            asked = {"limit": PAGE_ROWS, "fields": json.dumps(_fields(form, token))}
            reply, rows = sweep(client, f"assets/{form.uid}/data.json", asked, _page, "_id")
            content = landing_of(
                form, [_submission(row, form, token) for row in rows], request.areas
            )
            yield replace(reply.answer(query, content), url=reply.url.partition("?")[0])

        yield from ask_all(client, [Query(f"kobotoolbox/{one.name}", one) for one in forms], ask)

    def parse(self, landed: Landed, declaration: Declaration) -> Parsed:
        """One figure a submission, or a row of its repeat."""
        return parse_form(KobotoolboxRows, landed, declaration, NOT_APPROVED)


SOURCE = Kobotoolbox()


class _Answered(msgspec.Struct):
    count: int
    results: list[dict[str, Any]]
    next: str | None


def _page(body: bytes) -> Page:
    found = msgspec.json.decode(body, type=_Answered)
    return Page(found.count, found.next, found.results)


def _fields(form: KoboForm, token: Token | None) -> list[str]:
    """What is asked for. A repeat comes only as a whole; what is not mapped of it never lands."""
    repeat = [form.repeat] if form.repeat else []
    who = [form.enumerator or ACCOUNT] if token else []
    return list(dict.fromkeys([*SYSTEM, *form.outer, *repeat, *who]))


def _submission(row: dict[str, Any], form: KoboForm, token: Token | None) -> Submission:
    repeated = None
    if form.repeat:
        inside = row.get(form.repeat)
        inside = inside if isinstance(inside, list) else []
        repeated = [_answers(one, form.inner) for one in inside if isinstance(one, dict)]
    return submission(
        identifier=row.get("meta/rootUuid") or row.get("_uuid"),
        review=_review(row),
        submitted=row.get("_submission_time"),
        version=row.get("__version__"),
        enumerator=token(row.get(form.enumerator or ACCOUNT)) if token else None,
        outer=_answers(row, form.outer),
        repeated=repeated,
    )


def _answers(row: dict[str, Any], paths: tuple[str, ...]) -> dict[str, Any]:
    return {path: row[path] for path in paths if path in row}


def _review(row: dict[str, Any]) -> str | None:
    """The status alone: who gave it stays outside. None where the server says nothing of it."""
    if "_validation_status" not in row:
        return None
    status = row["_validation_status"]
    uid = status.get("uid") if isinstance(status, dict) else status
    return str(uid) if uid else UNREVIEWED
