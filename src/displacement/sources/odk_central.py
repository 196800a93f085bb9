"""What do volunteers send in by ODK Central? The submissions of the forms that are mapped.

Every run reads the whole form, since a deletion shows only by what is missing.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar, Final
from urllib.parse import quote

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
from displacement_schemas.odk_central_rows import REVIEWS, OdkCentralRows

REJECTED: Final = "rejected"
UNREVIEWED: Final = "none"


@pydantic.dataclasses.dataclass(
    frozen=True, kw_only=True, config=pydantic.ConfigDict(extra="forbid")
)
class OdkForm(Form):
    """One form, by the number of its project and its own id."""

    reviews: ClassVar[tuple[str, ...]] = tuple(REVIEWS)
    refused: ClassVar[str] = REJECTED

    project: int = pydantic.Field(ge=1)
    form: str = pydantic.Field(min_length=1)
    accept: tuple[str, ...] = ("approved",)

    @property
    def key(self) -> str:
        """Its project and id; the same id may be used in several projects."""
        return f"{self.project}/{self.form}"


class OdkCentral:
    """The forms that the configuration lists, each under its name.

    A submission that is gone or deleted is withdrawn, one that was rejected too; only approved
    ones are reconciled, the others wait for a reviewer.
    """

    source_id = "odk_central"
    lists_files = False

    def fetch(self, request: Request) -> Iterator[Answer | Failure]:
        """All submissions of each form, only mapped answers; a form that fails costs no other."""
        forms = listed_forms(OdkForm, request.declaration)
        version = "" if _names_version(request.declaration) else "v1/"
        token = tokens(request.secrets)
        login = (request.secret("email"), request.secret("password"))
        client = Client(request, login=login, discreet=True)

        def ask(query: Query) -> Iterator[Answer]:
            form: OdkForm = query.what
            asked = {"$top": PAGE_ROWS, "$count": "true", "$expand": "*" if form.repeat else None}
            service = f"projects/{form.project}/forms/{quote(form.form, safe='')}.svc"
            path = f"{version}{service}/Submissions"
            reply, rows = sweep(client, path, asked, _page, "__id")
            kept = [_submission(row, form, token) for row in rows if not _gone(row)]
            content = landing_of(form, kept, request.areas)
            yield replace(reply.answer(query, content), url=reply.url.partition("?")[0])

        yield from ask_all(client, [Query(f"odk_central/{one.name}", one) for one in forms], ask)

    def parse(self, landed: Landed, declaration: Declaration) -> Parsed:
        """One figure a submission, or a row of its repeat."""
        return parse_form(OdkCentralRows, landed, declaration, REJECTED)


SOURCE = OdkCentral()


def _names_version(declaration: Declaration) -> bool:
    """Whether the declared address ends in the version of the interface."""
    return declaration.http is not None and declaration.http.url.rstrip("/").endswith("/v1")


class _Answered(msgspec.Struct):
    value: list[dict[str, Any]]
    count: int = msgspec.field(name="@odata.count")
    next: str | None = msgspec.field(name="@odata.nextLink", default=None)


def _page(body: bytes) -> Page:
    found = msgspec.json.decode(body, type=_Answered)
    return Page(found.count, found.next, found.value)


def _system(row: dict[str, Any]) -> dict[str, Any]:
    system = row.get("__system")
    return system if isinstance(system, dict) else {}


def _gone(row: dict[str, Any]) -> bool:
    return bool(_system(row).get("deletedAt"))


def _submission(row: dict[str, Any], form: OdkForm, token: Token | None) -> Submission:
    system = _system(row)
    repeated = None
    if form.repeat:
        inside = _answers(row, (form.repeat,)).get(form.repeat)
        inside = inside if isinstance(inside, list) else []
        start = len(form.repeat) + 1
        repeated = [
            {f"{form.repeat}/{path}": value for path, value in found.items()}
            for one in inside
            if isinstance(one, dict)
            for found in [_answers(one, tuple(path[start:] for path in form.inner))]
        ]
    return submission(
        identifier=row.get("__id"),
        review=(system["reviewState"] or UNREVIEWED) if "reviewState" in system else None,
        submitted=system.get("submissionDate"),
        version=system.get("formVersion"),
        enumerator=token(_who(row, form)) if token else None,
        outer=_answers(row, form.outer),
        repeated=repeated,
    )


def _who(row: dict[str, Any], form: OdkForm) -> Any:
    """Who counted: what the form says of it, else the account."""
    if form.enumerator is None:
        return _system(row).get("submitterId")
    return _answers(row, (form.enumerator,)).get(form.enumerator)


def _answers(row: dict[str, Any], paths: tuple[str, ...]) -> dict[str, Any]:
    """The answers at these paths, where the server has them: groups are nested."""
    found = {}
    for path in paths:
        *groups, last = path.split("/")
        inside: Any = row
        for group in groups:
            inside = inside.get(group) if isinstance(inside, dict) else None
        if isinstance(inside, dict) and last in inside:
            found[path] = inside[last]
    return found
