"""Forms of KoboToolbox for tests, and runs of the source against a server that has them."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from displacement.intake import Outcome, run_log, take_in
from displacement.normalise.figures import Reference
from displacement.sources.kobotoolbox import SOURCE
from displacement.sources.source import Declaration, Http, Landed, Parsed, Request
from displacement.store.store import Store
from tests.servers import RecordedServer
from tests.servers.exchange import json_answer
from tests.servers.kobo import KoboServer
from tests.sources.wire import QUICK

NOW = datetime(2026, 10, 2, 6, tzinfo=UTC)
LATER = datetime(2026, 10, 9, 6, tzinfo=UTC)
KEY = "a-token-that-nobody-sees"
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


class Runs:
    """Runs of the source against one server into one store, logged as a flow does."""

    def __init__(self, store: Path, reference: Reference, url: str, *forms: dict[str, Any]) -> None:
        self.folder, self.reference = store, reference
        self.declaration = replace(
            reference.sources["kobotoolbox"],
            http=Http(url=url, **QUICK | {"read_seconds": 20}),
            options={"forms": list(forms or [FORM])},
        )
        self.secrets = {"token": KEY}

    def __call__(self, now: datetime = NOW) -> Outcome:
        outcome = take_in(
            SOURCE, self.declaration, self.reference, store=Store(self.folder),
            inbox=self.folder / "inbox", now=now, secrets=self.secrets,
        )  # fmt: skip
        log = run_log(f"{now:%Y%m%d%H}", now, [outcome])
        Store(self.folder).ledger.add_run(f"{now:%Y%m%d%H}", log)
        return outcome

    @property
    def records(self) -> pd.DataFrame:
        return Store(self.folder).tables.read("kobotoolbox").records

    @property
    def rejected(self) -> pd.DataFrame:
        return Store(self.folder).tables.read("kobotoolbox").rejected

    @property
    def standing(self) -> pd.DataFrame:
        latest = self.records.groupby("source_record_id").tail(1)
        return latest[~latest["withdrawn"].astype(bool)].set_index("source_record_id")


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
        return run, run(datetime(2018, 1, 10, 6, tzinfo=UTC))


def landed(form: dict[str, Any], rows: list[dict[str, Any]], reference: Reference) -> Parsed:
    """What the submissions say once they have landed."""
    page = {"count": len(rows), "next": None, "previous": None, "results": rows}
    path = f"/assets/{form['uid']}/data.json"
    with RecordedServer({path: json_answer(page)}) as server:
        declared = replace(
            reference.sources["kobotoolbox"],
            http=Http(url=server.url, **QUICK),
            options={"forms": [form]},
        )
        [answer] = SOURCE.fetch(_request(declared))
    moment = datetime(2018, 1, 10, 6, tzinfo=UTC)
    return SOURCE.parse(Landed(answer.name, "0" * 64, answer.content, moment), declared)


def _request(declaration: Declaration) -> Any:
    return Request(declaration, Path(), NOW, secrets={"token": KEY})


def figures(parsed: Parsed) -> pd.DataFrame:
    own = parsed.statements.set_index("source_record_id")
    return own.rename(index=lambda name: name.rpartition(":00000000-0000-4000-8000-0000000000")[2])
