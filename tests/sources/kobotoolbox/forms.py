"""Forms of KoboToolbox for tests, and runs of the source against a server that has them."""

import json
from pathlib import Path
from typing import Any

from displacement.normalise.figures import Reference
from displacement.outcome import Outcome
from displacement.sources.kobotoolbox import SOURCE
from displacement.sources.source import Parsed
from tests.servers import RecordedServer
from tests.servers.exchange import json_answer
from tests.servers.kobo import KoboServer
from tests.sources.form_runs import THEN, FormRuns, declared_forms, landed_of

KEY = "a-token-that-nobody-sees"
SECRETS = {"token": KEY}
FIXTURE = json.loads(
    (Path(__file__).parents[2] / "fixtures/kobotoolbox.json").read_text(encoding="utf-8")
)
FORM: dict[str, Any] = {
    "uid": "aStandInAsset0000000001",
    "name": "north",
    "counter": "Northern network",
    "publisher": "Northern council",
    "measure": "new_displacement",
    "cause": "conflict",
    "area_role": "destination",
    "fields": {
        "group_place/subdistrict": "area_code",
        "group_count/date_from": "start_date",
        "group_count/date_to": "end_date",
        "group_count/households": "families",
        "group_count/persons": "people",
    },
}
NAMED = FORM | {
    "fields": {
        "group_place/governorate": "governorate",
        "group_place/district": "district",
        "group_place/subdistrict": "sub_district",
        "group_count/date_from": "start_date",
        "group_count/date_to": "end_date",
        "group_count/households": "families",
        "group_count/persons": "people",
    },
}
CAMPS = FORM | {
    "name": "camps",
    "measure": "idps",
    "repeat": "camps",
    "fields": {
        "group_place/governorate": "governorate",
        "camps/place": "sub_district",
        "camps/families": "families",
        "today": "day",
    },
}
APPROVED = "validation_status_approved"


class Runs(FormRuns):
    """Runs of KoboToolbox against one server into one store."""

    def __init__(self, store: Path, reference: Reference, url: str, *forms: dict[str, Any]) -> None:
        declaration = declared_forms(SOURCE, reference, url, *forms or [FORM])
        super().__init__(SOURCE, declaration, reference, store, SECRETS)


def record(server: KoboServer, number: int) -> str:
    root = server.row(number)["meta/rootUuid"].removeprefix("uuid:")
    return f"kobotoolbox:{server.asset}:{root}"


def status(row: dict[str, Any]) -> str:
    return row["_validation_status"].get("uid", "")


def with_status(server: KoboServer, *statuses: str) -> list[int]:
    return [row["_id"] for row in server.rows if status(row) in statuses]


def replayed(
    store: Path, reference: Reference, form: dict[str, Any], *pages: Any
) -> tuple[Runs, Outcome]:
    """One run against recorded pages."""
    path = f"/api/v2/assets/{form['uid']}/data.json"
    answers = {f"{path}?start={number}": json_answer(page) for number, page in enumerate(pages)}
    with RecordedServer(answers | {path: json_answer(pages[0])}) as server:
        run = Runs(store, reference, f"{server.url}/api/v2", form)
        return run, run(THEN)


def landed(form: dict[str, Any], rows: list[dict[str, Any]], reference: Reference) -> Parsed:
    """What the submissions say once they have landed."""
    page = {"count": len(rows), "next": None, "previous": None, "results": rows}
    path = f"/assets/{form['uid']}/data.json"
    with RecordedServer({path: json_answer(page)}) as server:
        return landed_of(SOURCE, declared_forms(SOURCE, reference, server.url, form), SECRETS)
