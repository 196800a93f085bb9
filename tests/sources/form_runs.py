"""Runs of a source that reads forms, KoboToolbox or ODK Central, against a stand-in server."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from displacement.intake import run_log, take_in
from displacement.normalise.figures import Reference
from displacement.outcome import Outcome
from displacement.sources.source import Answer, Declaration, Http, Landed, Parsed, Request, Source
from displacement.store.store import Store
from tests.runs import REFERENCE
from tests.sources.wire import QUICK

NOW = datetime(2026, 10, 2, 6, tzinfo=UTC)
LATER = datetime(2026, 10, 9, 6, tzinfo=UTC)
THEN = datetime(2018, 1, 10, 6, tzinfo=UTC)


class FormRuns:
    """Runs of one source into one store, logged as a flow does."""

    def __init__(
        self,
        source: Source,
        declaration: Declaration,
        reference: Reference,
        store: Path,
        secrets: dict[str, str],
    ) -> None:
        self.source, self.declaration, self.reference = source, declaration, reference
        self.folder, self.secrets = store, secrets

    def __call__(self, now: datetime = NOW) -> Outcome:
        outcome = take_in(
            self.source, self.declaration, self.reference, store=Store(self.folder),
            inbox=self.folder / "inbox", now=now, secrets=self.secrets,
        )  # fmt: skip
        log = run_log(f"{now:%Y%m%d%H}", now, [outcome])
        Store(self.folder).ledger.add_run(f"{now:%Y%m%d%H}", log)
        return outcome

    @property
    def records(self) -> pd.DataFrame:
        return Store(self.folder).tables.read(self.source.source_id).records

    @property
    def standing(self) -> pd.DataFrame:
        latest = self.records.groupby("source_record_id").tail(1)
        return latest[~latest["withdrawn"].astype(bool)].set_index("source_record_id")


def assert_a_fault_keeps_the_figures(run: FormRuns, server: Any, kind: str, words: str) -> None:
    """A server that misbehaves for good fails its source, which keeps what it had."""
    run()
    before = run.records
    server.misbehave(kind, times=None)
    outcome = run(LATER)
    assert outcome.failed
    assert words in outcome.message
    assert run.records.equals(before)


def assert_a_lost_column_holds_back(run: FormRuns, server: Any, column: str, words: str) -> None:
    """A form without a column that it had is held back, with a signal."""
    run()
    before = run.records
    server.misbehave("missing_column", column=column, times=None)
    outcome = run(LATER)
    assert not outcome.complete
    assert any(words in signal for signal in outcome.signals)
    assert run.records.equals(before)


def declared_forms(
    source: Source, reference: Reference, url: str, *forms: dict[str, Any]
) -> Declaration:
    """The declaration of the project, turned to a stand-in, hurried up, and with these forms."""
    return replace(
        reference.sources[source.source_id],
        http=Http(url=url, **QUICK | {"read_seconds": 20}),
        options={"forms": list(forms)},
    )


def landed_of(source: Source, declaration: Declaration, secrets: dict[str, str]) -> Parsed:
    """What the submissions of one form say once they have landed."""
    [answer] = source.fetch(Request(declaration, Path(), THEN, secrets=secrets))
    assert isinstance(answer, Answer), answer
    return source.parse(Landed(answer.name, "0" * 64, answer.content, THEN), declaration)


def figures(parsed: Parsed) -> pd.DataFrame:
    """Its figures by the end of the submission's id, and the row of a repeat."""
    own = parsed.statements.set_index("source_record_id")
    return own.rename(index=lambda name: name.rpartition("-8000-0000000000")[2])


def shown_options(source_id: str) -> dict[str, Any]:
    """The options that the comment in the declarations shows as an example."""
    text = (REFERENCE / "sources.toml").read_text(encoding="utf-8")
    shown = text.partition(f"[sources.{source_id}.options]")[2].partition("forms = []")[0]
    example = tomllib.loads("\n".join(line[1:] for line in shown.splitlines() if line[1:2].strip()))
    options: dict[str, Any] = example["sources"][source_id]["options"]
    return options
